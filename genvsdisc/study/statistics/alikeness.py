"""How alike rows are that share a value of a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.features.encoding import TableEncoder, encoded_width
from genvsdisc.features.kinds import Column, as_numbers, is_number


class Alikeness(NamedTuple):
    """Of rows that share a level.

    Attributes
    ----------
    correlation : float
        Largest intraclass correlation among the other columns that are significantly alike; 0 if none is.
    median : float
        Median intraclass correlation of the other columns.
    pvalue : float
        Of all columns together, or smallest of the F tests times the number of columns: the smaller of both, times 2.
    roughness : float
        Mean squared difference between means of neighboring levels over that between any two, noise taken off: near 1
        where the order of the levels means nothing, near 0 where means change smoothly. Levels are in their own order,
        or in that of their means of the most alike column, which then does not count: the smaller of both.
    """

    correlation: float
    median: float
    pvalue: float
    roughness: float


def effective_number(levels: NDArray) -> float:
    """Number of equally frequent levels on which two rows would agree as often: ``1 / sum p_l^2``.

    Examples
    --------
    >>> effective_number(np.array([0, 0, 1, 1]))
    2.0
    """
    shares = np.bincount(levels) / len(levels)
    return float(1 / (shares**2).sum())


def numbers_equal_shares(values: pd.Series, levels: NDArray) -> bool:
    """Whether a column is whole numbers without a gap, 10 or more, none much rarer than the others, as numbering gives.

    A measurement has tails: its extreme values are rare. Here the rarest has at least half the mean number of rows.
    """
    if not is_number(values) or values.isna().any():
        return False
    numbers, counts = as_numbers(values), np.bincount(levels)
    whole = np.array_equal(numbers, np.rint(numbers)) and np.ptp(numbers) + 1 == len(counts)
    return bool(whole and len(counts) >= 10 and counts.min() >= counts.mean() / 2)


def residual_ranks(X: pd.DataFrame, columns: Mapping[Any, Column], codes: NDArray) -> tuple[NDArray, NDArray]:
    """Encode the columns that are used as ranks without their class means, of unit variance.

    Returns
    -------
    ranks : ndarray of shape (n_samples, n_encoded)
        Columns without variance within the classes are left out.
    source : ndarray of shape (n_encoded,)
        Name of the column that each came from.
    """
    encoded = TableEncoder({name: columns[name] for name in X.columns}).transform(X)
    source = [str(name) for name in X.columns for _ in range(encoded_width(columns[name]))]
    missing = np.isnan(encoded)
    ranks = stats.rankdata(np.where(missing, np.inf, encoded), axis=0)
    ranks = np.where(missing, (1 + (~missing).sum(axis=0)) / 2, ranks)  # the mean of the others
    for k in np.unique(codes):
        ranks[codes == k] -= ranks[codes == k].mean(axis=0)
    spread = ranks.std(axis=0)
    varies = spread > 1e-9 * len(codes)
    return ranks[:, varies] / spread[varies], np.array(source)[varies]


def alike_given_level(ranks: NDArray, levels: NDArray, *, ordered: bool = True) -> Alikeness:
    """Compare rows of one level with rows of others, column by column: one-way random effects.

    With L levels of n_l rows, ``ICC = (MSB - MSW) / (MSB + (n0 - 1) MSW)``, ``n0 = (n - sum n_l^2 / n) / (L - 1)``.
    `ordered` says whether the order of the levels may mean something, as that of numbers may.

    References
    ----------
    Donner, A. (1986). A review of inference procedures for the intraclass correlation coefficient.
    International Statistical Review 54.
    """
    n, n_columns = ranks.shape
    sizes = np.bincount(levels).astype(float)
    if not n_columns or len(sizes) >= n:
        return Alikeness(0.0, 0.0, 1.0, 0.0)
    means = np.zeros((len(sizes), n_columns))
    np.add.at(means, levels, ranks)
    means /= sizes[:, None]
    center = ranks.mean(axis=0)
    between = (sizes[:, None] * (means - center) ** 2).sum(axis=0)
    within = np.maximum(((ranks - center) ** 2).sum(axis=0) - between, 1e-12 * n)
    msb, msw = between / (len(sizes) - 1), within / (n - len(sizes))
    n0 = (n - (sizes**2).sum() / n) / (len(sizes) - 1)
    correlation = (msb - msw) / (msb + (n0 - 1) * msw)
    pvalues = np.minimum(stats.f.sf(msb / msw, len(sizes) - 1, n - len(sizes)) * n_columns, 1)
    alike = pvalues < 0.01
    median, pvalue = float(np.median(correlation)), float(pvalues.min())
    if n_columns > 1:
        pvalue = min(1.0, 2 * min(pvalue, _together(ranks, msb / msw, len(sizes))))
    if not alike.any():
        return Alikeness(0.0, median, pvalue, 0.0)
    top = int(np.argmax(np.where(alike, correlation, -1)))
    variance = np.maximum(msb - msw, 0) / n0
    level_roughness = _roughness(means[:, alike], sizes, msw[alike], variance[alike])
    alike[top] = False
    by_top = np.argsort(means[:, top], kind="stable")
    other = _roughness(means[by_top][:, alike], sizes[by_top], msw[alike], variance[alike])
    return Alikeness(float(correlation[top]), median, pvalue, min(level_roughness, other) if ordered else other)


def _together(ranks: NDArray, F: NDArray, n_levels: int) -> float:
    """P-value of the sum of F statistics of correlated columns: many weak effects show where no single one does.

    By a gamma law with the mean of the sum and its variance, ``var(F) sum_ij rho_ij^2`` (Satterthwaite).
    """
    n, n_columns = ranks.shape
    if n - n_levels <= 4:
        return 1.0
    mean, variance = stats.f.stats(n_levels - 1, n - n_levels)
    mean, variance = n_columns * mean, variance * (np.corrcoef(ranks, rowvar=False) ** 2).sum()
    return float(stats.gamma.sf(F.sum(), mean**2 / variance, scale=variance / mean))


def _roughness(means: NDArray, sizes: NDArray, noise: NDArray, variance: NDArray) -> float:
    """Differences of neighboring means over those of any two, summed over the columns; 0 without columns."""
    per_step = 1 / sizes[1:] + 1 / sizes[:-1]
    steps = np.diff(means, axis=0) ** 2 - noise * per_step[:, None]
    neighboring = np.average(steps, axis=0, weights=1 / per_step)
    return float(neighboring.sum() / (2 * variance.sum())) if means.shape[1] else 0.0
