"""Losses of class probabilities as functions of the logits: value and derivative together.

Logits are laid out (R, C, n), a stack of R and n rows, so that everything runs over contiguous rows. For two classes
C is 1. Each function gives the losses (R, n) with their derivatives by the logits (R, C, n).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Weights = NDArray | float
"""Weights of the rows (R, n), or 1 for all."""


@dataclass(frozen=True)
class Form:
    """A loss for two classes, or for more.

    Parameters
    ----------
    evaluate : callable
        (logits (R, C, n), codes (n,), (1, n) or (R, n), weights (R, n) or 1) -> losses (R, n), derivatives (R, C, n)
        times the weights. The logits, which are contiguous, are used as scratch. Those of two classes are the log-odds
        of the wrong one, so the codes do not matter.
    curvature : float
        No eigenvalue of the second derivative by the logits of a row is larger.
    convex : bool
        Whether the second derivative is never negative.
    """

    evaluate: Callable[[NDArray, NDArray, Weights], tuple[NDArray, NDArray]]
    curvature: float
    convex: bool


@dataclass(frozen=True)
class Loss:
    """A loss of class probabilities.

    Parameters
    ----------
    of_two, of_many : Form
        Its form for two classes, and for more.
    """

    of_two: Form
    of_many: Form

    def form(self, n_classes: int) -> Form:
        """Form for a number of classes."""
        return self.of_two if n_classes == 2 else self.of_many

    def value_and_gradient(self, logits: NDArray, codes: NDArray, weights: NDArray) -> NDArray:
        """Sum the losses of rows by their weights.

        Parameters
        ----------
        logits : ndarray of shape (R, C, n)
            For two classes the log-odds of the second. They become the derivative of the sums.
        codes : ndarray of shape (R, n) or (1, n)
            Class of each row.
        weights : ndarray of shape (R, n)
            Weight of each row.

        Returns
        -------
        sums : ndarray of shape (R,)

        Examples
        --------
        >>> logits = np.array([[[3.0], [1.0], [-3.0]]])
        >>> TRAINING_LOSSES["cross_entropy"].value_and_gradient(logits, np.array([[0]]), np.ones((1, 1)))
        array([0.12910891])
        >>> logits.ravel().round(4)
        array([-0.1211,  0.1189,  0.0022])
        """
        if logits.shape[1] > 1:
            losses, derivatives = self.of_many.evaluate(logits, codes, weights)
        else:
            signs = (1 - 2 * codes).astype(logits.dtype)
            logits *= signs[:, None]
            losses, derivatives = self.of_two.evaluate(logits, codes, signs * weights)
        if derivatives is not logits:
            logits[:] = derivatives
        return np.vecdot(weights, losses)


def sigmoid_cross_entropy(logits: NDArray, _codes: NDArray, weights: Weights = 1) -> tuple[NDArray, NDArray]:
    """Compute -log p(class) of two classes from the log-odds (R, 1, n) of the wrong one."""
    losses = _softplus(logits)
    # The probability of the wrong class: small by itself and not as 1 - (1 - small).
    derivatives = np.subtract(logits, losses, out=logits)
    np.exp(derivatives, out=derivatives)
    return losses[:, 0], _times(derivatives, weights)


def softmax_cross_entropy(logits: NDArray, codes: NDArray, weights: Weights = 1) -> tuple[NDArray, NDArray]:
    """Compute -log p(class) of K classes from logits (R, K, n)."""
    true_class, flat = _true_class(codes, logits), logits.reshape(-1)
    logits -= np.maximum.reduce(logits, axis=1, keepdims=True)
    rightful = flat.take(true_class)
    np.exp(logits, out=logits)
    totals = np.add.reduce(logits, axis=1)
    logits *= np.divide(weights, totals)[:, None]
    flat[true_class] -= weights
    losses = np.log(totals, out=totals)
    losses -= rightful
    return losses, logits


def sigmoid_squared_error(logits: NDArray, _codes: NDArray, weights: Weights = 1) -> tuple[NDArray, NDArray]:
    """Compute (p - y)^2 of two classes, y = 0 or 1, from the log-odds (R, 1, n) of the wrong one."""
    softplus = _softplus(logits)
    wrong, right = np.exp(logits - softplus), np.exp(-softplus)
    losses = wrong * wrong
    return losses[:, 0], _times(2 * losses * right, weights)


def softmax_squared_error(logits: NDArray, codes: NDArray, weights: Weights = 1) -> tuple[NDArray, NDArray]:
    """Compute half the squared distance of the probabilities from the indicator of the class, from logits (R, K, n).

    Its derivative has the factor p (1 - p): flat where the model is sure, also where it is surely wrong.
    """
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    residuals = probabilities.copy()
    residuals.reshape(-1)[_true_class(codes, logits)] -= 1
    losses = 0.5 * np.einsum("rkn,rkn->rn", residuals, residuals)
    mean = np.einsum("rkn,rkn->rn", probabilities, residuals)
    residuals -= mean[:, None]
    residuals *= probabilities
    return losses, _times(residuals, weights)


def _times(derivatives: NDArray, weights: Weights) -> NDArray:
    """Derivatives times the weights, in place."""
    if isinstance(weights, np.ndarray):
        derivatives *= weights[:, None]
    return derivatives


def _softplus(x: NDArray) -> NDArray:
    """log(1 + exp(x)) without overflow."""
    result = np.copysign(x, -1)
    np.exp(result, out=result)
    np.log1p(result, out=result)
    result += np.maximum(x, 0)
    return result


def _true_class(codes: NDArray, logits: NDArray) -> NDArray:
    """Index, in the flattened logits (R, K, n), of the class of each row, (R, n)."""
    n_replicates, n_classes, n_rows = logits.shape
    index = codes * n_rows
    index += _row_numbers(n_rows)
    if n_replicates == 1:
        return index.reshape(1, -1)
    return index + np.arange(0, logits.size, n_classes * n_rows)[:, None]


@lru_cache(maxsize=8)
def _row_numbers(n_rows: int) -> NDArray:
    """0, 1, ..., n - 1, read-only: made anew in each evaluation, they would take some 4 % of its time."""
    numbers = np.arange(n_rows)
    numbers.setflags(write=False)
    return numbers


# No curvature of the cross-entropy is above 1/4 and 1/2 (Böhning 1992). That of the squared error of two classes is at
# most the greatest value of 2 p^2 (1 - p)(2 - 3 p), here rounded up; that of more classes twice that, reached with two.
TRAINING_LOSSES: dict[str, Loss] = {
    "cross_entropy": Loss(Form(sigmoid_cross_entropy, 0.25, True), Form(softmax_cross_entropy, 0.5, True)),
    "squared_error": Loss(Form(sigmoid_squared_error, 0.1541, False), Form(softmax_squared_error, 0.3082, False)),
}
"""Losses by the names that the estimators take."""
