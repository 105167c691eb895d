"""Rows with missing entries, and the sums over them that the E-step expects.

With z = (1, x_O, x_V) from an origin, zeros in the place of the missing entries M, intercepts a, slopes B and the
inverse P of the residual covariance of V, the exponent of the density of a row is quadratic in x_M, so that the
conditional mean solves

    ``P_MM x_M = h_M,  h = [P a, P B, -P] z,``

and the conditional covariance is the inverse of P_MM. The expected sums are those of the completed rows, plus the
conditional covariances.

Rows of the same class that miss the same entries complete each other alike: with the sums of products S of their z,
and the map T of their conditional means, ``x_M = T z``, the expected sums are ``T S``, ``T S T'`` and the conditional
covariance for each row. So a pattern of many rows costs as much as a few; the rows of rare patterns are completed one
by one, those that miss as many entries side by side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.missing import symmetric_inverse


class IncompleteRows(Protocol):
    """Rows with missing entries under R weightings; the complete ones only add to `base`."""

    base: NDArray
    """Sums of V with (1, O, V) over what is never completed, (R, K, levels, v, 1 + d)."""
    behind: NDArray
    """Sums of products of (1, O) over the rows of a level and above, (R, K, levels, 1 + o, 1 + o)."""
    missing: NDArray
    """Weight of the missing entries, (R, K)."""

    def take(self, indices: NDArray) -> Self:
        """Keep these members of the stack."""
        ...

    def expect(self, intercepts: NDArray, slopes: NDArray, precision: NDArray) -> tuple[NDArray, NDArray]:
        """Expected sums of products of V with (1, O, V), and log determinants.

        Parameters
        ----------
        intercepts : ndarray of shape (R, K, v)
        slopes : ndarray of shape (R, K, v, o)
        precision : ndarray of shape (R, K, v, v)
            Inverse of the residual covariance of V given O.

        Returns
        -------
        sums : ndarray of shape (R, K, levels, v, 1 + d)
            Over the rows of each level.
        log_determinants : ndarray of shape (R, K)
            Sums of ``log |P_MM|`` over the rows.
        """
        ...


@dataclass
class Patterns:
    """Patterns that miss the same number m of entries, sorted by class."""

    columns: NDArray  # missing columns, (p, m)
    groups: NDArray  # class, (p,)
    levels: NDArray  # place of the last observed column among the `levels`, (p,)
    share: NDArray  # weight of the rows, (p,)
    block_places: NDArray  # where the blocks P_MM are in precisions of all classes, (m, m, p)
    inner_places: NDArray  # where the products of two missing entries are in the sums, (pairs p,)

    def inverses(self, precision: NDArray) -> tuple[NDArray, NDArray]:
        """Inverses (m, m, p) of the blocks P_MM of precisions (K, v, v), and their log determinants (p,)."""
        return symmetric_inverse(precision.ravel().take(self.block_places))

    def pairs(self, inner: NDArray) -> NDArray:
        """Symmetric values (m, m, p) times the shares, (pairs p,); those off the diagonal twice."""
        m, _, p = inner.shape
        values = np.empty((m * (m + 1) // 2, p), inner.dtype)
        double, at = 2 * self.share, 0
        for i in range(m):
            np.multiply(inner[i, i], self.share, out=values[at])
            np.multiply(inner[i, i + 1 :], double, out=values[at + 1 : at + m - i])
            at += m - i
        return values.ravel()


@dataclass
class Frequent(Patterns):
    """Patterns of which only sums of products are kept."""

    sums: NDArray  # of (1, O, V), zeros where missing, (p, 1 + d, 1 + d)
    crossed_places: NDArray  # where its products with (1, O, V) are, and with V once more transposed


@dataclass
class Stretch:
    """Some rows of rare patterns, of one class and level, few enough to stay in cache."""

    k: int
    level: int
    rows: slice
    parts: list[tuple[int, NDArray, NDArray | slice]]
    """Which of the `rare` patterns; the missing entries as row * (1 + d) + place in the row, (m, n); the patterns."""


@dataclass
class RaggedRows:
    """Many rows under one weighting, sorted by class, last observed column and pattern."""

    rows: NDArray  # (1, O, V) of rare patterns from the origin, 0 where missing, (n, 1 + d)
    weights: NDArray  # (n,)
    unit: bool  # whether all weights are 1
    stretches: list[Stretch]
    rare: list[Patterns]
    frequent: list[Frequent]
    base: NDArray
    behind: NDArray
    missing: NDArray

    def take(self, indices: NDArray) -> Self:  # noqa: ARG002 - there is one member, which is kept
        """Keep the only member of the stack."""
        return self

    def expect(self, intercepts: NDArray, slopes: NDArray, precision: NDArray) -> tuple[NDArray, NDArray]:
        """See `IncompleteRows`."""
        a, B, P = intercepts[0], slopes[0], precision[0]
        K = len(P)
        sums, log_determinants = self.base[0].copy(), np.zeros(K)
        solution = np.concatenate([(P @ a[..., None]), P @ B, -P], axis=-1)  # h of a row, (K, v, 1 + d)
        added: list[tuple[NDArray, NDArray]] = []  # where in the sums, and what
        for frequent in self.frequent:
            inverse, log_det = frequent.inverses(P)
            log_determinants += np.bincount(frequent.groups, frequent.share * log_det, K)
            added += _summed(frequent, np.moveaxis(inverse, 2, 0), solution, sums.shape)
        inverses = []
        for rare in self.rare:
            inverse, log_det = rare.inverses(P)
            log_determinants += np.bincount(rare.groups, rare.share * log_det, K)
            added.append((rare.inner_places, rare.pairs(inverse)))
            inverses.append(inverse)
        for stretch in self.stretches:
            sums[stretch.k, stretch.level] += self._completed(stretch, inverses, solution[stretch.k])
        if added:
            places, values = (np.concatenate([each[i] for each in added]) for i in range(2))
            sums += np.bincount(places, values, minlength=sums.size).reshape(sums.shape)
        return sums[None], log_determinants[None]

    def _completed(self, stretch: Stretch, inverses: list[NDArray], solution: NDArray) -> NDArray:
        """Complete the rows of a stretch by their conditional means, and sum the products of V with (1, O, V)."""
        completed = self.rows[stretch.rows].copy()
        inner = completed.shape[1] - len(solution)
        h = np.empty_like(completed)  # as wide as the rows, so that both have the same places
        np.matmul(completed, solution.T, out=h[:, inner:])
        to, of_h = completed.reshape(-1), h.reshape(-1)
        for of, places, which in stretch.parts:
            right = of_h.take(places)
            inverse = inverses[of][..., which] if isinstance(which, slice) else inverses[of].take(which, axis=2)
            to[places] = inverse[0] * right if len(places) == 1 else np.einsum("ijn,jn->in", inverse, right)
        left = completed[:, inner:]
        if not self.unit:
            left = left * self.weights[stretch.rows, None]
        return left.T @ completed


@dataclass
class Slices:
    """Rows with missing entries under one weighting, slice by slice."""

    parts: list[IncompleteRows]
    base: NDArray
    behind: NDArray
    missing: NDArray

    @classmethod
    def of(cls, parts: list[IncompleteRows]) -> Self:
        """Put slices together; the base is in what each expects."""
        names = ("base", "behind", "missing")
        return cls(parts, *(np.sum([getattr(part, name) for part in parts], axis=0) for name in names))

    def take(self, indices: NDArray) -> Self:  # noqa: ARG002 - there is one member, which is kept
        """Keep the only member of the stack."""
        return self

    def expect(self, intercepts: NDArray, slopes: NDArray, precision: NDArray) -> tuple[NDArray, NDArray]:
        """See `IncompleteRows`."""
        sums, log_determinants = self.parts[0].expect(intercepts, slopes, precision)
        for part in self.parts[1:]:
            more, determinants = part.expect(intercepts, slopes, precision)
            sums += more
            log_determinants = log_determinants + determinants
        return sums, log_determinants


def _summed(
    frequent: Frequent, inverse: NDArray, solution: NDArray, shape: tuple[int, ...]
) -> list[tuple[NDArray, NDArray]]:
    """What the missing entries of frequent patterns add to the sums of that shape; inverse (p, m, m)."""
    inner = shape[-1] - shape[-2]
    T = inverse @ solution[frequent.groups[:, None], frequent.columns]
    crossed = T @ frequent.sums  # (p, m, 1 + d); zero in the columns that are missing
    within = crossed @ np.swapaxes(T, -1, -2) / frequent.share[:, None, None] + inverse
    both = np.concatenate([crossed, crossed[..., inner:]], axis=-1).ravel()
    return [(frequent.crossed_places, both), (frequent.inner_places, frequent.pairs(np.moveaxis(within, 0, 2)))]


def weight_of_missing(patterns: Iterable[Patterns], K: int) -> NDArray:
    """Weight of the missing entries of each class, (1, K)."""
    parts = [np.bincount(each.groups, each.share * each.columns.shape[1], K) for each in patterns]
    return np.sum([np.zeros(K), *parts], axis=0)[None]


def levels_above(sums: NDArray) -> NDArray:
    """Sums over the rows of a level and above, from those of each level (R, K, levels, ...)."""
    return np.cumsum(sums[:, :, ::-1], axis=2)[:, :, ::-1] if sums.shape[2] > 1 else sums
