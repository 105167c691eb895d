"""Rows that judge draws, and the sums of what they found: by draw, by unit, and by draw and block of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

N_UNIT_BLOCKS = 8
"""Rows that judge lie in so many blocks of units; pairs of rows within a block, one of eight, are not looked at."""


@dataclass(frozen=True)
class Judges:
    """Rows that judge draws, those of one draw after those of another.

    Parameters
    ----------
    lengths : ndarray of shape (n_draws,)
        Number of judgments of each draw.
    unit, weight : ndarray of shape (n_judgments,)
        Unit of each, and how much it counts.
    n_units : int
    """

    lengths: NDArray
    unit: NDArray
    weight: NDArray
    n_units: int

    @classmethod
    def of(cls, test_rows: Sequence[NDArray], units: NDArray, counts: NDArray | None = None) -> Self:
        """Take the rows that judge each draw; `units` and `counts` are those of all rows of the table."""
        rows = np.concatenate(test_rows)
        weight = np.ones(len(rows)) if counts is None else counts[rows]
        return cls(np.array([len(part) for part in test_rows]), units[rows], weight, int(units.max()) + 1)

    @cached_property
    def draw(self) -> NDArray:
        """Draw of each judgment."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def _starts(self) -> NDArray:
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def totals(self) -> NDArray:
        """Weight of all judgments of each draw."""
        return np.add.reduceat(self.weight, self._starts)

    @property
    def share(self) -> NDArray:
        """Weight of each judgment among those of its draw."""
        return self.weight / self.totals[self.draw]

    @property
    def judged(self) -> NDArray:
        """Share of all judgments that fell on each unit."""
        return np.bincount(self.unit, self.weight, self.n_units) / self.totals.sum()

    def sums(self, losses: NDArray | None) -> tuple[NDArray, NDArray, NDArray]:
        """Mean loss by draw, and what each unit gave to the mean, each block of units to that of a draw; NaN for None.

        Parameters
        ----------
        losses : ndarray of shape (n_judgments,) or None
        """
        n_draws = len(self.lengths)
        if losses is None:
            return np.full(n_draws, np.nan), np.full(self.n_units, np.nan), np.full((n_draws, N_UNIT_BLOCKS), np.nan)
        losses = losses * self.weight
        by_draw = np.add.reduceat(losses, self._starts) / self.totals
        by_row = np.bincount(self.unit, losses, self.n_units) / self.totals.sum()
        cell = self.draw * N_UNIT_BLOCKS + block_of(self.n_units)[self.unit]
        by_block = np.bincount(cell, losses, n_draws * N_UNIT_BLOCKS).reshape(n_draws, N_UNIT_BLOCKS)
        return by_draw, by_row, by_block / self.totals[:, None]


@cache
def block_of(n_units: int) -> NDArray[np.intp]:
    """Block of each unit: any, but always the same, and not in the order of the table, where classes may take turns."""
    return np.random.default_rng(0).permutation(n_units) % N_UNIT_BLOCKS
