"""Rows with missing entries, sorted by class and pattern, and the expected sums over them: the E-step.

Rows of the same class that miss the same entries M complete each other alike: with the sums of products S over them of
``z = (1, x_O, x_V)``, zeros in the place of M, and the map T of their conditional means, ``x_M = T z``, the expected
sums are ``T S``, ``T S T'`` and the conditional covariance for each row. So a pattern of many rows costs as much as a
few; the rows of rare patterns are completed one by one, those that miss as many entries side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.missing import symmetric_inverse
from genvsdisc.functional.gaussian.moments import class_moments

_FREQUENT = 2  # rows for each column of a pattern from which on its sums are kept in place of its rows
_SUMS_LIMIT = 1 << 23  # numbers in these sums
_CHUNK = 1 << 16  # numbers of a piece of the rows: half a megabyte
_MOST_BITS = 62  # columns up to which a pattern is one number
_LEAST_LEVEL = 8  # a level is one if at least the eighth part of the rows ends there


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
        """Symmetric values (m, m, R, p) times the shares as (R, pairs p), those off the diagonal twice: half are read."""
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
class Piece:
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
    pieces: list[Piece]
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
        for piece in self.pieces:
            part = rows[piece.rows]
            left = part.T if self.unit else part.T * self.weights[:, None, piece.rows]
            sums[:, piece.k, piece.level] += left @ part
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
        for piece in self.pieces:
            self._add_piece(sums, piece, inverses, intercepts[:, piece.k], slopes[:, piece.k], precision[:, piece.k])
        _add(sums, added)
        return sums, log_determinants

    def _add_piece(
        self, sums: NDArray, piece: Piece, inverses: list[NDArray], a: NDArray, slopes: NDArray, precision: NDArray
    ) -> None:
        """Complete the rows of a piece by their conditional means, and add their products."""
        R, o = len(sums), slopes.shape[-1]
        values, seen, others = self.values[piece.rows], self.seen[piece.rows], self.others[piece.rows]
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
        for of, places, columns, which in piece.parts:
            m, n = places.shape
            right = u.take(places.ravel(), axis=1).reshape(R, m, n)
            inverse = inverses[of][..., which] if isinstance(which, slice) else inverses[of].take(which, axis=3)
            fill = inverse[0, 0, :, None] * right if m == 1 else np.einsum("ijrn,rjn->rin", inverse, right)
            mean = fitted.reshape(R, -1).take(places.ravel(), axis=1) if o else a.take(columns.ravel(), axis=1)
            flat[:, places.ravel()] = mean - fill.reshape(R, -1)
        weights, target = self.weights[:, None, piece.rows], sums[:, piece.k, piece.level]
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
    (p, m), v, o = columns.shape, shape[-2], shape[-1] - 1 - shape[-2]
    on_v = -(inverse @ precision[:, groups[:, None], columns])
    on_v[:, np.arange(p)[:, None, None], np.arange(m)[:, None], columns[:, None, :]] = 0
    a, b = intercepts[:, groups], slopes[:, groups]
    a_m, b_m = intercepts[:, groups[:, None], columns], slopes[:, groups[:, None], columns]
    T = np.concatenate([a_m[..., None] - on_v @ a[..., None], b_m - on_v @ b, on_v], axis=-1)
    crossed = T @ frequent.sums  # (R, p, m, 1 + d); zero in the columns that are missing
    inner = crossed @ np.swapaxes(T, -1, -2) / frequent.share[..., None, None] + inverse
    both = np.concatenate([crossed, crossed[..., 1 + o :]], axis=-1).reshape(R, -1)
    return [(frequent.crossed_places, both), (frequent.inner_places, frequent.pairs(np.moveaxis(inner, (2, 3), (0, 1))))]


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


# Sorting the rows ------------------------------------------------------------------------------------------------


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


def levels_of(holes: NDArray) -> NDArray:
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
        See `levels_of`.
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
    rare, pieces = found.rare(shares)
    return RaggedRows(
        np.ascontiguousarray(taken[:, :o]),
        values,
        (~hidden).astype(X.dtype),
        mine,
        bool((mine == 1).all()),
        pieces,
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

    def rare(self, shares: NDArray) -> tuple[list[Patterns], list[Piece]]:
        """Rare patterns by the number of entries they miss, and their rows in pieces."""
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
        pieces = []
        for (k, level), run in _spans(self.k[every][of], self.level[every][of]):
            for start in range(run.start, run.stop, step):
                rows = slice(start, min(start + step, run.stop))
                parts: list[tuple[int, NDArray, NDArray, NDArray | slice]] = []
                for (m,), span in _spans(count[rows]):
                    which: NDArray | slice = nth[rows][span]
                    here = int(np.searchsorted(counts, m))
                    missing = columns[here].take(which, axis=1)
                    if (np.diff(which) == 1).all():
                        which = slice(int(which[0]), int(which[-1]) + 1)
                    parts.append((here, np.arange(span.start, span.stop) * v + missing, missing, which))
                pieces.append(Piece(k, level, rows, parts))
        return found, pieces

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
    return [
        (tuple(int(values[a]) for values in sorted_by), slice(int(a), int(b))) for a, b in zip(starts, ends, strict=True)
    ]


def _sums(X: NDArray, rows: NDArray, weights: NDArray, origin: NDArray, order: NDArray, found: _Sorted) -> NDArray:
    """Sums of products of (1, O, V) from the origin over the rows of each frequent pattern, (R, patterns, 1 + d, 1 + d)."""
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
