"""Skops files that hold the same bytes whenever the same model is written."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import count
from pathlib import PurePosixPath
from typing import Any
from zipfile import ZipFile, ZipInfo

_SCHEMA = "schema.json"


def same_bytes(content: bytes) -> bytes:
    """Write a skops file anew without what changes from run to run: places in memory, and the time.

    Skops numbers objects by their address, names the arrays after it, and lets the archive carry the date. Here objects
    are numbered in the order in which they stand; a plain value (a number, a word, None) has a number of its own
    wherever it stands, for whether two of them are one object is up to the interpreter.

    Parameters
    ----------
    content : bytes
        A skops file.

    Returns
    -------
    content : bytes
        A skops file of the same model.
    """
    with ZipFile(BytesIO(content)) as archive:
        state = json.loads(archive.read(_SCHEMA))
        parts = {name: archive.read(name) for name in archive.namelist() if name != _SCHEMA}
    fresh = count(1)
    numbers: dict[int, int] = {}
    names: dict[str, str] = {}

    def renamed(node: Any) -> Any:
        if isinstance(node, list):
            return [renamed(each) for each in node]
        if not isinstance(node, dict):
            return node
        renaming: dict[str, Any] = {}
        for key, value in node.items():
            if key == "__id__" and isinstance(value, int):
                renaming[key] = next(fresh) if "is_json" in node else numbers.setdefault(value, next(fresh))
            elif key == "file" and isinstance(value, str) and value in parts:  # else a key of the model's own
                renaming[key] = names.setdefault(value, f"{len(names) + 1}{PurePosixPath(value).suffix}")
            else:
                renaming[key] = renamed(value)
        return renaming

    schema = json.dumps(renamed(state), indent=2)
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for name, given in names.items():
            archive.writestr(ZipInfo(given), parts[name])
        archive.writestr(ZipInfo(_SCHEMA), schema)
    return written.getvalue()
