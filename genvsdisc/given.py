"""What rows and labels may be given: one refusal in words for each thing that is none, whoever is asked.

Estimators, transformers, `compare` and the questions say the same; what each makes of rows and labels that are some is
its own affair.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from decimal import Decimal
from numbers import Number
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pandas.api import types
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from genvsdisc.refusals import (
    complex_labels,
    infinite_labels,
    labels_of_two_types,
    labels_without_order,
    missing_labels,
    nested_labels,
    no_column,
)

TEMPORAL = {"datetime64", "datetime", "date", "timedelta64", "timedelta", "time", "period"}
"""What `pandas.api.types.infer_dtype` calls objects that are moments or stretches of time."""
_PLAIN = {"string", "integer", "floating", "boolean", "bytes"}
_ENCODE = "put a TableEncoder in front (make_pipeline(TableEncoder(), ...))"


# Rows -----------------------------------------------------------------------------------------------------------------


def given_rows(X: Any) -> Any:
    """Give back rows that an estimator may look at: with names that differ and no dates, masked entries as NaN.

    Raises
    ------
    ValueError
        If X is sparse, lazy, a mapping or a structured array, a name stands twice, or a column holds dates.
    """
    refuse_sparse(X)
    if hasattr(X, "collect") and hasattr(X, "collect_schema"):
        raise ValueError("X is a lazy frame, which has no rows yet: give X.collect()")
    if isinstance(X, Mapping) or getattr(getattr(X, "dtype", None), "names", None):
        what = f"a {type(X).__name__}" if isinstance(X, Mapping) else "a structured array"
        raise ValueError(f"X must be a table of shape (n_samples, n_features), got {what}: give pandas.DataFrame(X)")
    if isinstance(X, np.ma.MaskedArray):
        return np.ma.filled(X.astype(float), np.nan)
    if isinstance(X, pd.DataFrame):
        refuse_repeated(X.columns)
        if all(isinstance(kind, np.dtype) and kind.kind in "iufb" for kind in set(X.dtypes)):
            return X
        for name, kind in X.dtypes.items():
            if getattr(kind, "kind", "") == "c":
                raise ValueError(f"column {name!r} holds complex numbers: split it into real and imaginary parts")
    for name, kind in _dated(X):
        raise ValueError(dates(name, kind))
    return X


def refuse_sparse(X: Any, name: str = "X") -> None:
    """Refuse a sparse matrix, which nothing here takes.

    Raises
    ------
    ValueError
        If it is one.
    """
    if sparse.issparse(X):
        shape = np.shape(cast(Any, X))
        raise ValueError(
            f"{name} is a sparse matrix of shape {shape}: give {name}.toarray() ({8e-6 * np.prod(shape):,.0f} MB), or "
            "fewer columns of it first (sklearn.feature_selection, TruncatedSVD)"
        )


def refuse_repeated(names: pd.Index) -> None:
    """Refuse names of columns of which one stands twice.

    Raises
    ------
    ValueError
        If one does.
    """
    if not names.is_unique:
        first = names[names.duplicated()][0]
        raise ValueError(f"column names must differ; {first!r} stands more than once: rename one")


def refuse_words(X: Any) -> None:
    """Name the first column whose entries are no numbers, after a conversion to floats has failed.

    Raises
    ------
    ValueError
        If there is one.
    """
    for name, column in columns_of(X):
        entries = (entry for entry in column.dropna() if not _is_number(entry))
        if (entry := next(entries, None)) is not None and not isinstance(entry, dict):
            raise ValueError(f"{name} holds {str(entry)[:40]!r}, which is no number: {_ENCODE}")


def columns_of(X: Any) -> Iterator[tuple[str, pd.Series]]:
    """Columns of a table with how they are called: by name where there are names."""
    if hasattr(X, "to_pandas"):
        X = X.to_pandas()
    if not isinstance(X, pd.DataFrame) and np.ndim(X) != 2:
        return
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X)
    for j, name in enumerate(frame.columns):
        yield f"column {name!r}" if isinstance(X, pd.DataFrame) else f"column {j} of X", frame.iloc[:, j]


def _is_number(entry: Any) -> bool:
    try:
        float(entry)
    except (TypeError, ValueError):
        return False
    except OverflowError:
        return True
    return True


def holds_dates(values: pd.Series) -> bool:
    """Return True for a column of dates, times or durations, of whatever type; a category is none."""
    dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return bool(pa.types.is_temporal(dtype.pyarrow_dtype))
    if types.is_object_dtype(dtype):
        return types.infer_dtype(values, skipna=True) in TEMPORAL
    return isinstance(dtype, pd.PeriodDtype) or dtype.kind in "mM"


def dates(name: Any, kind: Any) -> str:
    """Say that a column holds dates, of this type."""
    return f"column {name!r} holds dates or times ({kind}), which are no numbers yet: {_ENCODE}"


def _dated(X: Any) -> list[tuple[Any, Any]]:
    """Columns that hold dates, with their types; in an array all columns do, or none."""
    if isinstance(X, pd.DataFrame):
        return [(name, values.dtype) for name, values in X.items() if holds_dates(values)]
    if isinstance(X, pa.Table | pa.RecordBatch):
        return [(field.name, field.type) for field in X.schema if pa.types.is_temporal(field.type)]
    if isinstance(X, np.ndarray):
        return [(0, X.dtype)] if X.dtype.kind in "mM" else []
    schema = getattr(X, "schema", None)  # of polars
    kinds = dict(schema) if isinstance(schema, Mapping) else {}
    return [(name, kind) for name, kind in kinds.items() if getattr(kind, "is_temporal", bool)()]


# Labels ---------------------------------------------------------------------------------------------------------------


def given_labels(y: Any) -> Any:
    """Labels of one sortable type as an array (n,), as they are written; None as it is, of which scikit-learn speaks.

    Raises
    ------
    ValueError
        If y is no column, or labels are missing, blank, infinite, nested, complex or of several types.
    """
    if y is None or (type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "iub"):
        return y
    if hasattr(y, "collect") and hasattr(y, "collect_schema"):
        raise ValueError("y is a lazy frame, which has no rows yet: give y.collect()")
    labels = y.to_numpy() if isinstance(y, pd.Series) else y
    if are_words(labels) and not blank_labels(labels).any():  # in a tenth of the time of all that follows
        return labels
    labels = _in_one_column(_array(y))
    if labels.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {complex_labels('y')}")
    if labels.dtype.kind == "V":
        raise ValueError(nested_labels("y", labels[0]))
    missing = np.asarray(pd.isna(labels)) | (blank := blank_labels(labels))
    if missing.any():
        raise ValueError(f"Input y contains NaN: {missing_labels('y', missing, blank=bool(blank.any()))}")
    if labels.dtype.kind in "fO" and are_beyond(labels):
        raise ValueError(f"Input y contains infinity: {infinite_labels('y')}")
    if labels.dtype.kind == "O":
        _refuse_unlike(labels)
    return labels


def are_words(labels: Any) -> bool:
    """Return True for an array of objects (n,) all of which are text: only its distinct values need a look."""
    objects = type(labels) is np.ndarray and labels.ndim == 1 and labels.dtype.kind == "O"
    return objects and types.infer_dtype(labels, skipna=False) == "string"


def blank_labels(labels: NDArray) -> NDArray[np.bool_]:
    """Return True for text without a letter: as in a file, the label is missing there."""
    if labels.dtype.kind == "U":
        return (labels == "") | np.strings.isspace(labels)
    if labels.dtype.kind != "O" or (are_words(labels) and all(word.strip() for word in pd.unique(labels))):
        return np.zeros(len(labels), dtype=bool)
    return np.array([isinstance(label, str) and not label.strip() for label in labels], dtype=bool)


def without_signals(labels: NDArray) -> NDArray:
    """Objects with None for each signaling NaN, which raises wherever it is looked at and is missing like the other."""
    signals = [isinstance(label, Decimal) and label.is_snan() for label in labels] if labels.dtype.kind == "O" else ()
    if not any(signals):
        return labels
    quiet = labels.copy()
    quiet[np.array(signals)] = None
    return quiet


def are_beyond(numbers: NDArray) -> bool:
    """Return True if one is infinite, or an object larger than any float."""
    if numbers.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return bool(np.isinf(numbers.astype(float, copy=False)).any())
    return any(_is_beyond(number) for number in numbers if isinstance(number, Number | np.number))


def _is_beyond(number: Any) -> bool:
    try:
        return bool(np.isinf(float(number)))
    except (TypeError, ValueError):  # complex or of digits that do not convert: said elsewhere
        return False
    except OverflowError:
        return True


def _array(y: Any) -> NDArray:
    """An array of the labels, of the type that all of them have."""
    if isinstance(y, list | tuple):
        labels = np.array(y, dtype=object)
        labels = without_signals(labels) if labels.ndim == 1 else labels
        return np.asarray(y) if labels.ndim == 1 and types.infer_dtype(labels, skipna=False) in _PLAIN else labels
    refuse_sparse_labels(y)
    if str(getattr(y, "dtype", "")) in ("Int128", "UInt128"):  # of polars, which NumPy has not
        y = np.array(y.to_list(), dtype=object)
    labels = unmasked(y) if isinstance(y, np.ma.MaskedArray) else np.asarray(y)
    labels = np.array(labels.tolist(), dtype=object) if labels.dtype.kind == "T" else labels
    labels = without_signals(labels) if labels.ndim == 1 else labels
    if labels.ndim == 1 and labels.dtype.kind == "O" and not pd.isna(labels).any():
        labels = pd.Series(labels).infer_objects().to_numpy() if types.infer_dtype(labels) != "string" else labels
    return labels


def refuse_sparse_labels(y: Any) -> None:
    """Refuse labels in a sparse matrix or array.

    Raises
    ------
    ValueError
        If they are.
    """
    if sparse.issparse(y):
        raise ValueError("y is a sparse matrix: give y.toarray().ravel()")


def unmasked(y: np.ma.MaskedArray) -> NDArray:
    """Labels of a masked array: None where they are masked."""
    return np.where(np.ma.getmaskarray(y), np.array(None), y.data)


def _in_one_column(labels: NDArray) -> NDArray:
    if labels.ndim == 2 and labels.shape[1] == 1:
        warn_of_a_column(5)
        return _array(labels[:, 0])
    if labels.ndim != 1:
        raise ValueError(no_column(labels.shape))
    return labels


def _refuse_unlike(labels: NDArray) -> None:
    """Refuse labels that are lists, or of types that do not sort."""
    nested = next((label for label in labels if isinstance(label, list | dict | set | frozenset | np.ndarray)), None)
    if nested is not None:
        raise ValueError(nested_labels("y", nested))
    if any(isinstance(label, complex | np.complexfloating) for label in labels):
        raise ValueError(complex_labels("y"))
    try:
        np.unique(labels)
    except TypeError:
        first = labels[0]
        other = next((label for label in labels if type(label) is not type(first)), None)
        if other is None:  # of one type that has no order, such as members of an enum
            raise ValueError(labels_without_order("y", first)) from None
        raise ValueError(labels_of_two_types("y", first, other)) from None


def warn_of_a_column(stacklevel: int) -> None:
    """Warn as scikit-learn does where labels are a column of a table."""
    message = "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples,)."
    warnings.warn(message, DataConversionWarning, stacklevel=stacklevel)
