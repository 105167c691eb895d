"""Losses of predicted probabilities: the one place where a prediction is scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

LOSSES = ("zero_one", "brier", "log_loss")
"""Losses that are a mean over rows. The Brier score is ``sum_k (p_k - 1[y = k])^2``, between 0 and 2."""


COST = "cost"
"""The loss of decisions with costs: the mean cost of a row."""
RARE_CLASS_MEASURES = ("balanced_error", "f1_macro", "mcc", "average_precision")
"""Measures in which every class has a say, however rare: no means over rows."""
LOSS_NAMES = {
    "zero_one": "0-1 error",
    "brier": "Brier score",
    "log_loss": "log loss",
    "roc_auc": "ROC AUC",
    COST: "mean cost",
    "balanced_error": "balanced error",
    "f1_macro": "F1 (macro)",
    "mcc": "MCC",
    "average_precision": "average precision",
}
"""Score -> what it is called in a sentence."""
PERCENT = ("zero_one",)
"""Losses that are shares of rows: their values are written in percent, their differences in percentage points."""
HIGHEST = {
    "zero_one": 1.0,
    "brier": 2.0,
    "log_loss": np.inf,
    "roc_auc": 1.0,
    COST: np.inf,
    **dict.fromkeys(RARE_CLASS_MEASURES, 1.0),
}
LOWEST = {COST: -np.inf, "mcc": -1.0}
"""Ends of the range of a score, where intervals end; the lowest value of those of `HIGHEST` alone is 0."""
UNSEEN_ROWS = 1.5
"""Half of the rule of three: rows that a standard error of 0-1 losses stands for at least.

Of scores of classes or ranks (ROC AUC, F1), where all are perfect: rows of the rarest class.
"""


def unseen_error(loss: str, n_rows: float, unit: float = 1.0) -> float:
    """Standard error of a mean of 0-1 losses, or of costs of mistakes of one unit, over rows that show no mistake.

    Parameters
    ----------
    loss : str
        0 for losses that tell of every row how good its probability is.
    n_rows : float
        Rows that judge.
    unit : float, default=1.0
        What a mistake costs at least, for the loss "cost".
    """
    units = {"zero_one": 1.0, COST: unit}
    return UNSEEN_ROWS * units.get(loss, 0.0) / n_rows


def perfect(loss: str, values: ArrayLike) -> bool:
    """Whether all values of a score of classes or of ranks are the best one, so that their mean shows no error."""
    known = loss == "roc_auc" or loss in RARE_CLASS_MEASURES
    best = (HIGHEST[loss] if is_rising(loss) else 0.0) if known else np.nan
    return bool(np.allclose(values, best, rtol=0, atol=1e-12))


def ends(loss: str) -> tuple[float, float]:
    """Least and largest possible value of a score; those of a scorer are not known."""
    return LOWEST.get(loss, 0.0 if loss in HIGHEST else -np.inf), HIGHEST.get(loss, np.inf)


def is_rising(loss: str) -> bool:
    """Whether more is better: ROC AUC, F1, MCC, average precision, and every scorer of scikit-learn."""
    return loss not in (*LOSSES, COST, "balanced_error")


def rope_of(meta: Mapping[str, Any], loss: str) -> float | None:
    """Half-width of the region of practical equivalence of a loss, from the facts of a comparison."""
    rope = meta.get("costs", {}).get("rope") if loss == COST else meta.get("design", {}).get("rope")
    return None if rope is None else float(rope)


def cheapest(probabilities: NDArray, costs: NDArray) -> NDArray[np.intp]:
    """Answer of least expected cost, ``argmin_s sum_t p_t costs[t, s]``, of each row; the first of equals."""
    return np.asarray((probabilities @ costs).argmin(axis=-1))


def pointwise_losses(probabilities: NDArray, codes: NDArray, loss: str, costs: NDArray | None = None) -> NDArray:
    """Loss of each row.

    Parameters
    ----------
    probabilities : ndarray of shape (..., n, n_classes)
        Predicted probabilities, any number of leading axes (replicates, sizes).
    codes : ndarray of shape (n,)
        Index of the true class of each row.
    loss : {"zero_one", "brier", "log_loss", "cost"}
        ``1[argmax p != y]``; ``sum_k (p_k - 1[y = k])^2``; ``-log p_y``, with p clipped at the machine epsilon as
        `sklearn.metrics.log_loss` does; or ``costs[y, s]`` of the answer s of least expected cost.
    costs : ndarray of shape (n_classes, n_classes), default=None
        ``costs[true, said]``, of the loss "cost".

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
    if loss == COST and costs is not None:
        return np.asarray(costs[codes, cheapest(probabilities, costs)])
    if loss == "zero_one":
        return (probabilities.argmax(axis=-1) != codes).astype(float)
    of_truth = probabilities[..., np.arange(len(codes)), codes]
    if loss == "brier":
        return np.einsum("...k,...k->...", probabilities, probabilities) - 2 * of_truth + 1
    if loss == "log_loss":
        return -np.log(np.maximum(of_truth, np.finfo(probabilities.dtype).eps))
    raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {loss!r}")


def mean(losses: NDArray, weights: NDArray | None = None, rows: NDArray | None = None) -> float:
    """Mean of losses of rows: the plain one, or that by the weights of the table at these rows."""
    if weights is None:
        return float(losses.mean())
    row_weights = weights if rows is None else weights[rows]
    return float(losses @ row_weights / row_weights.sum())


def roc_auc(probabilities: NDArray, codes: NDArray, weights: NDArray | None = None) -> float:
    """Area under the ROC curve; for several classes the mean of each class against the rest.

    The Mann-Whitney form: the probability that a row of the class is given a higher probability than a row of
    another, ties counting half. Equals `sklearn.metrics.roc_auc_score` (``multi_class="ovr"``), and stands here for its
    price on folds, of which a comparison judges a thousand for each class: one ranking of all columns takes a 20th of
    its time on 60 rows of two classes, a 100th on 60 of five, a 10th on 2,000 of 26 (what it checks costs more than
    the area). Classes that the rows lack are left out of the mean; NaN where no class has a row against it.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
    codes : ndarray of shape (n,)
    weights : ndarray of shape (n,), default=None
        How much each row counts.

    Returns
    -------
    auc : float
    """
    n_classes = probabilities.shape[1]
    of_class = codes[:, None] == np.arange(n_classes)
    inside, outside = of_class.sum(axis=0), (~of_class).sum(axis=0)
    defined = (inside > 0) & (outside > 0)
    if n_classes == 2:
        defined[0] = False  # the mirror image of the second class
    if not defined.any():
        return float("nan")
    if weights is not None:
        return float(
            np.mean([_weighted_auc(probabilities[:, k], of_class[:, k], weights) for k in np.flatnonzero(defined)])
        )
    ranks = np.where(of_class, rankdata(probabilities, axis=0), 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        areas = (ranks - inside * (inside + 1) / 2) / (inside * outside)
    return float(areas[defined].mean())


def _weighted_auc(forecast: NDArray, inside: NDArray, weights: NDArray) -> float:
    """Mann-Whitney form with a weight for each row: pairs count by the product of theirs."""
    places = np.unique(forecast, return_inverse=True)[1]
    positive = np.bincount(places, weights * inside)
    negative = np.bincount(places, weights * ~inside)
    below = np.cumsum(negative) - negative / 2  # ties count half
    return float(positive @ below / (positive.sum() * negative.sum()))
