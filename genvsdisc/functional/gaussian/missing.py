"""Gaussian rows with missing entries: conditional moments and marginal densities, pattern by pattern.

Let V be the columns that are missing somewhere, O the others. Given x_O the columns V are normal with mean ``mean_V +
B (x_O - mean_O)``, ``B = S_VO S_OO^-1``, and covariance ``Q = S_VV - B S_OV``. Let e be the residual of a row from that
mean, 0 where it is missing, P the inverse of Q, u = P e, and M the missing entries. Then

* the missing entries of the residual have the conditional mean ``-P_MM^-1 u_M`` and covariance ``P_MM^-1``;
* ``|e_seen|^2`` in the metric of the block of Q that is observed is ``e'u - u_M' P_MM^-1 u_M``;
* the log determinant of that block is ``log |Q| + log |P_MM|``;

so that all rows share one product with P and only the blocks P_MM are inverted, one for each pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import batched_linalg
from genvsdisc.functional.gaussian.density import log_densities

_CHUNK = 1 << 18  # numbers handled at a time in the blocks of the patterns
_LOG_2_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Pattern:
    """The rows that miss the same number m of entries."""

    rows: NDArray  # indices of the rows, (n_m,)
    columns: NDArray  # missing columns of each distinct pattern, (p, m)
    which: NDArray  # pattern of each row, (n_m,)
    groups: NDArray  # group of each pattern, (p,); patterns of different groups (classes) are different


def patterns(missing: NDArray, groups: NDArray | None = None) -> list[Pattern]:
    """Group the rows of a mask (n, d) that miss something by how many entries they miss, by which, and by `groups`."""
    n, d = missing.shape
    groups = np.zeros(n, dtype=np.intp) if groups is None else groups
    counts = np.count_nonzero(missing, axis=1)
    if d < 48:
        keys = missing @ (1 << np.arange(d, dtype=np.int64)) + (groups.astype(np.int64) << d)
    else:
        keys = np.unique(np.packbits(missing, axis=1), axis=0, return_inverse=True)[1].reshape(n) + n * groups
    by_count = []
    for m in np.unique(counts[counts > 0]):
        rows = np.flatnonzero(counts == m)
        _, first, which = np.unique(keys[rows], return_index=True, return_inverse=True)
        columns = np.nonzero(missing[rows[first]])[1].reshape(-1, m)
        by_count.append(Pattern(rows, columns, which.reshape(-1), groups[rows[first]]))
    return by_count


@dataclass
class Conditional:
    """What `condition` finds out about one `Pattern`, for R parameter sets."""

    covariance: NDArray  # of the missing entries, (R, p, m, m)
    log_determinant: NDArray  # of the covariance of the observed entries, less log |Q|, (R, p)


def condition(residuals: NDArray, square: NDArray, u: NDArray, pattern: Pattern, precision: NDArray) -> Conditional:
    """Fill in conditional means of missing entries and correct the squared lengths, in place.

    Parameters
    ----------
    residuals : ndarray of shape (R, n, v)
        Residuals of rows, 0 where missing.
    square : ndarray of shape (R, n)
        ``e'u``; becomes the squared length of the observed entries.
    u : ndarray of shape (R, n, v)
        Residuals times the precision of their group.
    pattern : Pattern
        Which rows miss which entries.
    precision : ndarray of shape (R, groups, v, v)
        Inverse covariances of the residuals, one for each group of patterns.

    Returns
    -------
    conditional : Conditional
    """
    columns, groups = pattern.columns, pattern.groups
    blocks = precision[:, groups[:, None, None], columns[:, :, None], columns[:, None, :]]
    inverse, log_determinant = symmetric_inverse(np.moveaxis(blocks, (-2, -1), (0, 1)))
    inverse = np.moveaxis(inverse, (0, 1), (-2, -1))
    for part in _parts(pattern, len(residuals)):
        rows, which = pattern.rows[part], pattern.which[part]
        places = (slice(None), rows[:, None], columns[which])
        right = u[places]
        if columns.shape[1] == 1:
            fill = -right * inverse[:, which, 0]
        else:
            fill = -(inverse[:, which] @ right[..., None])[..., 0]
        square[:, rows] += np.einsum("rnm,rnm->rn", right, fill)
        residuals[places] = fill
    return Conditional(inverse, log_determinant)


def _parts(pattern: Pattern, R: int) -> Iterator[slice]:
    step = max(_CHUNK // (R * pattern.columns.shape[1] ** 2), 1)
    return (slice(start, start + step) for start in range(0, len(pattern.rows), step))


@np.errstate(invalid="ignore", divide="ignore")
def symmetric_inverse(blocks: NDArray) -> tuple[NDArray, NDArray]:
    """Inverses (m, m, ...) of positive definite blocks (m, m, ...), and the log determinants of the blocks (...).

    Of a block that is singular but for rounding neither need be finite.
    """
    m = len(blocks)
    if m == 1:
        return 1 / blocks, np.log(blocks[0, 0])
    if m == 2:
        (a, b), (_, c) = blocks
        on_a, on_c = b / a, b / c  # in these, units cannot overflow
        left = 1 - on_a * on_c
        inverse = np.empty_like(blocks)
        np.divide(1, a * left, out=inverse[0, 0])
        np.divide(1, c * left, out=inverse[1, 1])
        inverse[0, 1] = inverse[1, 0] = -on_a * inverse[1, 1]
        return inverse, np.log(left) + np.log(a) + np.log(c)
    if batched_linalg.pays_sweep(m, blocks[0, 0].size):
        return _swept(blocks)
    diagonal = np.einsum("ii...->i...", blocks)
    scale = 1 / np.sqrt(diagonal)  # unit diagonals, whatever the units of the columns
    unit = blocks * scale[:, None] * scale[None]
    if m == 3:
        inverse, determinant = _inverse_of_three(unit[0, 1], unit[0, 2], unit[1, 2])
        return inverse * scale[:, None] * scale[None], np.log(determinant) - 2 * np.log(scale).sum(axis=0)
    stack = np.moveaxis(unit, (0, 1), (-2, -1))
    try:
        inverse = np.moveaxis(np.linalg.inv(stack), (-2, -1), (0, 1))
    except np.linalg.LinAlgError:  # one of them
        return _swept(blocks)
    log_determinant = np.linalg.slogdet(stack)[1]
    return inverse * scale[:, None] * scale[None], log_determinant - 2 * np.log(scale).sum(axis=0)


def _swept(blocks: NDArray) -> tuple[NDArray, NDArray]:
    inverse, pivots = batched_linalg.swept(np.array(blocks).reshape(*blocks.shape[:2], -1))
    log_determinant = np.log(pivots).sum(axis=0)
    return inverse.reshape(blocks.shape), log_determinant.reshape(blocks.shape[2:])


def _inverse_of_three(a: NDArray, b: NDArray, c: NDArray) -> tuple[NDArray, NDArray]:
    """Inverses (3, 3, ...) of correlation matrices with rows (1, a, b), (a, 1, c), (b, c, 1), and determinants."""
    inverse = np.empty((3, 3, *a.shape), a.dtype)
    inverse[0, 0], inverse[1, 1], inverse[2, 2] = 1 - c * c, 1 - b * b, 1 - a * a
    inverse[0, 1] = inverse[1, 0] = b * c - a
    inverse[0, 2] = inverse[2, 0] = a * c - b
    inverse[1, 2] = inverse[2, 1] = a * b - c
    determinant = inverse[0, 0] + a * inverse[0, 1] + b * inverse[0, 2]
    inverse /= determinant
    return inverse, determinant


# Densities of rows whose parameters are known --------------------------------------------------------------------


def marginal_log_densities(X: NDArray, means: NDArray, factors: NDArray, log_determinants: NDArray) -> NDArray:
    """Log densities (R, K, n) of the observed entries of rows; parameters as in `gaussian.log_densities`."""
    holes = np.isnan(X)
    ragged = np.flatnonzero(holes.any(axis=1))
    if len(ragged) < len(X):
        out = np.empty((*means.shape[:2], len(X)), X.dtype)
        whole = np.flatnonzero(~holes.any(axis=1))
        out[..., whole] = log_densities(X[whole], means, factors, log_determinants)
        out[..., ragged] = marginal_log_densities(X[ragged], means, factors, log_determinants)
        return out
    if factors.ndim == 3:
        return _independent(X, holes, means, factors)
    gone = np.flatnonzero(holes.any(axis=0))
    groups = patterns(holes[:, gone])
    R, K, d = means.shape
    out = np.empty((R, K, len(X)), X.dtype)
    inflated = _inflations(factors, gone) > np.finfo(X.dtype).eps ** (-3 / 8)
    step = max(_CHUNK // (len(X) * d), 1)
    for k in range(K):
        g = k if factors.shape[1] > 1 else 0
        for start in range(0, R, step):
            part = slice(start, start + step)
            out[part, k] = _conditioned(
                X, holes, gone, groups, means[part, k], factors[part, g], log_determinants[part, g]
            )
        for r in np.flatnonzero(inflated[:, g]):
            out[r, k] = _blockwise(X, holes, means[r, k], factors[r, g])
    return out


def _independent(X: NDArray, holes: NDArray, means: NDArray, factors: NDArray) -> NDArray:
    """Log densities where the features are independent."""
    R, K, _ = means.shape
    factors = np.broadcast_to(factors, means.shape)
    constants = np.log(factors) - 0.5 * _LOG_2_PI
    out = constants @ (~holes.T).astype(X.dtype)
    rows = np.where(holes, 0, X)
    for index in np.ndindex(R, K):
        z = (rows - means[index]) * factors[index]
        z[holes] = 0
        out[index] -= 0.5 * np.einsum("ij,ij->i", z, z)
    return out


def _conditioned(
    X: NDArray,
    holes: NDArray,
    gone: NDArray,
    groups: list[Pattern],
    means: NDArray,
    factors: NDArray,
    log_determinants: NDArray,
) -> NDArray:
    """Log densities (R, n) of rows that all miss something, from means (R, d) and factors (R, d, d).

    The formulas of the module with V all columns: P is the inverse covariance, of which only the rows of the columns
    that are missing somewhere are needed.
    """
    z = np.where(holes, 0, X - means[:, None])
    white = z @ factors
    square = np.einsum("rni,rni->rn", white, white)
    some = factors[:, gone]
    u = white @ np.swapaxes(some, 1, 2)
    precision = (some @ np.swapaxes(some, 1, 2))[:, None]
    log_det = np.repeat(log_determinants[:, None], len(X), axis=1)
    residuals = np.empty_like(u)
    for group in groups:
        conditional = condition(residuals, square, u, group, precision)
        log_det[:, group.rows] += conditional.log_determinant[:, group.which]
    observed = holes.shape[1] - np.count_nonzero(holes, axis=1)
    return -0.5 * (observed * _LOG_2_PI + log_det + square)


def _inflations(factors: NDArray, columns: NDArray) -> NDArray:
    """Largest variance inflation of the columns, (R, G).

    Where it is large, others determine a feature so well that ``z'u - u_M' P_MM^-1 u_M`` cancels.
    """
    d = factors.shape[-1]
    targets = np.broadcast_to(np.eye(d, dtype=factors.dtype)[:, columns], (*factors.shape[:-1], len(columns)))
    variances = (np.linalg.solve(factors, targets) ** 2).sum(axis=-2)
    return ((factors[..., columns, :] ** 2).sum(axis=-1) * variances).max(axis=-1)


def _blockwise(X: NDArray, holes: NDArray, mean: NDArray, factor: NDArray) -> NDArray:
    """Log densities (n,) from the observed block of the covariance, pattern by pattern: slow, and keeps all digits."""
    root = np.linalg.inv(factor)
    scale = np.sqrt((root**2).sum(axis=0))
    root = root / scale
    correlations, scaled = root.T @ root, (X - mean) / scale
    density = np.empty(len(X), X.dtype)
    for pattern in patterns(holes):
        for p, columns in enumerate(pattern.columns):
            rows, seen = pattern.rows[pattern.which == p], np.setdiff1d(np.arange(X.shape[1]), columns)
            lower = np.linalg.cholesky(correlations[np.ix_(seen, seen)])
            white = np.linalg.solve(lower, scaled[np.ix_(rows, seen)].T)
            log_det = 2 * (np.log(np.diag(lower)).sum() + np.log(scale[seen]).sum())
            density[rows] = -0.5 * (len(seen) * _LOG_2_PI + log_det + np.einsum("ji,ji->i", white, white))
    return density
