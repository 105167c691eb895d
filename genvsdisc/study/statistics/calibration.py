"""Calibration of classifiers, from held-out probabilities: one prediction a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import logsumexp, softmax

from genvsdisc.study.statistics.losses import mean, pointwise_losses
from genvsdisc.study.statistics.reliability import corp_split, expected_calibration_error, reliability_curve

TEMPERATURES = (1e-3, 1e3)
"""Range of temperatures: predictions that never err ask for 0, predictions worse than none for infinity."""
CALIBRATION_COLUMNS = (
    "model",
    "family",
    "brier",
    "miscalibration",
    "discrimination",
    "uncertainty",
    "log_loss",
    "refinement",
    "calibration",
    "temperature",
    "ece",
    "ece_calibrated",
)
MAX_POINTS = 60


class Refinement(NamedTuple):
    """``log_loss = refinement + calibration``; ``softmax(logits / temperature)`` is the calibrated forecast."""

    log_loss: float
    refinement: float
    calibration: float
    temperature: float


def log_loss_refinement(logits: NDArray, codes: NDArray, weights: NDArray | None = None) -> Refinement:
    """Split the log loss by temperature scaling: what is left after it is refinement, what it removes calibration.

    The inverse temperature b minimizes the convex ``mean_i log sum_k exp(b z_ik) - b z_iy``, so that there
    ``mean_i z_iy = mean_i sum_k p_ik z_ik``. One parameter is fitted to the rows that judge it, which flatters the
    refinement by about 1 / (2 n) nats. Accuracy and ranking do not change.

    Parameters
    ----------
    logits : ndarray of shape (n, n_classes)
        Finite scores, or log probabilities.
    codes : ndarray of shape (n,)
        Index of the true class.
    weights : ndarray of shape (n,), default=None
        How much each row counts.

    Returns
    -------
    split : Refinement
        Temperature within [0.001, 1000]: above 1 for an overconfident classifier, the bounds where no finite optimum
        exists.

    References
    ----------
    Berta, E., Holzmüller, D., Jordan, M. and Bach, F. (2025). Rethinking early stopping: refine, then calibrate.

    Examples
    --------
    >>> import numpy as np
    >>> split = log_loss_refinement(np.array([[0.0, 2.0]] * 4), np.array([1, 1, 1, 0]))
    >>> round(split.temperature, 6), round(2 / float(np.log(3)), 6), round(split.refinement, 6)
    (1.820478, 1.820478, 0.562335)
    """
    z = np.asarray(logits, dtype=float)
    z = z - z.max(axis=1, keepdims=True)
    of_truth = mean(z[np.arange(len(z)), codes], weights)

    def slope(b: float) -> float:
        if weights is not None:
            return mean(np.einsum("nk,nk->n", softmax(b * z, axis=1), z), weights) - of_truth
        return float(np.einsum("nk,nk->", softmax(b * z, axis=1), z)) / len(z) - of_truth

    def loss(b: float) -> float:
        return mean(logsumexp(b * z, axis=1), weights) - b * of_truth

    coldest, hottest = (1 / t for t in TEMPERATURES)
    if slope(hottest) >= 0:
        b = hottest
    elif slope(coldest) <= 0:
        b = coldest
    else:
        b = float(brentq(slope, hottest, coldest, xtol=1e-14, rtol=1e-14))
    log_loss = loss(1.0)
    refinement = min(log_loss, loss(b))
    return Refinement(log_loss, refinement, log_loss - refinement, 1 / b)


def event(probabilities: NDArray, codes: NDArray) -> tuple[NDArray, NDArray]:
    """Forecast of one event for reliability curves and ECE, and whether it happened.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
        Held-out predictions.
    codes : ndarray of shape (n,)
        Index of the true class.

    Returns
    -------
    forecast, outcome : ndarray of shape (n,)
        Two classes: the probability of the second, and whether the row is of it. More: that of the predicted class
        ("top label"), and whether it is right.

    Examples
    --------
    >>> import numpy as np
    >>> event(np.array([[0.25, 0.5, 0.25]]), np.array([2]))
    (array([0.5]), array([0]))
    """
    if probabilities.shape[1] == 2:
        return probabilities[:, 1], (codes == 1).astype(int)
    return probabilities.max(axis=1), (codes == probabilities.argmax(axis=1)).astype(int)


def calibration_summary(probabilities: NDArray, codes: NDArray, weights: NDArray | None = None) -> dict[str, float]:
    """Everything that the table `calibration` says of one model.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
        Held-out predictions, one a row.
    codes : ndarray of shape (n,)
        Index of the true class.
    weights : ndarray of shape (n,), default=None
        How much each row counts.

    Returns
    -------
    summary : dict
        ``brier = miscalibration - discrimination + uncertainty`` is the sum over classes of the isotonic split of
        each class against the rest, on the scale 0 to 2; ``log_loss = refinement + calibration`` with the temperature
        that removes the latter, nats; ``ece`` of the event of `event` in 15 bins, beside the value ``ece_calibrated``
        that a calibrated forecaster is expected to have.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[0.75, 0.25], [0.75, 0.25], [0.25, 0.75], [0.25, 0.75]])
    >>> summary = calibration_summary(p, np.array([0, 0, 1, 1]))
    >>> summary["brier"], summary["miscalibration"], summary["discrimination"], summary["uncertainty"]
    (0.125, 0.125, 0.5, 0.5)
    """
    splits = np.array([corp_split(p, codes == k, weights=weights) for k, p in enumerate(probabilities.T)])
    brier, miscalibration, discrimination, uncertainty = splits.sum(axis=0).tolist()
    floor = np.finfo(probabilities.dtype).eps
    refined = log_loss_refinement(np.log(np.maximum(probabilities, floor)), codes, weights)
    log_loss = mean(pointwise_losses(probabilities, codes, "log_loss"), weights)
    ece, ece_calibrated = expected_calibration_error(*event(probabilities, codes), weights=weights)
    return {
        "brier": brier,
        "miscalibration": miscalibration,
        "discrimination": discrimination,
        "uncertainty": uncertainty,
        "log_loss": log_loss,
        "refinement": min(refined.refinement, log_loss),
        "calibration": max(log_loss - refined.refinement, 0.0),
        "temperature": refined.temperature,
        "ece": ece,
        "ece_calibrated": ece_calibrated,
    }


def calibration_tables(
    predictions: Iterable[tuple[str, str, NDArray]], codes: NDArray, weights: NDArray | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables `calibration` and `reliability` of a comparison.

    Parameters
    ----------
    predictions : iterable of (model, family, probabilities)
        Held-out probabilities (n, n_classes) of each model, one a row.
    codes : ndarray of shape (n,)
        Index of the true class.
    weights : ndarray of shape (n,), default=None
        How much each row counts.

    Returns
    -------
    calibration : DataFrame
        model, family and what `calibration_summary` says.
    reliability : DataFrame
        model, family, forecast, observed, n: the steps of the isotonic recalibration of the event of `event`, pooled to
        60 at most.
    """
    summaries, curves = [], []
    for model, family, probabilities in predictions:
        summaries.append({"model": model, "family": family, **calibration_summary(probabilities, codes, weights)})
        curve = reliability_curve(*event(probabilities, codes), max_points=MAX_POINTS, weights=weights)
        curve.insert(0, "model", model)
        curve.insert(1, "family", family)
        curves.append(curve)
    empty = pd.DataFrame(columns=["model", "family", "forecast", "observed", "n"])
    return pd.DataFrame(summaries, columns=CALIBRATION_COLUMNS), pd.concat(
        curves, ignore_index=True
    ) if curves else empty
