"""A classifier is log scores plus a softmax; a training set is a row of a weight matrix.

`ProbabilisticClassifier` does the validation, the four predictions and the bookkeeping of replicates. A subclass
gives two things, both over a stack of R training sets:

* ``_fit_stack(X, codes, weights)``: R sets of parameters, one for each row of `weights` (R, n);
* ``_log_scores(X, parameters)``: (R, n, K) log scores, known up to a constant for each row of X.

``fit`` is the stack of one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from copy import copy
from functools import cache
from operator import is_not
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_array, check_is_fitted, validate_data

from genvsdisc.functional.posterior import softmax
from genvsdisc.replicates import Parameters, Replicates

_FLOATS = (np.dtype(np.float64), np.dtype(np.float32))


class ProbabilisticClassifier(ClassifierMixin, BaseEstimator, ABC):
    """Base of all classifiers here: validation, predictions from log scores, replicates."""

    n_features_in_: int
    _family = "other"
    _allow_nan = False
    # Names of the fitted attributes from which `_log_scores` computes; all must be in what `_fit_stack` returns.
    _score_attributes: tuple[str, ...] = ()

    @property
    def _shows_nonfinite(self) -> bool:
        """Whether what is missing or infinite in a row always shows in its log scores; X need not be searched then."""
        return False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self._allow_nan
        return tags

    @classmethod
    @cache
    def _get_param_names(cls) -> list[str]:
        """Names of the parameters; scikit-learn inspects the signature for them at every fit."""
        return super()._get_param_names()

    def _validate_params(self) -> None:
        """Check the parameters, unless they are those found right last time: for a small fit it takes long."""
        values = [getattr(self, name) for name in self._get_param_names()]
        known = self.__dict__.get("_valid_params", ())
        if len(known) != len(values) or any(map(is_not, values, known)):
            super()._validate_params()
            self._valid_params = values

    # What a subclass gives -------------------------------------------------------------------------------------

    @abstractmethod
    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        """Parameters of R fits: X (n, d), codes (n,) indices into `classes_`, weights (R, n), not negative."""

    @abstractmethod
    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        """Log scores (R, n, K) of the rows of X under each of R parameter sets."""

    # Fitting ---------------------------------------------------------------------------------------------------

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to rows X with labels y.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Labels of any type that sorts.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights; a weight of 2 is the row given twice. None weighs every row 1.

        Returns
        -------
        self : object
            The fitted classifier.
        """
        X, codes = self._validate_training(X, y)
        if sample_weight is None:
            weights = np.ones(len(X), X.dtype)
        else:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        for name, values in self._fit_stack(X, codes, weights[None, :]).items():
            setattr(self, name, values[0])
        return self

    def fit_replicates(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike) -> Replicates:
        """Fit many weightings of the same rows at once.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows shared by all training sets.
        y : array-like of shape (n_samples,)
            Labels.
        sample_weight : array-like of shape (n_replicates, n_samples)
            Each row is one training set: bootstrap counts, or 1 for the rows of a fold and 0 for the rest.

        Returns
        -------
        replicates : Replicates
            ``replicates[r]`` is the classifier that ``fit(X, y, sample_weight=sample_weight[r])`` gives. The
            classifier on which this is called stays as it was.
        """
        template = copy(self)
        X, codes = template._validate_training(X, y)
        weights = check_array(sample_weight, dtype=X.dtype, ensure_non_negative=True, input_name="sample_weight")
        if weights.shape[1] != X.shape[0]:
            raise ValueError(
                f"sample_weight must have shape (n_replicates, {X.shape[0]}), a column for each row of X, "
                f"got {weights.shape}"
            )
        if not weights.any(axis=1).all():
            r = int(np.argmin(weights.any(axis=1)))
            raise ValueError(f"every replicate needs a positive weight; row {r} of sample_weight is all zero")
        return Replicates(template, template._fit_stack(X, codes, weights))

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        """Check X and y, set `classes_`, and return X as floats and y as indices into `classes_`."""
        plain = _plain_rows(X) and _plain_labels(y) and len(X) == len(y) and not hasattr(self, "feature_names_in_")
        if plain and _finite_sum(X):
            self.n_features_in_ = X.shape[1]
        else:
            X, y = validate_data(self, X, y, **self._row_rules())
        self.classes_, codes = _encoded(y)
        if len(self.classes_) < 2:
            raise ValueError(f"y needs at least 2 classes, got 1 class: {self.classes_[0]!r}")
        return X, codes

    def _validate_rows(self, X: Any) -> NDArray:
        """Check the rows that a fitted classifier is to judge."""
        plain = _plain_rows(X) and X.shape[1] == self.n_features_in_ and not hasattr(self, "feature_names_in_")
        if plain and (self._shows_nonfinite or _finite_sum(X)):
            return X
        return validate_data(self, X, reset=False, **self._row_rules())

    def _row_rules(self) -> dict[str, Any]:
        return {"dtype": [np.float64, np.float32], "ensure_all_finite": "allow-nan" if self._allow_nan else True}

    # Predictions -----------------------------------------------------------------------------------------------

    def _scores(self, X: ArrayLike) -> NDArray:
        check_is_fitted(self)
        return self._checked(self._log_scores, self._validate_rows(X), self._own_parameters())[0]

    def _own_parameters(self) -> Parameters:
        return {name: np.asarray(getattr(self, name))[None] for name in self._score_attributes}

    def _checked(self, score: Callable[[NDArray, Parameters], NDArray], X: NDArray, parameters: Parameters) -> NDArray:
        """Scores of rows that `_validate_rows` let through; an error if they are not finite because X is not."""
        if not self._shows_nonfinite:
            return score(X, parameters)
        with np.errstate(over="ignore", invalid="ignore"):
            scores = score(X, parameters)
            if not np.isfinite(scores.sum()):
                validate_data(self, X, reset=False, **self._row_rules())
        return scores

    def decision_function(self, X: ArrayLike) -> NDArray:
        """Log scores of the classes; for two classes the log-odds of the second.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        scores : ndarray of shape (n_samples,) for two classes, else (n_samples, n_classes)
        """
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict(self, X: ArrayLike) -> NDArray:
        """Most probable class of each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        labels : ndarray of shape (n_samples,)
        """
        best = self._scores(X).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, X: ArrayLike) -> NDArray:
        """Posterior probabilities p(class | row), the softmax of the log scores.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return softmax(self._scores(X))

    def predict_log_proba(self, X: ArrayLike) -> NDArray:
        """Logarithm of `predict_proba`, computed without leaving log space.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
        """
        return log_softmax(self._scores(X), axis=1)


def _plain_rows(X: Any) -> bool:
    """Whether `validate_data` would give X back as it is, if finite: on small tables its questions outlast the fit."""
    return type(X) is np.ndarray and X.ndim == 2 and X.dtype in _FLOATS and X.size > 0


def _finite_sum(X: NDArray) -> bool:
    """Whether X is sure to be finite; what is missing or infinite goes the long way."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(X.sum()))


def _plain_labels(y: Any) -> bool:
    return type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "iubU"


def _encoded(y: NDArray) -> tuple[NDArray, NDArray]:
    """Sorted distinct labels, and for each label its place among them."""
    if y.dtype.kind in "iu" and int(y.max()) - int(offset := y.min()) < len(y):  # counting is faster than sorting
        place = np.subtract(y, offset, dtype=np.intp, casting="unsafe")  # labels of 8 bits may differ by more than 127
        present = np.bincount(place) > 0
        classes = np.flatnonzero(present).astype(y.dtype) + offset
        return classes, place if present.all() else (np.cumsum(present) - 1)[place]
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    return classes, codes
