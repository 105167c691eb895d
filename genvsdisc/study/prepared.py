"""The rows and columns that a comparison works on, and what was left out before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from genvsdisc.features.kinds import Column, column_kinds

FEWEST_ROWS = 2
"""A class with fewer rows cannot stand on both sides of a split, and is left out."""


@dataclass(frozen=True)
class Prepared:
    """Rows with a label of a class that can be learned, and the columns that can be used.

    Attributes
    ----------
    X : DataFrame of shape (n_samples, n_columns)
    y : ndarray of shape (n_samples,)
    codes : ndarray of shape (n_samples,)
        Index of each label in `classes`.
    classes : ndarray of shape (n_classes,)
    target : str
        Name of the target.
    columns : dict of column name to Column
        What each column is, those left out too.
    class_counts : DataFrame
        Columns label, rows, used, note.
    left_out : tuple of str
        What was left out and why, a sentence each.
    """

    X: pd.DataFrame
    y: NDArray
    codes: NDArray
    classes: NDArray
    target: str
    columns: dict[Any, Column]
    class_counts: pd.DataFrame
    left_out: tuple[str, ...]

    @property
    def kinds(self) -> dict[Any, str]:
        """Kind of each column that is used."""
        return {name: column.kind for name, column in self.columns.items() if column.used}


def prepare(X: Any, y: Any) -> Prepared:
    """Drop rows without a label, classes too rare to split, and columns that say nothing.

    Parameters
    ----------
    X : DataFrame (pandas, polars) or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)

    Returns
    -------
    prepared : Prepared

    Raises
    ------
    ValueError
        If lengths differ, the target is continuous, fewer than two classes remain, or no column does.
    """
    frame, labels = _as_frame(X), pd.Series(np.asarray(y), name=getattr(y, "name", None))
    check_consistent_length(frame, labels)
    counts = labels.value_counts(dropna=True)
    rare = sorted(counts.index[counts < FEWEST_ROWS], key=str)
    keep = (labels.notna() & ~labels.isin(rare)).to_numpy()
    if counts.size - len(rare) < 2:
        raise ValueError(
            f"the target needs at least 2 classes of {FEWEST_ROWS} rows or more, got "
            + (", ".join(f"{label!r} ({count} rows)" for label, count in counts.items()) or "no label at all")
        )
    target = labels[keep].infer_objects().to_numpy()
    check_classification_targets(target)
    columns = column_kinds(frame)
    used = [name for name, column in columns.items() if column.used]
    if not used:
        raise ValueError("no column of X can be used: " + "; ".join(column.note for column in columns.values()))
    classes, codes = np.unique(target, return_inverse=True)
    note = f"left out: fewer than {FEWEST_ROWS} rows"
    left_out = [f"{int(labels.isna().sum())} rows have no label and are left out."] if labels.isna().any() else []
    left_out += [f"Class {label!r}, {counts[label]} row, is {note}." for label in rare]
    left_out += [column.note for column in columns.values() if not column.used]
    return Prepared(
        X=frame.loc[keep, used].reset_index(drop=True),
        y=target,
        codes=codes,
        classes=classes,
        target=str(labels.name or "target"),
        columns=columns,
        class_counts=pd.DataFrame(
            {
                "label": counts.index.astype(str),
                "rows": counts.to_numpy(),
                "used": ~counts.index.isin(rare),
                "note": [note if label in rare else "" for label in counts.index],
            }
        ),
        left_out=tuple(left_out),
    )


def _as_frame(X: Any) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        return X.reset_index(drop=True)
    if hasattr(X, "to_pandas"):
        return X.to_pandas()
    array = np.asarray(X)
    if array.ndim != 2:
        raise ValueError(f"X must be a table of shape (n_samples, n_features), got shape {array.shape}")
    return pd.DataFrame(array, columns=[f"x{j}" for j in range(array.shape[1])])
