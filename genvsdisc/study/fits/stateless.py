"""Steps that learn nothing: rows that have passed through them are those of every draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags


def split_stateless(estimator: Any) -> tuple[Sequence[Any], Any] | None:
    """Stateless steps and the classifier behind them, where all draws can share the transformed rows."""
    *before, final = _flat_steps(estimator)
    return (before, final) if _fits_many(final) and all(map(_works_row_by_row, before)) else None


def _works_row_by_row(step: Any) -> bool:
    """Whether a step learns nothing; a function of a user's may look at all rows it is given, as for their mean."""
    if isinstance(step, FunctionTransformer):
        return step.func is None or isinstance(step.func, np.ufunc)
    return step == "passthrough" or not get_tags(step).requires_fit


def _flat_steps(estimator: Any) -> list[Any]:
    """Steps of a pipeline, and of those in it."""
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else []
    flat = [inner for step in steps for inner in _flat_steps(step)]
    return flat or ["passthrough" if estimator is None else estimator]


def _fits_many(classifier: Any) -> bool:
    """Whether ``fit_replicates`` is of whoever wrote ``fit``, which a subclass of others may have overridden."""
    owners = {
        name: next((each.__module__.partition(".")[0] for each in type(classifier).__mro__ if name in vars(each)), "")
        for name in ("fit", "fit_replicates")
        if hasattr(classifier, name)
    }
    return "fit_replicates" in owners and len(set(owners.values())) == 1


def through(steps: Sequence[Any], X: Any) -> Any:
    """Rows behind such steps."""
    for step in steps:
        X = X if step == "passthrough" else clone(step).fit(X).transform(X)
    return X
