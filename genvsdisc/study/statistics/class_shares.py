"""Loss where class shares at prediction are not those of training: a function of predictions, nothing is fitted anew.

Rows of the rarest class take the place of a share of the rows that judge, by weights: with q the class shares among the
judges of a draw, the dial s gives them the shares ``(1 - s) q + s 1[rarest class]``.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.class_priors import mixture_weights
from genvsdisc.study.statistics.dials import ESTIMATED_PRIORS, SHARES, TRUE_PRIORS
from genvsdisc.study.statistics.learning_curves import CurveLosses, DialLosses
from genvsdisc.study.statistics.losses import pointwise_losses

CLASS_SHIFTS = (0.0, 0.25, 0.5, 0.75, 0.9)
"""Shares of the rows that rows of the rarest class take the place of."""


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
    rarest = int(np.bincount(codes, sample_weight, minlength=trained_shares.shape[1]).argmin())
    units = np.arange(len(codes)) if units is None else units
    sums = {name: _Sums(losses, len(shifts), int(units.max()) + 1) for name in (SHARES, TRUE_PRIORS, ESTIMATED_PRIORS)}
    for p, rows, old in zip(probabilities, test_rows, trained_shares, strict=True):
        log_density = _log_ratio(p, old)
        counts = np.ones(len(rows)) if sample_weight is None else sample_weight[rows]
        counts = counts / counts.sum()
        here = np.bincount(codes[rows], counts, minlength=len(old))
        for s, shift in enumerate(shifts):
            new = (1 - shift) * here + shift * (np.arange(len(old)) == rarest) * (here[rarest] > 0)
            new /= new.sum()
            weights = (new / np.where(here > 0, here, 1))[codes[rows]] * counts
            adapted = {SHARES: p, TRUE_PRIORS: p, ESTIMATED_PRIORS: p}
            if shift:
                adapted[TRUE_PRIORS] = reweighted(p, new, old)
                adapted[ESTIMATED_PRIORS] = reweighted(p, _estimated(log_density, old, weights), old)
            for name, predicted in adapted.items():
                sums[name].add(s, predicted, codes[rows], units[rows], weights)
    return {name: DialLosses(tuple(shifts), size, part.curves()) for name, part in sums.items()}


def reweighted(probabilities: NDArray, new: NDArray, old: NDArray) -> NDArray:
    """Posteriors under other priors, ``p(k | x) new_k / old_k`` up to a constant for each row.

    Examples
    --------
    >>> import numpy as np
    >>> reweighted(np.array([[0.5, 0.5]]), np.array([0.9, 0.1]), np.array([0.5, 0.5]))
    array([[0.9, 0.1]])
    """
    p = probabilities * np.divide(new, old, out=np.zeros(len(old)), where=old > 0)
    total = p.sum(axis=1, keepdims=True)
    return np.where(total > 0, p / np.where(total > 0, total, 1), probabilities)


def _log_ratio(probabilities: NDArray, priors: NDArray) -> NDArray:
    """Log densities of a row given each class, up to a term of the row; only of classes that were trained on."""
    known = priors > 0
    p = np.maximum(probabilities[:, known].astype(np.float64), 1e-300)
    return np.log(p) - np.log(priors[known])


def _estimated(log_density: NDArray, old: NDArray, weights: NDArray) -> NDArray:
    """Priors of greatest likelihood for the weighted rows."""
    priors = np.zeros(len(old))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # six digits of a prior are more than the rows tell
        priors[old > 0] = mixture_weights(log_density, 50, 1e-7, weights)
    return priors


class _Sums:
    """Weighted losses by draw and by unit, as `CurveLosses` holds them."""

    def __init__(self, losses: Sequence[str], n_values: int, n_units: int) -> None:
        self.losses, self.shape = tuple(losses), (n_values, n_units)
        self.by_draw: dict[str, list[list[float]]] = {loss: [[] for _ in range(n_values)] for loss in losses}
        self.by_row = {loss: np.zeros(self.shape) for loss in losses}
        self.judged = np.zeros(self.shape)

    def add(self, s: int, probabilities: NDArray, codes: NDArray, units: NDArray, weights: NDArray) -> None:
        for loss in self.losses:
            weighted = weights * pointwise_losses(probabilities, codes, loss)
            self.by_draw[loss][s].append(weighted.sum())
            np.add.at(self.by_row[loss][s], units, weighted)
        np.add.at(self.judged[s], units, weights)

    def curves(self) -> dict[str, CurveLosses]:
        return {
            loss: CurveLosses(
                by_draw := np.array(self.by_draw[loss]),
                self.by_row[loss] / by_draw.shape[1],
                self.judged / by_draw.shape[1],
            )
            for loss in self.losses
        }
