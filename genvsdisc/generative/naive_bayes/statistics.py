"""Sufficient statistics of mixed columns by class, and the estimates that naive Bayes makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.batched_linalg import reduce_axis, total
from genvsdisc.functional.columns.families import (
    COLUMN_FAMILIES,
    ColumnMoments,
    categorical_estimate,
    cell_weights,
    column_moments,
)
from genvsdisc.generative.naive_bayes.distributions import ColumnKinds


@dataclass(frozen=True)
class Statistics:
    """Sufficient statistics of K classes; with a leading axis R, of R training sets."""

    class_weight: NDArray  # (K,)
    moments: ColumnMoments  # (K, numeric columns)
    counts: NDArray  # (K, categories of all categorical columns, one column after the other)

    def __len__(self) -> int:
        return len(self.class_weight)

    def __getitem__(self, index: Any) -> Statistics:
        return Statistics(self.class_weight[index], self.moments[index], self.counts[index])

    def relabel(self, old: ColumnKinds, new: ColumnKinds) -> Statistics:
        """Put the same counts in a table that has room for more categories."""
        counts = np.zeros((*self.counts.shape[:-1], new.offsets[-1]), self.counts.dtype)
        counts[..., old.positions_in(new)] = self.counts
        return Statistics(self.class_weight, self.moments, counts)

    def merge(self, other: Statistics) -> Statistics:
        """Take the statistics of both sets of rows together."""
        return Statistics(
            self.class_weight + other.class_weight, self.moments.merge(other.moments), self.counts + other.counts
        )


def gather(X: NDArray, codes: NDArray, weights: NDArray, kinds: ColumnKinds, n_classes: int) -> Statistics:
    """Statistics of R training sets: rows X (n, d), their classes (n,), weights (R, n)."""
    counts = [np.zeros((len(weights), n_classes, 0), X.dtype)]
    for j, start, stop in zip(kinds.categorical, kinds.offsets, kinds.offsets[1:], strict=False):
        size = stop - start
        cells = np.where(np.isnan(X[:, j]), -1, codes * size + X[:, j]).astype(np.intp)
        counts.append(cell_weights(cells, n_classes * size, weights).reshape(len(weights), n_classes, size))
    class_weight = cell_weights(codes, n_classes, weights)
    by_class = column_moments(X[:, kinds.numeric], codes, weights, n_classes)
    return Statistics(class_weight, by_class, np.concatenate(counts, axis=2))


@np.errstate(over="ignore", invalid="ignore")  # `check_variances` sees to what overflows
def numeric_estimates(
    by_class: ColumnMoments,
    kinds: ColumnKinds,
    alpha: float,
    var_smoothing: float,
    shared_variance: bool,
    own_unit: bool = False,
) -> tuple[NDArray, NDArray]:
    """Means and variances (R, K, d) of the columns that have them, from their moments.

    The variances of gaussian columns are smoothed by a share of the largest variance, or each by its own.
    """
    together, observed = by_class.pooled(axis=1), by_class
    unseen = by_class.weight == 0
    if unseen.any():
        # A class with nothing observed in a column takes what all classes have there: the column is no evidence for it.
        observed = ColumnMoments(
            np.where(unseen, together.weight, by_class.weight),
            np.where(unseen, together.mean, by_class.mean),
            np.where(unseen, together.scatter, by_class.scatter),
        )
    mean, variance = np.empty_like(observed.mean), np.empty_like(observed.mean)
    for name, columns in kinds.groups:
        mean[..., columns], variance[..., columns] = COLUMN_FAMILIES[name].estimate(
            observed[..., columns], together[..., columns], alpha
        )
        if name == "gaussian":
            if shared_variance:
                within = ColumnMoments(together.weight, together.mean, total(by_class.scatter, axis=1))
                variance[..., columns] = within[..., columns].variance()
            unit = together[..., columns].variance()
            if not own_unit:
                unit = unit.max(axis=2, keepdims=True)
            variance[..., columns] += variance.dtype.type(var_smoothing) * np.where(unit > 0, unit, 1)
    return mean, variance


def table_estimates(counts: NDArray, kinds: ColumnKinds, alpha: float) -> NDArray:
    """Probabilities (R, K, C) of the categories of all categorical columns; NaN for a category without weight."""
    pieces = [
        categorical_estimate(counts[..., start:stop], alpha)
        for start, stop in zip(kinds.offsets, kinds.offsets[1:], strict=False)
    ]
    return np.concatenate([counts[..., :0], *pieces], axis=2)


def check_variances(
    means: NDArray, variances: NDArray, by_class: ColumnMoments, kinds: ColumnKinds, classes: NDArray, names: Any
) -> None:
    """Raise ValueError where a gaussian column has no usable variance; means and variances (R, K, d).

    `by_class` are the moments (R, K, numeric columns) that they are made of.
    """
    gaussian = kinds.columns("gaussian")
    mean, variance = means[..., gaussian], variances[..., gaussian]
    limits = np.finfo(variance.dtype)
    least = limits.tiny / limits.eps
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        apart = reduce_axis(np.maximum, mean, 1) - reduce_axis(np.minimum, mean, 1)
        lost = (apart > 0) & (apart**2 < least)
        if lost.any():  # but where the column has larger squares, which show that the classes hardly differ
            places = np.flatnonzero([name == "gaussian" for name in kinds.distributions if name != "categorical"])
            lost &= by_class.scatter[..., places].max(axis=1, keepdims=True) < least
    if lost.any():
        r, _, i = np.argwhere(lost)[0]
        raise ValueError(
            f"column {names[gaussian[i]]!r} differs between classes by {apart[r, 0, i]:.3g}, whose square is too small "
            f"for floating-point numbers{_of_replicate(r, mean)}; rescale the column"
        )
    wrong = ~(np.isfinite(variance) & (variance > least))
    if wrong.any():
        r, k, i = np.argwhere(wrong)[0]
        if not np.isfinite(variance[r, k, i]):  # smoothing adds a share of the largest variance to all: name that one
            sizes = np.abs(mean[r, k])
            too_large = sizes > np.sqrt(limits.max)
            i = int(too_large.argmax() if too_large.any() else sizes.argmax())
        raise ValueError(
            f"column {names[gaussian[i]]!r} has variance {variance[r, k, i]} in class {classes.tolist()[k]!r}"
            f"{_of_replicate(r, mean)}; drop or rescale the column, or raise var_smoothing"
        )


def _of_replicate(r: int, stack: NDArray) -> str:
    """Say which of several fits it was."""
    return f" (replicate {r})" if len(stack) > 1 else ""


def count_parameters(probabilities: NDArray, kinds: ColumnKinds, shared_variance: bool) -> list[int]:
    """Free parameters of R models: priors, means, variances, and the probabilities (R, K, C) of known categories."""
    n_classes, n_tables = probabilities.shape[1], len(kinds.categorical)
    fixed = n_classes - 1 + n_classes * (len(kinds.distributions) - n_tables)
    fixed += kinds.distributions.count("gaussian") * (1 if shared_variance else n_classes)
    starts, stops = kinds.offsets[:-1], kinds.offsets[1:]
    known = [(~np.isnan(probabilities[:, 0, a:b])).sum(axis=1) for a, b in zip(starts, stops, strict=True)]
    free = sum((np.maximum(size - 1, 0) for size in known), np.zeros(len(probabilities), dtype=int))
    return (fixed + n_classes * free).tolist()


def draw(
    means: NDArray, variances: NDArray, probabilities: NDArray, kinds: ColumnKinds, rng: np.random.RandomState
) -> list[NDArray]:
    """Draw one row from each row of parameters, as a list of columns."""
    numbers = np.empty_like(means)
    for name, columns in kinds.groups:
        numbers[:, columns] = COLUMN_FAMILIES[name].draw(means[:, columns], variances[:, columns], rng)
    drawn = dict(zip(np.arange(len(kinds.distributions))[kinds.numeric], numbers.T, strict=True))
    for j, start, stop in zip(kinds.categorical, kinds.offsets, kinds.offsets[1:], strict=False):
        # Counting the steps of the distribution function below a uniform draw is a draw from it.
        steps = np.nan_to_num(probabilities[:, start:stop]).cumsum(axis=1)
        index = (rng.uniform(size=(len(steps), 1)) * steps[:, -1:] > steps[:, :-1]).sum(axis=1)
        known = np.asarray(kinds.categories[j])
        drawn[j] = known[index] if len(known) else np.full(len(steps), np.nan)
    return [drawn[j] for j in range(len(kinds.distributions))]
