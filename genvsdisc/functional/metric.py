"""The curvature bound as the metric of descent: gradients in, steps that never overshoot out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.softmax_regression import SoftmaxRegression

_WIDEST = 2048
"""Beyond so many columns their Gram matrix costs more than it saves, and only its largest eigenvalue is used."""


@dataclass(frozen=True)
class Metric:
    """Inverses of matrices B that no Hessian exceeds.

    Parameters
    ----------
    inverse : ndarray of shape (R, D, D) or (R, 1, D)
        Whole matrices, or diagonals.
    """

    inverse: NDArray

    @classmethod
    def of(cls, objective: SoftmaxRegression) -> Self:
        """Bound the curvature of an objective."""
        if objective.rows.shape[1] > _WIDEST:
            return cls(1 / (objective.curvature_limit()[:, None, None] + objective.penalties[:, None, :]))
        return cls(_inverse(objective.curvature_bound()))

    def steps(self, gradients: NDArray) -> NDArray:
        """Multiply gradients (R, C, D) by the inverse."""
        return gradients * self.inverse if self.inverse.shape[1] == 1 else gradients @ self.inverse

    def take(self, replicates: NDArray) -> Self:
        """Keep some of the replicates."""
        return type(self)(self.inverse[replicates])

    def root(self, r: int) -> NDArray:
        """Find the symmetric S (D, D), or diagonal (1, D), with ``S S = B^-1`` for replicate r."""
        if self.inverse.shape[1] == 1:
            return np.sqrt(self.inverse[r])
        values, vectors = np.linalg.eigh(self.inverse[r])
        return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def _inverse(matrices: NDArray) -> NDArray:
    """Invert positive semi-definite matrices; zero in directions without curvature."""
    sizes = np.sqrt(np.maximum(np.einsum("rdd->rd", matrices), np.finfo(matrices.dtype).tiny))
    outer = sizes[:, :, None] * sizes[:, None, :]
    scaled = matrices / outer
    try:
        np.linalg.cholesky(scaled - 1e-10 * np.eye(scaled.shape[1]))
    except np.linalg.LinAlgError:
        return np.linalg.pinv(scaled, rcond=1e-10, hermitian=True) / outer
    return np.linalg.inv(scaled) / outer
