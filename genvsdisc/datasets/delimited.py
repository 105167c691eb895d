"""Text tables into columns: pyarrow reads them in blocks, numbers as numbers and all other cells as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from genvsdisc.datasets.dialect import FIELD_LIMIT, WHITESPACE, Dialect, without_comments
from genvsdisc.datasets.files import Source, first_line
from genvsdisc.datasets.whole_numbers import beyond_floats, exact, exponents, leading_zeros, lost_digits
from genvsdisc.features.dtypes import plain_arrow
from genvsdisc.features.marks import MISSING, quoted

_BLOCK = 1 << 20
_MOST_RETRIES = 20
_MOST_TORN = 0.1  # of the lines that blanks divide
_MOST_REMARKS = 10  # lines below a table that speak of it
_CONVERSION = re.compile(r"In CSV column #(\d+): (?:Row #\d+: )?CSV conversion error")
_WIDER = {pa.int64(): pa.float64(), pa.float64(): pa.large_string()}


def parse_columns(source: Source, dialect: Dialect, text: set[int], notes: list[str]) -> list[pd.Series]:
    """Read the columns of a text table.

    Parameters
    ----------
    source : Source
        Text in UTF-8.
    dialect : Dialect
        As `dialect_of` recognized it.
    text : set of int
        Columns to be read as text whatever they hold: the target, whose labels stay as written.
    notes : list of str
        What was mended is added to it.

    Returns
    -------
    columns : list of Series
        int64, float64 with NaN, or text that may have blanks around it and marks for missing entries.

    Raises
    ------
    ValueError
        If lines have more fields than there are names, or a quote is not closed.
    """
    head = source.head(_BLOCK)
    spaced = re.search(re.escape(dialect.delimiter.encode()) + rb' +"', head)
    quotes = sum(chunk.count(b'"') for chunk in source.chunks())
    if dialect.delimiter != WHITESPACE and dialect.comments is None and not spaced and quotes % 2 == 0:
        try:
            return _blocks(source, dialect, text, notes)
        except _Uneven:
            pass
    squared = _squared(source, dialect, notes)
    return _blocks(squared, replace(dialect, start=0, delimiter=","), text, notes)


class _Uneven(Exception):
    """pyarrow found lines of different lengths, or quotes that it does not take."""


def _blocks(source: Source, dialect: Dialect, text: set[int], notes: list[str]) -> list[pd.Series]:
    """Read all blocks, with types that the first one tells; a column that a later block contradicts is widened."""
    names = [str(place) for place in range(len(dialect.names))]
    types: dict[str, pa.DataType] = dict.fromkeys(names, pa.large_string())
    try:
        with _opened(source, dialect, types) as reader:
            first = next(iter(reader), None)
            short = _ended(reader)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return [pd.Series([], dtype=object) for _ in names]
        raise _Uneven(first_line(error)) from None
    if first is None:  # blank lines only
        return [pd.Series([], dtype=object) for _ in names]
    columns = [cells if place in text else _as_numbers(cells) for place, cells in enumerate(first.columns)]
    notes += leading_zeros(dialect.names, first.columns, columns)
    notes += exponents(dialect.names, first.columns, columns)
    notes += lost_digits(dialect.names, first.columns, columns)
    if short:
        return [exact(column) for column in columns]
    rows = int(1.1 * len(first) * source.size() / min(_BLOCK, source.size()))
    types = {name: column.type for name, column in zip(names, columns, strict=True)}
    del first, columns
    for _ in range(_MOST_RETRIES):
        try:
            return [column.finish() for column in _all_blocks(source, dialect, types, rows)]
        except pa.ArrowInvalid as error:
            if (place := _CONVERSION.match(str(error))) is None:
                raise _Uneven(first_line(error)) from None
            types[place[1]] = _WIDER[types[place[1]]]
    types = dict.fromkeys(names, pa.large_string())
    return [column.finish() for column in _all_blocks(source, dialect, types, rows)]


@dataclass
class _Growing:
    """A column that blocks are added to: numbers in one array with room for all of them, text as Arrow has it."""

    room: NDArray | None
    filled: int = 0
    chunks: list[pa.Array] = field(default_factory=list)
    absent: list[NDArray[np.intp]] = field(default_factory=list)

    @classmethod
    def of(cls, kind: pa.DataType, rows: int) -> _Growing:
        return cls(None if kind == pa.large_string() else np.empty(rows, kind.to_pandas_dtype()))

    def add(self, block: pa.Array) -> None:
        if self.room is None:
            self.chunks.append(block)
            return
        if self.room.dtype.kind == "i" and block.null_count:  # places of gaps, for floats may not hold the numbers
            self.absent.append(self.filled + np.flatnonzero(np.asarray(block.is_null())))
            block = block.fill_null(0)
        values = block.to_numpy(zero_copy_only=False)
        stop = self.filled + len(values)
        if stop > len(self.room):
            self.room = np.append(
                self.room[: self.filled], np.empty(max(len(values), len(self.room) // 4), self.room.dtype)
            )
        self.room[self.filled : stop] = values
        self.filled = stop

    def finish(self) -> pd.Series:
        if self.room is None:
            chunks, self.chunks = self.chunks, []
            return plain_arrow(pa.chunked_array(chunks))
        numbers, self.room = self.room[: self.filled], None  # its memory is the column's now, or free
        if not self.absent:
            return pd.Series(numbers, copy=False)
        absent = np.zeros(self.filled, dtype=bool)
        absent[np.concatenate(self.absent)] = True
        if beyond_floats(numbers):
            return pd.Series(pd.arrays.IntegerArray(numbers, absent))
        return pd.Series(np.where(absent, np.nan, numbers))


def _all_blocks(source: Source, dialect: Dialect, types: dict[str, pa.DataType], rows: int) -> list[_Growing]:
    columns = [_Growing.of(kind, rows) for kind in types.values()]
    with _opened(source, dialect, types) as reader:
        for batch in reader:
            for column, block in zip(columns, batch.columns, strict=True):
                column.add(block)
    return columns


def _ended(reader: Any) -> bool:
    try:
        reader.read_next_batch()
    except StopIteration:
        return True
    return False


@contextmanager
def _opened(source: Source, dialect: Dialect, types: dict[str, pa.DataType]) -> Iterator[Any]:
    with (
        source.stream(dialect.start) as stream,
        pacsv.open_csv(
            stream,
            read_options=pacsv.ReadOptions(column_names=list(types), block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=types, null_values=list(MISSING), strings_can_be_null=False
            ),
        ) as reader,
    ):
        yield reader


def _as_numbers(column: Any) -> Any:
    """A column of text as integers or floats if all its cells are such or missing, else as it is."""
    trimmed = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(trimmed, value_set=pa.array(MISSING, trimmed.type))
    cells = pc.if_else(missing, pa.scalar(None, trimmed.type), trimmed)
    if pc.any(pc.match_substring_regex(cells, "^[+-]?0[xX]"), min_count=0).as_py():
        return column
    for kind in (pa.int64(), pa.float64()):
        try:
            return cells.cast(kind)
        except pa.ArrowInvalid:
            continue
    return column


def _squared(source: Source, dialect: Dialect, notes: list[str]) -> Source:
    """Rewrite a table with comments, blanks for delimiters, or lines of different lengths as plain CSV."""
    width = len(dialect.names)
    raw = source.read()
    before = raw[: dialect.start].count(b"\n")
    body, dropped = raw[dialect.start :].decode(), dialect.comments or 0
    if dialect.comments is not None:
        body, more = without_comments(body, dialect.delimiter, width)
        dropped += more
    if dialect.delimiter == WHITESPACE:
        body = re.sub(r"(?<![^\r\n])[ \t]+|[ \t]+(?![^\r\n])", "", re.sub(r"[ \t]+", " ", body))
    out, uneven = io.StringIO(newline=""), _Lengths()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)  # a field may hold any line end
    records = list(_parsed(body, dialect.delimiter, source.name, before))
    remarks = _remarks_below(records, width)
    for line, record in records[: len(records) - remarks]:
        if record and record[0].startswith("#") and len(record) < width:
            dropped += 1
        elif any(cell.strip() for cell in record):
            uneven.count(line, record, width)
            writer.writerow(record[:width] + [""] * (width - len(record)))
    uneven.refuse_long(source.name, width)
    if dialect.delimiter == WHITESPACE:
        uneven.refuse_torn(source.name)
    if remarks:
        shown = quoted(" ".join(records[-remarks][1]).strip())
        what = f"{remarks} lines ({shown}, ...)" if remarks > 1 else f"1 line ({shown})"
        notes.append(f"{what} below the table left out.")
    if dropped:
        notes.append(f"{dropped} line{'s' * (dropped > 1)} that begin{'s' * (dropped == 1)} with '#' left out.")
    if uneven.short:
        what = "line has" if uneven.short == 1 else "lines have"
        notes.append(f"{uneven.short} {what} fewer fields than there are names: the rest is missing.")
    return replace(source, path=None, content=out.getvalue().encode())


def _remarks_below(records: list[tuple[int, list[str]]], width: int) -> int:
    """Count the records after the last blank line if they are few and none is a row of the table, but one is longer."""
    while records and not any(cell.strip() for cell in records[-1][1]):
        records.pop()
    for count, (_, record) in enumerate(reversed(records[-_MOST_REMARKS - 1 :])):
        if not any(cell.strip() for cell in record):
            below = [len(cells) for _, cells in records[len(records) - count :]]
            return count if width not in below and max(below) > width and count < len(records) - count else 0
    return 0


@dataclass
class _Lengths:
    """Records that have not as many fields as there are names."""

    rows: int = 0
    short: int = 0
    first: int = 0
    long: list[tuple[int, int]] = field(default_factory=list)

    def count(self, line: int, record: list[str], width: int) -> None:
        self.rows += 1
        if len(record) < width:
            self.short, self.first = self.short + 1, self.first or line
        if any(cell.strip() for cell in record[width:]):
            self.long.append((line, len(record)))

    def refuse_torn(self, name: str) -> None:
        """Refuse lines divided by blanks of which many are short: their fields may stand in any column."""
        if self.short > _MOST_TORN * self.rows:
            what = f"{self.short} of its {self.rows} lines, the first line {self.first}, have fewer fields than others"
            raise ValueError(
                f"cannot read {name!r} as a table: {what}, for blanks divide them and some words hold blanks, or cells "
                "are empty: divide the columns by commas or tabs (pandas.read_fwf reads columns of fixed width)"
            )

    def refuse_long(self, name: str, width: int) -> None:
        if not self.long:
            return
        if len(self.long) == self.rows:
            what = "its rows have more fields than its first line: name every column there"
            raise ValueError(f"cannot read {name!r} as a table: {what}")
        line, fields = self.long[0]
        raise ValueError(f"cannot read {name!r} as a table: Expected {width} fields in line {line}, saw {fields}")


def _parsed(text: str, delimiter: str, name: str, before: int) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each record."""
    limit = csv.field_size_limit(FIELD_LIMIT)
    try:
        opened = before + 1
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            yield opened, record
            opened = before + reader.line_num + 1
    except csv.Error as error:
        raise ValueError(
            f"cannot read {name!r} as a table: {first_line(error)} in the record that begins in line {opened}; is a "
            "quote not closed?"
        ) from None
    finally:
        csv.field_size_limit(limit)
