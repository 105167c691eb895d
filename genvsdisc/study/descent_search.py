"""Error over lambda, and loss over epochs for several learning rates: the two dials of gradient descent."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.study.evidence import Draws, Evidence, final_step
from genvsdisc.study.metrics import pointwise_losses
from genvsdisc.study.prepared import Prepared
from genvsdisc.study.refits import refit_probabilities

LAMBDAS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
RATES = (0.01, 0.1, 1.0, 10.0)
EPOCHS = 60


def descent_tables(evidence: Sequence[Evidence], table: Prepared, draws: Draws) -> dict[str, pd.DataFrame]:
    """Both dials for the first logistic regression of the roster; nothing where there is none.

    Returns
    -------
    tables : dict
        "search" (model, reg_lambda, learning_rate, split, loss, mean, se over the folds of the first repeat, which
        overlap: a description; no learning rate, Newton's method needs none) and "traces" (model, learning_rate,
        epoch, split, loss: log loss on all rows).
    """
    for e in evidence:
        if {"reg_lambda", "learning_rate", "standardize"} <= set(final_step(e.fitted).get_params()) and not e.failures:
            estimator = getattr(e.model.estimator, "estimator", e.model.estimator)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # where descent does not converge is what is shown
                return {
                    "search": _search(e.model.name, estimator, table, draws),
                    "traces": _traces(e.model.name, estimator, table),
                }
    return {}


def _search(name: str, estimator: Any, table: Prepared, draws: Draws) -> pd.DataFrame:
    folds = draws.design.n_splits
    weights, tests = draws.cv_weights[:folds], draws.cv_tests[:folds]
    rows = []
    for reg_lambda in LAMBDAS:
        candidate = _with(estimator, reg_lambda=reg_lambda)
        for split, judged in (("train", [np.flatnonzero(w) for w in weights]), ("validation", tests)):
            predicted = refit_probabilities(
                candidate, table.X, table.y, weights, judged, classes=table.classes, random_state=draws.seed
            )
            for loss in draws.design.losses:
                means = np.array(
                    [
                        pointwise_losses(p, table.codes[rows], loss).mean()
                        for p, rows in zip(predicted, judged, strict=True)
                    ]
                )
                rows.append((name, reg_lambda, np.nan, split, loss, means.mean(), means.std(ddof=1) / np.sqrt(folds)))
    return pd.DataFrame(rows, columns=["model", "reg_lambda", "learning_rate", "split", "loss", "mean", "se"])


def _traces(name: str, estimator: Any, table: Prepared) -> pd.DataFrame:
    parts = []
    for rate in RATES:
        descent = _with(estimator, optimizer="gd", learning_rate=rate, max_iter=EPOCHS, tol=0.0)
        curve = final_step(descent.fit(table.X, table.y)).loss_curve_
        epochs = np.arange(1, len(curve) + 1)
        parts.append(
            pd.DataFrame({"model": name, "learning_rate": rate, "epoch": epochs, "split": "train", "loss": curve})
        )
    return pd.concat(parts, ignore_index=True)


def _with(estimator: Any, **parameters: Any) -> Any:
    changed = clone(estimator)
    final_step(changed).set_params(**parameters)
    return changed
