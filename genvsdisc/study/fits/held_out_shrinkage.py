"""Automatic shrinkage whose inner folds hold whole groups, or go forward in time, as the folds outside do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, get_tags

from genvsdisc.class_priors import check_priors
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.generative.gaussian.completed import CompletedRows
from genvsdisc.generative.gaussian.em import em_moments
from genvsdisc.generative.gaussian.held_out import SHRUNK, held_out_losses
from genvsdisc.generative.gaussian.leave_one_out import POOLINGS
from genvsdisc.generative.gaussian.shrinkage import Regularization
from genvsdisc.study.fits.inner_folds import InnerFolds, last_of
from genvsdisc.study.sampling import Sampling


def with_held_out_shrinkage(estimator: Any, sampling: Sampling) -> Any:
    """Put the search in the place of ``shrinkage="auto"``, behind any steps; other classifiers stay as they are."""
    place, final = last_of(estimator)
    if not isinstance(final, GaussianClassifier) or final.shrinkage != "auto":
        return estimator
    grid = {f"{place}pooling": list(POOLINGS), f"{place}shrinkage": list(SHRUNK)}
    if final.covariance == "shared":
        del grid[f"{place}pooling"]
    return HeldOutShrinkage(estimator, grid, scoring="neg_log_loss", cv=InnerFolds(sampling))


def without_search(fitted: Any) -> Any:
    """Return what the search chose in place of the search, which would take all groups of the table along."""
    return fitted.best_estimator_ if isinstance(fitted, HeldOutShrinkage) else fitted


def leaving_out_rows(estimator: Any) -> Any:
    """Return the classifier that leaves out single rows, for EM over rows without a label, which holds its choice."""
    return estimator.estimator if isinstance(estimator, HeldOutShrinkage) else estimator


class HeldOutShrinkage(GridSearchCV):
    """Search over pooling and shrinkage of a `GaussianClassifier`, done in closed form.

    It takes what `GridSearchCV` with the same grid and folds, scored by log loss, would take, and costs little more
    than ``shrinkage="auto"``, which leaves out single rows: the others of their group would know them. Where no fold
    can judge, as no class is in two groups, it is left to that. Rows with missing entries are completed for the choice,
    as they are there.
    """

    equivalent_fits = 2
    """How many fits with leave-one-out one of this costs, in the costs of a plan."""

    def fit(self, X: Any, y: ArrayLike, **params: Any) -> Self:
        """Choose on folds of these rows, and fit to all of them.

        Parameters
        ----------
        X : DataFrame
            Its index tells the rows of the table.
        y : array-like of shape (n_samples,)
        **params : dict
            ``sample_weight``, by the name that the pipeline knows it by.
        """
        y = np.asarray(y)
        weights = next((np.asarray(w) for name, w in params.items() if name.endswith("sample_weight")), np.ones(len(y)))
        mean = np.mean(self._losses(X, y, weights), axis=0)
        self.best_params_ = {}
        if np.isfinite(mean).any():
            place = np.unravel_index(int(np.nanargmin(mean)), mean.shape)[-len(self.param_grid) :]
            self.best_params_ = {name: grid[i] for (name, grid), i in zip(self.param_grid.items(), place, strict=True)}
        self.best_estimator_ = clone(self.estimator).set_params(**self.best_params_).fit(X, y, **params)
        return self

    def _losses(self, X: Any, y: NDArray, weights: NDArray) -> list[NDArray]:
        """Losses of the candidates on every fold that can judge."""
        steps = self.estimator.steps if isinstance(self.estimator, Pipeline) else [("", self.estimator)]
        front, final = Pipeline([*steps[:-1], ("rows", "passthrough")]), steps[-1][1]
        classes, codes = np.unique(y, return_inverse=True)
        if np.bincount(codes).max() < 2:
            return [np.full((1, 1), np.nan)]
        priors = None if final.priors is None else check_priors(final.priors, len(classes))
        rule = Regularization(final.covariance == "shared", final.structure, 0.0, 0.0, final.standardize)
        learns = any(step != "passthrough" and get_tags(step).requires_fit for _, step in steps[:-1])
        whole = X if learns else _completed(clone(front).fit(X).transform(X), codes, weights, rule, final.tol)
        fold_losses = []
        folds = check_cv(self.cv, y, classifier=True)  # those that cannot judge too: they are told apart below
        for train, test in folds.pairs(X, y) if isinstance(folds, InnerFolds) else folds.split(X, y):
            rows = whole
            if learns:
                seen = clone(front).fit(_safe_indexing(X, train), y[train])
                rows = _completed(seen.transform(X), codes, weights, rule, final.tol)
            fold_losses.append(held_out_losses(rows, codes, weights, (train, test), rule, priors))
        judged = [losses for losses in fold_losses if not np.isnan(losses).any()]
        return judged or [np.full((1, 1), np.nan)]


def _completed(X: Any, codes: NDArray, weights: NDArray, rule: Regularization, tol: float) -> NDArray:
    """Rows as an array; those with missing entries are completed by a moderately regularized EM."""
    rows = np.asarray(X)
    rows = rows if rows.dtype == np.float32 else rows.astype(float)
    if not np.isnan(rows).any():
        return rows
    start = replace(rule, pooling=0.5, shrinkage=0.1)
    moments, _ = em_moments(rows, codes, weights[None], int(codes.max()) + 1, start, tol=tol)
    return next(CompletedRows.build(rows, codes, moments, start).each())
