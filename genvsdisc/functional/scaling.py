"""Weighted means and standard deviations of columns of any magnitude."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST_SQUARE = 1e-150  # deviations below lose digits in their squares
_SUSPICIOUS = 1e-9  # of the mean: a deviation below may be the rounding of a sum of equal values
_BLOCK = 50_000  # rows centered at a time, fewer of wide ones:
_CELLS = 2**21
_FAR = 0.5  # share of a second moment about the common mean that may be due to the mean of one weighting


def means_and_deviations(X: NDArray, shares: NDArray) -> tuple[NDArray, NDArray]:
    """Weighted means and standard deviations (R, d) of columns; 1 for a deviation that is zero up to rounding.

    Columns whose squares leave the range of floating point are divided by a power of two first, which is exact.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    shares : ndarray of shape (R, n)
        Weights; each row sums to 1.

    Examples
    --------
    >>> X = np.array([[1e200, 1.0, 5.0], [3e200, 2.0, 5.0]])
    >>> means, deviations = means_and_deviations(X, np.array([[0.5, 0.5]]))
    >>> means.tolist(), deviations.tolist()
    ([[2e+200, 1.5, 5.0]], [[1e+200, 0.5, 1.0]])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        means, deviations = _moments(X, shares)
        kept = np.isfinite(deviations) & ((deviations > _LEAST_SQUARE) | ((deviations == 0) & (means == 0)))
        lost = ~kept.all(axis=0)
    if lost.any():
        columns = X[:, lost].astype(float)
        exponents = np.frexp(np.abs(columns).max(axis=0))[1]
        scaled, spread = _moments(np.ldexp(columns, -exponents), shares)
        means[:, lost], deviations[:, lost] = np.ldexp(scaled, exponents), np.ldexp(spread, exponents)
    constant = deviations <= 10 * np.finfo(X.dtype).eps * np.abs(means)
    for r, j in zip(*np.nonzero((deviations <= _SUSPICIOUS * np.abs(means)) & (means != 0)), strict=True):
        values = X[shares[r] > 0, j]
        if (values == values[0]).all():
            means[r, j], constant[r, j] = values[0], True
    return means, np.where(constant, 1.0, deviations)


def _moments(X: NDArray, shares: NDArray) -> tuple[NDArray, NDArray]:
    """Moments about a common mean, in two matrix products; about each mean where these are far from it."""
    center = X.mean(axis=0, dtype=float)
    moves, squares = np.zeros((2, len(shares), X.shape[1]), np.result_type(shares, center))
    step = max(1, min(_BLOCK, _CELLS // max(1, X.shape[1])))
    for start in range(0, len(X), step):
        rows = slice(start, start + step)
        centered = X[rows] - center
        moves += shares[:, rows] @ centered
        squares += shares[:, rows] @ np.square(centered)
    means, variances = center + moves, squares - moves * moves
    for r in np.flatnonzero(~(moves * moves <= _FAR * squares).all(axis=1)):
        means[r] = shares[r] @ X
        variances[r] = shares[r] @ np.square(X - means[r])
    return means, np.sqrt(variances)
