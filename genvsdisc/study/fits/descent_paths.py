"""Error over lambda, and loss over epochs for several learning rates: the two dials of gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from genvsdisc.models import Model
from genvsdisc.study.costs import last_step
from genvsdisc.study.evidence import Draws, final_step
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.weighted_fits import fit_rows
from genvsdisc.study.statistics.losses import mean, pointwise_losses
from genvsdisc.study.table import PreparedTable

LAMBDAS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
DESCENT_RATES = (0.01, 0.1, 1.0, 10.0)
DESCENT_EPOCHS = 60
FEW = 5
"""Draws that stand in for folds where a table is large."""


def descends(model: Model) -> bool:
    """Return True if the model is a logistic regression with both dials."""
    return {"reg_lambda", "learning_rate", "standardize"} <= set(last_step(model.estimator).get_params())


def descent_paths(model: Model, table: PreparedTable, draws: Draws) -> dict[str, pd.DataFrame]:
    """Turn both dials of a logistic regression.

    Returns
    -------
    tables : dict
        "search" (model, reg_lambda, learning_rate, split, loss, mean, se over the folds of the first repeat, which
        overlap: a description; no learning rate, Newton's method needs none) and "traces" (model, learning_rate,
        epoch, split, loss: log loss on all rows).
    """
    estimator = getattr(model.estimator, "estimator", model.estimator)
    traces = _traces(model.name, estimator, table.take(draws.curve_rows))
    return {"search": _search(model.name, estimator, table, draws), "traces": traces}


def _search(name: str, estimator: Any, table: PreparedTable, draws: Draws) -> pd.DataFrame:
    table, weights, tests = first_folds(table, draws)
    trained = [np.flatnonzero(w) for w in weights]
    judged = [np.concatenate(both) for both in zip(trained, tests, strict=True)]
    path_rows = []
    for reg_lambda in LAMBDAS:
        candidate = _with(estimator, reg_lambda=reg_lambda)
        predicted = refit_probabilities(
            candidate,
            table.X,
            table.y,
            weights,
            judged,
            classes=table.classes,
            random_state=draws.seed,
            sample_weight=table.weights,
        )
        for loss in draws.design.losses:
            pointwise = [pointwise_losses(p, table.codes[r], loss) for p, r in zip(predicted, judged, strict=True)]
            cuts = [np.split(values, [len(r)]) for values, r in zip(pointwise, trained, strict=True)]
            for split, parts in zip(("train", "validation"), zip(*cuts, strict=True), strict=True):
                rows = trained if split == "train" else tests
                means = np.array([mean(part, table.weights, r) for part, r in zip(parts, rows, strict=True)])
                error = means.std(ddof=1) / np.sqrt(len(means))
                path_rows.append((name, reg_lambda, np.nan, split, loss, means.mean(), error))
    return pd.DataFrame(path_rows, columns=["model", "reg_lambda", "learning_rate", "split", "loss", "mean", "se"])


def first_folds(table: PreparedTable, draws: Draws) -> tuple[PreparedTable, NDArray, list[NDArray]]:
    """Folds of the first repeat; of a large table, a few of the largest draws of the learning curves."""
    if draws.curve_rows is None and not draws.held_out_once:
        folds = draws.design.n_splits
        return table, draws.cv_weights[:folds], draws.cv_tests[:folds]
    few = slice(0, FEW)
    return table.take(draws.curve_rows), draws.curve_weights[-1, few], draws.curve_tests[few]


def _traces(name: str, estimator: Any, table: PreparedTable) -> pd.DataFrame:
    parts = []
    for rate in DESCENT_RATES:
        descent = _with(estimator, optimizer="gd", learning_rate=rate, max_iter=DESCENT_EPOCHS, tol=0.0)
        curve = final_step(fit_rows(descent, table.X, table.y, table.weights)).loss_curve_
        epochs = np.arange(1, len(curve) + 1)
        parts.append(
            pd.DataFrame({"model": name, "learning_rate": rate, "epoch": epochs, "split": "train", "loss": curve})
        )
    return pd.concat(parts, ignore_index=True)


def _with(estimator: Any, **parameters: Any) -> Any:
    changed = clone(estimator)
    final_step(changed).set_params(**parameters)
    return changed
