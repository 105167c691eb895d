"""Tests of what a Gaussian generative model assumes of its classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import digamma, hyp1f1, polygamma

MOST_TESTED_ROWS = 1000
"""Rows of a class that the test of normality, quadratic in them, looks at."""
MOST_SIMULATED_ROWS = 250
"""Rows of a class that it looks at where it draws the statistic's law."""
_SIMULATIONS = (199, 999)
"""Fewest and most normal samples it draws then; 999 cost little in a small class."""
_FEW_ROWS = 20
"""Rows of a class below which the limiting law is not taken, whatever its mean."""
_NEAR = 0.05
"""How far the mean of the limiting law may lie from the exact one, in standard deviations, for the law to be taken."""
_CELLS = 4e6  # distances of all samples
_GRID = (40 * 1.25 ** np.arange(10)).round()
"""Rows of the classes whose laws are drawn, above 40; between two of them the p-values are interpolated."""


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
    rows of 9 columns: by a standard deviation); as the law is one for all normal classes of a size, 199 to 999 samples
    tell it: p is the share of samples, the class among them, that lie as far or farther. ``-2 sum log p_k`` has 2 K
    degrees of freedom. The effect is Mardia's kurtosis in units of the normal value ``d (d + 2)``, averaged over the
    rows: above 1 the tails are heavier than normal.

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
        If a covariance is singular or the classes are too small to tell.

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
    pvalues = [_henze_zirkler(Z[_evenly(len(Z), _tested_rows(len(Z), d))]) for Z in centred]
    statistic = float(-2 * np.sum(np.log(np.maximum(pvalues, np.finfo(float).tiny))))
    kurtosis = np.concatenate([np.sum(_whitened(Z) ** 2, axis=1) ** 2 for Z in centred]).mean() / (d * (d + 2))
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


def _whitened(Z: NDArray) -> NDArray:
    """Rows in coordinates in which their mean is 0 and their covariance (dividing by n) the identity."""
    Z = Z - Z.mean(axis=0)
    return np.linalg.solve(np.linalg.cholesky(Z.T @ Z / len(Z)), Z.T).T


def _evenly(n: int, count: int) -> NDArray:
    """Places of some of n rows, evenly apart."""
    return np.unique(np.linspace(0, n - 1, count).round().astype(int))


def _tested_rows(n: int, d: int) -> int:
    """Number of rows of a class of n that the test of normality looks at."""
    n = min(n, MOST_TESTED_ROWS)
    if _limit_holds(n, d):
        return n
    return min(n, MOST_SIMULATED_ROWS)


def _henze_zirkler(Z: NDArray) -> float:
    """P-value of Henze & Zirkler's test."""
    n, d = Z.shape
    statistic = distance(Z)
    if not _limit_holds(n, d):
        return _drawn_pvalue(statistic, n, d)
    return limit_pvalue(statistic, n, d)


def _smoothing(n: int, d: int) -> float:
    """The square of Henze & Zirkler's beta."""
    return float(((2 * d + 1) * n / 4) ** (2 / (d + 4)) / 2)


def distance(Z: NDArray) -> float:
    """Henze & Zirkler's statistic of the rows of a class."""
    Z = _whitened(Z)
    n, d = Z.shape
    square = _smoothing(n, d)
    lengths = np.sum(Z * Z, axis=1)
    distances = np.maximum(lengths[:, None] + lengths - 2 * Z @ Z.T, 0)
    near = np.exp(-square / 2 * distances).mean()
    to_center = np.exp(-square / (2 * (1 + square)) * lengths).mean()
    return float(n * (near - 2 * (1 + square) ** (-d / 2) * to_center + (1 + 2 * square) ** (-d / 2)))


def _limit(n: int, d: int) -> tuple[float, float]:
    """Mean and variance of the statistic of many rows."""
    square = _smoothing(n, d)
    a, w = 1 + 2 * square, (1 + square) * (1 + 3 * square)
    mean = 1 - a ** (-d / 2) * (1 + d * square / a + d * (d + 2) * square**2 / (2 * a**2))
    variance = (
        2 * (1 + 4 * square) ** (-d / 2)
        + 2 * a**-d * (1 + 2 * d * square**2 / a**2 + 3 * d * (d + 2) * square**4 / (4 * a**4))
        - 4 * w ** (-d / 2) * (1 + 3 * d * square**2 / (2 * w) + d * (d + 2) * square**4 / (2 * w**2))
    )
    return mean, variance


def limit_pvalue(statistic: float, n: int, d: int) -> float:
    """P-value of Henze & Zirkler's statistic by its log-normal law in the limit of many rows."""
    mean, variance = _limit(n, d)
    log_variance = np.log1p(variance / mean**2)
    return float(stats.norm.sf((np.log(statistic / mean) + log_variance / 2) / np.sqrt(log_variance)))


def exact_mean(n: int, d: int) -> float:
    """Mean of Henze & Zirkler's statistic of n normal rows.

    Squared lengths and distances of whitened rows are n - 1 and 2 n times beta variables with parameters d / 2 and
    (n - 1 - d) / 2, whose moment generating function is Kummer's.
    """
    square = _smoothing(n, d)
    near = hyp1f1(d / 2, (n - 1) / 2, -square * n)
    to_center = hyp1f1(d / 2, (n - 1) / 2, -square / (2 * (1 + square)) * (n - 1))
    return float(1 + (n - 1) * near + n * ((1 + 2 * square) ** (-d / 2) - 2 * (1 + square) ** (-d / 2) * to_center))


def _limit_holds(n: int, d: int) -> bool:
    mean, variance = _limit(n, d)
    return n >= _FEW_ROWS and abs(exact_mean(n, d) - mean) <= _NEAR * np.sqrt(variance)


def _drawn_pvalue(statistic: float, n: int, d: int) -> float:
    above = int(np.searchsorted(_GRID, n))  # of the first size on the grid that is not smaller
    sizes = [n] if not above else [int(_GRID[above - 1]), int(_GRID[above])]
    laws = [_drawn_distances(size, d) for size in sizes]
    pvalues = [(1 + np.count_nonzero(law >= statistic)) / (1 + len(law)) for law in laws]
    return float(np.interp(n, sizes, pvalues))


@lru_cache(maxsize=256)
def _drawn_distances(n: int, d: int) -> NDArray:
    """Statistics of samples of n normal rows of d columns."""
    rng = np.random.default_rng(0)
    count = int(np.clip(_CELLS / n**2, *_SIMULATIONS))
    return np.array([distance(rng.standard_normal((n, d))) for _ in range(count)])
