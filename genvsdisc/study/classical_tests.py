"""Tests for other designs than repeated splits of one table: one fixed test set, 5x2 folds, many tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


@dataclass(frozen=True)
class McNemarTest:
    """Rows that only one of two classifiers gets wrong, and the exact two-sided p-value."""

    only_first: int
    only_second: int
    pvalue: float


@dataclass(frozen=True)
class FiveByTwoTest:
    """Dietterich's t with 5 degrees of freedom and Alpaydin's F with 10 and 5."""

    t: float
    t_pvalue: float
    f: float
    f_pvalue: float


@dataclass(frozen=True)
class FriedmanTest:
    """Mean ranks (1 is best), Friedman's chi-square, and the F of Iman & Davenport."""

    ranks: NDArray
    chi_square: float
    chi_square_pvalue: float
    f: float
    f_pvalue: float


def mcnemar_test(first_wrong: ArrayLike, second_wrong: ArrayLike) -> McNemarTest:
    """Test exactly (McNemar) whether two classifiers err equally often on one fixed test set.

    Given the number of rows on which exactly one errs, each of the two is to blame with probability 1/2.

    Parameters
    ----------
    first_wrong, second_wrong : array-like of bool, shape (n_samples,)
        Whether each classifier errs on each row.

    Returns
    -------
    test : McNemarTest
        ``.only_first .only_second .pvalue``; p is 1 where they never differ.

    Raises
    ------
    ValueError
        If the two do not have the same rows.

    References
    ----------
    McNemar, Psychometrika 12 (1947). Dietterich, Neural Computation 10 (1998).

    Examples
    --------
    >>> mcnemar_test([1, 1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 1, 0, 1])
    McNemarTest(only_first=5, only_second=1, pvalue=0.21875)
    """
    first, second = np.asarray(first_wrong, dtype=bool), np.asarray(second_wrong, dtype=bool)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"both classifiers must be judged on the same rows, got {first.shape} and {second.shape}")
    only_first, only_second = int((first & ~second).sum()), int((~first & second).sum())
    n = only_first + only_second
    return McNemarTest(only_first, only_second, float(stats.binomtest(only_first, n).pvalue) if n else 1.0)


def five_by_two_test(differences: ArrayLike) -> FiveByTwoTest:
    """Compare two classifiers by five repetitions of two-fold cross-validation.

    With differences p_i1, p_i2 of repetition i and ``s_i^2 = (p_i1 - p_i2)^2 / 2``: ``t = p_11 / sqrt(mean s_i^2)`` and
    ``F = sum p_ij^2 / (2 sum s_i^2)``.

    Parameters
    ----------
    differences : array-like of shape (5, 2)
        Score of one classifier minus that of the other, by repetition and fold.

    Returns
    -------
    test : FiveByTwoTest
        ``.t .t_pvalue`` (two-sided) ``.f .f_pvalue``. Folds that agree in all repetitions give 0 (p = 1) where all
        differences are 0, else infinity.

    Raises
    ------
    ValueError
        If the shape is another.

    References
    ----------
    Dietterich, Neural Computation 10 (1998). Alpaydin, Neural Computation 11 (1999).

    Examples
    --------
    >>> five_by_two_test([[.05, .03], [.02, .04], [.01, .03], [.04, .02], [.03, .05]]).f.__round__(9)
    5.9
    """
    p = np.asarray(differences, dtype=float)
    if p.shape != (5, 2):
        raise ValueError(f"differences must have shape (5, 2): five repetitions of two folds, got {p.shape}")
    variances = (p[:, 0] - p[:, 1]) ** 2 / 2
    t = _ratio(p[0, 0], np.sqrt(variances.mean()))
    f = _ratio((p**2).sum(), 2 * variances.sum())
    return FiveByTwoTest(t, float(2 * stats.t.sf(abs(t), 5)), f, float(stats.f.sf(f, 10, 5)))


def friedman_test(losses: ArrayLike) -> FriedmanTest:
    """Compare several classifiers over many tables by their ranks.

    ``chi2 = 12 N / (k (k + 1)) (sum R_j^2 - k (k + 1)^2 / 4)``, not corrected for ties, as in Demšar (2006), and
    ``F = (N - 1) chi2 / (N (k - 1) - chi2)`` with k - 1 and (k - 1)(N - 1) degrees of freedom.

    Parameters
    ----------
    losses : array-like of shape (n_tables, n_classifiers)
        Smaller is better; ties share their ranks.

    Returns
    -------
    test : FriedmanTest
        ``.ranks .chi_square .chi_square_pvalue .f .f_pvalue``.

    Raises
    ------
    ValueError
        Fewer than two tables or classifiers.

    References
    ----------
    Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7 (2006).

    Examples
    --------
    >>> friedman_test([[1, 2, 3], [1, 3, 2], [1, 2, 3]]).ranks
    array([1.        , 2.33..., 2.66...])
    """
    values = np.asarray(losses, dtype=float)
    if values.ndim != 2 or min(values.shape) < 2:
        raise ValueError(f"losses must have at least 2 tables and 2 classifiers, got shape {values.shape}")
    n, k = values.shape
    ranks = stats.rankdata(values, axis=1).mean(axis=0)
    chi_square = float(12 * n / (k * (k + 1)) * ((ranks**2).sum() - k * (k + 1) ** 2 / 4))
    f = _ratio((n - 1) * chi_square, n * (k - 1) - chi_square)
    return FriedmanTest(
        ranks,
        chi_square,
        float(stats.chi2.sf(chi_square, k - 1)),
        f,
        float(stats.f.sf(f, k - 1, (k - 1) * (n - 1))),
    )


def nemenyi_difference(n_classifiers: int, n_tables: int, *, level: float = 0.95) -> float:
    """Difference of mean ranks that is significant among all pairs (Nemenyi's critical difference).

    ``q sqrt(k (k + 1) / (6 N))``, q the studentized range with infinite degrees of freedom over sqrt(2).

    Parameters
    ----------
    n_classifiers, n_tables : int
        k, from 2, and N.
    level : float, default=0.95
        Confidence.

    Returns
    -------
    difference : float

    Examples
    --------
    >>> round(nemenyi_difference(4, 14), 3)
    1.254
    """
    q = stats.studentized_range.ppf(level, n_classifiers, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_classifiers * (n_classifiers + 1) / (6 * n_tables)))


def _ratio(above: float, below: float) -> float:
    """Quotient in which 0 / 0 is 0: no difference, no doubt."""
    with np.errstate(divide="ignore"):
        return float(np.divide(above, below)) if above or below else 0.0
