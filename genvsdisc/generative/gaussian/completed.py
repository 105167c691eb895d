"""Rows completed by conditional means, under many parameters at once, and the moments of what they become."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.covariance import whiten
from genvsdisc.functional.gaussian.missing import Pattern, condition, patterns
from genvsdisc.functional.gaussian.moments import Moments, class_moments, merge, stacked
from genvsdisc.generative.gaussian.shrinkage import Regularization

_CHUNK = 1 << 20  # numbers of completed rows held at a time


@dataclass
class CompletedRows:
    """Rows X (n, d), of which those with gaps are completed given their classes, for R sets of parameters."""

    X: NDArray
    codes: NDArray
    gaps: NDArray  # rows that miss something
    patterns: list[Pattern]
    means: NDArray  # (R, K, d)
    precision: NDArray  # inverse covariances, (R, K, d, d), or (R, K, 0, 0) where columns are independent

    @classmethod
    def build(cls, X: NDArray, codes: NDArray, moments: Moments, rule: Regularization) -> Self:
        """Complete by moments with leading axis R; the rule says how covariances follow from them."""
        holes = np.isnan(X)
        gaps = np.flatnonzero(holes.any(axis=1))
        R, K, _ = moments.center.shape
        precision = np.zeros((R, K, 0, 0), X.dtype)
        if rule.structure == "full":
            factors, _ = whiten(rule.covariances(moments)[0], full=True)
            inverses = factors @ np.swapaxes(factors, -1, -2)
            precision = np.broadcast_to(inverses, (R, K, *inverses.shape[2:]))
        return cls(X, codes, gaps, patterns(holes[gaps], codes[gaps]), moments.center, precision)

    def parts(self) -> Iterator[tuple[slice, NDArray]]:
        """Some members, and their rows with gaps from the means of their classes, (members, rows, d)."""
        R, d, rows, k = len(self.means), self.X.shape[1], self.X[self.gaps], self.codes[self.gaps]
        hidden = np.isnan(rows)
        step = max(_CHUNK // (len(rows) * d + 1), 1)
        for start in range(0, R, step):
            part = slice(start, min(start + step, R))
            residuals = rows - self.means[part].take(k, axis=1)
            residuals[:, hidden] = 0
            if self.precision.size:
                self._complete(residuals, self.precision[part], k)
            yield part, residuals

    def _complete(self, residuals: NDArray, precision: NDArray, k: NDArray) -> None:
        u = np.empty_like(residuals)
        for j in np.unique(k).tolist():
            u[:, k == j] = residuals[:, k == j] @ precision[:, j]
        square = np.zeros(residuals.shape[:2], residuals.dtype)
        for pattern in self.patterns:
            condition(residuals, square, u, pattern, precision)

    def each(self) -> Iterator[NDArray]:
        """All rows, as each member completes them, (n, d)."""
        for part, residuals in self.parts():
            for means, away in zip(self.means[part], residuals, strict=True):
                whole = self.X.copy()
                shown = whole[self.gaps]
                whole[self.gaps] = np.where(np.isnan(shown), means[self.codes[self.gaps]] + away, shown)
                yield whole

    def moments(self, weights: NDArray, *, fourth: bool = False, unit: float = 1.0) -> Moments:
        """Moments of the completed rows in that unit, each member under its weights (R, n)."""
        K = self.means.shape[1]
        scale, whole = self.X.dtype.type(unit), np.setdiff1d(np.arange(len(self.X)), self.gaps)
        k, w = self.codes[self.gaps], weights[:, self.gaps]
        parts = [_sums(away / scale, k, w[part], self.means[part] / scale, fourth) for part, away in self.parts()]
        completed = stacked(parts).about_means()
        if not len(whole):
            return completed
        rows = self.X[whole] if unit == 1 else self.X[whole] / scale
        complete = class_moments(rows, self.codes[whole], weights[:, whole], K, full=True, fourth=fourth)
        return merge(complete, completed)


def _sums(residuals: NDArray, codes: NDArray, weights: NDArray, means: NDArray, fourth: bool) -> Moments:
    """Sums over rows (R, n, d) from the means of their classes (R, K, d)."""
    R, K, d = means.shape
    weight, quartic = np.zeros((2, R, K), means.dtype)
    first, cubic = np.zeros((2, R, K, d), means.dtype)
    second = np.zeros((R, K, d, d), means.dtype)
    for j in range(K):
        mine = np.flatnonzero(codes == j)
        z, w = residuals[:, mine], weights[:, mine]
        weighted = w[..., None] * z
        weight[:, j], first[:, j] = w.sum(axis=1), weighted.sum(axis=1)
        second[:, j] = np.swapaxes(weighted, 1, 2) @ z
        if fourth:
            square = np.einsum("rni,rni->rn", z, z)
            cubic[:, j], quartic[:, j] = (square[:, None] @ weighted)[:, 0], (w * square**2).sum(axis=1)
    return Moments(weight, means, first, second, *((cubic, quartic) if fourth else ()))
