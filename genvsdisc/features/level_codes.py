"""Cells of a column as it was judged: what their text stands for, and which of its levels each is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.cells import CellFormat
from genvsdisc.features.dtypes import is_number, is_text, undeclared, usual_dtype
from genvsdisc.features.kinds import Column
from genvsdisc.features.marks import clean
from genvsdisc.features.number_text import NumberFormat

MISSING_CODE = -2
"""Code of a missing entry; -1 is a value that is none of the levels."""


def read_as_judged(values: pd.Series, column: Column) -> pd.Series:
    """Cells as they were judged: text stripped, and read as numbers or dates where the column's text was."""
    cells = clean(usual_dtype(values))
    numbers = column.kind == "continuous" or column.cells is not None
    if not numbers or is_number(cells):
        return cells
    cells = undeclared(cells)
    return (column.cells or CellFormat(NumberFormat())).read(cells) if is_text(cells) else cells


def level_codes(values: pd.Series, column: Column) -> NDArray[np.intp]:
    """Place of each value among the levels; -1 if it is none of them, `MISSING_CODE` if it is missing."""
    codes, uniques = pd.factorize(read_as_judged(values, column))
    uniques = pd.Index(uniques).astype(object)
    places = pd.Index(column.levels, dtype=object).get_indexer(uniques)
    unknown = np.flatnonzero(places < 0)
    if len(unknown):  # the same level in another type, such as "True" for True or 1 for "1"
        written = {_written(level): place for place, level in enumerate(column.levels)}
        if written.keys() <= {"true", "false"}:  # databases write them as 1 and 0
            written |= {str(int(word == "true")): place for word, place in written.items()}
        places[unknown] = [written.get(_written(value), -1) for value in uniques[unknown]]
    return np.append(places, MISSING_CODE)[codes]


def _written(value: Any) -> str:
    """A level as text, whatever its type: whole floats as integers, truth values as one word."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.lower() if text.lower() in ("true", "false") else text
