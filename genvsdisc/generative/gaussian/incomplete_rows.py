"""Rows with missing entries, by class, last observed column and pattern, and sums over rows that EM never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.missing import Pattern, patterns
from genvsdisc.functional.gaussian.moments import class_moments


@dataclass
class RaggedRows:
    """Rows with missing entries, shared by all weightings, in runs of the same class and last observed column."""

    others: NDArray  # columns O from the origin, (n, o)
    values: NDArray  # columns V from the origin, 0 where missing, (n, v)
    weights: NDArray  # (R, n)
    classes: list[tuple[int, slice]]
    runs: list[tuple[int, int, slice]]  # class, level (place of the last observed column among the `levels`), rows
    patterns: list[Pattern]
    level_of: list[NDArray]  # level of each pattern, (p,), for each of the patterns
    shares: list[NDArray]  # weight of each pattern, (R, p)


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


def ragged_rows(Z: NDArray, codes: NDArray, weights: NDArray, levels: NDArray, o: int) -> RaggedRows:
    """Rows with missing entries, from the origin, in the order of their classes and levels."""
    order = np.lexsort([levels, codes])
    Z, codes, weights, levels = Z[order], codes[order], weights[:, order], levels[order]
    holes = np.isnan(Z[:, o:])
    starts = np.flatnonzero(np.diff(codes * (levels.max(initial=0) + 1) + levels, prepend=-1))
    ends = np.append(starts[1:], len(codes))
    runs = [(int(codes[a]), int(levels[a]), slice(a, b)) for a, b in zip(starts, ends, strict=True)]
    firsts = np.flatnonzero(np.diff(codes, prepend=-1))
    classes = [(int(codes[a]), slice(a, b)) for a, b in zip(firsts, np.append(firsts[1:], len(codes)), strict=True)]
    groups = patterns(holes, codes)
    level_of, shares = [], []
    for group in groups:
        level = np.empty(len(group.columns), dtype=np.intp)
        level[group.which] = levels[group.rows]
        level_of.append(level)
        share = np.zeros((len(weights), len(level)), Z.dtype)
        index: Any = (slice(None), group.which)
        np.add.at(share, index, weights[:, group.rows])
        shares.append(share)
    values = np.where(holes, 0, Z[:, o:])
    return RaggedRows(np.ascontiguousarray(Z[:, :o]), values, weights, classes, runs, groups, level_of, shares)


def sums_by_level(ragged: RaggedRows, known: NDArray, n_levels: int) -> NDArray:
    """Sums of products of (1, O) over the rows of each level and above, (R, K, levels, 1 + o, 1 + o)."""
    R, K, size, _ = known.shape
    sums = np.zeros((R, K, n_levels, size, size), known.dtype)
    sums[:, :, -1] = known
    rows = np.concatenate([np.ones((len(ragged.others), 1), known.dtype), ragged.others], axis=1)
    for k, level, part in ragged.runs:
        sums[:, k, level] += (rows[part].T * ragged.weights[:, None, part]) @ rows[part]
    return np.cumsum(sums[:, :, ::-1], axis=2)[:, :, ::-1]
