"""Rows without labels from a file, for a model that has been fitted: cells as the file has them."""

from __future__ import annotations

from collections.abc import Collection
from os import PathLike

import pandas as pd

from genvsdisc.datasets.delimited import parse_columns
from genvsdisc.datasets.dialect import dialect_of
from genvsdisc.datasets.files import Source, source_of
from genvsdisc.datasets.formats import beginning, columns_by_format
from genvsdisc.datasets.headers import column_names, named_columns
from genvsdisc.datasets.nameless import known_names
from genvsdisc.features.marks import bare


def read_rows(
    path: str | PathLike[str], *, text: Collection[str] = (), known: Collection[str] = (), encoding: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    r"""Read all columns of a file; what text stands for is left to whoever knows the columns.

    Parameters
    ----------
    path : str or path
        As for `read_table`.
    text : collection of str, default=()
        Columns to be read as text even if they look like numbers: the levels of training, such as ``007``.
    known : collection of str, default=()
        Names of the columns that are looked for: they tell whether the first line is one of names.
    encoding : str or None, default=None
        As for `read_table`.

    Returns
    -------
    table : DataFrame
    notes : list of str
        What was guessed or mended.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds no table, no rows, or a column name twice.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "new.csv")
    ...     _ = path.write_text("zip;price\n007;1,5\n")
    ...     read_rows(path, text=["zip"])[0].to_dict("list")
    {'zip': ['007'], 'price': ['1,5']}
    """
    source, notes, known = source_of(path, encoding), list[str](), known_names(known)
    content = columns_by_format(source, notes, known)
    if isinstance(content, Source):
        dialect = dialect_of(beginning(content), content, notes, known)
        names = [bare(name) for name in dialect.names]
        places = {place for place, name in enumerate(names) if name in text}
        columns = parse_columns(content, dialect, places, notes)
    else:
        names, columns = content
    table = pd.DataFrame(named_columns(column_names(names, source.name), columns, notes))
    if not len(table):
        raise ValueError(f"{source.name!r} has column names but no rows")
    return table, notes
