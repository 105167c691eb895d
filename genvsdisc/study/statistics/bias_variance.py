"""Bias, variance and noise of 0-1 loss, Brier score and log loss, all from one set of refits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import _check_sample_weight

from genvsdisc.functional.bias_variance import noise
from genvsdisc.study.statistics.contributions import SUMS_OF_ROWS
from genvsdisc.study.statistics.losses import LOSSES
from genvsdisc.study.statistics.subsampling import N_PARTITIONS, Parts, subsampling_error

TERMS = ("expected", "noise", "bias", "variance", "net_variance", "interaction")
BLOCK_CELLS = 2_000_000
"""Probabilities held in double precision at once."""


def decompose(
    probabilities: NDArray,
    truth: NDArray,
    losses: Sequence[str] = LOSSES,
    *,
    sample_weight: ArrayLike | None = None,
    random_state: Any = 0,
) -> pd.DataFrame:
    """Split the loss of stored predictions; `bias_variance` explains the terms, and fits first.

    Parameters
    ----------
    probabilities : ndarray of shape (S, n, n_classes)
        Predictions of S models, trained on S draws, for the same n rows.
    truth : ndarray of shape (n,) or (n, n_classes)
        Index of the label of each row, or the true probabilities of the classes.
    losses : sequence of str, default=("zero_one", "brier", "log_loss")
        Rows of the result, "zero_one_kohavi_wolpert" also.
    sample_weight : array-like of shape (n,), default=None
        Weights of the rows in all averages.
    random_state : int, RandomState instance or None, default=0
        Randomness of the standard errors of the 0-1 bias, which part the draws at random.

    Returns
    -------
    terms : DataFrame
        A row for each loss: loss (its name), expected, expected_se, noise, noise_se, bias, bias_se, variance,
        variance_se, net_variance, net_variance_se, interaction, interaction_se. With labels only, noise and noise_se
        are NaN: the noise is then part of the bias.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[[0.75, 0.25]], [[0.25, 0.75]]])
    >>> decompose(p, np.array([0]), ("brier",))[["expected", "bias", "variance"]]
       expected  bias  variance
    0     0.625   0.375      0.25
    """
    terms = decomposition_terms(probabilities, truth, losses, sample_weight, random_state)
    return pd.DataFrame([{"loss": loss, **row} for loss, row in terms.items()])


def decomposition_terms(
    probabilities: NDArray, truth: NDArray, losses: Sequence[str], sample_weight: ArrayLike | None, random_state: Any
) -> dict[str, dict[str, float]]:
    """Loss -> name of a term, or of its standard error -> value."""
    S, _, K = probabilities.shape
    if S < 2:
        raise ValueError(f"bias and variance need at least 2 draws, got {S}")
    known = truth.ndim == 2
    q = truth if known else np.eye(K)[truth]
    weights = np.ones(len(q))
    if sample_weight is not None:
        weights = _check_sample_weight(sample_weight, q, dtype=np.float64, ensure_non_negative=True)
    weights = weights / weights.sum()
    parts = Parts.draw(S, random_state)
    unknown = {} if known else {"noise": np.nan, "noise_se": np.nan}
    return {loss: _row(loss, probabilities, q, weights, parts) | unknown for loss in losses}


def _row(loss: str, p: NDArray, q: NDArray, weights: NDArray, parts: Parts) -> dict[str, float]:
    """Terms and standard errors of one loss."""
    S, n, K = p.shape
    sums_of_rows = SUMS_OF_ROWS.get(loss)
    if sums_of_rows is None:
        raise ValueError(f"losses must be among {', '.join(SUMS_OF_ROWS)}, got {loss!r}")
    step = max(1, BLOCK_CELLS // (max(S, 10 * N_PARTITIONS) * K))
    blocks = [slice(first, first + step) for first in range(0, n, step)]
    of_blocks = [sums_of_rows(p[:, b], q[b], weights[b], parts) for b in blocks]
    sums = {name: np.sum([block[name] for block in of_blocks], axis=0) for name in of_blocks[0]}
    pointwise_noise = noise(q, loss)
    floor = float(weights @ pointwise_noise)
    spread = n / max(n - 1, 1) * weights**2 @ (pointwise_noise - floor) ** 2
    terms = {"expected": _mean(sums["expected"]), "noise": (floor, float(np.sqrt(spread)))}
    terms |= (_zero_one_terms if loss == "zero_one" else _additive_terms)(sums, floor, parts)
    return {name + suffix: terms[name][i] for name in TERMS for i, suffix in enumerate(("", "_se"))}


def _additive_terms(sums: dict[str, NDArray], floor: float, _: Parts) -> dict[str, tuple[float, float]]:
    variance = sums["variance"] * len(sums["variance"]) / (len(sums["variance"]) - 1)
    spread = _mean(variance)
    return {
        "bias": _mean(sums["expected"] - floor - variance),
        "variance": spread,
        "net_variance": spread,
        "interaction": (0.0, 0.0),
    }


def _zero_one_terms(sums: dict[str, NDArray], floor: float, parts: Parts) -> dict[str, tuple[float, float]]:
    bias, suboptimal = float(sums["bias"]), sums["suboptimal"]
    of_parts = parts.sums(suboptimal) / np.maximum(parts.sizes, 1)
    return {
        "bias": (bias, subsampling_error(sums["bias_of_parts"], len(suboptimal))),
        "variance": _mean(sums["variance"]),
        "net_variance": (
            float(suboptimal.mean()) - bias,
            subsampling_error(of_parts - sums["bias_of_parts"], len(suboptimal)),
        ),
        "interaction": _mean(sums["expected"] - suboptimal - floor),
    }


def _mean(contributions: NDArray) -> tuple[float, float]:
    """Mean over draws and its standard error."""
    S, mean = len(contributions), contributions.mean()
    apart = contributions - mean
    return float(mean), float(np.sqrt(apart @ apart / (S * (S - 1))))
