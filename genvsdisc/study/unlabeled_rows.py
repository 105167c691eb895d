"""Rows without a label, of the table or of one of their own: generative models may learn from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.datasets.targets import as_target
from genvsdisc.features.reader import TableReader
from genvsdisc.study.holdout_rows import missing_columns, named_as
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.words import number_of
from genvsdisc.study.weights import RowWeights, read_weights

FEWEST_PER_LABELED = 0.1
"""Rows without a label for each training row with one, below which they cannot tell anything."""
MOST_TRAINING = 1000
"""Training rows of which some lose their label, or that others are added to, at most."""
USE = "for the generative models to learn from too, along the dial 'unlabeled rows, added' and nowhere else"


@dataclass(frozen=True)
class UnlabeledRows:
    """Rows without a label.

    Attributes
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        The columns of the table, in its order; or what steps without a state made of it.
    weights : ndarray of shape (n_rows,) or None
        How much each counts; None where the rows of the table have no weights.
    """

    X: Any
    weights: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.X)


def read_unlabeled(
    X: pd.DataFrame,
    y: Any,
    given: Any = None,
    *,
    reader: TableReader,
    labeled: pd.DataFrame,
    sampling: Sampling | None = None,
    weights: RowWeights | None = None,
    groups: tuple[Any, pd.Series] | None = None,
) -> tuple[UnlabeledRows | None, tuple[str, ...]]:
    """Read the rows that have no label as the table was read.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
        The table as it was given.
    y : array-like of shape (n_samples,)
        Labels, of which some may be missing.
    given : DataFrame or array-like of shape (n_rows, n_columns), default=None
        More rows without a label; columns that X lacks are ignored.
    reader : TableReader
        What brings rows to the columns, order and types of the table.
    labeled : DataFrame of shape (n_labeled, n_columns)
        The rows with a label, read.
    sampling : Sampling, default=None
        Groups or times of the rows of X.
    weights : RowWeights, default=None
        Of the rows of X; where they are one of its columns, `given` may hold it too.
    groups : tuple of (name, values), default=None
        Column of groups of X.

    Returns
    -------
    rows : UnlabeledRows or None
        None where they are fewer than a tenth of the training rows that they would be added to.
    notes : tuple of str
        What was done with them, a sentence each.

    Raises
    ------
    ValueError
        If `given` has no rows, lacks columns of X, or holds other things in them.
    """
    sampling, notes = sampling or Sampling(), list[str]()
    missing = as_target(y, allow_missing=True).isna().to_numpy()
    parts = [_own(reader, X, missing, sampling, weights, notes)]
    if given is not None:
        parts.append(_given(reader, X, given, sampling, weights, groups, notes))
    filled = [part for part in parts if part is not None and len(part)]
    if not filled:
        return None, tuple(notes)
    rows = pd.concat([part.X for part in filled], ignore_index=True)
    counts = None if weights is None else np.concatenate([np.asarray(part.weights, dtype=float) for part in filled])
    whole = labeled.columns[labeled.notna().all().to_numpy()]
    fit = rows[whole].notna().all(axis=1).to_numpy()
    if not fit.all():
        notes.append(
            f"{_rows(int((~fit).sum()))} without a label left out: gaps in columns that have none in the rows with one."
        )
        rows, counts = rows.loc[fit].reset_index(drop=True), None if counts is None else counts[fit]
    n_labeled = len(labeled)
    if len(rows) < FEWEST_PER_LABELED * min(n_labeled, MOST_TRAINING):
        beside = f"beside {number_of(n_labeled)} with one"
        note = f"{_rows(len(rows))} without a label left out: too few to learn from, {beside}."
        return None, (*notes, *([] if given is None or rows.empty else [note]))
    return UnlabeledRows(rows, counts), (f"{_rows(len(rows))} without a label {USE}.", *notes)


def _own(
    reader: TableReader,
    X: pd.DataFrame,
    missing: NDArray[np.bool_],
    sampling: Sampling,
    weights: RowWeights | None,
    notes: list[str],
) -> UnlabeledRows | None:
    """Rows of the table itself; what cannot be read is left out, for nobody said that they are to be used."""
    if not missing.any():
        return None
    if sampling.kind == "time":
        notes.append("Rows without a label are left out: under time, no row may be learned from that is not older.")
        return None
    keep = missing if weights is None else missing & (weights.of_rows > 0)
    if sampling.kind == "groups":
        keep = keep & ~np.isin(sampling.codes, sampling.codes[~missing])
        if keep.sum() < missing.sum():
            notes.append(
                f"{_rows(int(missing.sum() - keep.sum()))} without a label left out: their groups also have "
                "labels, and no draw may have a group on both sides."
            )
    row_weights = None if weights is None else weights.of_rows[keep]
    try:
        return _with_entries(reader.transform(X.loc[keep].reset_index(drop=True)), row_weights)
    except ValueError as error:
        notes.append(f"Rows without a label are left out: {error}.")
        return None


def _given(
    reader: TableReader,
    X: pd.DataFrame,
    given: Any,
    sampling: Sampling,
    weights: RowWeights | None,
    groups: tuple[Any, pd.Series] | None,
    notes: list[str],
) -> UnlabeledRows | None:
    frame = named_as(given, X, "unlabeled").reset_index(drop=True)
    if not len(frame):
        raise ValueError("unlabeled has no rows: give rows with the columns of X, or leave it out")
    missing_columns(frame, reader, "unlabeled")
    if sampling.kind == "time":
        notes.append("The rows of unlabeled are left out: under time, no row may be learned from that is not older.")
        return None
    row_weights = None if weights is None else np.ones(len(frame))
    if weights is not None and weights.named and weights.column in map(str, frame.columns):
        name = next(name for name in frame.columns if str(name) == weights.column)
        frame, read = read_weights(frame, name, weights.unit)
        row_weights = np.ones(len(frame)) if read is None else read.of_rows
    keep = np.ones(len(frame), dtype=bool) if row_weights is None else row_weights > 0
    if groups is not None and groups[0] in frame.columns:
        known = set(groups[1].dropna().astype(str))
        both = frame[groups[0]].astype(str).isin(known).to_numpy()
        if both.any():
            notes.append(
                f"{_rows(int(both.sum()))} of unlabeled left out: their groups are in the table, and no draw may "
                "have a group on both sides."
            )
        keep &= ~both
    try:
        rows = reader.transform(frame.loc[keep].reset_index(drop=True))
    except ValueError as error:
        raise ValueError(f"unlabeled is not like X: {error}") from error
    return _with_entries(rows, None if row_weights is None else row_weights[keep])


def _rows(number: int) -> str:
    return f"{number_of(number)} row{'s' * (number != 1)}"


def _with_entries(rows: pd.DataFrame, weights: NDArray | None) -> UnlabeledRows:
    """Leave out rows that say nothing: of a table, its blank lines."""
    keep = rows.notna().any(axis=1).to_numpy()
    return UnlabeledRows(rows.loc[keep].reset_index(drop=True), None if weights is None else weights[keep])
