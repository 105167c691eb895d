"""Standard errors of step functions of votes, from halves and quarters of the draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

N_GROUPS = 120
"""Random groups of draws at most; more cost time, and the error of the error is that of the draws."""
N_PARTITIONS = 70
"""Random partitions of the groups into quarters."""
PAIRS_OF_QUARTERS = ((0, 1), (2, 3), (0, 2), (1, 3), (0, 3), (1, 2))
"""Quarters that make the two halves of each of three partitions."""


@dataclass(frozen=True)
class Parts:
    """Halves and quarters of S draws, made of random groups of about one size.

    Attributes
    ----------
    order : ndarray of shape (S,)
        The draws, group by group.
    starts : ndarray of shape (n_groups,)
        Where each group begins in `order`.
    quarters : ndarray of shape (4 * N_PARTITIONS, n_groups)
        1 where a quarter has a group.
    sizes : ndarray of shape (10, N_PARTITIONS)
        Draws in each of the three pairs of halves, then in the four quarters.
    """

    order: NDArray
    starts: NDArray
    quarters: NDArray
    sizes: NDArray

    @classmethod
    def draw(cls, S: int, random_state: Any) -> Parts:
        """Draw the groups and their partitions.

        Fewer than four draws are parted into single ones, and the quarters that are left over stay empty.
        """
        rng = check_random_state(random_state)
        order, B = rng.permutation(S), min(S, N_GROUPS)
        shuffled = rng.uniform(size=(N_PARTITIONS, B)).argsort(axis=1)
        size = max(1, B // 4)
        quarters = (shuffled[:, None, :] // size == np.arange(4)[:, None]).astype(np.float32)
        starts = np.arange(B) * S // B
        groups = np.diff(starts, append=S).astype(np.float32)
        return cls(order, starts, quarters.reshape(-1, B), _joined((quarters @ groups).T))

    def sums(self, values: NDArray) -> NDArray:
        """Sums of values (S, ...) over the three pairs of halves, then the four quarters: (10, N_PARTITIONS, ...)."""
        of_groups = np.add.reduceat(values[self.order], self.starts, axis=0, dtype=np.float32)
        of_quarters = self.quarters @ of_groups.reshape(len(of_groups), math.prod(values.shape[1:]))
        return _joined(np.moveaxis(of_quarters.reshape(N_PARTITIONS, 4, *values.shape[1:]), 1, 0))


def _joined(quarters: NDArray) -> NDArray:
    """Put the halves that quarters (4, ...) make before them."""
    return np.concatenate([np.stack([quarters[a] + quarters[b] for a, b in PAIRS_OF_QUARTERS]), quarters])


def subsampling_error(of_parts: NDArray, S: int) -> float:
    """Standard error of a term from its values in halves and quarters of the S draws, (10, N_PARTITIONS).

    The bias of the 0-1 loss is a step function of the votes: a delete-one jackknife does not see its steps, and how
    fast its variance falls with S, between 1/sqrt(S) and 1/S, depends on how rows hang together. Subsampling with an
    unknown rate (Bertail, Politis & Romano 1999) finds that out. Halves of the draws that share none are independent,
    so the spread of the term between them is its variance v_2 at S/2 draws, and that between quarters is v_4 at S/4.
    With ``v(S) = c S^-b``, ``v(S) = v_2 (v_2 / v_4)``; b is at least 0. Fewer than four draws have no quarters: b is 1.

    References
    ----------
    Bertail, P., Politis, D. & Romano, J. (1999). On subsampling estimators with unknown rate of convergence. JASA 94.
    """
    halves, quarters = of_parts[:6].reshape(3, 2, -1), of_parts[6:]
    if S < 4:
        return float(np.sqrt(quarters[:2].var(axis=0, ddof=1).mean() / S))
    half, quarter = halves.var(axis=1, ddof=1).mean(), quarters.var(axis=0, ddof=1).mean()
    return float(np.sqrt(half * (half / quarter if quarter > half else 1.0)))
