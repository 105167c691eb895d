"""The encoder: what each kind becomes, that it learns nothing from rows, and scikit-learn's own checks."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import TableEncoder
from genvsdisc.features.encoding import encoded

TABLE = pd.DataFrame(
    {
        "id": range(1, 9),
        "size": [1.5, np.nan, 3.0, 4.0, 1.5, 2.0, 2.5, 9.0],
        "smokes": ["no", "yes", None, "no", "no", "yes", "yes", "no"],
        "flag": [True, False, True, True, False, False, True, True],
        "town": ["Ulm", "Rom", "Bonn", None, "Ulm", "Rom", "Bonn", "Ulm"],
        "color": ["red", "blue", "green", "red", "red", "blue", "red", "green"],
    }
)
NAN = np.nan


@parametrize_with_checks([TableEncoder()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_matrix_and_names():
    encoder = TableEncoder.for_table(TABLE)
    names = [
        "size",
        "smokes=yes",
        "smokes=(missing)",
        "flag",
        "town=Rom",
        "town=Ulm",
        "town=(missing)",
        "color=green",
        "color=red",
    ]
    assert encoder.get_feature_names_out().tolist() == names
    matrix = encoder.transform(TABLE)
    assert matrix.dtype == np.float64
    np.testing.assert_array_equal(
        matrix[:4],
        [
            [1.5, 0, 0, 1, 0, 1, 0, 0, 1],
            [NAN, 1, 0, 0, 1, 0, 0, 0, 0],
            [3.0, 0, 1, 1, 0, 0, 0, 1, 0],
            [4.0, 0, 0, 1, 0, 0, 1, 0, 1],
        ],
    )


def test_codes_are_the_places_of_the_levels():
    encoder = TableEncoder.for_table(TABLE, categories="codes")
    assert encoder.get_feature_names_out().tolist() == ["size", "smokes=yes", "flag", "town", "color"]
    np.testing.assert_array_equal(
        encoder.transform(TABLE)[:4],
        [[1.5, 0, 1, 2, 2], [NAN, 1, 0, 1, 0], [3.0, NAN, 1, 0, 1], [4.0, 0, 1, NAN, 2]],
    )
    with pytest.raises(ValueError, match="'indicators' or 'codes', got 'dummies'"):
        TableEncoder(categories="dummies").fit_transform(TABLE)


def test_indicators_are_scikit_learns():
    theirs = OneHotEncoder(drop="first", sparse_output=False).fit_transform(TABLE[["color"]])
    np.testing.assert_array_equal(TableEncoder.for_table(TABLE[["color"]]).transform(TABLE[["color"]]), theirs)


def test_values_never_seen():
    new = TABLE.iloc[:2].assign(color=["pink", None], smokes=["maybe", "no"], town=["Paris", "Ulm"])
    encoded = pd.DataFrame(
        TableEncoder.for_table(TABLE).transform(new), columns=TableEncoder.for_table(TABLE).get_feature_names_out()
    )
    assert encoded.filter(like="color").to_numpy().tolist() == [[0, 0], [0, 0]]
    assert encoded.filter(like="town").to_numpy().tolist() == [[0, 0, 0], [0, 1, 0]]
    np.testing.assert_array_equal(encoded["smokes=yes"], [NAN, 0])


def test_lumped_levels_share_an_indicator():
    many = pd.DataFrame({"c": [f"l{i:02}" for i in range(25) for _ in range(30 - i)] + [None]})
    encoder = TableEncoder.for_table(many)
    assert encoder.get_feature_names_out().tolist()[-3:] == ["c=l19", "c=(other)", "c=(missing)"]
    rows = encoder.transform(pd.DataFrame({"c": ["l00", "l01", "l24", "new", None]}))
    assert rows.argmax(axis=1).tolist() == [0, 0, 19, 19, 20]
    assert rows.sum(axis=1).tolist() == [0, 1, 1, 1, 1]


@examples(30)
@given(st.lists(st.integers(0, 7), min_size=1, max_size=8))
def test_each_row_is_encoded_alone(rows):
    encoder = TableEncoder.for_table(TABLE)
    part = TABLE.iloc[rows].reset_index(drop=True)
    np.testing.assert_array_equal(encoder.transform(part), encoder.transform(TABLE)[rows])


def test_with_a_schema_it_has_no_state():
    encoder = clone(TableEncoder.for_table(TABLE))
    assert not encoder.__sklearn_tags__().requires_fit
    before = encoder.transform(TABLE)
    encoder.fit(TABLE.iloc[:2])
    np.testing.assert_array_equal(encoder.transform(TABLE), before)


def test_fitted_and_for_table_agree():
    np.testing.assert_array_equal(TableEncoder().fit_transform(TABLE), TableEncoder.for_table(TABLE).transform(TABLE))


def test_columns_are_found_by_name():
    encoder = TableEncoder.for_table(TABLE)
    shuffled = TABLE[TABLE.columns[::-1]].assign(extra=1)
    np.testing.assert_array_equal(encoder.transform(shuffled), encoder.transform(TABLE))


def test_arrays_are_taken_by_position():
    numbers = np.random.default_rng(0).normal(size=(6, 3))
    encoder = TableEncoder.for_table(pd.DataFrame(numbers, columns=list("abc")))
    np.testing.assert_array_equal(encoder.transform(numbers), numbers)


def test_polars_is_read_as_pandas():
    encoder = TableEncoder.for_table(pl.from_pandas(TABLE))
    np.testing.assert_array_equal(
        encoder.transform(pl.from_pandas(TABLE)),
        TableEncoder.for_table(TABLE).transform(TABLE),
    )


def test_dates_and_durations_are_days():
    table = pd.DataFrame(
        {
            "when": pd.to_datetime(["1970-01-02T00", None, "1970-01-03T12", "1970-01-01T00"]),
            "zoned": pd.to_datetime(["1970-01-02T00", None, "1970-01-03T12", "1970-01-01T00"]).tz_localize("UTC"),
            "lasted": pd.to_timedelta([24, np.nan, 60, 0], unit="h"),
        }
    )
    np.testing.assert_array_equal(TableEncoder.for_table(table).transform(table), np.outer([1, NAN, 2.5, 0], [1, 1, 1]))


def test_columns_that_were_read_as_words_elsewhere_are_told():
    encoder = TableEncoder.for_table(pd.DataFrame({"x": [1.0, 2.5, 4.0]}))
    with pytest.raises(ValueError, match="column 'x' should hold numbers"):
        encoder.transform(pd.DataFrame({"x": ["a", "b"]}))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (TABLE.drop(columns="town"), "X lacks the column 'town'"),
        (TABLE.assign(size=np.inf), "column 'size' holds infinite values"),
    ],
)
def test_refuses_to_transform(X, message):
    with pytest.raises(ValueError, match=message):
        TableEncoder.for_table(TABLE).transform(X)


def test_refuses_a_table_without_a_usable_column():
    with pytest.raises(ValueError, match=r"no column of X can be used.*id \(identifier\), one \(constant\)"):
        TableEncoder().fit(pd.DataFrame({"id": range(9), "one": 1}))


def test_recommended_imputer_completes_the_matrix():
    complete = make_pipeline(TableEncoder.for_table(TABLE), SimpleImputer(add_indicator=True, keep_empty_features=True))
    matrix = complete.fit_transform(TABLE)
    assert np.isfinite(matrix).all()
    assert matrix.shape == (8, 8 + 2)


def test_names_and_levels_may_be_any_text():
    wild = pd.DataFrame({"<script>\n\"'": list("abcabc"), "größe 大": ["<b>", "\n", "a"] * 2})
    encoder = TableEncoder.for_table(wild)
    assert encoder.transform(wild).shape == (6, 4)
    assert "<script>\n\"'=b" in encoder.get_feature_names_out()


def test_text_is_read_a_row_at_a_time_by_the_format_of_the_column():
    table = pd.DataFrame(
        {
            "price": ["1.234,50 \u20ac", "7,25 \u20ac", "?", "12,00 \u20ac"],
            "when": ["13.01.2020", "01.02.2020", "03.04.2020", None],
            "flag": ["x", " ", "x", None],
        }
    )
    encoder = TableEncoder.for_table(table)
    assert encoder.get_feature_names_out().tolist() == ["price", "when", "flag=x"]
    matrix = encoder.transform(table)
    np.testing.assert_array_equal(matrix, [[1234.5, 18274, 1], [7.25, 18293, 0], [NAN, 18355, 1], [12.0, NAN, 0]])
    np.testing.assert_array_equal(np.vstack([encoder.transform(table.iloc[[i]]) for i in range(4)]), matrix)
    new = pd.DataFrame({"price": ["3,5", "1.000"], "when": ["31.12.1500", "-"], "flag": [None, "y"]})
    np.testing.assert_array_equal(
        encoder.transform(new), [[3.5, (dt.date(1500, 12, 31) - dt.date(1970, 1, 1)).days, 0], [1000.0, NAN, 1]]
    )
    numbers = pd.DataFrame({"price": [3.5], "when": pd.to_datetime(["2020-01-13"]), "flag": ["x"]})
    np.testing.assert_array_equal(encoder.transform(numbers), [[3.5, 18274, 1]])


def test_a_word_that_the_column_never_had_is_refused_and_one_that_it_had_is_missing():
    strict = TableEncoder.for_table(pd.DataFrame({"x": ["1", "2.5", "4"]}))
    with pytest.raises(ValueError, match="column 'x' should hold numbers: 'low' is no number"):
        strict.transform(pd.DataFrame({"x": ["1", "low"]}))
    numbers = [str(i) for i in range(40)]
    lenient = TableEncoder.for_table(pd.DataFrame({"x": [*reversed(numbers), "1.5", "low"]}))
    np.testing.assert_array_equal(lenient.transform(pd.DataFrame({"x": ["3", "low", "high"]})), [[3], [NAN], [NAN]])


@pytest.mark.parametrize(
    ("levels", "new"),
    [
        ([True, False], ["True", "false"]),
        ([True, False], ["1", "0"]),
        ([1, 0], ["1", "0"]),
        (["1", "0"], [1.0, 0.0]),
        ([1.0, 0.0], [True, False]),
    ],
)
def test_f23_a_level_in_another_type_is_the_same_level(levels, new):
    encoder = TableEncoder.for_table(pd.DataFrame({"c": levels * 3}))
    assert encoder.transform(pd.DataFrame({"c": new}))[:, 0].tolist() == [1, 0]


def test_many_columns_are_encoded_together_as_each_by_itself():
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame(rng.normal(size=(40, 700))).add_prefix("x").mask(rng.random((40, 700)) < 0.05)
    table = numbers.assign(n=rng.integers(9, size=40), word=rng.choice(["a", "b", "c"], 40), two=np.arange(40) % 2)
    table["small"] = table["x1"].astype("float32")
    table["nullable"] = table["n"].astype("Int64")
    table["day"] = pd.date_range("2020-01-01", periods=40, freq="31D")
    table = table[rng.permutation(table.columns)]
    encoder = TableEncoder.for_table(table)
    alone = [encoded(table[name], column) for name, column in encoder.columns.items() if column.used]
    np.testing.assert_array_equal(encoder.transform(table), np.hstack(alone))
    with pytest.raises(ValueError, match="column 'x650' holds infinite values"):
        encoder.transform(table.assign(x650=np.inf))


def test_clones_share_the_schema():
    encoder = TableEncoder.for_table(pd.DataFrame({"a": [1.5, 2.5, 3.0], "b": list("xyx")}))
    own = clone(encoder).columns
    assert own == encoder.columns
    assert all(own[name] is encoder.columns[name] for name in own)
