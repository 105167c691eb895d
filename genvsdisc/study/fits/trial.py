"""Whether a model takes a table as it is: a fit to a few rows shows it, before the comparison begins."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler

from genvsdisc.files import no_exit
from genvsdisc.known_estimators import SEARCHES
from genvsdisc.models import Model
from genvsdisc.preparation import Preparation
from genvsdisc.study.costs import last_step
from genvsdisc.study.fits.coded_labels import with_coded_labels
from genvsdisc.study.fits.elsewhere import called_elsewhere

N_BINS = 10
"""Bins that numbers are cut into for a classifier of categories."""
OF_COUNTS = ("MultinomialNB", "ComplementNB")
"""Classifiers that take no negative numbers."""
CODED = "the classes as the numbers 0, 1, ..."
NAMELESS = "the columns without their names"


def suited_to(
    models: Sequence[Model], X: pd.DataFrame, y: NDArray, n_jobs: int | None = None
) -> tuple[list[Model], list[str]]:
    """Put an encoder, and where needed an imputer, in front of models that cannot take the table as it is.

    Parameters
    ----------
    models : sequence of Model
    X : DataFrame of shape (n_samples, n_columns)
    y : ndarray of shape (n_samples,)
    n_jobs : int or None, default=None
        Processes in which models are tried; one that ends its process is left as it is.

    Returns
    -------
    models : list of Model
        Models that could be fitted to a few rows of the table as they are are unchanged.
    notes : list of str
        A sentence for each model that was changed.
    """
    if takes_as_it_is(X) and all(_is_ours(model.estimator) for model in models):
        return list(models), []
    trial = Trial(X, y)
    tried = called_elsewhere([(trial.suited, (model.estimator,)) for model in models], n_jobs)
    prepared: list[tuple[Any, list[str]]] = [
        each or (model.estimator, []) for each, model in zip(tried, models, strict=True)
    ]
    suited = [replace(model, estimator=estimator) for model, (estimator, _) in zip(models, prepared, strict=True)]
    notes = [
        f"{model.name} is given {' and '.join(how)}, as it cannot take the table itself."
        for model, (_, how) in zip(models, prepared, strict=True)
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
        few = _few_rows(X, y)
        self.X, self.y = X.iloc[few], _labels_with_gaps(y[few])
        numbers = X.select_dtypes("number", exclude="timedelta")  # pandas counts durations as numbers
        self.negative = bool((numbers < 0).any(axis=None))
        self.fronts: dict[str, Callable[..., Any]] = {"": lambda estimator: estimator}
        table = Preparation.of(X)
        self.nameless = {NAMELESS: table.behind_encoder} if takes_as_it_is(X) else {}
        if not self.nameless:
            self.fronts["the columns as numbers and indicators"] = table.behind_encoder
            filled = "the columns as numbers and indicators, with missing entries filled by the mean"
            self.fronts[filled] = table.complete

    def suited(self, estimator: Any) -> tuple[Any, list[str]]:
        """Classifier with what it needs around it, and what it is given then; nothing where it takes the table.

        One that nothing helps stays as it is, and will say why; but a bare classifier, which has no steps of its own
        for words and gaps, is given the table in full, so that what it says is not that words are no numbers. More
        rows than those of a trial may do.
        """
        if (
            type(estimator).__name__ == "CategoricalNB"
            and estimator.min_categories is None
            and self.fronts.keys() - {""}
        ):
            return self._in_bins(estimator)
        if type(estimator).__name__ in OF_COUNTS and self.negative:
            return self._from_zero(estimator)
        labels = {"": lambda each: each} | ({} if _is_ours(estimator) else {CODED: with_coded_labels})
        for columns, front in (self.fronts | self.nameless).items():
            for classes, coded in labels.items():
                if _can_fit(front(coded(_inside(estimator))), self.X, self.y):
                    return front(coded(estimator)), [what for what in (columns, classes) if what]
        columns, front = list(self.fronts.items())[-1]
        if hasattr(_inside(estimator), "steps") or not columns:
            return estimator, []
        return front(estimator), [columns]

    def _in_bins(self, estimator: Any) -> tuple[Any, list[str]]:
        """Classifier of categories on a table of all kinds; a fold may lack a category, so all are told beforehand."""
        bins = KBinsDiscretizer(N_BINS, encode="ordinal", strategy="uniform")
        columns, front = list(self.fronts.items())[-1]
        return front(bins, clone(estimator).set_params(min_categories=N_BINS)), [f"{columns}, in {N_BINS} equal bins"]

    def _from_zero(self, estimator: Any) -> tuple[Any, list[str]]:
        """Classifier of counts on a table with numbers below zero: from 0 for the least to 1 for the largest."""
        columns, front = list(self.fronts.items())[-1]
        scaled = make_pipeline(MinMaxScaler(), estimator) if not columns else front(MinMaxScaler(), estimator)
        return scaled, [f"{columns or 'the columns'}, each from 0 to 1"]


def _is_ours(estimator: Any) -> bool:
    return type(last_step(estimator)).__module__.startswith("genvsdisc.")


def _labels_with_gaps(y: NDArray) -> NDArray:
    """Labels as given, but whole numbers with gaps between them: as in a draw that lacks a class."""
    return 2 * np.unique(y, return_inverse=True)[1] + 1 if y.dtype.kind in "iu" else y


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
            with no_exit():
                clone(estimator).fit(X, y).predict_proba(X)
        except Exception:
            return False
    return True
