"""The priors behind a classifier's posteriors: the class shares of its training rows, unless it was given others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.sampling import class_weighted
from genvsdisc.known_estimators import INNER, SEARCHES

_GIVEN = ("priors", "class_prior")
"""Parameters that hold class priors, as our classifiers and those of scikit-learn name them."""
_AS_MANY = ("is_unbalance", "unbalance", "unbalanced_sets")
"""Parameters of LightGBM that let both of two classes weigh the same; its objective for more classes ignores them."""
_LOOKED_INTO = dict.fromkeys((*SEARCHES, "BaggingClassifier"), INNER) | {"StackingClassifier": ("final_estimator",)}
"""Classifiers of classifiers -> parameters that hold the one whose priors theirs are."""
_OF_CATBOOST = {"Balanced": 1.0, "SqrtBalanced": 0.5}
"""Its `auto_class_weights` -> power of a class's share that its rows are divided by."""
_OWN_SCALE = ("SVC", "NuSVC")
"""Classes whose probabilities are fitted, in a second step, to rows that all count the same."""


def learned_priors(estimator: Any, shares: NDArray, classes: NDArray) -> NDArray:
    """Priors that a fitted posterior stands for, which a reweighting by other priors divides by.

    Class priors that were given take the place of the shares; weights of classes are a factor of them, for a posterior
    fitted to weighted rows is that of a table with as many more rows of the class.

    Parameters
    ----------
    estimator : classifier
        Or a pipeline, search, bag, stack or vote, which are looked into; other classifiers of classifiers are not.
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
    members = _members(classifier)
    if members:  # posteriors are averaged
        mixed = [learned_priors(member, shares, classes) * weight for member, weight in members]
        return _shares(np.sum(mixed, axis=0), shares)
    given = next((p for name in _GIVEN if (p := getattr(classifier, name, None)) is not None), None)
    if given is not None:
        return _shares(np.where(shares > 0, np.asarray(given, dtype=float), 0.0), shares)
    if getattr(classifier, "fit_prior", True) is False:  # of scikit-learn's naive Bayes: all the same
        return _shares((shares > 0).astype(float), shares)
    weight = getattr(classifier, "class_weight", None)
    if weight is not None and type(classifier).__name__ not in _OWN_SCALE:
        balanced = "balanced" if isinstance(weight, str) else weight
        return _shares(class_weighted(shares, np.arange(len(classes)), classes, balanced), shares)
    weighted = _of_boosted_trees(classifier, shares, classes)
    return shares if weighted is shares else _shares(weighted, shares)


def _of_boosted_trees(classifier: Any, shares: NDArray, classes: NDArray) -> NDArray:
    """Shares times the class weights of LightGBM, XGBoost or CatBoost, whose names are their own."""
    power = _OF_CATBOOST.get(str(_parameter(classifier, "auto_class_weights")))
    if power is not None:
        return np.where(shares > 0, np.maximum(shares, 1e-300) ** (1 - power), 0.0)
    weights = _parameter(classifier, "class_weights")
    if isinstance(weights, Mapping):
        return shares * [float(weights.get(label, 1.0)) for label in classes]
    if weights is not None and np.shape(weights) == (len(classes),):
        names = _parameter(classifier, "class_names")  # the order of the weights, where it is not the labels'
        order = list(classes if names is None else names)
        if set(order) == set(classes):
            return shares * [float(weights[order.index(label)]) for label in classes]
    if len(classes) == 2 and any(_parameter(classifier, name) is True for name in _AS_MANY):
        return (shares > 0).astype(float)
    second = _parameter(classifier, "scale_pos_weight")  # for the second of two classes
    return shares * [1.0, float(second)] if second is not None and len(classes) == 2 else shares


def _parameter(classifier: Any, name: str) -> Any:
    """A parameter, which CatBoost's classifier does not have as an attribute."""
    if not hasattr(classifier, name) and hasattr(classifier, "get_params"):
        return classifier.get_params(deep=False).get(name)
    return getattr(classifier, name, None)


def _members(classifier: Any) -> list[tuple[Any, float]]:
    """Classifiers of a vote, and how much each counts; none for what is no vote."""
    if type(classifier).__name__ != "VotingClassifier":
        return []
    kept = [place for place, (_, member) in enumerate(classifier.estimators) if hasattr(member, "fit")]  # not "drop"
    weights = np.ones(len(classifier.estimators)) if classifier.weights is None else classifier.weights
    return [(classifier.estimators[place][1], float(weights[place])) for place in kept]


def _shares(weights: NDArray, otherwise: NDArray) -> NDArray:
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1), otherwise)


def _classifier(estimator: Any) -> Any:
    """The classifier at the end of pipelines and stacks and inside searches and bags, which have its posterior."""
    while True:
        if getattr(estimator, "steps", None):
            estimator = estimator.steps[-1][1]
            continue
        looked_into = _LOOKED_INTO.get(type(estimator).__name__, ())
        inner = [getattr(estimator, name, None) for name in looked_into]
        nested = next((each for each in inner if hasattr(each, "fit")), None)
        if nested is None:
            return estimator
        estimator = nested
