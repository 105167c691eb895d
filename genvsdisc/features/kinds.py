"""What the columns of a table are, judged from the columns alone and never from the labels."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

Kind = Literal["continuous", "binary", "categorical", "identifier", "constant", "empty"]

MOST_LEVELS = 20
"""A categorical column with more levels keeps this many, the most frequent; the others count as one, "(other)"."""
NEARLY_UNIQUE = 0.9
"""Words of which more than this share are different identify rows."""
NEARLY_COUNTING = 0.8
"""Integers of which at least this share of steps down the table is +1 (and none is negative) count rows."""
_FEWEST_TO_COUNT = 5  # 1, 2, 3, 4 down four rows may well be a measurement


@dataclass(frozen=True)
class Column:
    """Kind of one column and what it takes to encode it.

    Attributes
    ----------
    kind : str
        "continuous", "binary", "categorical", or, left out of X: "identifier", "constant", "empty".
    levels : tuple
        The values of a binary or categorical column, in order; those kept, if it has too many.
    lumped : bool
        Whether values outside `levels` count as one more level.
    missing, distinct : int
        Number of missing entries and of different values in the table judged.
    note : str
        Why it is left out, or what was done to it, where something was.
    """

    kind: Kind
    levels: tuple[Hashable, ...] = ()
    lumped: bool = False
    missing: int = 0
    distinct: int = 0
    note: str = ""

    @property
    def used(self) -> bool:
        """Whether the column goes into the matrix that classifiers see."""
        return self.kind in ("continuous", "binary", "categorical")


def column_kinds(X: pd.DataFrame) -> dict[Any, Column]:
    """Judge every column of a table.

    The rules, first that fits:

    * empty: no value at all; constant: one value (missing entries aside);
    * binary: two values, of whatever type;
    * numbers, dates included, are identifiers if they count the rows (integers that never fall down the table and rise
      by one in at least 80% of its steps, so that a row number survives the removal of a few rows), else continuous,
      however few their values: a count of rooms is a number;
    * words are identifiers if more than 90% of those present are different, else categorical. Of more than 20 levels
      the 20 most frequent are kept and the others lumped.

    Parameters
    ----------
    X : DataFrame
        Columns without the target.

    Returns
    -------
    kinds : dict
        Column name -> `Column`, in the order of the table.

    Raises
    ------
    ValueError
        If column names repeat, or a column holds lists or complex numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["Ann", "Bob", "Cy"], "age": [31, 44, 29], "smokes": ["n", "y", "n"]})
    >>> {name: column.kind for name, column in column_kinds(table).items()}
    {'name': 'identifier', 'age': 'continuous', 'smokes': 'binary'}
    """
    repeated = X.columns[X.columns.duplicated()]
    if len(repeated):
        raise ValueError(f"column names must differ; {repeated[0]!r} stands more than once: rename one")
    return {name: _judge(name, X[name]) for name in X.columns}


def column_table(kinds: Mapping[Any, Column]) -> pd.DataFrame:
    """List kinds as a tidy table: column, kind, used, missing, distinct, note."""
    rows = [(str(name), c.kind, c.used, c.missing, c.distinct, c.note) for name, c in kinds.items()]
    return pd.DataFrame(rows, columns=["column", "kind", "used", "missing", "distinct", "note"])


def is_number(values: pd.Series) -> bool:
    """Whether a column holds numbers or dates; truth values are not numbers here."""
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_object_dtype(dtype):
        kind = pd.api.types.infer_dtype(values, skipna=True)
        return kind in ("integer", "floating", "mixed-integer-float", "decimal", "datetime64", "datetime", "date")
    return pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype) or dtype.kind == "m"


def as_numbers(values: pd.Series) -> np.ndarray:
    """Column of numbers as floats, NaN where missing; dates as days since 1970, durations as days."""
    if pd.api.types.is_object_dtype(values.dtype) and pd.api.types.infer_dtype(values, skipna=True) in (
        "datetime64",
        "datetime",
        "date",
    ):
        values = pd.to_datetime(values)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = values.dt.tz_convert(None) if values.dt.tz is not None else values
        return (values - pd.Timestamp(0)).dt.total_seconds().to_numpy(float) / 86_400
    if values.dtype.kind == "m":
        return values.dt.total_seconds().to_numpy(float) / 86_400
    return values.to_numpy(float, na_value=np.nan)


def _judge(name: Any, values: pd.Series) -> Column:
    try:
        codes, uniques = pd.factorize(values)
    except TypeError:
        raise ValueError(f"column {name!r} holds lists or other nested values: unfold or remove it") from None
    if values.dtype.kind == "c":
        raise ValueError(f"column {name!r} holds complex numbers: split it into real and imaginary parts")
    present, distinct = int((codes >= 0).sum()), len(uniques)
    counts: dict[str, Any] = {"missing": len(values) - present, "distinct": distinct}
    if distinct == 0:
        return Column("empty", note="no values", **counts)
    if distinct == 1:
        return Column("constant", note=f"the one value is {_short(uniques[0])}", **counts)
    if distinct == 2:
        return Column("binary", levels=_ordered(uniques), **counts)
    if is_number(values):
        if _counts_rows(values):
            return Column("identifier", note="numbers the rows", **counts)
        return Column("continuous", **counts)
    note = _numbers_in_words(uniques)
    if distinct > NEARLY_UNIQUE * present:
        return Column("identifier", note=f"{distinct} different values in {present} rows{note}", **counts)
    if distinct <= MOST_LEVELS:
        return Column("categorical", levels=_ordered(uniques), note=note.lstrip("; "), **counts)
    frequency = np.bincount(codes[codes >= 0])
    kept = np.sort(np.argsort(-frequency, kind="stable")[:MOST_LEVELS])
    lump = f"{distinct} levels: the {MOST_LEVELS} most frequent kept, the others as one{note}"
    return Column("categorical", levels=_ordered(uniques[kept]), lumped=True, note=lump, **counts)


def _counts_rows(values: pd.Series) -> bool:
    numbers = as_numbers(values)
    if len(numbers) < _FEWEST_TO_COUNT or not np.array_equal(numbers, np.rint(numbers)):  # NaN equals nothing
        return False
    steps = np.diff(numbers)
    return bool((steps >= 0).all() and (steps == 1).mean() >= NEARLY_COUNTING)


def _ordered(uniques: Any) -> tuple[Hashable, ...]:
    """Levels in the order of a category type that has one, else sorted, values of different types apart."""
    if isinstance(uniques, pd.CategoricalIndex) and uniques.ordered:
        return tuple(uniques.categories[np.sort(uniques.codes)])
    levels = list(np.asarray(uniques, dtype=object))
    try:
        return tuple(sorted(levels))
    except TypeError:
        return tuple(sorted(levels, key=lambda level: (type(level).__name__, str(level))))


def _numbers_in_words(uniques: Any) -> str:
    """Warn of a column of numbers that a few words made a column of words."""
    words = pd.Series(np.asarray(uniques, dtype=object)).astype(str)
    odd = words[pd.to_numeric(words, errors="coerce").isna()]
    if len(odd) > 0.1 * len(words):
        return ""
    return f"; numbers but for {', '.join(map(_short, odd[:3]))}: leave missing entries empty" if len(odd) else ""


def _short(value: Any) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 40 else f"{text[:39]}…"
