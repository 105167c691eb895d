"""What a saved comparison says of itself: its facts, and the tables of the version that wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from genvsdisc.files import read_json
from genvsdisc.study.schema import TABLES

_KINDS = {
    dict: ("costs", "density_floors", "design", "options", "plan", "sampling", "values", "verdict_card", "versions"),
    list: ("boundary_axes", "left_out", "not_in_page", "notes", "rounded_in_page"),
    int: ("n_columns", "n_rows"),
}
"""What facts are that are looked into."""


def checked_facts(facts: Any) -> dict[str, Any]:
    """Give the facts of a saved comparison if they are of the kinds that any version writes; ValueError elsewhere."""
    if not isinstance(facts, dict):
        raise ValueError(f"its facts are {facts!r:.40}")
    for kind, names in _KINDS.items():
        for name in names:
            if name in facts and not isinstance(facts[name], kind):
                raise ValueError(f"{name} must be {kind.__name__}, got {facts[name]!r:.40}")
    return facts


def saved_facts(folder: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Columns of the tables, and the facts, of a folder that `Comparison.save` wrote, whatever the version.

    Raises
    ------
    FileNotFoundError
        If the folder holds none.
    ValueError
        If they are not what `Comparison.save` writes.
    """
    if not (folder / "meta.json").is_file():
        raise FileNotFoundError(
            f"{folder} holds no saved comparison: it has no meta.json. Give a folder that Comparison.save "
            "(or genvsdisc report) finished writing"
        )
    try:
        saved = read_json((folder / "meta.json").read_text(encoding="utf-8"))
        return dict(saved.get("tables", {})), checked_facts(saved["meta"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{folder / 'meta.json'} is not what Comparison.save writes ({error})") from error


def refuse_other_version(source: Path, names: Iterable[str]) -> None:
    """Refuse what another version wrote, if it has tables unlike this one's; `names` are theirs."""
    differing = list(dict.fromkeys(names))
    if differing:
        raise ValueError(
            f"{source} was saved by another version of genvsdisc, whose tables differ from this one's in "
            f"{', '.join(differing[:4])}{', ...' if differing[4:] else ''}; run the comparison again "
            "(genvsdisc diff compares what both versions have)"
        )


def own_columns() -> dict[str, str]:
    """Columns of each table, as a saved folder records them: it documents itself, and another version's is known."""
    return {name: table.columns for name, table in TABLES.items()}
