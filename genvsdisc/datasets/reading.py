"""Tables from files: what is guessed, left out or renamed is noted, and a fault is one ValueError or OSError."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.datasets.dataset import Dataset
from genvsdisc.datasets.delimited import parse_columns
from genvsdisc.datasets.dialect import dialect_of
from genvsdisc.datasets.excel import WORKBOOKS
from genvsdisc.datasets.files import Source, source_of
from genvsdisc.datasets.formats import beginning, columns_by_format
from genvsdisc.datasets.headers import (
    column_names,
    named_columns,
    note_of_a_row_as_names,
    rows_of_data,
    target_place,
    unnamed,
)
from genvsdisc.datasets.labels import label_notes, text_labels
from genvsdisc.datasets.nameless import known_names
from genvsdisc.datasets.several import RawTable, one_table, sources_of, together
from genvsdisc.datasets.summary_lines import lines_without_data
from genvsdisc.datasets.targets import check_target, refuse_nested_labels
from genvsdisc.features.cells import CellFormat
from genvsdisc.features.dtypes import is_text
from genvsdisc.features.kept_formats import keep_formats, kept_formats
from genvsdisc.features.marks import MISSING, bare, quoted
from genvsdisc.features.number_text import NumberFormat
from genvsdisc.features.reader import TableReader
from genvsdisc.features.typed import refuse_nested, typed_table

_FEW_LINES = 5


def read_table(
    path: str | PathLike[str] | Sequence[str | PathLike[str]],
    target: str | None = None,
    *,
    missing_labels: Collection[str] = MISSING,
    like: pd.DataFrame | None = None,
    encoding: str | None = None,
) -> Dataset:
    r"""Read a table of labelled rows from a file.

    Parameters
    ----------
    path : str, path or sequence of these
        Several files are one table, their rows one after the other; they must have the same columns, in any order.
        Text: fields divided by comma, semicolon, tab, bar or blanks, in UTF-8, UTF-16, or else a guess, Windows-1252 as
        a rule; where the first line looks like data it is a row, and the columns are called "column 1" and on. JSON (a
        list of objects, or objects line by line), ARFF, LIBSVM, Parquet, Feather, ORC; Stata, SAS, and SPSS (with
        pyreadstat); workbooks (with openpyxl; old ones and those of LibreOffice with python-calamine). Any of these in
        gzip, bzip2, xz, zstd or zip; "-" is standard input.
    target : str or None, default=None
        The column to predict; None takes the last one that has a name, and says so in the notes.
    missing_labels : collection of str, default=MISSING
        Words in the target that stand for a missing label. Give ``()`` to keep "NA" as a class; a blank label is always
        missing.
    like : DataFrame, default=None
        ``Dataset.X`` of another file with the same columns, such as that of the training rows: their text is read in
        the same way, where it can be, and not judged anew (1.234 may be 1234 there, and days or months stand first).
    encoding : str or None, default=None
        What text is in, by a name that Python has for it, such as "cp1250"; None takes UTF-8 or a guess. Files that are
        no text say it themselves.

    Returns
    -------
    dataset : Dataset
        Rows that have no label are left out. Each column of text is judged by its cells
        (`genvsdisc.features.cells.read_cells`): numbers as people write them, with thousands, decimal commas, currency,
        percent signs, units or parentheses, and dates, become numbers and dates. `Dataset.notes` says what was guessed,
        left out, renamed or taken as missing.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds no table, is not in the encoding that is given, a name stands twice, it has no such column (the
        message names the closest), or the target is no set of classes: one class, no labels, or continuous.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "pets.csv")
    ...     _ = path.write_text("height;pet\n25,5;cat\n60,0;dog\n?;dog\n31,0;\n")
    ...     pets = read_table(path, "pet")
    >>> pets.X["height"].tolist(), pets.y.tolist()
    ([25.5, 60.0, nan], ['cat', 'dog', 'dog'])
    >>> for note in pets.notes:
    ...     print(note)
    The columns are divided by semicolons.
    1 row without a value of 'pet' left out.
    Column 'height': '25,5' is read as 25.5; '?' (1 entry) as missing.
    """
    notes = list[str]()
    known = known_names([*([] if like is None else map(str, like)), *([] if target is None else [bare(target)])])
    if isinstance(path, str | PathLike):
        source = source_of(path, encoding)
        raw = _raw_table(source, target, notes, known)
    else:
        sources = sources_of(path, encoding)
        parts = _raw_tables(sources, target, notes, known)
        source, raw = together(sources), one_table(sources, parts, notes)
    if len(raw.columns) < 2:
        raise ValueError(f"{source.name!r} has one column only; a table needs a target and something to tell it by")
    target, table = raw.target, raw.columns
    for name, values in table.items():
        if name != target:
            refuse_nested(name, values)
    refuse_nested_labels(table[target].rename(target))
    rows = ~lines_without_data(table, target, notes)
    given = table.pop(target).rename(target)
    y, lost = text_labels(given.where(rows) if is_text(given) else given, missing_labels)
    if not len(y):
        raise ValueError(f"{source.name!r} has column names but no rows")
    labelled = y.notna().to_numpy() & rows
    if not labelled.any():
        raise ValueError(f"the target {target!r} has only missing values{lost}")
    lacking = int((rows & ~labelled).sum())
    if lacking:
        notes.append(f"{lacking} row{'s' * (lacking > 1)} without a value of {quoted(target)} left out{lost}.")
    kept = np.flatnonzero(labelled)[rows_of_data(_rows(table, labelled), y[labelled], notes)]
    if not len(kept):
        raise ValueError(f"{source.name!r} has column names but no rows")
    y = y.iloc[kept] if len(kept) == labelled.sum() else text_labels(given.iloc[kept], missing_labels)[0]
    X, doubts, formats = _typed(raw, kept) if like is None else _typed_like(raw, kept, like)
    keep_formats(X, formats)
    try:  # labels are judged once the lines that are no rows are gone, which make words of numbers
        labels = check_target(y.reset_index(drop=True))
    except ValueError as error:
        blank = f"; {lacking:,} rows have no label" if lacking and not lost else ""
        raise ValueError(f"{error}{lost}{blank}") from None
    card = {"title": source.stem, "source": source.name, "target": target}
    rest = _without_labels(raw, rows & ~labelled, TableReader.for_table(X, formats=formats), notes)
    all_notes = dict.fromkeys([*notes, *label_notes(labels), *doubts])
    return Dataset(source.stem, X, labels, card, notes=tuple(all_notes), unlabeled=rest)


def _without_labels(
    raw: RawTable, chosen: NDArray[np.bool_], reader: TableReader, notes: list[str]
) -> pd.DataFrame | None:
    """Rows without a label, read as the others were; a few that do not read so are lines of sums or remarks."""
    if not chosen.any():
        return None
    columns = {name: raw.columns[name] for name in reader.columns}
    thousands = [name for name, given in reader.columns.items() if given.cells and columns[name].dtype.kind == "f"]
    if raw.as_text is not None and thousands:
        columns |= raw.as_text(thousands)
    try:
        rows = reader.transform(pd.DataFrame(_rows(columns, chosen), copy=False))
    except ValueError as error:
        if chosen.sum() > _FEW_LINES:
            notes.append(f"Rows without a value of {quoted(raw.target)} do not read as the others: {error}.")
        return None
    return rows[rows.notna().any(axis=1)].reset_index(drop=True)


def _raw_table(source: Source, target: str | None, notes: list[str], known: Collection[str]) -> RawTable:
    content = columns_by_format(source, notes, known)
    if isinstance(content, Source):
        return _text_table(content, target, notes, known)
    names, columns = content
    names = column_names(names, source.name)
    place = target_place(names, target, source.name, notes)
    table = named_columns(names, columns, notes)
    if source.suffix in WORKBOOKS:
        note_of_a_row_as_names(table, notes)
    return RawTable(table, names[place] or unnamed(place))


def _raw_tables(sources: list[Source], target: str | None, notes: list[str], known: Collection[str]) -> list[RawTable]:
    """Read each file; the first decides on the target, and notes say which file they are about."""
    parts: list[RawTable] = []
    for source in sources:
        file_notes: list[str] = []
        parts.append(_raw_table(source, target, file_notes, known))
        target, known = parts[0].target, known or [bare(parts[0].target)]
        notes += [f"{source.name}: {text}" for text in file_notes]
    return parts


def _text_table(source: Source, target: str | None, notes: list[str], known: Collection[str]) -> RawTable:
    dialect = dialect_of(beginning(source), source, notes, known)
    names = column_names(list(dialect.names), source.name)
    place = target_place(names, target, source.name, notes)
    columns = named_columns(names, parse_columns(source, dialect, {place}, notes), notes)
    if not dialect.nameless:
        note_of_a_row_as_names(columns, notes)

    def as_text(wanted: list[str]) -> dict[str, pd.Series]:
        places = {name or unnamed(place): place for place, name in enumerate(names)}
        again = parse_columns(source, dialect, {places[name] for name in wanted}, [])
        return {name: again[places[name]] for name in wanted}

    points = any(values.dtype.kind == "f" and values.notna().any() for values in columns.values())
    return RawTable(
        columns, names[place] or unnamed(place), "," if dialect.delimiter == ";" and not points else "", as_text
    )


def _typed(raw: RawTable, kept: NDArray[np.intp]) -> tuple[pd.DataFrame, list[str], Mapping[Any, CellFormat]]:
    """The rows that are kept, text read as what it stands for; what was guessed; and how text was read."""
    rows = pd.DataFrame(_rows(raw.columns, kept), copy=False).infer_objects()
    typed = typed_table(rows, raw.hint)
    floats = {str(name): typed.table[name] for name, values in raw.columns.items() if values.dtype.kind == "f"}
    doubtful = [name for name, values in floats.items() if _may_be_thousands(values)]
    if typed.decimal != ",":
        points = typed.decimal == "." or any(_is_divided(floats[name]) for name in floats if name not in doubtful)
        thousands = [] if points else [name for name in doubtful if (floats[name] % 1 == 0).any()]
        numbers = [form.form for form in typed.formats.values() if isinstance(form.form, NumberFormat)]
        if any(form.decimal == "," for form in numbers):
            typed.notes.extend(_of_thousands(raw, [name for name in doubtful if name not in thousands]))
        doubtful = thousands
    if raw.as_text is None or not doubtful:
        return typed.table, typed.notes, typed.formats
    again = typed_table(pd.DataFrame(_rows(raw.as_text(doubtful), kept)), typed.decimal)
    table = typed.table.copy(deep=False)
    for name in doubtful:
        table[name] = again.table[name]
    return table, [*typed.notes, *again.notes], {**typed.formats, **again.formats}


def _typed_like(
    raw: RawTable, kept: NDArray[np.intp], like: pd.DataFrame
) -> tuple[pd.DataFrame, list[str], Mapping[Any, CellFormat]]:
    """As `_typed`, but for columns that were read from text in another table: they are read as there."""
    table, notes, formats = _typed(raw, kept)
    known = {name: form for name, form in kept_formats(like).items() if name in table}
    shared = [name for name in like.columns if name in table]
    text = {name: raw.columns[name] for name in shared if is_text(raw.columns[name])}
    reader = TableReader.for_table(like[shared], formats=known)
    units = reader.notes_of_units(pd.DataFrame(_rows(text, kept))) if text else []
    if not known:
        return table, [*notes, *units], formats
    columns = {name: raw.columns[name] for name in known}
    numbers = [name for name, values in columns.items() if values.dtype.kind == "f"]
    if raw.as_text is not None and numbers:
        columns |= raw.as_text(numbers)
    reader = TableReader.for_table(like[list(known)], formats=known)
    read = reader.transform(pd.DataFrame(_rows(columns, kept), copy=False))
    for name in known:
        table[name] = read[name]
    notes = [note for note in notes if not any(note.startswith(f"Column {name!r}:") for name in known)]
    return table, [*notes, *units], {**formats, **known}


def _is_divided(values: pd.Series) -> bool:
    """Return True for numbers of which some are not whole."""
    return bool((values.dropna() % 1 != 0).any())


def _may_be_thousands(values: pd.Series) -> bool:
    """Return True for numbers with three decimals, such as 1.234, that may stand for 1234 where commas are decimal."""
    numbers = np.abs(values.dropna().to_numpy()) if values.dtype.kind == "f" else np.empty(0)
    divided = numbers[numbers != np.rint(numbers)]
    if not len(divided) or not (numbers < 1000).all() or not (divided > 1).all():
        return False
    thousandths = numbers * 1000
    return bool(np.allclose(thousandths, np.rint(thousandths)))


def _of_thousands(raw: RawTable, names: list[str]) -> Iterator[str]:
    """Say which numbers are written with three decimals each, as thousands are where commas are decimal."""
    texts = {} if raw.as_text is None or not names else raw.as_text(names)
    for name, cells in texts.items():
        written = pd.Series(pd.unique(cells.dropna())).str.strip()
        divided = written[written.str.contains(".", regex=False)]
        if len(divided) and divided.str.fullmatch(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}").all():
            what = f"{quoted(divided.iloc[0])} is read with a decimal point, which is a guess"
            yield f"Column {name!r}: {what}, for other columns have decimal commas."


def _rows(columns: dict[str, pd.Series], chosen: NDArray[Any]) -> dict[str, pd.Series]:
    """Some rows of every column, numbered from 0."""
    first = next(iter(columns.values()), None)
    if first is not None and len(chosen) == len(first) and (chosen.dtype != bool or chosen.all()):
        return columns
    return {name: values[chosen].reset_index(drop=True) for name, values in columns.items()}
