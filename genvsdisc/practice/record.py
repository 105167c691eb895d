"""All tables and facts of a comparison as one short text, exact to the last bit: what the page carries along.

A column is a list of its different values and their places; numbers that hardly repeat stand as their eight bytes, the
first bytes of all rows before the second ones, which compress well. An upper end of an interval is what its lower end
and its middle foretell, but for the last bits. All of it is compressed by LZMA, whose checksum tells a damaged text,
and written in the 85 characters of `base64.b85encode`, of which those that HTML reserves are others here.
"""

from __future__ import annotations

import json
import lzma
from base64 import b85decode, b85encode
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.schema import TABLES

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

RECORD_FORMAT = 1
LEFT_OUT = ("timings",)
"""Tables that differ from run to run: with them the same comparison would not give the same page."""
PAGE_BYTES = 300_000
"""What a page weighs at most."""
PICTURES = ("boundaries", "scatter", "ellipses", "predictive_rows", "traces", "reliability", "parameters", "search")
"""Tables that only pictures and lists are made from: a page without room for all leaves these out first."""
KEPT = (
    "models", "failures", "leaks", "summary", "differences", "crossings", "calibration", "assumptions", "holdout",
    "holdout_differences",
    "columns", "classes",
)  # fmt: skip
"""Tables that a page carries as long as it has any room."""
LAST = ("decomposition", "scores")
"""Tables that are left out last."""
ABSENT = "not_in_page"
"""Fact that lists what a page did not carry."""
_FRAME = 500  # bytes around the record
_OPENED, _CLOSED = '<template id="genvsdisc-record">', "</template>"
_RESERVED, _INSTEAD = "<>&", ",./"
_MIDDLES = ("mean", "difference", "estimate")
_FEW = 4  # a value stands this many times on average: then values and places are shorter
_LARGEST = 1 << 28  # bytes once unpacked
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "pb": 0}]


def packed_record(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any]) -> str:
    """Write tables and facts as text.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As `Comparison.tables`; those of `LEFT_OUT` are not written.
    meta : mapping
        What JSON can hold.

    Returns
    -------
    text : str
        Letters, digits and signs that HTML takes as they are. The same for the same tables.
    """
    blocks: list[bytes] = []
    heads = {
        name: {"rows": len(table), "columns": {column: _pack(table, column, blocks) for column in table.columns}}
        for name, table in tables.items()
        if name not in LEFT_OUT
    }
    head = json.dumps({"format": RECORD_FORMAT, "meta": dict(meta), "tables": heads}, separators=(",", ":"))
    content = head.encode() + b"\0" + b"".join(blocks)
    text = b85encode(lzma.compress(content, check=lzma.CHECK_CRC64, filters=_FILTERS)).decode("ascii")
    return text.translate(str.maketrans(_RESERVED, _INSTEAD))


def unpacked_record(text: str) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Read back what `packed_record` wrote.

    Raises
    ------
    ValueError
        If the text is damaged, or of another version whose tables differ.
    """
    try:
        raw = b85decode(text.strip().translate(str.maketrans(_INSTEAD, _RESERVED)))
        unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_LARGEST)
        content = unpacker.decompress(raw, max_length=_LARGEST)
        if not unpacker.eof:
            raise ValueError("it is cut short")
        head, _, rest = content.partition(b"\0")
        record = json.loads(head)
        if record["format"] != RECORD_FORMAT:
            raise ValueError(f"it has format {record['format']}, this version of genvsdisc reads {RECORD_FORMAT}")
        reader = _Blocks(rest)
        tables = {name: _unpack_table(name, told, reader) for name, told in record["tables"].items()}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, lzma.LZMAError) as error:
        raise ValueError(f"the record is damaged, or of another version ({error})") from error
    return tables, dict(record["meta"])


def carried_record(comparison: Comparison, *, room: int) -> tuple[str, str]:
    """Write the record that a page carries, and a line that says so.

    Parameters
    ----------
    comparison : Comparison
    room : int
        Bytes that the page may still grow by; for it tables are left out, those of `KEPT` at the very end.
    """
    whole = {name: table for name, table in comparison.tables.items() if name not in LEFT_OUT}
    candidates = _left_out_in_order(whole)
    absent: list[str] = []
    record = packed_record(whole, comparison.meta)
    spare = room - _FRAME - len(record)
    # What each takes by itself is nearly what it takes among others; to compress all again for each takes seconds.
    alone = {name: len(packed_record({name: whole[name]}, {})) for name in candidates} if spare < 0 else {}

    def without(names: list[str]) -> tuple[str, int]:
        tables = {name: table for name, table in whole.items() if name not in names}
        packed = packed_record(tables, {**comparison.meta, ABSENT: names})
        return packed, room - _FRAME - len(packed)

    while spare < 0 and len(absent) < len(candidates):
        short = -spare
        while short > 0 and len(absent) < len(candidates):
            absent = candidates[: len(absent) + 1]
            short -= alone[absent[-1]]
        record, spare = without(absent)
    for name in absent[-2::-1]:  # the last one may have made room for others
        if alone[name] <= spare:
            fewer = [each for each in absent if each != name]
            longer, still = without(fewer)
            if still >= 0:
                absent, record, spare = fewer, longer, still
    lacking = f", but for {', '.join((*absent, *LEFT_OUT))}, which lie beside it" if absent else " but timings"
    told = f"This page carries its tables{lacking}: genvsdisc.Comparison.load of the file gives them back."
    return record, told


def _left_out_in_order(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Tables that a page may lack: pictures, long ones, what numbers can be tested with, and last what all carry."""
    others = [name for name in tables if name not in (*PICTURES, *KEPT, *LAST)]
    longest = [sorted(names, key=lambda name: -tables[name].size if name in tables else 0) for names in (others, KEPT)]
    order = (*PICTURES, *longest[0], *LAST, *longest[1])
    return [name for name in order if name in tables and not tables[name].empty]


def record_of_page(path: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Tables and facts that a page carries.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no page of a comparison, or was changed.
    """
    page = path.read_bytes().decode("utf-8", errors="replace")
    start = page.rfind(_OPENED)
    end = page.find(_CLOSED, start)
    if start < 0 or end < 0:
        raise ValueError(
            f"{str(path)!r} is no page of a comparison that carries its tables: give a page that this version of "
            "genvsdisc wrote, or the folder that it lies in"
        )
    try:
        return unpacked_record(page[start + len(_OPENED) : end])
    except ValueError as error:
        raise ValueError(f"{str(path)!r}: {error}") from error


class _Blocks:
    """Arrays one after the other."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def take(self, dtype: str, count: int) -> NDArray:
        found = np.frombuffer(self.content, dtype=dtype, count=count, offset=self.at)
        self.at += found.nbytes
        return found


def _pack(table: pd.DataFrame, column: str, blocks: list[bytes]) -> Any:
    """Description of a column; its bytes go into `blocks`."""
    values = table[column]
    if values.dtype.kind == "f":
        bits = np.ascontiguousarray(values.to_numpy(dtype="<f8")).view("<u8")
        if (middle := _middle(table, column)) is not None:
            blocks.append(_planes(bits - _foretold(table[middle], table["lower"])))
            return "ends"
        different, places = np.unique(bits, return_inverse=True)
        if len(different) * _FEW > len(bits):
            blocks.append(_planes(bits))
            return "bits"
        blocks.append(_planes(different))
        blocks.append(_places(places, len(different)))
        return ["few", len(different)]
    codes, levels = pd.factorize(values.astype(object), use_na_sentinel=False)
    blocks.append(_places(codes, len(levels)))
    return [None if value is pd.NA or value is None else _plain_value(value) for value in levels]


def _plain_value(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _middle(table: pd.DataFrame, column: str) -> str | None:
    """Column whose interval ends in this one."""
    if column != "upper" or "lower" not in table.columns:
        return None
    return next((name for name in _MIDDLES if name in table.columns), None)


def _foretold(middle: Any, lower: Any) -> NDArray[np.uint64]:
    with np.errstate(invalid="ignore", over="ignore"):
        upper = 2 * np.asarray(middle, dtype="<f8") - np.asarray(lower, dtype="<f8")
    return np.ascontiguousarray(np.where(np.isnan(upper), 0.0, upper)).view("<u8")


def _planes(bits: NDArray) -> bytes:
    return np.ascontiguousarray(bits.astype("<u8").view(np.uint8).reshape(-1, 8).T).tobytes()


def _places(codes: NDArray, n_different: int) -> bytes:
    return codes.astype(_place_type(n_different)).tobytes()


def _place_type(n_different: int) -> str:
    return "<u1" if n_different <= 1 << 8 else "<u2" if n_different <= 1 << 16 else "<u4"


def _unpack_table(name: str, told: Mapping[str, Any], reader: _Blocks) -> pd.DataFrame:
    rows = int(told["rows"])
    columns: dict[str, Any] = {}
    kinds = TABLES[name].kinds
    if list(told["columns"]) != list(kinds):
        raise ValueError(f"the table {name!r} has other columns than in this version")
    for column, how in told["columns"].items():
        columns[column] = _unpack(how, rows, columns, reader)
    return pd.DataFrame(columns, columns=list(kinds))


def _unpack(how: Any, rows: int, columns: Mapping[str, Any], reader: _Blocks) -> Any:
    if how in ("bits", "ends"):
        bits = _bits(reader, rows)
        if how == "ends":
            middle = next(columns[name] for name in _MIDDLES if name in columns)
            bits = bits + _foretold(middle, columns["lower"])
        return bits.view("<f8")
    if how[:1] == ["few"] and len(how) == 2 and isinstance(how[1], int) and not isinstance(how[1], bool):
        different = _bits(reader, how[1]).view("<f8")
        return different[reader.take(_place_type(how[1]), rows)]
    codes = reader.take(_place_type(len(how)), rows)
    return np.array([*how, None], dtype=object)[:-1][codes]


def _bits(reader: _Blocks, count: int) -> NDArray[np.uint64]:
    planes = reader.take("<u1", 8 * count).reshape(8, count)
    return np.ascontiguousarray(planes.T).view("<u8").reshape(count)
