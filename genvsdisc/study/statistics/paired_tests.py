"""Tests of the difference between two classifiers scored on the same splits.

Scores of resampled splits are not independent: their training sets share rows. Nadeau & Bengio's correction puts
the correlation ``rho = n_test / (n_train + n_test)`` into the variance of the mean of J differences,

    ``var(mean) = (1/J + rho / (1 - rho)) s^2 = (1/J + n_test / n_train) s^2``,

and both the t test and the Bayesian posterior here rest on it. Where the design effect of the difference is known
(`genvsdisc.study.statistics.design_effects`), the variance is at least ``effect n_test / n_train s^2``: the folds of a
table exhaust it, so that n_test/n_train s^2, and not rho s^2, is the variance of a mean of independent rows.

Where hardly a row is judged differently, s^2 says nothing of rows that would be: of a share of which n rows show none,
the 95 % bound is 3/n (the rule of three: Hanley & Lippman-Hand, JAMA 249, 1983). So of 0-1 losses the standard error
is taken for 1.5 rows at least (`unseen_error`), twice of which is that bound; more than that it seldom is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Alternative = Literal["two-sided", "less", "greater"]


@dataclass(frozen=True)
class CorrectedTTest:
    """What `corrected_ttest` found: the mean difference, its test and its interval."""

    mean: float
    standard_error: float
    df: int
    statistic: float
    pvalue: float
    lower: float
    upper: float


@dataclass(frozen=True)
class BayesianComparison:
    """What `bayesian_comparison` found: probabilities that the mean is below, inside and above the region."""

    p_left: float
    p_rope: float
    p_right: float
    lower: float
    upper: float


def corrected_ttest(
    differences: ArrayLike,
    *,
    test_fraction: ArrayLike,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
    design_effect: float = 1.0,
    least_error: float = 0.0,
) -> CorrectedTTest:
    """Corrected resampled t test of paired score differences (Nadeau & Bengio 2003).

    ``t = mean / sqrt((1/J + n_test/n_train) s^2)`` with J - 1 degrees of freedom, s^2 dividing by J - 1. For ten times
    ten-fold cross-validation this is the test of Bouckaert & Frank (2004), ``test_fraction=0.1``.

    Parameters
    ----------
    differences : array-like of shape (n_splits,)
        Score of one classifier minus that of the other on each split, at least 2.
    test_fraction : float or array-like of shape (n_splits,)
        ``n_test / (n_train + n_test)``, in [0, 1). Where splits differ in size, give one for each; their mean counts.
        0 gives the ordinary t test, right for independent training and test sets only.
    alternative : {"two-sided", "less", "greater"}, default="two-sided"
        What the mean difference is if it is not 0.
    level : float, default=0.95
        Confidence of the interval; one-sided where the alternative is.
    design_effect : float, default=1.0
        Variance of the mean difference over all rows, in units of that of independent rows, where it is known to be
        more than the correction assumes: the squared standard error is at least ``design_effect n_test/n_train s^2``.
    least_error : float, default=0.0
        What the standard error is at least, where equal differences leave a doubt: 1.5 over the number of rows for
        0-1 losses.

    Returns
    -------
    test : CorrectedTTest
        ``.mean .standard_error .df .statistic .pvalue .lower .upper``. Without a least error equal differences leave no
        doubt: the statistic is 0 (p = 1) where they are zero, else infinite (p = 0 or 1).

    Raises
    ------
    ValueError
        Fewer than two differences, a value that is not finite, a fraction outside [0, 1), an unknown alternative.

    References
    ----------
    Nadeau & Bengio, "Inference for the generalization error", Machine Learning 52 (2003).
    Bouckaert & Frank, "Evaluating the replicability of significance tests for comparing learning algorithms" (2004).

    Examples
    --------
    >>> import numpy as np
    >>> test = corrected_ttest(0.01 + 0.038 * np.tile([-1.0, 1.0], 50), test_fraction=0.1)
    >>> print(f"t = {test.statistic:.3f}, p = {test.pvalue:.3f}, interval {test.lower:.4f} to {test.upper:.4f}")
    t = 0.752, p = 0.454, interval -0.0164 to 0.0364
    """
    values, mean, standard_error = _mean_and_error(differences, test_fraction, design_effect, least_error)
    _check_level(level)
    df = len(values) - 1
    with np.errstate(divide="ignore"):
        statistic = float(np.divide(mean, standard_error)) if mean or standard_error else 0.0
    pvalues = {
        "two-sided": 2 * stats.t.sf(abs(statistic), df),
        "less": stats.t.cdf(statistic, df),
        "greater": stats.t.sf(statistic, df),
    }
    if alternative not in pvalues:
        raise ValueError(f"alternative must be one of {', '.join(pvalues)}, got {alternative!r}")
    reach = standard_error * stats.t.ppf((1 + level) / 2 if alternative == "two-sided" else level, df)
    return CorrectedTTest(
        mean=mean,
        standard_error=standard_error,
        df=df,
        statistic=statistic,
        pvalue=float(pvalues[alternative]),
        lower=-np.inf if alternative == "less" else float(mean - reach),
        upper=np.inf if alternative == "greater" else float(mean + reach),
    )


def bayesian_comparison(
    differences: ArrayLike,
    *,
    test_fraction: ArrayLike,
    rope: float = 0.01,
    level: float = 0.95,
    design_effect: float = 1.0,
    least_error: float = 0.0,
) -> BayesianComparison:
    """Bayesian correlated t test of paired score differences (Benavoli, Corani, Demšar & Zaffalon 2017).

    The posterior of the mean difference is Student's t with J - 1 degrees of freedom, location `mean` and squared
    scale ``(1/J + rho/(1 - rho)) s^2``; its mass splits into three around a region of practical equivalence.

    Parameters
    ----------
    differences : array-like of shape (n_splits,)
        Score of one classifier minus that of the other on each split, at least 2.
    test_fraction : float or array-like of shape (n_splits,)
        ``n_test / (n_train + n_test)``, the correlation rho, in [0, 1).
    rope : float, default=0.01
        Differences from -rope to rope count as none, in the units of the score.
    level : float, default=0.95
        Probability in the central credible interval.
    design_effect : float, default=1.0
        As for `corrected_ttest`.
    least_error : float, default=0.0
        As for `corrected_ttest`, of the scale.

    Returns
    -------
    comparison : BayesianComparison
        ``.p_left .p_rope .p_right`` (they add up to 1) ``.lower .upper``. Without a least error equal differences give
        all probability to one of the three.

    Raises
    ------
    ValueError
        Fewer than two differences, a value that is not finite, a fraction outside [0, 1), a negative rope.

    References
    ----------
    Benavoli, Corani, Demšar & Zaffalon, "Time for a change: a tutorial for comparing multiple classifiers through
    Bayesian analysis", JMLR 18 (2017).

    Examples
    --------
    >>> import numpy as np
    >>> belief = bayesian_comparison(0.01 + 0.038 * np.tile([-1.0, 1.0], 50), test_fraction=0.1, rope=0.01)
    >>> print(f"{belief.p_left:.3f} {belief.p_rope:.3f} {belief.p_right:.3f}")
    0.068 0.432 0.500
    """
    values, mean, scale = _mean_and_error(differences, test_fraction, design_effect, least_error)
    _check_level(level)
    if not rope >= 0:
        raise ValueError(f"rope must not be negative, got {rope!r}")
    if scale == 0:
        below, above = float(mean < -rope), float(mean > rope)
        return BayesianComparison(below, 1 - below - above, above, mean, mean)
    posterior = stats.t(len(values) - 1, loc=mean, scale=scale)
    below, above = float(posterior.cdf(-rope)), float(posterior.sf(rope))
    lower, upper = posterior.interval(level)
    return BayesianComparison(below, max(0.0, 1 - below - above), above, float(lower), float(upper))


class Judgment(NamedTuple):
    """Mean difference, its interval and p-value, and the probabilities that it is below, within and above the rope."""

    difference: float
    lower: float
    upper: float
    pvalue: float
    p_left: float
    p_rope: float
    p_right: float


def judge(
    differences: ArrayLike,
    *,
    test_fraction: ArrayLike,
    rope: float,
    level: float,
    design_effect: float = 1.0,
    least_error: float = 0.0,
) -> Judgment:
    """Put differences to the corrected t test (two-sided) and to its Bayesian form.

    NaN throughout where a difference is missing: a classifier that failed on some split is not compared.
    """
    values = np.asarray(differences, dtype=float)
    if len(values) < 2 or np.isnan(values).any():
        return Judgment(*[np.nan] * len(Judgment._fields))
    error: dict[str, Any] = {"test_fraction": test_fraction, "design_effect": design_effect, "least_error": least_error}
    test = corrected_ttest(values, level=level, **error)
    belief = bayesian_comparison(values, rope=rope, **error)
    return Judgment(test.mean, test.lower, test.upper, test.pvalue, belief.p_left, belief.p_rope, belief.p_right)


def error_factor(n_splits: int, test_fraction: float, design_effect: Any = 1.0) -> Any:
    """Squared standard error of the mean of differences, in squares of their spread: a number, or one for each effect.

    That of Nadeau & Bengio, or where it is larger that of a mean with this design effect over all rows.
    """
    ratio = test_fraction / (1 - test_fraction)
    return np.maximum(1 / n_splits + ratio, ratio * design_effect)


def _mean_and_error(
    differences: ArrayLike, test_fraction: ArrayLike, design_effect: float, least_error: float
) -> tuple[NDArray, float, float]:
    """Differences, their mean, and its corrected standard error."""
    values = np.asarray(differences, dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"differences must be a list of at least 2 numbers, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("differences must be finite; leave splits out on which a classifier has no score")
    fractions = np.asarray(test_fraction, dtype=float)
    if fractions.ndim > 1 or (fractions.ndim == 1 and fractions.shape != values.shape):
        raise ValueError(f"test_fraction must be one number or {len(values)}, got shape {fractions.shape}")
    if not ((fractions >= 0) & (fractions < 1)).all():
        raise ValueError(f"test_fraction must be in [0, 1): n_test / (n_train + n_test), got {test_fraction!r}")
    if not 0 <= design_effect < np.inf:
        raise ValueError(f"design_effect must be a number that is not negative, got {design_effect!r}")
    if not 0 <= least_error < np.inf:
        raise ValueError(f"least_error must be a number that is not negative, got {least_error!r}")
    rho = float(fractions.mean())
    spread = 0.0 if np.ptp(values) == 0 else values.std(ddof=1)
    error = float(np.sqrt(error_factor(len(values), rho, design_effect)) * spread)
    return values, float(values.mean()), max(error, float(least_error))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level!r}")


def holm(pvalues: ArrayLike) -> NDArray:
    """P-values adjusted for the number of tests by Holm's step-down rule; NaN stands for no test.

    Parameters
    ----------
    pvalues : array-like of shape (n_tests,)
        P-values.

    Returns
    -------
    adjusted : ndarray of shape (n_tests,)
        Reject where at most alpha, and the chance of any false rejection is at most alpha.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    values = np.asarray(pvalues, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    order = np.argsort(values)[: np.count_nonzero(~np.isnan(values))]
    steps = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted
