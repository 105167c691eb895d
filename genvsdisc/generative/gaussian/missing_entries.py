"""The missing entries of a few rows, under one weighting or many, and the sums that the E-step expects.

The conditional means of `incomplete_rows` with the entries in place of the rows: those that are missing in the same
column of the same class ask for the same row of ``[P a, P B, -P]``, so that their h under R weightings is one product
of their z with R such rows, and so are the sums of what they are completed to with z. No row is completed R times.
Members of the stack lie side by side in memory, in the last axis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.missing import symmetric_inverse
from genvsdisc.functional.linear.gram import packing
from genvsdisc.generative.gaussian.incomplete_rows import levels_above
from genvsdisc.generative.gaussian.row_patterns import sorted_rows
from genvsdisc.generative.gaussian.row_products import ordered, products_about


@dataclass
class EqualGaps:
    """The rows that miss the same number m of entries, in the order of their patterns, which are in that of classes."""

    entries: NDArray  # places of the missing entries of each row in the order of all, (m, n)
    which: NDArray  # pattern of each row, (n,)
    block_places: NDArray  # where the blocks P_MM are in precisions of all classes, (m, m, p)
    weights: NDArray  # of the rows, (n, R)
    share: NDArray  # of the patterns, (p, R)
    alone: bool  # whether every row is a pattern of its own
    classes: NDArray  # those that there are
    starts: NDArray  # first pattern of each

    def solutions(self, precision: NDArray) -> tuple[NDArray, NDArray]:
        """Inverses of the blocks P_MM of each row (m, m, n, R) from (K v v, R), and log determinants by class."""
        m, p = len(self.entries), len(self.share)
        blocks = precision.take(self.block_places.ravel(), axis=0).reshape(m, m, p, -1)
        inverse, log_det = symmetric_inverse(blocks)
        log_determinants = np.add.reduceat(self.share * log_det, self.starts, axis=0)
        return inverse if self.alone else inverse.take(self.which, axis=2), log_determinants

    def pairs(self, values: NDArray, inverse: NDArray) -> NDArray:
        """Expected products of two missing entries of each row, times their weights, (pairs n, R)."""
        m, _, R = values.shape
        if m == 1:
            return self.weights * (values[0] ** 2 + inverse[0, 0])
        first, second, _ = packing(m)
        products = values[first] * values[second]
        products += inverse[first, second]
        products *= self.weights
        return products.reshape(-1, R)


@dataclass
class MissingEntries:
    """Few rows with missing entries under R weightings; see `IncompleteRows`."""

    rows: NDArray  # (1, O, V) from the origin of the row of each entry, 0 where missing, (entries, 1 + d)
    weights: NDArray  # of the row of each entry, (entries, R)
    spans: list[tuple[int, slice]]
    """Runs of entries of one class, level and column: the place of class and column in (K, v), and which entries."""
    targets: NDArray  # place of each run in (K, levels, v)
    gaps: list[EqualGaps]
    order: NDArray  # of the pairs of missing entries, by place
    starts: NDArray  # of the runs of pairs of the same place, in that order
    pair_places: tuple[NDArray, NDArray, NDArray]  # class and level, and the two columns of V, of these places
    apart: NDArray  # the pairs of two columns
    base: NDArray
    behind: NDArray
    missing: NDArray

    def take(self, indices: NDArray) -> Self:
        """Keep these members of the stack."""
        gaps = [replace(each, weights=each.weights[:, indices], share=each.share[:, indices]) for each in self.gaps]
        kept = {name: getattr(self, name)[indices] for name in ("base", "behind", "missing")}
        return replace(self, gaps=gaps, weights=self.weights[:, indices], **kept)

    def expect(self, intercepts: NDArray, slopes: NDArray, precision: NDArray) -> tuple[NDArray, NDArray]:
        """See `IncompleteRows`."""
        R, K, v = intercepts.shape
        side_by_side = np.ascontiguousarray(precision.reshape(R, -1).T)
        on_others = precision @ np.concatenate([intercepts[..., None], slopes], axis=-1)
        solution = np.concatenate([on_others, -precision], axis=-1).reshape(R, K * v, -1)
        values = self._right_sides(solution)
        pairs, log_determinants = [], np.zeros((K, R))
        for gap in self.gaps:
            m, n = gap.entries.shape
            inverse, log_det = gap.solutions(side_by_side)
            log_determinants[gap.classes] += log_det
            right = values.take(gap.entries.ravel(), axis=0).reshape(m, n, R)
            filled = inverse[0] * right if m == 1 else np.einsum("ijnr,jnr->inr", inverse, right)
            values[gap.entries.ravel()] = filled.reshape(-1, R)
            pairs.append(gap.pairs(filled, inverse))
        sums = self._with_crossed(values * self.weights)
        if pairs:
            pair_terms = np.concatenate(pairs).take(self.order, axis=0)
            self._add_pairs(sums, np.add.reduceat(pair_terms, self.starts, axis=0))
        return sums, log_determinants.T

    def _right_sides(self, solution: NDArray) -> NDArray:
        """H of each entry, (entries, R), from ``[P a, P B, -P]`` (R, K v, 1 + d)."""
        if len(solution) == 1:
            of_entries = np.repeat(solution[0][[place for place, _ in self.spans]], self._lengths, axis=0)
            return np.einsum("ej,ej->e", self.rows, of_entries)[:, None]
        values = np.empty((len(self.rows), len(solution)), self.rows.dtype)
        for place, span in self.spans:
            np.matmul(self.rows[span], solution[:, place].T, out=values[span])
        return values

    @property
    def _lengths(self) -> list[int]:
        return [span.stop - span.start for _, span in self.spans]

    def _with_crossed(self, values: NDArray) -> NDArray:
        """The base with the products of weighted completed entries with (1, O, V) of their rows."""
        R, K, L, v, width = self.base.shape
        crossed = np.zeros((R, K * L * v, width), values.dtype)
        if R > 1:
            for target, (_, span) in zip(self.targets, self.spans, strict=True):
                np.matmul(values[span].T, self.rows[span], out=crossed[:, target])
        elif len(values):
            crossed[0, self.targets] = np.add.reduceat(self.rows * values, [span.start for _, span in self.spans])
        crossed = crossed.reshape(self.base.shape)
        sums = self.base + crossed
        sums[..., width - v :] += np.swapaxes(crossed[..., width - v :], -1, -2)
        return sums

    def _add_pairs(self, sums: NDArray, pair_sums: NDArray) -> None:
        """Add what pairs of missing entries of the same rows sum up to, (places, R)."""
        v, width = sums.shape[-2:]
        each, inner, (group, i, j) = sums.reshape(len(sums), -1, v, width), width - v, self.pair_places
        each[:, group, i, inner + j] += pair_sums.T
        group, i, j = group[self.apart], i[self.apart], j[self.apart]
        each[:, group, j, inner + i] += pair_sums[self.apart].T


def missing_entries(
    X: NDArray,
    holes: NDArray,
    counts: NDArray,
    keys: NDArray,
    codes: NDArray,
    weights: NDArray,
    origin: NDArray,
    order: NDArray,
    levels: NDArray,
) -> MissingEntries:
    """Sort the missing entries of few rows; parameters as of `row_patterns.ragged_rows`."""
    (K, d), v, L = origin.shape, int(levels[-1]), len(levels)
    rows, level, starts, ends = sorted_rows(holes, counts, keys, codes, order, levels)
    group = codes.take(rows) * L + level
    values = ordered(X, np.arange(len(X)), order) - origin.take(codes, axis=0)
    hidden = holes.take(order, axis=1)
    values[hidden] = 0
    every = np.full(len(X), L - 1)
    every[rows] = level
    products = products_about(values, codes * L + every, weights, K * L).reshape(len(weights), K, L, 1 + d, 1 + d)
    z = np.concatenate([np.ones((len(rows), 1), X.dtype), values.take(rows, axis=0)], axis=1)
    of, column = np.nonzero(hidden.take(rows, axis=0)[:, d - v :])  # the missing entries, row by row
    by_column = np.argsort(group[of] * v + column, kind="stable")
    place = np.empty_like(by_column)
    place[by_column] = np.arange(len(of))
    of, column = of[by_column], column[by_column]
    targets, begin, length = np.unique(group[of] * v + column, return_index=True, return_counts=True)
    spans = [
        (int(t) // (L * v) * v + int(t) % v, slice(int(a), int(a + n)))
        for t, a, n in zip(targets, begin, length, strict=True)
    ]
    gaps, pair_places, first = [], [np.zeros(0, dtype=np.intp)], np.append(0, np.cumsum(counts[rows]))
    w = np.ascontiguousarray(weights.T)
    for m in np.unique(counts[rows]).tolist():
        mine = np.flatnonzero(counts[rows] == m)
        entries = place[first[mine] + np.arange(m)[:, None]]
        patterns = np.flatnonzero(counts[rows[starts]] == m)
        which = np.repeat(np.arange(len(patterns)), (ends - starts)[patterns])
        columns = column[entries[:, np.searchsorted(mine, starts[patterns])]]
        k = codes[rows[starts[patterns]]]
        share = np.add.reduceat(w[rows[mine]], np.searchsorted(mine, starts[patterns]), axis=0)
        classes, class_starts = np.unique(k, return_index=True)
        blocks = (k * v + columns[:, None]) * v + columns
        gaps.append(EqualGaps(entries, which, blocks, w[rows[mine]], share, len(mine) == len(k), classes, class_starts))
        one, two, _ = packing(m)
        pair_places.append((group[mine] * v + column[entries[one]]) * v + column[entries[two]])
    pairs = np.concatenate([each.ravel() for each in pair_places])
    by_place = np.argsort(pairs, kind="stable")
    unique_pairs, pair_starts = np.unique(pairs[by_place], return_index=True)
    one, two = unique_pairs // v % v, unique_pairs % v
    return MissingEntries(
        z[of],
        w[rows[of]],
        spans,
        targets,
        gaps,
        by_place,
        pair_starts,
        (unique_pairs // v**2, one, two),
        np.flatnonzero(one != two),
        np.ascontiguousarray(products[..., 1 + d - v :, :]),
        levels_above(products[..., : 1 + d - v, : 1 + d - v]),
        weights @ (hidden.sum(axis=1)[:, None] * (codes[:, None] == np.arange(K))).astype(X.dtype),
    )
