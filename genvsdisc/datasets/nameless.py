"""Tables without a line of names, as the archives of machine learning hold them: whether a first line is a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from genvsdisc.features.marks import MISSING, SIGNS, bare, listed

_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?")
_NUMBERED = re.compile(r"column \d+")
_ABSENT = {*MISSING, *SIGNS}
RECORDS_COMPARED = 1000
_FEWEST_ROWS = 5
_MOST_WORDS = 0.5
"""Share of different words in a column above which a word that comes once says nothing."""
_NEARLY_ALL = 0.9


def first_line_is_a_row(first: Sequence[str], rows: Sequence[Sequence[str]], known: Collection[str] = ()) -> bool:
    """Tell whether the first line of a table is a row of it, and no line of names.

    A number near the numbers below it, within their range or as far from it as that is wide, and a word that comes
    again below it, speak for a row; a number beyond, and a word that does not come again where most others do, for
    names. The first line is a row if at most a tenth of its fields that speak do so for names, none is a word above
    numbers, and there is a number among those that speak for a row, or three words, or one of several letters. Numbers
    that count in ones (0, 1, 2, ...), or six and more that all ascend, as years and wavelengths do, are names.

    Parameters
    ----------
    first : sequence of str
        Fields of the first line.
    rows : sequence of sequences of str
        Fields of some lines below it, as many in each; `RECORDS_COMPARED` are enough.
    known : collection of str, default=()
        Names of columns. A first line that has one of them is no row; where they are several that `numbered_names`
        gave, a first line without any is one.

    Returns
    -------
    row : bool
        False where there are too few lines below it to tell.

    Examples
    --------
    >>> flowers = [["4.9", "3.0", "setosa"], ["7.0", "3.2", "versicolor"], ["6.3", "2.9", "virginica"]] * 3
    >>> first_line_is_a_row(["5.1", "3.2", "setosa"], flowers)
    True
    >>> first_line_is_a_row(["length", "width", "species"], flowers)
    False
    """
    if any(bare(field) in known for field in first):
        return False
    if _given(known):
        return True
    if len(rows) < _FEWEST_ROWS or _counts(first):
        return False
    verdicts = [_says(field.strip(), [row[place].strip() for row in rows]) for place, field in enumerate(first)]
    if None in verdicts:
        return False
    names, row = verdicts.count("names"), [field for field, what in zip(first, verdicts, strict=True) if what == "row"]
    clear = len(row) >= 3 or any(_number(field) is not None or len(field.strip()) > 1 for field in row)
    return clear and names <= (1 - _NEARLY_ALL) * (names + len(row))


def known_names(names: Collection[str]) -> list[str]:
    """Names that are known of a table; those that `numbered_names` gave in the order of their numbers."""
    return sorted(names, key=lambda name: int(name.split()[1])) if _given(names) else list(names)


def numbered_names(first: Sequence[str], notes: list[str], known: Collection[str] = ()) -> list[str]:
    """Name the columns of a table without names by their places, or as many as are known by these; and say so."""
    names = [f"column {place}" for place in range(1, len(first) + 1)]
    if len(known) == len(first) and _given(known):
        names = list(known)
    notes.append(
        f"The first line ({listed(first, 3)}) looks like data and not like names: it is read as a row, and the columns "
        f"are called {names[0]!r} to {names[-1]!r}."
    )
    return names


def _given(known: Collection[str]) -> bool:
    return len(known) > 1 and all(map(_NUMBERED.fullmatch, known))


def _counts(first: Sequence[str]) -> bool:
    """Return True where the numbers of a line count in ones, or are many and ascend."""
    numbers = [number for field in first if (number := _number(field)) is not None]
    steps = np.diff(numbers)
    return len(numbers) > 1 and bool((steps == 1).all() or (len(numbers) > 5 and (steps > 0).all()))


def _says(field: str, cells: Sequence[str]) -> str | None:
    """Say what a field of the first line speaks for: "row", "names", "" for neither, None for names without a doubt."""
    known = [cell for cell in cells if cell not in _ABSENT]
    if not known or field in _ABSENT:
        return ""
    numbers = [number for cell in known if (number := _number(cell)) is not None]
    if len(numbers) >= _NEARLY_ALL * len(known):
        number, low, high = _number(field), min(numbers), max(numbers)
        if number is None:
            return None
        return "row" if 2 * low - high <= number <= 2 * high - low else "names"
    if field in known:
        return "row"
    return "" if len(set(known)) > _MOST_WORDS * len(known) else "names"


def _number(field: str) -> float | None:
    return float(field.replace(",", ".")) if _NUMBER.fullmatch(field.strip()) else None
