"""Reports of which a fact, at any depth, is of another kind: an answer as before, or one line and exit status 2."""

import contextlib
import io
import json
import lzma
import shutil
from base64 import b85decode, b85encode

import example
import numpy as np
import pytest
from altered import OTHERS, alterations, altered, places
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc import Comparison, Design, cli
from genvsdisc.study.plan import ModelPlan, Plan
from genvsdisc.study.saved_folders import checked_facts

OPENED, CLOSED = '<template id="genvsdisc-record">', "</template>"


def run(*words):
    """Exit status, and what stands on standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as stop:
        cli.main([str(word) for word in words])
    return stop.value.code, err.getvalue()


def assert_clear(status, err):
    """No part of an answer is missing, or the last line is the one that says why there is none."""
    assert status in (0, 2, 3)
    assert "could not be made" not in err
    if status == 2:
        *notes, last = err.splitlines()
        assert last.startswith("genvsdisc: ")
        assert all(line.startswith("note: ") for line in notes)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The folder of a report with weights, costs, rows to test on and models."""
    folder = tmp_path_factory.mktemp("altered")
    rng = np.random.default_rng(0)
    rows = [f"{rng.normal(i % 3):.2f},{'uv'[i % 2]},{1 + i % 2},{'pqr'[i % 3]}" for i in range(60)]
    (folder / "rows.csv").write_text("\n".join(["a,b c,w,y", *rows]))
    words = ["--weights", "w", "--costs", "0,1,5;1,0,5;3,2,0", "--models", "shared Gaussian, logistic", "--budget", 1]
    test = ["--test", folder / "rows.csv", "--jobs", 1, "--save-models", "--output", folder / "whole"]
    assert run("report", folder / "rows.csv", "--target", "y", *words, *test)[0] == 0
    shutil.copytree(folder / "whole", folder / "altered")
    return folder


@pytest.fixture(scope="module")
def change(report):
    """Put facts into the folder whose facts are altered."""
    return lambda facts: (report / "altered" / "meta.json").write_text(json.dumps(facts))


def facts_of(folder):
    return json.loads((folder / "whole" / "meta.json").read_text("utf-8"))


@pytest.mark.slow
@examples(4)
@given(data=st.data())
def test_altered_facts_of_a_folder_are_read_or_refused_in_one_line(report, change, data):
    change(data.draw(alterations(facts_of(report))))
    assert_clear(*run("diff", report / "whole", report / "altered"))
    assert_clear(*run("predict", report / "altered", report / "rows.csv"))
    refused = ""
    try:
        Comparison.load(report / "altered").check("loss.winner > 0.9 or verdict == open")
    except ValueError as error:
        refused = str(error)
    assert "\n" not in refused
    assert not refused or str(report / "altered") in refused


@pytest.mark.slow
@examples(4)
@given(data=st.data())
def test_altered_facts_of_a_page_are_read_or_refused_in_one_line(report, data):
    text = (report / "whole" / "index.html").read_text("utf-8").rpartition(OPENED)[2].partition(CLOSED)[0]
    head, _, rest = lzma.decompress(b85decode(text.translate(str.maketrans(",./", "<>&")))).partition(b"\0")
    head = json.dumps(data.draw(alterations(json.loads(head)))).encode()
    packed = b85encode(lzma.compress(head + b"\0" + rest)).decode().translate(str.maketrans("<>&", ",./"))
    page = report / "altered.html"
    page.write_text(f"{OPENED}{packed}{CLOSED}", "utf-8")
    assert_clear(*run("diff", report / "whole", page))
    assert_clear(*run("diff", page, report / "whole"))


PLANNED = Plan(
    budget=10.0,
    design=Design().as_dict(),
    n_rows=60,
    n_classes=3,
    held_out_once=False,
    subtable=60,
    models={"shared Gaussian": ModelPlan(folds=5, draws={"label noise": 10}, seconds={"label noise": 0.5})},
    second_round={"shared Gaussian": 10},
    notes=["A note."],
).as_dict()
FACTS = example.meta("wine", n_columns=2, n_rows=60, columns=["a", "b"]) | {"plan": PLANNED, "options": {"seed": 1}}


def test_every_fact_of_another_kind_is_named():
    """A list of facts instead of texts, or a word for a number of a plan, ended in a traceback where it was used."""
    checked_facts(FACTS)
    refused = 0
    for place in places(FACTS):
        names = [key if str(key).isidentifier() or isinstance(key, int) else repr(key) for key in ("meta", *place)]
        where = "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in names)[1:]
        for other in OTHERS:
            try:
                checked_facts(altered(FACTS, place, other))
            except ValueError as error:
                said, refused = str(error), refused + 1
                assert said.startswith((f"{where} must be ", f"{where}.a must be ", f"{where}[0] ", f"{where} has no "))
                assert "\n" not in said
    assert refused > 5 * len([*places(FACTS)])


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("a,b,y\n" + "".join(f"{i % 7},{i % 5},{'pqr'[i % 3]}\n" for i in range(60)))
    return file


def test_a_plan_is_refused_by_the_name_of_the_file_and_of_the_fact(rows, tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(altered(PLANNED, ("models", "shared Gaussian", "folds"), "x")))
    told = (
        f"genvsdisc: --plan {str(file)!r}: plan.models.'shared Gaussian'.folds must be a whole number, got 'x' (text)"
    )
    assert run("report", rows, "--plan", file) == (2, f"{told}\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"of a later version": 1}, "plan must be the 'plan' in the facts of a former comparison"),
        ({"budget": float("inf")}, "budget must be a number of seconds above 0, got inf"),
        ({"design": {"n_splits": 5, "of a later version": 1}}, "a design has no 'of a later version'"),
        ({"n_encoded": -1}, "plan.n_encoded must not be below 0, got -1"),
        ({"second_round": {"shared Gaussian": -5}}, "plan.second_round.'shared Gaussian' must not be below 0, got -5"),
        ({"design": {"n_splits": 5, "train_sizes": [10, -1]}}, "plan.design.train_sizes[1] must not be below 0"),
        (
            {"models": altered(PLANNED["models"], ("shared Gaussian", "draws", "learning curve"), -1)},
            "plan.models.'shared Gaussian'.draws.'learning curve' must not be below 0, got -1",
        ),
    ],
)
def test_a_plan_of_its_kinds_that_makes_no_sense_is_refused(rows, tmp_path, change, told):
    (tmp_path / "plan.json").write_text(json.dumps(PLANNED | change))
    words = ["--target", "y", "--models", "shared Gaussian", "--jobs", 1, "--output", tmp_path / "out"]
    status, err = run("report", rows, *words, "--plan", tmp_path / "plan.json")
    assert status == 2
    assert told in err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_a_configuration_is_refused_by_the_name_of_the_file_and_of_the_fact(tmp_path):
    file = tmp_path / "meta.json"
    file.write_text(json.dumps({"meta": altered(FACTS, ("plan", "design", "losses", 0), None)}))
    told = f"genvsdisc: --config {str(file)!r}: meta.plan.design.losses[0] must be text, got null\n"
    assert run("report", "--config", file) == (2, told)
