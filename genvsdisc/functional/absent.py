"""Classes without weight in a training set: probability 0, no gradient, and never an infinity in the arithmetic.

The outputs of a classifier are C logits: C = K classes, or for two classes one, the log-odds of the second. While it
is trained, the intercept of an absent class is a large finite number; afterwards it is infinite.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOGIT = -1e30
"""Intercept of an absent class in training: finite, so that a weight of zero times its loss is zero and not NaN."""


def present_classes(weights: NDArray, codes: NDArray, n_classes: int) -> NDArray:
    """Mask (R, K) of the classes that have positive weight.

    Parameters
    ----------
    weights : ndarray of shape (R, n)
        Weights of the rows.
    codes : ndarray of shape (n,)
        Class of each row, 0 to K - 1.
    n_classes : int
        K.
    """
    mask: NDArray = weights @ (codes[:, None] == np.arange(n_classes)) > 0
    return mask


def exclude(intercepts: NDArray, present: NDArray, logit: float = LOGIT) -> None:
    """Give absent classes a probability of 0, in place.

    Parameters
    ----------
    intercepts : ndarray of shape (R, C)
        C = K, or 1 for two classes.
    present : ndarray of bool, shape (R, K)
        Classes that have weight.
    logit : float
        Intercept of the absent: finite in training, ``-inf`` afterwards.

    Examples
    --------
    >>> intercepts = np.zeros((2, 1))
    >>> exclude(intercepts, np.array([[True, True], [True, False]]))
    >>> intercepts.tolist()
    [[0.0], [-1e+30]]
    """
    if intercepts.shape[1] == 1:
        intercepts[~present[:, 0]] = -logit
        intercepts[~present[:, 1]] = logit
    else:
        intercepts[~present] = logit
