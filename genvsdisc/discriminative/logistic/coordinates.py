"""The coordinates that a linear model is fitted in: centred, scaled columns shared by all replicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

_COPIED = 2**20  # entries of X that are centred and scaled without asking
_TAME = 1e3


@dataclass(frozen=True)
class Frame:
    """Columns ``(X - center) / scale``.

    The optimum does not depend on the frame: penalties are carried over to it, and the coefficients back.
    """

    center: NDArray
    scale: NDArray

    @classmethod
    def of(cls, X: NDArray) -> Self:
        """Find a frame in which columns have a mean near 0 and a variance near 1, as some thousand rows have it.

        Large tables whose columns are neither far from 0 nor of very different scales stay as they are.
        """
        some = X[:: max(1, len(X) // 4096)]
        center = some.mean(axis=0)
        scale = nonzero_scale(some.std(axis=0), center)
        if X.size > _COPIED and max(np.abs(center / scale).max(), scale.max() / scale.min()) < _TAME:
            return cls(np.zeros_like(center), np.ones_like(scale))
        return cls(center, scale)

    def rows(self, X: NDArray) -> NDArray:
        """Rows of X in this frame."""
        if not self.center.any() and (self.scale == 1).all():
            return X
        rows = X - self.center
        rows /= self.scale
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


def nonzero_scale(deviations: NDArray, means: NDArray) -> NDArray:
    """Deviations, with 1 where a column is constant up to rounding."""
    return np.where(deviations <= 1e-13 * np.abs(means), 1.0, deviations)
