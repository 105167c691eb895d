"""Tuning with equal care: as many candidates for every family, chosen inside each training set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.model_selection._search import BaseSearchCV

from genvsdisc.models import Model
from genvsdisc.study.fits.coded_labels import CodedLabels
from genvsdisc.study.fits.held_out_shrinkage import with_held_out_shrinkage
from genvsdisc.study.fits.inner_folds import InnerFolds, TuningFolds, respecting_within, two_classes
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.losses import mean, pointwise_losses

REGULARIZATION = {
    "shrinkage": [1e-3, 1e-2, 1e-1, 0.3, 1.0],
    "var_smoothing": [1e-9, 1e-3, 1e-2, 1e-1, 1.0],
    "reg_lambda": [1e-4, 1e-3, 1e-2, 1e-1, 1.0],
}
"""Parameter that regularizes a classifier -> its candidates, weakest first."""
TUNING_PRICE = (
    "Tuning makes 26 fits of one, five values on five folds and the best again: the budget has room for fewer draws, "
    "and what it leaves out is named with its price."
)


def tuned(
    model: Model,
    *,
    n_splits: int = 5,
    random_state: int = 0,
    sampling: Sampling | None = None,
    weights: NDArray | None = None,
) -> Model:
    """Put a grid search over the regularization around a model's estimator.

    The search runs inside every training set, so that no test row has a say. A model without such a parameter, or
    one that chooses it by itself (``shrinkage="auto"``), stays as it is. Small training sets have fewer folds, and
    where none can train on two classes the regularization stays what it was.

    Parameters
    ----------
    model : Model
    n_splits : int, default=5
        Inner folds.
    random_state : int, default=0
        Shuffles the inner folds.
    sampling : Sampling, default=None
        Inner folds are of whole groups, or go forward in time; None for independent rows.
    weights : ndarray of shape (n_samples,), default=None
        Of all rows of the table, where the search is not given the rows repeated; `sampling` is then not of rows.

    Returns
    -------
    model : Model
    """
    grid = {
        name: REGULARIZATION[name.rpartition("__")[2]]
        for name, value in model.estimator.get_params().items()
        if name.rpartition("__")[2] in REGULARIZATION and not isinstance(value, str)
    }
    if not grid:
        return model
    folds: Any = TuningFolds(n_splits, shuffle=True, random_state=random_state)
    if sampling is not None and sampling.kind != "rows":
        folds = InnerFolds(sampling, n_splits, random_state)
    scoring = negative_log_loss if weights is None else NegativeLogLoss(weights)
    return replace(model, estimator=TuningSearch(model.estimator, grid, scoring=scoring, cv=folds))


def respecting(model: Model, sampling: Sampling) -> Model:
    """Let a search (or a calibration) that is the model itself split as the table asks for, whatever its `cv`.

    Automatic shrinkage, which leaves out single rows, becomes such a search; a last step that cross-validates by itself
    is given folds too.

    Parameters
    ----------
    model : Model
    sampling : Sampling
        Groups or times of the table; for independent rows the model stays as it is.
    """
    if isinstance(model.estimator, CodedLabels):
        inside = respecting(replace(model, estimator=model.estimator.estimator), sampling)
        return replace(model, estimator=CodedLabels(inside.estimator))
    if sampling.kind == "rows":
        return model
    if not isinstance(model.estimator, BaseSearchCV | CalibratedClassifierCV):
        within = respecting_within(model.estimator, sampling)
        return replace(model, estimator=with_held_out_shrinkage(within, sampling))
    cv = model.estimator.cv
    folds = InnerFolds(sampling, cv if isinstance(cv, int) else 5)
    return replace(model, estimator=clone(model.estimator).set_params(cv=folds))


class TuningSearch(GridSearchCV):
    """Grid search that leaves the classifier as it was given where no fold can train on two classes."""

    def fit(self, X: Any, y: ArrayLike, **params: Any) -> Self:
        """Choose on folds of these rows, and fit to all of them.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        **params : dict
            ``sample_weight``, by the name that the pipeline knows it by.
        """
        labels = np.asarray(y)
        if any(two_classes(labels[train]) for train, _ in self.cv.split(X, y)):
            return super().fit(X, y, **params)
        self.best_params_: dict[str, Any] = {}
        self.best_estimator_ = clone(self.estimator).fit(X, y, **params)
        return self


class NegativeLogLoss:
    """Score a classifier as `negative_log_loss` does, each row by its weight in the table, told by the index of X.

    Parameters
    ----------
    weights : ndarray of shape (n_samples,)
        Of all rows of the table.
    """

    def __init__(self, weights: NDArray) -> None:
        self.weights = weights

    def __call__(self, estimator: Any, X: pd.DataFrame, y: Any) -> float:
        """Weighted mean of log p of the true class."""
        return negative_log_loss(estimator, X, y, self.weights[X.index.to_numpy()])


def negative_log_loss(estimator: Any, X: Any, y: Any, weights: NDArray | None = None) -> float:
    """Score a classifier by minus its mean log loss; a class that the estimator never saw costs the most.

    `sklearn.metrics.log_loss` refuses folds that lack a class.
    """
    y = np.asarray(y)
    classes = np.union1d(estimator.classes_, y)
    probabilities = np.zeros((len(y), len(classes)))
    probabilities[:, np.searchsorted(classes, estimator.classes_)] = estimator.predict_proba(X)
    return -mean(pointwise_losses(probabilities, np.searchsorted(classes, y), "log_loss"), weights)
