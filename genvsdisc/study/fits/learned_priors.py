"""The priors behind a classifier's posteriors: the class shares of its training rows, unless it was given others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.sampling import class_weighted
from genvsdisc.known_estimators import INNER, SEARCHES

_GIVEN = ("priors", "class_prior")
"""Parameters that hold class priors, as our classifiers and those of scikit-learn name them."""
_AS_MANY = ("is_unbalance", "unbalance", "unbalanced_sets")
"""Parameters of LightGBM that let both of two classes weigh the same; its objective for more classes ignores them."""
_OWN_SCALE = ("SVC", "NuSVC")
"""Classes whose probabilities are fitted, in a second step, to rows that all count the same."""


def learned_priors(estimator: Any, shares: NDArray, classes: NDArray) -> NDArray:
    """Priors that a fitted posterior stands for, which a reweighting by other priors divides by.

    Class priors that were given take the place of the shares; weights of classes are a factor of them, for a posterior
    fitted to weighted rows is that of a table with as many more rows of the class.

    Parameters
    ----------
    estimator : classifier
        Or a pipeline or search, which are looked into; other classifiers of classifiers are not.
    shares : ndarray of shape (n_draws, n_classes)
        Class shares of the training sets.
    classes : ndarray of shape (n_classes,)
        Labels, sorted.

    Returns
    -------
    priors : ndarray of shape (n_draws, n_classes)
        0 for a class without training rows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> learned_priors(LogisticRegression(class_weight="balanced"), np.array([[0.9, 0.1]]), np.array([0, 1]))
    array([[0.5, 0.5]])
    """
    classifier = _classifier(estimator)
    given = next((p for name in _GIVEN if (p := getattr(classifier, name, None)) is not None), None)
    if given is not None:
        return _shares(np.where(shares > 0, np.asarray(given, dtype=float), 0.0), shares)
    if getattr(classifier, "fit_prior", True) is False:  # of scikit-learn's naive Bayes: all the same
        return _shares((shares > 0).astype(float), shares)
    weight = getattr(classifier, "class_weight", None)
    if weight is not None and type(classifier).__name__ not in _OWN_SCALE:
        balanced = "balanced" if isinstance(weight, str) else weight
        return _shares(class_weighted(shares, np.arange(len(classes)), classes, balanced), shares)
    if len(classes) == 2 and any(getattr(classifier, name, None) is True for name in _AS_MANY):
        return _shares((shares > 0).astype(float), shares)
    second = getattr(classifier, "scale_pos_weight", None)  # of boosted trees, for the second of two classes
    if second is not None and len(classes) == 2:
        return _shares(shares * [1.0, float(second)], shares)
    return shares


def _shares(weights: NDArray, otherwise: NDArray) -> NDArray:
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1), otherwise)


def _classifier(estimator: Any) -> Any:
    """The classifier at the end of pipelines and inside searches, which leave its posterior as it is."""
    while True:
        if getattr(estimator, "steps", None):
            estimator = estimator.steps[-1][1]
            continue
        inner = [getattr(estimator, name, None) for name in INNER] if type(estimator).__name__ in SEARCHES else []
        found = next((each for each in inner if hasattr(each, "fit")), None)
        if found is None:
            return estimator
        estimator = found
