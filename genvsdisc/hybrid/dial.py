"""The dial from one likelihood to the other, and the loss along it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

DIAL = (1.0, 0.9, 0.75, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.003, 0.001, 0.0)
"""Weights of the joint likelihood, from the generative end."""
_LEAST_PROBABILITY = 1e-15  # for a class that a fold has lost


def folds_of(codes: NDArray, n_folds: int, rng: np.random.RandomState) -> list[NDArray]:
    """Rows of each fold, the rows of every class dealt out in random order."""
    order = rng.permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    return [np.sort(order[k::n_folds]) for k in range(min(n_folds, len(codes)))]


def logits_of(theta: NDArray, rows: NDArray) -> NDArray:
    """Logits (R, C, n) of features (n, F - 1)."""
    flat = theta.reshape(-1, theta.shape[2])
    return (flat[:, :-1] @ rows.T + flat[:, -1:]).reshape(*theta.shape[:2], len(rows))


def log_loss_of(theta: NDArray, rows: NDArray, codes: NDArray, weights: NDArray, tested: list[NDArray]) -> float:
    """Sum the log losses of the rows that each fold tests, by weight; row r of `theta` was fitted without fold r."""
    total = 0.0
    for coefficients, indices in zip(theta, tested, strict=True):
        logits = logits_of(coefficients[None], rows[indices])[0]
        if len(logits) == 1:
            logits = np.concatenate([np.zeros_like(logits), logits])
        chosen = logits[codes[indices], np.arange(len(indices))]
        with np.errstate(invalid="ignore"):
            log_probability = np.nan_to_num(chosen - logsumexp(logits, axis=0), nan=-np.inf)
        total -= float(weights[indices] @ np.maximum(log_probability, np.log(_LEAST_PROBABILITY)))
    return total
