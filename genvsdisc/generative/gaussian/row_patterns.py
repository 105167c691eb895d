"""Sorting rows with missing entries by class and pattern, once before the first step of EM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.moments import class_moments
from genvsdisc.generative.gaussian.incomplete_rows import Frequent, Patterns, RaggedRows, Stretch

_FREQUENT = 2  # rows for each column of a pattern from which on its sums are kept in place of its rows
_SUMS_LIMIT = 1 << 23  # numbers in these sums
_CHUNK = 1 << 16  # numbers of a stretch of the rows: half a megabyte
_MOST_BITS = 62  # columns up to which a pattern is one number
_LEAST_LEVEL = 4  # a level is one if at least the fourth part of the rows ends there


def complete_sums(X: NDArray, codes: NDArray, weights: NDArray, origin: NDArray) -> NDArray:
    """Sums of products of (1, x - origin) over complete rows, (R, K, 1 + d, 1 + d)."""
    (K, d), R = origin.shape, len(weights)
    sums = np.zeros((R, K, 1 + d, 1 + d), X.dtype)
    if not len(X):
        return sums
    moments = class_moments(X, codes, weights, K)
    present = (moments.weight > 0)[..., None]
    moved = moments.moved(np.where(present, origin - moments.center, 0))
    sums[..., 0, 0] = moved.weight
    sums[..., 0, 1:] = sums[..., 1:, 0] = np.where(present, moved.first, 0)
    sums[..., 1:, 1:] = np.where(present[..., None], moved.second, 0)
    return sums


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
    """Sort the rows that miss something by class, level, number of missing entries and pattern.

    Parameters
    ----------
    X, holes : ndarray of shape (n, d)
        Rows, and where they miss something.
    counts, keys : ndarray of shape (n,)
        See `pattern_keys`.
    codes : ndarray of shape (n,)
    weights : ndarray of shape (R, n)
    origin : ndarray of shape (K, d)
        In the order of the columns of the result.
    order : ndarray of shape (d,)
        Columns O and V of the result.
    levels : ndarray
        See `shared_levels`.
    """
    R, (K, d), v, L = len(weights), origin.shape, int(levels[-1]), len(levels)
    o = d - v
    some = np.flatnonzero(counts)
    level = np.zeros(len(X), dtype=np.intp)
    if L > 1:
        level[some] = np.searchsorted(levels, last_seen(holes[np.ix_(some, order[o:])]))
    sort, starts, ends = _runs(((codes * L + level) * (d + 1) + counts).take(some), keys.take(some))
    rows = some.take(sort)
    first, sizes = rows.take(starts), ends - starts
    frequent = sizes >= _FREQUENT * (1 + d)
    if R * int(frequent.sum()) * (1 + d) ** 2 > _SUMS_LIMIT:
        frequent[:] = False
    hidden = holes.take(first, axis=0).take(order[o:], axis=1)
    found = _Sorted(codes[first], level[first], counts[first], hidden, sizes, frequent, (K, L, v, 1 + d))
    shares = np.add.reduceat(weights[:, rows], starts, axis=1) if len(starts) else np.zeros((R, 0), X.dtype)
    kept, summed = (rows[np.repeat(which, sizes)] for which in (~frequent, frequent))
    taken = ordered(X, kept, order)
    for (k,), part in _spans(codes.take(kept)):
        taken[part] -= origin[k]
    hidden = np.repeat(hidden[~frequent], sizes[~frequent], axis=0)
    values = taken[:, o:].copy() if o else taken
    np.copyto(values, 0, where=hidden)
    sums = _sums(X, summed, weights, origin, order, found)
    mine = np.ascontiguousarray(weights.take(kept, axis=1))
    base, others_base = np.zeros((R, K, L, v, 1 + d), X.dtype), np.zeros((R, K, L, 1 + o, 1 + o), X.dtype)
    for i, p in enumerate(np.flatnonzero(frequent)):
        base[:, found.k[p], found.level[p]] += sums[:, i, 1 + o :]
        others_base[:, found.k[p], found.level[p]] += sums[:, i, : 1 + o, : 1 + o]
    rare, stretches = found.rare(shares)
    return RaggedRows(
        np.ascontiguousarray(taken[:, :o]),
        values,
        (~hidden).astype(X.dtype),
        mine,
        bool((mine == 1).all()),
        stretches,
        rare,
        found.frequent_patterns(shares, sums),
        base,
        others_base,
    )


@dataclass
class _Sorted:
    """Patterns in the order of class, level and number of missing entries, each with its rows."""

    k: NDArray
    level: NDArray
    count: NDArray  # missing entries
    hidden: NDArray  # which of the columns V, (patterns, v)
    sizes: NDArray  # rows
    frequent: NDArray
    shape: tuple[int, int, int, int]  # of the sums: classes, levels, v, 1 + d

    def _columns(self, mine: NDArray) -> NDArray:
        return np.nonzero(self.hidden[mine])[1].reshape(len(mine), -1)

    def _patterns(self, mine: NDArray, shares: NDArray) -> Patterns:
        _, L, v, width = self.shape
        columns, k, level = self._columns(mine), self.k[mine], self.level[mine]
        one, two = columns.T[:, None], columns.T[None]
        inner = ((k * L + level) * v + one) * width + (width - v) + two
        upper = inner[np.triu_indices(columns.shape[1])]
        return Patterns(columns, k, level, shares[:, mine], (k * v + one) * v + two, upper.ravel())

    def rare(self, shares: NDArray) -> tuple[list[Patterns], list[Stretch]]:
        """Rare patterns by the number of entries they miss, and their rows in stretches."""
        v, every = self.shape[2], np.flatnonzero(~self.frequent)
        counts = np.unique(self.count[every])
        found, nth = [], np.zeros(len(every), dtype=np.intp)  # place of a pattern among those that miss as many
        for m in counts:
            mine = np.flatnonzero(self.count[every] == m)
            found.append(self._patterns(every[mine], shares))
            nth[mine] = np.arange(len(mine))
        columns = [each.columns.T for each in found]
        of = np.repeat(np.arange(len(every)), self.sizes[every])  # pattern of each row
        nth = nth[of]
        count, step = self.count[every][of], max(_CHUNK // max(v, 1), 64)
        stretches = []
        for (k, level), run in _spans(self.k[every][of], self.level[every][of]):
            for start in range(run.start, run.stop, step):
                rows = slice(start, min(start + step, run.stop))
                parts: list[tuple[int, NDArray, NDArray, NDArray | slice]] = []
                for (m,), span in _spans(count[rows]):
                    mine, here = nth[rows][span], int(np.searchsorted(counts, m))
                    missing = columns[here].take(mine, axis=1)
                    alone = bool((mine[1:] == mine[:-1] + 1).all())
                    which = slice(int(mine[0]), int(mine[-1]) + 1) if alone else mine
                    parts.append((here, np.arange(span.start, span.stop) * v + missing, missing, which))
                stretches.append(Stretch(k, level, rows, parts))
        return found, stretches

    def frequent_patterns(self, shares: NDArray, sums: NDArray) -> list[Frequent]:
        """Frequent patterns by the number of entries they miss; sums (R, patterns, 1 + d, 1 + d)."""
        every, found = np.flatnonzero(self.frequent), []
        _, L, v, width = self.shape
        for m in np.unique(self.count[every]):
            chosen = self.count[every] == m
            simple = self._patterns(every[chosen], shares)
            part = (simple.groups * L + simple.levels)[:, None, None] * v
            targets, inner = simple.columns[:, :, None], width - v
            straight = (part + targets) * width + np.arange(width)
            turned = (part + np.arange(v)) * width + inner + targets
            places = np.concatenate([straight, turned], axis=2).ravel()
            found.append(Frequent(**vars(simple), sums=sums[:, chosen], crossed_places=places))
        return found


def ordered(X: NDArray, rows: NDArray, order: NDArray) -> NDArray:
    """Rows, with the columns in this order."""
    taken = X.take(rows, axis=0)
    return taken if len(order) == X.shape[1] and (np.diff(order) == 1).all() else taken.take(order, axis=1)


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


def _spans(*sorted_by: NDArray) -> list[tuple[tuple[int, ...], slice]]:
    """Runs of rows that are equal in all of these."""
    n = len(sorted_by[0])
    if not n:
        return []
    changes = np.logical_or.reduce([values[1:] != values[:-1] for values in sorted_by])
    starts = np.append(0, np.flatnonzero(changes) + 1)
    ends = np.append(starts[1:], n)
    keys = [tuple(int(values[a]) for values in sorted_by) for a in starts]
    return [(key, slice(int(a), int(b))) for key, a, b in zip(keys, starts, ends, strict=True)]


def _sums(X: NDArray, rows: NDArray, weights: NDArray, origin: NDArray, order: NDArray, found: _Sorted) -> NDArray:
    """Sums of products of (1, O, V) from the origin over rows of frequent patterns, (R, patterns, 1 + d, 1 + d)."""
    every, width = np.flatnonzero(found.frequent), found.shape[-1]
    sums = np.empty((len(weights), len(every), width, width), X.dtype)
    sizes, k = found.sizes[every], found.k[every]
    Z = np.empty((len(rows), width), X.dtype)
    Z[:, 0] = 1
    Z[:, 1:] = ordered(X, rows, order)
    for (group,), part in _spans(np.repeat(k, sizes)):
        Z[part, 1:] -= origin[group]
    np.copyto(Z[:, width - found.shape[2] :], 0, where=np.repeat(found.hidden[every], sizes, axis=0))
    w = weights.take(rows, axis=1)
    left = Z.T if (w == 1).all() else Z.T * w[:, None]
    for i, end in enumerate(np.cumsum(sizes).tolist()):
        part = slice(end - int(sizes[i]), end)
        sums[:, i] = left[..., part] @ Z[part]
    return sums
