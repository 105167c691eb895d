"""What a fitted model learned, under names that a reader knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.study.evidence import Predictions, final_step

MAX_PARAMETERS = 60
"""Parameters of a model listed by name; more are counted only."""
NAMES = {
    "class_prior_": "prior of {}",
    "means_": "mean of {1}, class {0}",
    "coef_": "coefficient of {1}, class {0}",
    "intercept_": "intercept, class {0}",
}
"""Fitted attribute -> name of one of its entries, made of its class and column."""


def parameter_table(e: Predictions, columns: Sequence[Any]) -> pd.DataFrame:
    """Parameters of a model fitted to all rows, where they are few enough to read.

    Parameters
    ----------
    e : Predictions
        The model.
    columns : sequence
        Names of the columns it was fitted to.

    Returns
    -------
    parameters : DataFrame
        Columns model, parameter, value. A model of two classes has coefficients of the second alone; entries whose
        class or column cannot be told have the name of the attribute and their place in it.
    """
    fitted, columns = final_step(e.fitted), seen_columns(e.fitted, columns)
    rows: list[tuple[str, str, float]] = []
    for attribute, name in NAMES.items():
        values = np.asarray(getattr(fitted, attribute, ()), dtype=float)
        if 0 < values.size <= MAX_PARAMETERS:
            classes = fitted.classes_[1:] if len(fitted.classes_) == 2 and len(values) == 1 else fitted.classes_
            axes = (classes, columns)[: values.ndim]
            has_names = values.shape == tuple(map(len, axes)) and not by_pairs(fitted)
            for place, value in np.ndenumerate(values):
                if np.isnan(value):  # the mean of a column of words
                    continue
                entry = [axis[i] for axis, i in zip(axes, place, strict=True)] if has_names else []
                called = name.format(*entry) if has_names else f"{attribute}[{', '.join(map(str, place))}]"
                rows.append((e.model.name, called, float(value)))
    return pd.DataFrame(rows, columns=["model", "parameter", "value"])


def by_pairs(classifier: Any) -> bool:
    """Whether rows of the coefficients stand for pairs of classes, as in one-vs-one machines."""
    return hasattr(classifier, "dual_coef_") and len(classifier.classes_) > 2


def seen_columns(estimator: Any, columns: Sequence[Any]) -> Sequence[Any]:
    """Names of the columns that the classifier behind searches and pipelines sees; none if a step cannot tell."""
    if hasattr(estimator, "best_estimator_"):
        return seen_columns(estimator.best_estimator_, columns)
    if not hasattr(estimator, "steps"):
        return columns
    for _, step in estimator.steps[:-1]:
        if not hasattr(step, "get_feature_names_out"):
            return ()
        columns = step.get_feature_names_out(columns)
    return seen_columns(estimator[-1], columns)


def n_parameters(fitted: Any) -> Any:
    """Free parameters: as the classifier counts them, else coefficients and intercepts, else unknown."""
    classifier = final_step(fitted)
    if hasattr(classifier, "n_parameters_"):
        return int(classifier.n_parameters_)
    if not hasattr(classifier, "coef_"):
        return pd.NA
    if by_pairs(classifier):
        return int(np.prod(np.shape(classifier.coef_)) + np.size(classifier.intercept_))
    return (len(classifier.classes_) - 1) * (np.shape(classifier.coef_)[-1] + 1)
