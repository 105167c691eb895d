"""One way from a column to numbers: every dtype that holds numbers, dates, times or durations, against Python's own."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from genvsdisc import TableEncoder
from genvsdisc.features.dtypes import as_numbers, is_number, usual_dtype
from genvsdisc.features.kinds import column_kinds

DAYS = [dt.date(2020, 1, 1), None, dt.date(1066, 10, 14), dt.date(9999, 12, 31)]
STAMPS = [dt.datetime(2020, 1, 1, 12), None, dt.datetime(1066, 10, 14, 6), dt.datetime(1970, 1, 2)]
IN_DAYS = [18262.0, np.nan, (dt.date(1066, 10, 14) - dt.date(1970, 1, 1)).days, 2932896.0]
STAMPS_IN_DAYS = [18262.5, np.nan, (dt.date(1066, 10, 14) - dt.date(1970, 1, 1)).days + 0.25, 1.0]
EAST = dt.timezone(dt.timedelta(hours=9))


def arrow(values, kind):
    return pd.Series(pd.array(pa.array(values, kind), dtype=pd.ArrowDtype(kind)))


def utc(values):
    return [None if value is None else value.replace(tzinfo=dt.UTC) for value in values]


COLUMNS = {
    "objects date": (pd.Series(DAYS, dtype=object), IN_DAYS),
    "objects datetime": (pd.Series(STAMPS, dtype=object), STAMPS_IN_DAYS),
    "objects zoned": (pd.Series([dt.datetime(2020, 1, 1, 9, tzinfo=EAST), None], dtype=object), [18262.0, np.nan]),
    "objects time": (pd.Series([dt.time(6), None, dt.time(18, 30)], dtype=object), [0.25, np.nan, 18.5 / 24]),
    "objects timedelta": (pd.Series([dt.timedelta(hours=6), None], dtype=object), [0.25, np.nan]),
    "objects decimal": (pd.Series([Decimal("0.1"), Decimal("2.5")], dtype=object), [0.1, 2.5]),
    "datetime64[s]": (pd.Series(np.array(["1066-10-14", "NaT"], "M8[s]")), [IN_DAYS[2], np.nan]),
    "datetime64[ns]": (pd.Series(np.array(["2020-01-01T12", "NaT"], "M8[ns]")), [18262.5, np.nan]),
    "datetime64[us, zone]": (
        pd.Series(np.array(["2020-01-01T09", "NaT"], "M8[us]")).dt.tz_localize("Asia/Tokyo"),
        [18262.0, np.nan],
    ),
    "timedelta64": (pd.Series(np.array([36, "NaT"], "m8[h]").astype("m8[s]")), [1.5, np.nan]),
    "period": (pd.Series(pd.period_range("1970-02", periods=2, freq="M")), [31.0, 59.0]),
    "sparse": (pd.Series(pd.arrays.SparseArray([0, 0, 1.5])), [0, 0, 1.5]),
    "Int64": (pd.Series([1, None], dtype="Int64"), [1, np.nan]),
    "Float32": (pd.Series([1.5, None], dtype="Float32"), [1.5, np.nan]),
    "date32": (arrow(DAYS, pa.date32()), IN_DAYS),
    "date64": (arrow(DAYS, pa.date64()), IN_DAYS),
    "timestamp[s]": (arrow(STAMPS, pa.timestamp("s")), STAMPS_IN_DAYS),
    "timestamp[us, zone]": (arrow(utc(STAMPS), pa.timestamp("us", "Asia/Tokyo")), STAMPS_IN_DAYS),
    "duration": (arrow([dt.timedelta(hours=6), None], pa.duration("ms")), [0.25, np.nan]),
    "time32": (arrow([dt.time(6), None], pa.time32("s")), [0.25, np.nan]),
    "time64": (arrow([dt.time(18), None], pa.time64("ns")), [0.75, np.nan]),
    "decimal128": (arrow([Decimal("1.25"), None], pa.decimal128(10, 2)), [1.25, np.nan]),
    "decimal256": (arrow([Decimal("1.25"), None], pa.decimal256(40, 2)), [1.25, np.nan]),
    "halffloat": (arrow([np.float16(1.5), None], pa.float16()), [1.5, np.nan]),
    "int8 with gaps": (arrow([1, None], pa.int8()), [1, np.nan]),
    "polars Date": (pl.DataFrame({"c": DAYS}), IN_DAYS),
    "polars Datetime": (pl.DataFrame({"c": STAMPS}), STAMPS_IN_DAYS),
    "polars Time": (pl.DataFrame({"c": [dt.time(6), None]}), [0.25, np.nan]),
    "polars Decimal": (pl.DataFrame({"c": [Decimal("1.25"), None]}), [1.25, np.nan]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_f02_f09_f10_w01_c6_every_dtype_gives_the_same_numbers(name):
    column, exact = COLUMNS[name]
    if isinstance(column, pd.Series):
        assert is_number(column)
        np.testing.assert_allclose(as_numbers(column), exact, rtol=1e-15)
        column = pd.DataFrame({"c": column})
    three = pd.concat([column] * 2) if isinstance(column, pd.DataFrame) else pl.concat([column] * 2)
    if len(set(filter(lambda value: value == value, exact))) > 2:
        encoder = TableEncoder.for_table(three)
        np.testing.assert_allclose(encoder.transform(three)[: len(exact), 0], exact, rtol=1e-15)


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        (arrow([True, None], pa.bool_()), "boolean"),
        (arrow([True, False], pa.bool_()), "bool"),
        (arrow(["a", None], pa.string()), "str"),
        (arrow(["a", None], pa.large_string()), "str"),
        (arrow([None, None], pa.null()), "float64"),
        (arrow([1, 2], pa.int32()), "int32"),
    ],
)
def test_arrow_columns_get_the_usual_dtypes(column, dtype):
    assert str(usual_dtype(column).dtype) == dtype
    assert usual_dtype(column).isna().tolist() == column.isna().tolist()


def test_dictionaries_are_categories_in_their_order():
    values = pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1]), pa.array(["low", "high"]), ordered=True)
    column = usual_dtype(pd.Series(pd.array(values, dtype=pd.ArrowDtype(values.type))))
    assert column.cat.ordered
    assert column.cat.categories.tolist() == ["low", "high"]
    assert column.isna().tolist() == [False, False, True, False]
    many = pa.array([i % 30 for i in range(90)]).dictionary_encode()
    table = pd.DataFrame({"c": pd.array(many, dtype=pd.ArrowDtype(many.type))})
    assert column_kinds(table)["c"].kind == "continuous"


def test_a_gap_among_dates_is_missing_and_no_number():
    days = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(range(90), unit="D"))
    days[::9] = pd.NaT
    numbers = (days - pd.Timestamp(0)).dt.days.astype(float)
    for column in (
        days,
        days.dt.tz_localize("UTC"),
        days.astype("timestamp[ns][pyarrow]"),
        days.dt.date.where(days.notna()),
    ):
        np.testing.assert_array_equal(as_numbers(column), numbers)


@pytest.mark.parametrize(
    "columns",
    [
        lambda table: table,
        lambda table: pa.table({name: pa.array(list(cells), pa.binary()) for name, cells in table.items()}),
        lambda table: pl.from_arrow(pa.table({name: list(cells) for name, cells in table.items()})),
        lambda table: table.astype(pd.ArrowDtype(pa.large_binary())),
        lambda table: {name: cells.to_numpy() for name, cells in table.items()},
    ],
)
def test_f05_bytes_are_text(columns):
    """As pandas reads SAS, scipy reads ARFF, and Parquet and HDF5 hold words."""
    rows = range(40)
    words = {
        "x": [f"{i},5" for i in rows],
        "c": ["ab"[i % 2] + " " for i in rows],
        "m": ["?" if i % 9 == 0 else f"{i % 7}" for i in rows],
    }
    words |= {"d": [f"2024-01-{i % 28 + 1:02d}" for i in rows], "k": ["é" if i % 3 else "à" for i in rows]}
    text = pd.DataFrame(words)
    text.loc[3, "c"] = None
    encoder = TableEncoder().fit(text)
    held = columns(text.astype(object).map(lambda word: word.encode() if isinstance(word, str) else None))
    expected = encoder.transform(text)
    np.testing.assert_array_equal(TableEncoder().fit(held).transform(held), expected)
    np.testing.assert_array_equal(TableEncoder().fit(held).transform(text), expected)
    np.testing.assert_array_equal(encoder.transform(held), expected)


def test_f05_categories_of_bytes_are_categories_of_text():
    levels = pd.Series(pd.Categorical([b"lo", b"hi", b"lo"], [b"lo", b"hi"], ordered=True))
    expected = pd.Series(pd.Categorical(["lo", "hi", "lo"], ["lo", "hi"], ordered=True))
    pd.testing.assert_series_equal(usual_dtype(levels), expected)
