r"""Logistic and softmax regression on a stack of R weightings of the same rows.

For replicate r, with weights that sum to one and coefficients theta of shape (C, D), one row of coefficients for two
classes (sigmoid) and one a class for more (softmax),

.. math:: F_r(\theta) = \sum_i w_{ri}\, \ell(\theta x_i, y_i) + \tfrac12 \sum_{cj} \lambda_{rj} \theta_{cj}^2 .

Arrays are laid out as (R, C, n), so that the logits of all replicates are one matrix product and sums over classes
run along contiguous rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Loss = Callable[[NDArray, NDArray], tuple[NDArray, NDArray]]
"""(logits (R, C, n), codes (n,)) -> losses (R, n) and their derivatives by the logits (R, C, n)."""

ABSENT = -1e300
"""Logit of a class without weight: finite, so that a zero weight times its loss is zero and not NaN."""


def sigmoid_cross_entropy(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Log loss of two classes, and its derivative, from the log-odds (R, 1, n) of the second."""
    against = (1 - 2 * codes).astype(logits.dtype)
    # The log-odds of the wrong class: the residual is then small by itself and not as 1 - (1 - small).
    margins = logits * against
    small = np.exp(-np.abs(margins))
    losses = np.log1p(small) + np.maximum(margins, 0)
    residuals = np.where(margins >= 0, against, against * small) / (1 + small)
    return losses[:, 0], residuals


def softmax_cross_entropy(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Log loss of K classes, and its derivative, from logits (R, K, n)."""
    own = np.arange(len(codes))
    shifted = logits - logits.max(axis=1, keepdims=True)
    residuals = np.exp(shifted)
    totals = residuals.sum(axis=1, keepdims=True)
    losses = np.log(totals[:, 0]) - shifted[:, codes, own]
    residuals /= totals
    residuals[:, codes, own] -= 1
    return losses, residuals


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
    """

    rows: NDArray
    codes: NDArray
    n_classes: int
    weights: NDArray
    penalties: NDArray
    present: NDArray

    @property
    def shape(self) -> tuple[int, int, int]:
        """(R, C, D), the shape of the coefficients."""
        return len(self.weights), 1 if self.n_classes == 2 else self.n_classes, self.rows.shape[1]

    @property
    def loss(self) -> Loss:
        """The loss that the number of classes asks for."""
        return sigmoid_cross_entropy if self.n_classes == 2 else softmax_cross_entropy

    def take(self, replicates: NDArray | slice) -> SoftmaxRegression:
        """The objectives of some of the replicates."""
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
        losses, residuals = self.loss(self.logits(theta), self.codes)
        shrunk = theta * self.penalties[:, None, :]
        values = np.einsum("rn,rn->r", self.weights, losses) + 0.5 * np.einsum("rcd,rcd->r", theta, shrunk)
        weighted = residuals * self.weights[:, None, :]
        gradients = (weighted.reshape(-1, len(self.rows)) @ self.rows).reshape(theta.shape)
        return values, gradients + shrunk, residuals

    def prior_logits(self) -> NDArray:
        """Intercepts (R, C) that give each class its share of the weight; 0 for classes without."""
        shares = self.weights @ (self.codes[:, None] == np.arange(self.n_classes))
        logs = np.log(np.where(self.present & (shares > 0), shares, 1.0))
        if self.n_classes == 2:
            return logs[:, 1:] - logs[:, :1]
        return np.where(self.present, logs - logs.sum(axis=1, keepdims=True) / self.present.sum(axis=1)[:, None], 0.0)

    def separated_by(self, theta: NDArray) -> NDArray:
        """Whether every row that has weight gets its own class's logit strictly the largest, (R,)."""
        logits = self.logits(theta)
        own = np.arange(len(self.codes))
        if self.n_classes == 2:
            ahead = logits[:, 0] * (2 * self.codes - 1)
        else:
            mine = logits[:, self.codes, own]
            logits[:, self.codes, own] = -np.inf
            ahead = mine - logits.max(axis=1)
        return ((ahead > 0) | (self.weights == 0)).all(axis=1)

    def gram(self) -> NDArray:
        """Weighted second moments of the rows, (R, D, D)."""
        return weighted_products(self.rows, self.weights)

    def curvature_bound(self) -> NDArray:
        r"""Matrices B (R, D, D) with Hessian :math:`\preceq B` for each class's block of coefficients.

        1/4 of the Gram matrix for the sigmoid, 1/2 for the softmax, plus the penalty (Böhning & Lindsay 1988,
        Böhning 1992). It does not depend on theta.
        """
        bound = (0.25 if self.n_classes == 2 else 0.5) * self.gram()
        diagonal = np.arange(bound.shape[1])
        bound[:, diagonal, diagonal] += self.penalties
        return bound

    def hessian(self, residuals: NDArray) -> NDArray:
        """Hessians (R, C * D, C * D) at the point where `evaluate` gave these residuals.

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
        """A curvature for the same change of all classes: a diagonal like the data's own."""
        scale = np.einsum("rn,nd->rd", self.weights, self.rows * self.rows) / self.n_classes
        return scale[:, :, None] * np.eye(self.rows.shape[1])


def weighted_products(rows: NDArray, weights: NDArray) -> NDArray:
    """Sums over i of ``weights[m, i] * outer(rows[i], rows[i])``, (M, D, D).

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
