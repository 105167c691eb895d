"""How much more the mean difference of two models varies than a mean of independent rows: its design effect.

Over n rows, each judged once, the mean difference has the variance ``(1 + r) s^2 / n``, with s^2 that of single rows
and r the sum of the correlations of a row's difference with those of the other rows. Nadeau & Bengio's correction takes
r for about a fifth, whatever the models. That is plenty where single rows hardly matter, but two rows that are each
other's nearest neighbor err together, however many rows there are: with one nearest neighbor, r is 2/3 and more.

No cross-validation of a table shows r (Bengio & Grandvalet), but parts that share no row do. Let D_ij be the mean
difference of the models on quarter j of a draw after training on quarter i. The two folds D_12 and D_21 train each
other, and (D_34, D_43) is an independent copy of them, so that

    ``(D_12 - D_34) (D_21 - D_43) / 2``

has the mean ``cov(D_12, D_21)``, and half the square of either factor has the variance of one fold. What a training set
does to all rows that it judges is taken out of that variance: it is the covariance of the means on two parts judged by
one fit, again between independent copies. The quotient is r for a training set of a quarter.

With more rows r stays as it is for local models, and falls for smooth ones: as the product of what a row does to the
loss of another and the reverse, it falls as the share of the variance over training sets in the variance of a row.
That is measured at a quarter and at half of the rows, and taken to the size of the folds by the power law through both;
in the Brier score for every loss, for where labels flip at a boundary the 0-1 variance falls with the root of the rows
only. Every row is in turn trained on all others, not on a quarter: the mutual part of r is larger by 4/3 (two points
of a set are each other's nearest neighbor with probability 2/3 on a line, points of two sets with 1/2).

Rows judged after the same training correlate too, through the covariance that was taken out above. It counts up to the
fifth that Nadeau & Bengio take for all, and no more than the mutual part: models of few parameters, fitted to a quarter
of the rows, have very much of it that is gone at the size of the folds.

Measured on 400 tables of 100 rows, with neighbors on each of two equally informative columns, the mean difference in
0-1 error has 1.72 (one neighbor) and 1.78 (five) times the variance of independent rows.

References
----------
Bengio, Y. & Grandvalet, Y. (2004). No unbiased estimator of the variance of K-fold cross-validation. JMLR 5.
Kish, L. (1965). Survey Sampling. Wiley. Design effects: section 8.2.
Nadeau, C. & Bengio, Y. (2003). Inference for the generalization error. Machine Learning 52.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.evidence import JUDGE, Draws, Predictions
from genvsdisc.study.statistics.losses import mean, pointwise_losses
from genvsdisc.study.table import PreparedTable

DesignEffects = Mapping[str, pd.DataFrame]
"""Loss -> design effect of the difference of two models: both as index, generative ones as rows."""
ONE_SET = 4 / 3
"""How many times the correlation of rows of two sets is that of rows of one set."""
MOST_COMMON = 0.2
"""Sum of the correlations of rows through a common training set, at most."""
PAIRINGS = (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2)))
"""Quarters that train each other, beside an independent copy of them."""
MOST_ROWWISE = 10
"""Draws whose single rows are looked at; their shares of variance are known well enough from these."""


def swapped_losses(
    predicted: Sequence[NDArray], parts: NDArray, codes: NDArray, loss: str, weights: Any = None, costs: Any = None
) -> NDArray:
    """Mean loss of the fit to each quarter on every other quarter.

    Parameters
    ----------
    predicted : sequence of ndarrays of shape (n_rows, n_classes)
        Four of each draw: what the fit to a quarter says of `rows_of_other_quarters`.
    parts : ndarray of shape (n_draws, n_samples)
        Part of each row, from `disjoint_parts`.
    codes : ndarray of shape (n_samples,)
        Class of each row.
    loss : str
    weights : ndarray of shape (n_samples,), default=None
        How much each row counts as a judge.
    costs : ndarray of shape (n_classes, n_classes), default=None
        Of the loss "cost".

    Returns
    -------
    swapped : ndarray of shape (n_draws, 4, 4)
        Trained on, judged on; NaN where both are the same.
    """
    swapped = np.full((len(parts), JUDGE, JUDGE), np.nan)
    for b, of_draw in enumerate(parts):
        for trained in range(JUDGE):
            rows = rows_of_other_quarters(of_draw, trained)
            losses = pointwise_losses(predicted[JUDGE * b + trained], codes[rows], loss, costs)
            for judged in set(range(JUDGE)) - {trained}:
                inside = of_draw[rows] == judged
                swapped[b, trained, judged] = mean(losses[inside], weights, rows[inside])
    return swapped


def rows_of_other_quarters(parts: NDArray, trained: int) -> NDArray:
    """Indices of the rows of a draw that are in the quarters but one."""
    return np.flatnonzero((parts < JUDGE) & (parts != trained))


def design_effects(evidence: Sequence[Predictions], table: PreparedTable, draws: Draws) -> dict[str, pd.DataFrame]:
    """Compute the design effect of the difference of every generative and every discriminative model.

    Models without fits to the quarters are left out: nothing is known of them beyond the correction of the folds.

    Returns
    -------
    effects : dict of str to DataFrame
        Loss -> generative models as index, discriminative ones as columns.
    """
    known = [e for e in evidence if e.swapped and e.quarters and e.halves]
    sides = [[e for e in known if e.model.family == family] for family in ("generative", "discriminative")]
    if not all(sides):
        return {}
    drawn = table.take(draws.resampled_rows)
    n_quarter = ((draws.parts < JUDGE) @ drawn.sampling.masses(len(drawn.codes))).mean() / JUDGE
    masses = table.sampling.masses(len(table.codes))
    n_train = np.mean([masses.sum() - masses[rows].sum() for rows in draws.cv_tests[: draws.design.n_splits]])
    if draws.cv_train is not None:
        trained = [n_quarter if e.n_train is None else masses[draws.cv_train[: e.n_train]].sum() for e in known]
        n_train = np.mean(trained)
    doublings = max(0.0, float(np.log2(n_train / n_quarter)))
    shares = {e.model.name: _RowLosses.of(e, drawn, draws) for e in known}
    names = [[e.model.name for e in side] for side in sides]
    left = {(g, d): shares[g].share_left(shares[d]) ** doublings for g in names[0] for d in names[1]}
    effects = {}
    for loss in table.losses(draws.design.losses):
        swaps = {e.model.name: _Swaps.of(e, drawn, draws, loss) for e in known}
        excess = [[swaps[g].correlations(swaps[d]) * left[g, d] for d in names[1]] for g in names[0]]
        effects[loss] = 1 + pd.DataFrame(excess, index=names[0], columns=names[1])
    return effects


def of_pairs(effects: DesignEffects | None, loss: str, left: list[str], right: list[str]) -> NDArray:
    """Design effects of the pairs of two lists of models, (n_left, n_right); 1 where nothing is known."""
    if effects is None or loss not in effects:
        return np.ones((len(left), len(right)))
    return effects[loss].reindex(index=left, columns=right).fillna(1.0).to_numpy()


class _Swaps(NamedTuple):
    """Mean losses of one model: of the fit to each quarter on every other quarter, and on the rows that judge."""

    swapped: NDArray  # (n_draws, 4, 4)
    judged: NDArray  # (n_draws, 4)

    @classmethod
    def of(cls, e: Predictions, drawn: PreparedTable, draws: Draws, loss: str) -> _Swaps:
        judged = [
            [mean(losses, drawn.weights, rows) for losses in pointwise_losses(p, drawn.codes[rows], loss, drawn.costs)]
            for p, rows in zip(e.quarters, draws.judges, strict=False)
        ]
        return cls(e.swapped[loss], np.array(judged))

    def correlations(self, other: _Swaps) -> float:
        """Sum of the correlations of a row with the others, in the difference to another model, at this size.

        Shrunk toward 0 by the standard error over draws of its mutual part, and not below 0.
        """
        n = min(len(self.swapped), len(other.swapped))  # some models are given more draws than others
        gap = _Swaps(self.swapped[:n] - other.swapped[:n], self.judged[:n] - other.judged[:n])
        covariances, variances, common = np.mean([gap._of_pairing(pairing) for pairing in PAIRINGS], axis=0)
        variance = variances.mean()
        if n < 2 or not variance > 0:
            return 0.0
        r = covariances.mean() / variance
        error = (covariances - r * variances).std(ddof=1) / np.sqrt(n) / variance
        mutual = float(r * max(0.0, 1 - (error / r) ** 2)) if r > 0 else 0.0
        return ONE_SET * mutual + min(max(0.0, float(common.mean() / variance)), MOST_COMMON, mutual)

    def _of_pairing(self, pairing: tuple[tuple[int, int], tuple[int, int]]) -> tuple[NDArray, NDArray, NDArray]:
        """Covariance of two folds, variance of one without what its training set has in common, and that, by draw."""
        (i, j), (k, m) = pairing
        one, other = (self.swapped[:, a, b] - self.swapped[:, c, d] for a, b, c, d in ((i, j, k, m), (j, i, m, k)))
        of_set = [
            (self.swapped[:, a, c] - self.swapped[:, b, c]) * (self.judged[:, a] - self.judged[:, b]) / 2
            for a, b, c in ((i, j, k), (i, j, m), (k, m, i), (k, m, j))
        ]
        common = np.mean(of_set, axis=0)
        return one * other / 2, (one**2 + other**2) / 4 - common, common


class _RowLosses(NamedTuple):
    """Brier scores of one model, by row that judges, in the first draws."""

    quarters: list[NDArray]  # (4, n_judges)
    halves: list[NDArray]  # (2, n_judges)
    weights: list[NDArray]  # (n_judges,)

    @classmethod
    def of(cls, e: Predictions, drawn: PreparedTable, draws: Draws) -> _RowLosses:
        judges = draws.judges[: min(MOST_ROWWISE, len(e.quarters), len(e.halves))]
        quarters, halves = (
            [pointwise_losses(p, drawn.codes[rows], "brier") for p, rows in zip(fits, judges, strict=False)]
            for fits in (e.quarters, e.halves)
        )
        weights = [np.ones(len(r)) if drawn.weights is None else drawn.weights[r] for r in judges]
        return cls(quarters, halves, weights)

    def share_left(self, other: _RowLosses) -> float:
        """Share of the variance over training sets in that of a row, at half of the rows over that at a quarter."""
        quarter, half = (
            _share_of_variance([a - b for a, b in zip(one, two, strict=False)], self.weights)
            for one, two in ((self.quarters, other.quarters), (self.halves, other.halves))
        )
        return min(1.0, half / quarter) if quarter > 0 else 1.0


def _share_of_variance(fits: Sequence[NDArray], weights: Sequence[NDArray]) -> float:
    """Variance of a row over training sets, as a share of the variance over rows and training sets."""
    over_sets = np.mean([w @ losses.var(axis=0, ddof=1) / w.sum() for losses, w in zip(fits, weights, strict=False)])
    every = np.concatenate([losses.ravel() for losses in fits])
    of_rows = np.concatenate([np.tile(w, len(losses)) for losses, w in zip(fits, weights, strict=False)])
    middle = np.average(every, weights=of_rows)
    whole = np.average((every - middle) ** 2, weights=of_rows)
    return float(over_sets / whole) if whole > 0 else 0.0
