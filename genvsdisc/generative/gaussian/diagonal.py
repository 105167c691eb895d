"""EM where the features are independent given the class, and what both kinds of EM share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.acceleration import Evaluation
from genvsdisc.functional.gaussian.moments import Moments
from genvsdisc.generative.gaussian.shrinkage import Regularization, unit_scale

_LOG_2_PI = float(np.log(2 * np.pi))
_LEAST_SHARE = 1e-9  # of the rows in a covariance, where a shrinkage of 1 leaves them none


def starting_point(X: NDArray, codes: NDArray, weights: NDArray, n_classes: int) -> tuple[NDArray, ...]:
    """Means of the observed entries of each class (those of all classes where there is none) and variances about them.

    Returns
    -------
    origin : ndarray of shape (K, d)
        A point near the means, the same for all weightings.
    shift : ndarray of shape (R, K, d)
        Means, from the origin.
    variances : ndarray of shape (R, d)
        1 for a constant column.
    """
    holes = np.isnan(X)
    seen = (~holes).astype(X.dtype)
    one_hot = (codes == np.arange(n_classes)[:, None]).astype(X.dtype)
    counts = one_hot @ seen
    filled = np.where(holes, 0, X)
    overall = filled.sum(axis=0) / counts.sum(axis=0)  # first as origin, so that a large mean costs no digits
    centered = filled - overall * seen
    inner = one_hot @ centered / np.where(counts > 0, counts, 1)
    centered -= inner.take(codes, axis=0) * seen
    shares = weights[:, None] * one_hot
    counts = shares @ seen
    shift = shares @ centered / np.where(counts > 0, counts, 1)
    total = np.maximum(weights @ seen, np.finfo(X.dtype).tiny)
    grand = (weights @ (centered + seen * inner[codes]))[:, None] / total[:, None]
    shift = np.where(counts > 0, shift, grand - inner)
    squares = weights @ centered**2 - (counts * np.where(counts > 0, shift, 0) ** 2).sum(axis=1)
    variances = np.maximum(squares, 0) / total
    variances[variances == 0] = 1
    return (overall + inner).astype(X.dtype), shift.astype(X.dtype), variances.astype(X.dtype)


@dataclass
class Blend:
    """A regularization of the moments of R weightings as ``C_g = c_g S_g + target_g``, S_g the scatter of the group."""

    rule: Regularization
    coefficient: NDArray  # c, (R, G)
    prior: NDArray  # weight of the prior, 1 / c less the weight of the group, (R, G)
    parts: NDArray  # of the scatters of classes in covariances before shrinkage, (R, G, K)
    shrinkage: NDArray  # (R, G)

    @classmethod
    def build(cls, rule: Regularization, weight: NDArray) -> Blend:
        """Coefficients for the class weights (R, K)."""
        total = weight.sum(axis=1, keepdims=True)
        share = total
        if not rule.shared:
            a = np.where(weight == 0, 1, np.asarray(rule.pooling)).astype(weight.dtype)
            share = (1 - a) * weight + a * total
        shrinkage = np.broadcast_to(np.asarray(rule.shrinkage, weight.dtype), share.shape)
        keep = np.maximum(1 - shrinkage, _LEAST_SHARE)
        prior = share / keep - (total if rule.shared else weight)
        if rule.shared:
            parts = np.repeat(1 / share[:, None], weight.shape[1], axis=2)
        else:
            parts = ((1 - a)[..., None] * np.eye(weight.shape[1], dtype=weight.dtype) + a[..., None]) / share[..., None]
        return cls(rule, keep / share, prior, parts, shrinkage)

    @cached_property
    def has_targets(self) -> bool:
        """Whether the M-step adds something that does not come from the rows of the group."""
        return bool(np.any(self.rule.shrinkage)) or self.rule.couples_classes

    def take(self, indices: NDArray) -> Blend:
        """Keep these members of the stack."""
        rule = self.rule.of_members(indices, len(self.coefficient))
        names = ("coefficient", "prior", "parts", "shrinkage")
        return Blend(rule, *(getattr(self, name)[indices] for name in names))

    def covariances(self, moments: Moments) -> NDArray:
        """Covariances (R, G, d, d) of full moments: those of the rule, in fewer steps where no column is constant."""
        (R, K, d), G = moments.center.shape, self.parts.shape[1]
        result = (self.parts @ moments.second.reshape(R, K, d * d)).reshape(R, G, d, d)
        diagonal = np.einsum("...ii->...i", result)
        if not diagonal.all():
            return self.rule.covariances(moments)[0]
        scale = unit_scale(moments) if self.rule.standardize else 1.0
        level = (diagonal / scale).mean(axis=-1, keepdims=True) * scale
        result *= 1 - self.shrinkage[..., None, None]
        diagonal += self.shrinkage[..., None] * level
        return result

    def grouped(self, values: NDArray) -> NDArray:
        """Sum over the classes (R, K, ...) that share a covariance, (R, G, ...)."""
        return values.sum(axis=1, keepdims=True) if self.rule.shared else values


@dataclass
class DiagonalProblem:
    """Independent features: a missing entry adds the variance of its feature; the means are those of what is seen."""

    blend: Blend
    weight: NDArray  # (R, K)
    center: NDArray  # (R, K, d)
    scatter: NDArray  # of the observed entries, (R, K, d)
    seen: NDArray  # weight of the observed entries, (R, K, d)
    scale: NDArray  # (R, 1, d)

    @classmethod
    def build(
        cls, X: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization
    ) -> tuple[Self, NDArray]:
        """Problem and starting point, the scatters in units of variances."""
        origin, shift, variances = starting_point(X, codes, weights, n_classes)
        seen = ~np.isnan(X)
        scatter, count = np.zeros_like(shift), np.zeros_like(shift)
        weight = np.zeros(shift.shape[:2], X.dtype)
        for k in range(n_classes):
            rows = codes == k
            Z, w = np.where(seen[rows], X[rows] - origin[k], 0), weights[:, rows]
            count[:, k], weight[:, k] = w @ seen[rows], w.sum(axis=1)
            scatter[:, k] = np.maximum(w @ Z**2 - count[:, k] * shift[:, k] ** 2, 0)
        scatter[count == 0] = 0
        problem = cls(Blend.build(rule, weight), weight, origin + shift, scatter, count, variances[:, None])
        start = scatter / variances[:, None] + (weight[..., None] - count)
        return problem, start.reshape(len(weights), -1)

    def take(self, indices: NDArray) -> Self:
        """Keep these members of the stack."""
        names = ("weight", "center", "scatter", "seen", "scale")
        return replace(self, blend=self.blend.take(indices), **{name: getattr(self, name)[indices] for name in names})

    def evaluate(self, x: NDArray) -> Evaluation:
        """One M-step and one E-step; with shrinkage no objective is known that it never lowers."""
        moments = self.moments(x)
        variances = self.blend.rule.covariances(moments)[0]
        regular = np.asarray(np.minimum(variances.min(axis=(1, 2)) > 0, moments.second.min(axis=(1, 2)) >= 0))
        safe = np.where(variances > 0, variances, 1)
        image = (self.scatter + (self.weight[..., None] - self.seen) * safe) / self.scale
        image = image.reshape(x.shape)
        terms = self.seen * (np.log(safe) + _LOG_2_PI) + self.scatter / safe
        log_likelihood = -0.5 * terms.sum(axis=(1, 2))
        share = np.repeat(np.where(self.weight > 0, self.weight, 1), self.center.shape[-1], axis=1)
        residual = (np.abs(image - x) / share).max(axis=1)
        objective = -np.log(np.maximum(residual, 1e-300)) if self.blend.has_targets else log_likelihood
        return Evaluation(image, residual, log_likelihood, objective, regular)

    def moments(self, x: NDArray) -> Moments:
        """Moments of the parameters."""
        second = x.reshape(self.scatter.shape) * self.scale
        return Moments(self.weight, self.center, np.zeros_like(self.center), second)
