"""Folds inside a training set that respect its groups or its time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold
from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline

from genvsdisc.study.sampling import Sampling

ALL_HELD_OUT = ("StackingClassifier", "CalibratedClassifierCV")
"""Classifiers of scikit-learn that ask of their folds, or may ask, that each row is held out once."""
MOST_STRATIFIED = 100
"""Groups beyond which chance alone spreads the classes evenly; stratifying them costs 0.1 ms for each."""


class InnerFolds:
    """Splitter for a search inside training sets drawn from one table: whole groups, or forward in time.

    The rows it is given are told by the index of the DataFrame, which sampling and repeating rows keep. So a search
    needs no groups in its `fit`, and rows that a draw repeats stay together.

    Parameters
    ----------
    sampling : Sampling
        Of all rows of the table, of kind "groups" or "time".
    n_splits : int, default=5
        Folds; fewer where the rows given have fewer groups or times.
    random_state : int, default=0
        Shuffles the groups.
    given : int, splitter or None, default=None
        The ``cv`` that these folds stand in for.
    """

    def __init__(self, sampling: Sampling, n_splits: int = 5, random_state: int = 0, given: Any = None):
        self.sampling, self.n_splits, self.random_state, self.given = sampling, n_splits, random_state, given

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002 - scikit-learn's signature
        """Return the number of folds for these rows."""
        return self.n_splits if X is None else len(list(self.split(X, y)))

    def split(self, X: pd.DataFrame, y: Any = None, groups: Any = None) -> Iterator[tuple[NDArray, NDArray]]:  # noqa: ARG002 - scikit-learn's signature
        """Yield training and validation positions of the folds that train on two classes at least."""
        yield from usable(self.pairs(X, y), y)

    def pairs(self, X: pd.DataFrame, y: Any) -> list[tuple[NDArray, NDArray]]:
        """Give training and validation positions; rows of one group or time only are split as rows."""
        codes = np.unique(self.sampling.codes[X.index.to_numpy()], return_inverse=True)[1]
        n_units = int(codes.max()) + 1
        if n_units < 2:
            codes, n_units = np.arange(len(codes)), len(codes)
        if self.sampling.kind == "groups":
            labels = np.unique(np.asarray(y), return_inverse=True)[1]
            n_splits = max(2, min(self.n_splits, n_units, int(np.bincount(labels).max())))
            many = n_units > MOST_STRATIFIED
            folds = (GroupKFold if many else StratifiedGroupKFold)(
                n_splits, shuffle=True, random_state=self.random_state
            )
            pairs = [pair for pair in folds.split(codes, labels, codes) if len(pair[0]) and len(pair[1])]
        else:
            ends = np.linspace(0, n_units, min(self.n_splits + 1, n_units) + 1).round().astype(int)[1:]
            pairs = [
                (np.flatnonzero(codes < start), np.flatnonzero((codes >= start) & (codes < end)))
                for start, end in pairwise(ends)
            ]
        return pairs


class TuningFolds(StratifiedKFold):
    """Stratified folds, fewer where the largest class has fewer rows; of these, those that train on two classes."""

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds for these rows."""
        return self.n_splits if y is None else len(list(self.split(X, y, groups)))

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[NDArray, NDArray]]:  # noqa: ARG002 - scikit-learn's signature
        """Yield training and validation positions."""
        largest = int(np.unique(np.asarray(y), return_counts=True)[1].max())
        pairs = []
        if largest > 1:
            folds = StratifiedKFold(min(self.n_splits, largest), shuffle=self.shuffle, random_state=self.random_state)
            with warnings.catch_warnings():  # of classes with fewer rows than folds
                warnings.simplefilter("ignore", UserWarning)
                pairs = list(folds.split(X, y))
        yield from usable(pairs, y)


def usable(pairs: list[tuple[NDArray, NDArray]], y: Any) -> list[tuple[NDArray, NDArray]]:
    """Folds that train on two classes at least, or all where there are none."""
    if y is None:
        return pairs
    labels = np.asarray(y)
    return [pair for pair in pairs if two_classes(labels[pair[0]])] or pairs


def two_classes(labels: NDArray) -> bool:
    """Tell whether there is anything to learn from these labels."""
    return len(np.unique(labels)) > 1


def last_of(estimator: Any) -> tuple[str, Any]:
    """Return the last step of a pipeline, with the prefix of its parameters, or the classifier itself."""
    if not isinstance(estimator, Pipeline):
        return "", estimator
    name, last = estimator.steps[-1]
    return f"{name}__", last


def respecting_within(estimator: Any, sampling: Sampling) -> Any:
    """Give a classifier with a cross-validation of its own inner folds that respect the table.

    Such as ``LogisticRegressionCV`` or a stack, or a search behind a scaler. They see arrays, whose rows nothing tells:
    `fit_within` puts places in the stead of these folds. What needs every row to be held out once cannot go forward in
    time, and stays as it is; so does what splits samples of the rows.
    """
    prefix, last = last_of(estimator)
    kind = type(last)
    if not kind.__module__.startswith("sklearn.") or kind.__name__.startswith("Halving"):
        return estimator
    cv = last.get_params(deep=False).get("cv", "none")
    if isinstance(cv, str) or (sampling.kind == "time" and kind.__name__ in ALL_HELD_OUT):
        return estimator
    folds = InnerFolds(sampling, cv if isinstance(cv, int) else 5, given=cv)
    return clone(estimator).set_params(**{f"{prefix}cv": folds})


def fit_within(estimator: Any, X: Any, y: NDArray, **arguments: Any) -> Any:
    """Fit a classifier whose last step may hold `InnerFolds` that it cannot ask, for it sees arrays.

    They are put in as places of these rows, and taken out again. Where a fold would train without one of the classes,
    the folds are those that the classifier was given with.
    """
    prefix, last = last_of(estimator)
    folds = getattr(last, "cv", None)
    if not isinstance(folds, InnerFolds) or (not prefix and isinstance(last, BaseSearchCV | CalibratedClassifierCV)):
        return estimator.fit(X, y, **arguments)
    pairs = folds.pairs(X, y)
    whole = all(len(np.unique(y[train])) == len(np.unique(y)) for train, _ in pairs)
    fitted = estimator.set_params(**{f"{prefix}cv": pairs if whole else folds.given}).fit(X, y, **arguments)
    return fitted.set_params(**{f"{prefix}cv": folds.given})
