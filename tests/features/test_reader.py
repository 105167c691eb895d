"""New rows stand as the rows of training stood, whatever file, order, type or alphabet they come in."""

import numpy as np
import pandas as pd
import polars
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from genvsdisc.features.reader import TableReader
from genvsdisc.features.typed import typed_table

RAW = pd.DataFrame(
    {
        "price": ["1.234,50 €", "7 €", "-", "12,25 €"],
        "age": [31, 44, 29, 50],
        "height": [1.5, np.nan, 1.75, 1.8],
        "town": ["Ulm ", "Rom", "Ulm", None],
        "zip": pd.Categorical(["01", "02", "01", "02"]),
        "since": ["2020-01-05", "2021-02-03", "2019-12-31", "2020-06-30"],
        "member": ["true", "False", "true", "true"],
    }
)


def reader_of(raw):
    typed = typed_table(raw)
    return TableReader.for_table(typed.table, names=list(raw.columns), formats=typed.formats), typed.table


READER, TYPED = reader_of(RAW)


def test_rows_of_training_come_out_as_they_stood_in_training():
    pd.testing.assert_frame_equal(READER.transform(RAW), TYPED)
    pd.testing.assert_frame_equal(clone(READER).transform(TYPED), TYPED)


@examples(20)
@given(st.permutations(list(RAW.columns)), st.lists(st.sampled_from(range(4)), min_size=1, max_size=6))
def test_order_extra_columns_and_choice_of_rows_do_not_matter(order, rows):
    shuffled = RAW[order].iloc[rows].assign(more="=HYPERLINK(1)")
    expected = TYPED.iloc[rows].reset_index(drop=True)
    pd.testing.assert_frame_equal(READER.transform(shuffled), expected, check_dtype=False)


@pytest.mark.parametrize(
    ("column", "cells", "read"),
    [
        ("price", ["$5", "$7.50"], [5.0, 7.5]),  # another currency than in training
        ("price", ["3,5 €"], [3.5]),
        ("price", [3, 4], [3.0, 4.0]),
        ("age", ["31", " 1 044 "], [31, 1044]),
        ("age", ["1,5"], [1.5]),
        ("age", [2.5, 3], [2.5, 3]),
        ("age", pd.Categorical(["31", "29"]), [31, 29]),
        ("age", [None], [np.nan]),
        ("height", ["?", "2"], [np.nan, 2.0]),
        ("height", ["?"], [np.nan]),  # a mark alone: nothing in this file tells that the column is numbers
        ("age", ["-", "n.a."], [np.nan, np.nan]),
        ("price", ["?"], [np.nan]),
        ("since", ["unknown"], [pd.NaT]),
        ("height", [True, False], [1.0, 0.0]),
        ("town", [1.0, 2], ["1", "2"]),
        ("member", [1, 0], [True, False]),
        ("member", ["yes", "TRUE"], [True, True]),
        ("since", ["31.12.2020"], [pd.Timestamp("2020-12-31")]),
    ],
)
def test_cells_that_are_written_otherwise(column, cells, read):
    new = RAW.iloc[np.zeros(len(cells), int)].assign(**{column: cells})
    found = READER.transform(new)[column]
    assert [None if pd.isna(value) else value for value in found] == [
        None if pd.isna(value) else value for value in read
    ]


@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [
        ("age", ["old"], r"column 'age' held numbers in training, but now 'old' is no number"),
        ("since", ["soon"], r"column 'since' held dates in training, but now 'soon' is no date"),
        ("age", [pd.Timestamp("2020-01-01")], "column 'age' held numbers in training, but now dates"),
        ("member", ["maybe"], "column 'member' held truth values in training, but now 'maybe'"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(column, cells, message):
    with pytest.raises(ValueError, match=message):
        READER.transform(RAW.iloc[:1].assign(**{column: cells}))


def test_numbers_in_another_unit_are_found():
    weights = pd.DataFrame({"w": ["50 kg", "61 kg", "70.5 kg"], "price": ["7 €", "8 €", "9 €"], "n": [1, 2, 3]})
    reader, _ = reader_of(weights)
    assert reader.other_units(weights.assign(w=["50 g", "60 g", "7 g"])) == {"w": ("kg", "g")}
    for alike in (["50 kg", "6 kg", "7 kg"], [50, 60, 70], ["50", "60", "?"]):
        assert reader.other_units(weights.assign(w=alike)) == {}
    assert reader.other_units(weights.assign(n=["1 mm", "2 mm", "3 mm"])) == {"n": ("", "mm")}
    assert reader.other_units(weights.assign(n=["1%", "2%", "3%"])) == {"n": ("", "%")}
    assert reader.other_units(weights.assign(n=["1", "2,5", "?"])) == {}


def test_a_lacking_column_is_named_with_the_one_that_may_be_meant():
    with pytest.raises(ValueError, match=r"lacks the column 'price' .* is 'Price' what 'price' was in training\?"):
        READER.transform(RAW.rename(columns={"price": "Price"}))
    with pytest.raises(ValueError, match="lacks the columns 'age', 'town'"):
        READER.transform(RAW.drop(columns=["age", "town"]))


def test_unseen_categories_stay_apart_from_missing_entries():
    found = READER.transform(RAW.iloc[:3].assign(zip=["02", "99", None]))["zip"]
    assert list(found.cat.categories) == ["01", "02", "99"]
    assert found.isna().tolist() == [False, False, True]


def test_arrays_have_the_columns_of_training_or_are_refused():
    trained = pd.DataFrame({"x0": [1.0, 2.0], "x1": [3.0, 4.0]})
    reader = TableReader.for_table(trained[["x1"]], names=["x0", "x1"])
    assert reader.transform(np.array([[5.0, 6.0]]))["x1"].tolist() == [6.0]
    with pytest.raises(ValueError, match="X has 3 columns, the table of training 2"):
        reader.transform(np.zeros((1, 3)))


def test_polars_and_names_that_are_numbers():
    trained = pd.DataFrame({0: [1.0, 2.0], 1: ["a", "b"]})
    reader = TableReader.for_table(trained, names=[0, 1])
    found = reader.transform(polars.DataFrame({"1": ["b"], "0": [3]}))
    assert found.to_dict("list") == {0: [3.0], 1: ["b"]}
