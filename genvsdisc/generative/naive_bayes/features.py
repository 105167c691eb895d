"""The features in which the log-odds of a naive Bayes classifier are linear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

if TYPE_CHECKING:
    from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier


class SufficientStatistics(TransformerMixin, BaseEstimator):
    """Rows as the sufficient statistics of a naive Bayes classifier's columns.

    In order: ``x - shift`` for each column with a mean (gaussian, bernoulli, poisson); ``(x - shift)^2`` for each
    gaussian column, unless its variance is shared; an indicator for each category; and an indicator of a missing value
    for each column with a mean. A missing value is 0 in the other features, so that no NaN comes out. A logistic
    regression on these features has the functional form of the naive Bayes posterior.

    Parameters
    ----------
    classifier : NaiveBayesClassifier
        Gives the columns' distributions and categories; `fit` fits a copy of it.

    Attributes
    ----------
    classifier_ : NaiveBayesClassifier
        The fitted copy.

    Examples
    --------
    >>> import numpy as np
    >>> from genvsdisc import NaiveBayesClassifier
    >>> from genvsdisc.generative.naive_bayes.features import SufficientStatistics
    >>> X, y = np.array([[1.0], [3.0], [np.nan], [6.0]]), [0, 0, 1, 1]
    >>> SufficientStatistics(NaiveBayesClassifier()).fit(X, y).transform(X)
    array([[-3.,  9.,  0.],
           [-1.,  1.,  0.],
           [ 0.,  0.,  1.],
           [ 2.,  4.,  0.]])
    """

    def __init__(self, classifier: NaiveBayesClassifier) -> None:
        self.classifier = classifier

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = self.classifier.__sklearn_tags__().input_tags
        tags.target_tags.required = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "classifier_")

    @classmethod
    def of(cls, fitted: NaiveBayesClassifier) -> Self:
        """Take a fitted classifier as it is."""
        statistics = cls(clone(fitted))
        statistics.classifier_ = fitted
        return statistics

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn the columns' distributions, categories and shifts.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : array-like of shape (n_samples,)
            Labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        self : object
        """
        self.classifier_ = clone(self.classifier).fit(X, y, sample_weight=sample_weight)
        return self

    def transform(self, X: ArrayLike) -> NDArray:
        """Sufficient statistics of rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        features : ndarray of shape (n_samples, n_statistics)
        """
        check_is_fitted(self)
        model, kinds = self.classifier_, self.classifier_._kinds
        rows = model._validate_rows(X)
        numbers = rows[:, kinds.numeric]
        missing = np.isnan(numbers)
        shift, _ = model._shifted_terms()
        Z = np.where(missing, 0, numbers - shift)
        indicators = [
            rows[:, [j]] == np.arange(size) for j, size in zip(kinds.categorical, np.diff(kinds.offsets), strict=True)
        ]
        return np.hstack([Z, Z[:, self._squared()] ** 2, *indicators, missing], dtype=rows.dtype)

    def coefficients(self) -> tuple[NDArray, NDArray]:
        """Coefficients (n_classes, n_statistics) and intercepts (n_classes,) of the log joint density.

        They leave out what all classes share: the base measure of poisson columns and, with shared variances, the
        squares.
        """
        check_is_fitted(self)
        model = self.classifier_
        _, terms = model._shifted_terms()
        with np.errstate(divide="ignore"):
            intercept = terms.constant.sum(axis=1) + np.log(model.class_prior_)
        tables = np.nan_to_num(model.category_log_prob_)
        return np.hstack([terms.linear, terms.quadratic[:, self._squared()], tables, -terms.constant]), intercept

    def _squared(self) -> NDArray:
        """Columns, counted among the numeric ones, whose squares tell the classes apart."""
        kinds = self.classifier_._kinds
        numeric = [name for name in kinds.distributions if name != "categorical"]
        return np.flatnonzero([name == "gaussian" and not self.classifier_.shared_variance for name in numeric])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray:
        """Names of the statistics: ``x0``, ``x0^2``, ``x1=red``, ``x0 missing``.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns; None takes those met in fit, else x0, x1, ...

        Returns
        -------
        names : ndarray of str
        """
        check_is_fitted(self)
        kinds = self.classifier_._kinds
        default = [f"x{j}" for j in range(len(kinds.distributions))]
        columns = getattr(self.classifier_, "feature_names_in_", default) if input_features is None else input_features
        numeric = np.array(columns, dtype=object)[kinds.numeric]
        categories = [f"{columns[j]}={value}" for j in kinds.categorical for value in np.asarray(kinds.categories[j])]
        squares = [f"{name}^2" for name in numeric[self._squared()]]
        return np.array([*numeric, *squares, *categories, *(f"{name} missing" for name in numeric)], dtype=object)
