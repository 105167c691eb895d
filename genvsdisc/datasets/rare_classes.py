"""Classes with too few rows to be split."""

from __future__ import annotations

from typing import Any

import pandas as pd

from genvsdisc.features.marks import quoted

_MOST_NAMED = 5


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
        few = [f"{_shown(label)} has {rows}" for label, rows in rare.items() if rows]
        text = ", ".join(few)
        if len(few) > _MOST_NAMED:
            largest = f"the largest, {_shown(counts.idxmax())}, has {counts.max()}"
            text = f"{len(counts) - len(rare)} of {len(counts):,} classes have; {largest}"
        name = quoted(str(y.name or "the target"))
        raise ValueError(
            f"fewer than two classes of {name} have the {minimum} rows needed for the splits: {text}; use fewer splits "
            "or more rows"
        )
    kept = ~y.isin(rare.index).to_numpy()
    return X[kept], y[kept], {label: int(rows) for label, rows in rare.items()}


def _shown(label: Any) -> str:
    return quoted(label) if isinstance(label, str) else repr(label)
