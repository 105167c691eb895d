"""Logistic and softmax regression as the descent loop wants them: batches, flat parameters, a bound for the step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.batches import Batch
from genvsdisc.functional.linear_losses import ABSENT, LinearLoss


@dataclass(frozen=True)
class LinearDescent:
    """Objectives of a stack of R linear classifiers, descended on columns ``(X - means) / scales`` of each.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    codes : ndarray of shape (n,)
        Class of each row.
    loss : LinearLoss
        Losses and residuals from logits.
    n_outputs : int
        C, rows of coefficients.
    reg_lambda : float
        Penalty of half the squared coefficients on the scaled columns.
    means, scales : ndarray of shape (R, d)
        0 and 1 to descend on the columns as they are.
    present : ndarray of bool, shape (R, K)
        Classes that have weight. The others are out of reach; of one class alone nothing is learned.
    """

    X: NDArray
    codes: NDArray
    loss: LinearLoss
    n_outputs: int
    reg_lambda: float
    means: NDArray
    scales: NDArray
    present: NDArray

    def coefficients(self, parameters: NDArray, members: NDArray) -> tuple[NDArray, NDArray]:
        """Coefficients (R, C, d) and intercepts (R, C) on the scale of X."""
        theta = parameters.reshape(len(parameters), self.n_outputs, -1)
        coef = theta[:, :, :-1] / self.scales[members, None, :]
        return coef, theta[:, :, -1] - np.einsum("rcd,rd->rc", coef, self.means[members])

    def parameters(self, coef: NDArray, intercept: NDArray) -> NDArray:
        """Flat parameters (R, P) of coefficients (R, C, d) and intercepts (R, C) on the scale of X."""
        scaled = coef * self.scales[:, None, :]
        shifted = intercept + np.einsum("rcd,rd->rc", coef, self.means)
        return np.append(scaled, shifted[:, :, None], axis=2).reshape(len(scaled), -1)

    def value(self, parameters: NDArray, batch: Batch) -> NDArray:
        """Mean losses (R,) without the penalty."""
        losses, _ = self._losses(parameters, batch)
        return (batch.weights * losses).sum(axis=1)

    def value_and_gradient(self, parameters: NDArray, batch: Batch, gradient: NDArray) -> NDArray:
        """Mean losses (R,) with the penalty; the gradients go into `gradient`."""
        losses, residuals = self._losses(parameters, batch)
        weights = batch.weights * (self.present[batch.members].sum(axis=1, keepdims=True) > 1)
        residuals *= weights[:, None, :]
        totals = residuals.sum(axis=2)
        if batch.rows is None:
            sums = (residuals.reshape(-1, len(self.X)) @ self.X).reshape(*totals.shape, -1)
        else:
            sums = residuals @ self.X[batch.rows]
        theta = parameters.reshape(*totals.shape, -1)
        slopes = gradient.reshape(theta.shape)
        means, scales = self.means[batch.members, None, :], self.scales[batch.members, None, :]
        slopes[:, :, :-1] = (sums - totals[:, :, None] * means) / scales + self.reg_lambda * theta[:, :, :-1]
        slopes[:, :, -1] = totals
        squares = np.einsum("rcd,rcd->r", theta[:, :, :-1], theta[:, :, :-1])
        return (weights * losses).sum(axis=1) + 0.5 * self.reg_lambda * squares

    def _losses(self, parameters: NDArray, batch: Batch) -> tuple[NDArray, NDArray]:
        coef, intercept = self.coefficients(parameters, batch.members)
        if self.n_outputs > 1:
            intercept = intercept + np.where(self.present[batch.members], 0.0, ABSENT)
        if batch.rows is None:
            products = (coef.reshape(-1, coef.shape[2]) @ self.X.T).reshape(*intercept.shape, -1)
            return self.loss.evaluate(products + intercept[:, :, None], self.codes)
        products = coef @ self.X[batch.rows].transpose(0, 2, 1)
        return self.loss.evaluate(products + intercept[:, :, None], self.codes[batch.rows])

    def smoothness(self, weights: NDArray, batch_size: int | None) -> NDArray:
        r"""Bounds L (R,) on the curvature of the objectives, for descent with the step 1 / L.

        The largest eigenvalue of the second moments of the scaled rows (with their column of ones), times the largest
        curvature of the loss, plus the penalty. For mini-batches of b out of n rows, between that and the bound for
        the longest row, :math:`L_{max}`, as in the expected smoothness of Gower et al. (2019),
        :math:`\frac{n (b - 1)}{b (n - 1)} L + \frac{n - b}{b (n - 1)} L_{max}`.
        """
        bounds = np.empty(len(weights))
        for r, (weight, mean, scale) in enumerate(zip(weights, self.means, self.scales, strict=True)):
            kept = weight > 0
            rows = np.column_stack([(self.X[kept] - mean) / scale, np.ones(kept.sum())])
            count, size = len(rows), min(batch_size or len(rows), len(rows))
            bounds[r] = np.linalg.eigvalsh((rows * (weight[kept] / weight.sum())[:, None]).T @ rows)[-1]
            if size < count:
                longest = (rows * rows).sum(axis=1).max()
                share = count * (size - 1) / (size * (count - 1))
                bounds[r] = share * bounds[r] + (count - size) / (size * (count - 1)) * longest
        return self.loss.curvature * bounds + self.reg_lambda
