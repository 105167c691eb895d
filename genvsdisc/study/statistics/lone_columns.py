"""What a rule of one column alone gets wrong, for many columns at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_COUNTS = 4_000_000
"""Counts of levels and classes, and of rows and classes, that are held at once."""


def left_out_errors(levels: NDArray, n_levels: NDArray, codes: NDArray) -> NDArray[np.intp]:
    """Count errors of the majority label of each row's level, the row itself left out; ties err.

    Parameters
    ----------
    levels : ndarray of shape (n_samples, n_columns)
        As `genvsdisc.study.statistics.levels.levels_of_columns` gives them.
    n_levels : ndarray of shape (n_columns,)
    codes : ndarray of shape (n_samples,)
        Of the labels.

    Returns
    -------
    errors : ndarray of shape (n_columns,)
    """
    n_rows, n_columns = levels.shape
    n_classes = int(codes.max()) + 1
    errors = np.empty(n_columns, dtype=np.intp)
    width = max(1, MOST_COUNTS // (n_rows * n_classes))
    for start in range(0, n_columns, width):
        some = slice(start, start + width)
        ends = np.cumsum(n_levels[some])
        places = levels[:, some] + (ends - n_levels[some])
        cells = places * n_classes + codes[:, None]
        counts = np.bincount(cells.ravel(), minlength=int(ends[-1]) * n_classes).reshape(-1, n_classes)
        mine = counts.ravel()[cells] - 1
        others = np.zeros_like(mine)
        for k in range(n_classes):
            np.maximum(others, counts[places, k], where=(codes != k)[:, None], out=others)
        errors[some] = (mine <= others).sum(axis=0)
    return errors


def neighbor_errors(numbers: NDArray, codes: NDArray) -> NDArray[np.intp]:
    """Count errors of the label of each row's nearest number, missing ones included.

    A border between classes costs two at most, where quantiles cost more. Rows of the same number are nearest to each
    other, whatever their order: they have the majority label of the others, and ties err, as in `left_out_errors`.

    Parameters
    ----------
    numbers : ndarray of shape (n_samples, n_columns)
        NaN where missing.
    codes : ndarray of shape (n_samples,)

    Returns
    -------
    errors : ndarray of shape (n_columns,)
    """
    order = np.argsort(numbers, axis=0, kind="stable")  # missing ones last
    ordered, labels = np.take_along_axis(numbers, order, axis=0), codes[order]
    gaps = np.full((len(numbers) + 1, numbers.shape[1]), np.inf)
    gaps[1:-1] = np.diff(ordered, axis=0)
    gaps[np.isnan(gaps)] = np.inf
    other = np.zeros(labels.shape, dtype=bool)  # whether the label of the next one differs
    other[:-1] = labels[1:] != labels[:-1]
    before = np.roll(other, 1, axis=0)
    seen = ~np.isnan(ordered)
    wrong = np.where(gaps[:-1] < gaps[1:], before, other)
    repeated = np.flatnonzero((gaps == 0).any(axis=0))
    if repeated.size:
        same = gaps[:, repeated] == 0
        tied = same[:-1] | same[1:]
        outvoted = _outvoted(same, labels[:, repeated], int(codes.max()) + 1)
        wrong[:, repeated] = np.where(tied, outvoted, wrong[:, repeated])
    return np.asarray((wrong & seen).sum(axis=0) + (~seen).sum(axis=0))


def _outvoted(same: NDArray, labels: NDArray, n_classes: int) -> NDArray[np.bool_]:
    """Whether no majority of the others of a row's run has its label.

    Parameters
    ----------
    same : ndarray of shape (n_samples + 1, n_columns)
        Whether a row is of the run of the one before; false at both ends.
    labels : ndarray of shape (n_samples, n_columns)
    n_classes : int
    """
    places = np.arange(len(labels))[:, None]
    starts = np.maximum.accumulate(np.where(same[:-1], 0, places), axis=0)
    ends = np.minimum.accumulate(np.where(same[1:], len(labels), places + 1)[::-1], axis=0)[::-1]
    mine, others = np.zeros(labels.shape, dtype=np.intp), np.zeros(labels.shape, dtype=np.intp)
    until = np.zeros((len(labels) + 1, labels.shape[1]), dtype=np.intp)
    for k in range(n_classes):
        of_class = labels == k
        np.cumsum(of_class, axis=0, out=until[1:])
        counts = np.take_along_axis(until, ends, axis=0) - np.take_along_axis(until, starts, axis=0)
        mine = np.where(of_class, counts - 1, mine)
        np.maximum(others, counts, where=~of_class, out=others)
    return np.asarray(mine <= others)
