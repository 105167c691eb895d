"""Class priors: those that are given, and those of greatest likelihood for rows without labels."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning


def check_priors(priors: ArrayLike, n_classes: int) -> NDArray:
    """Return the priors as floats, or an error that says what is wrong with them."""
    if isinstance(priors, Mapping):
        raise ValueError(f"priors must be a list in the order of classes_, got the {type(priors).__name__} {priors}")
    values = np.asarray(priors, dtype=np.float64)
    if values.shape != (n_classes,):
        raise ValueError(f"priors must have one entry for each of the {n_classes} classes, got shape {values.shape}")
    if not (values >= 0).all():
        raise ValueError(f"priors must not be negative or NaN, got {values.tolist()}")
    if not abs(values.sum() - 1) <= 1e-6:
        raise ValueError(f"priors must sum to 1, got the sum {values.sum()}; divide them by it")
    return values / values.sum()


def mixture_weights(log_density: NDArray, max_iter: int, tol: float, sample_weight: NDArray | None = None) -> NDArray:
    """Maximum likelihood weights of a mixture whose component log densities (n, K) are known, up to a term of the row.

    Log posteriors less the log priors that they were learned under will do, for a discriminative classifier.
    """
    share = None if sample_weight is None else sample_weight / sample_weight.sum()
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    weights = np.full(density.shape[1], 1 / density.shape[1])
    for _ in range(max_iter):
        ratio = density / (density @ weights)[:, None]
        score = (
            ratio.mean(axis=0) if share is None else share @ ratio
        ) - 1  # of the mixture: zero where a weight is positive, else not positive
        if np.abs(weights * score).max() <= tol and score.max() <= 100 * tol:
            return weights
        em_step = weights * (1 + score)
        newton = _newton_weights(ratio if share is None else ratio * np.sqrt(share * len(ratio))[:, None], score)
        better = _mean_log(density @ newton, share) > _mean_log(density @ em_step, share)
        weights = newton if better or np.abs(newton - weights).max() < 1e-6 else em_step
    warnings.warn(
        f"adapt_priors left a mixture score of {score.max():.1e} after max_iter={max_iter} rounds, "
        f"more than tol={tol}; raise max_iter",
        ConvergenceWarning,
        stacklevel=3,
    )
    return weights


def _mean_log(density: NDArray, share: NDArray | None) -> float:
    return float(np.log(density).mean() if share is None else share @ np.log(density))


def _newton_weights(ratio: NDArray, score: NDArray) -> NDArray:
    """Maximiser over weights >= 0 of the second order expansion of the log likelihood of a mixture.

    The negative Hessian is H = G'G / n with G = `ratio`, and H weights = score + 1, so that the step is the least
    squares problem ``min_w w'Hw / 2 - w'(2 score + 1)``, w >= 0 (Kim et al. 2020, mixSQP). The small multiple of the
    identity keeps the factor regular where two classes have the same density or one has none.
    """
    hessian = ratio.T @ ratio / len(ratio)
    diagonal = np.diag(hessian)
    hessian[np.diag_indices_from(hessian)] += 1e-12 * np.maximum(diagonal, 1e-6 * diagonal.max())
    factor = np.linalg.cholesky(hessian)
    weights, _ = nnls(factor.T, np.linalg.solve(factor, 2 * score + 1))
    return weights / weights.sum()
