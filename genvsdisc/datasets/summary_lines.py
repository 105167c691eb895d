"""Lines of a table that are no rows: sums and means of the rows, and remarks below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.datasets.summary_words import REMARK, statistic_of
from genvsdisc.features.cells import read_cells
from genvsdisc.features.dtypes import is_number, is_text
from genvsdisc.features.kinds import as_numbers
from genvsdisc.features.marks import clean, listed

_FEWEST_ROWS = 3
_MOST_SEARCHED = 100_000
_MOST_AT_AN_END = 20
_LONGEST = 60  # letters of a word that heads a line of sums
_MOST_SUMS = 1 / 3  # of all rows: a sum has two rows at least
_STATISTICS: dict[str, Callable[[NDArray], float]] = {
    "sum": np.sum, "mean": np.mean, "median": np.median, "min": np.min, "max": np.max, "count": len,
    "std": lambda values: np.std(values, ddof=1) if len(values) > 1 else np.nan,
}  # fmt: skip
_OF_ONE_ROW = ("min", "max", "median")  # which a label of any row is often


def lines_without_data(table: Mapping[str, pd.Series], target: str, notes: list[str]) -> NDArray[np.bool_]:
    """Return True for lines that sum up other rows, and for remarks below the last one.

    A line of sums has a cell such as "Total" or "Moyenne". That is not enough, for "Max" is a name and "total" may be a
    level: its numbers are the sum (mean, ...) of the rows above, or its label is that of no other row and it lacks
    what the others have or lies beyond all of them. A remark stands below the rows, and lacks a label of theirs.

    Parameters
    ----------
    table : mapping of name to Series
        All columns as the file has them.
    target : str
    notes : list of str
        What was found is added.

    Returns
    -------
    lines : ndarray of bool of shape (n_rows,)

    Examples
    --------
    >>> table = {
    ...     "town": pd.Series(["Ulm", "Rom", "Bern", "Total"]),
    ...     "sold": pd.Series([3, 5, 2, 10]),
    ...     "big": pd.Series([0, 1, 0, 1]),
    ... }
    >>> notes = []
    >>> lines_without_data(table, "big", notes).tolist(), notes
    ([False, False, False, True], ["1 row ('Total', '10', '1') looks like a line of sums: it is left out."])
    """
    n_rows = len(table[target])
    words = _candidates(table, n_rows)
    last = [] if n_rows < _FEWEST_ROWS else [clean(values.iloc[-1:]).iloc[0] for values in table.values()]
    if not last or not (words or any(pd.isna(cell) or _introduces(cell) for cell in last)):
        return np.zeros(n_rows, dtype=bool)  # which costs a large table nothing
    texts = {name: clean(values).reset_index(drop=True) for name, values in table.items() if is_text(values)}
    lines = _Lines(table, texts, target, words)
    remarks, sums = lines.remarks(), np.zeros(n_rows, dtype=bool)
    if words:
        sums = lines.sums(remarks)
        remarks = lines.remarks(sums) if sums.any() else remarks
    for mask, one, several in (
        (sums, "looks like a line of sums: it is", "look like lines of sums: they are"),
        (remarks & ~sums, "looks like a remark: it is", "look like remarks: they are"),
    ):
        if mask.any():
            shown = listed(lines.cells(int(mask.argmax())), 4)
            what = f"1 row ({shown}) {one}" if mask.sum() == 1 else f"{mask.sum()} rows ({shown}; ...) {several}"
            notes.append(f"{what} left out.")
    return sums | remarks


def _candidates(table: Mapping[str, pd.Series], n_rows: int) -> dict[int, tuple[str, bool]]:
    """Rows of which a cell is a word for a statistic; of a long table, only rows at both ends are looked at."""
    candidates: dict[int, tuple[str, bool]] = {}
    most = max(1, _MOST_SUMS * n_rows)
    everywhere = np.arange(n_rows)
    places = everywhere if n_rows <= _MOST_SEARCHED else np.r_[:_MOST_AT_AN_END, n_rows - _MOST_AT_AN_END : n_rows]
    for values in table.values():
        if not is_text(values):
            continue
        codes, words = pd.factorize(values.iloc[places])
        kinds = [
            statistic_of(word) if isinstance(word, str) and len(word) <= _LONGEST else ("", False) for word in words
        ]
        times = np.bincount(codes[codes >= 0], minlength=len(words))
        # a level stands in many rows, such as the "std" of most cars
        heads = np.array([bool(kind[0]) and times[j] <= most for j, kind in enumerate(kinds)] + [False])[codes]
        for place in np.flatnonzero(heads):
            candidates.setdefault(int(places[place]), kinds[codes[place]])
    return candidates if len(candidates) <= most else {}


@dataclass(frozen=True)
class _Lines:
    """A table with the rows that may sum up others."""

    table: Mapping[str, pd.Series]
    texts: Mapping[str, pd.Series]
    target: str
    words: Mapping[int, tuple[str, bool]]

    @property
    def present(self) -> pd.DataFrame:
        """Which cells are filled."""
        columns = {name: self.texts.get(name, values.reset_index(drop=True)) for name, values in self.table.items()}
        return pd.DataFrame({name: values.notna() for name, values in columns.items()})

    def cells(self, row: int) -> list[str]:
        """Filled cells of a row."""
        cells = [self.texts.get(name, values).iloc[row] for name, values in self.table.items()]
        return [f"{cell:.15g}" if isinstance(cell, float) else str(cell) for cell in cells if pd.notna(cell)]

    def new_labels(self, lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return True for rows without a label, or with one that no row but these lines has."""
        labels = self.texts.get(self.target, self.table[self.target].reset_index(drop=True))
        return (labels.isna() | ~labels.isin(labels[~lines].dropna().unique())).to_numpy()

    def remarks(self, sums: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Rows below the last row of data that say something about the table."""
        present = self.present
        n_rows, width = present.shape
        out = np.zeros(n_rows, dtype=bool)
        for row in range(n_rows - 1, max(n_rows - 1 - _MOST_AT_AN_END, 1), -1):
            if sums is not None and sums[row]:
                continue
            filled = np.flatnonzero(present.iloc[row])
            if len(filled) and not self._is_remark(row, list(filled), width, out):
                break
            out[row] = len(filled) > 0
        return out

    def _is_remark(self, row: int, filled: list[int], width: int, below: NDArray[np.bool_]) -> bool:
        name = list(self.table)[filled[0]]
        if name not in self.texts:
            return False
        word = self.texts[name].iloc[row]
        if len(filled) == width and not _introduces(word):
            return False
        others = ~below
        others[row] = False
        label = self.texts.get(self.target, self.table[self.target].reset_index(drop=True))
        if pd.notna(label.iloc[row]) and (label[others] == label.iloc[row]).any():
            return False
        if not isinstance(word, str) or (self.texts[name][others] == word).any():
            return False
        if REMARK.match(word):
            return True
        return len(filled) == 1 < width and (len(word.split()) > 2 or name == self.target) and not _reads(word)

    def sums(self, remarks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Those of the candidates that the rest of the table bears out."""
        maybe = np.zeros(len(remarks), dtype=bool)
        maybe[list(self.words)] = True
        rows = ~maybe & ~remarks
        out = np.zeros(len(remarks), dtype=bool)
        if rows.sum() < _FEWEST_ROWS - 1:
            return out
        numbers = self._numbers(maybe | remarks)
        new, present = self.new_labels(maybe | remarks), self.present
        usual = present[rows].mean().to_numpy() > 0.5
        others = usual & (present.columns != self.target)
        adds: dict[int, int] = {}
        last, first = np.flatnonzero(rows)[-1], np.flatnonzero(rows)[0]
        for row, (statistic, sure) in self.words.items():
            ends = row > last or row < first
            columns = (
                numbers if statistic not in _OF_ONE_ROW else {k: v for k, v in numbers.items() if k != self.target}
            )
            adds[row] = adds_up = _adds_up(columns, rows, row, statistic)
            lacking = others.any() and (~present.iloc[row].to_numpy()[others]).mean() >= 0.5
            odd = lacking or (statistic in ("sum", "count") and _beyond(numbers, rows, row, self.target))
            if sure:
                out[row] = adds_up > 0 or (ends and (new[row] or odd)) or (new[row] and odd)
            else:
                out[row] = adds_up > 1 or (ends and new[row] and (adds_up > 0 or odd))
        for row in self.words:  # a deviation beside means, whichever of its kinds it is
            out[row] |= bool(row > last and (new[row] or adds[row]) and out[last + 1 :].any())
        return out

    def _numbers(self, without: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
        """Columns that are numbers but for these rows; there too, where a cell is one."""
        numbers = {}
        for name, values in self.table.items():
            column = self.texts.get(name, values.reset_index(drop=True))
            if name not in self.texts:
                if is_number(column) and column.dtype.kind in "iuf":
                    numbers[name] = as_numbers(column)
                continue
            heads = column.map(lambda word: isinstance(word, str) and not any(sign.isdigit() for sign in word))
            reading = read_cells(column.mask(heads.to_numpy(bool) & without))
            if reading.column is not None and reading.column.dtype.kind in "iuf":
                numbers[name] = as_numbers(reading.column)
        return numbers


def _introduces(word: object) -> bool:
    """Whether a cell begins a remark for certain: "Source: Office of Things", which a comma may divide."""
    return isinstance(word, str) and ":" in word and REMARK.match(word) is not None


def _reads(word: str) -> bool:
    return read_cells(pd.Series([word])).format is not None


def _adds_up(numbers: Mapping[str, NDArray], rows: NDArray[np.bool_], row: int, statistic: str) -> int:
    """Count the cells of a row that are this statistic of the rows above, or of those since the last such line."""
    above = np.flatnonzero(rows[:row])
    lines = np.flatnonzero(~rows[: above[-1]]) if len(above) else np.empty(0, int)
    since = above[above > lines[-1]] if len(lines) else above
    cells = {name: values for name, values in numbers.items() if not np.isnan(values[row])}
    best = 0
    any_nonzero = any(values[row] != 0 for values in cells.values())
    for scope in (above, since, np.flatnonzero(rows)):
        if len(scope) < 2:
            continue
        hits = sum(_matches(values[row], values[scope], statistic) for values in cells.values())
        best = max(best, hits if any_nonzero and 2 * hits >= len(cells) else 0)
    return best


def _matches(cell: float, values: NDArray, statistic: str) -> bool:
    values = values[~np.isnan(values)]
    if not len(values) or not np.isfinite(values).all() or not (values.any() and np.ptp(values)):
        return False
    with np.errstate(over="ignore"):
        exact = float(_STATISTICS[statistic](values))
    decimals = len(f"{cell:.12f}".rstrip("0").partition(".")[2])
    rounding = 0.5 * 10.0**-decimals if statistic in ("mean", "std") else 0.0
    return bool(abs(cell - exact) <= rounding + 1e-9 * np.abs(values).max() * max(1, len(values) ** 0.5))


def _beyond(numbers: Mapping[str, NDArray], rows: NDArray[np.bool_], row: int, target: str) -> bool:
    """Return True if most numbers of a row lie beyond those of all others."""
    outside = []
    for name, values in numbers.items():
        others = values[rows & ~np.isnan(values)]
        if name != target and len(others) and not np.isnan(values[row]):
            outside.append(not others.min() <= values[row] <= others.max())
    return bool(outside) and 2 * sum(outside) >= len(outside)
