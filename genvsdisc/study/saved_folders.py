"""What a saved comparison says of itself: its facts, and the tables of the version that wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from genvsdisc.files import read_json
from genvsdisc.study.kinds import NaN, Record, check_kind
from genvsdisc.study.plan import DESIGN, PLAN
from genvsdisc.study.schema import TABLES

_POINT = Record({"kind": str, "text": str}, needed=("kind", "text"))
_CARD = {
    "sentence": str,
    "loss": str,
    "probabilities": dict[str, float | NaN],
    "points": [_POINT],
    "warnings": list[str],
}
_COSTS = {"classes": list[str], "matrix": list[list[float]], "rope": float, "constant": list[float]}
FACTS = Record(
    {
        "name": str,
        "target": str,
        "n_rows": int,
        "n_columns": int,
        "seed": int | None,
        "design": DESIGN,
        "plan": PLAN,
        "sampling": dict[str, str | int],
        "splits_hash": str,
        "folds_hash": str,
        "values": Record({"labels": str, "columns": dict[str, str], "weights": str}, needed=("labels", "columns")),
        "versions": dict[str, str],
        "parameters": dict[str, dict[str, str]],
        "left_out": list[str],
        "tuned": bool,
        "boundary_axes": list[str],
        "weights": dict[str, float],
        "rare_classes": dict[str, float],
        "test_rows": int,
        "unlabeled_rows": int,
        "costs": Record(_COSTS, needed=("classes", "matrix")),
        "loss": str,
        "notes": list[str],
        "density_floors": dict[str, float | NaN],
        "takes_gaps": list[str],
        "bayes": dict[str, float | NaN],
        "verdict_card": Record(_CARD),
        "verdict": str,
        "command": str,
        "options": dict[str, Any],
        "source": str,
        "roster": str,
        "not_in_page": list[str],
        "rounded_in_page": list[str],
    }
)
"""What facts are; none need be there, and what else there is, is nobody's."""
_SAVED = Record({"tables": dict[str, str], "meta": FACTS}, needed=("meta",))


def checked_facts(facts: Any) -> dict[str, Any]:
    """Give the facts of a saved comparison if they are of the kinds that any version writes; ValueError elsewhere."""
    check_kind(facts, FACTS, "meta")
    return dict(facts)


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
        check_kind(saved, _SAVED, "")
        return dict(saved.get("tables", {})), dict(saved["meta"])
    except ValueError as error:
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
