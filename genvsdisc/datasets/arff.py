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
_WEIGHT = re.compile(r"\s*[,\t]\s*\{\s*[0-9.eE+-]+\s*\}\Z")
_MISSING = {"?", "<null>", ""}
_JAVA = {
    "yyyy": "%Y", "yy": "%y", "MM": "%m", "M": "%m", "MMM": "%b", "MMMM": "%B", "dd": "%d", "d": "%d", "HH": "%H",
    "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "ss": "%S", "SSS": "%f", "a": "%p", "EEE": "%a", "EEEE": "%A",
}  # fmt: skip
"""Letters of formats of dates in Java, which ARFF declares, as Python has them."""
_NUMERIC = ("numeric", "real", "integer")


@dataclass(frozen=True)
class _Attribute:
    name: str
    kind: str
    levels: tuple[str, ...] | None
    form: str = ""

    def column(self, cells: list[str | None], file: str) -> pd.Series:
        """Cells as numbers, categories or text."""
        if self.levels is not None:
            beyond = sorted({cell for cell in cells if cell is not None} - set(self.levels))
            if beyond:
                raise ValueError(f"{file!r}: {quoted(beyond[0])} is no value of the attribute {quoted(self.name)}")
            return pd.Series(pd.Categorical(cells, categories=list(self.levels)))
        if self.form:
            read = pd.to_datetime(pd.Series(cells, dtype=object), format=self.form, errors="coerce")
            if (read.isna() == pd.Series(cells, dtype=object).isna()).all():
                return read
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
    """Return True if a text begins as ARFF does: with remarks and a name for the relation, which may lack."""
    return bool(re.match(r"(?:\s*(?:%[^\r\n]*)?[\r\n]+)*\s*@(?:relation|attribute)\b", text, re.IGNORECASE))


def arff_columns(source: Source, notes: list[str]) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of a table in ARFF; those with a list of values are categories, whatever these look like.

    Dates are read by the format that the attribute declares. Weights of rows, in braces behind them, are told.

    Raises
    ------
    ValueError
        If an attribute or a row is not as ARFF has them, or rows lie within rows.
    """
    lines = enumerate(re.split(r"\r\n|\r|\n", source.read().decode()), start=1)  # other signs may stand in a text
    attributes = list(_attributes(lines, source.name))
    written = [(number, line.strip()) for number, line in lines if line.strip() and not line.lstrip().startswith("%")]
    bare = [(number, _WEIGHT.sub("", line)) for number, line in written]
    if weighted := sum(row != line for row, line in zip(bare, written, strict=True)):
        notes.append(f"{weighted} row{'s have weights' if weighted > 1 else ' has a weight'} in braces, left out.")
    rows = [_row(line, number, attributes, source.name) for number, line in bare]
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
        match = _ATTRIBUTE.fullmatch(text)
        if match is None:
            raise ValueError(f"cannot read {file!r} as ARFF: line {number} is no attribute: {quoted(text[:60])}")
        given = match[2].strip()
        if given.lower().startswith("relational"):
            raise ValueError(f"cannot read {file!r} as ARFF: the attribute {match[1]} holds tables")
        listed_values = given[1:].rpartition("}")[0]
        levels = tuple(map(_bare, filter(None, _fields(listed_values.strip())))) if given.startswith("{") else None
        kind, _, rest = given.partition(" ")
        form = _bare(rest.strip()) if kind.lower() == "date" else ""
        yield _Attribute(_bare(match[1]), re.split(r"[\s\[]", given.lower() + " ")[0], levels, _in_python(form))
    raise ValueError(f"cannot read {file!r} as ARFF: it has no line @data")


def _row(line: str, number: int, attributes: list[_Attribute], file: str) -> list[str | None]:
    text = line.strip()
    if text.startswith("{") and text.endswith("}"):
        cells = [attribute.absent for attribute in attributes]
        entries = list(_ENTRY.finditer(text[1:-1]))
        places = [int(entry[1]) for entry in entries]
        if sum(len(entry[0]) for entry in entries) != len(text[1:-1].rstrip()) or len({*places}) < len(places):
            raise ValueError(
                f"cannot read {file!r} as ARFF: line {number} has other than places, each once, and values"
            )
        for place, entry in zip(places, entries, strict=True):
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


def _in_python(form: str) -> str:
    """A format of dates as Java has it, as Python has it; "" if one of its letters has no counterpart."""
    parts = [match[0] for match in re.finditer(r"'[^']*'|([A-Za-z])\1*|[^A-Za-z']+", form)]
    known = {part: _JAVA.get(part, "") for part in parts if part[0].isalpha()}
    if not all(known.values()):
        return ""
    return "".join(known.get(part) or part.strip("'").replace("%", "%%") for part in parts)


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
