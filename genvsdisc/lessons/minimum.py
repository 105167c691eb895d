"""Rows, objective and minimum that the lessons on descent share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier


def standardized_rows(n: int, seed: int) -> tuple[NDArray, NDArray]:
    """Six z-scored Pokemon-style stats and the types."""
    data = make_pokemon_style(n, random_state=seed)
    X = data.X.iloc[:, :6].to_numpy(dtype=float)
    return (X - X.mean(axis=0)) / X.std(axis=0), data.y.to_numpy()


def objective(model: LogisticClassifier, X: NDArray, y: NDArray) -> float:
    """Mean cross-entropy and penalty, at the weights of a fitted model."""
    losses = -model.predict_log_proba(X)[np.arange(len(y)), np.searchsorted(model.classes_, y)]
    return float(losses.mean() + model.reg_lambda / 2 * (model.coef_**2).sum())


def minimum(reg_lambda: float, X: NDArray, y: NDArray) -> float:
    """Least value of the objective, by Newton's method."""
    return objective(LogisticClassifier(reg_lambda, optimizer="newton").fit(X, y), X, y)
