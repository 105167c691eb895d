"""Which format a file is in, and who reads it."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from genvsdisc.datasets.arff import arff_columns, is_arff
from genvsdisc.datasets.dialect import in_lines
from genvsdisc.datasets.encodings import in_utf8
from genvsdisc.datasets.excel import WORKBOOKS, excel_columns, is_text_of_another_name
from genvsdisc.datasets.files import Source, first_line
from genvsdisc.datasets.json_tables import json_columns, json_lines_columns
from genvsdisc.datasets.other_formats import (
    in_double_quotes,
    is_json,
    is_json_lines,
    is_libsvm,
    refuse_other_formats,
    unwrapped,
)
from genvsdisc.datasets.programs import arrow_columns, program_columns
from genvsdisc.datasets.sparse_text import libsvm_columns

_HEAD = 1 << 22
"""Bytes that tell the format of a file, and the dialect of a delimited one."""


def beginning(source: Source) -> str:
    """First letters of a file in UTF-8."""
    return source.head(_HEAD).decode("utf-8", errors="ignore")


def columns_by_format(
    source: Source, notes: list[str], known: Collection[str] = ()
) -> tuple[list[str], list[pd.Series]] | Source:
    """Read a file whose format tells its columns apart; of another one, return the delimited text, in UTF-8.

    Parameters
    ----------
    source : Source
    notes : list of str
        What was guessed is added.
    known : collection of str, default=()
        Names of columns, which tell whether the first row of a workbook is one of names.

    Returns
    -------
    names, columns : list of str, list of Series
        Of Parquet, a workbook, JSON, ARFF, or a file of another program.
    source : Source
        Of delimited text, in their place.

    Raises
    ------
    ValueError
        If the file is empty, or of a format that is none of these.
    """
    if (columns := _no_text(source, notes, known)) is not None:
        if source.encoding:
            notes.append(f"{source.name!r} is no text and says itself what its words are in: no encoding is needed.")
        return columns
    source = in_utf8(source, notes)
    source = in_lines(source, beginning(source), notes)
    text = beginning(source)
    if not text.strip():
        raise ValueError(f"{source.name!r} is empty")
    if is_json_lines(text):
        return json_lines_columns(source, notes)
    if source.suffix == ".json" or is_json(text):
        return json_columns(source, notes)
    if source.suffix in (".jsonl", ".ndjson"):
        return json_lines_columns(source, notes)
    if is_arff(text):
        return arff_columns(source, notes)
    if is_libsvm(text):
        return libsvm_columns(source, notes, known)
    refuse_other_formats(text, source)
    return in_double_quotes(unwrapped(source, text, notes), text)


def _no_text(source: Source, notes: list[str], known: Collection[str]) -> tuple[list[str], list[pd.Series]] | None:
    if source.suffix in (".parquet", ".pq") or source.head(4) == b"PAR1":
        return parquet_columns(source)
    if (columns := program_columns(source, notes)) is not None:
        return columns
    if source.suffix == ".xls" and is_text_of_another_name(source):
        notes.append(f"{source.name!r} is text, and no workbook as its name says: it was read as text.")
        return None
    return excel_columns(source, notes, known) if source.suffix in WORKBOOKS else None


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
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ValueError(f"cannot read {source.name!r} as Parquet: {first_line(error)}") from None
    return arrow_columns(table, source.name)
