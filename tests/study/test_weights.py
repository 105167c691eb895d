"""Weights of rows: what may be given, and what is refused in one line."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.study.weights import effective_rows, read_weights, row_counts


def frame():
    return pd.DataFrame({"age": [31.0, 44.0, 29.0], "copies": [1, 2, 0], "name": ["a", "b", "c"]})


def test_a_column_leaves_the_table_and_an_array_does_not():
    X, weights = read_weights(frame(), "copies")
    assert list(X) == ["age", "name"]
    assert (weights.of_rows.tolist(), weights.column, weights.named) == ([1.0, 2.0, 0.0], "copies", True)
    for given in ([1, 2, 0], np.array([1.0, 2.0, 0.0]), pd.Series([1, 2, 0], index=[7, 8, 9]), ["1", "2", "0"]):
        X, weights = read_weights(frame(), given)
        assert list(X) == list(frame())
        assert weights.of_rows.tolist() == [1.0, 2.0, 0.0]
        assert not weights.named


def test_weights_of_one_are_no_weights():
    assert read_weights(frame(), None)[1] is None
    assert read_weights(frame(), [1, 1, 1])[1] is None
    assert read_weights(frame(), [True, True, True])[1] is None
    assert read_weights(frame(), [2, 2, 2])[1].of_rows.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("unit", [1.0, 2.0**-20, 1e-6, 1e6 / 3])
def test_weights_that_are_not_whole_are_in_units_of_their_mean_as_are_those_of_rows_that_join(unit):
    given = np.array([0.25, 0.0, 1.5]) * unit
    _, weights = read_weights(frame(), given)
    np.testing.assert_allclose(weights.of_rows, np.array([0.25, 0.0, 1.5]) / 0.875, rtol=1e-15)
    _, others = read_weights(frame(), np.array([3.0, 1.0, 1.0]) * unit, weights.unit)
    np.testing.assert_allclose(others.of_rows, np.array([3.0, 1.0, 1.0]) / 0.875, rtol=1e-15)
    assert read_weights(frame(), np.full(3, 0.3 * unit))[1] is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("copy", "sample_weight='copy' is not a column of X; did you mean 'copies'"),
        ("name", "sample_weight 'name' must hold numbers, got 'a' in row 0"),
        ([1, 2], "sample_weight must hold a value for each of the 3 rows"),
        ([[1], [2], [3]], "sample_weight must hold a value for each of the 3 rows"),
        ([1, np.nan, 2], "sample_weight is missing in 1 rows, the first of them row 1"),
        ([1, 2, -0.5], "sample_weight is negative in 1 rows, the first of them row 2"),
        ([np.inf, 2, 1], "sample_weight is infinite in 1 rows"),
        ([0, 0, 0], "sample_weight is 0 in all rows"),
        (pd.date_range("2020", periods=3), "must hold numbers, got '2020-01-01 00:00:00': a date or time is no weight"),
        (["x", 1, 2], "sample_weight must hold numbers, got 'x'"),
    ],
)
def test_what_is_no_weight_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        read_weights(frame(), given)
    if not isinstance(given, str):
        with pytest.raises(ValueError, match=message):
            gd.compare(frame(), ["u", "v", "u"], sample_weight=given)


def test_counts_are_the_weights_where_they_are_whole_and_shares_of_the_rows_elsewhere():
    assert row_counts(np.array([1.0, 4.0])).tolist() == [1.0, 4.0]
    np.testing.assert_allclose(row_counts(np.array([0.5, 1.0])), [2 / 3, 4 / 3])


def test_the_effective_number_of_rows_is_that_of_a_mean():
    rng = np.random.default_rng(0)
    weights = rng.exponential(size=200)
    means = (rng.standard_normal((20_000, 200)) * weights).sum(axis=1) / weights.sum()
    assert effective_rows(weights) == pytest.approx(1 / means.var(), rel=0.03)  # the error of a variance of 20,000: 1 %
    assert effective_rows(np.full(7, 3.0)) == pytest.approx(7)


@pytest.mark.parametrize(("weight", "total"), [(1e308, "inf"), (1e300, "5e.300"), (1e17, "5e.17"), (1e-320, "5e-320")])
def test_f08_weights_that_cannot_be_added_or_divided_by_are_refused(weight, total):
    words = rf"sample_weight adds up to {total}, by which nothing can be divided: divide it by its largest"
    with pytest.raises(ValueError, match=words):
        read_weights(pd.DataFrame({"a": range(5)}), np.full(5, weight))
