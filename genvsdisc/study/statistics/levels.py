"""Columns as ranks of their values: what is said of many columns is computed for blocks of them, not one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.kinds import as_numbers, is_number

MOST_IN_BLOCK = 1_000_000
"""Numbers of a block of columns: with what is made of them some 50 MB."""


def levels_of(values: pd.Series, most: int | None = None) -> tuple[NDArray[np.intp], int]:
    """Rank of each entry among the values of its column, missing ones last, and the number of values.

    Numbers of more than `most` values are put into as many quantiles.
    """
    if is_number(values):
        codes = _ranks(_coarse(as_numbers(values)[:, None], most))[:, 0]
    else:
        codes = pd.factorize(values, use_na_sentinel=False)[0].astype(np.intp)
    return codes, int(codes.max()) + 1


def levels_of_columns(X: pd.DataFrame, most: int | None = None) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give `levels_of` every column.

    Returns
    -------
    levels : ndarray of shape (n_samples, n_columns)
        Column by column in memory.
    n_levels : ndarray of shape (n_columns,)
        Number of values of each.
    """
    levels = np.empty(X.shape, dtype=np.intp, order="F")
    plain = are_numbers(X)
    for places in blocks_of_columns(np.flatnonzero(plain), len(X)):
        levels[:, places] = _ranks(_coarse(X.iloc[:, places].to_numpy(dtype=float), most))
    for place in np.flatnonzero(~plain):
        levels[:, place] = levels_of(X.iloc[:, int(place)], most)[0]
    return levels, levels.max(axis=0, initial=-1) + 1


def finer_than(X: pd.DataFrame, most: int) -> NDArray[np.bool_]:
    """Which columns are numbers of more than `most` values."""
    finer, plain = np.zeros(X.shape[1], dtype=bool), are_numbers(X)
    for places in blocks_of_columns(np.flatnonzero(plain), len(X)):
        finer[places] = _n_values(np.sort(X.iloc[:, places].to_numpy(dtype=float), axis=0)) > most
    for place in np.flatnonzero(~plain).tolist():
        values = X.iloc[:, place]
        finer[place] = is_number(values) and _n_values(np.sort(as_numbers(values))) > most
    return finer


def are_numbers(X: pd.DataFrame) -> NDArray[np.bool_]:
    """Which columns NumPy holds as numbers."""
    return np.array([isinstance(dtype, np.dtype) and dtype.kind in "fiu" for dtype in X.dtypes], dtype=bool)


def blocks_of_columns(places: NDArray[np.intp], n_rows: int) -> Iterator[Any]:
    """Cut columns into blocks of at most `MOST_IN_BLOCK` numbers."""
    width = max(1, MOST_IN_BLOCK // max(n_rows, 1))
    return (places[start : start + width] for start in range(0, len(places), width))


def _ranks(numbers: NDArray) -> NDArray[np.intp]:
    """Rank each entry among the different values of its column, NaN last."""
    order = np.argsort(numbers, axis=0, kind="stable")
    ordered = np.take_along_axis(numbers, order, axis=0)
    steps = np.zeros(numbers.shape, dtype=np.intp)
    steps[1:] = (ordered[1:] != ordered[:-1]) & ~np.isnan(ordered[:-1])
    ranks = np.empty_like(steps)
    np.put_along_axis(ranks, order, steps.cumsum(axis=0), axis=0)
    return ranks


def _n_values(ordered: NDArray) -> NDArray[np.intp]:
    """Count the different numbers of columns in order, NaN left out; 1 where there is nothing else."""
    return np.asarray((ordered[1:] > ordered[:-1]).sum(axis=0) + 1)


def _in_quantiles(numbers: NDArray, most: int) -> NDArray:
    """Number of quantiles that each entry reaches; NaN stays."""
    seen = ~np.isnan(numbers)
    edges = np.quantile(numbers[seen], np.linspace(0, 1, most + 1)[1:-1])
    return np.where(seen, np.searchsorted(edges, numbers, side="right"), np.nan)


def _coarse(numbers: NDArray, most: int | None) -> NDArray:
    """Put columns of more than `most` values into as many quantiles."""
    if most is None:
        return numbers
    ordered, coarse = np.sort(numbers, axis=0), numbers.copy()
    gaps = np.isnan(ordered[-1])
    many = _n_values(ordered) > most
    for place in np.flatnonzero(many & gaps):
        coarse[:, place] = _in_quantiles(numbers[:, place], most)
    whole = np.flatnonzero(many & ~gaps)
    coarse[:, whole] = 0.0
    for edge in np.quantile(ordered[:, whole], np.linspace(0, 1, most + 1)[1:-1], axis=0):
        coarse[:, whole] += numbers[:, whole] >= edge
    return coarse
