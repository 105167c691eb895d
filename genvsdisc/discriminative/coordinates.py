"""The coordinates that a linear model is fitted in: centred, scaled columns shared by all replicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Frame:
    """Columns ``(X - center) / scale`` and a last column of ones.

    The optimum does not depend on the frame: penalties are carried over to it, and the coefficients back.
    """

    center: NDArray
    scale: NDArray

    @classmethod
    def of(cls, X: NDArray, weights: NDArray) -> Self:
        """Mean and standard deviation of the columns over all the weight there is."""
        share = weights.sum(axis=0)
        center = share @ X / share.sum()
        return cls(center, nonzero_scale(np.sqrt(share @ (X - center) ** 2 / share.sum()), center))

    def rows(self, X: NDArray) -> NDArray:
        """Rows of X in this frame, with the column of ones."""
        rows = np.empty((len(X), X.shape[1] + 1), dtype=self.scale.dtype)
        np.subtract(X, self.center, out=rows[:, :-1])
        rows[:, :-1] /= self.scale
        rows[:, -1] = 1
        return rows

    def penalties(self, reg_lambda: float, units: NDArray) -> NDArray:
        """Penalties (R, D) in this frame of coefficients on columns in the given units, (R, d) or (1, d)."""
        penalties = reg_lambda * (units / self.scale) ** 2
        return np.append(penalties, np.zeros((len(penalties), 1)), axis=1)

    def enter(self, coef: NDArray, intercept: NDArray) -> NDArray:
        """Coefficients (R, C, D) in this frame of those on the scale of X."""
        return np.append(coef * self.scale, (intercept + coef @ self.center)[:, :, None], axis=2)

    def leave(self, theta: NDArray) -> tuple[NDArray, NDArray]:
        """Coefficients (R, C, d) and intercepts (R, C) on the scale of X."""
        coef = theta[:, :, :-1] / self.scale
        return coef, theta[:, :, -1] - coef @ self.center


def weighted_deviations(X: NDArray, weights: NDArray) -> tuple[NDArray, NDArray]:
    """Means and standard deviations (R, d) of the columns under each row of weights that sum to one; 1 if constant."""
    middle = X.mean(axis=0)
    means = weights @ (X - middle)
    squares = weights @ (X - middle) ** 2 - means**2
    # Where nearly all is lost in the difference, the column is constant as far as the arithmetic can tell.
    squares = np.where(squares <= 1e-13 * (squares + means**2), 0, squares)
    return means + middle, nonzero_scale(np.sqrt(squares), means + middle)


def nonzero_scale(deviations: NDArray, means: NDArray) -> NDArray:
    """Deviations, with 1 where a column is constant up to rounding."""
    return np.where(deviations <= 1e-13 * np.abs(means), 1.0, deviations)
