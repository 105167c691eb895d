"""Reliability of forecasts of one event: score splits without bins, and an ECE that knows its own null."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import xlog1py, xlogy
from scipy.stats import binom

SCORES = ("brier", "log_loss")


class ScoreSplit(NamedTuple):
    """``score = miscalibration - discrimination + uncertainty``."""

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def reliability_curve(
    forecast: NDArray, outcome: NDArray, max_points: int | None = None, weights: NDArray | None = None
) -> pd.DataFrame:
    """Recalibrate forecasts by isotonic regression (CORP: consistent, optimally binned, reproducible, by PAV).

    Parameters
    ----------
    forecast : ndarray of shape (n,)
        Forecasts of the event.
    outcome : ndarray of shape (n,)
        1 where the event happened, else 0.
    max_points : int, default=None
        Neighboring steps are pooled until there are no more than these, of about equal numbers of rows.
    weights : ndarray of shape (n,), default=None
        How much each row counts; n is then their sum.

    Returns
    -------
    steps : DataFrame
        One row for each step of the regression: forecast (mean of the rows), observed (share of events) and n (rows);
        both rise.

    References
    ----------
    Dimitriadis, T., Gneiting, T. and Jordan, A. (2021). Stable reliability diagrams for probabilistic classifiers.
    PNAS 118.

    Examples
    --------
    >>> import numpy as np
    >>> reliability_curve(np.array([0.1, 0.4, 0.6, 0.9]), np.array([0, 1, 0, 1]))
       forecast  observed  n
    0       0.1       0.0  1
    1       0.5       0.5  2
    2       0.9       1.0  1
    """
    values, counts, events = _tally(forecast, outcome, weights)
    starts = isotonic_regression(events / counts, weights=counts).blocks[:-1]
    n = np.add.reduceat(counts, starts)
    if max_points is not None and len(n) > max_points:
        middle = np.cumsum(n) - n / 2
        starts = starts[np.unique(np.floor(middle / n.sum() * max_points), return_index=True)[1]]
        n = np.add.reduceat(counts, starts)
    return pd.DataFrame(
        {
            "forecast": np.add.reduceat(values * counts, starts) / n,
            "observed": np.add.reduceat(events, starts) / n,
            "n": n.astype(int) if weights is None else n,
        }
    )


def corp_split(forecast: NDArray, outcome: NDArray, score: str = "brier", weights: NDArray | None = None) -> ScoreSplit:
    """Split a mean proper score of binary forecasts into miscalibration, discrimination and uncertainty.

    With S the score of the forecasts, S_C that after isotonic recalibration and S_R that of the base rate:
    ``miscalibration = S - S_C``, ``discrimination = S_R - S_C``, ``uncertainty = S_R``. Neither of the first two is
    ever negative, nothing is binned, and the recalibration is the same for all proper scores.

    Parameters
    ----------
    forecast : ndarray of shape (n,)
        Forecasts of the event.
    outcome : ndarray of shape (n,)
        1 where the event happened, else 0.
    score : {"brier", "log_loss"}, default="brier"
        ``(f - o)^2``, between 0 and 1, or ``-o log f - (1 - o) log(1 - f)`` in nats, f clipped at the machine epsilon.
    weights : ndarray of shape (n,), default=None
        How much each row counts.

    Returns
    -------
    split : ScoreSplit

    Examples
    --------
    >>> import numpy as np
    >>> corp_split(np.array([-1, 1, 1, 2]), np.array([0, 0, 1, 1]))
    ScoreSplit(score=0.75, miscalibration=0.625, discrimination=0.125, uncertainty=0.25)
    """
    if score not in SCORES:
        raise ValueError(f"score must be one of {', '.join(SCORES)}, got {score!r}")
    steps = reliability_curve(forecast, outcome, weights=weights)
    # The entropy of a recalibrated group is its mean score: q(1 - q) for the Brier score, H(q) for the log loss.
    entropy = _binary_brier_entropy if score == "brier" else _binary_entropy
    base = float(entropy(np.average(outcome, weights=weights)))
    recalibrated = float(np.average(entropy(steps["observed"].to_numpy()), weights=steps["n"]))
    mean_score = _mean_score(np.asarray(forecast, dtype=float), np.asarray(outcome), score, weights)
    return ScoreSplit(mean_score, mean_score - recalibrated, base - recalibrated, base)


def expected_calibration_error(
    forecast: NDArray, outcome: NDArray, n_bins: int = 15, weights: NDArray | None = None
) -> tuple[float, float]:
    """Compute the expected calibration error, and what a calibrated forecaster would score with the same forecasts.

    ``sum_b n_b / n |mean outcome - mean forecast|`` over bins of equal width depends on the bins and is never 0 on
    finite data. Its expectation under calibration is a mean absolute deviation of binomial counts, in closed form (de
    Moivre): exact where forecasts do not vary within a bin, slightly large where they do.

    Parameters
    ----------
    forecast : ndarray of shape (n,)
        Probabilities of the event.
    outcome : ndarray of shape (n,)
        1 where the event happened, else 0; rows are taken as independent.
    n_bins : int, default=15
        Bins of equal width on [0, 1].
    weights : ndarray of shape (n,), default=None
        How much each row counts; the expectation takes each bin for its effective number of rows.

    Returns
    -------
    ece, ece_calibrated : float

    Examples
    --------
    >>> import numpy as np
    >>> ece, ece_calibrated = expected_calibration_error(np.full(4, 0.5), np.array([0, 0, 1, 1]))
    >>> ece, round(ece_calibrated, 12)
    (0.0, 0.1875)
    """
    bins = np.minimum((np.asarray(forecast) * n_bins).astype(int), n_bins - 1)
    if weights is not None:
        return _weighted_error(bins, np.asarray(forecast, dtype=float), np.asarray(outcome), weights)
    counts = np.bincount(bins, minlength=n_bins)
    used = counts > 0
    counts = counts[used]
    sums = np.bincount(bins, weights=forecast, minlength=n_bins)[used]
    events = np.bincount(bins, weights=outcome, minlength=n_bins)[used]
    deviation = _mean_deviation(counts, np.clip(sums / counts, 0, 1))
    n = counts.sum()
    return float(np.abs(events - sums).sum() / n), float(deviation.sum() / n)


def _weighted_error(bins: NDArray, forecast: NDArray, outcome: NDArray, weights: NDArray) -> tuple[float, float]:
    total = np.bincount(bins, weights)
    used = total > 0
    squares, sums, events = (np.bincount(bins, weights * values)[used] for values in (weights, forecast, outcome))
    total = total[used]
    rows = np.maximum(1, np.rint(total**2 / squares))
    deviation = _mean_deviation(rows, np.clip(sums / total, 0, 1)) / rows * total
    return float(np.abs(events - sums).sum() / total.sum()), float(deviation.sum() / total.sum())


def _mean_deviation(counts: NDArray, p: NDArray) -> NDArray:
    """Mean absolute deviation of binomial counts (de Moivre)."""
    above = np.floor(counts * p) + 1
    return np.asarray(2 * above * (1 - p) * binom.pmf(above, counts, p))


def _tally(forecast: NDArray, outcome: NDArray, weights: NDArray | None = None) -> tuple[NDArray, NDArray, NDArray]:
    """Sorted distinct forecasts, rows of each, events of each."""
    values, inverse = np.unique(np.asarray(forecast, dtype=float), return_inverse=True)
    row_weights = np.ones(len(inverse)) if weights is None else weights
    return values, np.bincount(inverse, row_weights), np.bincount(inverse, row_weights * outcome)


def _binary_brier_entropy(rate: NDArray) -> NDArray:
    return rate * (1 - rate)


def _binary_entropy(rate: NDArray) -> NDArray:
    return -xlogy(rate, rate) - xlog1py(1 - rate, -rate)


def _mean_score(forecast: NDArray, outcome: NDArray, score: str, weights: NDArray | None = None) -> float:
    if score == "brier":
        return float(np.average((forecast - outcome) ** 2, weights=weights))
    eps = np.finfo(float).eps
    inner = np.clip(forecast, eps, 1 - eps)
    return float(-np.average(xlogy(outcome, inner) + xlog1py(1 - outcome, -inner), weights=weights))
