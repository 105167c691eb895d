"""Loss against noise in the training labels.

A row with a wrong label is a row of another training set: the table is stacked once for each class, each copy under
the label of that class, and a draw with noisy labels is a weight vector that takes every row from one of its copies.
So all draws at all noise rates are replicates of one fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing, check_random_state

from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.losses import LOSSES
from genvsdisc.study.statistics.training_rows import TrainedRows

FLIP_RATES = (0.0, 0.05, 0.1, 0.2, 0.3)
MOST_TRAINING_ROWS = 2000
"""Training rows at most: noise is a matter of small tables, and the stacked table has a copy for each class."""
STACKED_ROWS = 4000
"""Rows of a table that is stacked as a whole; of a larger one each draw takes its own."""


def label_noise_curves(
    estimator: Any,
    X: Any,
    codes: NDArray,
    training: Sequence[NDArray],
    judges: Sequence[NDArray],
    *,
    rates: Sequence[float] = FLIP_RATES,
    losses: Sequence[str] = LOSSES,
    units: NDArray | None = None,
    flips: Any = None,
    random_state: int | None = None,
    sample_weight: NDArray | None = None,
    n_jobs: int | None = None,
) -> dict[str, CurveLosses]:
    """Fit to labels of which a share is flipped to another class at random; judge on clean labels.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
        Fitted to every draw.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows.
    codes : ndarray of shape (n_samples,)
        Class of each row, 0 to K - 1.
    training, judges : sequence of integer arrays
        Rows that each draw trains on, and rows that judge it.
    rates : sequence of float, default=(0, 0.05, 0.1, 0.2, 0.3)
        Probabilities that a label is flipped. A label flipped at one rate is flipped at every higher one.
    losses : sequence of {"zero_one", "brier", "log_loss"}
        What is measured.
    units : ndarray of shape (n_samples,), default=None
        Independent unit of each row.
    flips : int, RandomState instance or None, default=None
        Source of the flips: the same seed gives the same flips to every estimator.
    random_state : int or None, default=None
        Source of randomness of the estimator.
    sample_weight : ndarray of shape (n_samples,), default=None
        How much each row counts, as a training row and as a judge. The label of a row is flipped with all its weight.
    n_jobs : int, default=None
        Processes for estimators without ``fit_replicates``.

    Returns
    -------
    curves : dict of loss to CurveLosses
        Along the rates.
    """
    seed = int(check_random_state(flips).randint(np.iinfo(np.int32).max))
    classes, n_draws = np.arange(codes.max() + 1), len(training)
    if len(codes) <= STACKED_ROWS:
        predicted = _predicted(
            estimator, X, codes, training, judges, rates, seed, classes, random_state, sample_weight, n_jobs
        )
    else:  # a stack of the rows of one draw at a time
        by_draw = []
        for d, (rows, judged) in enumerate(zip(training, judges, strict=True)):
            used = np.union1d(rows, judged)
            inside = [np.searchsorted(used, part) for part in (rows, judged)]
            part = None if sample_weight is None else sample_weight[used]
            by_draw.append(_predicted(
                estimator, _safe_indexing(X, used), codes[used], [inside[0]], [inside[1]], rates, seed + d, classes,
                random_state, part, n_jobs,
            ))  # fmt: skip
        predicted = [by_draw[d][r] for r in range(len(rates)) for d in range(n_draws)]
    of_rate = [predicted[start : start + n_draws] for start in range(0, len(predicted), n_draws)]
    drawn = np.zeros((1, n_draws, len(codes)), dtype=np.uint8)
    for row, chosen in zip(drawn[0], training, strict=True):
        row[chosen] = 1
    trained = TrainedRows(drawn, np.arange(len(codes)) if units is None else units, sample_weight)
    return {
        loss: CurveLosses.of(of_rate, judges, codes, loss, units, weights=sample_weight, training=trained)
        for loss in losses
    }


def _predicted(
    estimator: Any, X: Any, codes: NDArray, training: Sequence[NDArray], judges: Sequence[NDArray],
    rates: Sequence[float], seed: int, classes: NDArray, random_state: int | None,
    sample_weight: NDArray | None, n_jobs: int | None,
) -> list[NDArray]:  # fmt: skip
    """Probabilities of the judges, by rate and then by draw, from fits to the table stacked once for each class."""
    copies = np.tile(np.arange(len(codes)), len(classes))
    stacked_X, stacked_y = _safe_indexing(X, copies), np.repeat(classes, len(codes))
    weights = np.concatenate([_flipped(codes, training, rate, seed, len(classes)) for rate in rates])
    stacked_weight = None if sample_weight is None else sample_weight[copies]
    return refit_probabilities(
        estimator, stacked_X, stacked_y, weights, list(judges) * len(rates), classes=classes,
        random_state=random_state, sample_weight=stacked_weight, n_jobs=n_jobs,
    )  # fmt: skip


def noise_table(
    curves: dict[str, CurveLosses], rates: Sequence[float], training: Sequence[NDArray], masses: NDArray | None = None
) -> pd.DataFrame:
    """Tabulate losses along the rates, for training sets of one size; `masses` says how many rows a row stands for.

    Returns
    -------
    losses : DataFrame
        Columns noise, n_train, loss, mean, se (over draws, judging and training rows), increase over clean labels and
        increase_se (the same draws and judges: their common part cancels); NaN if 0 is not among the rates.
    """
    n_train = round(np.mean([len(chosen) if masses is None else masses[chosen].sum() for chosen in training]))
    tables = []
    for loss, curve in curves.items():
        columns = {"mean": curve.mean, "se": np.sqrt(np.diag(curve.covariance)), **_increase(curve, rates)}
        tables.append(pd.DataFrame({"noise": rates, "n_train": n_train, "loss": loss} | columns))
    return pd.concat(tables, ignore_index=True)


def _increase(curve: CurveLosses, rates: Sequence[float]) -> dict[str, NDArray]:
    """What each rate adds to the loss at rate 0, and its standard error."""
    if 0 not in rates:
        return dict.fromkeys(("increase", "increase_se"), np.full(len(rates), np.nan))
    clean, covariance = list(rates).index(0), curve.covariance
    variance = np.diag(covariance) + covariance[clean, clean] - 2 * covariance[clean]
    return {"increase": curve.mean - curve.mean[clean], "increase_se": np.sqrt(np.maximum(variance, 0))}


def _flipped(codes: NDArray, rows: Sequence[NDArray], rate: float, seed: int, n_classes: int | None = None) -> NDArray:
    """Weights (n_draws, n_classes * n_samples) on the stacked table."""
    rng = np.random.default_rng(seed)
    n_classes = n_classes or int(codes.max()) + 1
    weights = np.zeros((len(rows), n_classes * len(codes)), dtype=np.uint8)
    for w, chosen in zip(weights, rows, strict=True):
        chance, shift = rng.random(len(chosen)), rng.integers(1, n_classes, len(chosen))
        labels = np.where(chance < rate, (codes[chosen] + shift) % n_classes, codes[chosen])
        # A draw left with one class cannot be fitted by everyone; it keeps its clean labels.
        labels = labels if len(np.unique(labels)) > 1 else codes[chosen]
        w[labels * len(codes) + chosen] = 1
    return weights
