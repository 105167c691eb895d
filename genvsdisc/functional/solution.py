"""The result of an optimizer for a stack of R objectives: parameters, iterations, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

Curves = Sequence[NDArray | list[float]]
"""One sequence of losses for each replicate."""


class Status(IntEnum):
    """How an optimization ended. The worse of two endings is the larger number."""

    CONVERGED = 0
    STOPPED = 1
    MAX_ITER = 2
    STALLED = 3
    QUASI_SEPARATED = 4
    SEPARATED = 5
    DIVERGED = 6

    @property
    def message(self) -> str:
        """Describe the ending and name the remedy; empty where there is nothing to warn of.

        Has places for `optimizer`, `learning_rate` and `max_iter`.
        """
        return _MESSAGES.get(self, "")


_NO_MAXIMUM = (
    "and there is no penalty, so the likelihood has no maximum and the coefficients grow without bound: "
    "set reg_lambda > 0"
)
_MESSAGES = {
    Status.MAX_ITER: (
        "{optimizer} with learning_rate={learning_rate!r} reached max_iter={max_iter} before it converged: raise "
        "max_iter or tol, or scale the features (standardize=True)"
    ),
    Status.STALLED: (
        "{optimizer} found no step that lowers the loss before it converged, for rounding errors: raise tol, or scale "
        "the features (standardize=True)"
    ),
    Status.QUASI_SEPARATED: (
        "a linear function separates the classes but for rows that lie on the boundary (quasi-complete separation) "
        + _NO_MAXIMUM
    ),
    Status.SEPARATED: "the classes can be separated perfectly " + _NO_MAXIMUM,
    Status.DIVERGED: (
        "{optimizer} diverged: learning_rate={learning_rate!r} is too large, and the last finite parameters are kept; "
        "lower it, or scale the features (standardize=True)"
    ),
}


@dataclass(frozen=True)
class Solution:
    """Result of an optimizer for R objectives.

    Parameters
    ----------
    parameters : ndarray of shape (R, ...)
        Where it ended, always finite; with validation rows, where their loss was least.
    n_iter : ndarray of int, shape (R,)
        Iterations, or epochs.
    status : ndarray of int, shape (R,)
        A `Status` for each.
    loss_curves : sequence of R sequences of float
        Objective before each iteration; with mini-batches the mean over those of an epoch.
    validation_loss_curves : sequence of R sequences of float
        Loss of the validation rows after each epoch, without penalty; empty without validation rows.
    """

    parameters: NDArray
    n_iter: NDArray
    status: NDArray
    loss_curves: Curves
    validation_loss_curves: Curves = ()

    @property
    def converged(self) -> NDArray:
        """Boolean mask (R,) of those that met the stopping rule."""
        return self.status == Status.CONVERGED

    @property
    def diverged(self) -> NDArray:
        """Boolean mask (R,) of those whose loss overflowed or ended above its start."""
        return self.status == Status.DIVERGED

    def take(self, indices: NDArray) -> Self:
        """Keep some of the replicates."""
        return replace(
            self,
            parameters=self.parameters[indices],
            n_iter=self.n_iter[indices],
            status=self.status[indices],
            loss_curves=[self.loss_curves[i] for i in indices],
            validation_loss_curves=[self.validation_loss_curves[i] for i in indices if self.validation_loss_curves],
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Concatenate the solutions of consecutive blocks of replicates."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            np.concatenate([part.parameters for part in parts]),
            np.concatenate([part.n_iter for part in parts]),
            np.concatenate([part.status for part in parts]),
            [curve for part in parts for curve in part.loss_curves],
            [curve for part in parts for curve in part.validation_loss_curves],
        )


def curves_of(history: Sequence[NDArray], n_iter: NDArray) -> list[NDArray]:
    """Split values (R,) an iteration into the curve of each replicate."""
    return [row[:n] for row, n in zip(np.stack(history, axis=1), n_iter.tolist(), strict=True)]
