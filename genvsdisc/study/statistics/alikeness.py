"""How alike rows are that share a value of a column, or that follow one another in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.features.encoding import TableEncoder
from genvsdisc.features.kinds import Column, as_numbers, is_number

_DEGREE = 5
"""Of the polynomial in the row number that is taken off before successive rows are compared."""
_ROWS_PER_DEGREE = 20
_STEPS = (1, 2, 4, 8, 16)
"""Numbers of rows that each row is compared with."""
_MANY_BLOCKS = 5
"""Runs of each label in the file, on average, from which it is not merely sorted by labels."""
_FEW = 20
"""Values of a column that the file is sorted by, up to which its runs are looked at one by one."""
_SORTED = 0.99
"""Share of steps in one direction of a column that the file is sorted by."""


class Alikeness(NamedTuple):
    """Of rows that share a level.

    Attributes
    ----------
    correlation : float
        Largest intraclass correlation among the other columns that are significantly alike; 0 if none is.
    median : float
        Median intraclass correlation of the other columns.
    pvalue : float
        Smallest of the F tests, times the number of columns.
    roughness : float
        Mean squared difference between means of neighboring levels over that between any two, noise taken off: near 1
        where the order of the levels means nothing, near 0 where means change smoothly. Levels are in their own order,
        or in that of their means of the most alike column, which then does not count: the smaller of both.
    """

    correlation: float
    median: float
    pvalue: float
    roughness: float


class OrderAlikeness(NamedTuple):
    """Of rows that follow one another in the file.

    Attributes
    ----------
    correlation : float
        Mean of the correlations of the columns from each row of a class to the next.
    pvalue : float
        One-sided.
    steps : int
        Rows on up to which correlations were summed.
    inflation : float
        ``1 + 2 sum_k r_k``, by which the variance of a mean of such rows exceeds that of independent ones.
    """

    correlation: float
    pvalue: float
    steps: int
    inflation: float


NOT_ALIKE = OrderAlikeness(0.0, 1.0, 1, 1.0)


def levels_of(values: pd.Series, most: int | None = None) -> tuple[NDArray[np.intp], int]:
    """Rank of each entry among the values of its column, missing ones last, and the number of values.

    Numbers of more than `most` values are put into as many quantiles.
    """
    if is_number(values):
        numbers = as_numbers(values)
        seen = ~np.isnan(numbers)
        if most is not None and len(np.unique(numbers[seen])) > most:
            edges = np.unique(np.quantile(numbers[seen], np.linspace(0, 1, most + 1)[1:-1]))
            numbers = np.where(seen, np.searchsorted(edges, numbers, side="right"), np.nan)
        codes = np.unique(numbers, return_inverse=True)[1]
    else:
        codes = pd.factorize(values, use_na_sentinel=False)[0]
    return codes.astype(np.intp), int(codes.max()) + 1


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
    parts, source = [], []
    for name in X.columns:
        encoded = TableEncoder({name: columns[name]}).transform(X[[name]])
        ranks = stats.rankdata(encoded, axis=0, nan_policy="omit")
        ranks = np.where(np.isnan(ranks), np.nanmean(ranks, axis=0), ranks)
        parts.append(ranks)
        source += [str(name)] * ranks.shape[1]
    ranks = np.concatenate(parts, axis=1)
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
    if not alike.any():
        return Alikeness(0.0, median, pvalue, 0.0)
    top = int(np.argmax(np.where(alike, correlation, -1)))
    variance = np.maximum(msb - msw, 0) / n0
    own = _roughness(means[:, alike], sizes, msw[alike], variance[alike])
    alike[top] = False
    by_top = np.argsort(means[:, top], kind="stable")
    other = _roughness(means[by_top][:, alike], sizes[by_top], msw[alike], variance[alike])
    return Alikeness(float(correlation[top]), median, pvalue, min(own, other) if ordered else other)


def _roughness(means: NDArray, sizes: NDArray, noise: NDArray, variance: NDArray) -> float:
    """Differences of neighboring means over those of any two, summed over the columns; 0 without columns."""
    per_step = 1 / sizes[1:] + 1 / sizes[:-1]
    steps = np.diff(means, axis=0) ** 2 - noise * per_step[:, None]
    neighboring = np.average(steps, axis=0, weights=1 / per_step)
    return float(neighboring.sum() / (2 * variance.sum())) if means.shape[1] else 0.0


def order_alikeness(X: pd.DataFrame, columns: Mapping[Any, Column], codes: NDArray) -> OrderAlikeness:
    """Compare rows of each class with those that follow them in the file.

    With r_jk the correlation of column j with itself k rows on, ``sum_j sum_{k <= m} r_jk`` has under exchangeable rows
    mean 0 and variance ``sum_k 1/n_k sum_ij rho_ij^2``, n_k pairs of rows and rho the correlation of the columns. Few
    large correlations show best over few steps, many small ones over as many as a subject has rows: all of m = 1, 2, 4,
    8 and 16 are tried, and the p-value is multiplied by their number. Trends in the file are taken off first, except
    where labels come in many blocks and no column is sorted: then the order of the rows means more than a trend.
    """
    keys = _sort_keys(X, codes)
    names = [name for name in X.columns if name not in keys]
    if not names:
        return NOT_ALIKE
    # Within a class, and within a run of a column of few values that the file is sorted by: there, trends are smooth.
    parts = [codes, *(levels for levels, n_levels in map(levels_of, (X[key] for key in keys)) if n_levels <= _FEW)]
    segments = np.unique(np.column_stack(parts), axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(segments, kind="stable")
    segments = segments[order]
    blocks = not keys and _come_in_blocks(codes)
    ranks, _ = residual_ranks(X[names].iloc[order], columns, codes[order])
    for k in np.unique(segments):
        rows = np.flatnonzero(segments == k)
        degree = 0 if blocks else min(_DEGREE, len(rows) // _ROWS_PER_DEGREE)
        trend = np.polynomial.legendre.legvander(np.linspace(-1, 1, len(rows)), degree)
        ranks[rows] -= trend @ np.linalg.lstsq(trend, ranks[rows], rcond=None)[0]
    spread = ranks.std(axis=0)
    return _over_steps(ranks[:, spread > 1e-6] / spread[spread > 1e-6], segments)


def _over_steps(ranks: NDArray, segments: NDArray) -> OrderAlikeness:
    """Correlations of rows with those of the same segment up to some steps on, at the most telling number of steps."""
    lagged, counts = [], []
    for step in range(1, _STEPS[-1] + 1):
        follows = segments[step:] == segments[:-step]
        if not ranks.shape[1] or follows.sum() < 2 * _ROWS_PER_DEGREE:
            break
        lagged.append((ranks[step:] * ranks[:-step])[follows].mean(axis=0))
        counts.append(int(follows.sum()))
    tried = [steps for steps in _STEPS if steps <= len(counts)]
    if not tried:
        return NOT_ALIKE
    together = (np.corrcoef(ranks, rowvar=False) ** 2).sum() if ranks.shape[1] > 1 else 1.0
    sums, variances = np.cumsum(np.sum(lagged, axis=1)), np.cumsum(together / np.array(counts))
    z = [sums[steps - 1] / np.sqrt(variances[steps - 1]) for steps in tried]
    steps, pvalue = tried[int(np.argmax(z))], min(1.0, len(tried) * float(stats.norm.sf(max(z))))
    total = float(sums[steps - 1]) / ranks.shape[1]
    return OrderAlikeness(float(np.mean(lagged[0])), pvalue, steps, 1 + 2 * total)


def _come_in_blocks(codes: NDArray) -> bool:
    """Whether successive rows have the same label more often than chance would have it, in more blocks than sorting.

    The number of runs of equal labels has under exchangeable rows mean ``1 + n - sum n_k^2 / n``, and a variance below
    n (Barton & David 1957, Multiple runs, Biometrika 44). A file sorted by its labels has a run for each.
    """
    sizes = np.bincount(codes)
    n, n_runs = len(codes), 1 + np.count_nonzero(np.diff(codes))
    expected = 1 + n - (sizes**2).sum() / n
    return bool(n_runs >= _MANY_BLOCKS * np.count_nonzero(sizes) and n_runs < expected - 4 * np.sqrt(n))


def _sort_keys(X: pd.DataFrame, codes: NDArray) -> list[Any]:
    """Columns that the file is sorted by, as a whole, within classes, or within runs of one that it is sorted by.

    Words are sorted in the order in which they first appear.
    """
    order = np.argsort(codes, kind="stable")
    follows = codes[order][1:] == codes[order][:-1]
    ranks = {name: levels_of(X[name])[0] for name in X.columns}
    steps = {name: (np.diff(levels), np.diff(levels[order])[follows]) for name, levels in ranks.items()}
    keys = [name for name, both in steps.items() if any(_one_way(step) for step in both)]
    for key in keys:  # which grows: a file may be sorted by a third column within the second
        runs = [step == 0 for step in steps[key]]
        keys += [
            name
            for name, both in steps.items()
            if name not in keys and any(_one_way(step[run]) for step, run in zip(both, runs, strict=True))
        ]
    return keys


def _one_way(steps: NDArray) -> bool:
    """Whether steps go in one direction, and some do."""
    return bool(steps.any()) and max((steps >= 0).mean(), (steps <= 0).mean()) >= _SORTED
