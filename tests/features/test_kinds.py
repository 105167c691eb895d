"""What columns are: each rule, its edge, and independence of the labels."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from genvsdisc.features.kinds import column_kinds, column_table

rng = np.random.default_rng(0)
N = 40


def kind_of(values):
    return column_kinds(pd.DataFrame({"c": values}))["c"].kind


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("continuous", rng.normal(size=N)),
        ("continuous", [1, 2, 3] * 10),
        ("continuous", [1.0, 2.0, np.nan] * 10 + [7.0]),
        ("continuous", pd.Series([1, None, 3] * 10 + [4], dtype="Int64")),
        ("continuous", [Decimal("0.1"), Decimal("0.2"), Decimal("0.7")]),
        ("continuous", pd.date_range("2020-01-01", periods=5, freq="36h")),
        ("continuous", pd.to_timedelta([1, 5, 9], unit="h")),
        ("identifier", rng.permutation(np.arange(N))),
        ("continuous", [1, 2, 3, 4]),
        ("binary", [0, 1, 1, 0]),
        ("binary", [3.5, np.nan, -1.0]),
        ("binary", ["yes", None, "no", "yes"]),
        ("binary", [True, False, None]),
        ("categorical", ["a", "b", "c", "a", "b", "c", "a"]),
        ("categorical", pd.Categorical(["a", "b", "c"] * 4)),
        ("categorical", pd.Categorical([1, 2, 3] * 4)),
        ("categorical", [1, "a", "b"] * 4),
        ("identifier", [f"name {i}" for i in range(N)]),
        ("identifier", [f"name {i}" for i in range(N - 3)] + ["name 0"] * 3),
        ("identifier", np.arange(N)),
        ("identifier", np.arange(1.0, N + 1)),
        ("identifier", np.delete(np.arange(1, 1 + N), [3, 17, 18])),
        ("identifier", np.repeat(np.arange(N), [1, 2, 1, 1, 1, 1, 1, 1] * (N // 8))),
        ("binary", [7, 7, np.nan]),
        ("constant", [7, 7, 7]),
        ("constant", ["x"] * 3),
        ("empty", [np.nan, None]),
        ("empty", []),
    ],
)
def test_kind(kind, values):
    assert kind_of(values) == kind


def test_a_table_sorted_by_a_measurement_keeps_it():
    assert kind_of(np.sort(rng.integers(0, 500, size=N))) == "continuous"


def test_levels_are_sorted_and_ordered_categories_keep_their_order():
    table = pd.DataFrame(
        {
            "plain": ["b", "a", "c"] * 2,
            "graded": pd.Categorical(["low", "high", "mid"] * 2, ["low", "mid", "high"], ordered=True),
        }
    )
    kinds = column_kinds(table)
    assert kinds["plain"].levels == ("a", "b", "c")
    assert kinds["graded"].levels == ("low", "mid", "high")
    mixed = pd.DataFrame({"c": [2, "b", datetime.date.min, "a", 1, True] * 2}, dtype=object)
    assert column_kinds(mixed)["c"].levels == (datetime.date.min, 1, 2, "a", "b")  # True equals 1


def test_too_many_levels_keep_the_most_frequent():
    values = [f"l{i:02}" for i in range(25) for _ in range(30 - i)]
    column = column_kinds(pd.DataFrame({"c": values}))["c"]
    assert column.lumped
    assert column.levels == tuple(f"l{i:02}" for i in range(20))
    assert column.note == "25 levels: the 20 most frequent kept, the others as one"


def test_numbers_spoiled_by_a_word_are_pointed_out():
    words = ["low", "mid", "high", "none at all"]
    column = column_kinds(pd.DataFrame({"c": [str(1.5 * i) for i in range(30)] + words}))["c"]
    assert column.kind == "identifier"
    assert "numbers in 88% of the entries, but not 'low' (1 entry), 'mid' (1 entry), 'high' (1 entry)" in column.note


def test_table_counts_missing_and_distinct_and_says_what_is_left_out():
    table = pd.DataFrame(
        {"id": range(6), "x": [1.5, 2.5, None, 3.5, 1.5, 2.5], "one": 1, datetime.date.max: list("abcabc")}
    )
    listed = column_table(column_kinds(table))
    assert listed.columns.tolist() == ["column", "kind", "used", "missing", "distinct", "note"]
    assert listed["kind"].tolist() == ["identifier", "continuous", "constant", "categorical"]
    assert listed["used"].tolist() == [False, True, False, True]
    assert listed["missing"].tolist() == [0, 1, 0, 0]
    assert listed["distinct"].tolist() == [6, 3, 1, 3]
    assert listed["note"].tolist() == ["numbers the rows", "", "the one value is 1", ""]


def test_long_values_are_shortened_in_notes():
    assert len(column_kinds(pd.DataFrame({"c": ["x" * 5_000] * 3}))["c"].note) < 100


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a' stands more than once"),
        (pd.DataFrame({"c": [[1], [2]]}), "column 'c' holds lists"),
        (pd.DataFrame({"c": [1j, 2j, 3j]}), "column 'c' holds complex numbers"),
    ],
)
def test_refuses(table, message):
    with pytest.raises(ValueError, match=message):
        column_kinds(table)
