"""Tables in JSON: objects line by line, or one document that is a table in one of the usual ways."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.datasets.files import Source, first_line
from genvsdisc.datasets.nameless import RECORDS_COMPARED, first_line_is_a_row, numbered_names
from genvsdisc.features.marks import listed, quoted

_ESCAPE = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_NAMELESS_INDEX = "index"
"""What pandas calls rows that have no names, in its own table schema."""


def json_lines_columns(source: Source, notes: list[str]) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of JSON lines; a field that a line lacks is missing.

    Raises
    ------
    ValueError
        If a line is no JSON object, or a name stands twice in one.
    """
    return _columns(_lines(source, notes))


def json_columns(source: Source, notes: list[str]) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of a JSON document.

    It is a list of objects, one a row; a list of lists, the first of them the names; an object of columns, as lists or
    as objects of numbered entries, or of rows of the same fields; an object with "columns" and "data", as pandas splits
    a table; or an object that holds one such table, which may lie some objects deeper. Objects within a row become
    columns with a dotted name, ``place.city``.

    Raises
    ------
    ValueError
        If it is no JSON, or none of these, or a name stands twice in an object.
    """
    try:
        document = json.loads(_whole_letters(source, notes), object_pairs_hook=_fields)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"cannot read {source.name!r} as JSON: {first_line(error)}") from None
    tables = _tables_in(document, notes)
    if not tables:
        raise ValueError(
            f"{source.name!r} is JSON, but no table: a list of objects, one a row, or an object of columns can be "
            "read; or write it out with pandas.json_normalize(...).to_csv(...)"
        )
    if len(tables) > 1:
        raise ValueError(
            f"{source.name!r} is JSON with {len(tables)} tables ({listed(list(tables), 3)}): write one out"
        )
    name, table = next(iter(tables.items()))
    if name:
        notes.append(f"The table is the entry {quoted(name)} of the JSON document.")
    return table


def _whole_letters(source: Source, notes: list[str]) -> str:
    """Text of a source; half of a letter that JSON writes in two, as where a text was cut, is a sign for it."""
    text = source.read().decode()
    halves = sum(not match[1] for match in _ESCAPE.finditer(text)) if "\\ud" in text or "\\uD" in text else 0
    if halves:
        notes.append(f"{halves} half letter{'s' * (halves > 1)} (such as \\ud83d alone) read as \ufffd.")
        return _ESCAPE.sub(lambda match: match[1] or "\ufffd", text)
    return text


def _lines(source: Source, notes: list[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_whole_letters(source, notes).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_fields)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"cannot read {source.name!r} as JSON lines: line {number}: {first_line(error)}") from None
        if not isinstance(record, dict):
            raise ValueError(f"cannot read {source.name!r} as JSON lines: line {number} is no object")
        yield record


def _tables_in(document: Any, notes: list[str]) -> dict[str, tuple[list[str], list[pd.Series]]]:
    """Dotted name -> the document as a table, or those nearest to its top."""
    level = {"": document}
    while level:
        notes_of: dict[str, list[str]] = {name: [] for name in level}
        tables = {name: table for name, value in level.items() if (table := _table(value, notes_of[name])) is not None}
        if tables:
            notes += [note for name in tables for note in notes_of[name]]
            return tables
        level = {
            f"{above}.{name}".removeprefix("."): value
            for above, entries in level.items() if isinstance(entries, dict)
            for name, value in entries.items()
        }  # fmt: skip
    return {}


def _table(document: Any, notes: list[str]) -> tuple[list[str], list[pd.Series]] | None:
    """Names and columns of a document that is a table, None for any other."""
    if isinstance(document, list) and document:
        if all(isinstance(row, dict) for row in document):
            return _columns(document)
        if all(isinstance(row, list) for row in document):
            return _of_lists(document, notes)
    if not isinstance(document, dict) or not document:
        return None
    names, data = document.get("columns"), document.get("data")
    if isinstance(names, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        return _from_rows(names, data)
    if "schema" in document and isinstance(data, list) and all(isinstance(row, dict) for row in data):
        return _columns({name: row[name] for name in row if name != _NAMELESS_INDEX} for row in data)
    values = list(document.values())
    if all(isinstance(column, list) for column in values) and len({len(column) for column in values}) == 1:
        plain = not any(isinstance(cell, dict | list) for column in values for cell in column)
        return (list(document), [_series(column) for column in values]) if plain else None
    if all(isinstance(column, dict) and all(map(str.isdigit, column)) for column in values):
        keys = dict.fromkeys(key for column in values for key in column)
        return list(document), [_series([column.get(key) for key in keys]) for column in values]
    if len(values) > 1 and all(isinstance(row, dict) and row and row.keys() == values[0].keys() for row in values):
        numbered = all(map(str.isdigit, document))  # by pandas, and not by names of their own
        return _columns(row if numbered else {"": name, **row} for name, row in document.items())
    return None


def _of_lists(rows: list[list[Any]], notes: list[str]) -> tuple[list[str], list[pd.Series]] | None:
    """Table of lists, the first of them the names if it holds words and does not look like a row."""
    first, *rest = rows
    words = [[str(cell) for cell in row] for row in rows[: RECORDS_COMPARED + 1] if len(row) == len(first)]
    if all(isinstance(name, str) for name in first) and not first_line_is_a_row(words[0], words[1:]):
        return _from_rows(first, rest)
    return _from_rows(numbered_names(words[0], notes), rows) if first else None


def _from_rows(names: Sequence[Any], rows: Sequence[list[Any]]) -> tuple[list[str], list[pd.Series]] | None:
    if any(len(row) != len(names) for row in rows):
        return None
    written = [".".join(map(str, name)) if isinstance(name, list) else str(name) for name in names]
    return written, [_series([row[place] for row in rows]) for place in range(len(names))]


def _columns(records: Iterable[dict[str, Any]]) -> tuple[list[str], list[pd.Series]]:
    columns: dict[str, dict[int, Any]] = {}
    rows = 0
    for rows, record in enumerate(records, start=1):
        for name, value in _flat(record):
            cells = columns.setdefault(name, {})
            if rows - 1 in cells:  # "a.b", and "b" in "a"
                raise ValueError(f"column names must differ; {name!r} stands more than once: rename one")
            cells[rows - 1] = value
    return list(columns), [_series([values.get(place) for place in range(rows)]) for values in columns.values()]


def _flat(record: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Fields of an object, and of the objects in it under dotted names."""
    for name, value in record.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", None if value == {} else value


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(f"column names must differ; {repeated!r} stands more than once: rename one")
    return fields


def _series(values: Sequence[Any]) -> pd.Series:
    cells = np.full(len(values), None, dtype=object)
    for place, value in enumerate(values):  # a list is one cell
        cells[place] = value
    return pd.Series(cells).infer_objects()
