"""Tables that know their columns: Parquet and JSON lines here, and Excel."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from genvsdisc.datasets.dialect import in_lines
from genvsdisc.datasets.encodings import in_utf8
from genvsdisc.datasets.excel import excel_columns
from genvsdisc.datasets.files import Source, first_line
from genvsdisc.datasets.other_formats import in_double_quotes, is_json_lines, refuse_other_formats, unwrapped
from genvsdisc.features.dtypes import whole_or_plain

WORKBOOKS = (".xlsx", ".xlsm")
_HEAD = 1 << 22
"""Bytes that tell the format of a file, and the dialect of a delimited one."""


def beginning(source: Source) -> str:
    """First letters of a file in UTF-8."""
    return source.head(_HEAD).decode("utf-8", errors="ignore")


def columns_by_format(source: Source, notes: list[str]) -> tuple[list[str], list[pd.Series]] | Source:
    """Read a file whose format tells its columns apart; of another one, return the delimited text, in UTF-8.

    Parameters
    ----------
    source : Source
    notes : list of str
        What was guessed is added.

    Returns
    -------
    names, columns : list of str, list of Series
        Of Parquet, a workbook, or JSON lines.
    source : Source
        Of delimited text, in their place.

    Raises
    ------
    ValueError
        If the file is empty, or of a format that is none of these.
    """
    if source.suffix in (".parquet", ".pq") or source.head(4) == b"PAR1":
        return parquet_columns(source)
    if source.suffix in WORKBOOKS:
        return excel_columns(source, notes)
    source = in_utf8(source, notes)
    source = in_lines(source, beginning(source), notes)
    text = beginning(source)
    if not text.strip():
        raise ValueError(f"{source.name!r} is empty")
    if source.suffix in (".jsonl", ".ndjson") or is_json_lines(text):
        return json_lines_columns(source)
    refuse_other_formats(text, source)
    return in_double_quotes(unwrapped(source, text, notes), text)


def parquet_columns(source: Source) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of a Parquet file; a named index of pandas is a column, the first.

    Raises
    ------
    ValueError
        If it is no Parquet file.
    """
    try:
        with pq.ParquetFile(source.path or pa.BufferReader(source.content)) as file:
            table = file.read()
    except (ValueError, OSError, NotImplementedError) as error:  # pyarrow's errors are kinds of these
        raise ValueError(f"cannot read {source.name!r} as Parquet: {first_line(error)}") from None
    names = column_order(table.schema)
    columns = []
    for name in names:
        place = table.schema.get_field_index(name) if table.column_names.count(name) == 1 else -1
        if place < 0:
            raise ValueError(f"column names must differ; {name!r} stands more than once in {source.name!r}: rename one")
        columns.append(whole_or_plain(table.column(place)))
        table = table.remove_column(place)
    return names, columns


def column_order(schema: pa.Schema) -> list[str]:
    """Names of a schema, a named index of pandas first, and its unnamed index left out."""
    try:
        written = schema.pandas_metadata or {}
    except ValueError:  # damaged; the columns are whole without it
        written = {}
    index = [name for name in written.get("index_columns", []) if isinstance(name, str)]
    kept = [name for name in schema.names if not (name in index and name.startswith("__index_level_"))]
    return [name for name in kept if name in index] + [name for name in kept if name not in index]


def json_lines_columns(source: Source) -> tuple[list[str], list[pd.Series]]:
    """Read the columns of JSON lines; a field that a line lacks is missing.

    Raises
    ------
    ValueError
        If a line is no JSON object, or a name stands twice in one.
    """
    columns: dict[str, dict[int, Any]] = {}
    rows = 0
    for number, line in enumerate(source.read().decode().split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_fields)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"cannot read {source.name!r} as JSON lines: line {number}: {first_line(error)}") from None
        if not isinstance(record, dict):
            raise ValueError(f"cannot read {source.name!r} as JSON lines: line {number} is no object")
        for name, value in record.items():
            columns.setdefault(name, {})[rows] = value
        rows += 1
    return list(columns), [_of_values(values, rows) for values in columns.values()]


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(f"column names must differ; {repeated!r} stands more than once: rename one")
    return fields


def _of_values(values: dict[int, Any], rows: int) -> pd.Series:
    cells = np.full(rows, None, dtype=object)
    for place, value in values.items():
        cells[place] = value
    return pd.Series(cells).infer_objects()
