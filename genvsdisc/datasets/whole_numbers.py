"""Whole numbers of a text table: codes with zeros in front or an E within, and digits that floats have no room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from genvsdisc.features.dtypes import MOST_EXACT, plain_arrow, whole_or_plain
from genvsdisc.features.marks import listed, quoted


def exact(column: pa.Array) -> pd.Series:
    """A column as pandas has it: whole numbers with gaps as floats, unless these would lose digits."""
    whole = pa.types.is_integer(column.type) and column.null_count
    if whole and beyond_floats(column.fill_null(0).to_numpy(zero_copy_only=False)):
        return whole_or_plain(pa.chunked_array([column]))
    return plain_arrow(pa.chunked_array([column]))


def beyond_floats(numbers: NDArray) -> bool:
    """Return True for whole numbers of which floating point does not hold each."""
    return bool(len(numbers)) and (int(numbers.max()) > MOST_EXACT or int(numbers.min()) < -MOST_EXACT)


def leading_zeros(names: Sequence[str], cells: Sequence[Any], columns: Sequence[Any]) -> list[str]:
    """Say which columns of whole numbers have zeros in front, as codes have."""
    begun = {
        name.strip(): pc.utf8_trim_whitespace(written.filter(pc.match_substring_regex(written, r"^\s*0[0-9]+\s*$")))
        for name, written, column in zip(names, cells, columns, strict=True)
        if column.type == pa.int64()
    }
    coded = [name for name, words in begun.items() if len(words)]
    if not coded:
        return []
    word = str(begun[coded[0]][0])
    what = f"Column{'s' * (len(coded) > 1)} {listed(coded)}: numbers with zeros in front"
    return [f"{what} ({word!r} is read as {int(word)}): if they are codes, write a letter before them."]


def exponents(names: Sequence[str], cells: Sequence[Any], columns: Sequence[Any]) -> list[str]:
    """Say which columns are numbers such as 123E45, without sign and point, as codes and the wells of a plate are."""
    notes = []
    for name, written, column in zip(names, cells, columns, strict=True):
        if column.type == pa.float64():
            words = pc.utf8_trim_whitespace(
                written.filter(pc.match_substring_regex(written, r"^\s*[0-9]+[eE][0-9]+\s*$"))
            )
            if 2 * len(words) > len(column) - column.null_count:
                what = f"{quoted(str(words[0]))} is read as {float(str(words[0])):g}, with an exponent"
                notes.append(f"Column {quoted(name.strip())}: {what}; write a letter before codes.")
    return notes


def lost_digits(names: Sequence[str], cells: Sequence[Any], columns: Sequence[Any]) -> list[str]:
    """Say which columns of fractions, or of numbers beyond 64 bits, have whole numbers that lose digits."""
    notes = []
    for name, written, column in zip(names, cells, columns, strict=True):
        if column.type == pa.float64():
            trimmed = pc.utf8_trim_whitespace(written)
            long = trimmed.filter(pc.match_substring_regex(trimmed, r"^[+-]?[0-9]{16,}$")).to_pylist()
            finite = (word for word in long if not math.isinf(float(word)))
            word = next((word for word in finite if Decimal(word) != Decimal(float(word))), None)
            if word is not None:
                what = f"{quoted(word)} is read as {float(word):.17g}, for floating point holds 15 digits"
                notes.append(f"Column {quoted(name.strip())}: {what}; write a letter before codes.")
    return notes
