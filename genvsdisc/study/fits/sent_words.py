"""Columns of words on their way to another process: as codes, which joblib maps; Arrow's words would be copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.freed_memory import LARGE_CELLS

MOST_DIFFERENT_WORDS = 1000
"""Different words of a column that is sent as codes, at most."""


def words_as_codes(X: Any) -> tuple[Any, dict[Any, Any]]:
    """Take the words of a large frame as categories, whose codes NumPy holds.

    Parameters
    ----------
    X : DataFrame or ndarray

    Returns
    -------
    X : DataFrame or ndarray
        The same object where nothing is changed.
    words : dict
        Dtype of each column that was changed.
    """
    if not isinstance(X, pd.DataFrame) or np.size(X) <= LARGE_CELLS:
        return X, {}
    coded, words = X.copy(deep=False), {}
    for name, dtype in X.dtypes.items():
        if isinstance(dtype, pd.StringDtype):
            column = X[name].astype("category")
            if len(column.cat.categories) <= MOST_DIFFERENT_WORDS:
                coded[name], words[name] = column, dtype
    return (coded, words) if words else (X, {})


def words_again(X: Any, words: dict[Any, Any]) -> Any:
    """Undo `words_as_codes`."""
    return X.astype(words) if words else X
