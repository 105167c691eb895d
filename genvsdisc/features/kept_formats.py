"""How the text of a file was read, kept with its table, so that rows of other files are read alike.

A table of numbers and dates no longer tells that 1.234 was 1234 in its file, or that days stood first. What was decided
stands in ``DataFrame.attrs``, which pandas hands on to parts of the table; as plain values, for it writes them to
Parquet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from genvsdisc.features.cells import CellFormat
from genvsdisc.features.date_text import DateFormat
from genvsdisc.features.number_text import NumberFormat

_KEY = "genvsdisc: how text was read"


def keep_formats(table: pd.DataFrame, formats: Mapping[Any, CellFormat]) -> None:
    """Note how columns of a table were read."""
    if formats:
        table.attrs[_KEY] = {str(name): asdict(given) for name, given in formats.items()}


def kept_formats(table: pd.DataFrame) -> dict[Any, CellFormat]:
    """How columns of a table were read, where it comes from a file.

    Examples
    --------
    >>> table = pd.DataFrame({"price": [1234.5], "n": [1]})
    >>> keep_formats(table, {"price": CellFormat(NumberFormat(decimal=","))})
    >>> kept_formats(table[["n", "price"]])
    {'price': CellFormat(form=NumberFormat(decimal=',', unit='', scaled=False, limits=False), lenient=False)}
    """
    kept = table.attrs.get(_KEY, {})
    return {name: _format(**kept[str(name)]) for name in table.columns if str(name) in kept}


def _format(form: Mapping[str, Any] | None, lenient: bool) -> CellFormat:
    if form is None:
        return CellFormat(None, lenient)
    return CellFormat(DateFormat(**form) if "order" in form else NumberFormat(**form), lenient)
