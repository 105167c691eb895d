"""What differs between two comparisons: facts by name, numbers by tests computed by hand."""

import example
import numpy as np
import pandas as pd
import pytest
from examples import few
from scipy import stats
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import Design, GaussianClassifier, compare, default_models
from genvsdisc.cli import main
from genvsdisc.practice.difference import INDEPENDENT, PAIRED, SAME_ROWS, UNSCORED, difference_of
from genvsdisc.practice.other_versions import own_names, understood
from genvsdisc.practice.record import _CLOSED, _OPENED, ROUNDED, packed_record, unpacked_record
from genvsdisc.report.difference import difference_lines, difference_page
from genvsdisc.study.comparison import Comparison
from genvsdisc.study.schema import TABLES, TidyTable


@pytest.fixture(scope="module")
def before():
    return example.full()


def changed(comparison, meta=None, **tables):
    return Comparison({**comparison.tables, **tables}, {**comparison.meta, **(meta or {})})


def worse(comparison, model, by, noise=0.01):
    """The same scores, those of one model raised by a shift and noise, with the means that follow."""
    scores, summary = comparison.scores.copy(), comparison.summary.copy()
    rng = np.random.default_rng(0)
    hit = scores.model == model
    scores.loc[hit, "value"] += by + noise * rng.standard_normal(hit.sum())
    means = scores.groupby(["model", "loss"])["value"].mean()
    ours = summary.model.isin([model])
    summary.loc[ours, "mean"] = [means.get((model, loss), 0.9) for loss in summary.loss[ours]]
    return changed(comparison, scores=scores, summary=summary)


def test_the_same_inputs_do_not_differ(before):
    found = difference_of(before, example.full())
    assert found.same
    assert found.changes == ()
    assert difference_lines(found) == ["No difference: all tables and facts are equal."]


def test_timings_are_no_difference(before):
    timings = pd.DataFrame({"stage": ["s"], "model": ["m"], "seconds": [1.0]})
    assert difference_of(before, changed(before, timings=timings)).same


def test_paired_numbers_are_those_of_the_corrected_test(before):
    model = before.scores.model.iloc[0]
    after = worse(before, model, by=0.05)
    found = difference_of(before, after)
    assert found.how == PAIRED
    row = found.numbers[(found.numbers.model == model) & (found.numbers.loss == "zero_one")].iloc[0]
    one, other = (c.scores[(c.scores.model == model) & (c.scores.loss == "zero_one")] for c in (before, after))
    d = other.value.to_numpy() - one.value.to_numpy()
    error = np.sqrt((1 / len(d) + (one.n_test / one.n_train).mean()) * d.var(ddof=1))
    reach = stats.t.ppf(0.975, len(d) - 1) * error
    np.testing.assert_allclose([row.lower, row.upper], [d.mean() - reach, d.mean() + reach], rtol=1e-10)
    np.testing.assert_allclose(row.pvalue, 2 * stats.t.sf(d.mean() / error, len(d) - 1), rtol=1e-10)
    assert row.beyond
    assert not found.numbers[found.numbers.model != model].beyond.any()
    assert f"{model}, 0-1 error: +5" in "\n".join(difference_lines(found))


def test_independent_numbers_add_their_errors(before):
    model = before.scores.model.iloc[0]
    after = changed(worse(before, model, by=0.5), meta={"n_rows": 5})
    found = difference_of(before, after)
    assert found.how == INDEPENDENT
    keys = ["model", "loss"]
    one, other = (c.summary.set_index(keys).loc[(model, "zero_one")] for c in (before, after))
    halves = [max(row["mean"] - row["lower"], row["upper"] - row["mean"]) for row in (one, other)]
    row = found.numbers.set_index(keys).loc[(model, "zero_one")]
    z = (other["mean"] - one["mean"]) / (np.hypot(*halves) / stats.norm.ppf(0.975))
    np.testing.assert_allclose(row["pvalue"], 2 * stats.norm.sf(abs(z)), rtol=1e-9)
    np.testing.assert_allclose(row["upper"] - row["difference"], np.hypot(*halves), rtol=1e-12)


def test_other_splits_of_the_same_rows_are_said_to_be_so(before):
    assert difference_of(before, changed(before, meta={"splits_hash": "other"})).how == SAME_ROWS
    empty = before.scores.iloc[:0]
    assert difference_of(before, changed(before, scores=empty)).how == UNSCORED


def test_chance_alone_moves_no_number_beyond_its_error(before):
    quiet = worse(before, before.scores.model.iloc[0], by=0.0, noise=0.02)
    assert not difference_of(before, quiet).numbers.beyond.any()


@pytest.fixture
def earlier(before, tmp_path, monkeypatch):
    """Folder and page of a version without the table of novelty, without a column, and with a column of its own."""
    monkeypatch.setattr("genvsdisc.report.isolation.svg", lambda *_, **__: "<svg/>")
    renamed = TidyTable("", TABLES["holdout"].columns.replace("n_test:int", "n_rows:int"))
    theirs = {**TABLES, "holdout": renamed, "models": TidyTable("", "model family form status error tuned warnings")}
    del theirs["novelty"]
    with monkeypatch.context() as patch:
        for name in ("genvsdisc.study.schema", "genvsdisc.study.comparison", "genvsdisc.study.saved_folders"):
            patch.setattr(f"{name}.TABLES", theirs, raising=False)
        tables = {name: table for name, table in before.tables.items() if name in theirs}
        tables["models"] = tables["models"].drop(columns="n_parameters")
        tables["holdout"] = tables["holdout"].rename(columns={"n_test": "n_rows"})
        old = Comparison(tables, before.meta)
        old.save(tmp_path)
        (tmp_path / "p.html").write_text(f"{_OPENED}{packed_record(old.tables, old.meta)}{_CLOSED}", "utf-8")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("file", few(["", "p.html"]))
def test_of_two_versions_what_both_have_is_compared_and_the_rest_named(before, earlier, file):
    with pytest.raises(ValueError, match=r"another version of genvsdisc.*genvsdisc diff compares what both"):
        Comparison.load(earlier / file)
    old = understood(earlier / file)
    model = before.scores.model.iloc[0]
    found = difference_of(old.comparison, worse(before, model, by=0.05), names=(old.names, own_names()))
    assert found.how == PAIRED
    assert set(found.numbers[found.numbers.beyond].model) == {model}
    assert [(each.area, each.what, each.before, each.after) for each in found.changes] == [
        ("versions", "column holdout.n_rows", "there", "unknown to this version"),
        ("versions", "column holdout.n_test", "unknown to this version", "there"),
        ("versions", "column models.n_parameters", "unknown to this version", "there"),
        ("versions", "table novelty", "unknown to this version", "there"),
    ]
    assert not difference_of(old.comparison, before, names=(old.names, own_names())).same


def test_a_page_that_rounds_does_not_differ_from_its_folder(before):
    record = packed_record(
        before.tables, before.meta | {ROUNDED: ["scores", "learning_curves"]}, rounded=["scores", "learning_curves"]
    )
    page = Comparison(*unpacked_record(record))
    assert not page.scores.equals(before.scores)
    for pair in ((page, before), (before, page), (page, page)):
        found = difference_of(*pair)
        assert found.same
        assert found.changes == ()


def test_changes_are_named_by_area(before):
    columns = before.columns.copy()
    columns.loc[0, "kind"] = "identifier"
    classes = before.classes.iloc[1:]
    after = changed(
        before,
        meta={"seed": 99, "versions": {"genvsdisc": "9.9"}, "verdict_card": {"sentence": "Other."}},
        columns=columns,
        classes=classes,
    )
    found = {
        (change.area, change.what): (change.before, change.after) for change in difference_of(before, after).changes
    }
    assert found["design", "seed"][1] == "99"
    assert found["versions", "genvsdisc"][1] == "9.9"
    assert found["data", f"columns: {columns.column[0]}, kind"][1] == "identifier"
    assert found["data", f"classes: {before.classes.label[0]}"] == ("there", "absent")
    assert found["verdict", "sentence"][1] == "Other."


def test_the_page_is_one_of_the_reports_and_names_are_text(before):
    nasty = example.nasty()
    html = difference_page(difference_of(before, nasty), "a <b>", "</template><script>alert(1)</script>")
    assert "<script>" not in html
    assert html.startswith("<!doctype html>")
    assert "&lt;/template&gt;" in html
    assert difference_page(difference_of(before, nasty), "a", "b") == difference_page(
        difference_of(before, nasty), "a", "b"
    )


@pytest.mark.slow
def test_the_command_takes_folders_and_pages_and_ends_with_0(before, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("genvsdisc.report.isolation.svg", lambda *_, **__: "<svg/>")
    folder = before.save(tmp_path / "a")
    page = before.to_html(tmp_path / "b.html")
    after = worse(before, before.scores.model.iloc[0], by=0.05).save(tmp_path / "c")
    for words, said in [
        ([folder, page], "No difference"),
        ([folder, after, "--output", tmp_path / "out"], "beyond their error"),
    ]:
        with pytest.raises(SystemExit) as stopped:
            main(["diff", *map(str, words)])
        assert stopped.value.code == 0
        assert said in capsys.readouterr().out
    assert (tmp_path / "out" / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("words", [["nowhere", "nowhere"], ["."], [".", "."]])
def test_what_is_no_report_is_one_line_and_2(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["diff", *words])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_rows_are_the_same_where_one_has_a_column_less(before):
    """They were said to be different rows, and taken as independent though judged on the same splits."""
    fewer = changed(before, columns=before.columns.iloc[1:], meta={"n_columns": before.meta["n_columns"] - 1})
    found = difference_of(before, fewer)
    assert found.how == PAIRED
    assert ("data", f"columns: {before.columns.column.iloc[0]}") in [(each.area, each.what) for each in found.changes]
    others = before.columns.assign(column=[f"other {name}" for name in before.columns.column])
    assert difference_of(before, changed(before, columns=others)).how == INDEPENDENT


def test_of_long_facts_what_differs_is_told(before):
    notes = [f"note {k}" for k in range(40)]
    one, other = (changed(before, meta={"notes": told}) for told in (notes, [*notes[:-1], "x" * 400]))
    (found,) = difference_of(one, other).changes
    assert (found.what, found.before, len(found.after)) == ("notes", "note 39", 160)
    (found,) = difference_of(changed(before, meta={"notes": []}), one).changes
    assert found.after == ", ".join([*notes[:6], "and 34 more"])
    (found,) = difference_of(changed(before, meta={"notes": ["One.", "Two."]}), one).changes
    assert found.before == "One. Two."


@pytest.fixture(scope="module")
def compared():
    """Makes a comparison of a small table: a function of what is done to its columns, its labels and its design."""
    X, y = make_classification(40, 3, n_informative=2, n_redundant=0, random_state=0)
    frame = pd.DataFrame(X, columns=list("abc"))

    def made(change=lambda frame, y: (frame, y), roster=("logistic",), **words):
        models = [model for model in default_models() if model.name in roster]
        X, labels = change(frame.copy(), y.copy())
        return compare(X, labels, models, design=Design(n_splits=3, n_repeats=1, **{"n_draws": 2} | words))

    return made


def corrected(frame, y):
    return frame.assign(a=frame.a.where(frame.index != 7, 3.0)), y


def reordered(frame, y):
    return frame[::-1].reset_index(drop=True), y[::-1]


def relabelled(frame, y):
    y[[np.flatnonzero(y == 0)[0], np.flatnonzero(y == 1)[0]]] = [1, 0]
    return frame, y


@pytest.mark.parametrize(
    ("change", "how", "told"),
    [
        pytest.param(lambda frame, y: (frame.astype(object), y), PAIRED, [], marks=pytest.mark.slow),
        (corrected, PAIRED, ["columns: a, values row by row"]),
        pytest.param(
            *(lambda frame, y: (frame * 10, y), PAIRED, [f"columns: {name}, values row by row" for name in "abc"]),
            marks=pytest.mark.slow,
        ),
        (lambda frame, y: (frame.rename(columns={"a": "d"}), y), PAIRED, ["columns: a", "columns: d"]),
        pytest.param(
            lambda frame, y: (frame.add_suffix("2"), y),
            PAIRED,
            [f"columns: {a}{b}" for b in ("", 2) for a in "abc"],
            marks=pytest.mark.slow,
        ),
        (reordered, INDEPENDENT, [f"{k}, values row by row" for k in (*map("columns: {}".format, "abc"), "labels")]),
        pytest.param(relabelled, INDEPENDENT, ["labels, values row by row"], marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_values_that_differ_are_told_though_their_counts_are_the_same(compared, change, how, told):
    """A corrected cell, another unit and another order of the rows were no change of the data."""
    found = difference_of(compared(), compared(change))
    assert found.how == how
    assert [each.what for each in found.changes if each.area == "data"] == told


def test_folds_pair_whatever_else_is_drawn_and_whoever_else_is_compared(compared):
    """Another model in the roster, or more draws of curves, took the pairing away."""
    one, other = compared(), compared(roster=("logistic", "naive Bayes"), n_draws=3)
    assert one.meta["splits_hash"] != other.meta["splits_hash"]
    found = difference_of(one, other)
    assert found.how == PAIRED
    assert found.numbers.paired.all()
    assert (found.numbers.difference == 0).all()


def test_of_comparisons_without_a_common_model_it_says_so(before):
    other = changed(before, summary=before.summary.assign(model="another"))
    lines = difference_lines(difference_of(before, other))
    assert lines[0].endswith("; no model and loss stand in both.")
    assert not any("tested" in line for line in lines)


def test_names_do_not_turn_the_text_of_a_terminal_round(before, tmp_path, capsys):
    classes = before.classes.assign(label=[f"\u202e{label}\x1b" for label in before.classes.label])
    folders = [before.save(tmp_path / "a"), changed(before, classes=classes).save(tmp_path / "b")]
    with pytest.raises(SystemExit):
        main(["diff", *map(str, folders)])
    out = capsys.readouterr().out
    assert "\\u202e" in out
    assert "\\x1b" in out
    assert not set(out) & {"\u202e", "\x1b"}


def test_the_same_table_elsewhere_is_no_difference(before):
    one, other = (changed(before, meta={"source": place}) for place in ("a", "b"))
    assert difference_of(one, other).same


def test_models_of_one_name_and_other_parameters_are_told_apart(before):
    """Another C under the same name was no fact, and a nested parameter least of all."""
    told = [{"svc": {"class": "sklearn.pipeline.Pipeline", "svc__C": C}} for C in ("1.0", "10.0")]
    one, other = (changed(before, meta={"parameters": each}) for each in told)
    assert [(c.area, c.what, c.before, c.after) for c in difference_of(one, other).changes] == [
        ("models", "svc, svc__C", "1.0", "10.0")
    ]
    assert difference_lines(difference_of(one, other))[0].startswith("Models differ; ")
    assert [c.area for c in difference_of(changed(before), other).changes] == []  # an earlier version told none


def test_compare_keeps_the_parameters_of_models_that_were_given():
    X, y = make_classification(60, 3, n_informative=3, n_redundant=0, random_state=0)
    design = Design(n_splits=2, n_repeats=1, n_draws=2, losses=("zero_one",))
    found = [
        compare(
            X,
            y,
            {"l2": make_pipeline(StandardScaler(), LogisticRegression(C=C)), "ours": GaussianClassifier()},
            design=design,
        )
        for C in (1.0, 2.0)
    ]
    assert found[0].meta["parameters"]["l2"]["logisticregression__C"] == "1.0"
    assert found[0].meta["parameters"]["ours"]["class"].endswith(".GaussianClassifier")
    assert "l2, logisticregression__C" in [each.what for each in difference_of(*found).changes]


def test_seconds_that_were_measured_are_no_difference_and_other_plans_of_one_budget_are_told(before):
    plan = {"budget": 10.0, "seconds": 3.0, "models": {"svc": {"folds": 5, "timed": 0.1, "seconds": {"fit": 1.0}}}}
    later = plan | {"seconds": 4.0, "models": {"svc": {"folds": 5, "timed": 0.2, "seconds": {"fit": 2.0}}}}
    fewer = plan | {"models": {"svc": {"folds": 3, "timed": 0.1, "seconds": {"fit": 1.0}}}}
    one, other, third = (changed(before, meta={"plan": each}) for each in (plan, later, fewer))
    assert difference_of(one, other).same
    assert [(c.what, c.before, c.after) for c in difference_of(one, third).changes] == [("plan: svc, folds", "5", "3")]
