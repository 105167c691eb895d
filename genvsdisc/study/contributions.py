"""What each loss needs to know of the predictions of S models: sums over rows, one value a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..functional.decomposition import brier_contributions, kohavi_wolpert_contributions, log_loss_contributions

SAFE_MARGIN = 5.0
"""Standard errors between the votes of the first two classes beyond which the main prediction cannot change."""

Sums = dict[str, NDArray]


def _brier(p: NDArray, q: NDArray, weights: NDArray, _: NDArray) -> Sums:
    terms = brier_contributions(p.astype(float), q)
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _log_loss(p: NDArray, q: NDArray, weights: NDArray, _: NDArray) -> Sums:
    terms = log_loss_contributions(p.astype(float), q, floor=float(np.finfo(p.dtype).eps))
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _kohavi_wolpert(p: NDArray, q: NDArray, weights: NDArray, _: NDArray) -> Sums:
    terms = kohavi_wolpert_contributions(_votes(p).astype(float), q)
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _zero_one(p: NDArray, q: NDArray, weights: NDArray, multipliers: NDArray) -> Sums:
    """Contributions to the smooth terms; for the bias, its value and then its values in perturbed worlds.

    The bias is a step function of the votes: its error comes from rows whose main prediction could have come out
    otherwise, and no derivative sees that. A Gaussian multiplier bootstrap does, with the covariance between rows.
    """
    votes = _votes(p)
    shares = votes.mean(axis=0)
    best, main = q.argmax(axis=1), shares.argmax(axis=1)
    rows = np.arange(len(q))
    wrong = (main != best) * weights
    close = _contested(shares, len(p))
    deviations = (votes[:, close] - shares[close]).reshape(len(p), -1)
    perturbed = shares[close] + (multipliers @ deviations).reshape(len(multipliers), *shares[close].shape)
    flips = (perturbed.argmax(axis=2) != best[close]) @ weights[close] - wrong[close].sum()
    chosen = votes.astype(float)
    return {
        "expected": 1 - np.einsum("snk,nk->sn", chosen, q) @ weights,
        "suboptimal": ~votes[:, rows, best] @ weights,
        "variance": ~votes[:, rows, main] @ weights,
        "bias": wrong.sum() + np.concatenate([[0.0], flips]),
    }


def _votes(p: NDArray) -> NDArray:
    """Predictions as unit vectors of booleans; ties go to the lower class."""
    return p.argmax(axis=2)[..., None] == np.arange(p.shape[2])


def _contested(shares: NDArray, n_draws: int) -> NDArray:
    """Rows whose first two classes lie within the Monte-Carlo error of the votes."""
    first, second = -np.partition(-shares, 1, axis=1)[:, :2].T
    margin = first - second
    return margin**2 * (n_draws - 1) < SAFE_MARGIN**2 * (first + second - margin**2)


SUMS_OF_ROWS: dict[str, Callable[[NDArray, NDArray, NDArray, NDArray], Sums]] = {
    "zero_one": _zero_one,
    "brier": _brier,
    "log_loss": _log_loss,
    "zero_one_kohavi_wolpert": _kohavi_wolpert,
}
"""Loss -> function of probabilities (S, n, K), law of the label (n, K), weights of the rows (n,) that sum to 1, and
Gaussian multipliers (B, S)."""
