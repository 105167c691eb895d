"""Loss along the dial from the generative to the discriminative fit of one set of functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from genvsdisc.hybrid.classifier import HybridClassifier
from genvsdisc.models import Model
from genvsdisc.study.dial_costs import MOST_DIAL_ROWS
from genvsdisc.study.evidence import Draws
from genvsdisc.study.fits.descent_paths import first_folds
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.statistics.losses import mean, pointwise_losses
from genvsdisc.study.table import PreparedTable

PAGE_DIAL = (1.0, 0.9, 0.7, 0.5, 0.3, 0.1, 0.03, 0.01, 0.0)
"""Weights of the joint likelihood on the page."""
DIAL_FORMS = {
    "shared Gaussian to logistic": {"covariance": "shared", "structure": "full"},
    "naive Bayes to logistic on squares": {"covariance": "separate", "structure": "diagonal"},
}
"""What stands at the ends -> the options of `HybridClassifier`."""
_SQUARES = "naive Bayes to logistic on squares"
_BINARY = "Bernoulli naive Bayes to logistic"
"""The dial in place of that on squares where all columns are binary: their squares say nothing more."""


def dial_losses(model: Model, table: PreparedTable, draws: Draws, name: str) -> pd.DataFrame:
    """Losses of every fold at every place of one of the `DIAL_FORMS`, behind a logistic regression's preparation.

    Returns
    -------
    losses : DataFrame
        Columns dial, generative_weight, loss, fold, value, test_fraction.
    """
    table, weights, tests = first_folds(table, draws)
    table, weights, tests = _fewer(table, weights, tests, draws.seed)
    form = DIAL_FORMS[name]
    if name == _SQUARES and _is_binary(model.estimator, table):
        name, form = _BINARY, {"distributions": "bernoulli"}
    hybrid = _hybrid(model.estimator, form)
    rows = [(name, *row) for row in _along(hybrid, table, weights, tests, draws)]
    return pd.DataFrame(rows, columns=["dial", "generative_weight", "loss", "fold", "value", "test_fraction"])


def _hybrid(estimator: Any, form: dict[str, Any]) -> Any:
    """The same steps, with the hybrid in place of the logistic regression."""
    hybrid = HybridClassifier(standardize=True, shrinkage=1e-3, max_iter=100, tol=1e-6, **form)
    whole = getattr(estimator, "estimator", estimator)
    if not isinstance(whole, Pipeline):
        return hybrid
    steps = [(name, clone(step)) for name, step in whole.steps]
    return Pipeline([*steps[:-1], ("hybridclassifier", hybrid)])


def _is_binary(estimator: Any, table: PreparedTable) -> bool:
    """Return True if a classifier is given columns of two values at most, only the larger one of them above 0."""
    whole, X = getattr(estimator, "estimator", estimator), table.X
    if isinstance(whole, Pipeline) and len(whole.steps) > 1:
        X = clone(whole[:-1]).fit_transform(X, table.y)
    rows = np.asarray(X)
    low, high = rows.min(axis=0), rows.max(axis=0)
    two = ((rows == low) | (rows == high)).all(axis=0)
    return bool((two & ((low == high) | ((low <= 0) & (high > 0)))).all())


def _fewer(
    table: PreparedTable, weights: NDArray, tests: list[NDArray], seed: int
) -> tuple[PreparedTable, NDArray, list[NDArray]]:
    """Some of the rows of a large table, and what is left of its folds."""
    if len(table.codes) <= MOST_DIAL_ROWS:
        return table, weights, tests
    chosen = np.sort(np.random.default_rng(seed).permutation(len(table.codes))[:MOST_DIAL_ROWS])
    held = [np.flatnonzero(np.isin(chosen, test)) for test in tests]
    return table.take(chosen), weights[:, chosen], held


def _along(
    estimator: Any, table: PreparedTable, weights: NDArray, tests: list[NDArray], draws: Draws
) -> list[tuple[Any, ...]]:
    rows, masses = [], table.sampling.masses(len(table.codes))
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    for a in PAGE_DIAL:
        last.set_params(generative_weight=a)
        predicted = refit_probabilities(
            estimator,
            table.X,
            table.y,
            weights,
            tests,
            classes=table.classes,
            random_state=draws.seed,
            sample_weight=table.weights,
        )
        for fold, (probabilities, test, weight) in enumerate(zip(predicted, tests, weights, strict=True)):
            n_test = masses[test].sum()
            share = n_test / (n_test + masses[weight > 0].sum())
            for loss in draws.design.losses:
                value = mean(pointwise_losses(probabilities, table.codes[test], loss), table.weights, test)
                rows.append((a, loss, fold, value, share))
    return rows
