"""Choice of pooling and shrinkage by leave-one-out log loss, in closed form for a whole grid.

Leaving a row out changes the mean and scatter of its class by a rank-one term in z, the row minus its class mean. With
the scatter of a candidate diagonalised once, the density of the left-out row under each class follows from the
Sherman-Morrison formula in O(d), so a grid of candidates costs little more than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from genvsdisc.functional import gaussian
from genvsdisc.functional.moments import Moments

POOLINGS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
SHRINKAGES = (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0)
_CHUNK = 1 << 18  # numbers handled at a time


_Basis = tuple[NDArray, NDArray, NDArray, float]
"""Variances of the scatter, y and z, in coordinates that diagonalise it, and the log determinant they leave out."""


@dataclass(frozen=True)
class _LeftOut:
    """Rows to be left out, one copy of each: a weight of 2 is two copies of which one goes."""

    X: NDArray  # (n, d)
    codes: NDArray  # (n,)
    gone: NDArray  # weight that goes, at most 1, (n,)
    rest: NDArray  # weight of its class that stays, (n,)
    z: NDArray  # row minus class mean, (n, d)


def leave_one_out_losses(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    moments: Moments,
    *,
    shared: bool,
    structure: str,
    priors: NDArray | None,
    poolings: tuple[float, ...] = POOLINGS,
    shrinkages: tuple[float, ...] = SHRINKAGES,
) -> NDArray:
    """Mean log loss of each row under the model of the other rows, for each candidate.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    codes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (n,)
        Weights, counting repeated rows; a row of weight w counts w times, each time without one copy of itself.
    moments : Moments
        Of these rows, without leading axis.
    shared : bool
        One covariance; pooling is then 1 whatever the candidate.
    structure : str
        "full", "diagonal" or "spherical".
    priors : ndarray of shape (K,) or None
        Priors; None takes the class weights, of the rows that stay.
    poolings, shrinkages : tuple of float
        The grid.

    Returns
    -------
    losses : ndarray of shape (n_poolings, n_shrinkages)
        Infinite where the rows that stay leave a covariance singular. The only row of a class is not counted: without
        it there is no such class.
    """
    used = (weights > 0) & (moments.weight[codes] > np.minimum(weights, 1))
    losses = np.zeros((len(poolings), len(shrinkages)))
    for rows in _pieces(np.flatnonzero(used), X.shape[1]):
        left = _left_out(X[rows], codes[rows], weights[rows], moments)
        log_prior = _log_priors(left, moments.weight, priors)
        for a, pooling in enumerate(poolings):
            pooled = 1.0 if shared else pooling
            densities = [
                _log_densities(left, j, moments, pooled, shrinkages, structure) for j in range(len(moments.weight))
            ]
            scores = np.stack(densities, axis=2) + log_prior
            own = np.take_along_axis(scores, left.codes[None, :, None], axis=2)[:, :, 0]
            with np.errstate(invalid="ignore"):
                losses[a] += (logsumexp(scores, axis=2) - own) @ weights[rows]
    losses[np.isnan(losses)] = np.inf
    return losses / max(weights[used].sum(), 1)


def _pieces(rows: NDArray, d: int) -> Iterator[NDArray]:
    step = max(_CHUNK // d, 1)
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _left_out(X: NDArray, codes: NDArray, weights: NDArray, moments: Moments) -> _LeftOut:
    gone = np.minimum(weights, 1)
    return _LeftOut(X, codes, gone, moments.weight[codes] - gone, X - moments.center[codes])


def _log_priors(left: _LeftOut, weight: NDArray, priors: NDArray | None) -> NDArray:
    """Log priors (n, K) without the row."""
    stay = np.tile(weight, (len(left.codes), 1))
    stay[np.arange(len(stay)), left.codes] = left.rest
    stay = stay if priors is None else np.where(stay > 0, priors, 0)
    with np.errstate(divide="ignore"):
        return np.log(stay / stay.sum(axis=1, keepdims=True))


def _log_densities(
    left: _LeftOut, j: int, moments: Moments, pooling: float, shrinkages: tuple[float, ...], structure: str
) -> NDArray:
    """Log density of each left-out row under class j without it, less a constant: (n_shrinkages, n)."""
    if moments.weight[j] == 0:  # prior 0; any finite density will do
        return np.zeros((len(shrinkages), len(left.codes)))
    total = moments.weight.sum()
    own = left.codes == j
    share = np.where(own, 1.0, pooling)  # of the row's change that reaches the scatter of class j
    change = share * left.gone * moments.weight[left.codes] / left.rest
    weight = (1 - pooling) * moments.weight[j] + pooling * total - share * left.gone
    scatter = (1 - pooling) * moments.second[j] + pooling * moments.second.sum(axis=0)
    y = np.where(own[:, None], left.z * (moments.weight[j] / left.rest)[:, None], left.X - moments.center[j])
    if structure == "full":
        return np.stack(list(_full(scatter, y, left.z, change, weight, shrinkages)))
    variances = (scatter - change[:, None] * left.z**2) / weight[:, None]
    level = variances.mean(axis=1, keepdims=True)
    shrunk = [level if structure == "spherical" else (1 - g) * variances + g * level for g in shrinkages]
    return np.stack([_diagonal(np.broadcast_to(v, y.shape), y) for v in shrunk])


def _diagonal(variances: NDArray, y: NDArray) -> NDArray:
    singular = (variances <= 1e-12 * np.maximum(variances.max(axis=1, keepdims=True), 0)).any(axis=1)
    safe = np.where(singular[:, None], 1, variances)
    return np.where(singular, np.nan, -0.5 * (y**2 / safe + np.log(safe)).sum(axis=1))


def _full(
    scatter: NDArray, y: NDArray, z: NDArray, change: NDArray, weight: NDArray, shrinkages: tuple[float, ...]
) -> Iterator[NDArray]:
    """Log densities of y under ``(1 - g) (scatter - change z z') / weight + g trace / d I``, for each g."""
    d = len(scatter)
    level = (np.trace(scatter) - change * (z**2).sum(axis=1)) / (d * weight)
    eigenvalues, basis = np.linalg.eigh(scatter)
    rotated: _Basis = np.maximum(eigenvalues, 0), y @ basis, z @ basis, 0.0
    whitened: _Basis | None = None
    try:  # without shrinkage the units of the features must not matter: whiten instead of rotate
        factor, log_det = gaussian.whiten(scatter, full=True)
        whitened = np.ones(d), y @ factor, z @ factor, float(log_det)
    except gaussian.SingularCovarianceError:
        pass
    for g in shrinkages:
        if g == 0 and whitened is None:
            yield np.full(len(y), np.nan)
            continue
        values, own, removed, outside = rotated if g or whitened is None else whitened
        scale = (1 - g) / weight
        variances = scale[:, None] * values + (g * level)[:, None]
        regular = (variances > 0).all(axis=1)
        variances[~regular] = 1
        gap = 1 - scale * change * (removed**2 / variances).sum(axis=1)
        regular &= gap > 1e-10
        gap = np.where(regular, gap, 1)
        square = (own**2 / variances).sum(axis=1)
        square += scale * change * (removed * own / variances).sum(axis=1) ** 2 / gap
        density = -0.5 * (square + outside + np.log(variances).sum(axis=1) + np.log(gap))
        yield np.where(regular, density, np.nan)
