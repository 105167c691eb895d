"""Classes without training rows in the last layer of a network: a bias that leaves them no probability, no gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BIAS = -1e30
"""Finite, so that the arithmetic of training never meets an infinity."""


def exclude(biases: NDArray, present: NDArray) -> None:
    """Give absent classes a probability of 0, in place.

    Parameters
    ----------
    biases : ndarray of shape (R, C)
        Of the outputs: C = K, or 1 for two classes, the log-odds of the second.
    present : ndarray of bool, shape (R, K)
        Classes that have training rows.

    Examples
    --------
    >>> biases = np.zeros((2, 1))
    >>> exclude(biases, np.array([[True, True], [True, False]]))
    >>> biases.tolist()
    [[0.0], [-1e+30]]
    """
    if biases.shape[1] == 1:
        biases[~present[:, 1]] = _BIAS
        biases[~present[:, 0]] = -_BIAS
    else:
        biases[~present] = _BIAS


def make_infinite(biases: NDArray) -> None:
    """Make the biases that `exclude` set what they stand for, in place."""
    biases[biases <= _BIAS / 2] = -np.inf
    biases[biases >= -_BIAS / 2] = np.inf
