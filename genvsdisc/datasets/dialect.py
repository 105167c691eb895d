"""The dialect of a text table: what divides its fields, where its names stand, and what is no table at all."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from genvsdisc.datasets.files import Source
from genvsdisc.datasets.nameless import RECORDS_COMPARED, first_line_is_a_row, numbered_names
from genvsdisc.datasets.top_lines import MOST_LINES, lines_above, names_of_two_lines

WHITESPACE = " "
"""Delimiter of tables whose fields any number of blanks and tabs divide."""
_DIVIDED_BY = {
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "\x01": "the sign of code 1, as Hive writes tables",
    "\x1f": "the unit separator of ASCII", WHITESPACE: "blanks",
}  # fmt: skip
_LINE_ENDS = {
    "\u2028": "the line separator of Unicode", "\u2029": "the paragraph separator of Unicode",
    "\x85": "the next-line sign of Unicode", "\x1e": "the record separator of ASCII",
}  # fmt: skip
_RECORDS_SNIFFED = 200
_NEARLY_ALL = 0.9
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t ]*(?:\r\n|\r|\n)', re.IGNORECASE)
_COMMENT = re.compile(r"(?<![^\r\n])#[^\r\n]*(?:\r\n|\r|\n|\Z)")
_LINE = re.compile(r"\s*[^\r\n]+(?:\r\n|\r|\n)")
_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?")
FIELD_LIMIT = (1 << 31) - 1


@dataclass(frozen=True)
class Dialect:
    """How a text table is laid out.

    Attributes
    ----------
    delimiter : str
        One character; `WHITESPACE` for any blanks.
    names : tuple of str
        Fields of the line of names, as written.
    start : int
        Bytes before the first row, in UTF-8.
    comments : int or None
        How many lines before the names begin with "#"; None if no line to leave out does.
    nameless : bool, default=False
        Whether the first line is a row too, and the columns were named by their places.
    """

    delimiter: str
    names: tuple[str, ...]
    start: int
    comments: int | None
    nameless: bool = False


def in_lines(source: Source, text: str, notes: list[str]) -> Source:
    """Give a table that other signs than line feeds divide into lines with line feeds; any other as it is."""
    if "\n" in text or "\r" in text:
        return source
    end, name = next(((end, name) for end, name in _LINE_ENDS.items() if end in text), ("", ""))
    if not end:
        return source
    notes.append(f"The lines are divided by {name}.")
    return replace(source, path=None, content=source.read().decode().replace(end, "\n").encode())


def dialect_of(text: str, source: Source, notes: list[str], known: Collection[str] = ()) -> Dialect:
    """Recognize the dialect from the first part of a text.

    Parameters
    ----------
    text : str
    source : Source
    notes : list of str
        What was guessed is added.
    known : collection of str, default=()
        Names of columns: a first line that has one is a line of names whatever it looks like.

    Raises
    ------
    ValueError
        If it has one column only.
    """
    start, delimiter = 0, "\t" if source.suffix in (".tsv", ".tab") else None
    if line := _SEPARATOR_LINE.match(text):
        start, delimiter = line.end(), line[1]
    body = text[start:]
    bare = _COMMENT.sub("", body)
    lines = bare if bare.strip() else body
    chosen = delimiter or max(_DIVIDED_BY, key=lambda each: _merit(lines, each))
    width = _usual(_records(lines, chosen))
    if width < 2:
        raise ValueError(
            f"{source.name!r} has one column only; a table needs a target and something to tell it by, divided by "
            "comma, semicolon, tab, bar or blanks"
        )
    above = _above(body, chosen, width, known)
    start += sum(len(line) + 1 for line in above)
    names, skipped, length, before = _header(text[start:], chosen, width)
    skipped = [line for line in above if line.strip()] + skipped
    row = names
    if chosen == WHITESPACE and looks_like_data(tuple(names)):
        names, length, before = _names_in_comment(text[start : start + length], names, before)
    nameless = names is row and _begins_with_a_row(row, text[start + length :], chosen, known)
    comments = before if lines is bare and len(bare) < len(body) else None
    if len(names) < 2:
        raise ValueError(f"{source.name!r} has one column only, by its first line: {names[0].strip()[:60]!r}")
    if delimiter is None and chosen != ",":
        notes.append(f"The columns are divided by {_DIVIDED_BY[chosen]}.")
    if _has_row_names(names, width, _records(lines, chosen)):
        names.insert(0, "")
        notes.append(
            "The line of names has one field less than the rows: the first column was taken for names of rows."
        )
    if skipped:
        shown = " ".join(skipped[0].split())
        notes.append(f"{len(skipped)} line{'s' * (len(skipped) > 1)} before the names left out: {shown[:60]!r}.")
    names[0] = names[0].removeprefix("#")
    if nameless:
        head = text[start : start + length].rstrip("\r\n")
        length = max(head.rfind("\n"), head.rfind("\r")) + 1
        names = numbered_names(row, notes, known)
    elif (both := _in_two_lines(names, text[start + length :], chosen, notes)) is not None:
        names, second = both
        length += second
    begin = len(text[: start + length].encode())
    return Dialect(chosen, tuple(names), begin, comments, nameless)


def _begins_with_a_row(first: list[str], below: str, delimiter: str, known: Collection[str]) -> bool:
    sniffed = zip(_records(below, delimiter), range(RECORDS_COMPARED), strict=False)
    return first_line_is_a_row(first, [record for record, _ in sniffed if len(record) == len(first)], known)


def _in_two_lines(names: list[str], below: str, delimiter: str, notes: list[str]) -> tuple[list[str], int] | None:
    """Names in two lines, where the first repeats one or has a blank; and how many characters the second takes."""
    if len({*map(str.strip, names)}) == len(names) and all(map(str.strip, names)):
        return None
    line = _LINE.match(below)
    records = [record for record, _ in zip(_records(below, delimiter), range(_RECORDS_SNIFFED), strict=False)]
    if line is None or not records or line[0].count('"') % 2:
        return None
    joined = names_of_two_lines(names, records[0], records[1:], notes)
    return None if joined is None else (joined, line.end())


def _names_in_comment(head: str, row: list[str], comments: int) -> tuple[list[str], int, int]:
    """Take the comment right above the first row as the names, if it has one for each field: ``# x y z`` of NumPy."""
    lines = head.splitlines(keepends=True)
    names = lines[-2][1:].split() if len(lines) > 1 and lines[-2].startswith("#") else []
    if len(names) != len(row) or len(set(names)) < len(names) or any(map(_NUMBER.fullmatch, names)):
        return row, len(head), comments
    return names, len(head) - len(lines[-1]), comments - 1


def _above(text: str, delimiter: str, width: int, known: Collection[str]) -> list[str]:
    """Lines above the names, of a text that begins with lines of one record each."""
    lines = text.split("\n", MOST_LINES)[:MOST_LINES]
    if any(line.count('"') % 2 for line in lines):
        return []
    fields = [next(_records(line, delimiter), []) for line in lines]
    return lines[: lines_above(fields, width, known)]


def without_comments(text: str, delimiter: str, width: int) -> tuple[str, int]:
    """Leave out lines that begin with "#", except those with as many fields as the others, which are rows."""
    dropped = 0

    def kept(line: re.Match[str]) -> str:
        nonlocal dropped
        if len(next(_records(line[0], delimiter), [])) == width:
            return line[0]
        dropped += 1
        return ""

    return _COMMENT.sub(kept, text), dropped


def looks_like_data(names: tuple[str, ...]) -> bool:
    """Return True if most names are numbers, as where a file has no line of names."""
    return sum(bool(_NUMBER.fullmatch(name.strip())) for name in names) > len(names) / 2


def _has_row_names(names: list[str], width: int, records: Iterator[list[str]]) -> bool:
    """Return True where rows begin with a name of their own that the line of names leaves out, as R writes tables."""
    if width != len(names) + 1:
        return False
    rows = [record for record, _ in zip(records, range(_RECORDS_SNIFFED), strict=False) if len(record) == width]
    return len({row[0] for row in rows}) == len(rows) > 1 and any(row[-1].strip() for row in rows)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """Fields of each line that is not blank; nothing more after a fault of quoting."""
    if delimiter == WHITESPACE and '"' not in text:
        yield from (line.split() for line in io.StringIO(text, newline=None) if line.strip())
        return
    limit = csv.field_size_limit(FIELD_LIMIT)
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True):
            if any(field.strip() for field in record):
                yield record
    except csv.Error:
        return
    finally:
        csv.field_size_limit(limit)


def _merit(text: str, delimiter: str) -> tuple[bool, bool, bool, bool, bool, int, int, int]:
    """Rank delimiters: those that divide nearly all lines and the first into the same fields; then the most fields.

    One that tears what stands in quotes, as a decimal comma does, comes behind. Of two that divide the lines into as
    many, as where decimal commas stand between semicolons, that of more numbers comes first.
    """
    sniffed = [record for record, _ in zip(_records(text, delimiter), range(_RECORDS_SNIFFED), strict=False)]
    counts = [len(record) for record in sniffed]
    if not counts:
        return False, False, False, False, False, 0, 0, 0
    usual, times = Counter(counts).most_common(1)[0]
    alike = times >= _NEARLY_ALL * len(counts)
    before = counts.index(usual)  # lines of a title, which no delimiter divides, or names that this one does not
    numbers = sum(bool(_NUMBER.fullmatch(field.strip())) for record in sniffed for field in record)
    torn = sum(any('"' in field for field in record) for record in sniffed) > len(sniffed) / 2
    return (
        usual > 1,
        not torn,
        alike and not before,
        delimiter != WHITESPACE,
        alike or not before,
        -before,
        usual,
        numbers,
    )


def _usual(records: Iterator[list[str]]) -> int:
    counts = [len(record) for record, _ in zip(records, range(_RECORDS_SNIFFED), strict=False)]
    return Counter(counts).most_common(1)[0][0] if counts else 0


def _header(text: str, delimiter: str, width: int) -> tuple[list[str], list[str], int, int]:
    """Names, the lines of a title before them, how many characters these take, and the comments among them."""
    lines = io.StringIO(text, newline="")
    consumed: list[str] = []

    def read() -> Iterator[str]:
        for line in lines:
            if line.startswith("#") and len(next(_records(line, delimiter), [])) != width:
                sizes.append(len(line))
                comments.append(line)
                continue
            consumed.append(" ".join(line.split()) + "\n" if delimiter == WHITESPACE else line)
            sizes.append(len(line))
            yield consumed[-1]

    sizes: list[int] = []
    comments: list[str] = []
    skipped: list[str] = []
    first: tuple[list[str], int] | None = None
    limit = csv.field_size_limit(FIELD_LIMIT)
    try:
        for record in csv.reader(read(), delimiter=delimiter, skipinitialspace=True):
            filled = [field for field in record if field.strip()]
            if not filled:
                continue
            if len(filled) > 1 or width < 2:
                if first is not None and (len(record) != width or looks_like_data(tuple(record))):
                    break
                return record, skipped, sum(sizes), len(comments)
            first = first or (record, sum(sizes))
            skipped.append(filled[0])
    except csv.Error:
        pass
    finally:
        csv.field_size_limit(limit)
    names, length = first or ([text.split("\n", 1)[0]], len(text))
    return names, [], length, len(comments)
