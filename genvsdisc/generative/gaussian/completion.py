"""Plain EM of a regularized fit, as a map of what it puts in the place of the missing entries.

The state of EM is the conditional mean of every missing entry and the conditional covariance of every pattern of a
class. All else follows from these: moments, pooling, shrinkage, covariances, and with them the next state. Units are
the standard deviations of the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, whiten
from genvsdisc.functional.gaussian.missing import symmetric_inverse
from genvsdisc.functional.gaussian.moments import Moments
from genvsdisc.functional.linear.gram import packing
from genvsdisc.generative.gaussian.diagonal import starting_point
from genvsdisc.generative.gaussian.row_patterns import pattern_keys
from genvsdisc.generative.gaussian.row_products import pieces
from genvsdisc.generative.gaussian.shrinkage import Regularization, unit_scale

_LOG_2_PI = float(np.log(2 * np.pi))


@dataclass
class MapStep:
    """One step of EM from a state, with what its derivative is made of."""

    residual: NDArray  # the step, (N,)
    log_likelihood: float  # of the observed entries, at the moments
    moments: Moments  # that the state gives, with leading axis 1, in the units of X
    variances: NDArray  # before shrinkage, (G, d)
    scale: NDArray  # on which shrinkage works, (d,)
    precision: NDArray  # inverse covariances, (G, d, d)
    source: NDArray  # rows with gaps about the means of the completed rows of their class, (r, d)
    target: NDArray  # as the step completes them, about the means of their class, (r, d)
    blocks: list[NDArray]  # conditional covariances after the step, of each of the `parts`, (p, m, m)


@dataclass
class SameCount:
    """The patterns that miss the same number m of entries, and the rows that have them."""

    columns: NDArray  # (p, m)
    of: NDArray  # class of each pattern, (p,)
    share: NDArray  # weight of its rows, (p,)
    which: NDArray  # pattern of each row, (r,)
    rows: slice
    entries: slice  # where the conditional means are in the state, row by row
    pairs: slice  # where the conditional covariances are behind them, packed, pattern by pattern


@dataclass
class Completion:
    """Rows of one weighting; those with gaps in the order of their parts and patterns."""

    rule: Regularization
    origin: NDArray  # (K, d)
    unit: NDArray  # (d,)
    weight: NDArray  # of all rows, (K,)
    whole: tuple[NDArray, NDArray, NDArray]  # weights, sums and sums of products of complete rows, from the origin
    shown: NDArray  # weight of the rows that show a column, (K, d)
    fallback: NDArray  # means where that is 0, (K, d)
    rows: NDArray  # with gaps, 0 where missing, (r, d)
    row_class: NDArray
    row_weight: NDArray
    row: NDArray  # of each missing entry
    column: NDArray
    parts: list[SameCount]
    pair_class: NDArray
    pair_weight: NDArray
    pair_columns: tuple[NDArray, NDArray]

    @classmethod
    def build(cls, X: NDArray, holes: NDArray, codes: NDArray, weights: NDArray, K: int, rule: Regularization) -> Self:
        """Sort rows X (n, d), some of them with gaps, with weights (n,)."""
        X, weights = X.astype(np.float64, copy=False), weights.astype(np.float64, copy=False)
        origin, shift, variances = starting_point(X, codes, weights[None], K)
        unit = np.sqrt(variances[0])
        some = holes.any(axis=1)
        gaps = np.flatnonzero(some & (weights > 0))
        counts, keys = pattern_keys(holes[gaps])
        order = np.lexsort((keys, codes[gaps], counts))
        gaps, counts, keys = gaps[order], counts[order], keys[order]
        k, w, hidden = codes[gaps], weights[gaps], holes[gaps]
        new = np.append(True, (keys[1:] != keys[:-1]) | (k[1:] != k[:-1]))
        parts = _parts(counts, k, w, hidden, np.flatnonzero(new), np.cumsum(new) - 1)
        pairs = [packing(part.columns.shape[1])[:2] for part in parts]
        row, column = np.nonzero(hidden)
        one, two = (
            np.concatenate([part.columns[:, pair[i]].ravel() for part, pair in zip(parts, pairs, strict=True)])
            for i in range(2)
        )
        return cls(
            rule,
            origin,
            unit,
            np.bincount(codes, weights, K),
            _whole_sums(X, np.flatnonzero(~some & (weights > 0)), codes, weights, origin, unit),
            np.stack([weights[codes == j] @ ~holes[codes == j] for j in range(K)]),
            shift[0] / unit,
            np.where(hidden, 0, (X[gaps] - origin[k]) / unit),
            k,
            w,
            row,
            column,
            parts,
            np.concatenate([np.repeat(part.of, len(pair[0])) for part, pair in zip(parts, pairs, strict=True)]),
            np.concatenate([np.repeat(part.share, len(pair[0])) for part, pair in zip(parts, pairs, strict=True)]),
            (one, two),
        )

    @property
    def start(self) -> NDArray:
        """Means of what each class shows, and independent columns with the variances about these means."""
        means = self.fallback[self.row_class[self.row], self.column]
        return np.concatenate([means, np.equal(*self.pair_columns).astype(float)])

    def groups(self, classes: NDArray) -> NDArray:
        """Which covariance is that of these classes."""
        return np.zeros_like(classes) if self.rule.shared else classes

    @property
    def shares(self) -> NDArray:
        """What the scatter of each class counts for in each covariance before shrinkage, (G, K)."""
        total = self.weight.sum()
        if self.rule.shared:
            return np.full((1, len(self.weight)), 1 / total)
        a = np.where(self.weight == 0, 1, np.ravel(self.rule.pooling))
        share = (1 - a)[:, None] * np.eye(len(a)) + a[:, None]
        return np.asarray(share / ((1 - a) * self.weight + a * total)[:, None])

    def step(self, state: NDArray) -> MapStep | None:
        """One step of plain EM; None where a covariance, of the state or after it, is not positive definite."""
        filled, pairs = self.rows.copy(), state[len(self.row) :]
        filled[self.row, self.column] = state[: len(self.row)]
        if not self._are_definite(pairs):
            return None
        completed, second = self._moments(filled, pairs)
        means = np.where(self.shown > 0, completed, self.fallback)
        outer = self.unit[:, None] * self.unit
        center = (self.origin + means * self.unit)[None]
        moments = Moments(self.weight[None], center, np.zeros_like(center), (second * outer)[None])
        try:
            factors, log_det = whiten(self.rule.covariances(moments)[0][0] / outer, full=True)
        except SingularCovarianceError:
            return None
        precision = factors @ np.swapaxes(factors, -1, -2)
        target = filled - means[self.row_class]
        product = self._times(target, precision)[self.row, self.column]
        moved, new_pairs, blocks = np.empty_like(product), np.empty_like(pairs), []
        log_dets = np.zeros(len(self.rows))
        for part in self.parts:
            m, g = part.columns.shape[1], self.groups(part.of)
            inverse, log_dets_of = symmetric_inverse(precision[g, part.columns.T[:, None], part.columns.T[None]])
            log_dets[part.rows] = log_dets_of[part.which]
            one, two, _ = packing(m)
            new_pairs[part.pairs] = inverse[one, two].T.ravel()
            blocks.append(np.moveaxis(inverse, 2, 0))
            moved[part.entries] = -(blocks[-1][part.which] @ product[part.entries].reshape(-1, m, 1)).ravel()
        target[self.row, self.column] += moved
        squares = np.einsum("ij,ij->i", self._times(target, precision), target)
        lengths = self._squares_of_whole(precision, means) + self.row_weight @ (squares + log_dets)
        lengths += self.weight @ np.broadcast_to(log_det, len(self.weight))
        return MapStep(
            np.concatenate([moved, new_pairs - pairs]),
            -0.5 * float(lengths + self.shown.sum(axis=0) @ (_LOG_2_PI + 2 * np.log(self.unit))),
            moments,
            self.shares @ np.einsum("kii->ki", second),
            (unit_scale(moments)[0, 0] if self.rule.standardize else 1.0) / self.unit**2,
            precision,
            filled - completed[self.row_class],
            target,
            blocks,
        )

    def _are_definite(self, pairs: NDArray) -> bool:
        for part in self.parts:
            blocks = pairs[part.pairs].reshape(len(part.columns), -1)[:, packing(part.columns.shape[1])[2]]
            try:
                np.linalg.cholesky(blocks)
            except np.linalg.LinAlgError:
                return False
        return True

    def _moments(self, filled: NDArray, pairs: NDArray) -> tuple[NDArray, NDArray]:
        """Means (K, d) and scatters (K, d, d) of completed rows."""
        first, second = self.whole[1].copy(), self.whole[2].copy()
        for k in np.unique(self.row_class).tolist():
            mine = self.row_class == k
            first[k] += self.row_weight[mine] @ filled[mine]
            second[k] += (filled[mine].T * self.row_weight[mine]) @ filled[mine]
        one, two = self.pair_columns
        np.add.at(second, (self.pair_class, one, two), self.pair_weight * pairs)
        apart = one != two
        np.add.at(second, (self.pair_class[apart], two[apart], one[apart]), (self.pair_weight * pairs)[apart])
        means = first / np.where(self.weight > 0, self.weight, 1)[:, None]
        return means, second - first[..., None] * means[:, None, :]

    def _times(self, rows: NDArray, precision: NDArray) -> NDArray:
        """Rows with gaps, times the precision of their class."""
        result, groups = np.empty_like(rows), self.groups(self.row_class)
        for g in np.unique(groups).tolist():
            result[groups == g] = rows[groups == g] @ precision[g]
        return result

    def _squares_of_whole(self, precision: NDArray, means: NDArray) -> float:
        """Sum of the squared lengths of the complete rows from the means."""
        weight, first, second = self.whole
        away = first[:, :, None] * means[:, None, :]
        square = weight[:, None, None] * means[:, :, None] * means[:, None, :]
        return float((precision * (second - away - np.swapaxes(away, 1, 2) + square)).sum())


def _parts(
    counts: NDArray, classes: NDArray, weights: NDArray, hidden: NDArray, heads: NDArray, pattern: NDArray
) -> list[SameCount]:
    """Parts of sorted rows; `heads` are the first rows of the patterns, `pattern` which one each row has."""
    share = np.add.reduceat(weights, heads)
    parts: list[SameCount] = []
    at, pairs = 0, 0
    for m in np.unique(counts).tolist():
        mine, here = np.flatnonzero(counts == m), np.flatnonzero(counts[heads] == m)
        columns = np.nonzero(hidden[heads[here]])[1].reshape(-1, m)
        end, last = at + m * len(mine), pairs + len(here) * m * (m + 1) // 2
        rows = slice(int(mine[0]), int(mine[-1]) + 1)
        which = pattern[mine] - here[0]
        entries, packed = slice(at, end), slice(pairs, last)
        parts.append(SameCount(columns, classes[heads[here]], share[here], which, rows, entries, packed))
        at, pairs = end, last
    return parts


def _whole_sums(
    X: NDArray, rows: NDArray, codes: NDArray, weights: NDArray, origin: NDArray, unit: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    K, d = origin.shape
    rows = rows[np.argsort(codes[rows], kind="stable")]
    first, second = np.zeros((K, d)), np.zeros((K, d, d))
    for k, part in pieces(codes[rows], d):
        z, w = (X[rows[part]] - origin[k]) / unit, weights[rows[part]]
        first[k] += w @ z
        second[k] += (z.T * w) @ z
    return np.bincount(codes[rows], weights[rows], K), first, second
