"""Tables in ARFF, as Weka, OpenML and KEEL hold them: attributes with names and types, then rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genvsdisc.datasets.files import Source
from genvsdisc.features.marks import listed, quoted

_QUOTED = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{\[]+)\s*(.*)", re.IGNORECASE)
_FIELD = re.compile(rf"\s*((?:{_QUOTED})(?=\s*(?:[,\t]|\Z))|[^,\t]*?)\s*(?:[,\t]|\Z)")
_ENTRY = re.compile(rf"\s*(\d+)\s+({_QUOTED}|[^,]*?)\s*(?:,|\Z)")
_ESCAPED = re.compile(r"\\(.)")
_MISSING = {"?", "<null>", ""}
_NUMERIC = ("numeric", "real", "integer")


@dataclass(frozen=True)
class _Attribute:
    name: str
    kind: str
    levels: tuple[str, ...] | None

    def column(self, cells: list[str | None], file: str) -> pd.Series:
        """Cells as numbers, categories or text."""
        if self.levels is not None:
            beyond = sorted({cell for cell in cells if cell is not None} - set(self.levels))
            if beyond:
                raise ValueError(f"{file!r}: {quoted(beyond[0])} is no value of the attribute {quoted(self.name)}")
            return pd.Series(pd.Categorical(cells, categories=list(self.levels)))
        if self.kind not in _NUMERIC:
            return pd.Series(cells, dtype=object)
        try:
            return pd.Series([np.nan if cell is None else float(cell) for cell in cells])
        except ValueError as error:
            raise ValueError(f"{file!r}: the attribute {quoted(self.name)} is {self.kind}: {error}") from None

    @property
    def absent(self) -> str | None:
        """What an entry that a sparse row leaves out stands for."""
        return self.levels[0] if self.levels else "0" if self.kind in _NUMERIC else None


def is_arff(text: str) -> bool:
    """Return True if a text begins as ARFF does: with remarks and a name for the relation."""
    return bool(re.match(r"(?:\s*(?:%[^\r\n]*)?[\r\n]+)*\s*@relation\b", text, re.IGNORECASE))


def arff_columns(source: Source) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of a table in ARFF; those with a list of values are categories, whatever these look like.

    Raises
    ------
    ValueError
        If an attribute or a row is not as ARFF has them, or rows lie within rows.
    """
    lines = enumerate(source.read().decode().splitlines(), start=1)
    attributes = list(_attributes(lines, source.name))
    rows = [_row(line, number, attributes, source.name) for number, line in lines if line.strip() and line[0] != "%"]
    columns = zip(*rows, strict=True) if rows else [()] * len(attributes)
    return (
        [attribute.name for attribute in attributes],
        [attribute.column(list(cells), source.name) for attribute, cells in zip(attributes, columns, strict=True)],
    )


def _attributes(lines: Iterator[tuple[int, str]], file: str) -> Iterator[_Attribute]:
    for number, line in lines:
        text = line.strip()
        if text.lower().startswith("@data"):
            return
        if not text.lower().startswith("@attribute"):
            continue
        found = _ATTRIBUTE.fullmatch(text)
        if found is None:
            raise ValueError(f"cannot read {file!r} as ARFF: line {number} is no attribute: {quoted(text[:60])}")
        given = found[2].strip()
        if given.lower().startswith("relational"):
            raise ValueError(f"cannot read {file!r} as ARFF: the attribute {found[1]} holds tables")
        listed_values = given[1:].rpartition("}")[0]
        levels = tuple(map(_bare, filter(None, _fields(listed_values.strip())))) if given.startswith("{") else None
        yield _Attribute(_bare(found[1]), re.split(r"[\s\[]", given.lower() + " ")[0], levels)
    raise ValueError(f"cannot read {file!r} as ARFF: it has no line @data")


def _row(line: str, number: int, attributes: list[_Attribute], file: str) -> list[str | None]:
    text = line.strip()
    if text.startswith("{") and text.endswith("}"):
        cells = [attribute.absent for attribute in attributes]
        for entry in _ENTRY.finditer(text[1:-1]):
            place = int(entry[1])
            if place >= len(cells):
                raise ValueError(f"cannot read {file!r} as ARFF: line {number} has an attribute {place}")
            cells[place] = _cell(entry[2])
        return cells
    fields = text.split(",") if not re.search(r"['\"\t\\]", text) else _fields(text)
    if len(fields) != len(attributes):
        raise ValueError(
            f"cannot read {file!r} as ARFF: line {number} has {len(fields)} fields, and there are {len(attributes)} "
            f"attributes ({listed([attribute.name for attribute in attributes], 3)})"
        )
    return [_cell(field) for field in fields]


def _fields(text: str) -> list[str]:
    """Fields of a line, with their quotes."""
    fields = _FIELD.findall(text)  # what matches at the end of a line is a field only behind a comma
    return fields if text.endswith(",") else fields[:-1]


def _cell(field: str) -> str | None:
    field = field.strip()
    return None if field in _MISSING else _bare(field)


def _bare(field: str) -> str:
    if len(field) > 1 and field[0] in "'\"" and field[-1] == field[0]:
        return _ESCAPED.sub(r"\1", field[1:-1])
    return field
