"""Tests of what a Gaussian generative model assumes of its classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import digamma, polygamma

from genvsdisc.study.statistics.henze_zirkler import evenly, n_looked_at, pvalue_of_normality, whitened


@dataclass(frozen=True)
class AssumptionTest:
    """A statistic, its degrees of freedom and p-value, and how large the violation is."""

    statistic: float
    df: float
    pvalue: float
    effect: float
    effect_name: str


def equal_covariances_test(X: ArrayLike, codes: ArrayLike) -> AssumptionTest:
    """Test whether all classes have one covariance: Box's M, with Box's F approximation.

    ``M = (N - K) log|S| - sum (n_k - 1) log|S_k|`` with unbiased S_k and S their pooled mean. The F approximation, of
    second order, keeps its level where the chi-square one no longer does. Both presume normal classes: heavy tails are
    taken for unequal covariances. The effect is the log density that a row gains from a covariance of its own class,
    ``(M - E M) / (2 (N - K))``, in nats like the cost.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Numbers, without missing values.
    codes : array-like of shape (n_samples,)
        Class of each row, 0 to K - 1.

    Returns
    -------
    test : AssumptionTest
        ``statistic`` is F, ``df`` its first degrees of freedom.

    Raises
    ------
    ValueError
        If a covariance is singular or the classes are too small to tell.

    References
    ----------
    Box, "A general distribution theory for a class of likelihood criteria", Biometrika 36 (1949).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> test = equal_covariances_test(*load_iris(return_X_y=True))
    >>> print(f"F = {test.statistic:.2f}, {test.df:.0f} degrees of freedom")
    F = 7.05, 20 degrees of freedom
    """
    centred = _centred_classes(X, codes)
    d, K = centred[0].shape[1], len(centred)
    nu = np.array([len(Z) - 1 for Z in centred])
    scatters = np.stack([Z.T @ Z for Z in centred])
    M = nu.sum() * _log_det(scatters.sum(axis=0) / nu.sum()) - nu @ _log_det(scatters / nu[:, None, None])
    c1 = (2 * d * d + 3 * d - 1) / (6 * (d + 1) * (K - 1)) * (np.sum(1 / nu) - 1 / nu.sum())
    c2 = (d - 1) * (d + 2) / (6 * (K - 1)) * (np.sum(1 / nu**2) - 1 / nu.sum() ** 2)
    df1 = d * (d + 1) * (K - 1) / 2
    df2 = (df1 + 2) / abs(c2 - c1 * c1)
    if c2 > c1 * c1:
        F = M * (1 - c1 - df1 / df2) / df1
    else:
        b = df2 / (1 - c1 + 2 / df2)
        F = df2 * M / (df1 * (b - M)) if b > M else np.inf
    gain = (M - df1 / (1 - c1)) / (2 * nu.sum())
    return AssumptionTest(float(F), df1, float(stats.f.sf(F, df1, df2)), max(0.0, float(gain)), "nats per row")


def normality_test(X: ArrayLike, codes: ArrayLike) -> AssumptionTest:
    """Test whether every class is multivariate normal: Henze & Zirkler in each class, joined by Fisher's method.

    The statistic of a class is a distance between its empirical characteristic function and the normal one; its law
    is nearly log-normal with the moments of the limit. In classes with few rows for a column these moments are off (20
    rows of 9 columns: by 0.85 standard deviations); as the law is one for all normal classes of a size, 199 to 999
    samples tell it: p is the share of samples, the class among them, that lie as far or farther. ``-2 sum log p_k``
    has 2 K degrees of freedom. The effect is Mardia's kurtosis in units of the normal value ``d (d + 2)``, averaged
    over the rows: above 1 the tails are heavier than normal.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Numbers, without missing values. Classes of more than 1,000 rows are thinned evenly for the test, to 250
        where the law is drawn.
    codes : array-like of shape (n_samples,)
        Class of each row, 0 to K - 1.

    Returns
    -------
    test : AssumptionTest

    Raises
    ------
    ValueError
        If a covariance is singular, the classes are too small to tell, or columns are too many (some 90).

    References
    ----------
    Henze & Zirkler, "A class of invariant consistent tests for multivariate normality", Comm. Stat. 19 (1990).
    Mardia, "Measures of multivariate skewness and kurtosis", Biometrika 57 (1970).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> test = normality_test(*load_iris(return_X_y=True))
    >>> print(f"chi-square = {test.statistic:.1f}, {test.df:.0f} degrees of freedom, kurtosis {test.effect:.2f}")
    chi-square = 10.0, 6 degrees of freedom, kurtosis 1.02
    """
    centred = _centred_classes(X, codes)
    d = centred[0].shape[1]
    pvalues = [pvalue_of_normality(Z[evenly(len(Z), n_looked_at(len(Z), d))]) for Z in centred]
    statistic = float(-2 * np.sum(np.log(np.maximum(pvalues, np.finfo(float).tiny))))
    kurtosis = np.concatenate([np.sum(whitened(Z) ** 2, axis=1) ** 2 for Z in centred]).mean() / (d * (d + 2))
    df = 2 * len(centred)
    return AssumptionTest(statistic, df, float(stats.chi2.sf(statistic, df)), float(kurtosis), "kurtosis / normal")


def independence_test(X: ArrayLike, codes: ArrayLike) -> AssumptionTest:
    """Test whether the columns are uncorrelated within every class: likelihood ratio with Bartlett's correction.

    ``-sum (n_k - 1 - (2 d + 5) / 6) log|R_k|`` with R_k the correlations of a class has about ``K d (d - 1) / 2``
    degrees of freedom. Under independence ``|R_k|`` is a product of beta variables with parameters ``(n_k - i) / 2``
    and ``(i - 1) / 2``, i = 2 to d: p is that of a gamma variable with the exact mean and variance of the statistic,
    which holds in small classes too. The effect is the largest correlation within a class, in absolute value.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Numbers, without missing values, at least 2 columns.
    codes : array-like of shape (n_samples,)
        Class of each row, 0 to K - 1.

    Returns
    -------
    test : AssumptionTest

    Raises
    ------
    ValueError
        If a covariance is singular, the classes are too small to tell, or there is one column.

    References
    ----------
    Bartlett, "A note on the multiplying factors for various chi-square approximations", JRSS B 16 (1954).
    Anderson, "An Introduction to Multivariate Statistical Analysis", 3rd ed., theorem 9.3.3 (2003).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> test = independence_test(*load_iris(return_X_y=True))
    >>> print(f"chi-square = {test.statistic:.0f}, {test.df:.0f} degrees of freedom, |r| = {test.effect:.2f}")
    chi-square = 258, 18 degrees of freedom, |r| = 0.86
    """
    centred = _centred_classes(X, codes)
    d = centred[0].shape[1]
    if d < 2:
        raise ValueError("one column has nothing to be independent of")
    correlations = np.stack([np.corrcoef(Z, rowvar=False) for Z in centred])
    factors = np.array([len(Z) - 1 - (2 * d + 5) / 6 for Z in centred])
    statistic = float(-factors @ _log_det(correlations))
    df = len(centred) * d * (d - 1) / 2
    halves = (np.array([len(Z) for Z in centred])[:, None] - np.arange(1, d + 1)) / 2  # (n_k - i) / 2, from i = 1
    mean = factors @ (digamma(halves[:, :1]) - digamma(halves)).sum(axis=1)
    variance = factors**2 @ (polygamma(1, halves) - polygamma(1, halves[:, :1])).sum(axis=1)
    pvalue = float(stats.gamma.sf(statistic, mean**2 / variance, scale=variance / mean))
    largest = float(np.abs(correlations[:, *np.triu_indices(d, 1)]).max())
    return AssumptionTest(statistic, df, pvalue, largest, "largest |r|")


def _centred_classes(X: ArrayLike, codes: ArrayLike) -> list[NDArray]:
    """Rows of each class minus their mean, or the reason why a test would be idle."""
    X, codes = np.asarray(X, dtype=float), np.asarray(codes)
    if X.ndim != 2 or not X.shape[1]:
        raise ValueError("there are no continuous columns")
    d = X.shape[1]
    classes, counts = np.unique(codes, return_counts=True)
    if len(classes) < 2 or counts.min() <= 2 * d:
        least = counts.min()
        raise ValueError(f"{d} columns need more than {2 * d} rows in each class, one has {least} without a gap")
    centred = [X[codes == k] - X[codes == k].mean(axis=0) for k in classes]
    for k, Z in zip(classes, centred, strict=True):
        spread = Z.std(axis=0)
        if not spread.all() or np.linalg.matrix_rank(Z / spread) < d:
            raise ValueError(f"the columns are linearly dependent within class {k}")
    return centred


def _log_det(matrices: NDArray) -> NDArray:
    return np.linalg.slogdet(matrices)[1]
