"""`--config`: a TOML file or the meta.json of a report; the command line goes before it."""

import json
import re
from pathlib import Path

import pytest
from stand_ins import files_under

import genvsdisc
from genvsdisc.cli.words import UNSAID
from genvsdisc.study.plan import PlanError

pytestmark = pytest.mark.usefixtures("calls")

STUDY = """\
table = "rows.csv"
target = "y"
columns = ["a", "b,c"]
models = ["logistic", "naive Bayes, shared variance"]
seed = 5
tune = true
quick = true
loss = "brier"
"""


@pytest.fixture(autouse=True)
def _rows(calls, tmp_path):  # noqa: ARG001 - it moves to the folder first
    """Rows in the current folder."""
    (tmp_path / "rows.csv").write_text('a,"b,c",d,y\n' + "1,2,3,p\n4,5,6,q\n" * 5)
    (tmp_path / "study.toml").write_text(STUDY)


def test_a_file_gives_all_options(calls, run):
    assert run("report", "--config", "study.toml", "--output", "out")[0] == 0
    (call,) = calls
    assert list(call.X) == ["a", "b,c"]
    assert [model.name for model in call.models] == ["logistic", "naive Bayes, shared variance"]
    assert (call.random_state, call.tune, call.budget, call.loss) == (5, True, 10, "brier")


def test_the_command_line_goes_before_the_file(calls, run):
    words = ["--config", "study.toml", "--seed", 6, "--budget", 99, "--no-tune", "--columns", "d", "--output", "out"]
    assert run("report", *words)[0] == 0
    assert (calls[0].random_state, calls[0].budget, calls[0].tune, list(calls[0].X)) == (6, 99, False, ["d"])
    assert run("report", "iris", "--config", "iris.toml", "--output", "out")[0] == 2
    Path("other.toml").write_text("seed = 3")
    assert run("report", "iris", "--config", "other.toml", "--output", "out")[0] == 0
    assert (calls[1].name, calls[1].random_state) == ("iris", 3)


def test_meta_json_gives_the_same_report_again(calls, run, tmp_path):
    words = ["--target", "y", "--drop", "d", "--seed", 4, "--budget", 20, "--models", "logistic", "--jobs", 1]
    assert run("report", tmp_path / "rows.csv", *words, "--output", "first")[0] == 0
    for config in ("first/meta.json", "first"):
        assert run("report", "--config", config, "--output", "second")[0] == 0
        first, again = calls[0], calls[-1]
        assert first.X.equals(again.X)
        assert (again.random_state, again.budget) == (4, 20)
        assert Path("first/meta.json").read_text() == Path("second/meta.json").read_text()
        assert Path("first/index.html").read_text() == Path("second/index.html").read_text()
    options = json.loads(Path("first/meta.json").read_text())["meta"]["options"]
    assert options == {
        "table": "rows.csv", "target": "y", "drop": "d", "models": "logistic", "seed": 4, "budget": 20.0
    }  # fmt: skip
    assert str(tmp_path) not in Path("first/index.html").read_text()


def of_report(**facts):
    """The meta.json of a report whose models were timed."""
    Path("again").mkdir()
    options = {"table": "rows.csv", "target": "y", "models": "logistic", "seed": 4, "budget": 20.0}
    Path("again/meta.json").write_text(json.dumps({"meta": {"options": options, "plan": {"timed": 0.125}} | facts}))


OPTIONS = {
    "target": ["y"],
    "columns": ["a", '"b,c"', 'd,"b,c"'],
    "drop": ["d", '"b,c"'],
    "groups": ["g"],
    "time": ["d"],
    "weights": ["w"],
    "encoding": ["cp1250"],
    "test": ["rows.csv"],
    "test-column": ["part"],
    "unlabeled": ["more.csv"],
    "models": ["logistic", "logistic, naive Bayes"],
    "tune": [None],
    "loss": ["brier"],
    "costs": ["fp=1,fn=10", "costs.csv"],
    "seed": [7],
    "budget": [33, 2.5],
    "quick": [None],
    "thorough": [None],
    "plan": ["plan.json"],
    "save-models": [None],
    "fail-if": ["zero_one.logistic > 2"],
}
"""Every option that says what is done, with values; what is left says where, or by how many processes."""


@pytest.mark.parametrize(
    ("option", "value"), [(option, value) for option, values in OPTIONS.items() for value in values]
)
def test_every_option_comes_back_from_meta_json(calls, run, monkeypatch, option, value):
    rows = "".join(
        f"{i},{i % 3},{i % 4},{i % 5},{1 + i % 2},{'train' if i % 4 else 'test'},{'pq'[i % 2]}\n" for i in range(40)
    )
    Path("rows.csv").write_text(f'a,"b,c",d,g,w,part,y\n{rows}')
    Path("more.csv").write_text('a,"b,c",d,g,w,part\n1,2,3,4,1,train\n')
    Path("costs.csv").write_text(",p,q\np,0,1\nq,10,0\n")
    Path("plan.json").write_text("{}")
    for name, stand_in in {"stored_plan": "plan of {}".format, "unsaved_models": lambda _: {}, "finish": print}.items():
        monkeypatch.setattr(f"genvsdisc.cli.report.{name}", stand_in)
    words = [f"--{option}"] if value is None else [f"--{option}", value]
    target = [] if option == "target" else ["--target", "y"]
    assert run("report", "rows.csv", *target, *words, "--output", "first")[0] == 0
    assert run("report", "--config", "first", "--output", "second")[0] == 0
    first, again = (vars(call) for call in calls)
    for name, given in first.items():
        same = given.equals(again[name]) if hasattr(given, "equals") else str(given) == str(again[name])
        assert same, (name, given, again[name])
    options = [json.loads(Path(folder, "meta.json").read_text())["meta"]["options"] for folder in ("first", "second")]
    assert options[0] == options[1]
    assert option.replace("-", "_") in options[0]


def test_every_option_is_among_those_that_come_back(run):
    listed = re.findall(r"^  --([a-z-]+)", run("report", "--help")[1], re.MULTILINE)
    assert set(listed) == {*OPTIONS, *UNSAID, "help"} - {"context"}


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        ([], {"timed": 0.125}),
        (["--jobs", 1, "--budget", 20], {"timed": 0.125}),
        (["--seed", 5], None),
        (["--quick"], None),
        (["--drop", "d"], None),
        (["--models", "naive Bayes"], None),
    ],
)
def test_a_report_is_run_again_as_it_was_planned_unless_other_work_is_asked_for(calls, run, words, plan):
    of_report()
    assert run("report", "--config", "again", *words, "--output", "out")[0] == 0
    assert [call.plan for call in calls] == [plan]
    assert "plan" not in json.loads(Path("out/meta.json").read_text())["meta"]["options"]


def test_a_former_plan_goes_before_that_of_the_report_that_is_run_again(calls, run):
    of_report()
    Path("other.json").write_text('{"meta": {"plan": {"timed": 2}}}')
    assert run("report", "--config", "again", "--plan", "other.json", "--output", "out")[0] == 0
    assert calls[0].plan == {"timed": 2}


def test_a_plan_of_another_roster_or_another_table_is_made_anew(calls, run, monkeypatch):
    Path("mine.py").write_text("from sklearn.naive_bayes import GaussianNB\nMODELS = {'nb': GaussianNB()}")
    of_report()
    assert run("report", "--config", "again", "--models", "mine.py:MODELS", "--output", "first")[0] == 0
    assert run("report", "--config", "first", "--output", "second")[0] == 0
    assert [call.plan for call in calls] == [None, None]  # the stand-in makes none
    for changed, plan in [("", {"timed": 1}), ("\n# changed", None)]:
        saved = json.loads(Path("first/meta.json").read_text())
        saved["meta"]["plan"] = {"timed": 1}
        Path("first/meta.json").write_text(json.dumps(saved))
        with Path("mine.py").open("a") as roster:
            roster.write(changed)
        assert run("report", "--config", "first", "--output", "second")[0] == 0
        assert calls[-1].plan == plan

    def compare(X, y, models, *, plan, **options):
        if plan is not None:
            raise PlanError("the plan was made for 9 rows")
        return stood_in(X, y, models, plan=plan, **options)

    stood_in = genvsdisc.compare
    monkeypatch.setitem(vars(genvsdisc), "compare", compare)
    status, _, err = run("report", "--config", "again", "--output", "third")
    assert status == 0
    assert "note: planned anew, for the table or the models have changed" in err
    assert calls[-1].plan is None


@pytest.mark.parametrize("rules", ["'zero_one.logistic >'", "['loss.logistic > 1', 'zero_one.logistic >']"])
def test_one_rule_or_several(run, rules):
    Path("gate.toml").write_text(f"table = 'iris'\nfail-if = {rules}\n")
    status, _, err = run("report", "--config", "gate.toml", "--output", "out")
    assert status == 2
    assert err.splitlines()[0] == "zero_one.logistic >"  # the rule that cannot be read, with the place below it
    assert not Path("out").exists()


def test_files_beside_the_configuration_are_found(calls, run, tmp_path):
    (tmp_path / "below").mkdir()
    for name in ("rows.csv", "study.toml"):
        (tmp_path / name).rename(tmp_path / "below" / name)
    (tmp_path / "below" / "mine.py").write_text(
        "from sklearn.naive_bayes import GaussianNB\nMODELS = {'nb': GaussianNB()}"
    )
    assert run("report", "--config", "below/study.toml", "--models", "logistic", "--output", "out")[0] == 0
    assert list(calls[0].X) == ["a", "b,c"]
    (tmp_path / "below" / "more.toml").write_text('table = "rows.csv"\nmodels = ["logistic", "mine.py:MODELS"]')
    assert run("report", "--config", "below/more.toml", "--output", "out")[0] == 0
    assert [model.name for model in calls[1].models] == ["logistic", "nb"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 1\nbugdet = 5\n", "'bad.toml', line 2: no option is named 'bugdet'; did you mean 'budget'?"),
        ("seed = 1\n\n[costs2]\nfp = 1\n", "line 3: no option is named 'costs2'"),
        ("budget = 1e999", "--budget must be a number of seconds above 0, got inf"),
        ("zzz = 1", "line 1: no option is named 'zzz'; there are table, target"),
        ("seed = 'x'", "got 'x'"),
        ("seed = 'x'", "line 1: seed: "),
        ("\nseed = -1", "line 2: seed: "),
        ("seed = true", "line 1: seed is no switch, got true"),
        ("\ntune = 1", "line 2: tune must be true or false, got '1'"),
        ("target = ['a', 'b']", "line 1: target takes one value, got ['a', 'b']"),
        ("table = 3", "line 1: table must be a file, or a list of files, got 3"),
        ("seed = 1\nseed = 2", "is no TOML: Cannot overwrite a value (at "),
        ("seed = ", "is no TOML: Invalid value (at end of document)"),
        ("config = 'a'", "no option is named 'config'"),
        ("quick = true\nthorough = true", "--quick and --thorough are two budgets"),
        ("table = 'nothing.csv'", "no such file: 'nothing.csv'"),
    ],
)
def test_what_is_wrong_is_said_with_the_line(calls, run, tmp_path, text, message):
    (tmp_path / "bad.toml").write_text(text)
    before = files_under(".")
    status, out, err = run("report", "--config", "bad.toml")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert files_under(".") == before
    assert calls == []


@pytest.mark.parametrize("text", ["", "{}", '{"meta": {}}', '{"meta": 3}', "[1]"])
def test_a_json_file_without_options_is_refused(run, tmp_path, text):
    (tmp_path / "meta.json").write_text(text)
    status, _, err = run("report", "--config", "meta.json")
    assert (status, err.count("\n")) == (2, 1)
    assert "holds no options" in err
