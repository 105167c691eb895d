"""Learning-rate schedules: the factor that multiplies the learning rate after t updates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Schedule = Callable[[NDArray], NDArray]


def constant(steps: NDArray) -> NDArray:
    """1, whatever the number of updates.

    Parameters
    ----------
    steps : ndarray
        Updates made so far, t = 0, 1, ...

    Returns
    -------
    factor : ndarray of the shape of `steps`

    Examples
    --------
    >>> constant(np.array([0., 3.]))
    array([1., 1.])
    """
    return np.ones_like(steps)


def inverse_sqrt(steps: NDArray) -> NDArray:
    """1 / √(t + 1).

    Parameters
    ----------
    steps : ndarray
        Updates made so far, t = 0, 1, ...

    Returns
    -------
    factor : ndarray of the shape of `steps`

    Examples
    --------
    >>> inverse_sqrt(np.array([0., 3.]))
    array([1. , 0.5])
    """
    return 1 / np.sqrt(steps + 1)


SCHEDULES: dict[str, Schedule] = {"constant": constant, "inverse_sqrt": inverse_sqrt}
"""Schedules by the names that the estimators take."""
