"""Rows from an origin, and sums of their products, in pieces that stay in cache."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.linear.gram import packing

CHUNK = 1 << 16  # numbers of a piece: half a megabyte
_FEW, _PRODUCTS_LIMIT = 8, 48  # weightings from which, and columns up to which, it pays to form products of columns


def weight_of_classes(codes: NDArray, weights: NDArray, n_classes: int) -> NDArray:
    """Sums of the weights (R, n) of the rows of each class, (R, K)."""
    if len(weights) < _FEW:
        return np.stack([np.bincount(codes, row, n_classes) for row in weights])
    return weights @ (codes[:, None] == np.arange(n_classes)).astype(weights.dtype)


def products_about(Z: NDArray, codes: NDArray, weights: NDArray, K: int) -> NDArray:
    """Sums of products of (1, z) over the rows of each class, (R, K, 1 + d, 1 + d)."""
    (n, d), R = Z.shape, len(weights)
    sums = np.zeros((R, K, 1 + d, 1 + d), Z.dtype)
    rows = np.concatenate([np.ones((n, 1), Z.dtype), Z], axis=1)
    first, second, pair_of = packing(1 + d)
    for k in range(K):
        mine = np.flatnonzero(codes == k)
        part, w = rows[mine], weights[:, mine]
        if R < _FEW or d > _PRODUCTS_LIMIT:
            for r in range(R):
                sums[r, k] = (part.T * w[r]) @ part
        else:
            sums[:, k] = (w @ (part[:, first] * part[:, second])).take(pair_of, axis=1)
    return sums


def ordered(X: NDArray, rows: NDArray, order: NDArray) -> NDArray:
    """Rows, with the columns in this order."""
    taken = X.take(rows, axis=0)
    return taken if len(order) == X.shape[1] and (np.diff(order) == 1).all() else taken.take(order, axis=1)


def spans(*sorted_by: NDArray) -> list[tuple[tuple[int, ...], slice]]:
    """Runs of rows that are equal in all of these."""
    n = len(sorted_by[0])
    if not n:
        return []
    changes = np.logical_or.reduce([values[1:] != values[:-1] for values in sorted_by])
    starts = np.append(0, np.flatnonzero(changes) + 1)
    ends = np.append(starts[1:], n)
    keys = [tuple(int(values[a]) for values in sorted_by) for a in starts]
    return [(key, slice(int(a), int(b))) for key, a, b in zip(keys, starts, ends, strict=True)]


def pieces(codes: NDArray, d: int) -> Iterator[tuple[int, slice]]:
    """Runs of rows of one class that stay in cache: class, and which rows."""
    step = max(CHUNK // (1 + d), 64)
    for (k,), run in spans(codes):
        for start in range(run.start, run.stop, step):
            yield k, slice(start, min(start + step, run.stop))


def from_origin(
    X: NDArray, rows: NDArray, origin: NDArray, order: NDArray, out: NDArray | None = None, *, fill: bool = False
) -> NDArray:
    """Rows (1, O, V) from the origin; missing entries stay missing, or are 0."""
    z = np.empty((len(rows), 1 + len(order)), X.dtype) if out is None else out
    taken = ordered(X, rows, order)
    z[:, 0] = 1
    np.subtract(taken, origin, out=z[:, 1:])
    if fill:
        np.copyto(z[:, 1:], 0, where=np.isnan(taken))
    return z
