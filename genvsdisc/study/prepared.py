"""The rows and columns that a comparison works on, and what was left out before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_consistent_length

from genvsdisc.datasets.targets import as_target, check_target, drop_rare_classes
from genvsdisc.features.kinds import Column, column_kinds
from genvsdisc.features.tables import as_frame
from genvsdisc.features.typed import typed_table


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
        What was left out and why, and how text was read, a sentence each.
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


def prepare(X: Any, y: Any, *, n_splits: int) -> Prepared:
    """Drop rows without a label, classes too rare to split, and columns that say nothing.

    Parameters
    ----------
    X : DataFrame (pandas, polars) or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
    n_splits : int
        A class with fewer rows cannot stand in every fold and is left out, as long as two classes remain.

    Returns
    -------
    prepared : Prepared

    Raises
    ------
    ValueError
        If lengths differ, the target is continuous, fewer than two classes remain, or no column does.
    """
    frame, labels = as_frame(X), as_target(y, name="target", allow_missing=True)
    check_consistent_length(frame, labels)
    labelled = labels.notna().to_numpy()
    if not labelled.any():
        raise ValueError(f"the target {labels.name!r} has only missing values")
    frame, labels = frame[labelled], check_target(labels[labelled].infer_objects())
    counts = labels.value_counts().sort_index()
    frame, labels, rare = drop_rare_classes(frame, labels, minimum=n_splits)
    typed = typed_table(frame)  # once the rows are those that stay: a footer makes no text of numbers
    frame, columns = typed.table, column_kinds(typed.table)
    used = [name for name, column in columns.items() if column.used]
    if not used:
        reasons = "; ".join(f"{name} ({column.note})" for name, column in columns.items())
        raise ValueError(f"no column of X can be used: {reasons}")
    classes, codes = np.unique(labels.to_numpy(), return_inverse=True)
    too_few = f"fewer than {n_splits} rows, one for each fold"
    unlabelled = int((~labelled).sum())
    return Prepared(
        X=frame[used].reset_index(drop=True),
        y=labels.to_numpy(),
        codes=codes,
        classes=classes,
        target=str(labels.name),
        columns=columns,
        class_counts=pd.DataFrame(
            {
                "label": counts.index.astype(str),
                "rows": counts.to_numpy(),
                "used": ~counts.index.isin(list(rare)),
                "note": [too_few if label in rare else "" for label in counts.index],
            }
        ),
        left_out=tuple(
            [f"{unlabelled} rows without a label are left out."] * (unlabelled > 0)
            + [f"Class {label!s} ({rows} rows) is left out: {too_few}." for label, rows in rare.items()]
            + [f"Column {name!s} is left out: {column.note}." for name, column in columns.items() if not column.used]
            + typed.notes
        ),
    )
