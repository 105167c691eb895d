"""A table of text cells as a table of numbers, dates and words, with a note on all that was not plain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from genvsdisc.features.cells import CellFormat, Reading, read_cells
from genvsdisc.features.dtypes import is_number, is_text, nested_value, undeclared, usual_dtype
from genvsdisc.features.marks import clean

_MOST_SPELLINGS = 8  # TRUE, True, true and Python's True; the same of false
MOST_LEVELS = 20
"""A categorical column with more levels keeps this many, the most frequent; the others count as one, "(other)"."""


@dataclass(frozen=True)
class Typed:
    """A table whose text was read.

    Attributes
    ----------
    table : DataFrame
        A new table with the same names and rows.
    notes : list of str
        A sentence for each column that was not plain.
    decimal : {"", ".", ","}
        The decimal mark of the text, where cells leave no doubt of it.
    formats : mapping of column name to CellFormat
        How columns of text were read.
    """

    table: pd.DataFrame
    notes: list[str]
    decimal: str
    formats: Mapping[Any, CellFormat] = field(default_factory=dict)


def typed_table(table: pd.DataFrame, hint: str = "") -> Typed:
    """Convert columns of text that are numbers, dates or truth values, and strip the words of the others.

    Parameters
    ----------
    table : DataFrame
        Columns of any dtype; only those of text are touched, and categories that are too many to be levels.
    hint : {"", ".", ","}, default=""
        The decimal mark, where something else than the columns of text tells it.

    Returns
    -------
    typed : Typed

    Examples
    --------
    >>> import pandas as pd
    >>> typed = typed_table(pd.DataFrame({"price": ["$5", "$7.50", "?"], "town": ["Ulm ", "Rom", "Ulm"]}))
    >>> typed.table["price"].tolist(), typed.table["town"].tolist()
    ([5.0, 7.5, nan], ['Ulm', 'Rom', 'Ulm'])
    >>> typed.notes
    ["Column 'price': '$7.50' is read as 7.5; '?' (1 entry) as missing."]
    """
    columns = {name: unless_levels(clean(usual_dtype(table[name]))) for name in table.columns}
    readings = read_columns(columns, hint)
    notes = [f"Column {str(name)!r}: {reading.note}." for name, reading in readings.items() if reading.note]
    for name, reading in readings.items():
        if reading.column is not None:
            columns[name] = reading.column
        elif (truth := truth_values(columns[name])) is not None:
            columns[name] = truth
    marks = {reading.decimal for reading in readings.values()} - {""}
    typed = pd.DataFrame(columns, index=table.index, copy=False)
    formats = {name: reading.format for name, reading in readings.items() if reading.format is not None}
    return Typed(typed, notes, marks.pop() if len(marks) == 1 else "", formats)


def unless_levels(values: pd.Series) -> pd.Series:
    """Take categories that are too many to be levels as the numbers, dates or words that they are."""
    if not isinstance(values.dtype, pd.CategoricalDtype) or values.nunique() <= MOST_LEVELS:
        return values
    words = values.cat.categories.to_series()
    return undeclared(values) if is_number(words) or is_text(words) else values


def read_columns(columns: dict[Any, pd.Series], hint: str = "") -> dict[Any, Reading]:
    """Judge every column of text of a cleaned table; a decimal comma that is certain in one decides open ones.

    Parameters
    ----------
    columns : dict of column name to Series
        As `clean` leaves them.
    hint : {"", ".", ","}, default=""
        The decimal mark, where something else than the columns of text tells it.

    Returns
    -------
    readings : dict
        Column name -> `Reading`, of the columns that hold text.

    Raises
    ------
    ValueError
        If a column holds lists.
    """
    texts = {name: values for name, values in columns.items() if _holds_words(values)}
    readings = {name: _read(name, values, hint) for name, values in texts.items()}
    marks = {reading.decimal for reading in readings.values()} - {""}
    if not hint and marks == {","}:
        readings = {name: _read(name, values, ",") for name, values in texts.items()}
    return readings


def _read(name: Any, values: pd.Series, hint: str) -> Reading:
    refuse_nested(name, values)
    return read_cells(values, hint)


def refuse_nested(name: Any, values: pd.Series) -> None:
    """Refuse a column of lists, arrays or mappings.

    Raises
    ------
    ValueError
        If a cell is one.
    """
    if nested_value(values) is not None:
        raise ValueError(f"column {name!r} holds lists or other nested values: unfold or remove it")


def _holds_words(values: pd.Series) -> bool:
    """Return True for text, and for objects unless all are of one kind other than text, such as dates or decimals."""
    if not is_text(values):
        return False
    if not pd.api.types.is_object_dtype(values.dtype):
        return True
    return pd.api.types.infer_dtype(values, skipna=True) in ("string", "mixed", "mixed-integer")


def truth_values(values: pd.Series) -> pd.Series | None:
    """Truth values where the only words are "true" and "false", in whatever case, and truth values of Python."""
    words = pd.unique(values.dropna())
    if {str(word).lower() for word in words[:_MOST_SPELLINGS]} != {"true", "false"} or len(words) > _MOST_SPELLINGS:
        return None
    truth = values.map({word: str(word).lower() == "true" for word in words}, na_action="ignore")
    return truth.astype("boolean" if values.isna().any() else bool)
