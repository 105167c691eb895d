"""The density log p(x) that a generative classifier gives a row: its own or another package's, behind any steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from genvsdisc.known_estimators import GENERATIVE, family_and_form

_BLOCK = 50_000  # rows judged at a time
UNLIKE = 0.01
"""A row with a lower log p(x) than this share of the training rows is unlike any class."""


def log_density(classifier: Any, X: Any) -> NDArray[np.float64] | None:
    """Log density of rows under a fitted classifier, log sum_k p(k) p(x | k); None where it models none.

    Parameters
    ----------
    classifier : fitted classifier
        With ``score_samples`` or ``predict_joint_log_proba``, also behind a search and the steps of a pipeline.
    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    log_density : ndarray of shape (n_samples,) or None

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> log_density(GaussianNB().fit([[0.0], [1.0], [3.0], [4.0]], [0, 0, 1, 1]), [[0.5], [2.0]]).round(3)
    array([-0.919, -4.726])
    """
    while hasattr(classifier, "best_estimator_") or hasattr(classifier, "steps"):
        if hasattr(classifier, "best_estimator_"):
            classifier = classifier.best_estimator_
            continue
        for _, step in classifier.steps[:-1]:
            X = X if step in (None, "passthrough") else step.transform(X)
        classifier = classifier.steps[-1][1]
    if family_and_form(classifier)[0] != GENERATIVE:
        return None
    if hasattr(classifier, "score_samples"):
        return np.asarray(classifier.score_samples(X), dtype=float)
    if hasattr(classifier, "predict_joint_log_proba"):
        return np.asarray(logsumexp(classifier.predict_joint_log_proba(X), axis=1), dtype=float)
    return None


def density_floor(classifier: Any, X: Any) -> float | None:
    """Log density that a share of 1% of the rows falls short of; None where the classifier models no density.

    A quantile that is an observed value: with it the flag of a row does not depend on how values in between are found.
    """
    parts: list[NDArray[np.float64]] = []
    for start in range(0, max(len(X), 1), _BLOCK):
        part = log_density(classifier, X[start : start + _BLOCK])
        if part is None or not len(part) or np.isnan(part).any():
            return None
        parts.append(part)
    log_densities = np.concatenate(parts)
    floor = float(np.quantile(log_densities, UNLIKE, method="higher"))
    return floor if np.isfinite(floor) else None
