"""Sorting rows with missing entries by class and pattern, once before the first step of EM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.linear.gram import packing
from genvsdisc.generative.gaussian.incomplete_rows import (
    Frequent,
    Patterns,
    RaggedRows,
    Stretch,
    levels_above,
    weight_of_missing,
)
from genvsdisc.generative.gaussian.row_products import CHUNK, from_origin, pieces, spans

_FREQUENT = 2  # rows for each column of a pattern from which on its sums are kept in place of its rows
_SUMS_LIMIT = 1 << 23  # numbers in these sums
_MOST_BITS = 62  # columns up to which a pattern is one number
_LEAST_LEVEL = 4  # a level is one if at least the fourth part of the rows ends there


def last_seen(holes: NDArray) -> NDArray:
    """How many columns there are up to the last observed one of each row, (n,)."""
    last = holes.shape[1] - np.argmin(holes[:, ::-1], axis=1)
    last[holes.all(axis=1)] = 0
    return np.asarray(last)


def shared_levels(holes: NDArray) -> NDArray:
    """Last observed columns (as numbers of columns) that enough rows share; each row counts with the next one."""
    n, v = holes.shape
    counts = np.bincount(last_seen(holes), minlength=v + 1)
    levels, since = [], 0
    for level in range(v):
        since += int(counts[level])
        if since * _LEAST_LEVEL >= n and since:
            levels.append(level)
            since = 0
    return np.array([*levels, v])


def sorted_rows(
    holes: NDArray, counts: NDArray, keys: NDArray, codes: NDArray, order: NDArray, levels: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Rows that miss something, by class, level, number of missing entries and pattern.

    Returns
    -------
    rows, level : ndarray of shape (n,)
        Their indices, and the place of the last observed column among the `levels`.
    starts, ends : ndarray of shape (patterns,)
    """
    d, v, L = holes.shape[1], int(levels[-1]), len(levels)
    some = np.flatnonzero(counts)
    level = np.zeros(len(some), dtype=np.intp)
    if L > 1:
        level = np.searchsorted(levels, last_seen(holes[np.ix_(some, order[d - v :])]))
    sort, starts, ends = _runs((codes.take(some) * L + level) * (d + 1) + counts.take(some), keys.take(some))
    return some.take(sort), level.take(sort), starts, ends


def ragged_rows(
    X: NDArray,
    holes: NDArray,
    counts: NDArray,
    keys: NDArray,
    codes: NDArray,
    weights: NDArray,
    origin: NDArray,
    order: NDArray,
    levels: NDArray,
) -> RaggedRows:
    """Sort many rows that miss something by class, level, number of missing entries and pattern.

    Parameters
    ----------
    X, holes : ndarray of shape (n, d)
        Rows, and where they miss something.
    counts, keys : ndarray of shape (n,)
        See `pattern_keys`.
    codes : ndarray of shape (n,)
    weights : ndarray of shape (1, n)
    origin : ndarray of shape (K, d)
        In the order of the columns of the result.
    order : ndarray of shape (d,)
        Columns O and V of the result.
    levels : ndarray
        See `shared_levels`.
    """
    (K, d), v, L = origin.shape, int(levels[-1]), len(levels)
    rows, level, starts, ends = sorted_rows(holes, counts, keys, codes, order, levels)
    sizes, first, w = ends - starts, rows.take(starts), weights[0]
    frequent = sizes >= _FREQUENT * (1 + d)
    if int(frequent.sum()) * (1 + d) ** 2 > _SUMS_LIMIT:
        frequent[:] = False
    hidden = holes.take(first, axis=0).take(order[d - v :], axis=1)
    share = np.add.reduceat(w.take(rows), starts) if len(starts) else w[:0]
    shape = (K, L, v, 1 + d)
    patterns = _Sorted(codes[first], level.take(starts), counts[first], hidden, sizes, frequent, share, shape)
    kept, summed = (rows[np.repeat(which, sizes)] for which in (~frequent, frequent))
    sums = _sums(X, summed, w, codes, origin, order, patterns)
    whole = np.flatnonzero(counts == 0)
    whole = whole.take(np.argsort(codes.take(whole).astype(np.uint16 if K < 1 << 16 else codes.dtype), kind="stable"))
    products = np.zeros((K, L, 1 + d, 1 + d), X.dtype)
    for k, part in pieces(codes.take(whole), d):
        z, root = from_origin(X, whole[part], origin[k], order), w.take(whole[part])
        products[k, -1] += z.T @ z if (root == 1).all() else (z.T * root) @ z
    for i, p in enumerate(np.flatnonzero(frequent)):
        products[patterns.k[p], patterns.level[p]] += sums[i]
    taken = np.empty((len(kept), 1 + d), X.dtype)
    for k, part in pieces(codes.take(kept), d):
        from_origin(X, kept[part], origin[k], order, out=taken[part], fill=True)
    mine = w.take(kept)
    rare, stretches = patterns.rare()
    inner = 1 + d - v
    base = np.ascontiguousarray(products[None, ..., inner:, :])
    result = RaggedRows(
        taken,
        mine,
        bool((mine == 1).all()),
        stretches,
        rare,
        patterns.frequent_patterns(sums),
        base,
        base[..., :0, :0],
        weight_of_missing([], K),
    )
    for stretch in stretches:
        others = taken[stretch.rows, :inner]
        left = others if result.unit else others * mine[stretch.rows, None]
        products[stretch.k, stretch.level, :inner, :inner] += left.T @ others
    result.behind = levels_above(products[None, ..., :inner, :inner])
    result.missing = weight_of_missing([*rare, *result.frequent], K)
    return result


@dataclass
class _Sorted:
    """Patterns in the order of class, level and number of missing entries, each with its rows."""

    k: NDArray
    level: NDArray
    count: NDArray  # missing entries
    hidden: NDArray  # which of the columns V, (patterns, v)
    sizes: NDArray  # rows
    frequent: NDArray
    share: NDArray  # weight of the rows
    shape: tuple[int, int, int, int]  # of the sums: classes, levels, v, 1 + d

    def _columns(self, mine: NDArray) -> NDArray:
        return (np.flatnonzero(self.hidden.take(mine, axis=0)) % self.shape[2]).reshape(len(mine), -1)

    def _patterns(self, mine: NDArray) -> Patterns:
        _, L, v, width = self.shape
        columns, k, level = self._columns(mine), self.k[mine], self.level[mine]
        one, two = columns.T[:, None], columns.T[None]
        first, second, _ = packing(columns.shape[1])
        upper = columns.T[first] * width + columns.T[second] + ((k * L + level) * (v * width) + width - v)
        return Patterns(columns, k, level, self.share[mine], (k * v + one) * v + two, upper.ravel())

    def rare(self) -> tuple[list[Patterns], list[Stretch]]:
        """Rare patterns by the number of entries they miss, and their rows in stretches."""
        v, width, every = *self.shape[2:], np.flatnonzero(~self.frequent)
        counts = np.unique(self.count[every])
        by_count, nth = [], np.zeros(len(every), dtype=np.intp)  # place of a pattern among those that miss as many
        for m in counts:
            mine = np.flatnonzero(self.count[every] == m)
            by_count.append(self._patterns(every[mine]))
            nth[mine] = np.arange(len(mine))
        columns = [each.columns.T for each in by_count]
        of = np.repeat(np.arange(len(every)), self.sizes[every])  # pattern of each row
        nth = nth[of]
        count, step = self.count[every][of], max(CHUNK // width, 64)
        stretches = []
        for (k, level), run in spans(self.k[every][of], self.level[every][of]):
            for start in range(run.start, run.stop, step):
                rows = slice(start, min(start + step, run.stop))
                parts: list[tuple[int, NDArray, NDArray | slice]] = []
                for (m,), span in spans(count[rows]):
                    mine, here = nth[rows][span], int(np.searchsorted(counts, m))
                    missing = columns[here].take(mine, axis=1)
                    alone = bool((mine[1:] == mine[:-1] + 1).all())
                    which = slice(int(mine[0]), int(mine[-1]) + 1) if alone else mine
                    places = np.arange(span.start, span.stop) * width + (width - v) + missing
                    parts.append((here, places, which))
                stretches.append(Stretch(k, level, rows, parts))
        return by_count, stretches

    def frequent_patterns(self, sums: NDArray) -> list[Frequent]:
        """Frequent patterns by the number of entries they miss; sums (patterns, 1 + d, 1 + d)."""
        every, by_count = np.flatnonzero(self.frequent), []
        _, L, v, width = self.shape
        for m in np.unique(self.count[every]):
            chosen = self.count[every] == m
            simple = self._patterns(every[chosen])
            part = (simple.groups * L + simple.levels)[:, None, None] * v
            targets, inner = simple.columns[:, :, None], width - v
            straight = (part + targets) * width + np.arange(width)
            turned = (part + np.arange(v)) * width + inner + targets
            places = np.concatenate([straight, turned], axis=2).ravel()
            by_count.append(Frequent(**vars(simple), sums=sums[chosen], crossed_places=places))
        return by_count


def pattern_keys(holes: NDArray) -> tuple[NDArray, NDArray]:
    """Number of missing entries of each row, and a number below 2^d or n for each pattern."""
    n, d = holes.shape
    if d > _MOST_BITS:
        packed = np.packbits(holes, axis=1)
        return np.count_nonzero(holes, axis=1), np.unique(packed, axis=0, return_inverse=True)[1].reshape(n)
    packed = np.zeros((n, 8), np.uint8)
    packed[:, : (d + 7) // 8] = np.packbits(holes, axis=1, bitorder="little")
    keys = packed.view("<i8")[:, 0]
    return np.bitwise_count(keys).astype(np.intp), keys


def columns_in(keys: NDArray, holes: NDArray) -> NDArray:
    """Which columns are missing somewhere, (d,), from the keys of the patterns where they tell."""
    d = holes.shape[1]
    if d > _MOST_BITS:
        return np.asarray(holes.any(axis=0))
    return np.asarray(np.bitwise_or.reduce(keys) >> np.arange(d) & 1, dtype=bool)


def _runs(groups: NDArray, keys: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Order by group and key, both below 2^62, and where the runs of equal ones start and end."""
    if not len(keys):
        return (np.zeros(0, dtype=np.intp),) * 3
    bits = int(keys.max()).bit_length()
    if int(groups.max()).bit_length() + bits > 63:
        keys = np.unique(keys, return_inverse=True)[1].reshape(len(keys))
        bits = int(keys.max()).bit_length()
    joint = groups.astype(np.int64) << bits | keys
    order = np.argsort(joint)
    joint = joint[order]
    changes = np.flatnonzero(joint[1:] != joint[:-1]) + 1
    return order, np.append(0, changes), np.append(changes, len(keys))


def _sums(
    X: NDArray, rows: NDArray, w: NDArray, codes: NDArray, origin: NDArray, order: NDArray, patterns: _Sorted
) -> NDArray:
    """Sums of products of (1, O, V) from the origin over rows of frequent patterns, (patterns, 1 + d, 1 + d)."""
    every, width = np.flatnonzero(patterns.frequent), patterns.shape[-1]
    sums, unit = np.empty((len(every), width, width), X.dtype), bool((w == 1).all())
    sizes, at = patterns.sizes[every], 0
    ends = np.cumsum(sizes)
    step = max(CHUNK // width, 64)
    while at < len(every):
        # as many patterns of one class as stay in cache
        start = int(ends[at] - sizes[at])
        stop = max(int(np.searchsorted(ends, start + step, side="right")), at + 1)
        stop = at + int(np.searchsorted(patterns.k[every[at:stop]], patterns.k[every[at]], side="right"))
        mine = rows[start : int(ends[stop - 1])]
        z = from_origin(X, mine, origin[codes[mine[0]]], order)
        left = z if unit else z * w.take(mine)[:, None]
        for i in range(at, stop):
            part = slice(int(ends[i] - sizes[i]) - start, int(ends[i]) - start)
            np.matmul(left[part].T, z[part], out=sums[i])
        at = stop
    hidden = np.zeros((len(every), width), dtype=bool)
    hidden[:, width - patterns.shape[2] :] = patterns.hidden[every]
    sums[hidden] = 0  # of the missing entries, as if these were 0
    np.swapaxes(sums, 1, 2)[hidden] = 0
    return sums
