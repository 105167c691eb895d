"""Rules against the numbers they name; what cannot be read is pointed at, and never run."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc.cli import main
from genvsdisc.practice.gate import RuleError, failed_rules, read_rule
from genvsdisc.study.comparison import Comparison
from genvsdisc.study.statistics.differences import BEST

MEANS = {"logistic": 0.31, 'naive Bayes, it\'s "odd"': 0.25, "shared Gaussian": 0.28, "failed": None}
FAMILIES = ["discriminative", "generative", "generative", "generative"]


@pytest.fixture(scope="module")
def comparison():
    roster = pd.DataFrame({"model": list(MEANS), "family": FAMILIES, "form": "", "n_parameters": None, "status": "ok"})
    roster = roster.assign(error="", tuned="", warnings="")
    summary = pd.DataFrame({"model": list(MEANS)[:3], "family": FAMILIES[:3], "form": "", "n_parameters": None})
    summary = summary.assign(mean=list(MEANS.values())[:3], rank=[3, 1, 2])
    summary = summary.assign(lower=summary["mean"] - 0.05, upper=summary["mean"] + 0.05)
    both = pd.concat([summary.assign(loss="zero_one"), summary.assign(loss="brier", mean=summary["mean"] * 2)])
    pair = {"generative": ['naive Bayes, it\'s "odd"'], "discriminative": ["logistic"], "form": BEST}
    numbers = {"difference": -0.06, "lower": -0.08, "upper": -0.04, "pvalue": 0.0, "pvalue_holm": 0.0}
    shares = {"p_generative": 0.99, "p_equal": 0.01, "p_discriminative": 0.0}
    differences = pd.DataFrame({**pair, "loss": "zero_one", **numbers, **shares})
    tables = {"models": roster, "summary": both, "differences": differences}
    return Comparison(tables, {"verdict_card": {"loss": "zero_one"}})


TRUE = [
    "loss.logistic > 0.3",
    "loss.logistic >= 31% and brier.logistic > 0.6",
    "LOSS.Logistic > 0.3 AND Verdict == Generative",
    "loss.'naive Bayes, it''s \"odd\"' < 0.26",
    'loss."naive Bayes, it\'s ""odd""" == 0.25',
    "loss.logistic - loss.'shared Gaussian' > 2%",
    "loss.logistic.lower < 0.27",
    "loss.logistic.upper > 0.35 or loss.logistic > 1",
    "loss.generative < loss.discriminative",
    "loss.winner == loss.generative",
    "-loss.logistic + 1 > .6",
    "(loss.logistic > 1 or loss.logistic > 0.3) and verdict != open",
    "winner != logistic",
    "loss.failed > 99",
]
FALSE = [
    "loss.logistic > 0.4",
    "loss.logistic > 0.3 and verdict == open",
    "loss.logistic > 1 or loss.logistic > 0.3 and verdict == equal",
    "winner == logistic",
    "loss.'shared Gaussian' - loss.logistic > 0",
    "1 > 2",
]


@pytest.mark.parametrize("rule", TRUE)
def test_rules_that_are_true_are_failures_with_their_numbers(comparison, rule):
    assert comparison.check(rule)


@pytest.mark.parametrize("rule", FALSE)
def test_rules_that_are_false_are_none(comparison, rule):
    assert comparison.check(rule) == []


def test_a_failure_says_the_clause_and_its_numbers(comparison):
    assert comparison.check("brier.logistic > 0.3 and loss.failed > 1") == [
        "brier.logistic > 0.3: brier.logistic is 0.62",
        "loss.failed > 1: zero_one.failed has no value: the model was not scored",
    ]


def test_a_loss_that_was_foreseen_and_is_not_there_makes_its_clause_true(comparison):
    """Without a class that is too small for the folds none may be rare: the rule was refused after all was done."""
    told = failed_rules("mcc.logistic < 0 and loss.logistic < 1", comparison, losses=["mcc"])
    assert told[0] == "mcc.logistic < 0: mcc.logistic has no value: the loss was not measured"
    assert told[1].startswith("loss.logistic < 1: ")
    with pytest.raises(RuleError, match="no loss is named 'mcc'"):
        comparison.check("mcc.logistic < 0")


@given(st.floats(-2, 2), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_numbers_are_compared_as_python_compares_them(value, sign):
    rule = read_rule(f"{value!r} {sign} 0.25" if value >= 0 else f"-{-value!r} {sign} 0.25", models=[], losses=[])
    assert bool(rule.broken(None)) == eval(f"{value!r} {sign} 0.25")


@pytest.mark.parametrize(
    ("rule", "place", "problem"),
    [
        ("", 0, "expected a number or LOSS.MODEL"),
        ("loss.logstic > 0.3", 5, "no model is named 'logstic'; did you mean 'logistic'"),
        ("los.logistic > 0.3", 0, "no loss is named 'los'; did you mean 'loss'"),
        ("loss.logistic 0.3", 14, "expected one of < <="),
        ("loss.logistic > ", 15, "expected a number or LOSS.MODEL"),
        ("loss.logistic > 0.3 0.4", 20, 'expected "and", "or" or the end'),
        ("loss.naive Bayes > 1", 5, "no model is named 'naive'; did you mean 'naive Bayes, it"),
        ("loss.'naive > 1", 5, "a quote that is not closed has no meaning"),
        ("(loss.logistic > 1", 18, 'expected ")"'),
        ("verdict == draw", 11, "no outcome is named 'draw'"),
        ("verdict > open", 8, "expected one of == !="),
        ("winner == nobody", 10, "no model is named 'nobody'"),
        ("loss.logistic.middle > 1", 14, "no end of an interval is named 'middle'"),
        ("loss logistic > 1", 5, 'expected "." and the name of a model'),
        ("__import__('os').system('true') > 1", 0, "no loss is named '__import__'"),
        ("loss.logistic > 1; 2", 17, "';' has no meaning here"),
        ("verdict = open", 8, "'=' has no meaning here; write =="),
        ("loss.logistic ≥ 0.3", 14, "'≥' has no meaning here; write >="),
        ("loss.logistic > 0,3", 17, "',' has no meaning here; write a point before decimals"),
        ("loss.logistic > 1e400", 16, "a number that large is infinite, and no loss is beyond it"),
        ("(" * 99 + "1 > 0" + ")" * 99, 51, "too many parentheses"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(comparison, rule, place, problem):
    with pytest.raises(RuleError) as raised:
        comparison.check(rule)
    assert problem in raised.value.problem
    assert raised.value.pointer.splitlines()[-1] == " " * place + "^"
    assert f"at character {place + 1} of the rule" in str(raised.value)


@given(st.text(alphabet="loss.ginc ()<>=!&|0.3'\"%-+andor\\\x1b\n", max_size=40))
def test_any_text_is_a_rule_or_one_clear_error(text):
    found, pointer = reading(text)
    assert (found is None) != (pointer is None)
    assert pointer is None or len(pointer.splitlines()[-1]) <= len(text) + 1


def reading(text):
    try:
        return read_rule(text, models=["logistic"], losses=["zero_one"]), None
    except RuleError as error:
        return None, error.pointer


# The command -------------------------------------------------------------------------------------------------------


def run(*words):
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return stopped.value.code


def test_a_rule_that_is_true_ends_with_status_3_after_all_is_written(comparison, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("genvsdisc.report.isolation.svg", lambda *_, **__: "<svg/>")
    folder = comparison.save(tmp_path / "saved")
    rules = ["--fail-if", "loss.logistic > 0.3", "--fail-if", "verdict == open"]
    assert run("report", folder, *rules, "--json", tmp_path / "c.json") == 3
    assert (tmp_path / "c.json").is_file()
    assert (folder / "index.html").is_file()
    assert capsys.readouterr().err == "genvsdisc: gate: loss.logistic > 0.3: zero_one.logistic is 0.31\n"
    assert run("report", folder, "--fail-if", "verdict == open") == 0


def test_a_rule_is_read_before_anything_is_fitted(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("genvsdisc.study.compare.prepare", None)
    monkeypatch.chdir(tmp_path)
    assert run("report", "iris", "--fail-if", "loss.logstic > 0.3") == 2
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "loss.logstic > 0.3",
        "     ^",
        "genvsdisc: --fail-if: no model is named 'logstic'; did you mean 'logistic'?",
    ]
    assert run("report", "iris", "--json", "nowhere/x.json") == 2
    assert list(tmp_path.iterdir()) == []
