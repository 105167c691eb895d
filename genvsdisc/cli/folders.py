"""Where a report goes: two tables of one name do not overwrite each other's report without a word."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from genvsdisc.cli.words import folder_name
from genvsdisc.files import read_json

SOURCE = "source"
"""Entry of a report's facts that tells one table from another of the same name: a digest of where it lies."""


def report_folder(name: str, tables: Sequence[str], output: Path | None) -> tuple[Path, list[str]]:
    """Choose the folder of a report.

    Parameters
    ----------
    name : str
        Of the table, as titles have it.
    tables : sequence of str
        Files or the name of a table, as the command line had them.
    output : Path or None
        Folder asked for; None takes ``reports/NAME``, or ``reports/NAME-2`` and so on where that holds the report of
        another table.

    Returns
    -------
    folder : Path
    told : list of str
        What to say of it.
    """
    if output is not None:
        replaced = f"{output} held the report of another table: it will be replaced"
        return output, [replaced] if _is_of_another(output, tables) else []
    first = Path("reports", folder_name(name))
    for number in count(1):
        folder = first if number == 1 else first.with_name(f"{first.name}-{number}")
        if not _is_of_another(folder, tables):
            break
    message = f"{first} holds the report of another table named {name!r}: this one goes to {folder}"
    return folder, [message] if number > 1 else []


def source_digest(tables: Sequence[str]) -> str:
    """Digest of where tables lie, which tells no one the path."""
    places = [str(Path(table).resolve()) if Path(table).exists() else table for table in tables]
    return hashlib.sha256("\n".join(places).encode()).hexdigest()[:16]


def _is_of_another(folder: Path, tables: Sequence[str]) -> bool:
    """Whether a folder holds the report of another table, as far as it says of which."""
    try:
        stored = read_json((folder / "meta.json").read_text(encoding="utf-8"))
        known = stored.get("meta", stored).get(SOURCE)
    except (OSError, ValueError, AttributeError):
        return False
    return known is not None and known != source_digest(tables)
