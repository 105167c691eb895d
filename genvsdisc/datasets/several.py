"""Several files as one table: the same columns in each, their rows one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike

import pandas as pd

from genvsdisc.datasets.files import Source, source_of
from genvsdisc.features.dtypes import is_text
from genvsdisc.features.typed import typed_table


@dataclass(frozen=True)
class RawTable:
    """Columns as a file has them.

    Attributes
    ----------
    columns : dict of name to Series
    target : str
    hint : {"", ".", ","}
        The decimal mark, where the delimiter tells it.
    as_text : callable or None
        Reads columns of these names again, as text: what looked like plain numbers may be thousands.
    """

    columns: dict[str, pd.Series]
    target: str
    hint: str = ""
    as_text: Callable[[list[str]], dict[str, pd.Series]] | None = None


def sources_of(paths: Sequence[str | PathLike[str]], encoding: str | None = None) -> list[Source]:
    """Find the files.

    Raises
    ------
    ValueError
        If there is none, or one is given twice: its rows would be trained on and tested on.
    """
    sources = [source_of(path, encoding) for path in paths]
    if not sources:
        raise ValueError("no file is given")
    places = [str(source.path.resolve()) if source.path else source.name for source in sources]
    for place, source in zip(places, sources, strict=True):
        if places.count(place) > 1:
            raise ValueError(f"{source.name!r} is given twice: its rows would be trained on and tested on")
    return sources


def together(sources: Sequence[Source]) -> Source:
    """Name of the files as of one."""
    if len(sources) == 1:
        return sources[0]
    more = f" and {len(sources) - 1} more"
    return replace(sources[0], name=f"{sources[0].name}{more}", stem=f"{sources[0].stem}{more}")


def one_table(sources: Sequence[Source], parts: Sequence[RawTable], notes: list[str]) -> RawTable:
    """Put the rows of several files one after the other; a note says how many each has.

    Raises
    ------
    ValueError
        If a file has other columns than the first; the message names one.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    for source, part in zip(sources[1:], parts[1:], strict=True):
        _check_columns(sources[0].name, first, source.name, part)
    parts = _each_by_its_own_mark(parts, notes)
    columns = {name: _stacked([_alike(part, parts, name) for part in parts]) for name in first.columns}
    sizes = [len(part.columns[first.target]) for part in parts]
    listed = ", ".join(
        f"{source.name} ({size:,} row{'s' * (size != 1)})" for source, size in zip(sources, sizes, strict=True)
    )
    notes.append(f"{len(parts)} files are one table: {listed}.")
    hint = first.hint if len({part.hint for part in parts}) == 1 else ""

    def as_text(wanted: list[str]) -> dict[str, pd.Series]:
        again = [part.as_text(wanted) if part.as_text else part.columns for part in parts]
        return {name: _stacked([columns[name] for columns in again]) for name in wanted}

    return RawTable(columns, first.target, hint, as_text if any(part.as_text for part in parts) else None)


def _check_columns(first_name: str, first: RawTable, name: str, part: RawTable) -> None:
    lacking = [column for column in first.columns if column not in part.columns]
    more = [column for column in part.columns if column not in first.columns]
    if lacking or more:
        what = f"lacks the column {lacking[0]!r}, which" if lacking else f"has the column {more[0]!r}, which"
        other = "has" if lacking else "lacks"
        raise ValueError(
            f"{name!r} {what} {first_name!r} {other}: files that are one table have the same columns; rename or remove "
            "what differs"
        )


def _each_by_its_own_mark(parts: Sequence[RawTable], notes: list[str]) -> Sequence[RawTable]:
    """Read the text of each file by its own decimal mark, where these differ: 1,101 and 1.101 are then one number."""
    marks = [_decimal_mark(part) for part in parts]
    if len(set(marks) - {""}) < 2:
        return parts
    notes.append("The files have different decimal marks: each is read by its own.")
    read = []
    for part, mark in zip(parts, marks, strict=True):
        rest = pd.DataFrame({name: values for name, values in part.columns.items() if name != part.target}, copy=False)
        typed = typed_table(rest, mark).table
        columns = {name: values if name == part.target else typed[name] for name, values in part.columns.items()}
        read.append(replace(part, columns=columns, hint="", as_text=None))
    return read


def _decimal_mark(part: RawTable) -> str:
    """The decimal mark of a file: as its delimiter, its text or its numbers tell."""
    text = {name: values for name, values in part.columns.items() if name != part.target and is_text(values)}
    fractions = any(values.dtype.kind == "f" and (values.dropna() % 1 != 0).any() for values in part.columns.values())
    return part.hint or typed_table(pd.DataFrame(text)).decimal or ("." if fractions else "")


def _alike(part: RawTable, parts: Sequence[RawTable], name: str) -> pd.Series:
    """A column of one file; as text, where it is text in another, so that it is judged as a whole."""
    column = part.columns[name]
    elsewhere = any(is_text(other.columns[name]) and other.columns[name].notna().any() for other in parts)
    if not elsewhere or is_text(column) or part.as_text is None:
        return column
    return part.as_text([name])[name]


def _stacked(columns: Sequence[pd.Series]) -> pd.Series:
    """Rows one after the other; a file that has nothing in the column has no say in its type."""
    starts = [0]
    for column in columns:
        starts.append(starts[-1] + len(column))
    numbered = [
        column.set_axis(range(start, start + len(column))) for start, column in zip(starts[:-1], columns, strict=True)
    ]
    filled = [column for column in numbered if column.notna().any()]
    return pd.concat(filled or numbered).reindex(range(starts[-1]))
