r"""Logistic and softmax regression on a stack of R weightings of the same rows.

For replicate r, with weights that sum to one and coefficients theta of shape (C, d + 1), the intercept last, one row
of them for two classes (sigmoid) and one a class for more (softmax),

.. math:: F_r(\theta) = \sum_i w_{ri}\, \ell(\theta x_i, y_i) + \tfrac12 \sum_{cj} \lambda_{rj} \theta_{cj}^2 .

Arrays are laid out as (R, C, n), so that the logits of all replicates are one matrix product and sums over classes
run along contiguous rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import absent
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.losses import Form


@dataclass(frozen=True)
class SoftmaxRegression:
    """The objectives of R weightings of the same rows.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        Features.
    codes : ndarray of shape (n,)
        Class of each row, 0 to K - 1.
    weights : ndarray of shape (R, n)
        Each row sums to 1.
    penalties : ndarray of shape (R, d + 1)
        Weight of each squared coefficient; 0 for the intercept.
    present : ndarray of bool, shape (R, K)
        Classes that have weight.
    loss : Form
        Sigmoid or softmax, with the cross-entropy or another loss.
    products : ColumnProducts
        Sums of products of the columns of `rows` and of one of ones.
    """

    rows: NDArray
    codes: NDArray
    weights: NDArray
    penalties: NDArray
    present: NDArray
    loss: Form
    products: ColumnProducts

    @property
    def shape(self) -> tuple[int, int, int]:
        """(R, C, d + 1), the shape of the coefficients."""
        n_replicates, n_classes = self.present.shape
        return n_replicates, 1 if n_classes == 2 else n_classes, self.rows.shape[1] + 1

    def take(self, replicates: NDArray | slice) -> SoftmaxRegression:
        """Keep the objectives of some of the replicates."""
        return replace(
            self,
            weights=self.weights[replicates],
            penalties=self.penalties[replicates],
            present=self.present[replicates],
        )

    def every(self, step: int) -> SoftmaxRegression:
        """Keep every step-th row."""
        if step == 1:
            return self
        rows, weights = np.ascontiguousarray(self.rows[::step]), self.weights[:, ::step]
        totals = weights.sum(axis=1, keepdims=True)
        return replace(
            self,
            rows=rows,
            codes=self.codes[::step],
            weights=weights / np.where(totals > 0, totals, 1),
            products=ColumnProducts(rows),
        )

    def logits(self, theta: NDArray) -> NDArray:
        """Logits (R, C, n); of two classes the log-odds of the wrong one."""
        if len(theta) == 1:  # rows may be many: no copy of them
            logits = theta[:, :, :-1] @ self.rows.T
            logits += theta[:, :, -1:]
            logits = logits if self._signs is None else np.multiply(logits, self._signs, out=logits)
        else:
            logits = (theta.reshape(-1, theta.shape[2]) @ self._columns).reshape(*theta.shape[:2], -1)
        if theta.shape[1] > 1 and not self.present.all():
            logits += np.where(self.present, 0.0, absent.LOGIT)[:, :, None]
        return logits

    def _backwards(self, derivatives: NDArray) -> NDArray:
        """Derivatives (R, C, D) by the coefficients from those by the logits (R, C, n), which may be overwritten."""
        if len(derivatives) > 1:
            n_replicates, n_outputs, n_rows = derivatives.shape
            return (derivatives.reshape(-1, n_rows) @ self._columns.T).reshape(n_replicates, n_outputs, -1)
        if self._signs is not None:
            derivatives = np.multiply(derivatives, self._signs, out=derivatives)
        return np.append(derivatives @ self.rows, derivatives.sum(axis=2, keepdims=True), axis=2)

    @cached_property
    def _signs(self) -> NDArray | None:
        """1 for rows of the first of two classes and -1 for the second: rows times these have wrong log-odds."""
        return 1.0 - 2.0 * self.codes if self.present.shape[1] == 2 else None

    @cached_property
    def _columns(self) -> NDArray:
        """The columns and one of ones, times the signs, (D, n)."""
        return self.products.columns if self._signs is None else self.products.columns * self._signs

    def value_and_gradient(self, theta: NDArray) -> tuple[NDArray, NDArray]:
        """Values (R,) and gradients (R, C, d + 1)."""
        losses, derivatives = self.loss.evaluate(self.logits(theta), self.codes, self.weights)
        return self._summed(theta, losses, derivatives)

    def evaluate(self, theta: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """Values (R,), gradients (R, C, d + 1) and what the Hessian is made of, (R, C, n).

        That is ``w p (1 - p)`` for two classes, and p less the indicator of the class for more.
        """
        losses, residuals = self.loss.evaluate(self.logits(theta), self.codes, 1)
        weighted = residuals * self.weights[:, None, :]
        if theta.shape[1] == 1:
            residuals *= weighted
            np.subtract(weighted, residuals, out=residuals)
        return *self._summed(theta, losses, weighted), residuals

    def _summed(self, theta: NDArray, losses: NDArray, weighted: NDArray) -> tuple[NDArray, NDArray]:
        """Values and gradients from the losses (R, n) and the weighted derivatives by the logits."""
        gradients = theta * self.penalties[:, None, :]
        values = np.vecdot(self.weights, losses) + 0.5 * np.einsum("rcd,rcd->r", theta, gradients)
        gradients += self._backwards(weighted)
        return values, gradients

    def prior_logits(self) -> NDArray:
        """Find the intercepts (R, C) that give each class its share of the weight; 0 for classes without."""
        n_classes = self.present.shape[1]
        shares = self.weights @ (self.codes[:, None] == np.arange(n_classes))
        logs = np.log(np.where(self.present & (shares > 0), shares, 1.0))
        if n_classes == 2:
            return logs[:, 1:] - logs[:, :1]
        return np.where(self.present, logs - logs.sum(axis=1, keepdims=True) / self.present.sum(axis=1)[:, None], 0.0)

    def curvature_bound(self) -> NDArray:
        r"""Matrices B (R, D, D) with Hessian :math:`\preceq B` for each class's block of coefficients.

        The second moments of the rows times the greatest curvature of the loss, plus the penalty (Böhning & Lindsay
        1988). It does not depend on theta.
        """
        return _plus_diagonal(self.loss.curvature * self.products.sums(self.weights), self.penalties)

    def class_curvatures(self, residuals: NDArray) -> NDArray:
        """Blocks (R, C, D, D) of the Hessian of the cross-entropy that belong to one class each."""
        n_replicates, n_outputs, width = self.shape
        factors = residuals
        if n_outputs > 1:
            factors = np.abs(residuals)
            factors -= factors * factors  # p (1 - p), as |residual| is p or 1 - p
            factors *= self.weights[:, None, :]
        blocks = self.products.sums(factors.reshape(-1, len(self.rows)))
        return _plus_diagonal(blocks.reshape(n_replicates, n_outputs, width, width), self.penalties[:, None, :])

    def hessian(self, residuals: NDArray) -> NDArray:
        """Hessians (R, C * D, C * D) of the cross-entropy, where `evaluate` gave these residuals.

        Adding the same vector to the coefficients of every class changes no probability, so the softmax has
        directions without curvature. They are given some here: the gradient is orthogonal to them, so that the Newton
        step is the one of least norm. Classes without weight get the identity.
        """
        n_replicates, n_outputs, width = self.shape
        if n_outputs == 1:
            return self.class_curvatures(residuals)[:, 0]
        probabilities = self._probabilities(residuals)
        # The sum over rows of w (diag(p) - p p') by x x': blocks of the first part, one product for the second.
        weighted = probabilities * self.weights[:, None, :]
        blocks = self.products.sums(weighted.reshape(-1, len(self.rows))).reshape(n_replicates, n_outputs, width, width)
        spread = (probabilities * np.sqrt(self.weights)[:, None, :])[:, :, None, :] * self.products.columns
        spread = spread.reshape(n_replicates, n_outputs * width, -1)
        hessian = spread @ spread.swapaxes(1, 2)
        np.negative(hessian, out=hessian)
        curvatures = np.einsum("rdd->rd", hessian).reshape(n_replicates, n_outputs, width)
        scale = np.einsum("rcdd->rd", blocks) + curvatures.sum(axis=1) + self.penalties
        hessian = hessian.reshape(n_replicates, n_outputs, width, n_outputs, width)
        both = self.present[:, :, None] & self.present[:, None, :]
        _same_column(hessian)[...] += both[:, :, None, :] * (scale / n_outputs)[:, None, :, None]
        identity = np.where(self.present, 0, 1)[:, :, None]
        _diagonal_blocks(hessian)[...] += _plus_diagonal(blocks, self.penalties[:, None, :] + identity)
        return hessian.reshape(n_replicates, n_outputs * width, -1)

    def _probabilities(self, residuals: NDArray) -> NDArray:
        """Probabilities (R, C, n) from the probabilities less the indicator of the class."""
        probabilities = np.abs(residuals)
        true_class = (np.arange(len(residuals))[:, None], self.codes, np.arange(len(self.codes)))
        probabilities[true_class] = 1 - probabilities[true_class]
        return probabilities

    def hessian_product(self, residuals: NDArray, dtype: type) -> Callable[[NDArray], NDArray]:
        r"""Return the function :math:`V \mapsto H V` of coefficients (1, C, D), for the Hessian of the cross-entropy.

        For a row x of weight w, with probabilities p of the classes, the Hessian takes V to
        :math:`w\, (\mathrm{diag}(p) - p p') V x x'`. Both products with the rows are in the given precision.

        Parameters
        ----------
        residuals : ndarray of shape (1, C, n)
            From `evaluate`.
        dtype : float32 or float64
            Precision of the products.
        """
        rows = self._rows_in(dtype)
        if residuals.shape[1] == 1:
            factors = residuals[0].astype(dtype)
        else:
            probabilities = self._probabilities(residuals)[0].astype(dtype)
            weights: NDArray = self.weights.astype(dtype)

        def product(coefficients: NDArray) -> NDArray:
            moves = coefficients[0].astype(dtype)
            logits = moves[:, :-1] @ rows.T
            logits += moves[:, -1:]
            if len(logits) == 1:
                logits *= factors
            else:
                logits -= np.einsum("kn,kn->n", probabilities, logits)
                logits *= probabilities
                logits *= weights
            products = np.append(logits @ rows, logits.sum(axis=1, keepdims=True), axis=1)
            return products[None] + coefficients * self.penalties[:, None, :]

        return product

    def _rows_in(self, dtype: type) -> NDArray:
        """The rows in a precision; single precision is kept, for it is asked for again and again."""
        return self._single_rows if dtype is np.float32 else self.rows

    @cached_property
    def _single_rows(self) -> NDArray:
        return self.rows.astype(np.float32)

    def mean_curvature(self, residuals: NDArray) -> float:
        """Mean over rows and classes of the second derivative p (1 - p), by weight, for one replicate."""
        if residuals.shape[1] == 1:
            return float(residuals.sum())
        spread = np.abs(residuals[0])
        spread -= spread * spread
        return float((spread @ self.weights[0]).sum() / self.present.sum())

    def curvature_limit(self) -> NDArray:
        """Bound the curvature of the mean loss by one number a replicate, (R,).

        By power iteration from a fixed start, with a margin for what it has left.
        """
        vectors = np.random.default_rng(0).normal(size=(len(self.weights), self.rows.shape[1] + 1))
        for _ in range(50):
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            weighted = self.weights * (vectors[:, :-1] @ self.rows.T + vectors[:, -1:])
            vectors = np.append(weighted @ self.rows, weighted.sum(axis=1, keepdims=True), axis=1)
        return 1.1 * self.loss.curvature * np.linalg.norm(vectors, axis=1)


def _diagonal_blocks(hessian: NDArray) -> NDArray:
    """View, (R, C, D, D), of the blocks of one class in Hessians of shape (R, C, D, C, D)."""
    return np.einsum("rkdke->rkde", hessian)


def _same_column(hessian: NDArray) -> NDArray:
    """View, (R, C, D, C), of the entries of one column for each two classes in Hessians of shape (R, C, D, C, D)."""
    return np.einsum("rkdmd->rkdm", hessian)


def _plus_diagonal(matrices: NDArray, diagonal: NDArray) -> NDArray:
    """Add to the diagonals, in place."""
    np.einsum("...dd->...d", matrices)[...] += diagonal
    return matrices
