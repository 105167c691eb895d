"""Rows with missing entries, sorted by class and pattern, and the expected sums over them: the E-step.

Rows of the same class that miss the same entries M complete each other alike: with the sums of products S over them of
``z = (1, x_O, x_V)``, zeros in the place of M, and the map T of their conditional means, ``x_M = T z``, the expected
sums are ``T S``, ``T S T'`` and the conditional covariance for each row. So a pattern of many rows costs as much as a
few; the rows of rare patterns are completed one by one, those that miss as many entries side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.missing import symmetric_inverse


@dataclass
class Patterns:
    """Patterns that miss the same number m of entries."""

    columns: NDArray  # missing columns, (p, m)
    groups: NDArray  # class, (p,)
    levels: NDArray  # place of the last observed column among the `levels`, (p,)
    share: NDArray  # weight of the rows, (R, p)
    block_places: NDArray  # where the blocks P_MM are in precisions of all classes, (m, m, p)
    inner_places: NDArray  # where the products of two missing entries are in a member's part of the sums, (pairs p,)

    def pairs(self, inner: NDArray) -> NDArray:
        """Symmetric values (m, m, R, p) times the shares, (R, pairs p); those off the diagonal twice."""
        m, _, R, p = inner.shape
        values = np.empty((R, m * (m + 1) // 2, p), inner.dtype)
        double, at = 2 * self.share, 0
        for i in range(m):
            np.multiply(inner[i, i], self.share, out=values[:, at])
            np.multiply(inner[i, i + 1 :].swapaxes(0, 1), double[:, None], out=values[:, at + 1 : at + m - i])
            at += m - i
        return values.reshape(R, -1)


@dataclass
class Frequent(Patterns):
    """Patterns of which only sums of products are kept."""

    sums: NDArray  # of (1, O, V), zeros where missing, (R, p, 1 + d, 1 + d)
    crossed_places: NDArray  # where its products with (1, O, V) are, and with V once more transposed


@dataclass
class Stretch:
    """Some rows of rare patterns, of one class and level, few enough to stay in cache."""

    k: int
    level: int
    rows: slice
    parts: list[tuple[int, NDArray, NDArray, NDArray | slice]]
    """Which of the `rare` patterns; the missing entries as row * v + column and their columns, (m, n); the patterns."""


@dataclass
class RaggedRows:
    """Rows with missing entries, shared by all weightings, sorted by class, last observed column and pattern."""

    others: NDArray  # columns O from the origin, of rows of rare patterns, (n, o)
    values: NDArray  # columns V from the origin, 0 where missing, (n, v)
    seen: NDArray  # 1 where observed, (n, v)
    weights: NDArray  # (R, n)
    unit: bool  # whether all weights are 1
    stretches: list[Stretch]
    rare: list[Patterns]
    frequent: list[Frequent]
    base: NDArray  # sums of V with (1, O, V) over the rows of frequent patterns, (R, K, levels, v, 1 + d)
    others_base: NDArray  # and of (1, O) with itself, (R, K, levels, 1 + o, 1 + o)

    def take(self, indices: NDArray) -> Self:
        """Keep these members of the stack."""
        rare = [replace(each, share=each.share[indices]) for each in self.rare]
        frequent = [replace(each, share=each.share[indices], sums=each.sums[indices]) for each in self.frequent]
        names = ("weights", "base", "others_base")
        return replace(self, rare=rare, frequent=frequent, **{name: getattr(self, name)[indices] for name in names})

    @property
    def missing(self) -> NDArray:
        """Weight of the missing entries, (R,)."""
        total = np.zeros(len(self.base))
        for each in (*self.rare, *self.frequent):
            total += each.share.sum(axis=1) * each.columns.shape[1]
        return total

    def sums_of_others(self, known: NDArray) -> NDArray:
        """Sums of products of (1, O) over the rows of each level and above, (R, K, levels, 1 + o, 1 + o)."""
        sums = self.others_base.copy()
        sums[:, :, -1] += known
        rows = np.concatenate([np.ones((len(self.others), 1), known.dtype), self.others], axis=1)
        for stretch in self.stretches:
            part = rows[stretch.rows]
            left = part.T if self.unit else part.T * self.weights[:, None, stretch.rows]
            sums[:, stretch.k, stretch.level] += left @ part
        return np.cumsum(sums[:, :, ::-1], axis=2)[:, :, ::-1]

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
        log_determinants : ndarray of shape (R,)
            Sums of ``log |P_MM|`` over the rows.
        """
        sums, log_determinants = self.base.copy(), np.zeros(len(self.base))
        added: list[tuple[NDArray, NDArray]] = []  # where, in a member's part of the sums, and what, (R, places)
        flat = precision.reshape(len(precision), -1)
        for frequent in self.frequent:
            inverse, log_det = _inverses(flat, frequent)
            log_determinants += (frequent.share * log_det).sum(axis=1)
            added += _summed(frequent, np.moveaxis(inverse, (0, 1), (2, 3)), intercepts, slopes, precision, sums.shape)
        inverses = []
        for rare in self.rare:
            inverse, log_det = _inverses(flat, rare)
            log_determinants += (rare.share * log_det).sum(axis=1)
            added.append((rare.inner_places, rare.pairs(inverse)))
            inverses.append(inverse)
        for stretch in self.stretches:
            self._add_stretch(
                sums, stretch, inverses, intercepts[:, stretch.k], slopes[:, stretch.k], precision[:, stretch.k]
            )
        _add(sums, added)
        return sums, log_determinants

    def _add_stretch(
        self, sums: NDArray, stretch: Stretch, inverses: list[NDArray], a: NDArray, slopes: NDArray, precision: NDArray
    ) -> None:
        """Complete the rows of a stretch by their conditional means, and add their products."""
        R, o = len(sums), slopes.shape[-1]
        values, seen, others = self.values[stretch.rows], self.seen[stretch.rows], self.others[stretch.rows]
        if o:
            fitted = others @ np.swapaxes(slopes, -1, -2)
            fitted += a[:, None]
            u = np.subtract(values, fitted)
            u *= seen
        else:
            u = seen * -a[:, None]
            u += values
        u = (u @ precision).reshape(R, -1)
        completed = np.empty((R, *values.shape), values.dtype)
        completed[:] = values
        flat = completed.reshape(R, -1)
        for of, places, columns, which in stretch.parts:
            m, n = places.shape
            right = u.take(places.ravel(), axis=1).reshape(R, m, n)
            inverse = inverses[of][..., which] if isinstance(which, slice) else inverses[of].take(which, axis=3)
            fill = inverse[0, 0, :, None] * right if m == 1 else np.einsum("ijrn,rjn->rin", inverse, right)
            mean = fitted.reshape(R, -1).take(places.ravel(), axis=1) if o else a.take(columns.ravel(), axis=1)
            flat[:, places.ravel()] = mean - fill.reshape(R, -1)
        weights, target = self.weights[:, None, stretch.rows], sums[:, stretch.k, stretch.level]
        left = np.swapaxes(completed, -1, -2)
        target[:, :, 0] += (weights @ completed)[:, 0]
        if not self.unit:
            left = left * weights
        if o:
            target[:, :, 1 : 1 + o] += left @ others
        target[:, :, 1 + o :] += left @ completed


def _inverses(flat: NDArray, patterns: Patterns) -> tuple[NDArray, NDArray]:
    """Inverses (m, m, R, p) of the blocks P_MM, and their log determinants (R, p), of precisions (R, K v v)."""
    return symmetric_inverse(np.moveaxis(flat.take(patterns.block_places, axis=1), 0, 2))


def _summed(
    frequent: Frequent,
    inverse: NDArray,
    intercepts: NDArray,
    slopes: NDArray,
    precision: NDArray,
    shape: tuple[int, ...],
) -> list[tuple[NDArray, NDArray]]:
    """What the missing entries of frequent patterns add to the sums of that shape; inverse (R, p, m, m)."""
    columns, groups, R = frequent.columns, frequent.groups, len(intercepts)
    (p, m), o = columns.shape, shape[-1] - 1 - shape[-2]
    on_v = -(inverse @ precision[:, groups[:, None], columns])
    on_v[:, np.arange(p)[:, None, None], np.arange(m)[:, None], columns[:, None, :]] = 0
    a, b = intercepts[:, groups], slopes[:, groups]
    a_m, b_m = intercepts[:, groups[:, None], columns], slopes[:, groups[:, None], columns]
    T = np.concatenate([a_m[..., None] - on_v @ a[..., None], b_m - on_v @ b, on_v], axis=-1)
    crossed = T @ frequent.sums  # (R, p, m, 1 + d); zero in the columns that are missing
    share = np.where(frequent.share > 0, frequent.share, 1)  # a member of the stack may have no such row: sums are 0
    inner = crossed @ np.swapaxes(T, -1, -2) / share[..., None, None] + inverse
    both = np.concatenate([crossed, crossed[..., 1 + o :]], axis=-1).reshape(R, -1)
    return [
        (frequent.crossed_places, both),
        (frequent.inner_places, frequent.pairs(np.moveaxis(inner, (2, 3), (0, 1)))),
    ]


def _add(sums: NDArray, added: list[tuple[NDArray, NDArray]]) -> None:
    """Add the values (R, places) where they belong."""
    if not added:
        return
    R, size = len(sums), sums[0].size
    places = np.concatenate([where for where, _ in added])
    values = np.concatenate([what for _, what in added], axis=1)
    if R > 1:
        places = (places + size * np.arange(R)[:, None]).ravel()
    sums += np.bincount(places, values.ravel(), minlength=R * size).reshape(sums.shape)
