"""The best model of one family against the best of another, both chosen on the splits that judge them.

Whoever picks the lowest of eight means and tests it as if it had been the only one declares a false winner in 12 % of
tables. Choosing on the other folds of each repeat does not cure that: as the choice hardly changes from fold to fold,
the luck of the chosen stays in the mean, and 5 to 18 % of tables have a false winner. The comparison here is with the
best, whichever that is (Hsu's multiple comparisons with the best). With m_gd the mean difference in loss of models g
and d, s_gd its corrected standard error (Nadeau & Bengio, or more by its design effect), and c the quantile of the
largest of the t statistics of all g against one d,

    ``min_g mu_g - min_d mu_d <= max_d min_g (m_gd + c s_gd)``

with at least the probability of that quantile: for the d that is truly best, all ``mu_g - mu_d <= m_gd + c s_gd`` hold
at once. The lower bound is its mirror image. One against one this is the corrected resampled t test. The law of the
largest t is that of a multivariate t with the correlations seen over the splits, so that near twins cost nothing.

References
----------
Hsu, J. C. (1996). Multiple Comparisons: Theory and Methods. Chapman & Hall. Chapter 4.
Dunnett, C. W. (1955). A multiple comparison procedure for comparing several treatments with a control. JASA 50.
Nadeau, C. & Bengio, Y. (2003). Inference for the generalization error. Machine Learning 52.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.study.statistics.paired_tests import error_factor

N_SAMPLES = 40_000
"""Draws of the largest t: the error of its 97.5 % quantile is under 0.02 standard errors."""
EIGENVALUE_ROUNDING = 1e-12
"""Eigenvalues of correlations below this share of the largest are 0."""


class BestComparison(NamedTuple):
    """Best of the left family minus best of the right one; below 0 the left one is better.

    `p_left`, `p_equal` and `p_right` add up to 1. The likeliest of the three outcomes has its confidence after the
    choice, but not under one half, and the others share the rest as they would without it.
    """

    left: int
    right: int
    difference: float
    lower: float
    upper: float
    pvalue: float
    p_left: float
    p_equal: float
    p_right: float


def compare_best(
    left: NDArray,
    right: NDArray,
    *,
    test_fraction: float,
    rope: float = 0.01,
    level: float = 0.95,
    design_effects: NDArray | None = None,
    least_errors: NDArray | float = 0.0,
) -> BestComparison:
    """Compare the best of two families of models scored on the same splits.

    Parameters
    ----------
    left, right : ndarray of shape (n_splits, n_models)
        Losses.
    test_fraction : float
        ``n_test / (n_train + n_test)``.
    rope : float, default=0.01
        Differences from -rope to rope count as none.
    level : float, default=0.95
        Confidence of the two-sided interval.
    design_effects : ndarray of shape (n_left, n_right), default=None
        That of the difference of each pair, as for `genvsdisc.corrected_ttest`.
    least_errors : float or ndarray of shape (n_left, n_right), default=0.0
        What the standard error of each pair is at least, as there.

    Returns
    -------
    comparison : BestComparison

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> losses = 0.2 + 0.02 * rng.standard_normal((100, 9))
    >>> best = compare_best(losses[:, :1], losses[:, 1:], test_fraction=0.1)
    >>> best.lower < 0 < best.upper
    True
    """
    effects = np.ones((left.shape[1], right.shape[1])) if design_effects is None else design_effects
    least = np.broadcast_to(least_errors, effects.shape)
    pairs = _Pairs.of(left, right, test_fraction, effects, least)
    g, d = int(left.mean(axis=0).argmin()), int(right.mean(axis=0).argmin())
    of_left = _largest_t(left - right[:, [d]], least[:, d] > 0)
    of_right = _largest_t(right - left[:, [g]], least[g] > 0)
    quantile = (1 + level) / 2
    beats = _confidence(of_left, pairs.left_ahead_by(0.0)), _confidence(of_right, pairs.right_ahead_by(0.0))
    single = _Pairs.of(left[:, [g]], right[:, [d]], test_fraction, effects[g, d], least[g, d])
    one = _largest_t(left[:, [g]] - right[:, [d]])
    plain = _three(_confidence(one, single.left_ahead_by(rope)), _confidence(one, single.right_ahead_by(rope)))
    not_below = _confidence(of_right, pairs.right_ahead_by(-rope))
    not_above = _confidence(of_left, pairs.left_ahead_by(-rope))
    chosen = (
        _confidence(of_left, pairs.left_ahead_by(rope)),
        max(0.0, not_below + not_above - 1),
        _confidence(of_right, pairs.right_ahead_by(rope)),
    )
    return BestComparison(
        g,
        d,
        float(pairs.mean[g, d]),
        float((pairs.mean - np.quantile(of_right, quantile) * pairs.error).max(axis=1).min()),
        float((pairs.mean + np.quantile(of_left, quantile) * pairs.error).min(axis=0).max()),
        min(1.0, 2 * (1 - max(beats))),
        *_tempered(plain, chosen),
    )


def any_beats(losses: NDArray, baseline: NDArray, *, test_fraction: float, level: float = 0.95) -> bool:
    """Whether some model has a lower loss than a baseline, by Dunnett's test with corrected standard errors.

    Parameters
    ----------
    losses : ndarray of shape (n_splits, n_models)
    baseline : ndarray of shape (n_splits,)
    test_fraction : float
    level : float, default=0.95
        One minus the chance that a baseline which nobody beats is called beaten.
    """
    pairs = _Pairs.of(losses, baseline[:, None], test_fraction)
    return _confidence(_largest_t(losses - baseline[:, None]), pairs.left_ahead_by(0.0)) >= level


class _Pairs(NamedTuple):
    """Mean difference of every pair and its corrected standard error, (n_left, n_right)."""

    mean: NDArray
    error: NDArray

    @classmethod
    def of(
        cls,
        left: NDArray,
        right: NDArray,
        test_fraction: float,
        design_effects: NDArray | float = 1.0,
        least_errors: NDArray | float = 0.0,
    ) -> _Pairs:
        gaps = left[:, :, None] - right[:, None, :]
        factor = np.sqrt(error_factor(len(gaps), test_fraction, design_effects))
        spread = np.where(np.ptp(gaps, axis=0) == 0, 0.0, gaps.std(axis=0, ddof=1))
        return cls(gaps.mean(axis=0), np.maximum(factor * spread, least_errors))

    def left_ahead_by(self, margin: float) -> float:
        """Largest c at which the upper bound of the difference lies below -margin."""
        return float(self._in_errors(-margin - self.mean).max(axis=0).min())

    def right_ahead_by(self, margin: float) -> float:
        """Largest c at which the lower bound of the difference lies above margin."""
        return float(self._in_errors(self.mean - margin).max(axis=1).min())

    def _in_errors(self, gaps: NDArray) -> NDArray:
        """Gaps in standard errors; where there is no error, as sure as can be that there is a gap, or none."""
        sure = np.where(gaps > 0, np.inf, -np.inf)
        return np.divide(gaps, self.error, out=sure, where=self.error > 0)


def _largest_t(differences: NDArray, doubtful: NDArray | bool = False) -> NDArray:
    """Sample the largest of correlated t statistics; the same sample for the same differences.

    Differences that are the same on all splits have a t statistic where they are `doubtful`, one for all such models.
    """
    n_splits, n_models = differences.shape
    if n_models == 1:
        return np.asarray(stats.t.ppf((np.arange(N_SAMPLES) + 0.5) / N_SAMPLES, n_splits - 1))
    spread = differences.std(axis=0)
    scaled = (differences - differences.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    correlations = scaled.T @ scaled / n_splits
    still = (spread == 0) & doubtful
    correlations[np.ix_(still, still)] = 1.0
    values, vectors = np.linalg.eigh(correlations)
    # Twins, and fewer splits than models, leave eigenvalues of 0, of which rounding makes 1e-16: its root is no 0.
    values = np.where(values > EIGENVALUE_ROUNDING * values[-1], values, 0.0)
    rng = np.random.default_rng(0)
    root = (vectors * np.sqrt(values)) @ vectors.T  # the symmetric one: the signs of eigenvectors are rounding
    normal = rng.standard_normal((N_SAMPLES, n_models)) @ root
    t = normal.max(axis=1) / np.sqrt(rng.chisquare(n_splits - 1, N_SAMPLES) / (n_splits - 1))
    return np.sort(t)


def _confidence(sample: NDArray, t: float) -> float:
    """Share of a sorted sample below t, between its grid points, without ever being certain of what is not."""
    if np.isinf(t):
        return float(t > 0)
    return float(np.interp(t, sample, (np.arange(len(sample)) + 0.5) / len(sample)))


def _three(left: float, right: float) -> tuple[float, float, float]:
    return left, max(0.0, 1 - left - right), right


def _tempered(plain: tuple[float, ...], chosen: tuple[float, ...]) -> tuple[float, float, float]:
    """Lower the likeliest outcome to its confidence after the choice, but not under one half."""
    likeliest = int(np.argmax(plain))
    probabilities = np.array(plain)
    if probabilities[likeliest] > 0.5:
        tempered = min(probabilities[likeliest], max(chosen[likeliest], 0.5))
        rest = np.delete(probabilities, likeliest)
        rest *= (1 - tempered) / rest.sum() if rest.sum() > 0 else 0.0
        probabilities = np.insert(rest, likeliest, tempered)
        probabilities[likeliest] += 1 - probabilities.sum()
    left, equal, right = (float(p) for p in probabilities)
    return left, equal, right
