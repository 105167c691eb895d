"""Tables as bytes that compress well, exact to the last bit or, where room is short, to five digits.

A column is a list of its different values and their places; numbers that hardly repeat stand as their bytes, the first
bytes of all rows before the second ones. An end of an interval is what its middle, its standard error or its other end
foretell, and the little that is lacking. Of these the shortest is taken.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_FEW = 4  # a number stands this many times on average: then it is one of a scale
_DIGITS = 7  # decimal ones that tell any two rounded numbers apart
_INFINITE = np.uint64(0x7FF << 52)  # its bits; those of NaN are larger, but for the sign
_MIDDLES = ("mean", "difference", "estimate", "cost")
_REACH = 1.959963984540054  # standard errors on either side of a 95% interval


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Copy a table, numbers that hardly repeat as the shortest decimal ones within a relative 2^-17 of them.

    Those of a rounded table stay; so do sizes, thresholds and other numbers of a scale.
    """
    return table.assign(**{name: _SHORT.numbers(_SHORT.bits(table[name])) for name in _hardly_repeated(table)})


def _hardly_repeated(table: pd.DataFrame) -> list[str]:
    numbers = [name for name in table.columns if table[name].dtype.kind == "f"]
    return [name for name in numbers if table[name].nunique() * _FEW > len(table)]


def packed_table(table: pd.DataFrame, *, short: bool = False) -> tuple[dict[str, Any], bytes]:
    """Describe a table for `unpacked_table`.

    Parameters
    ----------
    table : DataFrame
        Of a comparison.
    short : bool, default=False
        Write it `rounded`.

    Returns
    -------
    told : dict
        What JSON can hold.
    content : bytes
        What it describes.
    """
    shorter = _hardly_repeated(table) if short else []
    table = rounded(table) if short else table
    blocks: list[bytes] = []
    columns = {name: _pack(table, name, blocks, _SHORT if name in shorter else _LONG) for name in table.columns}
    return {"rows": len(table), "columns": columns}, b"".join(blocks)


def unpacked_table(head: Mapping[str, Any], reader: Blocks) -> pd.DataFrame:
    """Read back what `packed_table` described."""
    rows = int(head["rows"])
    columns: dict[str, Any] = {}
    for column, how in head["columns"].items():
        columns[column] = _unpack(column, how, rows, columns, reader)
    return pd.DataFrame(columns, columns=list(columns))


class Blocks:
    """Arrays one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def take(self, dtype: str, count: int) -> NDArray:
        """Give the next values."""
        numbers = np.frombuffer(self.content, dtype=dtype, count=count, offset=self.at)
        self.at += numbers.nbytes
        return numbers


@dataclass(frozen=True)
class _Width:
    """Numbers as whole numbers of some bytes, whose order is theirs."""

    sign: str
    size: int
    dropped: int

    def bits(self, values: Any) -> NDArray:
        """Numbers as whole ones; rounded, but never to infinity."""
        exact = np.array(values, dtype="<f8").view("<u8")
        if not self.dropped:
            return exact
        half, sign = np.uint64(1 << (self.dropped - 1)), exact & np.uint64(1 << 63)
        size = exact ^ sign
        largest = _INFINITE - np.uint64(1 << self.dropped)
        size = np.where(size > _INFINITE, _INFINITE | np.uint64(1 << 51), size)  # one NaN for all
        size = np.where(size < _INFINITE, np.minimum(size + half, largest), size)
        return ((sign | size) >> np.uint64(self.dropped)).astype("<u4")

    def numbers(self, bits: NDArray) -> NDArray[np.float64]:
        """Numbers that have these bits; of those that rounding makes one, the shortest decimal."""
        values = (bits.astype("<u8") << np.uint64(self.dropped)).view("<f8")
        if not self.dropped:
            return values
        for digits in range(_DIGITS, 0, -1):
            shorter = np.array([float(f"{value:.{digits}g}") for value in values])
            values = np.where(self.bits(shorter) == bits, shorter, values)
        return values

    def planes(self, bits: NDArray) -> bytes:
        """First bytes of all, then the second ones, ..."""
        return np.ascontiguousarray(bits.view(np.uint8).reshape(-1, self.size).T[::-1]).tobytes()

    def from_planes(self, reader: Blocks, count: int) -> NDArray:
        """Read `planes` back."""
        planes = reader.take("<u1", self.size * count).reshape(self.size, count)[::-1]
        return np.ascontiguousarray(planes.T).view(f"<u{self.size}").reshape(count)


_LONG, _SHORT = _Width("=", 8, 0), _Width("~", 4, 35)
_FORETOLD = ("by error", "by other end")
"""Ways to tell the end of an interval from what stands before it."""


def _pack(table: pd.DataFrame, column: str, blocks: list[bytes], width: _Width) -> Any:
    """Describe a column; its bytes go into `blocks`."""
    values = table[column]
    if values.dtype.kind == "f":
        how, block = min(_ways(table, column, width), key=lambda way: len(zlib.compress(way[1], 9)))
        blocks.append(block)
        return how
    codes, levels = pd.factorize(values.astype(object), use_na_sentinel=False)
    blocks.append(_places(codes, len(levels)))
    return [None if value is pd.NA or value is None else _plain_value(value) for value in levels]


def _ways(table: pd.DataFrame, column: str, width: _Width) -> Iterator[tuple[Any, bytes]]:
    """Ways to write the numbers of a column."""
    bits = width.bits(table[column])
    yield width.sign, width.planes(bits)
    different, places = np.unique(bits, return_inverse=True)
    yield {width.sign: len(different)}, width.planes(different) + _places(places, len(different))
    earlier = {name: table[name].to_numpy() for name in table.columns[: table.columns.get_loc(column)]}
    for way in _FORETOLD:
        if (foretold := _foretold(way, column, earlier)) is not None:
            yield f"{width.sign}{way}", width.planes(_folded(bits - width.bits(foretold)))


def _unpack(column: str, how: Any, rows: int, columns: Mapping[str, Any], reader: Blocks) -> Any:
    if isinstance(how, list):
        places = reader.take(_place_type(len(how)), rows)
        return np.array([*how, None], dtype=object)[:-1][places]
    first = next(iter(how), "")
    width = {each.sign: each for each in (_LONG, _SHORT)}[first[0]]
    if isinstance(how, dict):
        different = width.numbers(width.from_planes(reader, how[first]))
        return different[reader.take(_place_type(how[first]), rows)]
    bits = width.from_planes(reader, rows)
    if way := how[1:]:
        if way not in _FORETOLD:
            raise ValueError(f"numbers are written in a way that this version does not know: {way!r}")
        bits = _unfolded(bits) + width.bits(_foretold(way, column, columns))
    return width.numbers(bits)


def _foretold(way: str, column: str, columns: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """The end of an interval as its middle and its standard error, or its other end, tell it."""
    if not column.endswith(("lower", "upper")):
        return None
    stem = column[:-5].rstrip("_")
    middle = next((name for name in ((stem,) if stem else _MIDDLES) if name in columns), None)
    needed = f"{stem}_se".lstrip("_") if way == "by error" else f"{stem}_lower".lstrip("_")
    if middle is None or needed not in columns:
        return None
    sign = -1 if column.endswith("lower") else 1
    with np.errstate(invalid="ignore", over="ignore"):
        if way == "by error":
            values = columns[middle] + sign * _REACH * columns[needed]
        else:
            values = 2 * columns[middle] - columns[needed]
    return np.where(np.isnan(values), 0.0, values)


def _folded(differences: NDArray) -> NDArray:
    """Small differences of either sign as small numbers without: 0, -1, 1, -2, 2 as 0, 1, 2, 3, 4."""
    signed = differences.view(differences.dtype.str.replace("u", "i"))
    return ((signed << 1) ^ (signed >> (8 * signed.itemsize - 1))).view(differences.dtype)


def _unfolded(folded: NDArray) -> NDArray:
    one = folded.dtype.type(1)
    return (folded >> one) ^ (~(folded & one) + one)


def _plain_value(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _places(codes: NDArray, n_different: int) -> bytes:
    return codes.astype(_place_type(n_different)).tobytes()


def _place_type(n_different: int) -> str:
    return "<u1" if n_different <= 1 << 8 else "<u2" if n_different <= 1 << 16 else "<u4"
