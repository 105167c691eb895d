"""Loss where class shares at prediction are not those of training: a function of predictions, nothing is fitted anew.

Rows of the rarest class take the place of a share of the rows that judge, by weights: with q the class shares among the
judges of a draw, the dial s gives them the shares ``(1 - s) q + s 1[rarest class]``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.class_priors import mixture_weights
from genvsdisc.study.statistics.dials import ESTIMATED_PRIORS, SHARES, TRUE_PRIORS
from genvsdisc.study.statistics.judges import Judges
from genvsdisc.study.statistics.learning_curves import CurveLosses, DialLosses
from genvsdisc.study.statistics.losses import pointwise_losses
from genvsdisc.study.statistics.training_rows import TrainedRows

CLASS_SHIFTS = (0.0, 0.25, 0.5, 0.75, 0.9)
"""Shares of the rows that rows of the rarest class take the place of."""
_CELLS = 2**17  # in one array of a block of draws: a few of them stay in cache


def class_share_losses(
    probabilities: Sequence[NDArray],
    test_rows: Sequence[NDArray],
    codes: NDArray,
    trained_shares: NDArray,
    losses: Sequence[str],
    *,
    units: NDArray | None = None,
    sample_weight: NDArray | None = None,
    size: int = -1,
    training: TrainedRows | None = None,
    shifts: Sequence[float] = CLASS_SHIFTS,
) -> dict[str, DialLosses]:
    """Judge predictions under other class shares: as they are, with the true priors, and with estimated ones.

    Parameters
    ----------
    probabilities : sequence of ndarray of shape (n_rows, n_classes)
        What the fit to each draw says of the rows that judge it.
    test_rows : sequence of integer arrays
        Those rows.
    codes : ndarray of shape (n_samples,)
        Class of each row.
    trained_shares : ndarray of shape (n_draws, n_classes)
        Class shares of each training set: the priors that posteriors were learned under.
    losses : sequence of str
    units : ndarray of shape (n_samples,), default=None
        Independent unit of each row.
    sample_weight : ndarray of shape (n_samples,), default=None
        How much each row counts as a judge.
    size : int, default=-1
        Index of the training size.
    training : TrainedRows, default=None
        Which rows of that size were trained on.
    shifts : sequence of float, default=CLASS_SHIFTS
        Values of the dial; 0 is the first.

    Returns
    -------
    dials : dict of dial to DialLosses
        ``class shares``: predictions as they are; ``class shares, true priors``: posteriors times the ratio of the
        priors, new to old; ``class shares, estimated priors``: the same with the priors of greatest likelihood for the
        judging rows, without their labels. At 0 nothing has changed, and all three are the predictions as they are.

    References
    ----------
    Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21-41: both corrections.
    """
    n_classes = trained_shares.shape[1]
    rarest = int(np.bincount(codes, sample_weight, minlength=n_classes).argmin())
    judges = Judges.of(test_rows, np.arange(len(codes)) if units is None else units, sample_weight)
    blocks = list(_blocks(probabilities, test_rows, trained_shares, sample_weight))
    dials = (SHARES, TRUE_PRIORS, ESTIMATED_PRIORS)
    pointwise: dict[tuple[str, str], list[NDArray]] = {(dial, loss): [] for dial in dials for loss in losses}
    who = []
    for shift in shifts:
        parts: dict[tuple[str, str], list[NDArray]] = {place: [] for place in pointwise}
        counts = []
        for block in blocks:
            p, old, truth = block.probabilities, block.trained_shares, codes[block.rows]
            here = block.shares(truth, n_classes)
            new = (1 - shift) * here
            new[:, rarest] += shift * (here[:, rarest] > 0)
            new /= new.sum(axis=1, keepdims=True)
            factors = new / np.where(here > 0, here, 1)
            weights = np.take_along_axis(factors, truth, axis=1) * block.counts
            counts.append(weights[block.real])
            adapted = dict.fromkeys(dials, p)
            if shift:
                adapted[TRUE_PRIORS] = reweighted(p, new[:, None], old[:, None])
                adapted[ESTIMATED_PRIORS] = reweighted(p, _estimated(p, old, weights)[:, None], old[:, None])
            for dial, predicted in adapted.items():
                for loss in losses:
                    parts[dial, loss].append(pointwise_losses(predicted[block.real], truth[block.real], loss))
        who.append(replace(judges, weight=np.concatenate(counts)))
        for place, of_blocks in parts.items():
            pointwise[place].append(np.concatenate(of_blocks))
    curves = {place: CurveLosses.of_judgments(of_shifts, who, training) for place, of_shifts in pointwise.items()}
    return {dial: DialLosses(tuple(shifts), size, {loss: curves[dial, loss] for loss in losses}) for dial in dials}


def reweighted(probabilities: NDArray, new: NDArray, old: NDArray) -> NDArray:
    """Posteriors under other priors, ``p(k | x) new_k / old_k`` up to a constant for each row.

    Examples
    --------
    >>> import numpy as np
    >>> reweighted(np.array([[0.5, 0.5]]), np.array([0.9, 0.1]), np.array([0.5, 0.5]))
    array([[0.9, 0.1]])
    """
    p = probabilities * np.divide(new, old, out=np.zeros(np.broadcast_shapes(new.shape, old.shape)), where=old > 0)
    total = p.sum(axis=-1, keepdims=True)
    return np.where(total > 0, p / np.where(total > 0, total, 1), probabilities)


@dataclass(frozen=True)
class _Block:
    """Draws side by side: B of them, of m rows each; where a draw has fewer, rows that count nothing fill it up."""

    probabilities: NDArray  # (B, m, K)
    rows: NDArray  # (B, m)
    counts: NDArray  # (B, m), each draw's sum to 1
    real: NDArray  # (B, m)
    trained_shares: NDArray  # (B, K)

    def shares(self, truth: NDArray, n_classes: int) -> NDArray:
        """Class shares (B, K) among the rows that judge."""
        return np.stack([np.bincount(t, c, minlength=n_classes) for t, c in zip(truth, self.counts, strict=True)])


def _blocks(
    probabilities: Sequence[NDArray],
    test_rows: Sequence[NDArray],
    trained_shares: NDArray,
    sample_weight: NDArray | None,
) -> Iterator[_Block]:
    """Give draws in blocks that stay in cache."""
    most, n_classes = max(map(len, test_rows)), trained_shares.shape[1]
    at_once = max(1, _CELLS // (most * n_classes))
    for first in range(0, len(test_rows), at_once):
        those = test_rows[first : first + at_once]
        p = np.full((len(those), most, n_classes), 1 / n_classes)
        rows, counts = np.zeros((len(those), most), dtype=np.intp), np.zeros((len(those), most))
        real = np.arange(most) < np.array([len(of_draw) for of_draw in those])[:, None]
        for b, of_draw in enumerate(those):
            p[b, : len(of_draw)] = probabilities[first + b]
            rows[b, : len(of_draw)] = of_draw
            counts[b, : len(of_draw)] = 1 if sample_weight is None else sample_weight[of_draw]
        shares = counts / counts.sum(axis=1, keepdims=True)
        yield _Block(p, rows, shares, real, trained_shares[first : first + at_once])


def _estimated(probabilities: NDArray, old: NDArray, weights: NDArray) -> NDArray:
    """Priors (B, K) of greatest likelihood for the weighted rows of each draw, among the classes that it trained on."""
    priors = np.zeros(old.shape)
    patterns, pattern_of = np.unique(old > 0, axis=0, return_inverse=True)
    for pattern, known in enumerate(patterns):
        draws = np.flatnonzero(pattern_of.ravel() == pattern)
        p = np.maximum(probabilities[np.ix_(draws, np.arange(probabilities.shape[1]), known)], 1e-300)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # six digits of a prior are more than the rows tell
            estimated = mixture_weights(np.log(p) - np.log(old[draws][:, known])[:, None], 50, 1e-7, weights[draws])
        priors[np.ix_(draws, known)] = estimated
    return priors
