"""Tables drawn anew from a known law: training sets that are independent by their making, at the size of the folds."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from genvsdisc.study.holdout_rows import given_test, read_test
from genvsdisc.study.plan import MOST_SUBTABLE
from genvsdisc.study.table import PreparedTable

N_TABLES, AT_ONCE = 8, 4
"""Tables drawn, and how many of them make one estimate of a variance: two estimates, whose spread is seen."""
N_JUDGES = 4000
"""Rows drawn beside them, which judge all fits."""


@dataclass(frozen=True)
class DrawnTables:
    """Rows of tables drawn from the law, one table after another, and last the rows that judge.

    Attributes
    ----------
    X : DataFrame
        The columns of the table; or what steps without a state made of it.
    codes : ndarray of shape (n_rows,)
    table : ndarray of shape (n_rows,)
        Which of the `N_TABLES` tables each row is of; `N_TABLES` for the rows that judge.
    """

    X: Any
    codes: NDArray[np.intp]
    table: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def n_train(self) -> int:
        """Mean number of rows of a table."""
        return round((self.table < N_TABLES).sum() / N_TABLES)

    @property
    def judges(self) -> NDArray[np.intp]:
        """Indices of the rows that judge."""
        return np.flatnonzero(self.table == N_TABLES)

    def training_weights(self) -> NDArray[np.uint8]:
        """1 for the rows of each table, 0 for the others: (N_TABLES, n_rows)."""
        return (self.table == np.arange(N_TABLES)[:, None]).astype(np.uint8)


def draw_tables(
    draw: Callable[..., Any] | None, table: PreparedTable, given: pd.DataFrame, *, n_splits: int, random_state: Any
) -> tuple[DrawnTables | None, list[str]]:
    """Draw independent tables, each of as many rows as train a fold.

    Parameters
    ----------
    draw : callable (n_samples, random_state=) -> Dataset, or (X, y); or None
        Draws rows and labels from the law of the table.
    table : PreparedTable
    given : DataFrame
        The table as it was given, with all its columns.
    n_splits : int
        Folds of the comparison.
    random_state : int, RandomState instance or None
        Not used up: an instance gives the same numbers afterwards.

    Returns
    -------
    drawn : DrawnTables or None
    notes : list of str
        Why nothing was drawn, if so.

    Raises
    ------
    TypeError
        If `draw` cannot be called.
    ValueError
        If what it draws is not like the table.
    """
    if draw is None:
        return None, []
    if not callable(draw):
        raise TypeError(f"draw must be a function (n_samples, random_state=) of the law, got {type(draw).__name__}")
    if table.sampling.kind != "rows" or table.weights is not None or len(table.y) > MOST_SUBTABLE:
        return None, [
            "No tables were drawn from the law: that is done for independent rows without weights, up to "
            f"{MOST_SUBTABLE:,} of them."
        ]
    rng, n_train = check_random_state(deepcopy(random_state)), len(table.y) - len(table.y) // n_splits
    seeds = rng.randint(np.iinfo(np.int32).max, size=(2, N_TABLES + 1))[1]  # the first numbers seed the comparison
    parts = []
    for seed, size in zip(seeds, [n_train] * N_TABLES + [N_JUDGES], strict=True):
        drawn = draw(size, random_state=int(seed))
        X, y = (drawn.X, drawn.y) if hasattr(drawn, "X") else drawn
        rows = given_test(X, y, given)
        if rows is None:
            raise ValueError("draw must give rows and their labels, got None")
        try:
            parts.append(read_test(rows, table.reader, table.classes))
        except ValueError as error:
            raise ValueError(f"what draw gives is not like the table: {error}") from error
    return DrawnTables(
        pd.concat([part.X for part in parts], ignore_index=True),
        np.concatenate([part.codes for part in parts]),
        np.repeat(np.arange(N_TABLES + 1), [len(part) for part in parts]),
    ), []
