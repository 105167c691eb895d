"""Curvature as the metric of descent: gradients in, steps of the right length out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.linear.objective import SoftmaxRegression

_WIDEST = 2048
"""Beyond so many columns their second moments cost more than they save, and only the largest eigenvalue is used."""


def bound(objective: SoftmaxRegression) -> NDArray:
    """Give matrices (R, D, D), or diagonals (R, 1, D) of very wide ones, that no class's curvature exceeds."""
    if objective.rows.shape[1] > _WIDEST:
        return (objective.curvature_limit()[:, None] + objective.penalties)[:, None, :]
    return objective.curvature_bound()


@dataclass(frozen=True)
class Metric:
    """Inverses of positive definite matrices.

    Parameters
    ----------
    inverse : ndarray of shape (R, D, D) or (R, 1, D)
        Whole matrices, or diagonals.
    """

    inverse: NDArray

    @classmethod
    def of(cls, matrices: NDArray) -> Self:
        """Invert matrices (R, D, D), or diagonals (R, 1, D)."""
        if matrices.shape[1] == 1 < matrices.shape[2]:
            return cls(1 / matrices)
        scaled, sizes = _unit_diagonal(matrices)
        return cls(np.linalg.inv(scaled) / sizes[:, :, None] / sizes[:, None, :])

    def steps(self, gradients: NDArray) -> NDArray:
        """Multiply gradients (R, C, D) by the inverse."""
        return gradients * self.inverse if self.inverse.shape[1] == 1 else gradients @ self.inverse

    def take(self, replicates: NDArray) -> Self:
        """Keep some of the replicates."""
        return type(self)(self.inverse[replicates])


def class_preconditioner(objective: SoftmaxRegression) -> Callable[[NDArray], Metric]:
    r"""Return a function of the residuals that gives a preconditioner for the Newton system of one replicate.

    It is :math:`(c\, X' W X + \lambda)^{-1}` for each class alike, with c the mean curvature p (1 - p) of the moment:
    one matrix, made anew when c has changed by a factor of two. The second moments are those of some 4 rows a column;
    beyond 2,048 columns they cost more than they save, and their diagonal is taken.
    """
    width = objective.rows.shape[1] + 1
    sample = objective.every(max(1, len(objective.rows) // max(1024, 4 * width)))
    if width > _WIDEST + 1:
        squares = np.append(np.square(sample.rows).T @ sample.weights[0], 1.0)[None, None]
    else:
        squares = sample.products.sums(sample.weights)
    tiny = np.finfo(squares.dtype).tiny
    made: dict[int, Metric] = {}

    def metric(residuals: NDArray) -> Metric:
        octave = int(np.round(np.log2(max(objective.mean_curvature(residuals), tiny))))
        if octave not in made:
            made.clear()
            if squares.shape[1] == 1:
                made[octave] = Metric.of(2.0**octave * squares + objective.penalties[:, None, :])
            else:
                matrices = 2.0**octave * squares
                np.einsum("rdd->rd", matrices)[...] += objective.penalties
                made[octave] = Metric.of(matrices)
        return made[octave]

    return metric


@dataclass(frozen=True)
class Whitening:
    """Coordinates in which positive definite matrices are the identity.

    Parameters
    ----------
    root : ndarray of shape (C or 1, D, D) or (1, 1, D)
        V with ``V B V' = I`` for the matrix B of each class, or of all; or a diagonal.
    """

    root: NDArray

    @classmethod
    def of(cls, matrices: NDArray) -> Self:
        """Whiten matrices (C or 1, D, D), or a diagonal (1, 1, D)."""
        if matrices.shape[1] == 1 < matrices.shape[2]:
            return cls(1 / np.sqrt(matrices))
        scaled, sizes = _unit_diagonal(matrices)
        return cls(np.linalg.inv(np.linalg.cholesky(scaled)) / sizes[:, None, :])

    def moves(self, coordinates: NDArray) -> NDArray:
        """Carry (C, D) coordinates over to changes of the coefficients."""
        return self._times(coordinates, self.root)

    def gradients(self, gradients: NDArray) -> NDArray:
        """Carry gradients (C, D) by the coefficients over to those by the coordinates."""
        return self._times(gradients, self.root.swapaxes(1, 2) if self.root.shape[1] > 1 else self.root)

    def _times(self, rows: NDArray, root: NDArray) -> NDArray:
        if root.shape[1] == 1:
            return rows * root[0]
        return rows @ root[0] if len(root) == 1 else (rows[:, None, :] @ root)[:, 0]


def _unit_diagonal(matrices: NDArray) -> tuple[NDArray, NDArray]:
    """Scale matrices to a unit diagonal, with a trace of it added so that none is singular; also the scales."""
    sizes = np.sqrt(np.maximum(np.einsum("rdd->rd", matrices), np.finfo(matrices.dtype).tiny))
    scaled = matrices / sizes[:, :, None] / sizes[:, None, :]
    np.einsum("rdd->rd", scaled)[...] = 1 + 1e-10
    return scaled, sizes
