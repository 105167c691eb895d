"""What a solver found for a stack of objectives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Solution:
    """What a solver found for R objectives.

    Parameters
    ----------
    theta : ndarray of shape (R, C, D)
        Coefficients.
    n_iter : ndarray of int, shape (R,)
        Steps taken.
    converged : ndarray of bool, shape (R,)
        Whether the stopping rule was met.
    curves : list of R sequences of float
        Objective before each step.
    receding : ndarray of bool, shape (R,), optional
        Whether the optimum was seen to lie at infinity (separable classes, no penalty).
    """

    theta: NDArray
    n_iter: NDArray
    converged: NDArray
    curves: Sequence[NDArray | list[float]]
    receding: NDArray | bool = False

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put the solutions of consecutive blocks of replicates together."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            np.concatenate([part.theta for part in parts]),
            np.concatenate([part.n_iter for part in parts]),
            np.concatenate([part.converged for part in parts]),
            [curve for part in parts for curve in part.curves],
            np.concatenate([np.broadcast_to(part.receding, len(part.theta)) for part in parts]),
        )


def curves_of(history: Sequence[NDArray], n_iter: NDArray) -> list[NDArray]:
    """Give each replicate its own values, from an array (R,) a step."""
    return [row[:n] for row, n in zip(np.stack(history, axis=1), n_iter.tolist(), strict=True)]
