"""Tables as Stata, SAS and SPSS save them, and those of Arrow and ORC: by pandas, pyreadstat and pyarrow."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa

from genvsdisc.datasets.files import Source, first_line
from genvsdisc.features.dtypes import whole_or_plain

Columns = tuple[list[str], list[pd.Series]]


def program_columns(source: Source, notes: list[str]) -> Columns | None:
    """Read the columns of a file that one of these programs wrote; None for any other file.

    Values that have labels are these labels. A column some values of which have none is one of text: numbers that
    mean what they say, and words for those that do not.

    Raises
    ------
    ValueError
        If the file is damaged, or of SPSS and pyreadstat is not installed.
    """
    head = source.head(128)
    reader = next(((program, read) for mark, program, read in _READERS if head.startswith(mark)), None)
    if reader is None:
        return None
    program, read = reader
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            columns = read(source, notes)
    except ImportError:
        raise ValueError(f"{source.name!r} is a file of {program}: pip install pyreadstat, or save it as CSV") from None
    except Exception as error:  # their parsers let through whatever a damaged file leads to
        raise ValueError(f"cannot read {source.name!r} as a file of {program}: {first_line(error)}") from None
    notes += dict.fromkeys(f"While the file was read: {' '.join(str(each.message).split())}" for each in caught)
    return columns


def arrow_columns(table: pa.Table, name: str) -> Columns:
    """Read the columns of a table of Arrow; a named index of pandas is a column, the first.

    Raises
    ------
    ValueError
        If a name stands twice.
    """
    names = column_order(table.schema)
    columns = []
    for column in names:
        place = table.schema.get_field_index(column) if table.column_names.count(column) == 1 else -1
        if place < 0:
            raise ValueError(f"column names must differ; {column!r} stands more than once in {name!r}: rename one")
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


def _stata(source: Source, notes: list[str]) -> Columns:
    raw = source.read()
    try:
        return _labelled(pd.read_stata(io.BytesIO(raw)))
    except ValueError as error:
        if "not unique" not in str(error):
            raise
    table = pd.read_stata(io.BytesIO(raw), convert_categoricals=False)
    notes.append("Several values of a column have one label: values are read as the numbers that stand for them.")
    return _labelled(table)


def _sas(source: Source, _notes: list[str]) -> Columns:
    return _labelled(pd.read_sas(io.BytesIO(source.read()), format="sas7bdat", encoding="infer"))


def _xport(source: Source, _notes: list[str]) -> Columns:
    table = pd.read_sas(io.BytesIO(source.read()), format="xport", encoding="latin-1")
    return _labelled(table.replace(_ZERO, 0.0))


def _spss(source: Source, _notes: list[str]) -> Columns:
    import pyreadstat

    with TemporaryDirectory() as folder:  # it reads from paths only
        path = Path(folder, "table.sav")
        path.write_bytes(source.read())
        table, _ = pyreadstat.read_sav(path, apply_value_formats=True)
    return _labelled(table)


def _feather(source: Source, _notes: list[str]) -> Columns:
    from pyarrow import feather

    return arrow_columns(feather.read_table(pa.BufferReader(source.read())), source.name)


def _orc(source: Source, _notes: list[str]) -> Columns:
    from pyarrow import orc

    return arrow_columns(orc.read_table(pa.BufferReader(source.read())), source.name)


def _labelled(table: pd.DataFrame) -> Columns:
    columns = []
    for place in range(table.shape[1]):
        values = table.iloc[:, place]
        if isinstance(values.dtype, pd.CategoricalDtype):
            words = [isinstance(level, str) for level in values.cat.categories]
            if not all(words):
                values = values.astype(object)
        columns.append(values.reset_index(drop=True))
    return [str(name) for name in table.columns], columns


_ZERO = 16.0**-65
"""What pandas makes of the zero of an IBM mainframe."""
_READERS: tuple[tuple[bytes, str, Callable[[Source, list[str]], Columns]], ...] = (
    (b"<stata_dta>", "Stata", _stata),
    *(
        (bytes([release, order, 1, 0]), "Stata", _stata)
        for release in (103, 104, 105, 108, 110, 111, 113, 114, 115)
        for order in (1, 2)
    ),
    (bytes(12) + b"\xc2\xea\x81\x60", "SAS", _sas),
    (b"HEADER RECORD*******LIB", "SAS", _xport),
    (b"$FL2", "SPSS", _spss),
    (b"$FL3", "SPSS", _spss),
    (b"ARROW1", "Feather", _feather),
    (b"FEA1", "Feather", _feather),
    (b"ORC", "ORC", _orc),
)
"""First bytes, program, and how its files are read."""
