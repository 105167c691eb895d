"""What each loss needs to know of the predictions of S models: sums over rows, one value a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.bias_variance import brier_contributions, kohavi_wolpert_contributions, log_loss_contributions

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
    terms = kohavi_wolpert_contributions(np.moveaxis(_votes(p), 0, -1), q)
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _zero_one(p: NDArray, q: NDArray, weights: NDArray, multipliers: NDArray) -> Sums:
    """Contributions to the smooth terms; for the bias, its value, then that of halves and quarters of the draws.

    The bias is a step function of the votes: its error comes from rows whose main prediction could have come out
    otherwise, and no derivative sees that. Fewer draws do.
    """
    votes = _votes(p)
    shares = votes.mean(axis=1)
    best, main = q.argmax(axis=1), shares.argmax(axis=0)
    classes = np.arange(len(votes))[:, None]
    hits = np.stack([q.T, best == classes, main == classes], axis=2) * weights[:, None]
    expected, suboptimal, variance = (weights.sum() - (votes @ hits).sum(axis=0)).T
    wrong = (main != best) * weights
    close = _contested(shares, len(p))
    # Deviations of the votes sum to 0 over classes: the first class is what the others leave.
    deviations = (votes[1:, :, close] - shares[1:, None, close]).astype(multipliers.dtype)
    offsets = (multipliers @ deviations).reshape(len(deviations), 3, len(multipliers) // 3, deviations.shape[-1])
    others = np.einsum("ph,khbc->kpbc", SPLITS, offsets)
    parts = np.concatenate([-others.sum(axis=0, keepdims=True), others]) + shares[:, None, None, close]
    flips = (_highest(parts) != best[close]) @ weights[close] - wrong[close].sum()
    return {
        "expected": expected,
        "suboptimal": suboptimal,
        "variance": variance,
        "bias": np.array(wrong.sum()),
        "bias_of_parts": wrong.sum() + flips,
    }


def _highest(values: NDArray) -> NDArray:
    """Index of the largest along the first axis; ties go to the lower. Faster than argmax where the axis is short."""
    index = (values[1] > values[0]).astype(np.min_scalar_type(len(values)))
    highest = values[0]
    for k in range(2, len(values)):
        highest = np.maximum(highest, values[k - 1])
        np.copyto(index, k, where=values[k] > highest)
    return index


def _votes(p: NDArray) -> NDArray:
    """Unit vectors (K, S, n) of the classes predicted by p (S, n, K)."""
    by_class = np.moveaxis(p, -1, 0)
    return (_highest(by_class) == np.arange(len(by_class))[:, None, None]).astype(float)


def _contested(shares: NDArray, n_draws: int) -> NDArray:
    """Rows whose first two classes, of shares (K, n), lie within the Monte-Carlo error of the votes."""
    second, first = np.partition(shares, -2, axis=0)[-2:]
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
