"""How many rows judge a draw with entries missing, and how many columns are taken away, as far as there is room."""

from __future__ import annotations

import numpy as np

MOST_COLUMNS, FEWEST_COLUMNS = 40, 5
"""Columns of which each is taken away, at most; and at least, of a table so wide that 40 are too many."""
MOST_GAP_ROWS, FEWEST_GAP_ROWS = 500, 20
"""Rows that judge a draw."""
MOST_GAP_CELLS = 3_000_000
"""Numbers in the rows that are judged with gaps, of all draws together."""
DRAW_CELLS = 1_200_000
"""Numbers in those of one draw, from which on fewer columns are taken away."""


def columns_taken(n_columns: int, n_encoded: int) -> int:
    """Count the columns of which each is taken away.

    Examples
    --------
    >>> [columns_taken(d, d) for d in (3, 60, 2000, 20_000)]
    [3, 40, 25, 5]
    """
    room = DRAW_CELLS // (FEWEST_GAP_ROWS * max(n_encoded, 1)) - FEWEST_COLUMNS
    return int(min(n_columns, np.clip(room, FEWEST_COLUMNS, MOST_COLUMNS)))


def rows_judged(n_draws: int, n_settings: int, n_encoded: int) -> int:
    """Count the rows that judge a draw in each of its settings, where it has as many.

    Examples
    --------
    >>> rows_judged(200, 11, 6), rows_judged(10, 45, 279)
    (227, 23)
    """
    return int(np.clip(MOST_GAP_CELLS // max(n_draws * n_settings * n_encoded, 1), FEWEST_GAP_ROWS, MOST_GAP_ROWS))
