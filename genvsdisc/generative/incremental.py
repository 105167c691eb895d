"""Learning from further rows: the class moments of a union follow from those of its parts."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from genvsdisc.functional.gaussian.moments import Moments, merge
from genvsdisc.generative.gaussian.shrinkage import Regularization
from genvsdisc.generative.joint import GenerativeClassifier


def _learns_in_batches(classifier: Any) -> bool:
    if classifier.shrinkage == "auto":
        raise AttributeError("shrinkage='auto' needs all rows at once; give a number, 'oas' or 'ledoit_wolf', or fit")
    return True


class IncrementalLearning(GenerativeClassifier):
    """`partial_fit` and `merge` for a classifier whose parameters are functions of class moments."""

    n_features_in_: int
    structure: str
    shrinkage: float | str
    _moments: Moments | None
    _unready: str | None = None  # why the rows so far do not suffice for predictions

    @abstractmethod
    def _rule(self) -> Regularization:
        """How covariances are regularized."""

    @abstractmethod
    def _parameters(self, moments: Moments, rule: Regularization) -> dict[str, Any]:
        """Everything fitted, as functions of the class moments (leading axis R)."""

    @available_if(_learns_in_batches)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Add rows to those already learnt from; batches in any order give what one `fit` to all rows gives.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            New rows, without missing entries.
        y : array-like of shape (n_samples,)
            Their labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever occur; needed at the first call unless `fit` came before.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights.

        Returns
        -------
        self : object
            The classifier. While the rows so far leave a covariance singular, predictions raise a ValueError.

        Raises
        ------
        ValueError
            For missing entries, which need all rows at once, and for unknown labels.
        AttributeError
            For ``shrinkage="auto"``, which needs all rows at once.
        """
        rule = self._rule()
        first = _check_partial_fit_first_call(self, classes)
        rows, labels = validate_data(self, X, y, reset=first, dtype=[np.float64, np.float32])
        weights = _check_sample_weight(sample_weight, rows, dtype=rows.dtype, ensure_non_negative=True)
        codes = np.searchsorted(self.classes_, labels).clip(max=len(self.classes_) - 1)
        if (self.classes_[codes] != labels).any():
            raise ValueError(f"y has labels outside {self.classes_.tolist()}; name all of them in `classes`")
        moments = rule.moments(rows, codes, weights[None], len(self.classes_))[0]
        return self._learn(moments if first else merge(self._own_moments(), moments))

    def merge(self, other: Self) -> Self:
        """Add all rows that another classifier of the same classes has learnt from.

        Parameters
        ----------
        other : GaussianClassifier
            Fitted with the same options to rows of the same features and classes.

        Returns
        -------
        self : object
            The classifier, as if fitted to the rows of both.

        Raises
        ------
        ValueError
            If the classes or the number of features differ, and where `partial_fit` raises one.
        """
        check_is_fitted(self)
        check_is_fitted(other)
        if not np.array_equal(self.classes_, other.classes_) or self.n_features_in_ != other.n_features_in_:
            raise ValueError(
                f"merge needs the same classes and number of features, got {self.classes_.tolist()} with "
                f"{self.n_features_in_} and {other.classes_.tolist()} with {other.n_features_in_}"
            )
        return self._learn(merge(self._own_moments(), other._own_moments()))

    def _own_moments(self) -> Moments:
        if self._moments is None:
            raise ValueError("rows cannot be added to a fit with missing entries; fit again to all rows")
        return self._moments

    def _learn(self, moments: Moments) -> Self:
        """Replace everything fitted by what follows from these moments."""
        _learns_in_batches(self)
        rule = self._rule()
        self._unready = None
        try:
            fitted = self._parameters(moments[None], rule)
        except ValueError as error:
            self._unready = f"more rows are needed: {error}"
            fitted = {"_moments": [moments]}
        for name, values in fitted.items():
            setattr(self, name, values[0])
        return self

    def _validate_rows(self, X: ArrayLike) -> NDArray:
        if self._unready:
            raise ValueError(self._unready)
        return super()._validate_rows(X)
