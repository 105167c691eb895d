"""Fits of Gaussians to fewer rows than columns, from the products of the rows: the dual form.

What the dense form does with d columns (pooling, choice of the shrinkage by leaving rows out, its closed forms) depends
on the rows up to rotations only: here it is done with their r < n coordinates in their span, outside which all rows are
0 and each variance is the shrinkage times the mean variance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.moments import Moments, class_moments, filled_means
from genvsdisc.functional.gaussian.row_span import SpanGaussians, coordinates
from genvsdisc.generative.gaussian.intensities import pooled_moments
from genvsdisc.generative.gaussian.leave_one_out import chosen
from genvsdisc.generative.gaussian.shrinkage import Regularization, estimated, unit_scale

_FEWEST_COLUMNS, _COLUMNS_PER_ROW = 128, 1.5  # from which on the dual form takes less time, measured


def fits_in_span(n_rows: int, n_columns: int) -> bool:
    """Whether Gaussians of full structure are fitted from the products of this many rows."""
    return n_columns >= max(_FEWEST_COLUMNS, _COLUMNS_PER_ROW * n_rows)


@dataclass(frozen=True)
class WideFits:
    """R fits in the span of their rows."""

    pooling: NDArray  # (R,)
    shrinkage: NDArray  # (R, G)
    members: list[SpanGaussians]

    def attributes(self, moments: Moments, shared: bool, dtype: np.dtype) -> dict[str, Any]:
        """Attributes of the classifier but the priors, from the moments (R, K, d) of the rows."""
        means = filled_means(moments)
        nothing = np.empty((len(means), 0), dtype)
        centers = slopes = offsets = nothing
        if shared:
            centers = means.mean(axis=(0, 1))[None].repeat(len(means), axis=0)
            pairs = [span.discriminants(m, centers[0]) for span, m in zip(self.members, means, strict=True)]
            slopes, offsets = (np.array(values) for values in zip(*pairs, strict=True))
        return {
            "means_": means.astype(dtype),
            "pooling_": self.pooling,
            "shrinkage_": (self.shrinkage[:, 0] if shared else self.shrinkage).astype(dtype),
            "_covariances": [None] * len(means),
            "_factors": nothing,
            "_log_determinants": nothing,
            "_center": centers.astype(dtype),
            "_slopes": slopes.astype(dtype),
            "_offsets": offsets.astype(dtype),
            "_span": self.members,
            "_moments": [None] * len(means),
        }


def wide_fits(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    moments: Moments,
    rule: Regularization,
    method: str,
    priors: NDArray | None,
    dtype: np.dtype,
) -> WideFits | None:
    """Fit each weighting of the rows; None where only the dense form can tell what is to be done.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Complete rows in double precision, which the fits keep.
    codes : ndarray of shape (n,)
        Encoded classes.
    weights : ndarray of shape (R, n)
        Weights.
    moments : Moments
        Of the rows, with variances only.
    rule : Regularization
        Of full structure.
    method : {"auto", "oas", "ledoit_wolf", ""}
        How the shrinkage is estimated; "" takes that of the rule.
    priors : ndarray of shape (K,) or None
        Given priors, for "auto".
    dtype : dtype
        Of the rows as given, whose precision decides what is singular.

    Returns
    -------
    fits : WideFits or None
        None where a shrinkage is so small that a covariance may be singular, and not 0 in the way that is lifted (see
        `Regularization.factored`).
    """
    origin = X[0] + (X - X[0]).mean(axis=0)
    scales = np.sqrt(unit_scale(moments))[:, 0] if rule.standardize else None
    gram = None if rule.standardize else _gram(X - origin)
    fits = []
    for r, w in enumerate(weights):
        used, scale = np.flatnonzero(w), None if scales is None else scales[r]
        used_gram = _gram((X[used] - origin) / scale) if gram is None else gram[np.ix_(used, used)]
        if not np.isfinite(used_gram).all():
            return None
        here = _Member(used, codes[used], w[used], moments[r : r + 1], X.shape[1], dtype)
        own_rule = here.resolved(rule, method, used_gram, priors)
        fitted = here.fitted(own_rule, used_gram, X, origin, scale)
        if fitted is None:
            return None
        fits.append((float(np.ravel(own_rule.pooling)[0]), *fitted))
    pooling, shrinkage, members = zip(*fits, strict=True)
    return WideFits(np.array(pooling), np.array(shrinkage), list(members))


def _gram(B: NDArray) -> NDArray:
    with np.errstate(over="ignore", invalid="ignore"):
        return B @ B.T


@dataclass(frozen=True)
class _Member:
    """The rows with a weight in one of the fits."""

    used: NDArray
    codes: NDArray
    weights: NDArray
    moments: Moments  # with a leading axis of 1, of variances
    d: int
    dtype: np.dtype

    def resolved(self, rule: Regularization, method: str, gram: NDArray, priors: NDArray | None) -> Regularization:
        """Rule with numbers, estimated from the coordinates of the rows in their span."""
        if not method:
            return rule
        size = np.sqrt(np.diag(gram).max())  # fourth powers stay in the range of the type
        rows, w = coordinates(gram / size / size if size > 0 else gram), self.weights[None]
        moments = class_moments(rows, self.codes, w, self.moments.weight.shape[1], fourth=method == "ledoit_wolf")
        same = ~self.moments.second.any(axis=-1)  # rows of a class that are one: not but for rounding
        moments.second[same] = 0
        if moments.quartic is not None:
            moments.quartic[same] = 0
        if method == "auto":
            plain = replace(rule, standardize=False)  # these rows are on the scale
            best = chosen(rows, self.codes, w, moments, plain, priors, self.d)
            return replace(rule, pooling=best.pooling, shrinkage=best.shrinkage)
        return estimated(rule, method, moments, self.d)

    def fitted(
        self, rule: Regularization, gram: NDArray, X: NDArray, origin: NDArray, scale: NDArray | None
    ) -> tuple[NDArray, SpanGaussians] | None:
        """Shrinkage of each covariance, and the densities."""
        pooled, g = self._pooled(rule)
        if not g.all():
            if not self._lifted(rule, pooled, g):
                return None
            rule = rule.lifted(self.dtype)
            pooled, g = self._pooled(rule)
        if g.min() < max(np.finfo(self.dtype).eps ** (5 / 8), 1e-6):  # of double precision too many digits are lost
            return None
        level = g[0] * rule.levels(pooled.second / pooled.weight[..., None], g, self.moments)[0][0, :, 0]
        K, of_class = self.moments.weight.shape[1], self.codes == np.arange(self.moments.weight.shape[1])[:, None]
        total = self.moments.weight[0][:, None]
        mixes = np.where(total > 0, of_class * self.weights / np.where(total > 0, total, 1), self.weights / total.sum())
        shares = np.broadcast_to(self.weights, (1 if rule.shared else K, len(self.weights)))
        if not rule.shared:
            a = np.where(total > 0, np.ravel(rule.pooling), 1)
            shares = shares * np.where(of_class, 1, a)
        roots = np.sqrt(shares / pooled.weight[0][:, None])
        try:
            densities = SpanGaussians.of(
                X, self.used, self.codes, self.weights, origin, scale, mixes, roots, 1 - g[0], level, gram
            )
        except np.linalg.LinAlgError:
            return None
        return g[0], densities

    def _pooled(self, rule: Regularization) -> tuple[Moments, NDArray]:
        pooled = pooled_moments(self.moments, rule.shared, np.asarray(rule.pooling))
        return pooled, np.full(pooled.weight.shape, rule.shrinkage)

    def _lifted(self, rule: Regularization, pooled: Moments, g: NDArray) -> bool:
        """Whether a covariance without shrinkage is singular for sure, and for want of rows of all classes."""
        K = self.moments.weight.shape[1]
        apart = not rule.shared and not np.any(rule.pooling)
        rows = np.full(pooled.weight.shape, len(self.used))
        if apart:
            counts = np.bincount(self.codes, minlength=K)[None]
            rows = np.where(counts > 0, counts, rows)
        varying = (pooled.second > 0).sum(axis=-1)
        singular = (g == 0) & ((varying >= rows) | (varying == 0))
        return bool(singular.any() and self.moments.weight.sum() - K < self.d)
