"""Parts of dates that say more than how late they are: the month, the weekday, the hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def _month(days: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(_dates(days).astype("M8[M]").astype(np.int64) % 12 + 1, dtype=float)


def _weekday(days: NDArray[np.float64]) -> NDArray[np.float64]:
    return (np.floor(days) + 3) % 7  # 1 January 1970 was a Thursday; Monday is 0


def _hour(days: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(24 * (days - np.floor(days)), 6))


def _dates(days: NDArray[np.float64]) -> NDArray[np.datetime64]:
    return np.floor(days).astype(np.int64).astype("M8[D]")


PARTS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "month": _month,
    "weekday": _weekday,
    "hour": _hour,
}
"""Part of a date -> what it is of days since 1970 (UTC)."""
SPANS = {"month": 731.0, "weekday": 14.0, "hour": 2.0}
"""Days that dates must span, two rounds of the part: in one it says hardly more than how late they are."""
_FEWEST = 20  # different dates, to learn anything of their parts


def date_part(days: NDArray[np.float64], part: str) -> NDArray[np.float64]:
    """Compute a part of dates.

    Parameters
    ----------
    days : ndarray of shape (n,)
        Days since 1970, fractions for the time of day; NaN where a date is missing.
    part : {"month", "weekday", "hour"}
        1 to 12; 0 for Monday to 6; hours since midnight, UTC.

    Returns
    -------
    values : ndarray of shape (n,)
        NaN where a date is missing.

    Examples
    --------
    >>> date_part(np.array([0.5, 31.0, np.nan]), "weekday").tolist()
    [3.0, 6.0, nan]
    """
    values = np.full(days.shape, np.nan)
    present = np.isfinite(days)
    values[present] = PARTS[part](days[present])
    return values


def parts_of(days: NDArray[np.float64]) -> tuple[str, ...]:
    """Name the parts that differ from row to row, of 20 dates or more that span two rounds of them.

    Examples
    --------
    >>> parts_of(np.arange(30.0)), parts_of(np.arange(0.0, 7000.0, 7.0)), parts_of(np.arange(9.0))
    (('weekday',), ('month',), ())
    """
    present = days[np.isfinite(days)]
    return tuple(
        part for part, span in SPANS.items()
        if len(np.unique(present)) >= _FEWEST and np.ptp(present) >= span and np.ptp(date_part(present, part)) > 0
    )  # fmt: skip


def are_dates(values: pd.Series) -> bool:
    """Return True for a column of dates or moments, not of durations."""
    dtype: Any = values.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return True
    objects = pd.api.types.is_object_dtype(dtype)
    return objects and pd.api.types.infer_dtype(values, skipna=True) in ("date", "datetime", "datetime64")
