"""Names of columns, and the lines of a table that are no rows: units, and names that stand once more."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.datasets.dialect import looks_like_data
from genvsdisc.features.cells import read_cells
from genvsdisc.features.dtypes import is_text
from genvsdisc.features.marks import bare, clean, listed, quoted

_MOST_HEADS = 3  # rows of units, types and roles below the names
_RULE = r"[-=_+*|:~]{3,}"
_ANSWERS = ("response", "open-ended response")  # what SurveyMonkey writes below a question
_IMPORTED = '{"ImportId"'  # in the second line below the names of Qualtrics
_LOOKED_AT = 1000  # rows in which a name may stand as a value


def column_names(names: list[str], file: str) -> list[str]:
    """Strip blanks from names, and refuse a name that stands twice.

    Raises
    ------
    ValueError
        If it does: a copy of the target would leak it.
    """
    stripped = [bare(str(name)) for name in names]
    repeated = (
        [name for place, name in enumerate(stripped) if name and name in stripped[:place]]
        if len(set(stripped)) < len(stripped)
        else []
    )
    if repeated:
        remedy = "rename one"
        if looks_like_data(tuple(stripped)):
            remedy = "its first line looks like data: put a line of names above it"
        raise ValueError(f"column names must differ; {quoted(repeated[0])} stands more than once in {file!r}: {remedy}")
    return stripped


def target_place(names: list[str], target: str | None, file: str, notes: list[str]) -> int:
    """Find the target among the names; without one, the last column that has a name.

    Raises
    ------
    ValueError
        If there is no such column; the message names the closest.
    """
    if target is None:
        named = [place for place, name in enumerate(names) if name]
        place = named[-1] if named else len(names) - 1
        notes.append(f"No target was named: the last column, {quoted(names[place] or unnamed(place))}, is taken.")
        return place
    if bare(target) in names and bare(target):
        return names.index(bare(target))
    for place, name in enumerate(names):
        if not name and target == unnamed(place):
            return place
    if not any(names):
        raise ValueError(f"{file!r} has no columns")
    folded = {name.casefold(): name for name in reversed(names)}
    close = [folded[key] for key in get_close_matches(target.casefold(), folded)]
    hint = f"did you mean {' or '.join(map(quoted, close))}?" if close else f"it has {listed(names)}"
    raise ValueError(f"{file!r} has no column named {quoted(target)}; {hint}")


def named_columns(names: list[str], columns: list[pd.Series], notes: list[str]) -> dict[str, pd.Series]:
    """Columns by name; one without a name is left out if it is empty, and else gets one.

    Raises
    ------
    ValueError
        If that one is taken.
    """
    table: dict[str, pd.Series] = {}
    empty = 0
    for place, (name, values) in enumerate(zip(names, columns, strict=True)):
        if name:
            table[name] = values
        elif clean(values).notna().any():
            if unnamed(place) in names:
                raise ValueError(f"column {place + 1} has no name, and {unnamed(place)!r} is that of another: name it")
            table[unnamed(place)] = values
            notes.append(f"Column {place + 1} has no name: it is called {unnamed(place)!r}.")
        else:
            empty += 1
    if empty:
        notes.append(f"{empty} empty column{'s' * (empty > 1)} without a name left out.")
    return table


def note_of_a_row_as_names(columns: dict[str, pd.Series], notes: list[str]) -> None:
    """Note that most names are numbers, or values of their columns, as where a file has no line of names."""
    names = [name for place, name in enumerate(columns) if name != unnamed(place)]
    if looks_like_data(tuple(names)):
        what = "most of them are numbers"
    elif len(_that_are_values({name: columns[name].head(_LOOKED_AT) for name in names})) > len(columns) / 2:
        what = "most of them are values of their columns"
    else:
        return
    note = f"The first line ({listed(names, 3)}) is read as names, yet {what}"
    notes.append(f"{note}: put a line of names above if it is a row.")


def _that_are_values(columns: dict[str, pd.Series]) -> list[str]:
    """Names that stand among the cells of their column, in no line of names, or are read as its cells are."""
    texts = {name: clean(values).reset_index(drop=True) for name, values in columns.items() if is_text(values)}
    again = _all_cells(texts, lambda name, values: values == name) if len(texts) == len(columns) else False
    return [
        name
        for name in columns
        if (
            ((texts[name] == name) & ~np.asarray(again)).any() or _read_alike(name, texts[name])
            if name in texts
            else looks_like_data((name,))
        )
    ]


def _read_alike(name: str, cells: pd.Series) -> bool:
    """Return True for a number above numbers, or a date above dates, kept as text."""
    alone = read_cells(pd.Series([name])).format
    column = read_cells(cells).format if alone else None
    return alone is not None and column is not None and type(alone.form) is type(column.form)


def unnamed(place: int) -> str:
    """Name a column that has no name, as pandas does."""
    return f"Unnamed: {place}"


def rows_of_data(table: dict[str, pd.Series], y: pd.Series, notes: list[str]) -> NDArray[np.bool_]:
    """Return False for the names repeated among the rows, and for a first row of units.

    A first row is one of units if it makes text of columns that are numbers without it, no column has a number there,
    and neither its label nor any other word of it stands anywhere else, unless below names that are repeated, as where
    files were put together line by line.
    """
    kept = np.ones(len(y), dtype=bool)
    texts = {name: clean(values).reset_index(drop=True) for name, values in table.items() if is_text(values)}
    heads = np.empty(0, dtype=int)
    if len(texts) == len(table):
        words = {str(y.name): y.reset_index(drop=True), **texts}
        again = _all_cells(words, lambda name, values: values.str.casefold() == str(name).casefold())
        if again.any() and len(_that_are_values(words)) > len(words) / 2:  # a row was read as names
            again[:] = False
        heads = np.flatnonzero(again)
        rules = _all_cells(words, lambda _, values: values.str.fullmatch(_RULE))
        for lines, what in ((again, "repeat{s} the names"), (rules, "{is} a rule")):
            if lines.any():
                several = bool(lines.sum() > 1)
                verb = what.format(s="" if several else "s", **{"is": "are" if several else "is"})
                notes.append(f"{int(lines.sum())} row{'s' * several} that {verb} left out.")
                kept &= ~lines
    columns = {**texts, str(y.name): y}
    repeated = [_stands_again(columns, row, heads + 1 + row) for row in range(min(_MOST_HEADS, len(y)))]
    first = 0
    while first < _MOST_HEADS and kept[first : first + 1].any():
        rows = first + np.flatnonzero((kept & ~np.logical_or.reduce(repeated))[first:])
        rest = {name: values.iloc[rows] for name, values in table.items()}
        words = {name: values.iloc[rows] for name, values in texts.items()}
        if not _begins_with_units(rest, words, y.iloc[rows]):
            break
        shown = [str(values.iloc[0]) for values in words.values() if pd.notna(values.iloc[0])] or [str(y.iloc[first])]
        what = f"first row ({listed(shown, 4)})" if not first else f"row after it ({listed(shown, 4)})"
        notes.append(f"The {what} looks like units or a second line of names: it is left out.")
        if more := int(repeated[first].sum()):
            notes.append(f"{more} more row{'s' * (more > 1)} like it below repeated names left out.")
        kept &= ~repeated[first]
        kept[first] = False
        first += 1
    return kept


def _stands_again(columns: dict[str, pd.Series], row: int, places: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return True for those of some rows that are the same as a row."""
    out = np.zeros(len(next(iter(columns.values()))), dtype=bool)
    cells = [str(values.iloc[row]) for values in columns.values()]
    for place in places[places < len(out)]:
        out[place] = [str(values.iloc[place]) for values in columns.values()] == cells
    return out


def _all_cells(words: dict[str, pd.Series], holds: Callable[[str, pd.Series], pd.Series]) -> NDArray:
    """Return True for rows in which something holds of every word."""
    rows = np.ones(max(map(len, words.values()), default=0), dtype=bool)
    for name, values in words.items():
        rows &= holds(name, values.astype(object).astype(str)).fillna(False).to_numpy(bool)
        if not rows.any():
            break
    return rows


def _is_alone(texts: dict[str, pd.Series]) -> bool:
    """Return True for a first row of words of which none stands again, above columns of words that all do."""
    columns = [values for values in texts.values() if pd.notna(values.iloc[0])]
    rest = [values.iloc[1:].dropna() for values in columns]
    alone = all((others != values.iloc[0]).all() for values, others in zip(columns, rest, strict=True))
    return alone and len(columns) > 1 and all(len(others) and others.duplicated(keep=False).all() for others in rest)


def _begins_with_units(table: dict[str, pd.Series], texts: dict[str, pd.Series], y: pd.Series) -> bool:
    if len(y) < 3 or any(pd.notna(values.iloc[0]) for name, values in table.items() if name not in texts):
        return False
    if (y.iloc[1:] == y.iloc[0]).any():
        return False
    classes = bool(y.iloc[1:].duplicated(keep=False).all())
    if all(
        pd.isna(texts.get(name, values).iloc[0]) for name, values in table.items()
    ):  # names only the target, as in tables of Orange
        return classes
    if any(str(label).startswith(_IMPORTED) for label in y.iloc[:2]):
        return True
    if str(y.iloc[0]).casefold() in _ANSWERS or (classes and _is_alone(texts)):
        return True
    units = 0
    for values in texts.values():
        first, rest = values.iloc[0], values.iloc[1:]
        if pd.isna(first) or rest.isna().all():
            continue
        if (rest == first).any() or read_cells(values.iloc[:1]).format is not None:
            return False
        units += read_cells(rest).format is not None
    return units > 0
