"""Losses of predicted probabilities: the one place where a prediction is scored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

LOSSES = ("zero_one", "brier", "log_loss")
"""Losses that are a mean over rows. The Brier score is ``sum_k (p_k - 1[y = k])^2``, between 0 and 2."""


def pointwise_losses(probabilities: NDArray, codes: NDArray, loss: str) -> NDArray:
    """Loss of each row.

    Parameters
    ----------
    probabilities : ndarray of shape (..., n, n_classes)
        Predicted probabilities, any number of leading axes (replicates, sizes).
    codes : ndarray of shape (n,)
        Index of the true class of each row.
    loss : {"zero_one", "brier", "log_loss"}
        ``1[argmax p != y]``, ``sum_k (p_k - 1[y = k])^2`` or ``-log p_y``, with p clipped at the machine epsilon as
        `sklearn.metrics.log_loss` does.

    Returns
    -------
    losses : ndarray of shape (..., n)

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[0.75, 0.25], [0.5, 0.5]])
    >>> pointwise_losses(p, np.array([0, 1]), "brier")
    array([0.125, 0.5  ])
    """
    if loss == "zero_one":
        return (probabilities.argmax(axis=-1) != codes).astype(float)
    of_truth = np.take_along_axis(
        probabilities, np.broadcast_to(codes[:, None], (*probabilities.shape[:-1], 1)), axis=-1
    )[..., 0]
    if loss == "brier":
        return np.einsum("...k,...k->...", probabilities, probabilities) - 2 * of_truth + 1
    if loss == "log_loss":
        return -np.log(np.maximum(of_truth, np.finfo(probabilities.dtype).eps))
    raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")


def roc_auc(probabilities: NDArray, codes: NDArray) -> float:
    """Area under the ROC curve; for several classes the mean over pairs (Hand & Till 2001).

    NaN where the rows lack a class, because the curve is not defined there.
    """
    n_classes = probabilities.shape[-1]
    if len(np.unique(codes)) < n_classes:
        return float("nan")
    if n_classes == 2:
        return float(roc_auc_score(codes, probabilities[:, 1]))
    return float(roc_auc_score(codes, probabilities, multi_class="ovo", average="macro"))
