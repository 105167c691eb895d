"""What every generative classifier can do because it models p(x, y): densities, draws, new priors, further rows."""

from __future__ import annotations

from abc import abstractmethod
from copy import copy
from numbers import Integral
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from genvsdisc.base import ProbabilisticClassifier
from genvsdisc.class_priors import GenerativePriors
from genvsdisc.given import given_labels
from genvsdisc.validation import encoded_labels, some_columns, validated

_LARGE = 1e8  # fourth powers stay in the range of single precision, 1e-38 to 3e38


def _learns_in_batches(classifier: Any) -> bool:
    reason = classifier._needs_all_rows()
    if reason:
        raise AttributeError(reason)
    return True


class GenerativeClassifier(GenerativePriors, ProbabilisticClassifier):
    """Log scores are log prior + log density, so they normalise to p(x) and not only to p(y | x).

    A subclass has a parameter ``priors``, takes its class priors from `_prior_stack`, and gives `_sample_given_class`.
    Its parameters are functions of sufficient statistics of the rows (`_statistics_of`, `_union`, `_learn`).
    """

    _family = "generative"
    _allow_nan = True

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        X, codes = super()._validate_training(X, y)
        return in_range(X), codes

    def _validate_rows(self, X: Any) -> NDArray:
        return in_range(super()._validate_rows(X))

    def _joint_scores(self, X: ArrayLike) -> NDArray:
        """Log p(x, y), (n, K). Override where `_log_scores` leaves out a term that all classes share."""
        return self._scores(X)

    def predict_joint_log_proba(self, X: ArrayLike) -> NDArray:
        """Log joint density of each row with each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows; missing entries (NaN) are integrated out.

        Returns
        -------
        joint : ndarray of shape (n_samples, n_classes)
            ``log p(x, y) = log p(y) + log p(x | y)``.
        """
        return self._joint_scores(X)

    def score_samples(self, X: ArrayLike) -> NDArray:
        """Log density of each row under the mixture of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows; missing entries (NaN) are integrated out.

        Returns
        -------
        log_density : ndarray of shape (n_samples,)
            ``log p(x) = log sum_y p(x, y)``.
        """
        return logsumexp(self._joint_scores(X), axis=1)

    def sample(
        self, n_samples: int = 1, y: Any = None, random_state: Any = None, columns: Any = None
    ) -> tuple[NDArray, NDArray]:
        """Draw rows from the fitted model.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows, at least 1.
        y : label, default=None
            Draw from this class; None draws the class from the priors.
        random_state : int, RandomState instance or None, default=None
            Source of randomness.
        columns : array-like of int, default=None
            Features to draw, by the law that they have without the others; None draws all.

        Returns
        -------
        X : ndarray of shape (n_samples, n_features) or (n_samples, n_columns)
        y : ndarray of shape (n_samples,)

        Raises
        ------
        ValueError
            If y is not one of `classes_`, n_samples no positive whole number, or `columns` are not different features.
        """
        check_is_fitted(self)
        if not isinstance(n_samples, Integral) or isinstance(n_samples, bool) or n_samples < 1:
            raise ValueError(f"n_samples must be a whole number of at least 1, got {n_samples!r}")
        rng, some = check_random_state(random_state), some_columns(columns, self.n_features_in_)
        if y is None:
            priors = np.asarray(self.class_prior_, dtype=np.float64)
            codes = rng.choice(len(self.classes_), size=n_samples, p=priors / priors.sum())
            return self._sample_given_class(codes, rng, some), self.classes_[codes]
        if np.ndim(y) > 0:
            raise ValueError(
                f"y must be a single class or None, got an array of shape {np.shape(y)}; call sample once a class"
            )
        place = np.flatnonzero([] if pd.isna(y) else [bool(label == y) for label in self.classes_])
        if not len(place):
            raise ValueError(f"y must be one of the classes {self.classes_.tolist()}, got {y!r}")
        codes = np.full(n_samples, place[0])
        return self._sample_given_class(codes, rng, some), self.classes_[codes]

    @abstractmethod
    def _sample_given_class(self, codes: NDArray, rng: np.random.RandomState, columns: NDArray | None) -> NDArray:
        """Draw one row from each of these classes: all features, or some."""

    @abstractmethod
    def linear_log_odds(self) -> tuple[Any, NDArray, NDArray]:
        """Features in which the log-odds are linear (None: those of X), their coefficients and intercepts."""

    def as_discriminative(self) -> Any:
        """Build the discriminative classifier with the same posterior.

        Returns
        -------
        model : LogisticClassifier or Pipeline
            Fitted. A logistic model of the features (shared covariance), of them with their squares and products
            (separate covariances), or of the sufficient statistics of naive Bayes. It has no density any more: it
            takes complete rows only, unless its features stand for missing entries, and keeps these priors.
        """
        from genvsdisc.bridge import as_discriminative

        check_is_fitted(self)
        return as_discriminative(self)

    # Further rows ----------------------------------------------------------------------------------------------

    def _needs_all_rows(self) -> str | None:
        """Why these parameters cannot be fitted in batches, if they cannot."""
        return None

    @abstractmethod
    def _statistics_of(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, *, first: bool) -> Any:
        """Sufficient statistics of a batch, whose labels are among `classes_`."""

    @abstractmethod
    def _statistics(self) -> Any:
        """Sufficient statistics of all rows so far; a ValueError if they are not enough to go on."""

    @abstractmethod
    def _union(self, one: Any, its: Self, two: Any, other: Self) -> Any:
        """Statistics of two sets of rows, of which the classifiers `its` and `other` know the meaning."""

    @abstractmethod
    def _learn(self, statistics: Any) -> None:
        """Replace everything fitted by what follows from these statistics."""

    @abstractmethod
    def _refusal(self, other: Any) -> str | None:
        """Why the statistics of another classifier of this type cannot be added, if they cannot."""

    @available_if(_learns_in_batches)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Update the fitted model with more rows, exactly: any batches in any order equal one fit to all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            New rows.
        y : array-like of shape (n_samples,)
            Their labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed at the first call unless `fit` came before.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the rows.

        Returns
        -------
        self : object
            The classifier; unchanged if an error is raised.

        Raises
        ------
        ValueError
            If y holds a label that is not among the classes, or the first call does not name them.
        AttributeError
            If an option needs all rows at once.
        """
        trial = copy(self)
        first = trial._learns_classes(classes)
        statistics = trial._statistics_of(X, y, sample_weight, first=first)
        trial._learn(statistics if first else trial._union(self._statistics(), self, statistics, trial))
        self.__dict__.update(trial.__dict__)
        return self

    def merge(self, other: Self) -> Self:
        """Add all rows that another classifier of the same classes has learned from.

        Parameters
        ----------
        other : same type as self
            Fitted with the same options to rows of the same features and classes.

        Returns
        -------
        self : object
            The classifier, as if fitted to the rows of both; unchanged if an error is raised.

        Raises
        ------
        ValueError
            If the type, the classes, the features or an option on which the statistics depend differ.
        AttributeError
            If an option needs all rows at once.
        """
        _learns_in_batches(self)
        if type(other) is not type(self):
            raise ValueError(f"merge needs another {type(self).__name__}, got {type(other).__name__}")
        check_is_fitted(self)
        check_is_fitted(other)
        if not np.array_equal(self.classes_, other.classes_):
            raise ValueError(
                f"merge needs the same classes, got {self.classes_.tolist()} and {other.classes_.tolist()}"
            )
        if self.n_features_in_ != other.n_features_in_:
            raise ValueError(
                f"merge needs the same number of features, got {self.n_features_in_} and {other.n_features_in_}"
            )
        names = [list(getattr(model, "feature_names_in_", ())) for model in (self, other)]
        if all(names) and names[0] != names[1]:
            raise ValueError(f"merge needs the same features in the same order, got {names[0]} and {names[1]}")
        refusal = self._refusal(other)
        if refusal:
            raise ValueError(refusal)
        trial = copy(self)
        trial._learn(trial._union(self._statistics(), self, other._statistics(), other))
        self.__dict__.update(trial.__dict__)
        return self

    def _learns_classes(self, classes: ArrayLike | None) -> bool:
        """Take note of the classes at the first call, and return True; refuse others at a later one."""
        known = getattr(self, "classes_", None)
        if classes is None:
            if known is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            return False
        if np.size(classes) == 0:
            raise ValueError("classes is empty: name all of them at the first call")
        given, _ = encoded_labels(given_labels(classes))
        if known is None:
            self._check_classes(given)
            self.classes_ = given
            return True
        if not np.array_equal(known, given):
            raise ValueError(f"classes must be those of the first call, {known.tolist()}, got {given.tolist()}")
        return False

    def _validate_batch(self, X: Any, y: Any, *, first: bool) -> tuple[NDArray, NDArray]:
        """Check a batch; return X as floats and y as indices into `classes_`."""
        X, y = validated(self, X, y, reset=first, **self._row_rules())
        codes = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        unknown = self.classes_[codes] != y
        if unknown.any():
            raise ValueError(
                f"y has labels outside {self.classes_.tolist()}, such as {y[np.argmax(unknown)]!r}; name all of them "
                "in `classes` at the first call"
            )
        return in_range(X), codes

    def _batch_weights(self, sample_weight: ArrayLike | None, X: NDArray) -> NDArray:
        weights: NDArray = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        return weights


def in_range(X: NDArray) -> NDArray:
    """Rows in double precision where their squares leave the range of single precision."""
    if X.dtype != np.float32 or not X.size:
        return X
    size = np.abs(X[np.isfinite(X)])
    if len(size) and (size.max() > _LARGE or size.max() < 1 / _LARGE):
        return X.astype(np.float64)
    return X
