"""Covariances from class moments: between separate and shared (pooling), and toward a scaled identity (shrinkage)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.moments import Moments


def regularized_covariances(
    moments: Moments, *, shared: bool, spherical: bool, pooling: float, shrinkage: float | str
) -> tuple[NDArray, NDArray]:
    """Regularised discriminant analysis (Friedman 1989), for a stack of class moments.

    With S_k the scatter and W_k the weight of class k, and S and W their sums:
    ``S_k(a) = (1 - a) S_k + a S``, ``W_k(a) = (1 - a) W_k + a W``, ``C = S_k(a) / W_k(a)`` and, with shrinkage g,
    ``(1 - g) C + g trace(C) / d I``. A class without weight has the shared covariance, the limit of small pooling.

    Parameters
    ----------
    moments : Moments
        With leading axis R.
    shared : bool
        One covariance for all classes: ``a = 1``, kept once.
    spherical : bool
        Variances equal over features; for diagonal moments.
    pooling : float
        a, in [0, 1].
    shrinkage : float, "oas" or "ledoit_wolf"
        g in [0, 1], or the name of its estimate from each C.

    Returns
    -------
    covariances : ndarray of shape (R, G, d, d) or (R, G, d)
        G is 1 if shared, else K.
    shrinkage : ndarray of shape (R, G)
        The g used.
    """
    pooled = _pooled(moments, shared, pooling)
    weight = pooled.weight.reshape(*pooled.weight.shape, *[1] * (pooled.second.ndim - 2))
    covariances = pooled.second / weight
    if isinstance(shrinkage, str):
        shrink = _INTENSITIES[shrinkage](covariances, pooled)
    else:
        shrink = np.full(pooled.weight.shape, shrinkage, covariances.dtype)
    return shrunk(covariances, shrink, moments.full, spherical), shrink


def shrunk(covariances: NDArray, shrinkage: NDArray, full: bool, spherical: bool) -> NDArray:
    """``(1 - g) C + g trace(C) / d I`` for matrices (..., d, d) or variances (..., d) and g (...)."""
    variances = np.diagonal(covariances, axis1=-2, axis2=-1) if full else covariances
    level = variances.mean(axis=-1)[..., None]
    if spherical:
        return np.broadcast_to(level, covariances.shape).copy()
    if not shrinkage.any():
        return covariances
    g = shrinkage[..., None]
    result = covariances * (1 - (g[..., None] if full else g))
    diagonal = np.einsum("...ii->...i", result) if full else result
    diagonal += g * level
    return result


def _pooled(moments: Moments, shared: bool, pooling: float) -> Moments:
    """Moments of the groups of rows that share a covariance: one, or a mixture of own and all for each class."""
    total = {name: _total(getattr(moments, name)) for name in ("weight", "second", "quartic")}
    if shared:
        return replace(moments, **total)
    empty = moments.weight == 0
    own = np.where(empty, 0, 1 - pooling).astype(moments.second.dtype)
    others = np.where(empty, 1, pooling).astype(moments.second.dtype)
    if not others.any():
        return moments

    def mixed(name: str) -> NDArray | None:
        value = getattr(moments, name)
        if value is None:
            return None
        axes = (..., *[None] * (value.ndim - 2))
        return own[axes] * value + others[axes] * total[name]

    return replace(moments, weight=mixed("weight"), second=mixed("second"), quartic=mixed("quartic"))


def _total(values: NDArray | None) -> NDArray | None:
    return None if values is None else values.sum(axis=1, keepdims=True)


def _oas(covariances: NDArray, pooled: Moments) -> NDArray:
    """Oracle approximating shrinkage (Chen, Wiesel, Eldar & Hero 2010), in the form of scikit-learn."""
    d = covariances.shape[-1]
    power = (covariances**2).mean(axis=(-2, -1))
    level = np.trace(covariances, axis1=-2, axis2=-1) / d
    return _ratio(power + level**2, (pooled.weight + 1) * (power - level**2 / d), d)


def _ledoit_wolf(covariances: NDArray, pooled: Moments) -> NDArray:
    """Shrinkage that minimises the expected Frobenius distance to the covariance (Ledoit & Wolf 2004)."""
    d = covariances.shape[-1]
    power = (covariances**2).sum(axis=(-2, -1))
    level = np.trace(covariances, axis1=-2, axis2=-1) / d
    assert pooled.quartic is not None
    noise = (pooled.quartic / pooled.weight - power) / pooled.weight
    return _ratio(np.maximum(noise, 0), power - d * level**2, d)


def _ratio(numerator: NDArray, denominator: NDArray, d: int) -> NDArray:
    """numerator / denominator in [0, 1]; 0 for one feature, which has nothing to shrink toward."""
    if d == 1:
        return np.zeros_like(numerator)
    above = numerator >= denominator
    return np.where(above, np.where(numerator > 0, 1, 0), numerator / np.where(above, 1, denominator))


_INTENSITIES = {"oas": _oas, "ledoit_wolf": _ledoit_wolf}
