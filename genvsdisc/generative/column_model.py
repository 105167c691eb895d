"""Fitting by sufficient statistics of columns: from tables of mixed types, in batches, and merged."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from genvsdisc.generative.joint import GenerativeClassifier
from genvsdisc.generative.naive_bayes.distributions import ColumnKinds, as_frame
from genvsdisc.generative.naive_bayes.statistics import Statistics, gather


class ColumnModel(GenerativeClassifier):
    """A generative classifier whose parameters follow from statistics of its columns.

    A subclass has a parameter ``distributions`` and gives `_estimates`: everything fitted, from a stack of statistics.
    """

    distributions: Any
    statistics_: Statistics
    _kinds: ColumnKinds

    @abstractmethod
    def _estimates(self, statistics: Statistics) -> dict[str, Any]:
        """Everything fitted, from the statistics of R training sets."""

    @property
    def distributions_(self) -> tuple[str, ...]:
        """Distribution of each column, as given or inferred."""
        return self._kinds.distributions

    @property
    def categories_(self) -> tuple[NDArray | None, ...]:
        """Categories of each categorical column, sorted; None for the other columns."""
        return self._kinds.categories

    # Reading rows ----------------------------------------------------------------------------------------------

    def _validate_training(self, X: Any, y: Any) -> tuple[NDArray, NDArray]:
        X, codes, self._kinds = self._read_batch(X, y, super()._validate_training, None)
        return X, codes

    def _read_batch(
        self, X: Any, y: Any, validate: Callable[[Any, Any], tuple[NDArray, NDArray]], kinds: ColumnKinds | None
    ) -> tuple[NDArray, NDArray, ColumnKinds]:
        """Rows as floats, class codes, and the kinds of columns, which are `kinds` with new categories if given."""
        self._validate_params()
        frame = as_frame(X, self.distributions)
        if frame is None:
            X, codes = validate(X, y)
            kinds = (kinds or ColumnKinds.of(X, self.distributions)).learn(X)
            X = kinds.code_array(X)
        else:
            kinds = (kinds or ColumnKinds.of(frame, self.distributions)).learn(frame)
            X, codes = validate(kinds.code_frame(frame), y)
        kinds.warn_of_negative_counts(X)
        return kinds.support(X), codes, kinds

    def _validate_rows(self, X: ArrayLike) -> NDArray:
        kinds = self._kinds
        special = "categorical" in kinds.distributions or "bernoulli" in kinds.distributions
        frame = as_frame(X, kinds.distributions) if special else None
        if frame is None:
            return kinds.support(kinds.code_array(super()._validate_rows(X)))
        return kinds.support(super()._validate_rows(kinds.code_frame(frame)))

    # Fitting ---------------------------------------------------------------------------------------------------

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        return self._estimates(gather(X, codes, weights, self._kinds, len(self.classes_)))

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Update the fitted model with more rows, exactly: any batches in any order equal one fit to all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            New rows, which may hold new categories.
        y : array-like of shape (n_samples,)
            Their labels.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed at the first call unless `fit` came before.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the rows.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If y holds a label that is not among the classes, or the first call does not name them.
        """
        _check_partial_fit_first_call(self, classes)
        first = not hasattr(self, "statistics_")

        def validate(X: Any, y: Any) -> tuple[NDArray, NDArray]:
            X, y = validate_data(self, X, y, reset=first, **self._row_rules())
            codes = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
            if (self.classes_[codes] != y).any():
                raise ValueError(f"y has labels outside {self.classes_.tolist()}; name all of them in `classes`")
            return X, codes

        X, codes, kinds = self._read_batch(X, y, validate, None if first else self._kinds)
        weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        statistics = gather(X, codes, weights[None], kinds, len(self.classes_))[0]
        return self._learn(
            statistics if first else self.statistics_.relabel(self._kinds, kinds).merge(statistics), kinds
        )

    def merge(self, other: Self) -> Self:
        """Add all rows that another classifier of the same classes has learnt from.

        Parameters
        ----------
        other : same type as self
            Fitted to rows with the same columns, distributions and classes; its categories may differ.

        Returns
        -------
        self : object
            The classifier, as if fitted to the rows of both.

        Raises
        ------
        ValueError
            If the classes or the distributions differ.
        """
        check_is_fitted(self)
        check_is_fitted(other)
        if not np.array_equal(self.classes_, other.classes_) or self.distributions_ != other.distributions_:
            raise ValueError(
                f"merge needs the same classes and distributions, got {self.classes_.tolist()} with "
                f"{self.distributions_} and {other.classes_.tolist()} with {other.distributions_}"
            )
        kinds = self._kinds.union(other._kinds)
        theirs = other.statistics_.relabel(other._kinds, kinds)
        return self._learn(self.statistics_.relabel(self._kinds, kinds).merge(theirs), kinds)

    def _learn(self, statistics: Statistics, kinds: ColumnKinds) -> Self:
        """Replace everything fitted by what follows from these statistics."""
        self._kinds = kinds
        for name, values in self._estimates(statistics[None]).items():
            setattr(self, name, values[0])
        return self
