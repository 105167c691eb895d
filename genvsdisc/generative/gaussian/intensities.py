"""Shrinkage intensities from the moments behind each covariance, in closed form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.batched_linalg import total
from genvsdisc.functional.gaussian.moments import Moments


def pooled_moments(moments: Moments, shared: bool, pooling: NDArray) -> Moments:
    """Moments of the rows behind each covariance: one group, or for each class a mixture of its own and all rows."""
    if not shared and not pooling.any() and moments.weight.all():
        return moments
    of_all: dict[str, Any] = {name: _total(getattr(moments, name)) for name in ("weight", "second", "quartic")}
    if shared:
        return replace(moments, **of_all)
    share = np.where(moments.weight == 0, 1, pooling).astype(moments.second.dtype)

    def mixed(name: str) -> Any:
        value = getattr(moments, name)
        if value is None:
            return None
        a = share[(..., *[None] * (value.ndim - 2))]
        return (1 - a) * value + a * of_all[name]

    return replace(moments, weight=mixed("weight"), second=mixed("second"), quartic=mixed("quartic"))


def _total(values: NDArray | None) -> NDArray | None:
    return None if values is None else total(values, axis=1)


def _oas(pooled: Moments, d: int) -> NDArray:
    """Oracle approximating shrinkage (Chen, Wiesel, Eldar & Hero 2010), in the form of scikit-learn."""
    unit, _ = _unit_covariances(pooled, d)
    power = np.einsum("...ij,...ij->...", unit, unit) / d**2
    return _ratio(power + 1, (pooled.weight + 1) * (power - 1 / d), d)


def _ledoit_wolf(pooled: Moments, d: int) -> NDArray:
    """Shrinkage that minimises the expected Frobenius distance to the covariance (Ledoit & Wolf 2004)."""
    unit, level = _unit_covariances(pooled, d)
    power = np.einsum("...ij,...ij->...", unit, unit)
    noise = (np.asarray(pooled.quartic) / pooled.weight / level / level - power) / pooled.weight
    return np.where(power > 0, _ratio(np.maximum(noise, 0), power - d, d), 1)  # without spread, nothing but the target


def _unit_covariances(pooled: Moments, d: int) -> tuple[NDArray, NDArray]:
    """Covariances over their mean variances, and these: the fourth powers of the data may leave the range of floats."""
    covariances = pooled.second / pooled.weight[..., None, None]
    level = np.einsum("...ii->...", covariances) / d
    level = np.where(level > 0, level, 1)
    return covariances / level[..., None, None], level


def _ratio(numerator: NDArray, denominator: NDArray, d: int) -> NDArray:
    """Return numerator / denominator in [0, 1]; 0 for one feature, which has nothing to shrink toward."""
    if d == 1:
        return np.zeros_like(numerator)
    above = numerator >= denominator
    return np.where(above, np.where(numerator > 0, 1, 0), numerator / np.where(above, 1, denominator))


INTENSITIES = {"oas": _oas, "ledoit_wolf": _ledoit_wolf}
"""Name of the method -> shrinkage of each covariance, from its moments and the number of features."""


def power_of_two_of(X: NDArray) -> float:
    """A power of two, in which the largest distance of a number from another one in its column is near 1."""
    low, high = np.nanmin(X, axis=0), np.nanmax(X, axis=0)
    return float(2.0 ** np.floor(np.log2((high - low).max() + np.finfo(X.dtype).tiny)))


def keeps_fourth_powers(moments: Moments) -> bool:
    """Whether sums of fourth powers are in the range of the type."""
    powers, seconds = np.asarray(moments.quartic), np.einsum("...ii->...", moments.second)
    limits = np.finfo(powers.dtype)
    fine = np.isfinite(powers) & ((powers > limits.tiny / limits.eps) | (seconds == 0))
    return bool(fine.all())
