"""Losses of logits laid out (R, C, n): for two classes the log-odds of the wrong one, for more a logit a class.

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
        (logits (R, C, n), codes (n,) or (R, n)) -> losses (R, n), derivatives (R, C, n). The logits are used as
        scratch. Of two classes the logits know by themselves which is the right one.
    curvature : float
        No eigenvalue of the second derivative by the logits of a row is larger.
    convex : bool
        Whether the second derivative is never negative.
    """

    evaluate: Callable[[NDArray, NDArray], tuple[NDArray, NDArray]]
    curvature: float
    convex: bool


def sigmoid_cross_entropy(logits: NDArray, _codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute -log p(class) of two classes from the log-odds (R, 1, n) of the wrong one."""
    losses = _softplus(logits)
    # The probability of the wrong class: small by itself and not as 1 - (1 - small).
    derivatives = np.subtract(logits, losses, out=logits)
    np.exp(derivatives, out=derivatives)
    return losses[:, 0], derivatives


def softmax_cross_entropy(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute -log p(class) of K classes from logits (R, K, n)."""
    logits -= logits.max(axis=1, keepdims=True)
    own = _own(codes)
    rightful = _take(logits, own)
    derivatives = np.exp(logits, out=logits)
    totals = derivatives.sum(axis=1, keepdims=True)
    losses = np.log(totals[:, 0]) - rightful
    derivatives /= totals
    _subtract_one(derivatives, own)
    return losses, derivatives


def sigmoid_squared_error(logits: NDArray, _codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute (p - y)^2 of two classes, y = 0 or 1, from the log-odds (R, 1, n) of the wrong one."""
    softplus = _softplus(logits)
    wrong, right = np.exp(logits - softplus), np.exp(-softplus)
    losses = wrong * wrong
    return losses[:, 0], 2 * losses * right


def softmax_squared_error(logits: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Compute half the squared distance of the probabilities from the indicator of the class, from logits (R, K, n)."""
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    residuals = probabilities.copy()
    _subtract_one(residuals, _own(codes))
    losses = 0.5 * (residuals * residuals).sum(axis=1)
    mean = (probabilities * residuals).sum(axis=1, keepdims=True)
    return losses, probabilities * (residuals - mean)


def _softplus(x: NDArray) -> NDArray:
    """log(1 + exp(x)) without overflow."""
    result = np.copysign(x, -1)
    np.exp(result, out=result)
    np.log1p(result, out=result)
    result += np.maximum(x, 0)
    return result


def _own(codes: NDArray) -> NDArray:
    """Find where in a replicate's flattened logits the own class of each row is, (n,) or (R, n)."""
    n_rows = codes.shape[-1]
    return codes * n_rows + np.arange(n_rows)


def _take(values: NDArray, own: NDArray) -> NDArray:
    """Take the entries (R, n) of the own classes."""
    flat = values.reshape(len(values), -1)
    return flat.take(own, axis=1) if own.ndim == 1 else np.take_along_axis(flat, own, axis=1)


def _subtract_one(values: NDArray, own: NDArray) -> None:
    """Subtract 1 from the entries of the own classes, in place."""
    flat = values.reshape(len(values), -1)
    if own.ndim == 1:
        flat[:, own] -= 1
    else:
        flat[np.arange(len(flat))[:, None], own] -= 1


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
    (0.25, array([[[0.5, 0.5]]]))
    """
    sigmoid, softmax = {
        "cross_entropy": (LinearLoss(sigmoid_cross_entropy, 0.25, True), LinearLoss(softmax_cross_entropy, 0.5, True)),
        "squared_error": (
            LinearLoss(sigmoid_squared_error, 0.1541, False),
            LinearLoss(softmax_squared_error, 0.3082, False),
        ),
    }[name]
    return sigmoid if n_classes == 2 else softmax
