"""The gate for X: a table in any shape that a public function is given, as a pandas table of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from genvsdisc.features.dtypes import plain_arrow, usual_dtype
from genvsdisc.given import refuse_repeated, refuse_sparse


def as_frame(X: Any, *, name: str = "X") -> pd.DataFrame:
    """Take a table in any shape as a pandas DataFrame with rows numbered from 0.

    Parameters
    ----------
    X : DataFrame, array-like or mapping of shape (n_samples, n_columns)
        pandas, polars (a lazy frame is collected), Arrow (or whatever speaks its C stream interface), NumPy (a
        structured or masked array too), nested lists, or a mapping from names to columns.
    name : str, default="X"
        What messages call it.

    Returns
    -------
    frame : DataFrame
        A table that shares no memory with X that a caller could see change. Columns of an array are named x0, x1, ...;
        names of mixed types, which no model takes, become text.

    Raises
    ------
    ValueError
        If X is sparse, is no table, has no columns, or has a column name twice.

    Examples
    --------
    >>> as_frame([[1.0, "a"], [2.0, "b"]]).dtypes.astype(str).tolist()
    ['float64', 'str']
    """
    frame = _frame(X, name)
    if not frame.shape[1]:
        raise ValueError(f"{name} has no columns; its shape is {frame.shape}")
    frame.columns = _names(frame.columns)
    refuse_repeated(frame.columns)
    for column, dtype in frame.dtypes.items():
        if dtype.kind == "c":
            raise ValueError(f"column {column!r} holds complex numbers: split it into real and imaginary parts")
    for column in frame.columns[[isinstance(dtype, pd.SparseDtype) for dtype in frame.dtypes]]:
        frame[column] = usual_dtype(frame[column])
    return frame


def as_rows(X: Any, *, name: str = "X") -> Any:
    """Give rows as they are, for estimators that know what to do with them, but for what has no rows to count.

    Parameters
    ----------
    X : array-like
        Table, array, or list of rows. A lazy frame of polars is collected, a list becomes an array; what else
        `as_frame` takes (a mapping, a structured array, a batch of Arrow, names of several types) becomes its frame.
    name : str, default="X"
        What messages call it.

    Returns
    -------
    rows : object
        Something with a shape.

    Raises
    ------
    ValueError
        If X is sparse, is no table, or has a column name twice.
    """
    X = _with_rows(X, name)
    if isinstance(X, list | tuple | memoryview):
        X = np.asarray(X)
    rows = _as_it_is(X) or (isinstance(X, np.ndarray) and X.ndim == 2 and not X.dtype.names)
    return X if rows else as_frame(X, name=name)


def _with_rows(X: Any, name: str) -> Any:
    """Refuse sparse matrices, collect lazy frames."""
    refuse_sparse(X, name)
    if hasattr(X, "collect") and hasattr(X, "collect_schema"):  # a lazy frame of polars
        X = X.collect()
    return X


def _as_it_is(X: Any) -> bool:
    """Return True for a table whose columns have names of one type, each once, and hold their values."""
    if isinstance(X, pd.DataFrame):
        dense = not any(isinstance(dtype, pd.SparseDtype) for dtype in X.dtypes)
        return dense and X.columns.is_unique and X.shape[1] > 0 and len({type(name) for name in X.columns}) == 1
    table = hasattr(X, "columns") and not isinstance(X, pa.RecordBatch)  # of which scikit-learn makes an array of rows
    return table and len(getattr(X, "shape", ())) == 2


def _frame(X: Any, name: str) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        return X.reset_index(drop=True)
    refuse_sparse(X, name)  # of which one kind is a mapping
    if not isinstance(X, Mapping | list | tuple):
        X = _with_rows(X, name)
    if isinstance(X, pd.Series) or (hasattr(X, "name") and hasattr(X, "to_frame")):
        raise ValueError(f"{name} must be a table, got the one column {X.name!r}: give {name}.to_frame()")
    if hasattr(X, "__arrow_c_stream__"):
        return _of_arrow(pa.table(X))
    if isinstance(X, Mapping):
        return pd.DataFrame({name: _of_mapping(values) for name, values in X.items()})
    if hasattr(X, "to_pandas"):
        return X.to_pandas().reset_index(drop=True)
    return _of_rows(X, name)


def _of_mapping(values: Any) -> Any:
    """A column of a mapping; one of lists as objects, which are refused by name."""
    if isinstance(values, list | tuple) and any(isinstance(cell, list | tuple | dict) for cell in values):
        return pd.Series(list(values), dtype=object)
    return np.array(values) if np.ndim(values) else values


def _of_arrow(table: pa.Table) -> pd.DataFrame:
    columns = [plain_arrow(column) for column in table.columns]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    frame.columns = pd.Index(table.column_names, dtype=object)
    return frame


def _of_rows(X: Any, name: str) -> pd.DataFrame:
    if isinstance(X, np.ndarray) and X.dtype.names:
        return pd.DataFrame(X)
    if isinstance(X, np.ma.MaskedArray):
        X = np.ma.filled(X.astype(float), np.nan)
    shape = np.shape(np.asarray(X, dtype=object)) if isinstance(X, list | tuple) else np.shape(X)
    if len(shape) != 2:
        raise ValueError(f"{name} must be a table of shape (n_samples, n_features), got shape {shape}")
    rows = pd.DataFrame(X if isinstance(X, list | tuple) else np.array(X)).infer_objects()
    rows.columns = [f"x{j}" for j in range(shape[1])]
    return rows


def _names(columns: pd.Index) -> pd.Index:
    """Names as given, but text where they are of several types or of several levels."""
    if isinstance(columns, pd.MultiIndex):
        return pd.Index([" ".join(map(str, name)).strip() for name in columns], dtype=object)
    types = {type(name) for name in columns}
    return columns if len(types) == 1 else pd.Index([str(name) for name in columns], dtype=object)
