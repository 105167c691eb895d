"""Gaussian rows with missing entries: marginal densities and conditional moments, all rows of a table at once.

Let P be the inverse covariance, z the row minus the mean with 0 where it is missing, u = P z, and M the missing
entries of the row. Then the usual formulas, which partition the covariance S, read

* ``|x_o - mean_o|^2`` in the metric of the observed block S_oo: ``z'u - u_M' P_MM^-1 u_M``;
* ``log |S_oo| = log |S| + log |P_MM|``;
* conditional mean of the missing entries ``mean_M - P_MM^-1 u_M``, their conditional covariance ``P_MM^-1``;

so that all rows share one matrix product, and only the small blocks P_MM are inverted, once a pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK = 1 << 18  # numbers handled at a time in the blocks of the patterns
_LOG_2_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Pattern:
    """The rows that miss the same number m of entries."""

    rows: NDArray  # indices of the rows, (n_m,)
    columns: NDArray  # missing columns of each distinct pattern, (p, m)
    which: NDArray  # pattern of each row, (n_m,)


def patterns(missing: NDArray) -> list[Pattern]:
    """Group the rows of a mask (n, d) that miss something, by how many entries they miss and by which."""
    n, d = missing.shape
    counts = np.count_nonzero(missing, axis=1)
    if d < 63:
        keys = missing @ (1 << np.arange(d, dtype=np.int64))
    else:
        keys = np.unique(np.packbits(missing, axis=1), axis=0, return_inverse=True)[1].reshape(n)
    found = []
    for m in np.unique(counts[counts > 0]):
        rows = np.flatnonzero(counts == m)
        _, first, which = np.unique(keys[rows], return_index=True, return_inverse=True)
        columns = np.nonzero(missing[rows[first]])[1].reshape(-1, m)
        found.append(Pattern(rows, columns, which))
    return found


def marginal_log_densities(X: NDArray, means: NDArray, factors: NDArray, log_determinants: NDArray) -> NDArray:
    """Log densities (R, K, n) of the observed entries of rows; parameters as in `gaussian.log_densities`."""
    R, K, _ = means.shape
    groups = patterns(np.isnan(X))
    out = np.empty((R, K, len(X)), X.dtype)
    for r, k in np.ndindex(R, K):
        g = k if factors.shape[1] > 1 else 0
        out[r, k] = _marginal(X, groups, means[r, k], factors[r, g], log_determinants[r, g])
    return out


def _marginal(X: NDArray, groups: list[Pattern], mean: NDArray, factor: NDArray, log_determinant: float) -> NDArray:
    z = X - mean
    holes = np.isnan(z)
    z[holes] = 0
    if factor.ndim == 1:
        square, log_det = _independent(z, holes, factor)
    elif _loses_digits(factor):
        square, log_det = _blockwise(z, groups, factor)
    else:
        square, log_det, _, _ = _conditioned(z, groups, factor, log_determinant)
    return _log_density(holes, square, log_det)


def completed(
    X: NDArray, groups: list[Pattern], mean: NDArray, factor: NDArray, log_determinant: float, weights: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Rows minus the mean with conditional means filled in, sum of their conditional covariances, log densities.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, NaN where missing.
    groups : list of Pattern
        What `patterns` gives for the rows.
    mean : ndarray of shape (d,)
        Mean.
    factor : ndarray of shape (d, d) or (d,)
        W with ``W W' = inverse covariance``, or its diagonal.
    log_determinant : float
        Log determinant of the covariance.
    weights : ndarray of shape (n,)
        Weights of the rows.

    Returns
    -------
    z : ndarray of shape (n, d)
    covariance : ndarray of shape (d, d) or (d,)
        Weighted sum over the rows; 0 where an entry is observed.
    log_density : ndarray of shape (n,)
        Of the observed entries.
    """
    z = X - mean
    holes = np.isnan(z)
    z[holes] = 0
    if factor.ndim == 1:
        square, log_det = _independent(z, holes, factor)
        return z, (weights @ holes) / factor**2, _log_density(holes, square, log_det)
    square, log_det, inverses, fills = _conditioned(z, groups, factor, log_determinant)
    total = np.zeros_like(factor)
    for group, inverse, fill in zip(groups, inverses, fills, strict=True):
        shares = np.bincount(group.which, weights[group.rows], len(group.columns)).astype(z.dtype)
        places = (group.columns[:, :, None], group.columns[:, None, :])
        np.add.at(total, places, shares[:, None, None] * inverse)
        z[group.rows[:, None], group.columns[group.which]] = fill
    return z, total, _log_density(holes, square, log_det)


def _log_density(holes: NDArray, square: NDArray, log_det: NDArray) -> NDArray:
    observed = (holes.shape[1] - np.count_nonzero(holes, axis=1)).astype(square.dtype)
    return -0.5 * (observed * _LOG_2_PI + log_det + square)


def _independent(z: NDArray, holes: NDArray, factor: NDArray) -> tuple[NDArray, NDArray]:
    scaled = z * factor
    return np.einsum("ij,ij->i", scaled, scaled), -2 * (~holes @ np.log(factor))


def _conditioned(
    z: NDArray, groups: list[Pattern], factor: NDArray, log_determinant: float
) -> tuple[NDArray, NDArray, list[NDArray], list[NDArray]]:
    """Squared lengths and log determinants of the observed entries; P_MM^-1 and -P_MM^-1 u_M of each group."""
    # In units of the conditional standard deviations P has a unit diagonal, whatever the units of the features.
    scale = 1 / np.sqrt(np.einsum("ij,ij->i", factor, factor))
    unit = factor * scale[:, None]
    precision = unit @ unit.T
    scaled = z / scale
    u = scaled @ precision
    square = np.einsum("ij,ij->i", scaled, u)
    log_det = np.full(len(z), log_determinant, z.dtype)
    inverses, fills = [], []
    for group in groups:
        inverse = np.linalg.inv(precision[group.columns[:, :, None], group.columns[:, None, :]])
        scales = scale[group.columns]
        log_det[group.rows] -= (np.linalg.slogdet(inverse)[1] + 2 * np.log(scales).sum(axis=1))[group.which]
        fill = np.empty((len(group.rows), scales.shape[1]), z.dtype)
        for part in _parts(group):
            rows = group.rows[part]
            own = u[rows[:, None], group.columns[group.which[part]]]
            fill[part] = -(inverse[group.which[part]] @ own[:, :, None])[:, :, 0]
            square[rows] += np.einsum("ij,ij->i", own, fill[part])
        inverses.append(inverse * scales[:, :, None] * scales[:, None, :])
        fills.append(fill * scales[group.which])
    return square, log_det, inverses, fills


def _parts(group: Pattern) -> Iterator[slice]:
    step = max(_CHUNK // group.columns.shape[1] ** 2, 1)
    return (slice(start, start + step) for start in range(0, len(group.rows), step))


def _loses_digits(factor: NDArray) -> bool:
    """Whether a feature is so well determined by the others that ``z'u - u_M' P_MM^-1 u_M`` cancels."""
    inflation = (factor**2).sum(axis=1) * (np.linalg.inv(factor) ** 2).sum(axis=0)
    return bool(inflation.max() > np.finfo(factor.dtype).eps ** (-3 / 8))


def _blockwise(z: NDArray, groups: list[Pattern], factor: NDArray) -> tuple[NDArray, NDArray]:
    """Squared lengths and log determinants from the observed block of the covariance, pattern by pattern."""
    root = np.linalg.inv(factor)
    scale = np.sqrt((root**2).sum(axis=0))
    root = root / scale
    correlations, scaled = root.T @ root, z / scale
    square, log_det = np.empty(len(z), z.dtype), np.empty(len(z), z.dtype)
    everything = np.arange(z.shape[1])
    complete = np.setdiff1d(np.arange(len(z)), np.concatenate([np.empty(0, int), *(g.rows for g in groups)]))
    blocks = [(complete, everything)]
    for group in groups:
        for p, columns in enumerate(group.columns):
            blocks.append((group.rows[group.which == p], np.setdiff1d(everything, columns)))
    for rows, seen in blocks:
        lower = np.linalg.cholesky(correlations[np.ix_(seen, seen)])
        white = np.linalg.solve(lower, scaled[np.ix_(rows, seen)].T)
        square[rows] = np.einsum("ji,ji->i", white, white)
        log_det[rows] = 2 * (np.log(np.diag(lower)).sum() + np.log(scale[seen]).sum())
    return square, log_det
