"""What columns are: each rule, its edge, and independence of the labels."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from genvsdisc.features.dtypes import as_numbers
from genvsdisc.features.encoding import encoded
from genvsdisc.features.kinds import column_kinds, column_table
from genvsdisc.features.level_codes import read_as_judged
from genvsdisc.features.typed import typed_table

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


@pytest.mark.parametrize("dtype", [str, object, "category", "string[pyarrow]"])
def test_f05_a_frame_of_strings_is_judged_as_a_file_is(dtype):
    numbers = pd.DataFrame(
        {"x": rng.normal(size=N), "n": rng.integers(0, 500, N), "c": ["a", "b", "c", "d"] * (N // 4)}
    )
    numbers.loc[3, "x"] = np.nan
    text = numbers.astype(str).replace("nan", "?").astype(dtype)
    kinds = column_kinds(text)
    assert [column.kind for column in kinds.values()] == ["continuous", "continuous", "categorical"]
    assert kinds["x"].missing == 1
    assert kinds["n"].note == "text read as numbers"


def test_f05_categories_of_numbers_are_numbers_where_they_are_too_many_for_levels():
    many = pd.Categorical(rng.permutation(200)[:N] * 1.5)
    assert kind_of(many) == "continuous"
    assert kind_of(pd.Categorical([f"{value} cm" for value in many])) == "continuous"
    assert kind_of(pd.Categorical([1, 2, 3] * 10)) == "categorical"  # as declared
    assert kind_of(pd.Categorical([f"name {i}" for i in range(N)])) == "identifier"


@pytest.mark.parametrize(
    "cells", [["TRUE", "true", "False", "false"], [True, "True", False, "FALSE"], ["True", "true", None, "false"]]
)
def test_truth_values_in_several_spellings_are_two_levels(cells):
    """True and "True" were two levels beside each other."""
    table = pd.DataFrame({"c": pd.Series(cells * 5, dtype=object)})
    judged = column_kinds(table)["c"]
    assert (judged.kind, judged.levels, judged.missing) == ("binary", (False, True), 5 * cells.count(None))
    truth = [None if cell is None else str(cell).lower() == "true" for cell in cells]
    typed = typed_table(table).table["c"]
    assert [None if pd.isna(cell) else cell for cell in typed[:4]] == truth
    assert encoded(table["c"], judged)[:4, 0].tolist() == [float(cell or 0) for cell in truth]


@pytest.mark.parametrize("cells", [["yes", "Y", "no", "no"], [True, 1.0, "yes", "n"], ["0", "1", "nein", "ja"]])
def test_yes_and_no_in_several_spellings_are_named(cells):
    assert "yes and no in several spellings" in column_kinds(pd.DataFrame({"c": cells * 9}))["c"].note


@pytest.mark.parametrize("cells", [["y", "n", "x"], ["yes", "no", "maybe"], ["1", "2", "no"], ["yes", "no", None]])
def test_other_levels_beside_yes_and_no_are_levels(cells):
    assert "spellings" not in column_kinds(pd.DataFrame({"c": cells * 9}))["c"].note


def test_entries_with_blanks_below_may_be_merged_cells():
    """The blanks of a group that a sheet names once are no missing entries."""
    for groups in (["a"], ["a", "b"], ["a", "b", "c", "d"]):
        cells = [cell for group in groups for cell in (group, None, None, None, None)]
        assert "merged cells" in column_kinds(pd.DataFrame({"c": cells}))["c"].note
    for cells in ([None, "a", None, None, "b", None, None], ["a", None, "a", None, None, None], ["a", "b", "c", None]):
        assert "merged cells" not in column_kinds(pd.DataFrame({"c": cells}))["c"].note


DECLARED = {
    "whole numbers": (3 * np.arange(N), 3.0 * np.arange(N)),
    "of 8 bits": (np.arange(N, dtype=np.uint8)[::-1], np.arange(N)[::-1]),
    "text": ([f"{k},5 kg" for k in range(N)], np.arange(N) + 0.5),
    "years": (pd.period_range("1970-01", periods=N, freq="Y"), (np.arange(N) * 365.25 + 0.25).astype(int)),
    "days": (pd.date_range("1970-01-02", periods=N, freq="2D"), 2 * np.arange(N) + 1),
}


@pytest.mark.parametrize("name", DECLARED)
@pytest.mark.parametrize("gap", [False, True])
def test_f05_declared_numbers_with_a_gap_are_what_they_are_without(name, gap):
    values, numbers = DECLARED[name]
    column = pd.Series(pd.Categorical([*values, *[None] * gap]))
    typed = typed_table(pd.DataFrame({"x": column})).table["x"]
    np.testing.assert_array_equal(as_numbers(typed), [*numbers, *[np.nan] * gap])
    judged = column_kinds(pd.DataFrame({"x": column}))["x"]
    if gap:
        assert (judged.kind, judged.missing) == ("continuous", 1)
    np.testing.assert_array_equal(as_numbers(read_as_judged(column, judged)), as_numbers(typed))


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (rng.permutation(N), "numbers the rows, in another order"),
        (rng.permutation(N) + 1, "numbers the rows, in another order"),
        (rng.permutation(N) + 1000, "numbers the rows, in another order"),
        (rng.permutation(int(N / 0.8))[:N], "numbers the rows, in another order"),
        (rng.permutation(N).astype(str), "numbers the rows, in another order; text read as numbers"),
        ([3, 1, 2, 5, 4], "numbers the rows, in another order"),
        (np.arange(N), "numbers the rows"),
    ],
)
def test_f21_numbers_of_rows_in_any_order_are_identifiers(values, note):
    column = column_kinds(pd.DataFrame({"c": values}))["c"]
    assert (column.kind, column.note) == ("identifier", note)


@pytest.mark.parametrize(
    "values",
    [rng.permutation(10 * N)[:N], [3, 1, 2, 4, 4], [3, 1, 2], rng.permutation(N) + 0.5, -rng.permutation(N) - 1],
)
def test_f21_other_numbers_are_not(values):
    assert kind_of(values) == "continuous"


def test_f21_different_whole_numbers_are_told():
    column = column_kinds(pd.DataFrame({"c": rng.permutation(10 * N)[:N]}))["c"]
    assert column.note == "whole numbers, all different: leave it out if it only names the rows"


@pytest.mark.parametrize(
    "values",
    [
        ["x", None] * 30,
        [1, np.nan] * 30,
        ["x", ""] * 30,
        ["x ", " "] * 30,
        [True, None] * 30,
        [pd.Timestamp(0), pd.NaT] * 30,
    ],
)
def test_f22_one_value_or_missing_is_present_or_not(values):
    column = column_kinds(pd.DataFrame({"flag": values}))["flag"]
    assert column.kind == "binary"
    assert column.used
    assert column.missing == 30
    assert column.note.startswith("present or not: the one value is ")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([-999 if i % 7 == 0 else i * 37 % 53 for i in range(50)], "-999 stands 8 times"),
        ([9999.0 if i % 7 == 0 else i * 37 % 53 + 0.5 for i in range(50)], "9999 stands 8 times"),
        ([-1e6 if i % 4 == 0 else i * 37 % 53 + 0.5 for i in range(50)], "-1e+06 stands 13 times"),
        ([99 if i % 7 == 0 else i * 37 % 98 for i in range(50)], ""),
        ([-999 if i == 7 else i * 37 % 53 for i in range(50)], ""),
        ([0 if i % 7 == 0 else 100 + i * 37 % 53 for i in range(50)], ""),
    ],
)
def test_b15_a_far_value_that_repeats_is_told(values, told):
    note = column_kinds(pd.DataFrame({"c": values}))["c"].note
    assert note.startswith(told)
    assert ("far from all other values" in note) == bool(told)


def test_levels_in_two_cases_are_told():
    column = column_kinds(pd.DataFrame({"c": ["Red", "red", "blue"] * 5}))["c"]
    assert column.note == "'Red' and 'red' differ in case only"


@pytest.mark.parametrize(
    ("size", "kind"), [(1e300, "out of range"), (1e-300, "out of range"), (1e139, "continuous"), (1e-139, "continuous")]
)
def test_b17_f26_numbers_whose_squares_cannot_be_added_are_named_with_a_divisor(size, kind):
    values = np.linspace(1, 2, 50) * size
    found = column_kinds(pd.DataFrame({"x": values, "flag": np.where(np.arange(50) % 2, size, 0.0)}))
    assert found["x"].kind == kind
    assert found["flag"].kind == "binary"
    if kind == "out of range":
        assert not found["x"].used
        assert found["x"].note == (
            f"its numbers reach {2 * size:.3g}, whose squares floating point cannot add; divide it by {size:g}"
        )


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_b17_zeros_beside_infinities_are_numbers_without_a_warning(zero):
    """The power of ten of what is largest among them was asked for."""
    assert column_kinds(pd.DataFrame({"x": [zero, np.inf, -np.inf] * 20}))["x"].kind == "continuous"
