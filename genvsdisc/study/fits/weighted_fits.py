"""One fit to weighted rows, whatever the classifier takes.

A row of whole weight w is w equal rows. The closed-form and Newton fits of this package take weights and give what the
repeated rows would, to rounding. Everything else (networks, which shuffle rows into batches; EM, descent and Newton's
method by conjugate gradients, which stop by a tolerance; automatic shrinkage, which leaves out single rows; naive Bayes
that chooses distributions; classifiers and transformers of others) is given the rows repeated, so that it needs to know
nothing of weights, and a search inside it keeps the copies of a row together by the index of the table. Weights that
are not whole go to every step that takes a ``sample_weight``; a classifier that takes none is refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import has_fit_parameter

from genvsdisc.discriminative.logistic.fit import forms_hessian
from genvsdisc.generative.naive_bayes.inference import EITHER, declared
from genvsdisc.known_estimators import SEARCHES
from genvsdisc.models import Model
from genvsdisc.preparation import final_classifier
from genvsdisc.study.fits.inner_folds import fit_within
from genvsdisc.study.weights import are_whole

MOST_COPIES = 1_000_000
"""Rows that whole weights may be repeated to; beyond it they are passed on as weights."""


def stand_for_copies(weights: NDArray) -> bool:
    """Whether rows can be repeated by their weights: these are whole, and not too many in all."""
    return are_whole(weights) and weights.sum() <= MOST_COPIES


def takes_copies(estimator: Any, weights: NDArray, X: Any, shape: tuple[int, int]) -> bool:
    """Whether a classifier is given the rows repeated instead of their weights.

    It is not where its fit to these rows is a closed form of weighted sums, or Newton's method with systems that are
    solved, not approximated. Naive Bayes that has yet to tell counts from measurements does so by rows that count
    alike.

    Parameters
    ----------
    estimator : classifier
    weights : ndarray of shape (n_samples,)
    X : array-like or DataFrame of shape (n_samples, n_features)
    shape : tuple of (n_classes, n_columns)
        Classes, and columns that the classifier itself sees.
    """
    if not stand_for_copies(weights):
        return False
    if _chooses_distributions(estimator):
        return True
    place = type(estimator).__module__
    if place.startswith("genvsdisc.generative."):
        return estimator.get_params().get("shrinkage") == "auto" or bool(pd.isna(X).any(axis=None))  # with gaps, EM
    if place.startswith("genvsdisc.discriminative.logistic."):
        n_classes, n_columns = shape
        n_outputs = n_classes if n_classes > 2 else 1
        formed = forms_hessian(int(weights.sum()), n_outputs * (n_columns + 1), n_outputs)
        return bool(estimator.get_params()["optimizer"] != "newton" or not formed)
    return not place.startswith(("genvsdisc.baseline", "genvsdisc.hybrid.weighted_naive_bayes"))


def _chooses_distributions(estimator: Any) -> bool:
    asked = getattr(estimator, "distributions", ())
    return isinstance(asked, Mapping) or not {"auto", EITHER}.isdisjoint(declared(asked))


def copies(weights: NDArray) -> NDArray[np.intp]:
    """Indices of the rows, each as often as it counts."""
    return np.repeat(np.arange(len(weights)), np.rint(weights).astype(np.intp))


def fit_rows(estimator: Any, X: Any, y: NDArray, sample_weight: NDArray | None) -> Any:
    """Fit a classifier to rows that count as much as their weights.

    Parameters
    ----------
    estimator : classifier
        Is fitted itself.
    X : array-like or DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    sample_weight : ndarray of shape (n_samples,) or None

    Raises
    ------
    ValueError
        If the weights are not whole and the classifier takes none.
    """
    if sample_weight is None:
        return fit_within(estimator, X, y)
    if takes_copies(estimator, sample_weight, X, (len(np.unique(y)), np.shape(X)[1])):
        rows = copies(sample_weight)
        return fit_within(estimator, _safe_indexing(X, rows), y[rows])
    with rounding_unsaid():
        return fit_within(estimator, X, y, **weight_arguments(estimator, sample_weight))


@contextmanager
def rounding_unsaid() -> Iterator[None]:
    """Keep scikit-learn's scalers from warning of the root of a weighted variance that rounding makes negative.

    It is that of a constant column, which they scale by 1.
    """
    with warnings.catch_warnings():
        message = "invalid value encountered in sqrt"
        warnings.filterwarnings("ignore", message, RuntimeWarning, module=r"sklearn\.preprocessing")
        yield


def weight_arguments(estimator: Any, sample_weight: NDArray) -> dict[str, NDArray]:
    """Arguments of ``fit`` that hand the weights to every step that takes them.

    Raises
    ------
    ValueError
        If the classifier takes none.
    """
    arguments = _arguments(estimator, sample_weight)
    if not _is_weighted(estimator):
        name = type(final_classifier(estimator)).__name__
        raise ValueError(
            f"{name} takes no sample_weight: give weights that are whole numbers, which are taken as repeated rows, or "
            "leave the model out"
        )
    return arguments


def weight_notes(roster: Sequence[Model]) -> list[str]:
    """Say which steps in front of a classifier learn from rows as if all counted alike, a sentence a step.

    Parameters
    ----------
    roster : sequence of Model
        Models that are given weights, not rows repeated by them.
    """
    models: dict[str, list[str]] = {}
    for model in roster:
        for step in unweighted_steps(model.estimator):
            models.setdefault(step, []).append(model.name)
    return [
        f"{step} takes no sample_weight: in front of {', '.join(names)} it learns from the rows as if all counted "
        "alike."
        for step, names in models.items()
    ]


def unweighted_steps(estimator: Any) -> list[str]:
    """Names of the steps in front of a classifier that learn from the rows, and take no weights."""
    inner = estimator.estimator if type(estimator).__name__ in SEARCHES else estimator
    if not isinstance(inner, Pipeline):
        return []
    steps = [step for _, step in inner.steps[:-1] if not isinstance(step, str)]
    return [type(step).__name__ for step in steps if not _takes_weights(step) and _learns(step)]


def _arguments(estimator: Any, sample_weight: NDArray) -> dict[str, NDArray]:
    if type(estimator).__name__ in SEARCHES:
        return _arguments(estimator.estimator, sample_weight)
    if isinstance(estimator, Pipeline):
        return {
            f"{name}__{argument}": weights
            for name, step in estimator.steps
            for argument, weights in _arguments(step, sample_weight).items()
        }
    return {"sample_weight": sample_weight} if _takes_weights(estimator) else {}


def _is_weighted(estimator: Any) -> bool:
    """Whether the classifier behind pipelines and searches takes weights."""
    return _takes_weights(final_classifier(estimator))


def _takes_weights(step: Any) -> bool:
    return not isinstance(step, str) and hasattr(step, "fit") and has_fit_parameter(step, "sample_weight")


def _learns(step: Any) -> bool:
    return bool(step.__sklearn_tags__().requires_fit) if hasattr(step, "__sklearn_tags__") else True
