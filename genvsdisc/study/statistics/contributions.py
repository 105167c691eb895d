"""What each loss needs to know of the predictions of S models: sums over rows, one value a model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.batched_linalg import total
from genvsdisc.functional.bias_variance import brier_contributions, kohavi_wolpert_contributions, log_loss_contributions
from genvsdisc.study.statistics.subsampling import Parts

SAFE_MARGIN = 9.0
"""Standard errors between the votes of the first two classes beyond which no quarter of the draws would turn them."""

Sums = dict[str, NDArray]


def _brier(p: NDArray, q: NDArray, weights: NDArray, _: Parts) -> Sums:
    terms = brier_contributions(p.astype(float), q)
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _log_loss(p: NDArray, q: NDArray, weights: NDArray, _: Parts) -> Sums:
    terms = log_loss_contributions(p.astype(float), q, floor=float(np.finfo(p.dtype).eps))
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _kohavi_wolpert(p: NDArray, q: NDArray, weights: NDArray, _: Parts) -> Sums:
    terms = kohavi_wolpert_contributions(np.moveaxis(_votes(p), 0, -1), q)
    return {"expected": terms.loss @ weights, "variance": terms.variance @ weights}


def _zero_one(p: NDArray, q: NDArray, weights: NDArray, parts: Parts) -> Sums:
    """Contributions to the smooth terms; for the bias, its value, then that in halves and quarters of the draws.

    Votes are counted: whole numbers, which no order of summation changes.
    """
    votes = _votes(p)
    counts = votes.sum(axis=1)
    best, main = q.argmax(axis=1), counts.argmax(axis=0)
    classes = np.arange(len(votes))[:, None]
    hits = np.stack([q.T, best == classes, main == classes], axis=2) * weights[:, None]
    expected, suboptimal, variance = (weights.sum() - (votes @ hits).sum(axis=0)).T
    wrong = (main != best) * weights
    close = _contested(counts / len(p), len(p))
    others = np.moveaxis(parts.sums(np.moveaxis(votes[1:, :, close], 1, 0)), 2, 0)  # (K - 1, 10, N_PARTITIONS, n_close)
    first = parts.sizes[..., None] - total(others, axis=0)  # votes that no other class has
    flips = (_highest(np.concatenate([first, others])) != best[close]) @ weights[close] - wrong[close].sum()
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


SUMS_OF_ROWS: dict[str, Callable[[NDArray, NDArray, NDArray, Parts], Sums]] = {
    "zero_one": _zero_one,
    "brier": _brier,
    "log_loss": _log_loss,
    "zero_one_kohavi_wolpert": _kohavi_wolpert,
}
"""Loss -> function of probabilities (S, n, K), law of the label (n, K), weights of the rows (n,) that sum to 1, and
halves and quarters of the draws."""
