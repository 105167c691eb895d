r"""Logistic and softmax regression on a stack of R weightings of the same rows.

For replicate r, with weights that sum to one and coefficients theta of shape (C, D), one row of coefficients for two
classes (sigmoid) and one a class for more (softmax),

.. math:: F_r(\theta) = \sum_i w_{ri}\, \ell(\theta x_i, y_i) + \tfrac12 \sum_{cj} \lambda_{rj} \theta_{cj}^2 .

Arrays are laid out as (R, C, n), so that the logits of all replicates are one matrix product and sums over classes
run along contiguous rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.linear_losses import ABSENT, LinearLoss


@dataclass(frozen=True)
class SoftmaxRegression:
    """The objectives of R weightings of the same rows.

    Parameters
    ----------
    rows : ndarray of shape (n, D)
        Features; the last column is ones, for the intercept.
    codes : ndarray of shape (n,)
        Class of each row, 0 to K - 1.
    n_classes : int
        K; the coefficients have C = 1 row for K = 2, else C = K.
    weights : ndarray of shape (R, n)
        Each row sums to 1.
    penalties : ndarray of shape (R, D)
        Weight of each squared coefficient; 0 for the intercept.
    present : ndarray of bool, shape (R, K)
        Classes that have weight.
    loss : LinearLoss
        Sigmoid or softmax, with the cross-entropy or another loss.
    """

    rows: NDArray
    codes: NDArray
    n_classes: int
    weights: NDArray
    penalties: NDArray
    present: NDArray
    loss: LinearLoss

    @property
    def shape(self) -> tuple[int, int, int]:
        """(R, C, D), the shape of the coefficients."""
        return len(self.weights), 1 if self.n_classes == 2 else self.n_classes, self.rows.shape[1]

    def take(self, replicates: NDArray | slice) -> SoftmaxRegression:
        """Keep the objectives of some of the replicates."""
        return replace(
            self,
            weights=self.weights[replicates],
            penalties=self.penalties[replicates],
            present=self.present[replicates],
        )

    def logits(self, theta: NDArray) -> NDArray:
        """Logits (R, C, n)."""
        logits = (theta.reshape(-1, theta.shape[2]) @ self.rows.T).reshape(*theta.shape[:2], len(self.rows))
        if self.n_classes > 2 and not self.present.all():
            logits += np.where(self.present, 0.0, ABSENT)[:, :, None]
        return logits

    def evaluate(self, theta: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """Values (R,), gradients (R, C, D) and unweighted residuals (R, C, n)."""
        losses, residuals = self.loss.evaluate(self.logits(theta), self.codes)
        shrunk = theta * self.penalties[:, None, :]
        values = np.einsum("rn,rn->r", self.weights, losses) + 0.5 * np.einsum("rcd,rcd->r", theta, shrunk)
        weighted = residuals * self.weights[:, None, :]
        gradients = (weighted.reshape(-1, len(self.rows)) @ self.rows).reshape(theta.shape)
        return values, gradients + shrunk, residuals

    def prior_logits(self) -> NDArray:
        """Find the intercepts (R, C) that give each class its share of the weight; 0 for classes without."""
        shares = self.weights @ (self.codes[:, None] == np.arange(self.n_classes))
        logs = np.log(np.where(self.present & (shares > 0), shares, 1.0))
        if self.n_classes == 2:
            return logs[:, 1:] - logs[:, :1]
        return np.where(self.present, logs - logs.sum(axis=1, keepdims=True) / self.present.sum(axis=1)[:, None], 0.0)

    def curvature_bound(self) -> NDArray:
        r"""Matrices B (R, D, D) with Hessian :math:`\preceq B` for each class's block of coefficients.

        The Gram matrix of the rows times the greatest curvature of the loss, plus the penalty (Böhning & Lindsay
        1988). It does not depend on theta.
        """
        bound = self.loss.curvature * weighted_products(self.rows, self.weights)
        diagonal = np.arange(bound.shape[1])
        bound[:, diagonal, diagonal] += self.penalties
        return bound

    def curvature_limit(self) -> NDArray:
        """Bound the curvature of the mean loss by one number a replicate, (R,): the largest eigenvalue for B.

        By power iteration from a fixed start, with a margin for what it has left.
        """
        vectors = np.random.default_rng(0).normal(size=(len(self.weights), self.rows.shape[1]))
        for _ in range(50):
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = (self.weights * (vectors @ self.rows.T)) @ self.rows
        return 1.1 * self.loss.curvature * np.linalg.norm(vectors, axis=1)

    def hessian(self, residuals: NDArray) -> NDArray:
        """Hessians (R, C * D, C * D) of the cross-entropy, where `evaluate` gave these residuals.

        Adding the same vector to the coefficients of every class changes no probability, so the softmax has
        directions without curvature. They are given some here: the gradient is orthogonal to them, so that the Newton
        step is the one of least norm. Classes without weight get the identity.
        """
        if self.n_classes == 2:
            sizes = np.abs(residuals[:, 0])
            hessian = weighted_products(self.rows, self.weights * (sizes - sizes * sizes))
        else:
            hessian = self._softmax_hessian(residuals)
        diagonal = np.arange(hessian.shape[1])
        hessian[:, diagonal, diagonal] += np.tile(self.penalties, self.shape[1])
        return hessian

    def _softmax_hessian(self, residuals: NDArray) -> NDArray:
        n_replicates, n_rows = self.weights.shape
        n_classes, width = self.n_classes, self.rows.shape[1]
        probabilities = residuals.copy()
        probabilities[:, self.codes, np.arange(n_rows)] += 1
        first, second = np.triu_indices(n_classes)
        weighted = probabilities * self.weights[:, None, :]
        factors = -weighted[:, first] * probabilities[:, second]
        factors[:, first == second] += weighted
        blocks = weighted_products(self.rows, factors.reshape(-1, n_rows))
        blocks = blocks.reshape(n_replicates, len(first), width, width)
        shared = self._null_curvature()
        hessian = np.empty((n_replicates, n_classes, width, n_classes, width), dtype=self.rows.dtype)
        for pair, (k, m) in enumerate(zip(first, second, strict=True)):
            both = (self.present[:, k] & self.present[:, m])[:, None, None]
            block = blocks[:, pair] + both * shared
            block = block + (k == m) * ~both * np.eye(width)
            hessian[:, k, :, m] = block
            hessian[:, m, :, k] = block
        return hessian.reshape(n_replicates, n_classes * width, n_classes * width)

    def _null_curvature(self) -> NDArray:
        """Make a curvature for the same change of all classes: a diagonal like the data's own."""
        scale = np.einsum("rn,nd->rd", self.weights, self.rows * self.rows) / self.n_classes
        return scale[:, :, None] * np.eye(self.rows.shape[1])


def weighted_products(rows: NDArray, weights: NDArray) -> NDArray:
    """Sum over i ``weights[m, i] * outer(rows[i], rows[i])``, (M, D, D).

    With many weightings, or few rows, the D(D + 1)/2 products of the columns are made once and all sums are one
    matrix product; else the rows are scaled in blocks that stay in cache.
    """
    n_rows, width = rows.shape
    first, second = np.triu_indices(width)
    n_products = n_rows * len(first)
    if n_products <= 2**15 or (len(weights) >= 8 and n_products <= 2**23):
        packed = weights @ (rows[:, first] * rows[:, second])
        unpack = np.empty((width, width), dtype=np.intp)
        unpack[first, second] = unpack[second, first] = np.arange(len(first))
        return packed[:, unpack]
    sums = np.zeros((len(weights), width, width), dtype=rows.dtype)
    step = max(1, 2**16 // width)
    for start in range(0, n_rows, step):
        block = rows[start : start + step]
        for total, weight in zip(sums, weights[:, start : start + step], strict=True):
            total += (block * weight[:, None]).T @ block
    return sums
