"""Text cells: what stands for a missing entry, and whether a column of text is numbers, dates or words.

The judgement is one column's, from the column alone, so that a file, a frame of strings and a spreadsheet are read
alike; what it decides is a `CellFormat`, which then reads any cell by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from genvsdisc.features.date_text import DateFormat, date_format, months_perhaps, parse_times
from genvsdisc.features.doubts import looks_like
from genvsdisc.features.dtypes import as_float
from genvsdisc.features.marks import ERROR, MARKS, NAMED, clean, named, quoted
from genvsdisc.features.number_text import NumberFormat, below_limit, number_format, split, to_ascii

NEARLY_ALL = 0.9
"""A column of which this share of entries are numbers is read as numbers, and the other words as missing."""
_MOST_ODD = 0.1  # of the different values of such a column
_ENOUGH = 0.5  # below this share a column is words, and nothing is said
_SAMPLE = 1000  # words looked at before a long column is judged whole


@dataclass(frozen=True)
class CellFormat:
    """How the cells of one column are read.

    Attributes
    ----------
    form : NumberFormat, DateFormat or None
        None stands for times such as 7:30.
    lenient : bool
        Whether a word that is neither a number nor a mark is missing, because the column had some; else it is refused.
    """

    form: NumberFormat | DateFormat | None
    lenient: bool = False

    @property
    def unit(self) -> str:
        """The unit at its numbers."""
        return self.form.unit if isinstance(self.form, NumberFormat) else ""

    def read(self, values: pd.Series) -> pd.Series:
        """Convert cells to numbers, dates (datetime64 in UTC) or times (timedelta64); each by itself.

        Raises
        ------
        ValueError
            If a cell can be neither read nor taken as missing; the message quotes it.
        """
        column = _Distinct.of(values)
        read = column.parse(self.form)
        if not self.lenient:
            odd = pd.isna(read) & ~column.marks & column.present
            if odd.any():
                raise ValueError(f"{column.words[int(odd.argmax())].as_py()!r} is no number")
        return column.spread(read)


@dataclass(frozen=True)
class Reading:
    """What was found of a column of text.

    Attributes
    ----------
    format : CellFormat or None
        None where the column is words.
    note : str
        What was guessed or taken as missing, or why a column that looks like numbers is not read as such.
    decimal : str
        The decimal mark, where cells leave no doubt of it.
    column : Series or None
        The column as read, where it is no words.
    """

    format: CellFormat | None
    note: str = ""
    decimal: str = ""
    column: pd.Series | None = field(default=None, repr=False, compare=False)


def read_cells(values: pd.Series, hint: str = "") -> Reading:
    """Judge a column of text: numbers, dates, times, or words.

    Parameters
    ----------
    values : Series
        Text or objects, as `clean` leaves them.
    hint : {"", ".", ","}, default=""
        The decimal mark of the other columns of the table.

    Returns
    -------
    reading : Reading

    Examples
    --------
    >>> import pandas as pd
    >>> reading = read_cells(pd.Series(["1.234,50 €", "7 €", "-"]))
    >>> reading.note
    "'1.234,50 €' is read as 1234.5; '-' (1 entry) as missing"
    >>> reading.format.read(pd.Series(["2.000,00 €", "?"])).tolist()
    [2000.0, nan]
    """
    column = _Distinct.of(values)
    counted = int(column.counts[column.present & ~column.marks].sum())
    if not counted:
        return Reading(None)
    kinds = column.promising()
    if not kinds:
        return Reading(None, looks_like(column.words, column.counts, column.marks, NEARLY_ALL))
    best = max(column.candidates(kinds, hint), key=lambda each: each.cells)
    odd = column.present & ~column.marks & pd.isna(best.read)
    n_odd, n_read = int(odd.sum()), len(pd.unique(best.read[~pd.isna(best.read)]))
    if best.cells < counted and (
        best.cells < NEARLY_ALL * counted or n_read < 3 or n_odd > max(NAMED, _MOST_ODD * n_read)
    ):
        return Reading(None, column.doubt(best, counted, odd))
    example = column.example(best)
    note = "; ".join(filter(None, (example, column.missing(odd, example))))
    decimal = best.form.decimal if isinstance(best.form, NumberFormat) and best.divided and not best.guessed else ""
    return Reading(CellFormat(best.form, lenient=bool(n_odd)), note, decimal, column.spread(best.read))


@dataclass(frozen=True)
class _Candidate:
    """One way to read a column: what it gives, and how many cells it reads."""

    form: NumberFormat | DateFormat | None
    read: NDArray
    cells: int
    guessed: bool = False
    divided: bool = False


@dataclass(frozen=True)
class _Distinct:
    """The different values of a column: text as words, and beside them what is a number already."""

    codes: NDArray[np.intp]
    words: pa.Array
    numbers: NDArray[np.float64]
    counts: NDArray[np.intp]
    marks: NDArray[np.bool_]
    index: pd.Index
    name: Any

    @classmethod
    def of(cls, values: pd.Series) -> _Distinct:
        codes, distinct = pd.factorize(clean(values))
        uniques: Any = distinct
        numbers = np.full(len(uniques), np.nan)
        if pd.api.types.is_object_dtype(uniques.dtype):
            real = [isinstance(each, Real | Decimal) and not isinstance(each, bool | np.bool_) for each in uniques]
            numbers[real] = [as_float(each) for each, number in zip(uniques, real, strict=True) if number]
            uniques = ["" if number else str(each) for each, number in zip(uniques, real, strict=True)]
        words = pa.array(uniques, pa.large_string())
        counts = np.bincount(codes[codes >= 0], minlength=len(words))
        plain = to_ascii(words)
        listed = pc.is_in(pc.utf8_lower(plain), value_set=pa.array(sorted(MARKS), pa.large_string()))
        marks = np.asarray(pc.or_(listed, pc.match_substring_regex(plain, ERROR))) & np.isnan(numbers)
        return cls(codes, words, numbers, counts, marks, values.index, values.name)

    @property
    def present(self) -> NDArray[np.bool_]:
        return np.ones(len(self.words), dtype=bool)

    def promising(self) -> tuple[str, ...]:
        """Kinds worth a look at every word; a sample decides for a long column."""
        if len(self.words) <= 2 * _SAMPLE:
            return tuple(_CANDIDATES)
        places = np.unique(np.linspace(0, len(self.words) - 1, _SAMPLE).astype(int))
        some = self.words.take(pa.array(places))
        ones = np.ones(len(some), dtype=np.intp)
        part = _Distinct(places, some, self.numbers[places], ones, self.marks[places], self.index[:0], None)
        enough = _ENOUGH * len(some) - part.marks.sum()
        return tuple(kind for kind in _CANDIDATES if next(part.candidates((kind,))).cells >= enough)

    def candidates(self, kinds: Iterable[str], hint: str = "") -> Iterator[_Candidate]:
        """Read the words in every way that is asked for."""
        for kind in kinds:
            yield _CANDIDATES[kind](self, hint)

    def as_numbers(self, hint: str) -> _Candidate:
        parts = split(self.words)
        form, guessed = number_format(parts, self.counts, hint)
        read = np.where(np.isnan(self.numbers), form.assemble(parts), self.numbers)
        marked = pc.match_substring_regex(parts["body"], r"[.,]")
        divided = bool((np.asarray(marked) & ~np.isnan(read)).any())
        return _Candidate(form, read, self._cells(read), guessed, divided)

    def as_dates(self, hint: str) -> _Candidate:  # noqa: ARG002 - one signature for all readings
        form, guessed = date_format(self.words, self.counts)
        read = form.parse(self.words)
        return _Candidate(form, read, self._cells(read), guessed)

    def as_times(self, hint: str) -> _Candidate:  # noqa: ARG002 - one signature for all readings
        read = parse_times(self.words)
        read[months_perhaps(self.words)] = np.timedelta64("NaT")
        return _Candidate(None, read, self._cells(read))

    def parse(self, form: NumberFormat | DateFormat | None) -> NDArray:
        if form is None:
            return parse_times(self.words)
        read = form.parse(self.words)
        return np.where(np.isnan(self.numbers), read, self.numbers) if isinstance(form, NumberFormat) else read

    def spread(self, read: NDArray) -> pd.Series:
        """Give each cell what its word was read as; whole numbers without gaps as int64."""
        missing = np.nan if read.dtype.kind == "f" else np.array("NaT", read.dtype)
        cells = np.append(read, missing)[self.codes]
        if cells.dtype.kind == "f" and len(cells) and (np.rint(cells) == cells).all() and np.abs(cells).max() < 2**53:
            cells = cells.astype(np.int64)
        return pd.Series(cells, index=self.index, name=self.name)

    def _cells(self, read: NDArray) -> int:
        return int(self.counts[~pd.isna(read) & ~self.marks].sum())

    def example(self, best: _Candidate) -> str:
        """Quote the cell whose reading most needs to be said."""
        plain = np.asarray(pc.match_substring_regex(self.words, _PLAIN))
        if isinstance(best.form, NumberFormat) and (best.form.decimal == "," or best.guessed):  # 1.234 may be 1234
            plain &= ~np.asarray(pc.match_substring(self.words, "."))
        plain |= ~np.isnan(self.numbers)
        places = np.flatnonzero(~pd.isna(best.read) & ~plain & ~self.marks)
        if not len(places):
            return ""
        place = self._telling(best, places)
        value = best.read[place]
        if isinstance(best.form, NumberFormat):
            shown = f"{value:.15g}"
        elif best.form is None:
            shown = f"{value / np.timedelta64(1, 'D'):.6g} days"
        else:
            shown = f"the date {str(value).replace('T', ' ').removesuffix('.000000').removesuffix(' 00:00:00')}"
        if isinstance(best.form, NumberFormat) and best.form.limits and not best.guessed:
            below = below_limit(split(self.words)) & ~pd.isna(best.read)
            n = int(self.counts[below].sum())
            place = places[below[places]][0]
            shown = f"{best.read[place]:.15g}, half of the limit, in {n:,} entr{'y' if n == 1 else 'ies'} below one"
        word = self.words[int(place)].as_py()
        shown = "a date" if shown == f"the date {word}" else shown
        if best.guessed:
            what = (
                "the comma or point may mean the other thing"
                if isinstance(best.form, NumberFormat)
                else ("day and month may stand the other way round")
            )
            shown = f"{shown}, which is a guess: {what}"
        if isinstance(best.form, NumberFormat) and best.form.decimal == "either":
            shown = f"{shown}: decimal commas and points stand side by side"
        return f"{quoted(word)} is read as {shown}"

    def _telling(self, best: _Candidate, places: NDArray[np.intp]) -> int:
        """The word whose reading tells most: a date whose day is no month, else the longest; the first of a guess."""
        if best.guessed:
            return int(places[0])
        lengths = np.asarray(pc.utf8_length(self.words))[places]
        if isinstance(best.form, DateFormat):
            days = best.read[places].astype("M8[D]")
            lengths = lengths + 100 * ((days - days.astype("M8[M]")).astype(int) >= 12)
        return int(places[lengths.argmax()])

    def missing(self, odd: NDArray[np.bool_], example: str) -> str:
        """Name the words that are taken as missing."""
        places = np.flatnonzero(self.marks | odd)
        places = places[np.argsort(-self.counts[places], kind="stable")]
        listed = named([self.words[int(j)].as_py() for j in places], self.counts[places].tolist())
        return f"{listed} as missing" if listed and example else f"{listed} taken as missing" if listed else ""

    def doubt(self, best: _Candidate, counted: int, odd: NDArray[np.bool_]) -> str:
        """Say why a column that looks like numbers is words."""
        places = np.flatnonzero(odd)
        share = best.cells / counted
        if share >= _ENOUGH and len(pd.unique(best.read[~pd.isna(best.read)])) < 3:
            return ""  # a few numbers among words are levels
        if share < _ENOUGH:
            return looks_like(self.words, self.counts, self.marks, NEARLY_ALL)
        shown = named([self.words[int(j)].as_py() for j in places], self.counts[places].tolist())
        what = "numbers" if isinstance(best.form, NumberFormat) else "dates" if best.form else "times"
        return f"{what} in {share:.0%} of the entries, but not {shown}: make these {what} or leave them empty"


_CANDIDATES = {"numbers": _Distinct.as_numbers, "dates": _Distinct.as_dates, "times": _Distinct.as_times}
_PLAIN = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
