"""How alike rows are that follow one another in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from genvsdisc.features.kinds import Column
from genvsdisc.study.statistics.alikeness import residual_ranks
from genvsdisc.study.statistics.levels import levels_of, levels_of_columns

_DEGREE = 5
"""Of the polynomial in the row number that is taken off before successive rows are compared."""
_ROWS_PER_DEGREE = 20
_STEPS = (1, 2, 4, 8, 16)
"""Numbers of rows that each row is compared with."""
_FEWEST_PAIRS = 40
"""Of rows as many steps apart, to be compared."""
_MANY_BLOCKS = 5
"""Runs of each label in the file, on average, from which it is not merely sorted by labels."""
_FEW = 20
"""Values of a column that the file is sorted by, up to which its runs are looked at one by one."""
_SORTED = 0.99
"""Share of steps in one direction of a column that the file is sorted by."""


class OrderAlikeness(NamedTuple):
    """Of rows that follow one another in the file.

    Attributes
    ----------
    correlation : float
        Mean of the correlations of the columns from each row to the next, or to the next of its class, given the class.
    pvalue : float
        One-sided.
    steps : int
        Rows on up to which correlations were summed.
    inflation : float
        ``1 + 2 sum_k r_k``, by which the variance of a mean of such rows exceeds that of independent ones.
    column : str
        In which each row is most like the next.
    of_column : float
        Its correlation.
    """

    correlation: float
    pvalue: float
    steps: int
    inflation: float
    column: str
    of_column: float


NOT_ALIKE = OrderAlikeness(0.0, 1.0, 1, 1.0, "", 0.0)


def order_alikeness(X: pd.DataFrame, columns: Mapping[Any, Column], codes: NDArray) -> OrderAlikeness:
    """Compare each row with those that follow it in the file, class means and trends taken off.

    With e_t the residual ranks of row t, a vector over the columns, ``sum_{k <= m} sum_t e_t . e_{t+k}`` has under rows
    that are exchangeable within their class a known mean, below zero as what is taken off makes residuals of
    neighbors differ (``-H_{t,t+k}`` a column, H the projection on what was taken off), and terms that are uncorrelated:
    its variance is the sum of their squares, whatever the correlations of the columns. Few large correlations show
    best over few steps, many small ones over as many as a subject has rows: m = 1, 2, 4, 8 and 16 are tried. Rows are
    compared with the next ones in the file, and with the next ones of their class, as a subject may do one thing in
    its own way and another like everybody. The p-value is multiplied by the number of tests. Trends in the file are
    taken off first, except where labels come in many blocks and no column is sorted: then the order of the rows means
    more than a trend.
    """
    keys = _sort_keys(X, codes)
    names = [name for name in X.columns if name not in keys]
    if not names:
        return NOT_ALIKE
    # Within a class, and within a run of a column of few values that the file is sorted by: there, trends are smooth.
    parts = [codes, *(levels for levels, n_levels in map(levels_of, (X[key] for key in keys)) if n_levels <= _FEW)]
    segments = np.unique(np.column_stack(parts), axis=0, return_inverse=True)[1].ravel()
    highest = 0 if not keys and _come_in_blocks(codes) else _DEGREE
    ranks, source = residual_ranks(X[names], columns, codes)
    basis = np.zeros((len(codes), highest + 1))  # orthonormal within each segment
    for k in np.unique(segments):
        rows = np.flatnonzero(segments == k)
        degree = min(highest, len(rows) // _ROWS_PER_DEGREE)
        trend = np.polynomial.legendre.legvander(np.linspace(-1, 1, len(rows)), degree)
        basis[rows, : degree + 1] = np.linalg.qr(trend)[0]
        ranks[rows] -= basis[rows] @ (basis[rows].T @ ranks[rows])
        ranks[rows] *= np.sqrt(len(rows) / max(len(rows) - degree - 1, 1))
    spread = ranks.std(axis=0)
    ranks, source = ranks[:, spread > 1e-6] / spread[spread > 1e-6], source[spread > 1e-6]
    by_segment = np.argsort(segments, kind="stable")
    by_order = [
        _over_steps(ranks, source, basis, segments, across=True),
        _over_steps(ranks[by_segment], source, basis[by_segment], segments[by_segment], across=False),
    ]
    best = min(by_order, key=lambda alike: (alike.pvalue, -alike.correlation))
    return best._replace(pvalue=min(1.0, len(by_order) * best.pvalue))


def _over_steps(ranks: NDArray, source: NDArray, basis: NDArray, segments: NDArray, *, across: bool) -> OrderAlikeness:
    """Correlations of rows with those up to some steps on, at the most telling number of steps.

    `across` says whether rows of different segments are compared too.
    """
    n_columns = ranks.shape[1]
    sums, squares, counts = [], [], []
    for step in range(1, min(_STEPS[-1], len(ranks) - 1) + 1):
        together = segments[step:] == segments[:-step]
        compared = np.ones_like(together) if across else together
        if compared.sum() < _FEWEST_PAIRS:
            break
        products = (ranks[step:] * ranks[:-step]).sum(axis=1)[compared]
        expected = -n_columns * (basis[step:] * basis[:-step]).sum(axis=1)[together].sum()
        sums.append(products.sum() - expected)
        squares.append((products**2).sum())
        counts.append(len(products))
    tried = [steps for steps in _STEPS if steps <= len(counts)]
    if not tried or not n_columns:
        return NOT_ALIKE
    spread = np.sqrt(np.cumsum(squares))
    z = np.cumsum(sums) / np.where(spread > 0, spread, 1.0)  # products that are all 0 say nothing
    steps = max(tried, key=lambda m: z[m - 1])
    correlations = np.array(sums) / (np.array(counts) * n_columns)
    compared = np.ones(len(ranks) - 1, dtype=bool) if across else segments[1:] == segments[:-1]
    of_columns = (ranks[1:] * ranks[:-1])[compared].mean(axis=0)
    top = int(np.argmax(of_columns))
    return OrderAlikeness(
        float(correlations[0]),
        min(1.0, len(tried) * float(stats.norm.sf(z[steps - 1]))),
        steps,
        1 + 2 * float(correlations[:steps].sum()),
        str(source[top]),
        float(of_columns[top]),
    )


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
    ranks = levels_of_columns(X)[0]
    steps = [np.diff(ranks, axis=0), np.diff(ranks[order], axis=0)[follows]]
    keys = np.flatnonzero(np.any([_one_way(each) for each in steps], axis=0)).tolist()
    for key in keys:  # which grows: a file may be sorted by a third column within the second
        within = np.any([_one_way(each[each[:, key] == 0]) for each in steps], axis=0)
        keys += [place for place in np.flatnonzero(within).tolist() if place not in keys]
    return [X.columns[key] for key in keys]


def _one_way(steps: NDArray) -> NDArray[np.bool_]:
    """Whether the steps of each column go in one direction, and some do."""
    up, down = (steps > 0).sum(axis=0), (steps < 0).sum(axis=0)
    return ((up > 0) | (down > 0)) & (len(steps) - np.minimum(up, down) >= _SORTED * len(steps))
