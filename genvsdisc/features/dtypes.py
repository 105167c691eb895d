"""One way from a column of any dtype to numbers: pandas, NumPy, Arrow and Python's own dates alike."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

_DAY = np.timedelta64(1, "D")
_TEMPORAL = {"datetime64", "datetime", "date", "timedelta64", "timedelta", "time"}
MOST_EXACT = 2**53
"""Floating point holds every whole number up to this one."""
_NUMERIC = {"integer", "floating", "mixed-integer-float", "decimal"}


def is_text(values: pd.Series) -> bool:
    """Return True if the column may hold strings: a string dtype, or objects."""
    return pd.api.types.is_string_dtype(values.dtype) or pd.api.types.is_object_dtype(values.dtype)


def nested_value(values: pd.Series) -> Any:
    """Return the first list, array, set or mapping among the cells of a column; None if there is none."""
    if isinstance(values.dtype, pd.ArrowDtype) and pa.types.is_nested(values.dtype.pyarrow_dtype):
        return next(iter(values.dropna()), None)
    if not pd.api.types.is_object_dtype(values.dtype):
        return None
    return next((cell for cell in values if isinstance(cell, list | dict | set | frozenset | tuple | np.ndarray)), None)


def is_number(values: pd.Series) -> bool:
    """Return True if a column holds numbers, dates, times or durations; truth values and categories are not numbers."""
    values = usual_dtype(values)
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_object_dtype(dtype):
        return pd.api.types.infer_dtype(values, skipna=True) in _NUMERIC | _TEMPORAL
    return pd.api.types.is_numeric_dtype(dtype) or dtype.kind in "mM"


def is_temporal(values: pd.Series) -> bool:
    """Return True if a column holds dates, times or durations."""
    values = usual_dtype(values)
    return values.dtype.kind in "mM" or (
        pd.api.types.is_object_dtype(values.dtype) and pd.api.types.infer_dtype(values, skipna=True) in _TEMPORAL
    )


def as_numbers(values: pd.Series) -> NDArray[np.float64]:
    """Convert a column to floats, NaN where missing.

    Parameters
    ----------
    values : Series
        Numbers of any dtype; dates and time stamps, which become days since 1970-01-01 in UTC; durations and times of
        day, which become days.

    Returns
    -------
    numbers : ndarray of float64

    Raises
    ------
    ValueError or TypeError
        If an entry is no number.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> as_numbers(pd.Series(np.array(["1970-01-02T12", "NaT", "1066-10-14"], dtype="M8[s]")))
    array([ 1.50000e+00,          nan, -3.29893e+05])
    """
    values = usual_dtype(values)
    if values.dtype.kind in "mM":
        return _in_days(_without_zone(values).to_numpy())
    if pd.api.types.is_object_dtype(values.dtype) and pd.api.types.infer_dtype(values, skipna=True) in _TEMPORAL:
        return _objects_in_days(values)
    try:
        return values.to_numpy(dtype=float, na_value=np.nan)
    except OverflowError:  # whole numbers of Python that have no end
        return np.array([np.nan if pd.isna(number) else as_float(number) for number in values], dtype=float)


def as_float(number: Any) -> float:
    """Convert a number of Python to a float: infinite where it is too large for one, as text of so many digits is."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def usual_dtype(values: pd.Series) -> pd.Series:
    """Convert Arrow, sparse, period and bytes columns to the usual dtypes; leave every other column as it is.

    Parameters
    ----------
    values : Series

    Returns
    -------
    column : Series
        Numbers as int64 or float64, truth values as bool or boolean, dates and time stamps as datetime64 in UTC,
        durations and times of day as timedelta64, text as strings, a dictionary as a category.
    """
    dtype = values.dtype
    if isinstance(dtype, pd.SparseDtype):
        return usual_dtype(values.astype(dtype.subtype))
    if isinstance(dtype, pd.PeriodDtype):
        return values.dt.to_timestamp()
    if dtype.kind == "O" and is_text(values) and pd.api.types.infer_dtype(values, skipna=True) == "bytes":
        return values.map(in_text, na_action="ignore")
    if isinstance(dtype, pd.CategoricalDtype) and dtype.categories.inferred_type == "bytes":
        return values.cat.rename_categories(list(map(in_text, dtype.categories)))
    if not isinstance(dtype, pd.ArrowDtype):
        return values
    column = plain_arrow(pa.chunked_array([pa.array(values)]))
    column.index, column.name = values.index, values.name
    return column


def undeclared(values: pd.Series) -> pd.Series:
    """Take categories as the values they are, of their usual dtype: whole numbers with gaps are floats.

    >>> undeclared(pd.Series(pd.Categorical([3, None, 5]))).tolist()
    [3.0, nan, 5.0]
    """
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return values
    plain = usual_dtype(pd.Series(values.cat.categories)).reindex(values.cat.codes.to_numpy())
    plain.index, plain.name = values.index, values.name
    return plain


def in_text(word: bytes) -> str:
    """Decode what SAS, ARFF and HDF5 files hold as bytes, even where it is not in UTF-8."""
    return word.decode("utf-8", "backslashreplace")


def plain_arrow(column: pa.ChunkedArray) -> pd.Series:
    """Convert an Arrow column as `usual_dtype` does, without a name and with rows numbered from 0."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.unify_dictionaries()
        levels = column.chunk(0).dictionary if column.num_chunks else pa.array([], kind.value_type)
        categories = pd.Index(plain_arrow(pa.chunked_array([levels])))
        signed = [chunk.indices.cast(pa.int64()) for chunk in column.chunks]  # those of polars have no sign
        codes = [places.fill_null(-1).to_numpy(zero_copy_only=False) for places in signed]
        places = np.concatenate(codes) if codes else np.empty(0, int)
        return pd.Series(pd.Categorical.from_codes(places.astype(int), categories, ordered=kind.ordered))
    if pa.types.is_decimal(kind) or kind == pa.float16():
        column = column.cast(pa.float64())
    elif pa.types.is_date(kind):
        column = column.cast(pa.timestamp("s" if pa.types.is_date32(kind) else "ms"))
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp(kind.unit))  # the instant, in UTC
    elif pa.types.is_time(kind):
        numbers = column.cast(pa.int32() if pa.types.is_time32(kind) else pa.int64())
        column = numbers.cast(pa.int64()).cast(pa.duration(kind.unit))
    elif pa.types.is_boolean(kind) and column.null_count:
        return pd.Series(pd.array(column.to_pylist(), dtype="boolean"))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        column = column.cast(pa.large_string())
    elif pa.types.is_null(kind):
        return pd.Series(np.full(len(column), np.nan))
    return usual_dtype(column.to_pandas())


def whole_or_plain(column: pa.ChunkedArray) -> pd.Series:
    """A column as `plain_arrow` converts it, but integers with gaps as Int64, which loses no digit."""
    if pa.types.is_integer(column.type) and column.null_count:
        numbers = column.fill_null(0).cast(pa.uint64() if column.type == pa.uint64() else pa.int64())
        absent = column.is_null().to_numpy()  # by hand, for pandas may convert by way of floats
        return pd.Series(pd.arrays.IntegerArray(numbers.to_numpy(), absent))
    return plain_arrow(column)


def _without_zone(values: pd.Series) -> pd.Series:
    zoned = isinstance(values.dtype, pd.DatetimeTZDtype)
    return values.dt.tz_convert("UTC").dt.tz_localize(None) if zoned else values


def _in_days(stamps: NDArray) -> NDArray[np.float64]:
    """Convert datetime64 or timedelta64 of any unit to days; integers are divided, so no date is out of bounds."""
    if np.datetime_data(stamps.dtype)[0] in ("Y", "M"):
        stamps = stamps.astype("M8[D]")
    per_day = _DAY / np.array(1, dtype=stamps.dtype.str.replace("M8", "m8"))
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / per_day)


def _objects_in_days(values: pd.Series) -> NDArray[np.float64]:
    codes, uniques = pd.factorize(values)
    days = np.array([_moment(value) for value in uniques], dtype=float)
    return np.append(days, np.nan)[codes]


def _moment(value: Any) -> float:
    """Days since 1970 of one date, with or without a time and a zone; days of a duration or a time of day."""
    if isinstance(value, np.datetime64 | np.timedelta64):
        return float(_in_days(np.array([value]))[0])
    if isinstance(value, datetime.time):
        value = datetime.timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
        )
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(days=1)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        return float(_in_days(np.array([value], dtype="M8[us]"))[0])
    if isinstance(value, datetime.date):
        return float((value - datetime.date(1970, 1, 1)).days)
    raise TypeError(f"{value!r} is no date")
