"""Tables from files: CSV in its dialects, TSV, Parquet. A fault is one ValueError or OSError that says what to do."""

from __future__ import annotations

import csv
import io
import re
import warnings
from difflib import get_close_matches
from os import PathLike
from pathlib import Path

import pandas as pd

from genvsdisc.datasets.dataset import Dataset
from genvsdisc.datasets.targets import check_target

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "<NA>")
"""Entries of a text table that stand for a missing value; "None" and "?" are words."""
_DELIMITERS = (",", ";", "\t", "|")
_LINES_SNIFFED = 50


def read_table(path: str | PathLike[str], target: str | None = None) -> Dataset:
    r"""Read a table of labelled rows from a file.

    Parameters
    ----------
    path : str or path
        Parquet (``.parquet``, ``.pq``), or text with a header line: fields divided by comma, semicolon, tab or bar, in
        UTF-8, UTF-16 with its mark, or else Latin-1. With semicolons, numbers may have a decimal comma. Empty entries,
        NA and NaN are missing.
    target : str or None, default=None
        The column to predict; None takes the last one and says so in the notes.

    Returns
    -------
    dataset : Dataset
        Rows that have no label are left out, which `Dataset.notes` says.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds no table, has no such column (the message names the closest), or the target is no set of classes:
        one class, no labels, or continuous.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "pets.csv")
    ...     _ = path.write_text("height;pet\n25,5;cat\n60,0;dog\n;dog\n31,0;\n")
    ...     pets = read_table(path, "pet")
    >>> pets.X["height"].tolist(), pets.y.tolist()
    ([25.5, 60.0, nan], ['cat', 'dog', 'dog'])
    >>> pets.notes
    ("1 row without a value of 'pet' left out.",)
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"no such file: {str(path)!r}")
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder, not a table")
    notes: list[str] = []
    table = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _text_table(path, notes)
    if len(table.columns) < 2:
        raise ValueError(f"{path.name!r} has one column only; a table needs a target and something to tell it by")
    if table.empty:
        raise ValueError(f"{path.name!r} has column names but no rows")
    if target is None:
        target = table.columns[-1]
        notes.append(f"No target was named: the last column, {target!r}, is taken.")
    _check_column(table, target, path.name)
    y = table.pop(target)
    labelled = y.notna().to_numpy()
    if not labelled.any():
        raise ValueError(f"the target {target!r} has only missing values")
    if not labelled.all():
        lost = int((~labelled).sum())
        notes.append(f"{lost} row{'s' * (lost > 1)} without a value of {target!r} left out.")
    card = {"title": path.stem, "source": path.name, "target": target}
    X = table[labelled].reset_index(drop=True)
    return Dataset(path.stem, X, check_target(y[labelled].reset_index(drop=True)), card, notes=tuple(notes))


def _parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except (ValueError, OSError) as error:  # pyarrow's errors are kinds of these
        raise ValueError(f"cannot read {path.name!r} as Parquet: {_first_line(error)}") from None
    if any(name is not None for name in table.index.names):
        table = table.reset_index()
    table.columns = table.columns.map(str)
    return table


def _text_table(path: Path, notes: list[str]) -> pd.DataFrame:
    text = _decoded(path, notes)
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _sniffed(text)
    decimal = "," if delimiter == ";" and re.search(r"\d,\d", text) and not re.search(r"\d\.\d", text) else "."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            return pd.read_csv(
                io.StringIO(text),
                sep=delimiter,
                decimal=decimal,
                index_col=False,
                skipinitialspace=True,
                keep_default_na=False,
                na_values=list(MISSING),
                low_memory=False,
            )
    except pd.errors.ParserWarning:
        raise ValueError(
            f"cannot read {path.name!r} as a table: its rows have more fields than its first line"
        ) from None
    except ValueError as error:
        raise ValueError(f"cannot read {path.name!r} as a table: {_first_line(error)}") from None


def _decoded(path: Path, notes: list[str]) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        if b"\0" in raw:
            raise ValueError(f"{path.name!r} is not a text table; CSV, TSV and Parquet can be read")
        encoding = "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
        if re.search(r"[\x01-\x08\x0e-\x1f]", text):
            raise ValueError(f"{path.name!r} is not a text table; CSV, TSV and Parquet can be read") from None
        notes.append(f"The file is not in {encoding.removesuffix('-sig').upper()}; it was read as Latin-1.")
    if not text.strip():
        raise ValueError(f"{path.name!r} is empty")
    return text


def _sniffed(text: str) -> str:
    """Find the delimiter that divides the first lines into the most fields, alike in every line if one does."""

    def fields(delimiter: str) -> tuple[bool, int]:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
        lengths = [len(row) for row, _ in zip(reader, range(_LINES_SNIFFED), strict=False) if row]
        return min(lengths) == max(lengths) > 1, lengths[0]

    try:
        return max(_DELIMITERS, key=fields)
    except csv.Error:  # a field of more than 128 kB: no table
        return ","


def _check_column(table: pd.DataFrame, target: str, file: str) -> None:
    if target in table.columns:
        return
    folded = {name.casefold(): name for name in reversed(table.columns)}
    close = [folded[key] for key in get_close_matches(target.casefold(), folded)]
    if close:
        hint = f"did you mean {' or '.join(map(repr, close))}?"
    else:
        hint = f"it has {', '.join(map(repr, table.columns[:10]))}{', ...' if len(table.columns) > 10 else ''}"
    raise ValueError(f"{file!r} has no column named {target!r}; {hint}")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
