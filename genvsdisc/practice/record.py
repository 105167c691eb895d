"""All tables and facts of a comparison as one short text: what the page carries along.

Columns stand as `genvsdisc.practice.packing` writes them, exact to the last bit; in a page that would grow too large,
numbers of long tables are rounded to five digits, and only then are tables left out. All of it is compressed by LZMA,
whose checksum tells a damaged text, and written in the 85 characters of `base64.b85encode`, of which those that HTML
reserves are others here.
"""

from __future__ import annotations

import json
import lzma
from base64 import b85decode, b85encode
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.files import read_json
from genvsdisc.practice.packing import Blocks, packed_table, unpacked_table
from genvsdisc.study.saved_folders import checked_facts

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

RECORD_FORMAT = 2
LEFT_OUT = ("timings",)
"""Tables that differ from run to run: with them the same comparison would not give the same page."""
PAGE_BYTES = 300_000
"""What a page weighs at most."""
KEPT = (
    "models", "failures", "leaks", "summary", "differences", "crossings", "calibration", "assumptions", "holdout",
    "holdout_differences", "decisions", "columns", "classes",
)  # fmt: skip
"""Tables that a page carries as long as it has any room, to the last bit."""
PICTURES = ("boundaries", "predictive_rows", "scatter", "ellipses", "parameters", "traces", "search", "reliability")
"""Tables that only pictures and lists are made from: a page without room for all leaves these out first."""
LAST = ("learning_curves", "conditions", "decomposition", "scores")
"""Tables that are rounded, and left out, last."""
ABSENT, ROUNDED = "not_in_page", "rounded_in_page"
"""Facts that list what a page did not carry, and what it carries rounded."""
_FRAME = 500  # bytes around the record
_LEAST_OF_ALONE = 0.6  # of its length in a record of its own, a table takes at least beside others
_OPENED, _CLOSED = '<template id="genvsdisc-record">', "</template>"
_RESERVED, _INSTEAD = "<>&", ",./"
_LARGEST = 1 << 28  # bytes once unpacked
_LZMA = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "pb": 0}


def packed_record(
    tables: Mapping[str, pd.DataFrame],
    meta: Mapping[str, Any],
    *,
    rounded: Collection[str] = (),
    packed: dict[tuple[str, bool], tuple[dict[str, Any], bytes]] | None = None,
) -> str:
    """Write tables and facts as text.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As `Comparison.tables`; those of `LEFT_OUT` are not written.
    meta : mapping
        What JSON can hold.
    rounded : collection of str, default=()
        Tables whose numbers are rounded, as `genvsdisc.practice.packing.rounded` does.
    packed : dict, default=None
        Name and whether rounded -> what `packed_table` gave for the table; it grows by what is not in it.

    Returns
    -------
    text : str
        Letters, digits and signs that HTML takes as they are. The same for the same tables.
    """
    packed = {} if packed is None else packed
    parts = {}
    for name, table in tables.items():
        key = name, name in rounded
        if name not in LEFT_OUT:
            packed[key] = parts[name] = packed.get(key) or packed_table(table, short=key[1])
    heads = {name: layout for name, (layout, _) in parts.items()}
    head = json.dumps({"format": RECORD_FORMAT, "meta": dict(meta), "tables": heads}, separators=(",", ":"))
    content = head.encode() + b"\0" + b"".join(block for _, block in parts.values())
    return _as_text(content)


def _as_text(content: bytes) -> str:
    # A window as large as the content sees all of it; that of the preset, 64 MB, takes longer to clear than to fill.
    window = 1 << min(max(len(content).bit_length(), 12), 26)
    packed = lzma.compress(content, check=lzma.CHECK_CRC64, filters=[_LZMA | {"dict_size": window}])
    text = b85encode(packed).decode("ascii")
    return text.translate(str.maketrans(_RESERVED, _INSTEAD))


def unpacked_record(text: str) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Read back what `packed_record` wrote, whatever tables and columns the version that wrote it had.

    Raises
    ------
    ValueError
        If the text is damaged, or of a version that wrote tables otherwise.
    """
    try:
        raw = b85decode(text.strip().translate(str.maketrans(_INSTEAD, _RESERVED)))
        unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_LARGEST)
        content = unpacker.decompress(raw, max_length=_LARGEST)
        if not unpacker.eof:
            raise ValueError("it is cut short")
        head, _, rest = content.partition(b"\0")
        record = read_json(head)
        if record["format"] != RECORD_FORMAT:
            raise ValueError(f"it has format {record['format']}, this version of genvsdisc reads {RECORD_FORMAT}")
        reader = Blocks(rest)
        tables = {name: unpacked_table(layout, reader) for name, layout in record["tables"].items()}
        return tables, checked_facts(record["meta"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, lzma.LZMAError) as error:
        raise ValueError(f"the record is damaged, or of another version ({error})") from error


def carried_record(comparison: Comparison, *, room: int) -> tuple[str, str]:
    """Write the record that a page carries, and a line that says so.

    Parameters
    ----------
    comparison : Comparison
    room : int
        Bytes that the page may still grow by. Where they do not do, tables that are not `KEPT` are rounded, one more at
        a time, then left out, and last those that are.
    """
    tables = {name: table for name, table in comparison.tables.items() if name not in LEFT_OUT}
    already = {key: list(comparison.meta.get(key, ())) for key in (ROUNDED, ABSENT)}  # read from a page
    candidates = _in_order(tables)
    rounded = tuple((ROUNDED, name) for name in candidates if name not in (*KEPT, *already[ROUNDED]))
    steps, n_rounded = rounded + tuple((ABSENT, name) for name in candidates), len(rounded)

    packed: dict[tuple[str, bool], tuple[dict[str, Any], bytes]] = {}

    def facts(taken: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
        absent = [*already[ABSENT], *(name for kind, name in taken if kind == ABSENT)]
        shorter = [*already[ROUNDED], *(name for kind, name in taken if kind == ROUNDED)]
        return {ABSENT: absent, ROUNDED: [name for name in tables if name in shorter and name not in absent]}

    @cache
    def written(taken: tuple[tuple[str, str], ...]) -> str:
        names = facts(taken)
        meta = comparison.meta | {key: each for key, each in names.items() if each}
        kept = {name: table for name, table in tables.items() if name not in names[ABSENT]}
        return packed_record(kept, meta, rounded=names[ROUNDED], packed=packed)

    def fits(taken: tuple[tuple[str, str], ...]) -> bool:
        return len(written(taken)) + _FRAME <= room

    @cache
    def alone(name: str, shorter: bool) -> int:
        """Length of a table in a record of its own."""
        key = name, shorter
        packed[key] = packed.get(key) or packed_table(tables[name], short=shorter)
        return len(_as_text(packed[key][1]))

    taken: tuple[tuple[str, str], ...] = ()
    if not fits(()):
        saved = [alone(name, name in already[ROUNDED]) - alone(name, True) for _, name in steps[:n_rounded]]
        saved += [alone(name, name not in KEPT) for _, name in steps[n_rounded:]]
        likely = int(np.searchsorted(np.cumsum(saved), len(written(())) + _FRAME - room)) + 1
        taken = steps[: _first(lambda count: fits(steps[:count]), likely, len(steps))]
        for step in [step for step in taken if step[0] == ABSENT][-2::-1]:
            fewer = tuple(each for each in taken if each != step)  # the last one may have made room for others
            least = len(written(taken)) + _LEAST_OF_ALONE * alone(step[1], step[1] not in KEPT)
            if least + _FRAME <= room and fits(fewer):
                taken = fewer
    return written(taken), _told(facts(taken))


def _first(holds: Callable[[int], bool], likely: int, most: int) -> int:
    """Find the first count from 1 to `most` at which something holds that holds from there on, near a likely one."""
    low, high, step = 0, most, 1
    at = min(max(likely, 1), most)
    while high - low > 1:
        if holds(at):
            high, at = at, max(low + 1, at - step)
        else:
            low, at = at, min(high - 1, at + step)
        step *= 2
    return high


def _in_order(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Tables that a page may lack: pictures, long ones, what numbers are tested with, and last what all carry."""
    others = [name for name in tables if name not in (*PICTURES, *KEPT, *LAST)]
    longest = [sorted(names, key=lambda name: -tables[name].size if name in tables else 0) for names in (others, KEPT)]
    order = (*PICTURES, *longest[0], *LAST, *longest[1])
    return [name for name in order if name in tables and not tables[name].empty]


def _told(names: Mapping[str, Sequence[str]]) -> str:
    lacking = f", but for {', '.join((*names[ABSENT], *LEFT_OUT))}, which lie beside it" if names[ABSENT] else ""
    shorter = f" To save room, numbers of {', '.join(names[ROUNDED])} have five digits." if names[ROUNDED] else ""
    return (
        f"This page carries its tables{lacking or ' except timings'}: genvsdisc.Comparison.load of the file gives them "
        f"back.{shorter}"
    )


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
