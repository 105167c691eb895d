"""What the columns of a table are, judged from the columns alone and never from the labels."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.cells import CellFormat
from genvsdisc.features.date_parts import are_dates, parts_of
from genvsdisc.features.doubts import doubtful_levels, merged_cells
from genvsdisc.features.dtypes import MOST_EXACT, as_numbers, is_number, is_text, usual_dtype
from genvsdisc.features.marks import clean
from genvsdisc.features.typed import MOST_LEVELS, read_columns, truth_values, unless_levels
from genvsdisc.features.words import frequent_words

__all__ = ["MOST_LEVELS", "Column", "as_numbers", "column_kinds", "column_table", "is_number"]

Kind = Literal["continuous", "binary", "categorical", "text", "identifier", "constant", "empty", "out of range"]

NEARLY_UNIQUE = 0.9
"""Words of which more than this share are different identify rows."""
NEARLY_COUNTING = 0.8
"""Integers of which at least this share of steps down the table is +1 (and none is negative) count rows."""
_FEWEST_TO_COUNT = 5  # 1, 2, 3, 4 down four rows may well be a measurement
_FEWEST_DIFFERENT = 20  # so many whole numbers, all different and close together, are no chance
_FAR = 10  # spreads of the other values
LARGEST, SMALLEST = 1e140, 1e-140
"""Sums of squares of numbers beyond leave the range of floating point."""


@dataclass(frozen=True)
class Column:
    """Kind of one column and what it takes to encode it.

    Attributes
    ----------
    kind : str
        "continuous", "binary", "categorical", or, left out of X: "identifier", "constant", "empty", "out of range".
    levels : tuple
        The values of a binary or categorical column, in order; those kept, if it has too many. A binary column with
        one level is present or not. The words of a text column that become indicators.
    lumped : bool
        Whether values outside `levels` count as one more level.
    missing, distinct : int
        Number of missing entries and of different values in the table judged.
    note : str
        Why it is left out, or what was done to it or guessed of it, where something was.
    cells : CellFormat or None
        How its text is read, where it is text that stands for numbers or dates.
    parts : tuple of str
        Parts of dates that stand beside the days since 1970: "month", "weekday", "hour".
    """

    kind: Kind
    levels: tuple[Hashable, ...] = ()
    lumped: bool = False
    missing: int = 0
    distinct: int = 0
    note: str = ""
    cells: CellFormat | None = None
    parts: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        """Whether the column goes into the matrix that classifiers see."""
        return self.kind in ("continuous", "binary", "categorical", "text")

    def __deepcopy__(self, _: Any) -> Column:
        """Return itself, which nothing changes: every `clone` of an encoder would copy thousands of columns."""
        return self


def column_kinds(X: pd.DataFrame) -> dict[Any, Column]:
    """Judge every column of a table.

    Text is first stripped of blanks at both ends, and read as numbers or dates where its cells are such
    (`genvsdisc.features.cells`); so are categories that are more than 20 numbers. Then, first that fits:

    * empty: no value at all; constant: one value, none missing;
    * binary: two values, of whatever type, or one value and missing entries: present or not;
    * numbers, dates included, are identifiers if they count the rows, else continuous, however few their values: a
      count of rooms is a number. They count the rows in order if they are integers that never fall down the table and
      rise by one in at least 80% of its steps, so that a row number survives the removal of a few rows; in any order
      if they are 0 to n - 1 or 1 to n, or n >= 20 different integers of which at most n / 0.8 lie between the ends;
    * numbers that reach beyond 1e140, or stay below 1e-140, are out of range: sums of their squares would leave that of
      floating point. A power of ten brings them back.
    * dates are continuous, with the month, the weekday and the hour beside them where these differ, there are 20 dates
      and they span two years, two weeks, two days;
    * words are free text if they are of more than 20 kinds, hold three words or more on average, and some of these come
      again (`genvsdisc.features.words`): the 30 most frequent become indicators;
    * other words are identifiers if more than 90% of those present are different, else categorical. Of more than 20
      levels the 20 most frequent are kept and the others lumped.

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
    columns = {name: unless_levels(clean(usual_dtype(X[name]))) for name in X.columns}
    readings = read_columns(columns)
    kinds = {}
    for name, values in columns.items():
        reading = readings.get(name)
        if reading is None or reading.column is None:
            kinds[name] = _judge(name, values, reading.note if reading else "")
        else:
            read = _judge(name, reading.column, reading.note or "text read as numbers")
            kinds[name] = replace(read, cells=reading.format)
    return kinds


def column_table(kinds: Mapping[Any, Column]) -> pd.DataFrame:
    """List kinds as a tidy table: column, kind, used, missing, distinct, note."""
    rows = [(str(name), c.kind, c.used, c.missing, c.distinct, c.note) for name, c in kinds.items()]
    return pd.DataFrame(rows, columns=["column", "kind", "used", "missing", "distinct", "note"])


def _judge(name: Any, values: pd.Series, note: str = "") -> Column:
    codes, uniques = pd.factorize(values)
    if 2 < len(uniques) < _FEWEST_DIFFERENT and (truth := truth_values(values)) is not None:
        values = truth
        codes, uniques = pd.factorize(truth)
    note = _joined(note, merged_cells(values, codes, len(uniques)))
    return _judge_cells(name, values, codes, uniques, note)


def _judge_cells(name: Any, values: pd.Series, codes: NDArray[np.intp], uniques: Any, note: str) -> Column:
    if values.dtype.kind == "c":
        raise ValueError(f"column {name!r} holds complex numbers: split it into real and imaginary parts")
    present, distinct = int((codes >= 0).sum()), len(uniques)
    counts: dict[str, Any] = {"missing": len(values) - present, "distinct": distinct}
    if distinct == 0:
        return Column("empty", note="no values", **counts)
    if distinct == 1:
        only = f"the one value is {_short(uniques[0])}"
        if counts["missing"]:
            return Column("binary", levels=tuple(uniques), note=_joined(f"present or not: {only}", note), **counts)
        return Column("constant", note=_joined(only, note), **counts)
    if distinct == 2:
        return Column("binary", levels=_ordered(uniques), note=note, **counts)
    if is_number(values):
        numbers = as_numbers(values)
        judged = _judge_numbers(numbers, _joined(note, _merged(numbers, distinct)), counts)
        return _with_parts(judged, numbers) if judged.used and are_dates(values) else judged
    if distinct > MOST_LEVELS and is_text(values) and (words := frequent_words(values)):
        shown = f"free text: {len(words)} words that many entries hold ({', '.join(words[:5])}, ...) are indicators"
        return Column("text", levels=words, note=_joined(shown, note), **counts)
    notes = [note, doubtful_levels(codes, uniques)]
    if distinct > NEARLY_UNIQUE * present:
        return Column("identifier", note=_joined(f"{distinct} different values in {present} rows", *notes), **counts)
    if distinct <= MOST_LEVELS:
        return Column("categorical", levels=_ordered(uniques), note=_joined(*notes), **counts)
    frequency = np.bincount(codes[codes >= 0])
    kept = np.sort(np.argsort(-frequency, kind="stable")[:MOST_LEVELS])
    lump = f"{distinct} levels: the {MOST_LEVELS} most frequent kept, the others as one"
    return Column("categorical", levels=_ordered(uniques[kept]), lumped=True, note=_joined(lump, *notes), **counts)


def _merged(numbers: NDArray[np.float64], distinct: int) -> str:
    """Point out whole numbers with so many digits that some become one."""
    present = numbers[~np.isnan(numbers)]
    if not (np.abs(present) > MOST_EXACT).any():
        return ""
    kept = len(np.unique(present))
    return "" if kept == distinct else f"of {distinct} numbers floating point tells {kept} apart: are they codes?"


def _with_parts(column: Column, days: NDArray[np.float64]) -> Column:
    """Dates with the parts that say more than how late they are."""
    parts = parts_of(days)
    note = f"dates: the day, {', '.join(f'the {part}' for part in parts)}" if parts else "dates: the day"
    return replace(column, parts=parts, note=_joined(column.note, note))


def out_of_range(present: NDArray[np.float64]) -> str:
    """Say which divisor brings numbers into the range of those whose squares can be added; "" if they lie in it."""
    finite = np.abs(present[np.isfinite(present)])
    if not finite.any() or SMALLEST <= finite.max() <= LARGEST:  # zeros beside infinities have no unit
        return ""
    unit = 10.0 ** np.floor(np.log10(finite.max()))
    return f"its numbers reach {finite.max():.3g}, whose squares floating point cannot add; divide it by {unit:g}"


def _judge_numbers(numbers: NDArray[np.float64], note: str, counts: dict[str, Any]) -> Column:
    present = numbers[~np.isnan(numbers)]
    if why := out_of_range(present):
        return Column("out of range", note=_joined(why, note), **counts)
    whole = bool(np.isfinite(present).all() and np.array_equal(present, np.rint(present)))
    if whole and not counts["missing"] and _counts_rows(numbers):
        order = "" if (np.diff(numbers) >= 0).all() else ", in another order"
        return Column("identifier", note=_joined(f"numbers the rows{order}", note), **counts)
    different = whole and counts["distinct"] == len(present) >= _FEWEST_DIFFERENT and present.min() >= 0
    if different and not counts["missing"] and np.ptp(present) < len(present) / NEARLY_COUNTING:
        return Column("identifier", note=_joined("numbers the rows, in another order", note), **counts)
    hint = "whole numbers, all different: leave it out if it only names the rows" if different else ""
    if whole and counts["distinct"] >= _FEWEST_DIFFERENT and _are_written_dates(present):
        day = f"{present[0]:.0f}"
        hint = f"looks like dates, such as {day}: write {day[:4]}-{day[4:6]}-{day[6:]}, and they are read as such"
    return Column("continuous", note=_joined(note, hint, _far_value(present)), **counts)


def _counts_rows(numbers: NDArray[np.float64]) -> bool:
    """Return True for whole numbers in the order of the rows, or 0 to n - 1 or 1 to n in any order."""
    if len(numbers) < _FEWEST_TO_COUNT:
        return False
    steps = np.diff(numbers)
    if bool((steps >= 0).all() and (steps == 1).mean() >= NEARLY_COUNTING):
        return True
    return numbers.min() in (0, 1) and np.array_equal(np.sort(numbers), numbers.min() + np.arange(len(numbers)))


def _are_written_dates(numbers: NDArray[np.float64]) -> bool:
    """Return True if all whole numbers are days from 1900 to 2099 written as year, month and day: 20240131."""
    if numbers.min() < 19000101 or numbers.max() > 20991231:
        return False
    days = pd.to_datetime(pd.Series(np.unique(numbers)).astype(int).astype(str), format="%Y%m%d", errors="coerce")
    return bool(days.notna().all())


def _far_value(numbers: NDArray[np.float64]) -> str:
    """Point out a repeated value far from all others, which may stand for missing ones, such as -999."""
    values, counts = np.unique(numbers[np.isfinite(numbers)], return_counts=True)
    if len(values) < 4:
        return ""
    with np.errstate(over="ignore"):
        for end, rest in ((0, values[1:]), (-1, values[:-1])):
            far, times = values[end], int(counts[end])
            gap, spread = np.abs(far - rest).min(), np.ptp(rest)
            nines = abs(far) >= 9 and set(f"{abs(far):.0f}") in ({"9"}, {"8"}) and far == np.rint(far)
            lonely = far < 0 <= rest.min() and far == np.rint(far)  # the only negative number, such as -1
            beyond = gap > spread * (1 if nines else _FAR) and (nines or times > _FAR or gap > spread * _FAR**3)
            if times > 1 and (beyond or (lonely and (nines or far == -1) and len(values) > _FAR)):
                where = "far from all other values" if beyond else "and no other value is negative"
                return f"{far:g} stands {times} times, {where}: leave it empty if it marks missing ones"
    return ""


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _ordered(uniques: Any) -> tuple[Hashable, ...]:
    """Levels in the order of a category type that has one, else sorted, values of different types apart."""
    if isinstance(uniques, pd.CategoricalIndex) and uniques.ordered:
        return tuple(uniques.categories[np.sort(uniques.codes)])
    levels = list(np.asarray(uniques, dtype=object))
    try:
        return tuple(sorted(levels))
    except TypeError:
        return tuple(sorted(levels, key=lambda level: (type(level).__name__, str(level))))


def _short(value: Any) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 40 else f"{text[:39]}…"
