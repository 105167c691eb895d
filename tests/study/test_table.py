"""What a comparison leaves out of a table before it starts, and says."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.study.table import checked_posterior, prepare


def raw():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"height": rng.normal(size=60), "same": 1.0, "weight": rng.normal(size=60)})
    return X, pd.Series(["a"] * 30 + ["b"] * 25 + ["rare"] * 3 + [None] * 2, name="species")


def test_rows_without_a_label_rare_classes_and_columns_that_say_nothing_go():
    X, y = raw()
    table = prepare(X, y, n_splits=5)
    assert list(table.X) == ["height", "weight"]
    np.testing.assert_array_equal(table.X["height"], X["height"][:55])
    assert table.y.tolist() == ["a"] * 30 + ["b"] * 25
    assert table.codes.tolist() == [0] * 30 + [1] * 25
    assert table.classes.tolist() == ["a", "b"]
    assert table.target == "species"
    assert set(table.kinds.values()) == {"continuous"}
    counts = table.class_counts.set_index("label")
    assert counts["rows"].to_dict() == {"a": 30, "b": 25, "rare": 3}
    assert counts["used"].to_dict() == {"a": True, "b": True, "rare": False}
    told = " ".join(table.left_out)
    assert "2 rows without a label" in told
    assert "Class rare (3 rows)" in told
    assert "Column same" in told


def test_a_class_with_a_row_for_each_fold_stays():
    assert prepare(*raw(), n_splits=3).classes.tolist() == ["a", "b", "rare"]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ones((4, 2)), [0, 1, 0, 1], "no column of X can be used"),
        (np.random.default_rng(0).normal(size=(6, 2)), [np.nan] * 6, "has only missing values"),
        (
            np.random.default_rng(0).normal(size=(6, 2)),
            [0, 1, 0],
            "y holds 3 labels, X has 6 rows: give one label for each row",
        ),
        (np.random.default_rng(0).normal(size=(6, 2)), [1] * 6, "class"),
        (np.random.default_rng(0).normal(size=(50, 2)), np.random.default_rng(1).normal(size=50), "continuous|numbers"),
    ],
)
def test_what_cannot_be_compared_is_refused(X, y, message):
    with pytest.raises(ValueError, match=message):
        prepare(X, y, n_splits=2)


def test_declared_text_is_compared_as_the_numbers_that_it_holds():
    """Categories of "0,13 kg" were judged as numbers and handed on as words: three parts of a comparison failed."""
    numbers = np.random.default_rng(0).normal(size=40).round(2)
    X = pd.DataFrame({"plain": numbers, "declared": pd.Categorical([f"{x} kg".replace(".", ",") for x in numbers])})
    table = prepare(X, np.arange(40) % 2, n_splits=2)
    np.testing.assert_array_equal(table.X["declared"], numbers)
    assert any("'declared'" in sentence and "is read as" in sentence for sentence in table.left_out)
    again = table.reader.transform(X)
    np.testing.assert_array_equal(again["declared"], numbers)


def test_kept_rows_are_counted_from_zero_and_the_table_given_is_not_touched():
    X, y = raw()
    before = X.copy()
    assert prepare(X.set_index(X.index + 100), y, n_splits=5).X.index.tolist() == list(range(55))
    pd.testing.assert_frame_equal(X, before)


@pytest.mark.slow
@pytest.mark.parametrize("unit", [1e139, pytest.param(1e-139, marks=pytest.mark.slow)])
def test_f01_b17_units_do_not_matter_up_to_where_squares_can_be_added(unit):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = pd.DataFrame({"x": rng.normal(size=60) + 2 * y, "size": rng.normal(size=60) + y})
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=2)
    results = []
    for table in (X, X.assign(size=X["size"] * unit)):
        roster = [model for model in gd.default_models(table) if model.form in ("linear", "additive", "quadratic")]
        results.append(gd.compare(table, y, roster, design=design))
    one, other = (result.summary.query("loss == 'zero_one'").sort_values("model") for result in results)
    np.testing.assert_allclose(one["mean"], other["mean"], atol=1e-9)
    assert not len(results[1].failures)


def test_b17_a_column_out_of_range_is_told_and_the_rest_compared():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = pd.DataFrame({"x": rng.normal(size=60) + 2 * y, "huge": rng.normal(size=60) * 1e300})
    table = prepare(X, y, n_splits=3)
    assert list(table.X) == ["x"]
    assert any("Column huge is left out: its numbers reach" in each for each in table.left_out)


def test_w15_a_posterior_that_is_none_is_told_by_its_row():
    classes = np.array(["a", "b"])
    law = np.array([[0.2, 0.8], [0.5, 0.4], [1.5, -0.5]])
    with pytest.raises(ValueError, match=r"rows that sum to 1; got \[0.5, 0.4\] in row 1, and 2 such rows"):
        checked_posterior(law, 3, classes)
    with pytest.raises(ValueError, match=r"of shape \(2, 2\), .*; got shape \(3, 2\)"):
        checked_posterior(law, 2, classes)
    assert checked_posterior([[0.25, 0.75]], 1, classes).tolist() == [[0.25, 0.75]]
