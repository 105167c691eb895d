"""Weights of the rows of a table: how much each counts, in every fit and in every mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.dtypes import as_numbers, is_number, is_temporal
from genvsdisc.study.sampling import column_or_values


@dataclass(frozen=True)
class RowWeights:
    """Weight of each row of X, and where they came from.

    Attributes
    ----------
    of_rows : ndarray of shape (n_samples,)
        Finite and not negative; some are positive. In units of `unit`.
    column : str
        Name of the column they came from; "" for an array without a name.
    named : bool
        Whether that column was one of X, so that other tables may hold it too.
    unit : float
        What counts as one row: 1 where all weights are whole; else their mean over the rows that count, so that
        penalties, sums and ranks are the same for weights in any unit.
    """

    of_rows: NDArray[np.float64]
    column: str = ""
    named: bool = False
    unit: float = 1.0


def read_weights(
    X: pd.DataFrame, sample_weight: Any = None, unit: float | None = None
) -> tuple[pd.DataFrame, RowWeights | None]:
    """Read the weights of the rows, and take their column out of the table.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
    sample_weight : array-like of shape (n_samples,), the name of a column of X, or None, default=None
        Weight of each row, 0 or more.
    unit : float, default=None
        What counts as one row in the table whose rows these join; None finds it here.

    Returns
    -------
    X : DataFrame
        Without the column, where a name was given.
    weights : RowWeights or None
        None where no row counts more than another: no weights, or every weight is one row.

    Raises
    ------
    ValueError
        If there is no such column, the length is another, a weight is missing, negative, infinite or no number, or
        all are 0.

    Examples
    --------
    >>> import pandas as pd
    >>> X, weights = read_weights(pd.DataFrame({"age": [31, 44, 29], "copies": [1, 2, 0]}), "copies")
    >>> list(X), weights.of_rows.tolist()
    (['age'], [1.0, 2.0, 0.0])
    """
    if sample_weight is None:
        return X, None
    X, given, name = column_or_values(X, sample_weight, "sample_weight")
    values = _checked(given, f"sample_weight {name!r}" if name else "sample_weight")
    unit = _unit(values) if unit is None else unit
    values = values / unit
    if (values == 1).all():
        return X, None
    return X, RowWeights(values, name, bool(np.isscalar(sample_weight)), unit)


def _unit(values: NDArray) -> float:
    counting = values[values > 0]
    if are_whole(values):
        return 1.0
    return float(counting[0] if np.ptp(counting) == 0 else counting.mean())


_LEAST_TOTAL, _LARGEST_TOTAL = 1e-300, 2.0**53
"""Below, weights lose their digits; above, copies of rows cannot be counted one by one."""


def _checked(given: pd.Series, called: str) -> NDArray[np.float64]:
    if is_temporal(given):
        raise ValueError(
            f"{called} must hold numbers, got {str(given.dropna().iloc[0])!r}: a date or time is no weight"
        )
    numbers = given if is_number(given) or pd.api.types.is_bool_dtype(given.dtype) else _numbers(given, called)
    values = as_numbers(numbers)
    rules = {
        "is missing": (np.isnan(values), "give these rows a weight, or 0 to leave them out"),
        "is negative": (values < 0, "weights say how much a row counts: use 0 or more"),
        "is infinite": (np.isinf(values), "use finite weights"),
    }
    for fault, (rows, remedy) in rules.items():
        if rows.any():
            first = int(rows.argmax())
            raise ValueError(f"{called} {fault} in {int(rows.sum())} rows, the first of them row {first}: {remedy}")
    if not values.any():
        raise ValueError(f"{called} is 0 in all rows: at least two rows must count")
    with np.errstate(over="ignore"):
        total = values.sum()
    if not _LEAST_TOTAL <= total <= _LARGEST_TOTAL:
        raise ValueError(f"{called} adds up to {total:.3g}, by which nothing can be divided: divide it by its largest")
    return values


def _numbers(given: pd.Series, called: str) -> pd.Series:
    numbers = pd.to_numeric(given, errors="coerce")
    words = numbers.isna() & given.notna()
    if words.any():
        raise ValueError(f"{called} must hold numbers, got {given[words].iloc[0]!r} in row {int(words.argmax())}")
    return numbers.astype(float)


def are_whole(weights: NDArray) -> bool:
    """Whether all weights are whole numbers: a row of weight 3 then stands for three equal rows."""
    return bool(np.array_equal(weights, np.rint(weights)))


def row_counts(weights: NDArray) -> NDArray[np.float64]:
    """How many rows each row stands for: its weight where all are whole, else its weight over their mean.

    Only the ratios of weights that are not whole mean anything; so they add up to the number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> row_counts(np.array([1.0, 3.0])).tolist(), row_counts(np.array([0.1, 0.3])).round(12).tolist()
    ([1.0, 3.0], [0.5, 1.5])
    """
    return weights if are_whole(weights) else weights / weights.mean()


def effective_rows(weights: NDArray) -> float:
    """Effective number of rows, ``(sum w)^2 / sum w^2``: so many rows of one weight give a mean the same error.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> import numpy as np
    >>> effective_rows(np.array([1.0, 1.0, 2.0])).__round__(3)
    2.667
    """
    return float(weights.sum() ** 2 / (weights**2).sum())
