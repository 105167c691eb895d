"""Weights of classes, seeds, and validation rows of a stack of training sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

RandomState = int | np.random.RandomState | None
_LEAST_SUM = float(np.finfo(float).tiny / np.finfo(float).eps)


def class_weighted(
    weights: NDArray, codes: NDArray, classes: NDArray, class_weight: Mapping[Any, float] | str | None
) -> NDArray:
    """Multiply the weights of rows by those of their classes.

    Parameters
    ----------
    weights : ndarray of shape (R, n)
        Weights of the rows in each training set.
    codes : ndarray of shape (n,)
        Class of each row, an index into `classes`.
    classes : ndarray of shape (K,)
        Labels.
    class_weight : dict, "balanced" or None
        Label -> weight, 1 where a label is missing; "balanced" gives all classes of a training set the same total.

    Returns
    -------
    weights : ndarray of shape (R, n)

    Raises
    ------
    ValueError
        If a weight is negative, not finite or no number, if a key is no label while some label has no key, or if no
        weight is left.
    """
    if class_weight is None:
        return weights
    if isinstance(class_weight, str):
        totals = _scaled(weights) @ (codes[:, None] == np.arange(len(classes))).astype(weights.dtype)
        factors = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
        factors *= totals.sum(axis=1, keepdims=True) / (totals > 0).sum(axis=1, keepdims=True)
    else:
        with np.errstate(over="ignore"):
            factors = _given_weights(classes, class_weight).astype(weights.dtype)[None, :]
        if not np.isfinite(factors).all():
            raise ValueError(
                f"class_weight {class_weight!r} overflows {weights.dtype}; divide all of it by its largest"
            )
    weighted: NDArray = weights * factors[:, codes]
    if not weighted.any(axis=1).all():
        raise ValueError(f"class_weight {class_weight!r} leaves no weight; give a class that occurs a positive weight")
    return weighted


def class_shares(weights: NDArray, codes: NDArray, n_classes: int) -> NDArray:
    """Share of each class (R, K) in the weight of each training set: the priors that a posterior is learned under."""
    weights, members = weights.astype(np.float64, copy=False), (codes[:, None] == np.arange(n_classes)).astype(float)
    with np.errstate(over="ignore"):
        totals = weights @ members
        sums = totals.sum(axis=1, keepdims=True)
    if not (np.isfinite(sums.max()) and sums.min() >= _LEAST_SUM):
        totals = _scaled(weights) @ members
        sums = totals.sum(axis=1, keepdims=True)
    shares: NDArray = totals / sums
    return shares


def _scaled(weights: NDArray) -> NDArray:
    """Weights of each training set by the power of two above their largest: exact, and no sum of them overflows."""
    scaled: NDArray = np.ldexp(weights, -np.frexp(weights.max(axis=1, keepdims=True))[1])
    return scaled


def _given_weights(classes: NDArray, class_weight: Mapping[Any, float]) -> NDArray:
    """Weight of each label; unlike scikit-learn's `compute_class_weight`, also of labels "1", "2" of digits."""
    labels = list(classes) if classes.dtype.kind in "mM" else classes.tolist()
    for label, weight in class_weight.items():
        try:
            valid = bool(0 <= weight < np.inf)
        except TypeError:
            valid = False
        if not valid:
            raise ValueError(
                f"class_weight must be finite numbers that are not negative, got {weight!r} for class {label!r}"
            )
    unknown = [label for label in class_weight if label not in labels]
    if unknown and len(class_weight) - len(unknown) < len(labels):
        raise ValueError(
            f"class_weight has the key {unknown[0]!r}, which is no label of y; the labels are {labels[:20]}: use these "
            "as keys, with their type"
        )
    return np.array([class_weight.get(label, 1.0) for label in labels], dtype=float)


def seeds(random_state: RandomState, count: int) -> list[int]:
    """Draw a seed for each of `count` training sets, as so many calls of `fit` one after the other would.

    An integer gives all the same seed; a RandomState instance, or None, gives each its own.

    Examples
    --------
    >>> len(set(seeds(0, 3))), len(set(seeds(np.random.RandomState(0), 3)))
    (1, 3)
    """
    return [int(check_random_state(random_state).randint(np.iinfo(np.int32).max)) for _ in range(count)]


def split_validation(
    generator: np.random.Generator, weights: NDArray, codes: NDArray, fraction: float
) -> tuple[NDArray, NDArray]:
    """Set a share of the rows of each class apart.

    Unlike scikit-learn's `train_test_split(stratify=)`, which refuses classes of one row and shares of fewer rows than
    classes, this keeps a single row of a class for training.

    Parameters
    ----------
    generator : numpy Generator
        Draws the rows.
    weights : ndarray of shape (n,)
        Weights of the rows; those of weight 0 are in neither part.
    codes : ndarray of shape (n,)
        Class of each row.
    fraction : float
        Share of the rows; each class that has rows keeps at least one for training.

    Returns
    -------
    training, validation : ndarrays of shape (n,)
        The weights, with 0 for the rows of the other part.
    """
    chosen = np.zeros(len(weights), bool)
    for code in np.unique(codes):
        rows = np.flatnonzero((codes == code) & (weights > 0))
        count = min(round(fraction * len(rows)), max(len(rows) - 1, 0))
        chosen[generator.permutation(rows)[:count]] = True
    if not chosen.any():
        raise ValueError(
            f"validation_fraction={fraction} leaves no validation row: give more rows, a larger fraction, "
            "or early_stopping=False"
        )
    return np.where(chosen, 0, weights), np.where(chosen, weights, 0)
