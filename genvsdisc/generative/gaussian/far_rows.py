"""Scores of rows so far out that their squared distances overflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.row_span import SpanGaussians

SquaresOf = Callable[[int, int, NDArray, NDArray], NDArray]
"""Squared lengths (m,) in the metric of class k of fit r, from r, k, deviations and a mask of what is missing."""


def scores_far_away(X: NDArray, means: NDArray, squares: SquaresOf, scores: NDArray) -> NDArray:
    """Log scores (R, n, K) of rows so far from all classes that their squared distances overflow.

    There the least distance decides; in ``-|W'(x - mean)|^2 / 2`` the size of the row is kept apart, and what all
    classes have in common is left out.
    """
    R, K, _ = means.shape
    X = np.asarray(X, dtype=np.float64)
    size = np.nanmax(np.abs(X), axis=1)
    rows = X / size[:, None]
    missing = np.isnan(rows)
    result = np.empty((R, len(X), K), scores.dtype)
    for r, k in np.ndindex(R, K):
        z = np.where(missing, 0, rows - means[r, k] / size[:, None])
        square = squares(r, k, z, missing)
        result[r, :, k] = np.where(np.isneginf(scores[r, :, k]) & ~np.isfinite(size), -np.inf, square)
    with np.errstate(over="ignore"):
        gap = result - result.min(axis=2, keepdims=True)
        return -0.5 * (gap * size[:, None]) * size[:, None]


def squares_by_factors(factors: NDArray) -> SquaresOf:
    """Squares from factors (R, G, d, d) or (R, G, d) of the inverse covariances."""

    def squares(r: int, k: int, z: NDArray, missing: NDArray) -> NDArray:
        factor = factors[r, k if factors.shape[1] > 1 else 0].astype(np.float64)
        if missing.any() and factor.ndim == 2:
            covariance = np.linalg.inv(factor @ factor.T)
            square = np.empty(len(z))
            for i, seen in enumerate(~missing):
                square[i] = z[i, seen] @ np.linalg.solve(covariance[np.ix_(seen, seen)], z[i, seen])
            return square
        white = z @ factor if factor.ndim == 2 else z * factor
        return np.asarray(np.einsum("ij,ij->i", white, white))

    return squares


def squares_in_span(members: Sequence[SpanGaussians]) -> SquaresOf:
    """Squares from fits in the span of their rows."""

    def squares(r: int, k: int, z: NDArray, missing: NDArray) -> NDArray:
        member, B = members[r], members[r].spanning()
        z = member.scaled(z)
        along, lengths = z @ B.T, np.einsum("ij,ij->i", z, z)
        if not missing.any():
            return member.squares(k, along, lengths)
        square = np.empty(len(z))
        for i, gone in enumerate(missing):
            seen = np.flatnonzero(~gone)
            part = member.observed(seen, B[:, seen] @ B[:, seen].T)
            square[i] = part.squares(k, along[i : i + 1], lengths[i : i + 1])[0]
        return square

    return squares
