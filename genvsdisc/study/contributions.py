"""What each loss needs to know of the predictions of S models: sums over rows, one value a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.decomposition import brier_contributions, kohavi_wolpert_contributions, log_loss_contributions

SAFE_MARGIN = 9.0
"""Standard errors between the votes of the first two classes beyond which no quarter of the draws would turn them."""
HALVES = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]
QUARTERS = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
SPLITS = np.array([*HALVES, *QUARTERS], dtype=np.float32)
"""Means of three pairs of halves of the draws, and of the quarters that make them, about the mean of all: coordinates
along three independent directions, each as long as one standard error of the mean of all."""

Sums = dict[str, NDArray]


def _brier(p: NDArray, q: NDArray, weights: NDArray, _: NDArray) -> Sums:
    terms = brier_contributions(p.astype(float), q)
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _log_loss(p: NDArray, q: NDArray, weights: NDArray, _: NDArray) -> Sums:
    terms = log_loss_contributions(p.astype(float), q, floor=float(np.finfo(p.dtype).eps))
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _kohavi_wolpert(p: NDArray, q: NDArray, weights: NDArray, _: NDArray) -> Sums:
    terms = kohavi_wolpert_contributions(_votes(_chosen(p), p.shape[-1]).astype(float), q)
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _zero_one(p: NDArray, q: NDArray, weights: NDArray, multipliers: NDArray) -> Sums:
    """Contributions to the smooth terms; for the bias, its value, then that of halves and quarters of the draws.

    The bias is a step function of the votes: its error comes from rows whose main prediction could have come out
    otherwise, and no derivative sees that. Fewer draws do.
    """
    S, n, K = p.shape
    chosen = _chosen(p)
    rows = np.arange(n)
    shares = np.bincount((chosen + rows * K).ravel(), minlength=n * K).reshape(n, K) / S
    best, main = q.argmax(axis=1), shares.argmax(axis=1)
    wrong = (main != best) * weights
    close = _contested(shares, S)
    deviations = _votes(chosen[:, close], K) - shares[close].astype(multipliers.dtype)
    offsets = (multipliers @ deviations.reshape(S, -1)).reshape(3, len(multipliers) // 3, *shares[close].shape)
    parts = shares[close] + np.tensordot(SPLITS, offsets, axes=1)
    flips = (_chosen(parts) != best[close]) @ weights[close] - wrong[close].sum()
    return {
        "expected": (1 - q[rows, chosen]) @ weights,
        "suboptimal": (chosen != best) @ weights,
        "variance": (chosen != main) @ weights,
        "bias": np.array(wrong.sum()),
        "bias_of_parts": wrong.sum() + flips,
    }


def _chosen(p: NDArray) -> NDArray:
    """Predicted class; ties go to the lower. A running maximum, since argmax over a short last axis is slow."""
    highest = p[..., 0]
    chosen = np.zeros(highest.shape, dtype=np.intp)
    for k in range(1, p.shape[-1]):
        better = p[..., k] > highest
        chosen[better] = k
        highest = np.maximum(highest, p[..., k])
    return chosen


def _votes(chosen: NDArray, n_classes: int) -> NDArray:
    """Predicted classes as unit vectors of booleans."""
    return chosen[..., None] == np.arange(n_classes)


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
random signs (3 B, S)."""
