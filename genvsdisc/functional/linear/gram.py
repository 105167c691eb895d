"""Weighted sums of products of columns, for many weightings at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

_FEW = 2**16  # products that are made without asking
_MANY = 2**23  # products that are made when enough weightings share them: 64 MB
_BLOCK = 2**16  # entries of a block of rows that stays in cache
_OWN = 2**19  # entries of rows of its own that a weighting multiplies at a time: copies of all would be three tables


@dataclass(frozen=True)
class ColumnProducts:
    """Second moments of rows with a 1 appended.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        Rows, without the 1.
    """

    rows: NDArray

    def sums(self, weights: NDArray) -> NDArray:
        """Sum over i the outer products of row i, times ``weights[m, i]``.

        With many weightings, or few rows, the D(D + 1)/2 products of the columns are made once and all sums are one
        matrix product; where the weightings are of few rows each, every one multiplies its own; else the rows are
        weighted in blocks that stay in cache.

        Parameters
        ----------
        weights : ndarray of shape (M, n)
            Weights.

        Returns
        -------
        sums : ndarray of shape (M, d + 1, d + 1)
            Those of many weightings lie side by side in memory.
        """
        n_rows, width = len(self.rows), self.rows.shape[1] + 1
        n_products = n_rows * width * (width + 1) // 2
        if n_products > _FEW:
            n_own = np.count_nonzero(weights) / len(weights)
            if _own_rows_pay(n_own, n_rows, width, len(weights)) and weights.min() >= 0:
                return self._sums_of_own_rows(weights)
        if n_products <= _FEW or n_products <= min(_MANY, 2**17 * len(weights)):
            packed = self._pairs @ weights.T
            return packed[packing(width)[2]].transpose(2, 0, 1)
        sums = np.zeros((len(weights), width, width))
        step = max(1, _BLOCK // width)
        columns = np.ones((width, step))
        for start in range(0, n_rows, step):
            block = self.rows[start : start + step]
            columns = columns[:, : len(block)]
            columns[:-1] = block.T
            for total, weight in zip(sums, weights[:, start : start + step], strict=True):
                total += (columns * weight) @ columns.T
        return sums

    def _sums_of_own_rows(self, weights: NDArray) -> NDArray:
        """Sums for weights >= 0, from the rows that have some: a product with the own transpose costs half."""
        width = self.rows.shape[1] + 1
        sums = np.empty((len(weights), width, width), np.result_type(self.rows, weights))
        for total, weight in zip(sums, weights, strict=True):
            used = np.flatnonzero(weight)
            if used.size * width <= _OWN:
                rows = self._with_ones[used]
                rows *= np.sqrt(weight[used])[:, None]
                np.matmul(rows.T, rows, out=total)
                continue
            total[:] = 0
            for part in np.array_split(used, -(-used.size * width // _OWN)):
                rows = np.append(self.rows[part], np.ones((part.size, 1)), axis=1)
                rows *= np.sqrt(weight[part])[:, None]
                total += rows.T @ rows
        return sums

    @cached_property
    def _with_ones(self) -> NDArray:
        """The rows with a 1 appended, (n, d + 1)."""
        return np.append(self.rows, np.ones((len(self.rows), 1)), axis=1)

    @cached_property
    def columns(self) -> NDArray:
        """The columns, (d + 1, n), the last of ones."""
        return np.append(self.rows.T, np.ones((1, len(self.rows)), self.rows.dtype), axis=0)

    @cached_property
    def single(self) -> ColumnProducts:
        """The same in single precision."""
        return ColumnProducts(self.rows.astype(np.float32))

    @cached_property
    def single_columns(self) -> NDArray:
        """The columns in single precision."""
        return self.columns.astype(np.float32)

    @cached_property
    def _pairs(self) -> NDArray:
        """The products of each two columns, (D (D + 1) / 2, n)."""
        first, second, _ = packing(len(self.columns))
        return self.columns[first] * self.columns[second]


def _own_rows_pay(n_own: float, n_rows: int, width: int, n_weightings: int) -> bool:
    """Return True where products of a weighting's own rows cost less than its share of one product of all pairs.

    In processor time, own rows over pairs that are there, for 800 rows: 0.09 with 24 own and 75 columns, 0.4 with 240
    and 75, 1.0 with 240 and 34, 1.2 with 80 and 19; the terms were fitted to 60 such ratios. To make the pairs costs as
    much as 400 weightings, which Newton's method asks for about ten times.
    """
    return n_own * (width + 65) + 190_000 / width < 1.3 * n_rows * width * (1 + 40 / n_weightings)


@lru_cache(maxsize=32)
def packing(width: int) -> tuple[NDArray, NDArray, NDArray]:
    """Two columns of each pair, (P,) each, and the pair of each two columns, (width, width); read-only."""
    first, second = np.triu_indices(width)
    pair_of = np.empty((width, width), dtype=np.intp)
    pair_of[first, second] = pair_of[second, first] = np.arange(len(first))
    for indices in (first, second, pair_of):
        indices.setflags(write=False)
    return first, second, pair_of
