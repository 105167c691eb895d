"""Fitting to rows with missing entries: class moments by EM (Dempster, Laird & Rubin 1977)."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.functional.gaussian import missing
from genvsdisc.functional.gaussian.moments import Moments, class_moments, merge

_MAX_ITER = 2000

Factors = Callable[[Moments], tuple[NDArray, NDArray]]
"""The M-step: from class moments (R = 1) to factors (1, G, ...) and log determinants (1, G) of the covariances."""


def em_moments(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    n_classes: int,
    factors: Factors,
    *,
    full: bool = True,
    tol: float = 1e-10,
) -> tuple[Moments, NDArray]:
    """Find the expected class moments at the maximum of the observed-data likelihood.

    The E-step replaces missing entries by their conditional means and adds their conditional covariances to the
    second moments; the M-step is `factors`, the one of complete rows. The likelihood never falls when `factors`
    maximises the likelihood of complete rows, as it does without pooling and shrinkage.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, NaN where missing.
    codes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (n,)
        Weights.
    n_classes : int
        Number of classes K.
    factors : callable
        The M-step.
    full : bool, default=True
        Whether the moments hold matrices.
    tol : float, default=1e-10
        Stop when no mean or covariance moves by more than this, in units of standard deviations.

    Returns
    -------
    moments : Moments
        With leading axis 1.
    log_likelihoods : ndarray
        Of the observed entries given the classes, before each step.
    """
    holes = np.isnan(X)
    whole = ~holes.any(axis=1)
    known = class_moments(X[whole], codes[whole], weights[None, whole], n_classes, full=full)
    ragged = [np.flatnonzero((codes == k) & ~whole & (weights > 0)) for k in range(n_classes)]
    parts = [(X[rows], weights[rows], missing.patterns(holes[rows])) for rows in ragged]
    moments = _available(X, codes, weights, n_classes, full)
    trace: list[float] = []
    for _ in range(_MAX_ITER):
        before = moments
        moments, log_likelihood = _step(moments, known, parts, factors)
        trace.append(log_likelihood)
        if _distance(before, moments) <= tol:
            return moments, np.array(trace)
    warnings.warn(
        f"EM for missing entries still moves after {_MAX_ITER} steps: some entries are hardly determined by the "
        "others; use structure='diagonal' or shrinkage > 0",
        ConvergenceWarning,
        stacklevel=5,
    )
    return moments, np.array(trace)


def _step(moments: Moments, known: Moments, parts: list, factors: Factors) -> tuple[Moments, float]:
    """One M-step and one E-step; the log likelihood is that of the parameters in between."""
    (factor,), (log_det,) = factors(moments)
    means = moments.center
    filled = known[:]
    filled.weight, filled.center = np.zeros_like(known.weight), means
    filled.first, filled.second = np.zeros_like(known.first), np.zeros_like(known.second)
    log_likelihood = _known_log_likelihood(known, means, factor, log_det)
    for k, (rows, weights, groups) in enumerate(parts):
        g = k if len(factor) > 1 else 0
        z, covariance, log_density = missing.completed(rows, groups, means[0, k], factor[g], log_det[g], weights)
        weighted = weights[:, None] * z
        filled.weight[0, k] = weights.sum()
        filled.first[0, k] = weighted.sum(axis=0)
        filled.second[0, k] = covariance + (weighted.T @ z if known.full else (weighted * z).sum(axis=0))
        log_likelihood += float(weights @ log_density)
    return merge(known, filled.about_means()), log_likelihood


def _known_log_likelihood(known: Moments, means: NDArray, factor: NDArray, log_det: NDArray) -> float:
    """Log likelihood of the complete rows, from their moments."""
    d = means.shape[-1]
    second = known.moved(means - known.center).second[0]
    square = np.einsum("gji,gjk,gki->g", factor, second, factor) if known.full else (second * factor**2).sum(axis=-1)
    return float(-0.5 * (square.sum() + (known.weight[0] * (log_det + d * np.log(2 * np.pi))).sum()))


def _available(X: NDArray, codes: NDArray, weights: NDArray, n_classes: int, full: bool) -> Moments:
    """Start from the means of what is observed in each class, variances about them, no covariances."""
    seen = ~np.isnan(X)
    start = np.nanmean(X, axis=0)  # as origin, so that a large mean costs no digits
    centered = np.where(seen, X - start, 0)
    one_hot = weights * (codes == np.arange(n_classes)[:, None])
    counts = one_hot @ seen
    means = one_hot @ centered / np.where(counts > 0, counts, 1)
    rest = np.where(seen, centered - means[codes], 0)
    variances = (weights @ rest**2) / (weights @ seen)
    variances[variances == 0] = 1
    class_weights = one_hot.sum(axis=1).astype(X.dtype)
    second = class_weights[:, None] * variances.astype(X.dtype)
    second = second[:, :, None] * np.eye(X.shape[1], dtype=X.dtype) if full else second
    center = (means + start).astype(X.dtype)
    return Moments(class_weights[None], center[None], np.zeros_like(center)[None], second[None])


def check_observed(X: NDArray, codes: NDArray, weights: NDArray, labels: NDArray, names: NDArray | range) -> None:
    """Refuse classes of which a feature has never been observed: nothing determines its mean."""
    one_hot = (codes == np.arange(len(labels))[:, None]).astype(X.dtype)
    unseen = (one_hot * weights).any(axis=1)[:, None] & ((one_hot * weights) @ ~np.isnan(X) == 0)
    if unseen.any():
        k, column = np.argwhere(unseen)[0]
        raise ValueError(
            f"feature {names[column]!r} is missing in all rows of class {labels.tolist()[k]!r}, so that its mean "
            "is unknown; drop the feature or fill it in"
        )


def _distance(before: Moments, after: Moments) -> float:
    """Largest step of a mean or covariance, in units of the standard deviations after it."""
    weight = np.where(after.weight > 0, after.weight, 1)[..., None]
    second = np.diagonal(after.second, axis1=-2, axis2=-1) if after.full else after.second
    scale = np.sqrt(np.where(second > 0, second, 1) / weight)
    steps = (after.center - before.center) / scale
    scale = scale[..., :, None] * scale[..., None, :] if after.full else scale**2
    changes = (after.second - before.second) / (weight[..., None] if after.full else weight) / scale
    return float(max(np.abs(steps).max(), np.abs(changes).max()))
