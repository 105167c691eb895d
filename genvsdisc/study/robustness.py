"""What noise in the labels costs: the same rows, a share of the training labels flipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from genvsdisc.study.metrics import LOSSES, pointwise_losses
from genvsdisc.study.refits import refit_probabilities

FLIP_RATES = (0.0, 0.05, 0.1, 0.2, 0.3)
N_DRAWS = 20


def flipped_weights(codes: NDArray, train: NDArray, rates: Sequence[float], n_draws: int, rng: Any) -> NDArray:
    """Noisy labels as weights: a flipped label is weight on the same row under another label.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        True class of each row.
    train : ndarray of bool, shape (n,)
        Rows that are trained on.
    rates : sequence of float
        Probability that a label is replaced by one of the other classes, each as likely.
    n_draws : int
        Draws of the noise for each rate; at a higher rate the same draw flips the same rows and more.
    rng : RandomState

    Returns
    -------
    weights : ndarray of uint8, shape (n_rates, n_draws, K * n)
        For the table stacked K times, copy k with all its labels set to class k.
    """
    n, n_classes = len(codes), int(codes.max()) + 1
    weights = np.zeros((len(rates), n_draws, n_classes, n), dtype=np.uint8)
    rows = np.flatnonzero(train)
    for b in range(n_draws):
        luck = rng.random_sample(n)
        other = (codes + rng.randint(1, n_classes, size=n)) % n_classes
        for s, rate in enumerate(rates):
            labels = np.where(luck < rate, other, codes)
            weights[s, b, labels[rows], rows] = 1
    return weights.reshape(len(rates), n_draws, n_classes * n)


def label_noise_losses(
    estimator: Any,
    X: pd.DataFrame,
    codes: NDArray,
    held_out: NDArray,
    *,
    losses: Sequence[str] = LOSSES,
    rates: Sequence[float] = FLIP_RATES,
    n_draws: int = N_DRAWS,
    random_state: Any = None,
) -> dict[str, NDArray]:
    """Loss on clean held-out rows of a classifier trained on noisy labels.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
    X : DataFrame of shape (n, n_columns)
        Rows.
    codes : ndarray of shape (n,)
        Index of the class of each row.
    held_out : integer array
        Rows that judge, with their true labels; all others train.
    losses : sequence of str, default=all three
    rates : sequence of float, default=(0, 0.05, 0.1, 0.2, 0.3)
        Share of training labels flipped.
    n_draws : int, default=20
        Draws of the noise for each rate; a rate of 0 has nothing to draw and is fitted once.
    random_state : int, RandomState instance or None, default=None
        Source of the noise: equal seeds flip the same labels, whatever the estimator.

    Returns
    -------
    losses : dict of str to ndarray of shape (n_rates, n_draws)
        Mean loss over the held-out rows.
    """
    rng = check_random_state(random_state)
    n_classes = int(codes.max()) + 1
    train = np.ones(len(codes), dtype=bool)
    train[held_out] = False
    weights = flipped_weights(codes, train, rates, n_draws, rng)
    stacked = pd.concat([X] * n_classes, ignore_index=True)
    labels = np.repeat(np.arange(n_classes), len(codes))
    judged = X.iloc[held_out]
    out = {loss: np.empty((len(rates), n_draws)) for loss in losses}
    for s, rate in enumerate(rates):
        drawn = weights[s] if rate else weights[s, :1]
        predicted = refit_probabilities(
            estimator, stacked, labels, drawn, judged, classes=np.arange(n_classes), random_state=random_state
        )
        for loss, values in out.items():
            values[s] = [pointwise_losses(p, codes[held_out], loss).mean() for p in predicted]
    return out


def robustness_table(model: str, family: str, form: str, losses: dict[str, NDArray], n_train: int) -> pd.DataFrame:
    """Table `robustness` of one model.

    Returns
    -------
    table : DataFrame
        Columns model, family, form, noise (flip rate), n_train, loss, mean, se (over draws of the noise; the rows are
        the same in all).
    """
    parts = [
        pd.DataFrame(
            {
                "model": model,
                "family": family,
                "form": form,
                "noise": FLIP_RATES,
                "n_train": n_train,
                "loss": loss,
                "mean": values.mean(axis=1),
                "se": values.std(axis=1, ddof=1) / np.sqrt(values.shape[1]),
            }
        )
        for loss, values in losses.items()
    ]
    return pd.concat(parts, ignore_index=True)
