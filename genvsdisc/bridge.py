"""The one bridge between the families: a generative classifier as the discriminative one with the same posterior."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn.pipeline import make_pipeline

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.features.transforms import QuadraticFeatures


def as_discriminative(classifier: Any) -> Any:
    """Build the logistic model whose posterior is that of a fitted generative classifier.

    Parameters
    ----------
    classifier : GaussianClassifier or NaiveBayesClassifier
        Fitted; its ``linear_log_odds()`` gives the features in which its log-odds are linear, and the coefficients.

    Returns
    -------
    model : LogisticClassifier or Pipeline
        Fitted; a pipeline where the log-odds are linear in functions of the features only.
    """
    features, coef, intercept = classifier.linear_log_odds()
    logistic = LogisticClassifier()
    logistic.classes_, logistic.coef_, logistic.intercept_ = classifier.classes_, coef, intercept
    logistic.class_prior_ = classifier.class_prior_.copy()
    logistic.n_features_in_ = coef.shape[1]
    return _named_like(classifier, logistic) if features is None else make_pipeline(features, logistic)


def quadratic_features(classifier: Any, origins: Iterable[float]) -> QuadraticFeatures:
    """Build the transformer, with these origins, as if fitted to the rows that a classifier was fitted to."""
    features = QuadraticFeatures(origins=tuple(map(float, origins)))
    features.n_features_in_ = classifier.n_features_in_
    return _named_like(classifier, features)


def _named_like(classifier: Any, estimator: Any) -> Any:
    if hasattr(classifier, "feature_names_in_"):
        estimator.feature_names_in_ = classifier.feature_names_in_
    return estimator
