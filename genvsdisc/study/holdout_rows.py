"""Rows of the user's own to test on: read as the table was read, scored once, never chosen or fitted on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.datasets.targets import as_target
from genvsdisc.features.dtypes import usual_dtype
from genvsdisc.features.marks import listed
from genvsdisc.features.reader import TableReader
from genvsdisc.features.tables import as_frame
from genvsdisc.study.weights import RowWeights, read_weights
from genvsdisc.validation import refuse_other_length

_MOST_NAMED = 5


@dataclass(frozen=True)
class TestRows:
    """Rows that are scored once.

    Attributes
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        The columns of the table, in its order; or what steps without a state made of it.
    codes : ndarray of shape (n_rows,)
        Index of each label in the classes of the table.
    weights : ndarray of shape (n_rows,) or None
    units : ndarray of shape (n_rows,)
        Index of the independent unit of each row: the row itself, or its group.
    notes : tuple of str
        What was left out or differs from the table, a sentence each.
    """

    __test__ = False  # pytest: this is no test

    X: Any
    codes: NDArray[np.intp]
    weights: NDArray[np.float64] | None
    units: NDArray[np.intp]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Given:
    """What `compare` was given as a test set, with the labels apart; see `given_test`."""

    X: pd.DataFrame
    y: pd.Series


def given_test(X_test: Any, y_test: Any, X: pd.DataFrame) -> Given | None:
    """Check that a test set is a table with a label for each row.

    Parameters
    ----------
    X_test : DataFrame or array-like of shape (n_rows, n_columns), or None
        An array without names of columns has those of X, in their order.
    y_test : array-like of shape (n_rows,), or None
    X : DataFrame
        The table that models are fitted to, with all its columns.

    Raises
    ------
    ValueError
        If one of the two is not given, they differ in length, or an array has other columns than X.
    """
    if X_test is None and y_test is None:
        return None
    if X_test is None or y_test is None:
        lacking, there = ("X_test", "y_test") if X_test is None else ("y_test", "X_test")
        raise ValueError(f"{there} is given but {lacking} is not: a test set needs its rows and their labels")
    frame = named_as(X_test, X, "X_test")
    labels = as_target(y_test, name="y_test", allow_missing=True)
    refuse_other_length(frame, labels, "X_test", "y_test")
    return Given(frame, labels)


def named_as(rows: Any, X: pd.DataFrame, what: str) -> pd.DataFrame:
    """Other rows as a table; an array without names of columns has those of X, in their order.

    Raises
    ------
    ValueError
        If it is no table, or an array with more or fewer columns than X.
    """
    frame = as_frame(rows, name=what)
    structured = getattr(getattr(rows, "dtype", None), "names", None)
    if not structured and not any(hasattr(rows, each) for each in ("columns", "keys", "__arrow_c_stream__")):
        if frame.shape[1] != X.shape[1]:
            raise ValueError(
                f"{what} has {frame.shape[1]} columns without names, X has {X.shape[1]} ({listed(X.columns)}): "
                "give as many in the order of X, or a table with their names"
            )
        frame.columns = X.columns
    return frame


def missing_columns(frame: pd.DataFrame, reader: TableReader, what: str) -> None:
    """Refuse rows that lack columns which the models are fitted to.

    Raises
    ------
    ValueError
        With their names.
    """
    lacking = [str(name) for name in reader.columns if name not in frame.columns]
    if lacking:
        more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
        raise ValueError(
            f"{what} lacks the column{'s' if len(lacking) > 1 else ''} "
            f"{', '.join(map(repr, lacking[:_MOST_NAMED]))}{more}, which the models are fitted to; it has "
            f"{', '.join(map(str, list(frame.columns)[:20]))}"
        )


def read_test(
    given: Given,
    reader: TableReader,
    classes: NDArray,
    *,
    weights: RowWeights | None = None,
    groups: tuple[str, pd.Series] | None = None,
) -> TestRows:
    """Read a test set as the table was read.

    Parameters
    ----------
    given : Given
    reader : TableReader
        What brings rows to the columns, order and types of the table.
    classes : ndarray of shape (n_classes,)
        Sorted labels of the table.
    weights : RowWeights, default=None
        Of the table: where they are one of its columns, the test set may hold it too.
    groups : tuple of (name, values), default=None
        Column of groups of the table: test rows of one group are one unit, and groups on both sides are said.

    Returns
    -------
    test : TestRows

    Raises
    ------
    ValueError
        If columns are lacking or hold other things than those of the table, or fewer than two rows can be scored.
    """
    frame, notes = given.X, []
    missing_columns(frame, reader, "X_test")
    values = None
    if weights is not None:
        frame, values, new_notes = _own_weights(frame, weights)
        notes += new_notes
    units, new_notes = _units(frame, groups)
    notes += new_notes
    known, new_notes = _known_rows(given.y, classes)
    notes += new_notes
    keep = known >= 0 if values is None else (known >= 0) & (values > 0)
    if keep.sum() < 2:
        raise ValueError(
            f"the test set has {int(keep.sum())} rows that can be scored, of {len(known)}: it needs at least 2 with a "
            f"label among the classes {', '.join(map(str, classes[:20]))}"
        )
    rows = frame.loc[keep].reset_index(drop=True)
    try:
        X = reader.transform(rows)
    except ValueError as error:
        raise ValueError(f"X_test is not like X: {error}") from error
    return TestRows(
        X=X,
        codes=known[keep],
        weights=None if values is None else values[keep],
        units=np.unique(units[keep], return_inverse=True)[1],
        notes=tuple(notes),
    )


def _own_weights(frame: pd.DataFrame, weights: RowWeights) -> tuple[pd.DataFrame, NDArray | None, list[str]]:
    if not weights.named or weights.column not in map(str, frame.columns):
        return frame, None, ["The rows of the test set have no weights; each counts as one."]
    name = next(name for name in frame.columns if str(name) == weights.column)
    try:
        rest, test_weights = read_weights(frame, name, weights.unit)
    except ValueError as error:
        raise ValueError(f"of the test set, {error}") from error
    return rest, None if test_weights is None else test_weights.of_rows, []


def _units(frame: pd.DataFrame, groups: tuple[str, pd.Series] | None) -> tuple[NDArray[np.intp], list[str]]:
    """Independent units of the test rows, and what to know of their groups."""
    if groups is None or groups[0] not in map(str, frame.columns):
        return np.arange(len(frame)), []
    values = next(frame[name] for name in frame.columns if str(name) == groups[0])
    both = sorted(set(values.dropna().astype(str)) & set(groups[1].dropna().astype(str)))
    notes = []
    if both:
        named = ", ".join(both[:_MOST_NAMED]) + (", ..." if len(both) > _MOST_NAMED else "")
        notes.append(
            f"{len(both)} groups of {groups[0]!r} ({named}) are in the test set and in the training rows: the test set "
            "then says nothing of new groups."
        )
    codes = np.asarray(pd.factorize(values)[0], dtype=np.intp)
    alone = np.flatnonzero(codes < 0)  # a row without a group is one by itself
    codes[alone] = codes.max() + 1 + np.arange(len(alone))
    return codes, notes


def _known_rows(labels: pd.Series, classes: NDArray) -> tuple[NDArray[np.intp], list[str]]:
    """Index of each label among the classes, -1 for those that cannot be scored; and what was left out."""
    places = {_written(label): place for place, label in enumerate(classes)}
    codes = np.full(len(labels), -1, dtype=np.intp)
    present = labels.notna().to_numpy()
    codes[present] = [places.get(_written(label), -1) for label in usual_dtype(labels[present]).astype(object)]
    notes = []
    if not present.all():
        notes.append(f"{int((~present).sum())} rows of the test set without a label are left out.")
    unknown = labels[present & (codes < 0)].map(_written).value_counts()
    for label, count in list(unknown.items())[:_MOST_NAMED]:
        notes.append(
            f"{count} rows of the test set are of class {label}, which no model was fitted to: they are left out of "
            "its scores, and every model would err on them."
        )
    if len(unknown) > _MOST_NAMED:
        notes.append(f"So are rows of {len(unknown) - _MOST_NAMED} more classes.")
    return codes, notes


def _written(label: Any) -> str:
    """A label as text, whatever its type: whole floats as integers, dates as they are written."""
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    if isinstance(label, datetime.datetime):
        return label.date().isoformat() if label.time() == datetime.time() else label.isoformat(" ")
    return str(label).strip()
