"""Whether a model takes a table as it is: a fit to a few rows shows it, before the comparison begins."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from genvsdisc.known_estimators import SEARCHES
from genvsdisc.models import Model
from genvsdisc.preparation import Preparation


def suited_to(models: Sequence[Model], X: pd.DataFrame, y: NDArray) -> tuple[list[Model], list[str]]:
    """Put an encoder, and where needed an imputer, in front of models that cannot take the table as it is.

    Parameters
    ----------
    models : sequence of Model
    X : DataFrame of shape (n_samples, n_columns)
    y : ndarray of shape (n_samples,)

    Returns
    -------
    models : list of Model
        Models that could be fitted to a few rows of the table as they are are unchanged.
    notes : list of str
        A sentence for each model that was changed.
    """
    if takes_as_it_is(X):
        return list(models), []
    trial = Trial(X, y)
    found = [trial.suited(model.estimator) for model in models]
    suited = [replace(model, estimator=estimator) for model, (estimator, _) in zip(models, found, strict=True)]
    notes = [
        f"{model.name} is given the columns {how}, as it cannot take the table itself."
        for model, (_, how) in zip(models, found, strict=True)
        if how
    ]
    return suited, notes


def takes_as_it_is(X: pd.DataFrame) -> bool:
    """Whether a table is all numbers without gaps, which every classifier takes."""
    return all(pd.api.types.is_numeric_dtype(dtype) for dtype in X.dtypes) and not X.isna().to_numpy().any()


class Trial:
    """A few rows of a table, on which it shows what a classifier needs in front of it.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
    y : ndarray of shape (n_samples,)
    """

    def __init__(self, X: pd.DataFrame, y: NDArray) -> None:
        table, few = Preparation.of(X), _few_rows(X, y)
        self.X, self.y = X.iloc[few], y[few]
        self.fronts = {
            "as numbers and indicators": table.behind_encoder,
            "as numbers and indicators, with missing entries filled by the mean": table.complete,
        }

    def suited(self, estimator: Any) -> tuple[Any, str]:
        """Classifier with what it needs in front, and how that gives it the columns; "" where it takes them.

        One that no encoder helps stays as it is, and will say why.
        """
        if _can_fit(_inside(estimator), self.X, self.y):
            return estimator, ""
        for how, front in self.fronts.items():
            if _can_fit(front(_inside(estimator)), self.X, self.y):
                return front(estimator), how
        return estimator, ""


def _inside(estimator: Any) -> Any:
    """Estimator that a search would fit: the folds of the search itself need more rows than a trial has."""
    while type(estimator).__name__ in SEARCHES:
        estimator = estimator.estimator
    return estimator


def _few_rows(X: pd.DataFrame, y: NDArray) -> NDArray:
    """Up to 20 rows of each class, and of each column up to five with gaps."""
    of_class = [np.flatnonzero(y == label)[:20] for label in np.unique(y)]
    gaps = [np.flatnonzero(X.iloc[:, j].isna())[:5] for j in range(X.shape[1])]
    return np.unique(np.concatenate([*of_class, *gaps]))


def _can_fit(estimator: Any, X: pd.DataFrame, y: NDArray) -> bool:
    """Whether a fit and its predictions run through; what they raise is the answer, whatever it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            clone(estimator).fit(X, y).predict_proba(X)
        except Exception:
            return False
    return True
