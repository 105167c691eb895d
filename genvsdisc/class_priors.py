"""Class priors: those that are given, and those of greatest likelihood for rows without labels."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning


def check_priors(priors: ArrayLike, n_classes: int) -> NDArray:
    """Return the priors as floats, or an error that says what is wrong with them."""
    values = np.asarray(priors, dtype=np.float64)
    if values.shape != (n_classes,):
        raise ValueError(f"priors must have one entry for each of the {n_classes} classes, got shape {values.shape}")
    if not (values >= 0).all():
        raise ValueError(f"priors must not be negative or NaN, got {values.tolist()}")
    if not abs(values.sum() - 1) <= 1e-6:
        raise ValueError(f"priors must sum to 1, got the sum {values.sum()}; divide them by it")
    return values / values.sum()


def mixture_weights(log_density: NDArray, max_iter: int, tol: float, sample_weight: NDArray | None = None) -> NDArray:
    """Maximum likelihood weights of mixtures whose component log densities are known, up to a term of the row.

    Log posteriors less the log priors that they were learned under will do, for a discriminative classifier.

    Parameters
    ----------
    log_density : ndarray of shape (n, K) or (B, n, K)
        Of one mixture or of B, all with the same number of rows.
    max_iter : int
        Most rounds.
    tol : float
        Largest weight times score, of the mixture's mean log likelihood, at which a mixture is done.
    sample_weight : ndarray of shape (n,) or (B, n), default=None
        How much each row counts; 0 for rows that fill up a stack.

    Returns
    -------
    weights : ndarray of shape (K,) or (B, K)
    """
    *stack, n, n_classes = log_density.shape
    density = np.exp(log_density - log_density.max(axis=-1, keepdims=True)).reshape(-1, n, n_classes)
    share = np.full((len(density), n), 1 / n) if sample_weight is None else sample_weight.reshape(-1, n)
    share = share / share.sum(axis=1, keepdims=True)
    weights, active = np.full((len(density), n_classes), 1 / n_classes), np.arange(len(density))
    for _ in range(max_iter):
        own = weights[active]
        ratio = density / (density @ own[:, :, None])
        # Of the mixture: zero where a weight is positive, else not positive.
        score = (share[:, None] @ ratio)[:, 0] - 1
        left = (np.abs(own * score).max(axis=1) > tol) | (score.max(axis=1) > 100 * tol)
        if not left.all():
            active, density, share, ratio = active[left], density[left], share[left], ratio[left]
            own, score = own[left], score[left]
        if not len(active):
            return weights.reshape(*stack, n_classes)
        em_step = own * (1 + score)
        newton = _newton_weights(ratio * np.sqrt(share)[:, :, None], score)
        better = _mean_log(density, newton, share) > _mean_log(density, em_step, share)
        better |= np.abs(newton - own).max(axis=1) < 1e-6
        weights[active] = np.where(better[:, None], newton, em_step)
    warnings.warn(
        f"adapt_priors left a mixture score of {score.max():.1e} after max_iter={max_iter} rounds, "
        f"more than tol={tol}; raise max_iter",
        ConvergenceWarning,
        stacklevel=3,
    )
    return weights.reshape(*stack, n_classes)


def _mean_log(density: NDArray, weights: NDArray, share: NDArray) -> NDArray:
    with np.errstate(divide="ignore"):  # no density where the one class that has some has lost its weight
        logs = np.log(density @ weights[:, :, None])[:, :, 0]
    return np.vecdot(share, np.where(share > 0, logs, 0))


def _newton_weights(ratio: NDArray, score: NDArray) -> NDArray:
    """Maximisers over weights >= 0 of the second order expansions of the log likelihoods of mixtures.

    The negative Hessian is H = G'G with G = `ratio` (B, n, K), times the root of the share of each row, and
    H weights = score + 1, so that the step is the least squares problem ``min_w w'Hw / 2 - w'(2 score + 1)``, w >= 0
    (Kim et al. 2020, mixSQP): where the solution without the bound keeps to it, that one. The small multiple of the
    identity keeps the factor regular where two classes have the same density or one has none.
    """
    hessian = ratio.swapaxes(1, 2) @ ratio
    diagonal = np.einsum("bkk->bk", hessian)
    diagonal += 1e-12 * np.maximum(diagonal, 1e-6 * diagonal.max(axis=1, keepdims=True))
    right = 2 * score + 1
    weights = np.linalg.solve(hessian, right[:, :, None])[:, :, 0]
    for b in np.flatnonzero(~(weights >= 0).all(axis=1)):
        factor = np.linalg.cholesky(hessian[b])
        weights[b], _ = nnls(factor.T, np.linalg.solve(factor, right[b]))
    return weights / weights.sum(axis=1, keepdims=True)
