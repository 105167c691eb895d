"""Losses of logits laid out (R, C, n): one row of log-odds for two classes, a row of logits a class for more.

Each gives the losses (R, n) together with their derivatives by the logits (R, C, n), and a bound on the curvature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ABSENT = -1e300
"""Logit of a class without weight: finite, so that a zero weight times its loss is zero and not NaN."""


@dataclass(frozen=True)
class LinearLoss:
    """A loss of logits.

    Parameters
    ----------
    evaluate : callable
        (logits (R, C, n), codes (n,) or (R, n)) -> losses (R, n), derivatives (R, C, n).
    curvature : float
        No eigenvalue of the second derivative by the logits of a row is larger.
    """

    evaluate: Callable[[NDArray, NDArray], tuple[NDArray, NDArray]]
    curvature: float


def sigmoid_cross_entropy(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute -log p(class) of two classes from the log-odds (R, 1, n) of the second."""
    against = _signs(logits, codes)
    # The log-odds of the wrong class: the derivative is then small by itself and not as 1 - (1 - small).
    margins = logits * against
    small = np.exp(-np.abs(margins))
    losses = np.log1p(small) + np.maximum(margins, 0)
    return losses[:, 0], np.where(margins >= 0, against, against * small) / (1 + small)


def softmax_cross_entropy(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute -log p(class) of K classes from logits (R, K, n)."""
    own = _own(logits, codes)
    shifted = logits - logits.max(axis=1, keepdims=True)
    derivatives = np.exp(shifted)
    totals = derivatives.sum(axis=1, keepdims=True)
    losses = np.log(totals[:, 0]) - shifted[own]
    derivatives /= totals
    derivatives[own] -= 1
    return losses, derivatives


def sigmoid_squared_error(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute (p - y)^2 of two classes, y = 0 or 1, from the log-odds (R, 1, n) of the second."""
    against = _signs(logits, codes)
    margins = logits * against
    small = np.exp(-np.abs(margins))
    wrong = np.where(margins >= 0, 1.0, small) / (1 + small)
    return (wrong * wrong)[:, 0], 2 * against * wrong * small / (1 + small) ** 2


def softmax_squared_error(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute half the squared distance of the probabilities from the indicator of the class, from logits (R, K, n)."""
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    residuals = probabilities.copy()
    residuals[_own(logits, codes)] -= 1
    losses = 0.5 * (residuals * residuals).sum(axis=1)
    mean = (probabilities * residuals).sum(axis=1, keepdims=True)
    return losses, probabilities * (residuals - mean)


def _signs(logits: NDArray, codes: NDArray) -> NDArray:
    """1 for the first class and -1 for the second, (1 or R, 1, n)."""
    return (1 - 2 * codes).astype(logits.dtype).reshape(-1, 1, codes.shape[-1])


def _own(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Index the logit of each row's own class, (R, n)."""
    return np.arange(len(logits))[:, None], codes.reshape(-1, codes.shape[-1]), np.arange(codes.shape[-1])


def linear_loss(name: str, n_classes: int) -> LinearLoss:
    """Find a loss by its name and the number of classes.

    The curvature of the cross-entropy is bounded by 1/4 and 1/2 (Böhning 1992). That of the squared error is the
    greatest value of 2 p^2 (1 - p)(2 - 3 p), rounded up; with more classes it is twice that, reached with two.

    Parameters
    ----------
    name : str
        "cross_entropy" or "squared_error".
    n_classes : int
        K.

    Returns
    -------
    loss : LinearLoss

    Examples
    --------
    >>> loss = linear_loss("cross_entropy", 2)
    >>> loss.curvature, loss.evaluate(np.zeros((1, 1, 2)), np.array([0, 1]))[1]
    (0.25, array([[[ 0.5, -0.5]]]))
    """
    sigmoid, softmax = {
        "cross_entropy": (LinearLoss(sigmoid_cross_entropy, 0.25), LinearLoss(softmax_cross_entropy, 0.5)),
        "squared_error": (LinearLoss(sigmoid_squared_error, 0.1541), LinearLoss(softmax_squared_error, 0.3082)),
    }[name]
    return sigmoid if n_classes == 2 else softmax
