"""A classifier is log scores plus a softmax; a training set is a row of a weight matrix.

A subclass of `ProbabilisticClassifier` gives two things, both over a stack of R training sets:

* ``_fit_stack(X, codes, weights)``: R sets of parameters, one for each row of `weights` (R, n);
* ``_log_scores(X, parameters)``: (R, n, K) log scores, known up to a constant for each row of X.

The predictions are functions of the log scores s, ``p(k | x) = exp(s_k) / sum_j exp(s_j)``, and ``fit`` is
``_fit_stack`` on a stack of one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import _check_sample_weight, check_array

from genvsdisc.freed_memory import keep_freed_memory
from genvsdisc.functional.posterior import softmax
from genvsdisc.given import given_labels
from genvsdisc.refusals import one_class
from genvsdisc.replicates import Parameters, Replicates, take_parameters
from genvsdisc.validation import FastValidation, beyond_integers, column_name, encoded_labels


class ProbabilisticClassifier(ClassifierMixin, FastValidation, ABC):
    """Base of all classifiers here: predictions from log scores, replicates, validation."""

    _family = "other"
    _allow_nan = False
    _weights_are_shares = False  # whether a common factor of the weights changes nothing
    # Names of the fitted attributes from which `_log_scores` computes; all must be in what `_fit_stack` returns.
    _score_attributes: tuple[str, ...] = ()

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
            weights = self._usable_weights(weights[None])[0]
        take_parameters(self, self._fit_stack(X, codes, weights[None, :]))
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
        shape = np.shape(sample_weight)
        if len(shape) != 2 or shape[1] != X.shape[0]:
            raise ValueError(
                f"sample_weight must have shape (n_replicates, {X.shape[0]}), a column for each row of X, got {shape}"
            )
        weights = check_array(sample_weight, dtype=X.dtype, ensure_non_negative=True, input_name="sample_weight")
        weights = self._usable_weights(weights)
        return Replicates(template, template._fit_stack(X, codes, weights))

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Accuracy, of labels of any type; that of `sklearn.metrics` takes numbers and words.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,)
            Their labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        accuracy : float
            Share of the rows, or of their weight, whose label is predicted.
        """
        labels = given_labels(y)
        objects = labels is not None and labels.dtype.kind == "O" and not isinstance(labels[0], str)
        if objects or (labels is not None and beyond_integers(labels)):
            right = np.asarray(self.predict(X) == labels)
            weights = None if sample_weight is None else np.asarray(sample_weight, dtype=float)
            return float(np.average(right, weights=weights))
        return float(super().score(X, labels, sample_weight))

    # Predictions -----------------------------------------------------------------------------------------------

    def _scores(self, X: ArrayLike) -> NDArray:
        """Log scores (n, K) of rows: the stack of one."""
        self._check_fitted()
        return self._checked(self._log_scores, self._validate_rows(X), self._own_parameters())[0]

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
        if scores.shape[1] != 2:
            return scores
        with np.errstate(over="ignore"):  # infinite odds are right
            odds: NDArray = scores[:, 1] - scores[:, 0]
        return odds

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
        with np.errstate(over="ignore"):
            log_probabilities: NDArray = log_softmax(self._scores(X), axis=1)
        return log_probabilities

    # Validation ------------------------------------------------------------------------------------------------

    @property
    def _shows_nonfinite(self) -> bool:
        """Whether what is missing or infinite in a row always shows in its log scores; X need not be searched then."""
        return False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self._allow_nan
        return tags

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        """Check X and y, set `classes_`, and return X as floats and y as indices into `classes_`."""
        keep_freed_memory()
        goes_on = bool(getattr(self, "warm_start", False)) and "classes_" in self.__dict__
        X, y = self._validated_training(X, y, reset=not goes_on, **self._row_rules())
        classes, codes = encoded_labels(y)
        self._check_classes(classes)
        self.classes_ = classes
        return X, codes

    def _check_classes(self, classes: NDArray) -> None:
        """Raise if a classifier of these classes cannot be fitted."""
        if len(classes) < 2:
            raise ValueError(one_class("y", classes.tolist()[0]))

    def _usable_weights(self, weights: NDArray) -> NDArray:
        """Weights (R, n) by whose sums can be divided; those of which only ratios matter are made such."""
        with np.errstate(over="ignore"):
            totals = weights.sum(axis=1)
        if not totals.all():
            r = int(np.argmin(totals))
            raise ValueError(f"every replicate needs a positive weight; row {r} of sample_weight is all zero")
        if np.isfinite(totals.max()) and totals.min() >= np.finfo(weights.dtype).tiny:
            return weights
        if self._weights_are_shares:
            return np.asarray(weights / weights.max(axis=1, keepdims=True))
        total = totals.min() if np.isfinite(totals.max()) else totals.max()
        raise ValueError(
            f"the weights add up to {total:.3g}, by which {weights.dtype} cannot divide: divide sample_weight by its "
            "largest entry"
        )

    def _validate_rows(self, X: Any) -> NDArray:
        """Check the rows that a fitted classifier is to predict."""
        return self._validated_rows(X, finite=not self._shows_nonfinite, **self._row_rules())

    def _row_rules(self) -> dict[str, Any]:
        return {"dtype": [np.float64, np.float32], "ensure_all_finite": "allow-nan" if self._allow_nan else True}

    def _own_parameters(self) -> Parameters:
        """Fitted attributes as a stack of one."""
        return {name: np.asarray(getattr(self, name))[None] for name in self._score_attributes}

    def _with_far_rows(self, scores: NDArray, X: NDArray, parameters: Parameters) -> NDArray:  # noqa: ARG002 - for a subclass
        """Scores in which rows so far out that something overflowed have others, where a subclass has a way."""
        return scores

    def _checked(self, score: Callable[[NDArray, Parameters], NDArray], X: NDArray, parameters: Parameters) -> NDArray:
        """Scores of rows that `_validate_rows` let through; an error where they are not numbers."""
        with np.errstate(over="ignore", invalid="ignore"):
            scores = score(X, parameters)
            if np.isfinite(scores.sum()):
                return scores
            if score == self._log_scores:
                scores = self._with_far_rows(scores, X, parameters)
        if self._shows_nonfinite:
            check_array(X, **self._row_rules(), input_name="X", estimator=self)
        highest = scores.max(axis=2)  # NaN where one is
        lost = np.flatnonzero((np.isnan(highest) | np.isinf(highest)).any(axis=0))
        if len(lost):
            j = int(np.nanargmax(np.abs(X[lost[0]])))
            raise ValueError(
                f"row {lost[0]} of X lies too far out for floating-point numbers: {column_name(self, j)} is "
                f"{X[lost[0], j]:.3g}"
            )
        return scores
