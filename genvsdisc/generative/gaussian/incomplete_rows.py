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
_LEAST_LEVEL = 8  # a level is one if at least the eighth part of the rows ends there


@dataclass
class Patterns:
    """Patterns that miss the same number m of entries."""

    columns: NDArray  # missing columns, (p, m)
    groups: NDArray  # class, (p,)
    levels: NDArray  # place of the last observed column among the `levels`, (p,)
    share: NDArray  # weight of the rows, (R, p)


@dataclass
class Frequent(Patterns):
    """Patterns of which only sums of products are kept."""

    sums: NDArray  # of (1, O, V), zeros where missing, (R, p, 1 + d, 1 + d)


@dataclass
class Rare(Patterns):
    """Patterns of which the rows are kept."""

    places: NDArray  # missing entries of the rows, as row * v + column, (m, n_m)
    which: NDArray | None  # pattern of each row, (n_m,); None if they are those in order


@dataclass
class RaggedRows:
    """Rows with missing entries, shared by all weightings, in runs of the same class and last observed column."""

    others: NDArray  # columns O from the origin, of rows of rare patterns, (n, o)
    values: NDArray  # columns V from the origin, 0 where missing, (n, v)
    seen: NDArray  # 1 where observed, (n, v)
    weights: NDArray | None  # (R, n), None if all are 1
    classes: list[tuple[int, slice]]
    runs: list[tuple[int, int, slice]]  # class, level, rows
    rare: list[Rare]
    frequent: list[Frequent]
    base: NDArray  # sums of V with (1, O, V) over the rows of frequent patterns, (R, K, levels, v, 1 + d)
    others_base: NDArray  # and of (1, O) with itself, (R, K, levels, 1 + o, 1 + o)

    def take(self, indices: NDArray) -> Self:
        """Keep these members of the stack."""
        rare = [replace(each, share=each.share[indices]) for each in self.rare]
        frequent = [replace(each, share=each.share[indices], sums=each.sums[indices]) for each in self.frequent]
        return replace(
            self,
            weights=None if self.weights is None else self.weights[indices],
            rare=rare,
            frequent=frequent,
            base=self.base[indices],
            others_base=self.others_base[indices],
        )

    @property
    def missing(self) -> NDArray:
        """Weight of the missing entries, (R,)."""
        return sum(
            (each.share.sum(axis=1) * each.columns.shape[1] for each in (*self.rare, *self.frequent)),
            start=np.zeros(len(self.base)),
        )

    def sums_of_others(self, known: NDArray) -> NDArray:
        """Sums of products of (1, O) over the rows of each level and above, (R, K, levels, 1 + o, 1 + o)."""
        sums = self.others_base.copy()
        sums[:, :, -1] += known
        rows = np.concatenate([np.ones((len(self.others), 1), known.dtype), self.others], axis=1)
        for k, level, part in self.runs:
            left = rows[part].T if self.weights is None else rows[part].T * self.weights[:, None, part]
            sums[:, k, level] += left @ rows[part]
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
        for frequent in self.frequent:
            inverse, log_det = _inverses(precision, frequent)
            log_determinants += (frequent.share * log_det).sum(axis=1)
            added += _summed(frequent, np.moveaxis(inverse, (0, 1), (2, 3)), intercepts, slopes, precision, sums.shape)
        if len(self.values):
            completed, fitted, u = self._residuals(intercepts, slopes, precision)
            for rare in self.rare:
                inverse, log_det = _inverses(precision, rare)
                log_determinants += (rare.share * log_det).sum(axis=1)
                _complete(completed, fitted, u, rare, inverse)
                spread = np.moveaxis(rare.share * inverse, 2, 0)
                places = _where(rare, rare.columns.T[:, None], rare.columns.T[None], sums.shape)
                added.append((places.ravel(), spread.reshape(len(sums), -1)))
            self._add_products(sums, completed)
        _add(sums, added)
        return sums, log_determinants

    def _residuals(self, intercepts: NDArray, slopes: NDArray, precision: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """Rows to be completed, what the regressions say of them, and residuals times the precision, (R, n, v)."""
        R, (n, v) = len(intercepts), self.values.shape
        completed = np.repeat(self.values[None], R, axis=0)
        fitted, u = np.empty_like(completed), np.empty_like(completed)
        for k, rows in self.classes:
            if self.others.shape[1]:
                np.matmul(self.others[rows], np.swapaxes(slopes[:, k], -1, -2), out=fitted[:, rows])
                fitted[:, rows] += intercepts[:, k, None]
            else:
                fitted[:, rows] = intercepts[:, k, None]
        residuals = completed - fitted
        residuals *= self.seen
        for k, rows in self.classes:
            np.matmul(residuals[:, rows], precision[:, k], out=u[:, rows])
        return completed, fitted, u

    def _add_products(self, sums: NDArray, completed: NDArray) -> None:
        o = self.others.shape[1]
        for k, level, rows in self.runs:
            right = completed[:, rows]
            left = np.swapaxes(right, -1, -2)
            if self.weights is not None:
                left = left * self.weights[:, None, rows]
            sums[:, k, level, :, 0] += left.sum(axis=-1)
            if o:
                sums[:, k, level, :, 1 : 1 + o] += left @ self.others[rows]
            sums[:, k, level, :, 1 + o :] += left @ right


def _inverses(precision: NDArray, patterns: Patterns) -> tuple[NDArray, NDArray]:
    """Inverses (m, m, R, p) of the blocks P_MM, and their log determinants (R, p)."""
    R, K, v, _ = precision.shape
    columns = patterns.columns.T
    flat = patterns.groups * (v * v) + columns[:, None] * v + columns[None]
    blocks = precision.reshape(R, -1).take(flat, axis=1)
    return symmetric_inverse(np.moveaxis(blocks, 0, 2))


def _complete(completed: NDArray, fitted: NDArray, u: NDArray, rare: Rare, inverse: NDArray) -> None:
    """Put conditional means in the place of the missing entries."""
    R, (m, n) = len(u), rare.places.shape
    flat = rare.places.ravel()
    right = u.reshape(R, -1).take(flat, axis=1).reshape(R, m, n)
    each = inverse if rare.which is None else inverse.take(rare.which, axis=3)
    fill = each[0, 0, :, None] * right if m == 1 else np.einsum("ijrn,rjn->rin", each, right)
    completed.reshape(R, -1)[:, flat] = fitted.reshape(R, -1).take(flat, axis=1) - fill.reshape(R, -1)


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
    own = np.zeros((p, 1, v), bool)
    np.put_along_axis(own[:, 0], columns, True, axis=1)
    on_v = -(inverse @ precision[:, groups[:, None], columns])
    on_v[np.broadcast_to(own, on_v.shape)] = 0
    a, b = intercepts[:, groups], slopes[:, groups]
    a_m, b_m = intercepts[:, groups[:, None], columns], slopes[:, groups[:, None], columns]
    T = np.concatenate([a_m[..., None] - on_v @ a[..., None], b_m - on_v @ b, on_v], axis=-1)
    crossed = T @ frequent.sums  # (R, p, m, 1 + d); zero in the columns that are missing
    inner = crossed @ np.swapaxes(T, -1, -2) + frequent.share[..., None, None] * inverse
    every, to_v = np.arange(1 + o + v), np.arange(v)
    targets = columns.T
    return [
        (_place(frequent, targets[:, :, None], every, shape), _by_column(crossed)),
        (_place(frequent, to_v, 1 + o + targets[:, :, None], shape), _by_column(crossed[..., 1 + o :])),
        (_where(frequent, targets[:, None], targets[None], shape).ravel(), np.moveaxis(inner, 1, -1).reshape(R, -1)),
    ]


def _by_column(values: NDArray) -> NDArray:
    """(R, p, m, c) as (R, m p c)."""
    return np.swapaxes(values, 1, 2).reshape(len(values), -1)


def _place(patterns: Patterns, rows: Any, columns: Any, shape: tuple[int, ...]) -> NDArray:
    """Flat places, in a member's part of sums of that shape, of entries (m, p, c)."""
    _, _, levels, v, width = shape
    part = (patterns.groups * levels + patterns.levels)[:, None]
    return np.asarray((part * v + rows) * width + columns).ravel()


def _where(patterns: Patterns, rows: NDArray, columns: NDArray, shape: tuple[int, ...]) -> NDArray:
    """Flat places of products of columns of V, (m, m, p)."""
    _, _, levels, v, width = shape
    return ((patterns.groups * levels + patterns.levels) * v + rows) * width + (width - v) + columns


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
    X: NDArray, holes: NDArray, codes: NDArray, weights: NDArray, origin: NDArray, order: NDArray, levels: NDArray
) -> RaggedRows:
    """Sort the rows that miss something by class, level, number of missing entries and pattern.

    Parameters
    ----------
    X, holes : ndarray of shape (n, d)
        Rows, all with something missing, and where.
    codes : ndarray of shape (n,)
    weights : ndarray of shape (R, n)
    origin : ndarray of shape (K, d)
        In the order of the columns of the result.
    order : ndarray of shape (d,)
        Columns O and V of the result.
    levels : ndarray
        See `levels_of`.
    """
    (n, d), R, K = X.shape, len(weights), len(origin)
    gone = np.sort(order[len(order) - levels[-1] :])
    v = len(gone)
    o, L = d - v, len(levels)
    level = np.searchsorted(levels, last_seen(holes[:, order[o:]])) if L > 1 else np.zeros(n, dtype=np.intp)
    counts, keys = _keys(holes)
    sort, ends = _runs((codes * L + level) * (d + 1) + counts, keys)
    starts = np.append(0, ends[:-1])
    first = sort[starts]
    count, k, level = counts[first], codes[first], level[first]
    sizes = ends - starts
    frequent = sizes >= _FREQUENT * (1 + d)
    if R * int(frequent.sum()) * (1 + d) ** 2 > _SUMS_LIMIT:
        frequent[:] = False
    patterns = holes[first][:, order[o:]]
    rows = sort[np.repeat(~frequent, sizes)]
    unit = bool((weights == 1).all())
    taken = _ordered(X, rows, order) - origin[codes[rows]]
    hidden = _ordered(holes, rows, order[o:])
    values = taken[:, o:].copy() if o else taken
    values[hidden] = 0
    base, others_base = np.zeros((R, K, L, v, 1 + d), X.dtype), np.zeros((R, K, L, 1 + o, 1 + o), X.dtype)
    found = RaggedRows(
        np.ascontiguousarray(taken[:, :o]),
        values,
        (~hidden).astype(X.dtype),
        None if unit else np.ascontiguousarray(weights[:, rows]),
        [(a, part) for (a,), part in _spans(codes[rows])],
        [(a, b, part) for (a, b), part in _spans(codes[rows], np.repeat(level[~frequent], sizes[~frequent]))],
        [],
        [],
        base,
        others_base,
    )
    places = np.concatenate([[0], np.cumsum(sizes[~frequent])])
    shares = np.add.reduceat(weights[:, sort], starts, axis=1) if n else np.zeros((R, 0), X.dtype)
    for m in np.unique(count):
        mine = np.flatnonzero((count == m) & ~frequent)
        if len(mine):
            columns = np.nonzero(patterns[mine])[1].reshape(-1, m)
            nth = np.searchsorted(np.flatnonzero(~frequent), mine)
            repeats = sizes[mine]
            which = np.repeat(np.arange(len(mine)), repeats)
            within = np.arange(len(which)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
            row = np.repeat(places[nth], repeats) + within
            flat = row * v + columns.T[:, which]
            alone = len(which) == len(mine)
            found.rare.append(Rare(columns, k[mine], level[mine], shares[:, mine], flat, None if alone else which))
        mine = np.flatnonzero((count == m) & frequent)
        if len(mine):
            columns = np.nonzero(patterns[mine])[1].reshape(-1, m)
            sums = np.stack(
                [_products(X, sort[starts[i] : ends[i]], patterns[i], weights, origin[k[i]], order) for i in mine], axis=1
            )
            np.add.at(base, (slice(None), k[mine], level[mine]), sums[:, :, 1 + o :])
            np.add.at(others_base, (slice(None), k[mine], level[mine]), sums[:, :, : 1 + o, : 1 + o])
            found.frequent.append(Frequent(columns, k[mine], level[mine], shares[:, mine], sums))
    return found


def _ordered(X: NDArray, rows: NDArray, order: NDArray) -> NDArray:
    taken = X.take(rows, axis=0)
    return taken if len(order) == X.shape[1] and (np.diff(order) == 1).all() else taken.take(order, axis=1)


def _keys(holes: NDArray) -> tuple[NDArray, NDArray]:
    """Number of missing entries of each row, and a number for each pattern."""
    n, d = holes.shape
    if d <= 64:
        packed = np.zeros((n, 8), np.uint8)
        packed[:, : (d + 7) // 8] = np.packbits(holes, axis=1)
        keys = packed.view(np.uint64)[:, 0]
        return np.bitwise_count(keys).astype(np.intp), keys
    packed = np.packbits(holes, axis=1)
    return np.count_nonzero(holes, axis=1), np.unique(packed, axis=0, return_inverse=True)[1].reshape(n)


def _runs(groups: NDArray, keys: NDArray) -> tuple[NDArray, NDArray]:
    """Order by group and key, and where the runs of equal ones end."""
    order = np.argsort(keys)
    order = order[np.argsort(groups[order], kind="stable")]
    keys, groups = keys[order], groups[order]
    changes = (keys[1:] != keys[:-1]) | (groups[1:] != groups[:-1])
    return order, np.append(np.flatnonzero(changes) + 1, len(keys)) if len(keys) else np.zeros(0, dtype=np.intp)


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


def _products(
    X: NDArray, rows: NDArray, hidden: NDArray, weights: NDArray, origin: NDArray, order: NDArray
) -> NDArray:
    """Sums of products of (1, O, V) from the origin over rows of one pattern, (R, 1 + d, 1 + d)."""
    Z = np.empty((len(rows), 1 + len(order)), X.dtype)
    Z[:, 0] = 1
    Z[:, 1:] = _ordered(X, rows, order) - origin
    Z[:, 1 + len(order) - len(hidden) :][:, hidden] = 0
    w = weights[:, rows]
    left = Z.T if (w == 1).all() else Z.T * w[:, None]
    return np.broadcast_to(left @ Z, (len(weights), Z.shape[1], Z.shape[1]))
