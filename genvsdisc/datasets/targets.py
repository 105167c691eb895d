"""What makes a column a target: labels, at least two classes, and enough rows of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.features.kinds import as_numbers, is_number

MOST_NUMERIC_CLASSES = 20
"""A target of numbers with more different values than this is continuous, unless ..."""
ROWS_PER_NUMERIC_CLASS = 20
"""... the numbers are whole and each has this many rows on average."""


def check_target(y: pd.Series) -> pd.Series:
    """Check that a column without missing values can be a target, and give its labels a plain type.

    Parameters
    ----------
    y : Series of shape (n_samples,)
        Labels.

    Returns
    -------
    labels : Series
        The same labels as whole numbers, truth values or text.

    Raises
    ------
    ValueError
        If there is one class only, or the target is continuous: numbers with more than 20 different values, not whole,
        or whole with fewer than 20 rows for each on average; or numbers that are not whole and differ in most rows.

    Examples
    --------
    >>> import pandas as pd
    >>> check_target(pd.Series([1.0, 0.0, 1.0], name="ill")).tolist()
    [1, 0, 1]
    """
    if isinstance(y.dtype, pd.CategoricalDtype):
        y = y.astype(y.cat.categories.dtype)
    distinct = y.nunique()
    if distinct < 2:
        raise ValueError(f"the target {y.name!r} has one class only, {y.iloc[0]!r}: nothing to tell apart")
    if not is_number(y):
        return y.astype(bool) if pd.api.types.is_bool_dtype(y.dtype) else y.astype(str)
    numbers = as_numbers(y)
    whole = np.array_equal(numbers, np.rint(numbers))
    per_value = len(y) / distinct
    many = distinct > MOST_NUMERIC_CLASSES
    if (many and (not whole or per_value < ROWS_PER_NUMERIC_CLASS)) or (not whole and per_value < 2):
        raise ValueError(
            f"the target {y.name!r} is continuous ({distinct} different numbers in {len(y)} rows): put it into a few "
            "classes first, such as low and high (pandas.cut); if the numbers are codes of classes, write them as words"
        )
    return y.astype(np.int64) if whole else y.astype(str)


def drop_rare_classes(X: Any, y: pd.Series, *, minimum: int) -> tuple[Any, pd.Series, dict[Any, int]]:
    """Leave out the rows of classes with fewer than `minimum` rows, as long as two classes remain.

    A stratified split needs a row of every class in each part; a class that cannot give them tells nothing about either
    family, and would keep most models from being fitted at all.

    Parameters
    ----------
    X : DataFrame or ndarray of shape (n_samples, n_columns)
        Rows.
    y : Series of shape (n_samples,)
        Labels.
    minimum : int
        Fewest rows of a class that stays; the number of splits, and at least 2.

    Returns
    -------
    X, y : as given
        The rows of the classes that stay.
    rare : dict
        Label -> number of rows, of the classes left out.

    Raises
    ------
    ValueError
        If fewer than two classes have `minimum` rows.

    Examples
    --------
    >>> import pandas as pd
    >>> X, y = pd.DataFrame({"x": range(7)}), pd.Series(list("aaabbbc"))
    >>> drop_rare_classes(X, y, minimum=2)[2]
    {'c': 1}
    """
    counts = y.value_counts().sort_index()
    rare = counts[counts < minimum]
    if len(counts) - len(rare) < 2:
        named = ", ".join(f"{label!r} has {rows}" for label, rows in rare.items() if rows)
        raise ValueError(
            f"fewer than two classes of {str(y.name or 'the target')!r} have the {minimum} rows needed for the splits: "
            f"{named[:200]}; use fewer splits or more rows"
        )
    kept = ~y.isin(rare.index).to_numpy()
    return X[kept], y[kept], {label: int(rows) for label, rows in rare.items()}
