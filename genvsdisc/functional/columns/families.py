"""Exponential families of one variable: sufficient statistics, estimates, log densities, draws.

Gaussian, Bernoulli and Poisson densities are all ``log p(x) = a x^2 + b x + c + h(x)`` and are estimated from a weight,
a mean and a scatter, so one code serves the three. A categorical density is a table of log probabilities, estimated
from counts. Arrays have shape (..., d): any leading axes (training sets, classes), then columns. NaN is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from genvsdisc.functional.batched_linalg import total

# Rows are worked through in blocks of about this many bytes, which stay in the second-level cache.
BLOCK_BYTES = 1 << 18
_FEW_CELLS = 8
_NOISE = 64
"""Times the precision: a smaller share of the squares about the common center is what rounding leaves of equal rows."""


def row_blocks(n: int, row_bytes: int) -> list[slice]:
    """Slices over n rows whose blocks fit the cache."""
    size = max(64, BLOCK_BYTES // max(row_bytes, 1))
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


@dataclass(frozen=True)
class ColumnMoments:
    """Weight of the observed values, their mean, and the weighted sum of squares about it; each (..., d)."""

    weight: NDArray
    mean: NDArray
    scatter: NDArray

    def __getitem__(self, index: Any) -> ColumnMoments:
        return ColumnMoments(self.weight[index], self.mean[index], self.scatter[index])

    def merge(self, other: ColumnMoments) -> ColumnMoments:
        """ColumnMoments of the two sets of rows together (Chan, Golub & LeVeque 1983)."""
        weight = self.weight + other.weight
        share = _ratio(other.weight, weight)
        step = other.mean - self.mean
        mean = np.where(self.weight > 0, self.mean + share * step, other.mean)
        return ColumnMoments(weight, mean, self.scatter + other.scatter + self.weight * share * step**2)

    def pooled(self, axis: int) -> ColumnMoments:
        """ColumnMoments of all groups along an axis taken together, that axis kept with length 1."""
        weight = total(self.weight, axis)
        # About the first mean, not about zero: a common offset of 1e9 must not cost the digits of the spread.
        origin = self.mean.take([0], axis)
        step = self.mean - origin
        mean = _ratio(total(self.weight * step, axis), weight)
        between = total(self.weight * (step - mean) ** 2, axis)
        return ColumnMoments(weight, origin + mean, total(self.scatter, axis) + between)

    def variance(self) -> NDArray:
        """Maximum-likelihood variance: scatter over weight, 0 where nothing was observed."""
        return _ratio(self.scatter, self.weight)


@np.errstate(over="ignore", invalid="ignore")  # an overflow shows as a variance that is not finite
def column_moments(X: NDArray, codes: NDArray, weights: NDArray, n_classes: int) -> ColumnMoments:
    """Weighted moments (R, K, d) of the columns of X (n, d) by class codes (n,), for each row of weights (R, n).

    Missing values (NaN) have weight 0. The rows of a class are taken in blocks that stay in cache, each centred at its
    own mean, and the blocks merged: X is read once, and an offset of 1e9 costs the spread no digits.
    """
    counts = np.bincount(codes, minlength=n_classes)
    starts = np.cumsum(counts) - counts
    order = np.argsort(codes.astype(np.min_scalar_type(n_classes)), kind="stable")  # a radix sort, for short integers
    blocks = row_blocks(int(counts.max()), X.itemsize * X.shape[1])
    parts = (
        _part_moments(X, weights, [order[s : s + c][block] for s, c in zip(starts, counts, strict=True)])
        for block in blocks
    )
    return reduce(ColumnMoments.merge, parts)


def _part_moments(X: NDArray, weights: NDArray, rows_of_classes: list[NDArray]) -> ColumnMoments:
    """ColumnMoments of the given rows of each class; centred at the mean under all weights together, then corrected."""
    weight, first, second = np.zeros((3, len(weights), len(rows_of_classes), X.shape[1]), X.dtype)
    centers = np.zeros(weight.shape[1:], X.dtype)
    for k, rows in enumerate(rows_of_classes):
        Z, block = X[rows], weights[:, rows]
        mass = block.sum(axis=0)
        center = mass @ Z / max(mass.sum(), np.finfo(X.dtype).tiny)
        if np.isnan(center).any():
            observed = ~np.isnan(Z)
            Z[~observed] = 0
            center = _ratio(mass @ Z, mass @ observed)
            Z -= center * observed
            weight[:, k] = block @ observed
        else:
            Z -= center
            weight[:, k] = block.sum(axis=1, keepdims=True)
        centers[k] = center
        first[:, k] = block @ Z
        second[:, k] = block @ np.multiply(Z, Z, out=Z)
    drift = _ratio(first, weight)
    scatter = second - first * drift
    mean = centers + drift
    still = scatter < _NOISE * np.finfo(X.dtype).eps * second
    if not still.any():
        return ColumnMoments(weight, mean, scatter)
    scatter[still] = 0
    for k, rows in enumerate(rows_of_classes):
        if still[:, k].any():
            _settle(mean[:, k], still[:, k], X[rows], weights[:, rows], np.abs(centers[k]) + np.abs(drift[:, k]))
    return ColumnMoments(weight, mean, scatter)


def _settle(mean: NDArray, still: NDArray, X: NDArray, weights: NDArray, size: NDArray) -> None:
    """Make means (R, d) of equal values those values, in place.

    They differ from them by the rounding of numbers of this size, and from one another: classes that have one value in
    common would have a variance between them, of 1e-46, and rows of other values would be judged by it.
    """
    weighed = weights > 0
    values = X[weighed.argmax(axis=1)]  # of the first row that weighs something
    for j in np.flatnonzero(still.any(axis=0) & np.isnan(X).any(axis=0)):
        values[:, j] = X[(weighed & ~np.isnan(X[:, j])).argmax(axis=1), j]
    near = still & (np.abs(values - mean) <= _NOISE * np.finfo(X.dtype).eps * size)
    mean[near] = values[near]


def cell_weights(cells: NDArray, n_cells: int, weights: NDArray) -> NDArray:
    """Sum of the weights (R, n) of the rows in each cell, (R, n_cells); a row with a negative cell is in none."""
    if not n_cells:
        return np.zeros((len(weights), 0), weights.dtype)
    inside = cells >= 0
    if not inside.all():
        cells, weights = cells[inside], weights[:, inside]
    if len(weights) == 1:
        return np.bincount(cells, weights[0], n_cells).astype(weights.dtype)[None]
    if n_cells <= _FEW_CELLS:
        return weights @ (cells[:, None] == np.arange(n_cells)).astype(weights.dtype)
    sums = np.zeros((len(weights), n_cells), weights.dtype)
    if len(cells):
        order = np.argsort(cells, kind="stable")
        occupied, starts = np.unique(cells[order], return_index=True)
        sums[:, occupied] = np.add.reduceat(weights[:, order], starts, axis=1)
    return sums


@dataclass(frozen=True)
class ColumnTerms:
    """Log density ``quadratic z^2 + linear z + constant`` in z = x - shift, each (..., d), up to h(x)."""

    quadratic: NDArray
    linear: NDArray
    constant: NDArray


@dataclass(frozen=True)
class Family:
    """One family for numeric columns, in mean parameters.

    estimate(moments, together, alpha) gives mean and variance, where `together` are the moments of all classes;
    terms(mean, variance, shift) the log density; draw(mean, variance, rng) one value for each mean.
    """

    estimate: Callable[[ColumnMoments, ColumnMoments, float], tuple[NDArray, NDArray]]
    terms: Callable[[NDArray, NDArray, NDArray], ColumnTerms]
    draw: Callable[[NDArray, NDArray, np.random.RandomState], NDArray]


def log_probability(p: NDArray) -> NDArray:
    """Logarithm with the root of the smallest normal number (1.5e-154 in float64, 1.1e-19 in float32) in place of 0.

    A row that every class rules out then still has a posterior: the class with the fewest impossible values.
    """
    return np.log(np.maximum(p, np.sqrt(np.finfo(p.dtype).tiny)))


def _gaussian_estimate(observed: ColumnMoments, _together: ColumnMoments, _alpha: float) -> tuple[NDArray, NDArray]:
    return observed.mean, observed.variance()


def _gaussian_terms(mean: NDArray, variance: NDArray, shift: NDArray) -> ColumnTerms:
    step = mean - shift
    linear = step / variance
    return ColumnTerms(-0.5 / variance, linear, -0.5 * (step * linear + np.log(2 * np.pi * variance)))


def _gaussian_draw(mean: NDArray, variance: NDArray, rng: np.random.RandomState) -> NDArray:
    return rng.normal(mean, np.sqrt(variance))


def _bernoulli_estimate(observed: ColumnMoments, _together: ColumnMoments, alpha: float) -> tuple[NDArray, NDArray]:
    p = _ratio(observed.weight * observed.mean + alpha, observed.weight + 2 * alpha)
    return p, p * (1 - p)


def _bernoulli_terms(p: NDArray, _variance: NDArray, shift: NDArray) -> ColumnTerms:
    log_p, log_q = log_probability(p), log_probability(1 - p)
    linear = log_p - log_q
    return ColumnTerms(np.zeros_like(p), linear, log_q + linear * shift)


def _bernoulli_draw(p: NDArray, _variance: NDArray, rng: np.random.RandomState) -> NDArray:
    return (rng.uniform(size=p.shape) < p).astype(p.dtype)


def _poisson_estimate(observed: ColumnMoments, together: ColumnMoments, alpha: float) -> tuple[NDArray, NDArray]:
    # Additive smoothing on the scale of the column: alpha more rows with the mean count of all classes.
    rate = _ratio(observed.weight * observed.mean + alpha * together.mean, observed.weight + alpha)
    return rate, rate


def _poisson_terms(rate: NDArray, _variance: NDArray, shift: NDArray) -> ColumnTerms:
    linear = log_probability(rate)
    return ColumnTerms(np.zeros_like(rate), linear, linear * shift - rate)


def _poisson_draw(rate: NDArray, _variance: NDArray, rng: np.random.RandomState) -> NDArray:
    return rng.poisson(rate).astype(rate.dtype)


def poisson_log_base(X: NDArray) -> NDArray:
    """Sum over columns of h(x) = -log x!, the part of a Poisson density that no class changes, (n,)."""
    return -np.nansum(gammaln(X + 1), axis=-1)


COLUMN_FAMILIES = {
    "gaussian": Family(_gaussian_estimate, _gaussian_terms, _gaussian_draw),
    "bernoulli": Family(_bernoulli_estimate, _bernoulli_terms, _bernoulli_draw),
    "poisson": Family(_poisson_estimate, _poisson_terms, _poisson_draw),
}


def categorical_estimate(counts: NDArray, alpha: float) -> NDArray:
    """Smoothed category probabilities (..., K, C) of K classes from weighted counts.

    ``(N_kc + alpha) / (N_k + alpha C)``, C counting the categories that some class has. A category that none has
    gets NaN; a class with nothing observed gets the probabilities of all classes together, and so is no evidence.
    """
    together = counts.sum(axis=-2, keepdims=True)
    seen = together > 0
    rows = counts.sum(axis=-1, keepdims=True)
    counts = np.where(rows == 0, together, counts)
    smoothed = counts + counts.dtype.type(alpha) * seen
    return np.where(seen, _ratio(smoothed, smoothed.sum(axis=-1, keepdims=True)), np.nan)


def looked_up(table: NDArray, codes: NDArray) -> NDArray:
    """Entries (M, n) of a table (M, categories) of log probabilities, for categories (n,).

    Missing and unknown categories have the entry 0: their factor is dropped.
    """
    index = np.where(np.isnan(codes), table.shape[1], codes).astype(np.intp)
    return np.pad(table, ((0, 0), (0, 1))).take(index, axis=1)


def _ratio(numerator: NDArray, denominator: NDArray) -> NDArray:
    """Quotient, 0 where the denominator is."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
