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
from genvsdisc.study.fits.splits import DRAWS
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.losses import LOSSES

FLIP_RATES = (0.0, 0.05, 0.1, 0.2, 0.3)
MOST_TRAINING_ROWS = 2000
"""Training rows at most: noise is a matter of small tables, and the stacked table has a copy for each class."""


def label_noise_losses(
    estimator: Any,
    X: Any,
    codes: NDArray,
    held_out: NDArray,
    *,
    rates: Sequence[float] = FLIP_RATES,
    sizes: Sequence[int] | None = None,
    n_draws: int = 20,
    losses: Sequence[str] = LOSSES,
    sampling: Sampling | None = None,
    random_state: int | None = None,
    sample_weight: NDArray | None = None,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Fit to labels of which a share is flipped to another class at random; judge on clean labels.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
        Fitted to every draw.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows.
    codes : ndarray of shape (n_samples,)
        Class of each row, 0 to K - 1.
    held_out : integer array
        Rows that judge; the others are for training.
    rates : sequence of float, default=(0, 0.05, 0.1, 0.2, 0.3)
        Probabilities that a label is flipped. A label flipped at one rate is flipped at every higher one.
    sizes : sequence of int, default=None
        Training rows; None for ten rows a class and for all of them, 2,000 at most.
    n_draws : int, default=20
        Training sets at each size and rate.
    losses : sequence of {"zero_one", "brier", "log_loss"}
        What is measured.
    sampling : Sampling, default=None
        Training sets are of whole groups, or of the most recent rows; None for independent rows. `n_train` is then
        the mean number of rows.
    random_state : int or None, default=None
        The same seed gives the same rows and flips to every estimator.
    sample_weight : ndarray of shape (n_samples,), default=None
        How much each row counts, as a training row and as a judge. The label of a row is flipped with all its weight.
    n_jobs : int, default=None
        Processes for estimators without ``fit_replicates``.

    Returns
    -------
    losses : DataFrame
        Columns noise, n_train, loss, mean, se (over draws and judging rows), increase over clean labels and
        increase_se (the same draws and judges: their common part cancels); NaN if 0 is not among the rates.
    """
    rng = check_random_state(random_state)
    classes = np.arange(codes.max() + 1)
    kind = sampling or Sampling()
    scheme, units = DRAWS[kind.kind](codes, kind), kind.units(len(codes))
    pool = np.setdiff1d(np.arange(len(codes)), held_out)
    copies = np.tile(np.arange(len(codes)), len(classes))
    stacked_X, stacked_y = _safe_indexing(X, copies), np.repeat(classes, len(codes))
    judges = [np.asarray(held_out)] * n_draws
    tables = []
    masses = kind.masses(len(codes))
    stacked_weight = None if sample_weight is None else sample_weight[copies]
    for size in _default_sizes(round(masses[pool].sum()), len(classes)) if sizes is None else sizes:
        rows = scheme.subsamples(pool, size, n_draws, rng)
        n_train = round(np.mean([masses[chosen].sum() for chosen in rows]))
        weights = np.concatenate([_flipped(codes, rows, rate, seed) for rate, seed in _seeded(rates, rng)])
        predicted = refit_probabilities(
            estimator, stacked_X, stacked_y, weights, judges * len(rates), classes=classes,
            random_state=random_state, sample_weight=stacked_weight, n_jobs=n_jobs,
        )  # fmt: skip
        of_rate = [predicted[start : start + n_draws] for start in range(0, len(predicted), n_draws)]
        for loss in losses:
            curve = CurveLosses.of(of_rate, judges, codes, loss, units, weights=sample_weight)
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


def _default_sizes(n_rows: int, n_classes: int) -> list[int]:
    many = min(n_rows, MOST_TRAINING_ROWS)
    few = 10 * n_classes
    return [few, many] if few + n_classes <= many // 2 else [many]


def _seeded(rates: Sequence[float], rng: np.random.RandomState) -> list[tuple[float, int]]:
    """Give every rate one and the same seed: more noise flips more labels, not others."""
    seed = int(rng.randint(np.iinfo(np.int32).max))
    return [(rate, seed) for rate in rates]


def _flipped(codes: NDArray, rows: Sequence[NDArray], rate: float, seed: int) -> NDArray:
    """Weights (n_draws, n_classes * n_samples) on the stacked table."""
    rng = np.random.default_rng(seed)
    n_classes = int(codes.max()) + 1
    weights = np.zeros((len(rows), n_classes * len(codes)), dtype=np.uint8)
    for w, chosen in zip(weights, rows, strict=True):
        chance, shift = rng.random(len(chosen)), rng.integers(1, n_classes, len(chosen))
        labels = np.where(chance < rate, (codes[chosen] + shift) % n_classes, codes[chosen])
        # A draw left with one class cannot be fitted by everyone; it keeps its clean labels.
        labels = labels if len(np.unique(labels)) > 1 else codes[chosen]
        w[labels * len(codes) + chosen] = 1
    return weights
