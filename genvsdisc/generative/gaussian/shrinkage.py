"""Covariances from class moments: between separate and shared (pooling), and toward a scaled identity (shrinkage)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, singular_columns, whiten
from genvsdisc.functional.gaussian.moments import Moments
from genvsdisc.generative.gaussian.intensities import INTENSITIES, pooled_moments


@dataclass(frozen=True)
class Regularization:
    """How covariances follow from class moments; the parameters of `GaussianClassifier` of the same names."""

    shared: bool
    structure: str
    pooling: NDArray | float
    """In [0, 1], (R, 1) or one for all."""
    shrinkage: NDArray | float
    """In [0, 1], (R, G) or one for all."""
    standardize: bool = False
    """Whether to shrink on the scale on which every feature has variance 1 over all rows."""

    @property
    def couples_classes(self) -> bool:
        """Whether the covariance of a class depends on the rows of others, without being the same."""
        return not self.shared and bool(np.any(self.pooling))

    def lifted(self, dtype: np.dtype) -> Regularization:
        """At least the smallest pooling and shrinkage that keep six digits of a singular covariance, eps^(3/8)."""
        least = np.finfo(dtype).eps ** (3 / 8)
        return replace(self, pooling=np.maximum(self.pooling, least), shrinkage=np.maximum(self.shrinkage, least))

    def of_members(self, index: Any, R: int) -> Regularization:
        """Rule of some of R members of a stack."""
        values = {"pooling": self.pooling, "shrinkage": self.shrinkage}
        each = {name: np.broadcast_to(v, (R, *np.shape(v)[1:]))[index] for name, v in values.items() if np.ndim(v) == 2}
        return replace(self, **each)

    def with_mean_member(self, R: int) -> Regularization:
        """Rule of R members and one more with the mean of what theirs have."""

        def longer(values: NDArray | float) -> NDArray | float:
            if np.ndim(values) < 2:
                return values
            each = np.broadcast_to(values, (R, *np.shape(values)[1:]))
            return np.concatenate([each, each.mean(axis=0, keepdims=True)])

        return replace(self, pooling=longer(self.pooling), shrinkage=longer(self.shrinkage))

    def covariances(self, moments: Moments) -> tuple[NDArray, NDArray]:
        """Regularised discriminant analysis (Friedman 1989), for a stack of class moments.

        With S_k the scatter and W_k the weight of class k, and S and W their sums:
        ``S_k(a) = (1 - a) S_k + a S``, ``W_k(a) = (1 - a) W_k + a W``, ``C = S_k(a) / W_k(a)`` and, with shrinkage
        g, ``(1 - g) C + g trace(C) / d I``. Without weight a class has the shared covariance, the limit of small a.

        Returns
        -------
        covariances : ndarray of shape (R, G, d, d) or (R, G, d)
            G is 1 if shared, else K.
        shrinkage : ndarray of shape (R, G)
            The g used.
        """
        pooled = pooled_moments(moments, self.shared, np.asarray(self.pooling))
        covariances = pooled.second / pooled.weight[(..., *[None] * (pooled.second.ndim - 2))]
        shrinkage = np.full(pooled.weight.shape, self.shrinkage, covariances.dtype)
        return with_floor(self._shrunk(covariances, shrinkage, moments), moments), shrinkage

    def _shrunk(self, covariances: NDArray, shrinkage: NDArray, moments: Moments) -> NDArray:
        if self.structure != "spherical" and not shrinkage.any():
            return covariances
        level, scale = self.levels(_diagonals(covariances, self.structure == "full"), shrinkage, moments)
        level = level * scale
        if self.structure == "spherical":
            return np.broadcast_to(level, covariances.shape).copy()
        g = shrinkage[..., None]
        result = covariances * (1 - (g[..., None] if self.structure == "full" else g))
        diagonal = _diagonals(result, self.structure == "full")
        diagonal += g * level
        return result

    def levels(self, variances: NDArray, shrinkage: NDArray, moments: Moments) -> tuple[NDArray, NDArray]:
        """Mean variances (R, G, 1) on the scale on which the shrinkage works, and that scale, (R, 1, d) or (1,)."""
        scale = unit_scale(moments) if self.standardize else np.ones(1, variances.dtype)
        level = (variances / scale).mean(axis=-1, keepdims=True)
        if not level.all():  # a class without any spread would be shrunk to nothing: take the spread of all rows
            everyone = (overall_variances(moments) / scale).mean(axis=-1, keepdims=True)
            level = np.where(level > 0, level, np.where(everyone > 0, everyone, 1)) if shrinkage.any() else level
        return level, scale

    def factored(self, moments: Moments) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Covariances and shrinkage as above, with what `whiten` makes of the covariances.

        Where all rows together are fewer than features (W - K < d), there is no class to blame for a singular
        covariance; such a member of the stack gets the smallest pooling and shrinkage that keep six digits,
        eps^(3/8): the limit of vanishing regularisation.

        Raises
        ------
        SingularCovarianceError
            If a covariance is singular all the same.
        """
        covariances, shrinkage = self.covariances(moments)
        full = self.structure == "full"
        try:
            return covariances, shrinkage, *whiten(covariances, full)
        except SingularCovarianceError:
            K, d = moments.center.shape[1:]
            lifted = moments.weight.sum(axis=1) - K < d
            if not lifted.any():
                raise
        singular: Any = singular_columns(covariances) < d if full else ~(covariances > 0).all(axis=-1)
        lifted &= singular.any(axis=1)
        more = self.lifted(covariances.dtype).covariances(moments)
        for old, new in zip((covariances, shrinkage), more, strict=True):
            old[lifted] = new[lifted]
        return covariances, shrinkage, *whiten(covariances, full)


def stacked_rules(rules: list[Regularization]) -> Regularization:
    """One rule for a stack from the rules of its members."""
    pooling = np.concatenate([np.reshape(rule.pooling, (1, 1)) for rule in rules])
    shrinkage = np.concatenate([np.atleast_2d(rule.shrinkage) for rule in rules])
    return replace(rules[0], pooling=pooling, shrinkage=shrinkage)


def estimated(rule: Regularization, method: str, moments: Moments, dimension: int | None = None) -> Regularization:
    """Replace the shrinkage by an estimate for each covariance of a stack.

    Parameters
    ----------
    rule : Regularization
        Its pooling comes first.
    method : {"oas", "ledoit_wolf"}
        The second needs fourth moments.
    moments : Moments
        With leading axis R.
    dimension : int or None
        Number of features, where the moments are those of coordinates in the span of the rows.
    """
    pooled = pooled_moments(moments, rule.shared, np.asarray(rule.pooling))
    return replace(rule, shrinkage=INTENSITIES[method](pooled, dimension or pooled.center.shape[-1]))


def with_floor(covariances: NDArray, moments: Moments) -> NDArray:
    """Give features that are constant within a class 1e-9 of their overall variance (1 if constant overall).

    So such a feature decides for the class whose value it has, and says nothing if all classes have the same. Where
    all features are constant there is no covariance to speak of; that is left as it is.
    """
    variances = _diagonals(covariances, moments.full)
    if variances.all():
        return covariances
    constant = variances == 0
    floor = constant & ~constant.all(axis=-1, keepdims=True)
    if not floor.any():
        return covariances
    overall = overall_variances(moments)
    variances[floor] = np.broadcast_to(np.where(overall > 0, 1e-9 * overall, 1), variances.shape)[floor]
    return covariances


def overall_variances(moments: Moments) -> NDArray:
    """Variance of each feature over the rows of all classes, (R, 1, d)."""
    share = (moments.weight / moments.weight.sum(axis=1, keepdims=True))[..., None]
    within = _diagonals(moments.second, moments.full).sum(axis=1, keepdims=True)
    away = moments.center - moments.center[:, :1]
    between = (share * away**2).sum(axis=1, keepdims=True)
    spread = between - (share * away).sum(axis=1, keepdims=True) ** 2
    return np.where(spread > 1e-9 * between, spread, 0) + within / moments.weight.sum(axis=1)[:, None, None]


def unit_scale(moments: Moments) -> NDArray:
    """What to divide variances by so that those over all rows are 1, (R, 1, d); 1 for constant features."""
    overall = overall_variances(moments)
    return np.where(overall > 0, overall, 1).astype(overall.dtype)


def _diagonals(values: NDArray, full: bool) -> NDArray:
    """Writable view of the diagonals of matrices, or the variances themselves."""
    return np.einsum("...ii->...i", values) if full else values


def describe(
    error: SingularCovarianceError,
    weight: NDArray,
    shared: bool,
    labels: NDArray,
    names: NDArray,
    shrinkage: float | str = 0.0,
) -> str:
    """Say which covariance is singular, why, and what to do that has not been done; weight (R, K)."""
    r, group = error.index
    d = len(names)
    rows = weight[r].sum() - len(labels) + 1 if shared else weight[r, group]
    who = "the covariance shared by the classes" if shared else f"the covariance of class {labels.tolist()[group]!r}"
    shrink = "set shrinkage > 0"
    if isinstance(shrinkage, str):
        shrink = f"a shrinkage above 0 in place of {shrinkage!r}, which chose too little"
    elif shrinkage > 0:
        shrink = f"raise shrinkage, now {shrinkage:g}"
    either = "set pooling > 0 or shrinkage > 0" if not shrinkage else f"set pooling > 0 or {shrink}"
    more = shrink if shared else either
    if error.full and rows <= d:
        total = weight[r].sum() if shared else rows
        why = (
            f"comes from too few rows, {total:g} for {d} features; give more rows, use structure='diagonal', or {more}"
        )
    elif error.constant:
        why = f"is singular: feature {names[error.column]!r} is constant there; drop the feature, or {more}"
    else:
        why = (
            f"is singular: feature {names[error.column]!r} is a linear combination of others there; "
            f"drop the feature, use structure='diagonal', or {shrink}"
        )
    return (f"replicate {r}: " if len(weight) > 1 else "") + f"{who} {why}"
