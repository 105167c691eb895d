"""Log loss of held-out rows for a whole grid of poolings and shrinkages at once.

Where rows belong together (rows of a subject, copies of a row) or follow one another in time, the others of a group
know the row that leave-one-out leaves out, and say that little regularization is needed. Here whole folds are held out:
the moments of the rows that train give, diagonalized once for each pooling, the densities for all shrinkages.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.moments import class_moments
from genvsdisc.generative.gaussian.leave_one_out import POOLINGS, SHRINKAGES, row_losses
from genvsdisc.generative.gaussian.left_out import covariance_candidates
from genvsdisc.generative.gaussian.shrinkage import Regularization, unit_scale


def held_out_losses(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    fold: tuple[NDArray, NDArray],
    rule: Regularization,
    priors: NDArray | None = None,
) -> NDArray:
    """Mean log loss of the rows that a fold holds out, for each candidate.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, complete.
    codes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (n,)
        How much each row counts.
    fold : tuple of two integer arrays
        Positions of the rows that train, and of those held out.
    rule : Regularization
        Which covariances, of what structure, shrunk on which scale.
    priors : ndarray of shape (K,), default=None
        Priors; None takes the class weights of the rows that train.

    Returns
    -------
    losses : ndarray of shape (n_poolings, n_shrinkages)
        Of the poolings 1 (a shared covariance) or `POOLINGS`, and of `SHRINKAGES`. Infinite where the rows that train
        leave a covariance singular. Rows of a class that no row trains are not counted; NaN where nothing is.
    """
    train, test = fold
    poolings = (1.0,) if rule.shared else POOLINGS
    n_classes, full = int(codes.max()) + 1, rule.structure == "full"
    moments = class_moments(X[train], codes[train], weights[None, train], n_classes, full=full)
    if rule.standardize:
        X = X / np.sqrt(unit_scale(moments)[0])
        moments = class_moments(X[train], codes[train], weights[None, train], n_classes, full=full)
    every = np.ones((len(poolings), len(SHRINKAGES)), dtype=bool)
    test = test[(moments.weight[0, codes[test]] > 0) & (weights[test] > 0)]
    if not len(test):
        return np.full(every.shape, np.nan)
    candidates = covariance_candidates(moments[0], poolings, SHRINKAGES, rule.structure)
    gone = np.zeros(len(test), dtype=X.dtype)  # none of these rows is among those that train
    losses = row_losses(X[test], codes[test], gone, moments[0], candidates, every, priors)
    return np.asarray(losses @ weights[test] / weights[test].sum())
