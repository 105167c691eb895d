"""Henze and Zirkler's statistic of normality, and its law in small classes too."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import hyp1f1

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
_LEAST_SPREAD = 1e-12
"""Standard deviation of the statistic, near 1, below which floating point no longer tells classes apart."""
_CELLS = 4e6  # distances of all samples
_GRID = (40 * 1.25 ** np.arange(10)).round()
"""Rows of the classes whose laws are drawn, above 40; between two of them the p-values are interpolated."""


def whitened(Z: NDArray) -> NDArray:
    """Rows in coordinates in which their mean is 0 and their covariance (dividing by n) the identity."""
    Z = Z - Z.mean(axis=0)
    return np.linalg.solve(np.linalg.cholesky(Z.T @ Z / len(Z)), Z.T).T


def evenly(n: int, count: int) -> NDArray:
    """Places of some of n rows, evenly apart."""
    return np.unique(np.linspace(0, n - 1, count).round().astype(int))


def n_looked_at(n: int, d: int) -> int:
    """Number of rows of a class of n that the test of normality looks at."""
    n = min(n, MOST_TESTED_ROWS)
    if _limit_holds(n, d):
        return n
    return min(n, MOST_SIMULATED_ROWS)


def pvalue_of_normality(Z: NDArray) -> float:
    """P-value of Henze & Zirkler's test of the rows of a class."""
    n, d = Z.shape
    if _limit(n, d)[1] < _LEAST_SPREAD**2:
        raise ValueError(f"{d} columns are too many for the test of normality, which is the same for all rows then")
    statistic = distance(Z)
    if not _limit_holds(n, d):
        return _drawn_pvalue(statistic, n, d)
    return limit_pvalue(statistic, n, d)


def _smoothing(n: int, d: int) -> float:
    """The square of Henze & Zirkler's beta."""
    return float(((2 * d + 1) * n / 4) ** (2 / (d + 4)) / 2)


def distance(Z: NDArray) -> float:
    """Henze & Zirkler's statistic of the rows of a class."""
    Z = whitened(Z)
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
