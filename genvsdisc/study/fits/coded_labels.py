"""Labels as the numbers 0, 1, ... for classifiers of others that take no other labels, such as XGBoost's."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if


def _inner_has(name: str) -> Any:
    return lambda self: hasattr(getattr(self, "estimator_", self.estimator), name)


class CodedLabels(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Classifier that is fitted to labels 0 to K - 1, and speaks of the classes by their own labels.

    The numbers count the classes that are present in the rows of the fit, without gaps.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted.
    estimator_ : classifier
        Fitted to the numbers.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> model = CodedLabels(GaussianNB()).fit([[0.0], [0.1], [1.0], [1.1]], ["no", "no", "yes", "yes"])
    >>> model.predict([[0.9]]).tolist(), model.estimator_.classes_.tolist()
    (['yes'], [0, 1])
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the classifier to the numbers of the labels.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Labels of any type.
        sample_weight : array-like of shape (n_samples,), default=None
            Handed on where it is given.
        """
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_ = clone(self.estimator).fit(X, codes, **weights)
        return self

    def predict(self, X: Any) -> NDArray:
        """Label of the most probable class."""
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X: Any) -> NDArray:
        """Probabilities of the classes, in the order of ``classes_``."""
        return np.asarray(self.estimator_.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        return tags


def with_coded_labels(estimator: Any) -> Any:
    """Wrap a classifier, or the last step of a pipeline."""
    if not isinstance(estimator, Pipeline):
        return CodedLabels(estimator)
    name, last = estimator.steps[-1]
    return clone(estimator).set_params(**{name: with_coded_labels(last)})
