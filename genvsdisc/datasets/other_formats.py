"""Text that is no table of delimited fields: what it is; and tables whose quotes stand otherwise."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

from genvsdisc.datasets.files import Source

_OPENING = re.compile(r"(?<![^,;\t|\r\n])'(?=[^,;\t|\r\n])")
_CLOSING = re.compile(r"(?<=[^,;\t|\r\n])'(?![^,;\t|\r\n])")
_LIBSVM = re.compile(r"[^\s:,;|#]+(?:,[+-]?[0-9.]+)*(?P<entries>(?:\s+(?:qid:[0-9]+|[0-9]+:[^\s:]+))*)\s*(?:#.*)?")
_TIME = re.compile(r"\s+[0-2]?\d:[0-5]\d")
_TAGS = re.compile(r"<([A-Za-z][\w.:-]*)(?:\s[^<>]*)?>\s*<")
_SQL = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/;?|(?:set|use|begin|lock|drop|pragma)\b[^;]*;)*(?:insert\s+into|create\s+table)\s",
    re.IGNORECASE | re.DOTALL,
)
_YAML = re.compile(r"(?:---\s*\n)?- [\w ]+:(?: [^\n]*)?\n  [\w ]+:(?:\s|$)")
_LINES_OF_LIBSVM = 5  # which may be of labels alone, where all entries are zero
_WRAPPED = 20  # lines looked at


def refuse_other_formats(text: str, source: Source) -> None:
    """Raise a ValueError that says what the text is, if that is another format than a table of delimited fields."""
    start = text.lstrip()[:4096]
    lower = start.lower()
    if lower.startswith(("<!doctype html", "<html", "<table", "<head", "<body")):
        raise ValueError(f"{source.name!r} is HTML: write its table out with pandas.read_html(...)[0].to_csv(...)")
    if lower.startswith("<?xml") or _TAGS.match(start):
        raise ValueError(f"{source.name!r} is XML: write its table out with pandas.read_xml(...).to_csv(...)")
    if _SQL.match(start):
        raise ValueError(f"{source.name!r} is SQL: run it in a database and write the table out as CSV")
    if _YAML.match(start):
        raise ValueError(f"{source.name!r} is YAML: write it out with yaml.safe_load and pandas")
    if re.match(r"##BLOCKS\s*=", start, re.IGNORECASE):
        raise ValueError(
            f"{source.name!r} is an export of SoftMax Pro, of several blocks: write one table with a line of names and "
            "a row for each well"
        )


def is_libsvm(text: str) -> bool:
    """Return True if the first lines but for remarks are a label and entries with their places, not times of day."""
    lines = re.split(r"[\r\n]+", text[: 1 << 20])
    rows = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")][:_LINES_OF_LIBSVM]
    matches = [row for line in rows if (row := _LIBSVM.fullmatch(line)) is not None]
    entries = [row["entries"] for row in matches if row["entries"]]
    return len(matches) == len(rows) > 1 < len(entries) and not all(map(_TIME.fullmatch, entries))


def is_json(text: str) -> bool:
    """Return True if a text is a JSON document, or the start of one."""
    return text.lstrip()[:1] in ("[", "{") and _is_json(text.strip())


def is_json_lines(text: str) -> bool:
    """Return True if the first two lines that are not blank are JSON objects.

    An only line that holds lists or objects, ``{"height": {"0": 1.5, ...}}``, is a whole table, and no row of one.
    """
    lines = [line for line in text[: 1 << 20].split("\n", 3)[:3] if line.strip()][:2]
    if not lines or not all(line.lstrip().startswith("{") and _is_json(line.strip()) for line in lines):
        return False
    if len(lines) > 1:
        return True
    try:
        return not any(isinstance(cell, dict | list) for cell in json.loads(lines[0]).values())
    except (json.JSONDecodeError, RecursionError):
        return False


def in_double_quotes(source: Source, text: str) -> Source:
    """Give a table whose fields stand in single quotes, 'Rome','I', with double ones; any other as it is.

    Each quote of its first part must open or close a field, and as many close as open: an apostrophe in a word, or the
    one by which a spreadsheet marks text, does not.
    """
    if '"' in text or "'" not in text:
        return source
    opening, closing = len(_OPENING.findall(text)), len(_CLOSING.findall(text))
    if opening != closing or opening + closing != text.count("'"):
        return source
    whole = _CLOSING.sub('"', _OPENING.sub('"', source.read().decode()))
    return replace(source, path=None, content=whole.encode())


def unwrapped(source: Source, text: str, notes: list[str]) -> Source:
    """Give a table each line of which, but perhaps the first, stands in quotes as one field, without these.

    So spreadsheets write a table that was opened with all fields in one column.
    """
    lines = text.split("\n", _WRAPPED)[:_WRAPPED]
    rows = [line.strip() for line in lines[1:-1] if line.strip()]
    if len(rows) < 2 or any(_only_field(row) is None for row in rows):
        return source
    whole = [line.strip() for line in source.read().decode().split("\n")]
    bare = [line if (field := _only_field(line)) is None else field for line in whole]
    notes.append("Each line stands in quotes as one field: the quotes are left out.")
    return replace(source, path=None, content="\n".join(bare).encode())


def _only_field(line: str) -> str | None:
    """Return what a line holds between quotes, if that is all of it and holds commas, semicolons or tabs."""
    if len(line) < 2 or line[0] != '"' or line[-1] != '"' or not re.search(r"[,;\t]", line):
        return None
    try:
        fields = next(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return fields[0] if len(fields) == 1 else None


def _is_json(text: str) -> bool:
    """Return True if a text is JSON, or the start of JSON that was cut off."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos >= len(text) - 1 or (error.pos > 1000 and not error.msg.startswith("Extra data"))
    except RecursionError:
        return True
    return True
