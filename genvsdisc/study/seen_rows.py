"""Rows of a test set that stand among the rows that models are fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.holdout_rows import TestRows
from genvsdisc.study.statistics.label_leaks import LEAST_COPIED
from genvsdisc.study.table import PreparedTable

_ERRORS = 4  # standard errors beyond chance


def seen_rows(table: PreparedTable, test: TestRows) -> list[str]:
    """Say how many test rows are copies of rows of the table, label and all, if coarse columns do not explain that.

    A row of a new sample has an equal in the table with the probability that a row of the table has one among the
    others.

    Parameters
    ----------
    table : PreparedTable
    test : TestRows

    Returns
    -------
    notes : list of str
        One sentence, or none.
    """
    n_test, rng = len(test), np.random.default_rng(0)
    # A row is the sum of random 64-bit numbers, one for each of its values: equal sums are equal rows.
    hashes = [_hashed(pd.concat([table.X[name], test.X[name]]).to_numpy(), rng) for name in table.X.columns]
    rows = _hashed(np.concatenate([table.codes, test.codes]), rng)
    for one in hashes:
        rows = rows + one
    known = rows[:-n_test]
    seen = int(np.isin(rows[-n_test:], known).sum())
    _, members, counts = np.unique(known, return_inverse=True, return_counts=True)
    chance = float((counts[members] > 1).mean())
    most = n_test * chance + _ERRORS * np.sqrt(n_test * chance * (1 - chance))
    if seen <= max(most, LEAST_COPIED * n_test):
        return []
    return [
        f"{seen:,} of the {n_test:,} rows of the test set stand among the rows that models are fitted to, label and "
        "all: their scores there are too good; test on rows that are not in the table."
    ]


def _hashed(values: NDArray, rng: np.random.Generator) -> NDArray[np.uint64]:
    codes, levels = pd.factorize(values)
    return rng.integers(2**63, size=len(levels) + 1, dtype=np.uint64)[codes]
