"""Comparisons that another version of this package saved, as far as this one understands them: for `genvsdisc diff`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.files import finish_commit
from genvsdisc.practice.packing import rounded
from genvsdisc.practice.record import ABSENT, LEFT_OUT, record_of_page
from genvsdisc.study.saved_folders import saved_facts
from genvsdisc.study.schema import TABLES, of_kind, read_csv

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_BOOLEANS = {"True": True, "False": False}
_EMPTY = {"text": "", "int": 0, "bool": False}


@dataclass(frozen=True)
class Understood:
    """A saved comparison.

    Attributes
    ----------
    comparison : Comparison
        What this version knows of it; columns that are not there hold missing values.
    names : frozenset of str
        Tables, and columns as ``table.column``, that the version that saved it has, known to this one or not.
    """

    comparison: Comparison
    names: frozenset[str]


def understood(source: str | os.PathLike[str]) -> Understood:
    """Read a folder or a page that any version wrote.

    Raises
    ------
    OSError, ValueError
        As `Comparison.load`, but not for tables and columns that are other ones.
    """
    from genvsdisc.study.comparison import Comparison

    path = Path(source)
    if path.is_file():
        tables, meta = record_of_page(path)
        names = set(_names({name: list(table.columns) for name, table in tables.items()}))
        unsaid = {*LEFT_OUT, *meta.get(ABSENT, ())} & set(TABLES)
        names |= set(_names({name: list(TABLES[name].kinds) for name in unsaid}))
    else:
        finish_commit(path)
        columns, meta = saved_facts(path)
        kinds = {name: [column.partition(":")[0] for column in written.split()] for name, written in columns.items()}
        names = set(_names(kinds))
        tables = {
            name: read_csv(name, path / f"{name}.csv")
            if written == TABLES[name].columns
            else _cells(path / f"{name}.csv")
            for name, written in columns.items()
            if name in TABLES
        }
    known = {name: _filled(name, table, names) for name, table in tables.items() if name in TABLES}
    return Understood(Comparison(known, meta), frozenset(names))


def own_names() -> frozenset[str]:
    """Tables and columns of this version."""
    return frozenset(_names({name: list(table.kinds) for name, table in TABLES.items()}))


def _emptied(table: str, column: str, rows: int) -> pd.Series:
    """A column that says nothing."""
    kind = TABLES[table].kinds[column]
    return of_kind(pd.Series([_EMPTY.get(kind)] * rows, dtype=object), kind, f"{table}.{column}")


def reduced(comparison: Comparison, short: Collection[str], unlike: Collection[str]) -> Comparison:
    """A comparison, tables of `short` rounded, without the tables and columns of `unlike`."""
    if not short and not unlike:
        return comparison
    tables = {name: rounded(table) if name in short else table for name, table in comparison.tables.items()}
    for each in unlike:
        name, _, column = each.partition(".")
        if name == "scores" or not column:
            tables.pop(name, None)
        elif column in tables.get(name, ()):
            tables[name] = tables[name].assign(**{column: _emptied(name, column, len(tables[name]))})
    return type(comparison)(tables, comparison.meta)


def _names(columns: Mapping[str, list[str]]) -> Iterator[str]:
    for table, names in columns.items():
        yield table
        yield from (f"{table}.{column}" for column in names)


def _cells(path: Path) -> pd.DataFrame:
    """A table with other columns than this version's: its cells as they stand."""
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (ValueError, UnicodeError) as error:
        raise ValueError(f"{path} is not what Comparison.save writes ({error})") from error


def _filled(name: str, table: pd.DataFrame, names: set[str]) -> pd.DataFrame:
    """Columns of this version; one that lacks, or holds another kind of values, is empty and leaves the names."""
    columns: dict[str, pd.Series] = {}
    for column, kind in TABLES[name].kinds.items():
        try:
            columns[column] = of_kind(_values(table[column], kind), kind, f"{name}.{column}")
        except (ValueError, KeyError):
            names.discard(f"{name}.{column}")
            columns[column] = _emptied(name, column, len(table))
    return pd.DataFrame(columns)


def _values(cells: pd.Series, kind: str) -> pd.Series:
    """Cells of a file, which are text, as what they say; values of a page as they are."""
    if kind == "text" or not cells.map(lambda cell: isinstance(cell, str)).any():
        return cells
    return cells.map(_BOOLEANS if kind == "bool" else lambda cell: float(cell or "nan"))
