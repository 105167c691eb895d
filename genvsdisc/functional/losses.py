"""Losses of class probabilities as functions of the logits: value and derivative together.

Logits have the shape (R, K, b): a stack of R, K outputs, b rows. With one output the model is of two classes, the
logit is the log-odds of the second. A loss returns Σ weights · loss for each member of the stack, (R,), and replaces
the logits by its derivative with respect to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Loss(Protocol):
    """A loss of logits."""

    def value_and_gradient(self, logits: NDArray, targets: NDArray, weights: NDArray) -> NDArray:
        """Weighted sums (R,); `logits` (R, K, b) becomes the gradient.

        `targets` (R, K, b) is 1 for the class of the row and 0 for the others, `weights` (R, b).
        """
        ...


@dataclass(frozen=True)
class CrossEntropy:
    """−log p(class of the row).

    Its derivative with respect to the logits is p − target: as large as the error, however far from the target.

    Examples
    --------
    >>> logits = np.array([[[3.0], [1.0], [-3.0]]])
    >>> CrossEntropy().value_and_gradient(logits, np.array([[[1.0], [0.0], [0.0]]]), np.ones((1, 1)))
    array([0.12910891])
    >>> logits.ravel().round(4)
    array([-0.1211,  0.1189,  0.0022])
    """

    def value_and_gradient(self, logits: NDArray, targets: NDArray, weights: NDArray) -> NDArray:
        """Weighted sums (R,); `logits` becomes the gradient."""
        if logits.shape[1] == 1:
            losses = _sigmoid_losses(logits, targets)
        else:
            logits -= logits.max(axis=1, keepdims=True)
            losses = -np.einsum("rkb,rkb->rb", logits, targets)
            np.exp(logits, out=logits)
            totals = logits.sum(axis=1, keepdims=True)
            losses += np.log(totals[:, 0])
            logits /= totals
        logits -= targets
        logits *= weights[:, None, :]
        return np.vecdot(weights, losses)


def _sigmoid_losses(logits: NDArray, targets: NDArray) -> NDArray:
    """Cross-entropies (R, b) of single logits (R, 1, b), which become the probabilities."""
    tails = np.exp(-np.abs(logits))
    # Log-odds of the wrong class.
    margins = (1 - 2 * targets) * logits
    losses = np.log1p(tails) + np.maximum(margins, 0)
    np.divide(np.where(logits >= 0, 1, tails), 1 + tails, out=logits)
    return losses[:, 0]


@dataclass(frozen=True)
class SquaredError:
    """½ Σ_k (p_k − target_k)², half the Brier score; for two classes that is (p − target)².

    Its derivative has the factor p (1 − p): flat where the model is sure, also where it is surely wrong.
    """

    def value_and_gradient(self, logits: NDArray, targets: NDArray, weights: NDArray) -> NDArray:
        """Weighted sums (R,); `logits` becomes the gradient."""
        single = logits.shape[1] == 1
        if single:
            _sigmoid_losses(logits, targets)
        else:
            logits -= logits.max(axis=1, keepdims=True)
            np.exp(logits, out=logits)
            logits /= logits.sum(axis=1, keepdims=True)
        errors = logits - targets
        losses = np.einsum("rkb,rkb->rb", errors, errors) * (1.0 if single else 0.5)
        if single:
            errors *= 2 * (1 - logits)
        else:
            errors -= np.einsum("rkb,rkb->rb", errors, logits)[:, None, :]
        logits *= errors
        logits *= weights[:, None, :]
        return np.vecdot(weights, losses)


LOSSES: dict[str, Loss] = {"cross_entropy": CrossEntropy(), "squared_error": SquaredError()}
"""Losses by the names that the estimators take."""
