"""The gate for y: what makes a column a target, in whatever shape and type it comes."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.datasets.label_columns import blank_rows, one_column
from genvsdisc.features.cells import read_cells
from genvsdisc.features.dtypes import as_numbers, in_text, is_number, is_text, nested_value, undeclared, usual_dtype
from genvsdisc.features.marks import bare, bare_words
from genvsdisc.given import are_beyond, without_signals
from genvsdisc.refusals import (
    complex_labels,
    infinite_labels,
    labels_of_two_types,
    labels_without_order,
    missing_labels,
    nested_labels,
    one_class,
)

MOST_NUMERIC_CLASSES = 20
"""A target of numbers with more different values than this is continuous, unless they are whole and many each."""
ROWS_PER_NUMERIC_CLASS = 20
"""Rows that each of many whole numbers needs on average to be a class."""
_NO_ORDER = vars(object)["__lt__"]
_MOST_INTEGER = 2**63 - 1


def as_target(y: Any, *, name: str = "y", allow_missing: bool = False) -> pd.Series:
    """Take labels in any shape that a public function is given, as one column.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, 1)
        Series, array, list, Arrow or polars column, or a table of one column.
    name : str, default="y"
        What messages call it, where it has no name of its own.
    allow_missing : bool, default=False
        Whether labels may be missing: then they stay so. A blank label is missing, as it is in a file.

    Returns
    -------
    labels : Series
        Named, with rows numbered from 0, of the type given.

    Warns
    -----
    DataConversionWarning
        If y is a column, as scikit-learn does.

    Raises
    ------
    ValueError
        If y is no column, or labels are missing: the message says how many and where the first one is.

    Examples
    --------
    >>> as_target(["a", "b"]).tolist()
    ['a', 'b']
    >>> as_target(["a", None, "b", None], name="species")
    Traceback (most recent call last):
    ...
    ValueError: 2 of 4 labels in 'species' are missing, the first in row 1: leave these rows out
    """
    if type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "iub":  # they cannot be missing
        return pd.Series(y, name=name)
    labels = one_column(y, name)
    labels = pd.Series(labels.array, name=name if labels.name in (None, "") else str(labels.name))
    if labels.dtype.kind == "O" and is_text(labels):
        labels = pd.Series(without_signals(labels.to_numpy()), name=labels.name, dtype=labels.dtype)
    refuse_nested_labels(labels)
    blank = blank_rows(labels)
    labels = labels.mask(blank) if blank.any() else labels
    missing = labels.isna().to_numpy()
    if missing.any() and not allow_missing:
        raise ValueError(missing_labels(labels.name, missing, blank=bool(blank.any())))
    return labels


def class_labels(y: Any, *, name: str = "y") -> pd.Series:
    """Take labels that classifiers are to be fitted to as they come: `as_target`, with a plain type.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, 1)
        Labels of any type; none may be missing.
    name : str, default="y"
        What messages call it, where it has no name of its own.

    Returns
    -------
    labels : Series
        Whole numbers, truth values or text, as `check_target` gives them; whole numbers may be of any number of
        classes.

    Raises
    ------
    ValueError
        If y is no column, labels are missing, infinite or continuous, or there is one class only.

    Examples
    --------
    >>> import datetime
    >>> class_labels([datetime.date(2020, 5, 1), datetime.date(2021, 5, 1)]).tolist()
    ['2020-05-01', '2021-05-01']
    """
    labels = as_target(y, name=name)
    if isinstance(labels.dtype, np.dtype) and labels.dtype.kind in "iub" and len(labels):
        values = labels.to_numpy()  # whose extremes are found in a tenth of a Series' time
        return labels if values.min() < values.max() else check_target(labels)
    labels = usual_dtype(labels)
    labels = labels.astype(float) if labels.dtype == np.float16 else labels  # in which 2**53 is infinite
    if labels.dtype.kind == "f" and np.array_equal(labels, np.rint(labels)) and np.abs(labels).max() < 2**53:
        labels = labels.astype(np.int64)
    if labels.dtype.kind in "iub" and len(labels) and labels.min() < labels.max():
        return labels.astype(labels.dtype.type)  # of NumPy's own, whatever holds it
    return check_target(labels)


def refuse_nested_labels(labels: pd.Series) -> None:
    """Refuse labels that are lists, arrays or mappings, which cannot be told apart or put in order.

    Raises
    ------
    ValueError
        If one is.
    """
    objects = labels.unique() if labels.dtype.kind == "O" and nested_value(labels) is None else ()
    if labels.dtype.kind == "c" or any(isinstance(label, complex | np.complexfloating) for label in objects):
        raise ValueError(complex_labels(labels.name))
    for label in objects:
        if getattr(type(label), "__lt__", None) is _NO_ORDER and not pd.isna(label):
            raise ValueError(labels_without_order(labels.name, label))
    label = labels.iloc[0] if labels.dtype.kind == "V" and len(labels) else nested_value(labels)
    if label is not None and not isinstance(label, tuple):  # which can be told apart
        raise ValueError(nested_labels(labels.name, label))


def check_target(y: pd.Series, *, n_rows: int | None = None) -> pd.Series:
    """Check that a column without missing values can be a target, and give its labels a plain type.

    Parameters
    ----------
    y : Series of shape (n_samples,)
        Labels.
    n_rows : int or None, default=None
        How many rows the labels stand for, where y lists each label once; None takes the length of y.

    Returns
    -------
    labels : Series
        The same labels as whole numbers, truth values or text without blanks at its ends; dates as they are written,
        YYYY-MM-DD with a time where there is one.

    Raises
    ------
    ValueError
        If there is one class only, labels of different types are written alike (1 and "1"), a number is infinite, or
        the target is continuous: numbers with more than 20 different values, not whole, or whole with fewer than 20
        rows for each on average; or numbers that are not whole and differ in most rows.

    Examples
    --------
    >>> import pandas as pd
    >>> check_target(pd.Series([1.0, 0.0, 1.0], name="ill")).tolist()
    [1, 0, 1]
    """
    if not len(y):
        raise ValueError(f"the target {y.name!r} has no labels")
    kind = y.dtype.kind  # no unique values of floats longer than 64 bits: pandas would cut them
    if kind in "fO" and are_beyond(np.asarray(y, np.longdouble) if kind == "f" else np.asarray(y.unique())):
        raise ValueError(infinite_labels(y.name))
    y = y.astype(str) if isinstance(y.dtype, pd.PeriodDtype) else usual_dtype(y)
    y = undeclared(y)
    if is_text(y):
        y = _stripped(y)
    distinct = y.nunique()
    if distinct < 2:
        raise ValueError(one_class(y.name, y.drop_duplicates().tolist()[0]))
    if not is_number(y):
        if pd.api.types.is_bool_dtype(y.dtype):
            return y.astype(bool)
        if bare_object := next((label for label in pd.unique(y) if type(label).__repr__ is object.__repr__), None):
            raise ValueError(labels_without_order(y.name, bare_object))
        words = y.map(_word).astype(str)
        _refuse_equal_labels(y, words)
        _refuse_numbers_as_words(words, n_rows)
        return words
    _refuse_continuous(as_numbers(y), y.name, n_rows)
    return _written(y)


def _refuse_continuous(numbers: np.ndarray, name: Any, n_rows: int | None = None) -> None:
    if np.isinf(numbers).any():
        raise ValueError(infinite_labels(name))
    whole = np.array_equal(numbers, np.rint(numbers))
    distinct = len(np.unique(numbers))
    rows = n_rows or len(numbers)
    per_value = rows / distinct
    many = distinct > MOST_NUMERIC_CLASSES
    if (many and (not whole or per_value < ROWS_PER_NUMERIC_CLASS)) or (not whole and per_value < 2):
        raise ValueError(
            f"the target {name!r} is continuous ({distinct} different numbers in {rows} rows): put it into a "
            "few classes first, such as low and high (pandas.cut); if the numbers are codes of classes, write them as "
            "words"
        )


def _word(label: Any) -> Any:
    """A whole number as such: 1 and 1.0 are one label."""
    return int(label) if isinstance(label, float | np.floating) and float(label).is_integer() else label


def _refuse_equal_labels(y: pd.Series, words: pd.Series) -> None:
    """Refuse labels that are equal and yet written differently: True and 1."""
    seen: dict[Any, Any] = {}
    for label in y[~words.duplicated()].tolist() if pd.api.types.is_object_dtype(y.dtype) else ():
        if (other := seen.setdefault(label, label)) is not label:
            raise ValueError(labels_of_two_types(y.name, other, label))


def _refuse_numbers_as_words(words: pd.Series, n_rows: int | None) -> None:
    """Refuse a continuous target that is written with decimal commas, currency or the like."""
    if words.nunique() <= MOST_NUMERIC_CLASSES and words.nunique() * 2 <= (n_rows or len(words)):
        return
    reading = read_cells(words)
    if reading.column is None or not pd.api.types.is_float_dtype(reading.column.dtype):
        return
    _refuse_continuous(reading.column.dropna().to_numpy(), words.name, n_rows)


def _written(y: pd.Series) -> pd.Series:
    """Numbers as whole numbers where they are, else as they are written; dates as text."""
    if y.dtype.kind in "mM" or pd.api.types.is_object_dtype(y.dtype):
        return _written_objects(y)
    if pd.api.types.is_integer_dtype(y.dtype):
        return y.astype(np.int64) if y.max() <= _MOST_INTEGER else y.astype(np.uint64)
    numbers = as_numbers(y)
    whole = np.array_equal(numbers, np.rint(numbers)) and np.abs(numbers).max() < float(_MOST_INTEGER)
    return y.astype(np.int64) if whole else y.astype(str)


def _written_objects(y: pd.Series) -> pd.Series:
    """Dates and Python's numbers: integers of any size are not rounded."""
    values = list(y.drop_duplicates())
    if all(isinstance(value, int | np.integer) or float(value).is_integer() for value in values if _is_real(value)):
        numbers = [value if isinstance(value, int) else int(value) for value in values if _is_real(value)]
        if len(numbers) == len(values) and max(map(abs, numbers)) <= _MOST_INTEGER:
            return y.map(int).astype(np.int64)
    moments = all(getattr(value, "hour", 0) == getattr(value, "minute", 0) == 0 for value in values)
    midnight = moments and all(getattr(value, "second", 0) == getattr(value, "microsecond", 0) == 0 for value in values)
    return y.map({value: _as_written(value, date_only=midnight) for value in values}).astype(str)


def _is_real(value: Any) -> bool:
    return not isinstance(value, datetime.date | datetime.time | datetime.timedelta | pd.Timestamp | pd.Timedelta)


def _as_written(value: Any, *, date_only: bool) -> str:
    if isinstance(value, datetime.datetime) and date_only:
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime.datetime) else str(value)


def _stripped(y: pd.Series) -> pd.Series:
    """Text labels without blanks at the ends; refuse labels of different types that are written alike."""
    if pd.api.types.infer_dtype(y) == "bytes":
        return y.map(lambda label: bare(in_text(label)))
    if not pd.api.types.is_object_dtype(y.dtype):
        return bare_words(y)
    values = [bare(value) if isinstance(value, str) else value for value in pd.unique(y)]
    written: dict[str, Any] = {}
    for value in values:  # pandas writes bytes as what they spell
        word = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        other = written.setdefault(word, value)
        if isinstance(other, str) != isinstance(value, str):
            raise ValueError(labels_of_two_types(y.name, other, value))
    return bare_words(y).infer_objects()
