"""Log loss of held-out rows for a whole grid of poolings and shrinkages at once.

Where rows belong together (rows of a subject, copies of a row) or follow one another in time, the others of a group
know the row that leave-one-out leaves out, and say that little regularization is needed. Here whole folds are held out:
the moments of the rows that train give, diagonalized once for each pooling, the densities for all shrinkages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from genvsdisc.functional.gaussian.moments import Moments, class_moments
from genvsdisc.functional.gaussian.row_span import coordinates
from genvsdisc.generative.gaussian.leave_one_out import POOLINGS, SHRINKAGES
from genvsdisc.generative.gaussian.shrinkage import Regularization, unit_scale
from genvsdisc.generative.gaussian.wide import fits_in_span

SHRUNK = SHRINKAGES[1:]
"""Shrinkages that are tried: none without any, which would leave covariances singular in folds of few rows."""
_CELLS = 1 << 20  # numbers that a block of held-out rows makes


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
        Of the poolings 1 (a shared covariance) or `POOLINGS`, and of `SHRUNK`. Infinite where the rows that train have
        no spread at all. Rows of a class that no row trains are not counted; NaN where nothing is.
    """
    train, test = fold
    poolings = np.array([1.0] if rule.shared else POOLINGS, X.dtype)
    n_classes, full = int(codes.max()) + 1, rule.structure == "full"
    d, wide = X.shape[1], full and fits_in_span(*X.shape)
    moments = class_moments(X[train], codes[train], weights[None, train], n_classes, full=full and not wide)
    if rule.standardize:
        X = X / np.sqrt(unit_scale(moments)[0])
    if wide:  # in the span of all rows
        about = X.astype(float) - X[train[0]]
        X = coordinates(about @ about.T)
    if rule.standardize or wide:
        moments = class_moments(X[train], codes[train], weights[None, train], n_classes, full=full)
    test = test[(moments.weight[0, codes[test]] > 0) & (weights[test] > 0)]
    if not len(test):
        return np.full((len(poolings), len(SHRUNK)), np.nan)
    candidates = _Candidates.of(moments[0], poolings, np.array(SHRUNK, X.dtype), rule.structure, d)
    shares = moments.weight[0] if priors is None else np.where(moments.weight[0] > 0, priors, 0)
    with np.errstate(divide="ignore"):
        log_prior = np.log(shares / shares.sum())
    losses = np.zeros((len(poolings), len(SHRUNK)))
    step = max(1, _CELLS // candidates.values.size)
    for rows in (test[start : start + step] for start in range(0, len(test), step)):
        scores = candidates.log_densities(X[rows]) + log_prior[:, None, None]
        true_scores = np.take_along_axis(scores, codes[rows][None, None, None], axis=1)[:, 0]
        losses += (logsumexp(scores, axis=1) - true_scores) @ weights[rows]
    return np.nan_to_num(losses, nan=np.inf) / weights[test].sum()


@dataclass(frozen=True)
class _Candidates:
    """Scatters of P poolings and K classes in coordinates where they are diagonal, with G shrinkages on each."""

    centers: NDArray  # (K, d)
    basis: NDArray | None  # (P, K, d, d); None for variances
    values: NDArray  # (P, K, d)
    weight: NDArray  # (P, K)
    variances: NDArray  # of the scatter once shrunk, (P, K, G, d)
    dimension: int  # number of features, of which d may be the span of the rows only
    outside: NDArray  # log determinant in the other dimensions, (P, K, G)

    @classmethod
    def of(cls, moments: Moments, poolings: NDArray, shrinkages: NDArray, structure: str, dimension: int) -> Self:
        a, second = poolings[:, None], moments.second
        axes = (..., *[None] * (second.ndim - 1))
        scatters = (1 - a)[axes] * second + a[axes] * second.sum(axis=0)
        values, basis = np.linalg.eigh(scatters) if structure == "full" else (scatters, None)
        g = np.ones_like(shrinkages) if structure == "spherical" else shrinkages
        level = (np.maximum(values, 0).sum(axis=-1) / dimension)[..., None, None]
        variances = (1 - g)[:, None] * np.maximum(values, 0)[..., None, :] + g[:, None] * level
        weight = (1 - a) * moments.weight + a * moments.weight.sum()
        variances = np.where(variances > 0, variances, np.nan)
        beyond, floor = dimension - values.shape[-1], (g[:, None] * level)[..., 0]
        outside = beyond * np.log(np.where(floor > 0, floor, np.nan)) if beyond else np.zeros(floor.shape)
        return cls(moments.center, basis, values, weight, variances, dimension, outside)

    def log_densities(self, X: NDArray) -> NDArray:
        """Log densities of rows (m, d), less a constant: (P, K, G, m)."""
        z = X - self.centers[:, None]
        z = np.broadcast_to(z, (len(self.values), *z.shape)) if self.basis is None else z @ self.basis
        square = (1 / self.variances) @ np.swapaxes(z * z, 2, 3)
        constant = np.log(self.variances).sum(axis=-1) + self.outside
        constant -= self.dimension * np.log(self.weight)[..., None]
        density = -0.5 * (self.weight[..., None, None] * square + constant[..., None])
        return np.where(self.weight[..., None, None] > 0, density, 0.0)
