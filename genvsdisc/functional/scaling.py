"""Means and standard deviations of columns of any magnitude."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST_SQUARE = 1e-150  # deviations below lose digits in their squares


def means_and_deviations(X: NDArray, share: NDArray | None = None) -> tuple[NDArray, NDArray]:
    """Weighted means and standard deviations (d,) of columns; 1 for the deviation of a column constant up to rounding.

    Columns whose squares leave the range of floating point are divided by a power of two first, which is exact.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    share : ndarray of shape (n,), optional
        Weights that sum to 1; equal ones by default.

    Examples
    --------
    >>> means, deviations = means_and_deviations(np.array([[1e200, 1.0, 5.0], [3e200, 2.0, 5.0]]))
    >>> means.tolist(), deviations.tolist()
    ([2e+200, 1.5, 5.0], [1e+200, 0.5, 1.0])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        means, deviations = _moments(X, share)
        lost = ~(np.isfinite(deviations) & (deviations > _LEAST_SQUARE))
    if lost.any():
        columns = X[:, lost].astype(float)
        exponents = np.frexp(np.abs(columns).max(axis=0))[1]
        scaled, spread = _moments(np.ldexp(columns, -exponents), share)
        means[lost], deviations[lost] = np.ldexp(scaled, exponents), np.ldexp(spread, exponents)
    constant = deviations <= 10 * np.finfo(X.dtype).eps * np.abs(means)
    return means, np.where(constant, 1.0, deviations)


def _moments(X: NDArray, share: NDArray | None) -> tuple[NDArray, NDArray]:
    if share is None:
        return X.mean(axis=0), X.std(axis=0)
    mean = share @ X
    return mean, np.sqrt(share @ np.square(X - mean))
