"""Reports of which a fact, at any depth, is of another kind: an answer as before, or one line and exit status 2."""

import contextlib
import io
import json
import lzma
import shutil
from base64 import b85decode, b85encode
from pathlib import Path

import numpy as np
import pytest
from altered import alterations, altered, places
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc import Comparison, cli
from genvsdisc.study.plan import PLAN

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


@examples(6)
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


@examples(6)
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


@pytest.mark.slow
@examples(10)
@given(data=st.data())
def test_an_altered_report_is_run_again_or_refused_in_one_line(report, change, data):
    change(data.draw(alterations(facts_of(report))))
    for option in ("--plan", "--config"):
        words = [report / "rows.csv", "--target", "y", "--weights", "w", "--models", "shared Gaussian, logistic"]
        words = [*words, "--jobs", 1, "--budget", 1, "--output", report / "again"]
        assert_clear(*run("report", *words, option, report / "altered"))
    gate = ["--fail-if", "loss.winner > 0.9", "--output", report / "again"]
    assert_clear(*run("report", report / "altered", *gate))


def test_a_plan_is_refused_by_the_name_of_the_file_and_of_the_fact(report):
    plan = facts_of(report)["meta"]["plan"]
    assert set(plan) == set(PLAN.kinds)
    assert len([*places(plan)]) > 100
    file = report / "plan.json"
    file.write_text(json.dumps(altered(plan, ("models", "shared Gaussian", "folds"), "x")))
    told = "genvsdisc: --plan {!r}: plan.models.'shared Gaussian'.folds must be a whole number, got 'x' (text)\n"
    assert run("report", report / "rows.csv", "--plan", file) == (2, told.format(str(file)))
    file.write_text(json.dumps(plan | {"of a later version": 1}))
    status, err = run("report", report / "rows.csv", "--target", "y", "--plan", file, "--output", report / "again")
    assert status == 2
    assert "plan must be the 'plan' in the facts of a former comparison" in err


def test_a_configuration_is_refused_by_the_name_of_the_file_and_of_the_fact(report, change):
    change(altered(facts_of(report), ("meta", "plan", "design", "losses", 0), None))
    file = report / "altered" / "meta.json"
    told = f"genvsdisc: --config {str(file)!r}: meta.plan.design.losses[0] must be text, got null\n"
    assert run("report", "--config", file) == (2, told)
    assert not Path("rows").exists()
