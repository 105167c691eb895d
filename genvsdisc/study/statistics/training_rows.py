"""What the training rows that all draws share add to the uncertainty of a mean over draws of one table.

Draws of one table train on subsets of the same n rows, so their mean still depends on which n rows these are, however
many draws there are. The delete-d jackknife tells by how much: with h the influence of a training row on the loss of a
fit to m of them, a draw's effect of training varies by ``var(h) (1 / m - 1 / n)`` around their mean, and the mean by
``var(h) / n`` over tables; the one is the other times ``(1 / n) / (1 / m - 1 / n)``.

The effect of training of a draw is not its loss, which also depends on the rows that judge it. It is what the losses
of two of these have in common: each less its own mean over all draws, multiplied, and averaged over pairs of rows that
judged the same draw. What is new in each row and draw, as masks and rounded decisions are, drops out of the products.

A row that is drawn in place of another changes the mean in both ways at once, as one that trains and as one that
judges. So twice the covariance of the two is added: it is that of a draw's effect with the mean loss of the rows that
it was trained on, times the same ratio.

Of small training sets that differ much, the effect is not a sum of influences of rows, and part of it would average
out over draws: the variance is then too large.

References
----------
Shao, J. & Wu, C. F. J. (1989). A general theory for jackknife variance estimation. Annals of Statistics 17 (delete-d).
Searle, S. R., Casella, G. & McCulloch, C. E. (1992). Variance Components (a two-way table with one entry a cell).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from genvsdisc.study.statistics.judges import N_UNIT_BLOCKS, block_of

_EXACT = 1e-4  # error of a ratio that is taken as it was found
_RATIOS = np.append(0, np.geomspace(_EXACT, 1e4, 300))  # ends of the cells over which a posterior law is summed up
_MIDDLES = (_RATIOS[:-1] + _RATIOS[1:]) / 2


@dataclass(frozen=True)
class TrainingEffects:
    """Effects of training of one model, or of one model minus another: linear, so that differences are taken of them.

    Parameters
    ----------
    by_block : ndarray of shape (n_sizes, n_draws, n_blocks)
        Part of the effect of each draw that each block of judges shows; their sum estimates the effect.
    weight : ndarray of shape (n_sizes, n_draws)
        Of the products of different blocks of a draw: the mean over draws is then the variance of the effect.
    own_loss : ndarray of shape (n_sizes, n_draws)
        Mean loss, as others judged by them, of the rows that each draw was trained on.
    shared : ndarray of shape (n_sizes,)
        Variance over tables of the mean effect over that of one draw around it.
    """

    by_block: NDArray
    weight: NDArray
    own_loss: NDArray
    shared: NDArray

    def __sub__(self, other: TrainingEffects) -> TrainingEffects:
        return TrainingEffects(self.by_block - other.by_block, self.weight, self.own_loss - other.own_loss, self.shared)

    def at(self, sizes: NDArray) -> TrainingEffects:
        """Keep some of the sizes."""
        return TrainingEffects(self.by_block[sizes], self.weight[sizes], self.own_loss[sizes], self.shared[sizes])

    def first(self, n_draws: int) -> TrainingEffects:
        """Keep some of the draws."""
        cut = slice(n_draws)
        return TrainingEffects(self.by_block[:, cut], self.weight[:, cut], self.own_loss[:, cut], self.shared)

    def beginning(self, start: TrainingEffects) -> TrainingEffects:
        """Take the first size from another."""
        pairs = zip(vars(start).values(), vars(self).values(), strict=True)
        return TrainingEffects(*(np.concatenate([first[:1], rest[1:]]) for first, rest in pairs))

    @property
    def variance(self) -> tuple[NDArray, NDArray]:
        """What training rows add to the variance of the mean, without bias, and the variance of this estimate."""
        effect, n_draws = self.by_block.sum(axis=2), self.by_block.shape[1]
        centered_loss = self.own_loss - self.own_loss.mean(axis=1, keepdims=True)
        pairs = self.weight * (effect**2 - (self.by_block**2).sum(axis=2))
        spread, of_own = (effect**2).mean(axis=1), (centered_loss**2).mean(axis=1)
        error = (2 * spread**2 + 4 * spread * of_own) / n_draws
        # The rows that a draw was trained on were judged by the other draws: what of their mean is an effect of
        # training lacks the draw's own, and so has a covariance of - 1 / (n_draws - 1) of the variance with it.
        pairs *= 1 + 2 / max(n_draws - 1, 1)
        return self.shared * (pairs + 2 * effect * centered_loss).mean(axis=1), self.shared**2 * error

    def ratio(self, of_judges: NDArray) -> NDArray:
        """Variance that rows add by training over the one that they make by judging, for each size.

        With few draws, or where draws share most of their training rows, the estimate is mostly noise. So it is the
        mean of a posterior law: before, the share of the variance that training makes is uniform on (0, 1).

        Parameters
        ----------
        of_judges : ndarray of shape (n_sizes,)
            Variance of the mean by the rows that judge.
        """
        added, error = self.variance
        some = of_judges > 0
        added, error = (np.divide(part, of_judges**power, out=np.zeros_like(part), where=some)
                        for part, power in ((added, 1), (error, 2)))  # fmt: skip
        ratios, noisy = np.maximum(added, 0), error > _EXACT**2
        ratios[noisy] = _posterior_mean(added[noisy], error[noisy])
        return ratios


@dataclass(frozen=True)
class TrainedRows:
    """Rows that draws were trained on.

    Parameters
    ----------
    weights : ndarray of shape (n_sizes, n_draws, n_rows)
        How often each draw trains on each row.
    units : ndarray of shape (n_rows,)
        Independent unit of each row.
    counts : ndarray of shape (n_rows,), default=None
        How many rows each stands for.
    """

    weights: NDArray
    units: NDArray
    counts: NDArray | None = None

    def joined(self, other: TrainedRows) -> TrainedRows:
        """These draws, and then others."""
        return TrainedRows(np.concatenate([self.weights, other.weights], axis=1), self.units, self.counts)

    def _masses(self, size: int) -> NDArray:
        return self.weights[size].astype(float) if self.counts is None else self.weights[size] * self.counts

    def means(self, values: NDArray) -> NDArray:
        """Mean over the training rows of each draw of these values of units, (n_sizes, n_units)."""
        of_rows = values[:, self.units]
        if len(self.weights) == 1:
            return _averages(self._masses(0), of_rows)
        return np.concatenate([_averages(self._masses(s), of_rows[[s]]) for s in range(len(values))])

    @cached_property
    def shared(self) -> NDArray:
        """Training rows that two draws have in common over those that they do not: (1 / n) / (1 / m - 1 / n).

        0 where all draws train on the same rows, whose effect no draw shows, or on rows of their own.
        """
        n_draws = self.weights.shape[1]
        ratios = np.zeros(len(self.weights))
        for s in range(len(ratios)) if n_draws > 1 else ():
            total, squared = np.zeros(int(self.units.max()) + 1), 0.0
            for row in self._masses(s):
                mass = np.bincount(self.units, row, len(total))
                share = mass / max(mass.sum(), 1e-300)
                total += share
                squared += share @ share
            common = max(total @ total - squared, 0) / (n_draws * (n_draws - 1))
            apart = squared / n_draws - common
            ratios[s] = common / apart if apart > 1e-9 * common > 1e-18 * apart else 0
        return ratios


@dataclass(frozen=True)
class Judgments:
    """Who judged which draw, what they found, and which rows it was trained on; of several jobs, joined.

    Parameters
    ----------
    by_block : ndarray of shape (n_sizes, n_draws, n_blocks)
        Part of the mean loss of each draw that each block of judges gave.
    draw, unit : ndarray of shape (n_judgments,)
        Draw and unit of each judgment.
    share : ndarray of shape (n_judgments,) or (n_sizes, n_judgments)
        Its weight; the sum over a draw is 1.
    trained : TrainedRows
        Of all sizes, or of one that is that of all.
    """

    by_block: NDArray
    draw: NDArray
    unit: NDArray
    share: NDArray
    trained: TrainedRows

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return self.by_block.shape[1]

    def joined(self, other: Judgments) -> Judgments:
        """These draws, and then others."""
        return Judgments(
            np.concatenate([self.by_block, other.by_block], axis=1),
            np.concatenate([self.draw, self.n_draws + other.draw]),
            np.concatenate([self.unit, other.unit]),
            np.concatenate([self.share, other.share], axis=-1),
            self.trained.joined(other.trained),
        )

    def effects(self, by_row: NDArray, judged: NDArray) -> TrainingEffects:
        """Effects of training of the model whose units gave these parts (n_sizes, n_units) of the mean over draws."""
        judged = np.broadcast_to(judged, by_row.shape)
        means = np.divide(by_row, judged, out=np.zeros_like(by_row), where=judged > 0)
        cell = self.draw * N_UNIT_BLOCKS + block_of(by_row.shape[1])[self.unit]
        shape = self.by_block.shape[1:]
        block_effects, weight = np.empty_like(self.by_block), np.empty(self.by_block.shape[:2])
        for s, (mean, losses) in enumerate(zip(means, self.by_block, strict=True)):
            share = self.share if self.share.ndim == 1 else self.share[s]
            if s == 0 or self.share.ndim > 1:
                whole, weight[s] = self._scale(share, cell)
            else:
                weight[s] = weight[0]
            expected = np.bincount(cell, share * mean[self.unit], losses.size).reshape(shape)
            block_effects[s] = (losses - expected) / whole[:, None]
        shared = np.broadcast_to(self.trained.shared, len(means))
        return TrainingEffects(block_effects, weight, self.trained.means(means), shared)

    def _scale(self, share: NDArray, cell: NDArray) -> tuple[NDArray, NDArray]:
        """What of its effect the judges of each draw show, (n_draws,), and the weight of products of their blocks.

        A unit's mean holds the effects of all draws that it judged. With independent ones of variance 1, a block of
        mass a of which the share q of its mean is the draw's own has ``a (1 - q)`` of the draw's effect, and of every
        other draw's, on average, ``- a (1 - q) / (n_draws - 1)``. A draw whose judges judge no other shows nothing.
        """
        n, shape = self.n_draws, self.by_block.shape[1:]
        total = np.bincount(self.unit, share)
        in_draw = self.draw * len(total) + self.unit  # a unit may judge a draw with several rows
        share_in_draw = np.bincount(in_draw, share)[in_draw] / np.where(total > 0, total, 1)[self.unit]
        left = np.bincount(cell, share * (1 - share_in_draw), n * N_UNIT_BLOCKS).reshape(shape)
        whole = left.sum(axis=1)
        pairs = (whole**2 - (left**2).sum(axis=1)) * (1 + 1 / max(n - 1, 1))
        some = pairs > 1e-9
        weight = np.where(some, whole**2 / np.where(some, pairs, 1), 0) * n / max(some.sum(), 1)
        return np.where(some, whole, 1), weight


def _averages(masses: NDArray, values: NDArray) -> NDArray:
    """Averages (n_values, n_draws) with these masses (n_draws, n_rows)."""
    return values @ masses.T / np.maximum(masses.sum(axis=1), 1e-300)


def _posterior_mean(estimates: NDArray, variance: NDArray) -> NDArray:
    """Mean of a ratio r that was found with a normal error; before, r / (1 + r) is uniform: density (1 + r)^-2."""
    likely = np.diff(ndtr((_RATIOS - estimates[:, None]) / np.sqrt(variance)[:, None]), axis=1)
    mass = likely / ((1 + _RATIOS[:-1]) * (1 + _RATIOS[1:]))
    total = mass.sum(axis=1)
    return np.where(total > 0, mass @ _MIDDLES / np.where(total > 0, total, 1), np.maximum(estimates, 0))
