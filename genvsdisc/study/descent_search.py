"""Error over lambda, and loss over epochs for several learning rates: the two dials of gradient descent."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from genvsdisc.study.evidence import Draws
from genvsdisc.study.metrics import pointwise_losses
from genvsdisc.study.refits import refit_probabilities

LAMBDAS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
RATES = (0.01, 0.1, 1.0, 10.0)
EPOCHS = 60


def search_table(
    name: str, estimator: Any, X: Any, y: NDArray, codes: NDArray, classes: NDArray, draws: Draws
) -> pd.DataFrame:
    """Training and validation loss of a logistic classifier against lambda, on the folds of the first repeat.

    Returns
    -------
    table : DataFrame
        Columns model, reg_lambda, learning_rate, split, loss, mean, se (standard error over folds, a description:
        folds overlap).
    """
    folds = draws.design.n_splits
    weights, tests = draws.cv_weights[:folds], draws.cv_tests[:folds]
    trained = [np.flatnonzero(w) for w in weights]
    rows = []
    for reg_lambda in LAMBDAS:
        candidate = _with(estimator, reg_lambda=reg_lambda)
        for split, judged in (("train", trained), ("validation", tests)):
            predicted = refit_probabilities(candidate, X, y, weights, judged, classes=classes, random_state=draws.seed)
            for loss in draws.design.losses:
                means = np.array(
                    [pointwise_losses(p, codes[r], loss).mean() for p, r in zip(predicted, judged, strict=True)]
                )
                rows.append((name, reg_lambda, "", split, loss, means.mean(), means.std(ddof=1) / np.sqrt(folds)))
    return pd.DataFrame(rows, columns=["model", "reg_lambda", "learning_rate", "split", "loss", "mean", "se"])


def trace_table(name: str, estimator: Any, X: Any, y: NDArray) -> pd.DataFrame:
    """Loss per epoch of plain gradient descent for several learning rates, on all rows.

    Returns
    -------
    table : DataFrame
        Columns model, learning_rate, epoch, split, loss. A rate that diverges ends where it does.
    """
    parts = []
    for rate in RATES:
        descent = _with(estimator, optimizer="gd", learning_rate=rate, max_iter=EPOCHS, tol=0.0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # not to converge is what is shown
            curve = _last(descent.fit(X, y)).loss_curve_
        parts.append(
            pd.DataFrame(
                {
                    "model": name,
                    "learning_rate": rate,
                    "epoch": np.arange(1, len(curve) + 1),
                    "split": "train",
                    "loss": curve,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _last(estimator: Any) -> Any:
    return estimator[-1] if isinstance(estimator, Pipeline) else estimator


def _with(estimator: Any, **parameters: Any) -> Any:
    changed = clone(estimator)
    _last(changed).set_params(**parameters)
    return changed
