"""Words of the command line as what a comparison takes: a table, models, a budget, a plan; and back again."""

from __future__ import annotations

import json
import re
import shlex
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genvsdisc.study.budgets import QUICK_BUDGET, STANDARD_BUDGET, THOROUGH_BUDGET

if TYPE_CHECKING:
    from genvsdisc.datasets import Dataset


def asked_dataset(table: str | None, target: str | None) -> Dataset:
    """The table that the words mean: a file, before a name; nothing at all is the embedded one."""
    from genvsdisc.datasets import load, names, read_table

    if table is not None and (table not in names() or Path(table).exists()):
        elsewhere = table == "-" or "://" in table
        if not elsewhere and not Path(table).exists() and not Path(table).suffix:
            close = get_close_matches(table, names()) or names()
            raise ValueError(f"no file and no table is named {table!r}; tables by name: {', '.join(close)}")
        return read_table(table, target)
    found = load(table or "pokemon_style")
    if target not in (None, found.y.name):
        raise ValueError(
            f"the target of {found.name!r} is {found.y.name!r}, not {target!r}; write it to a file to change it"
        )
    return found


def folder_name(name: str) -> str:
    """Name of a folder that every file system takes: letters and digits of any script, dash and underscore."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "table"


def asked_budget(budget: float | None, quick: bool, thorough: bool) -> float:
    """Seconds asked for."""
    on = {"--budget": budget is not None, "--quick": quick, "--thorough": thorough}
    given = [name for name, is_on in on.items() if is_on]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} are two budgets; give one")
    if budget is not None and not 0 < budget < float("inf"):
        raise ValueError(f"--budget must be a number of seconds above 0, got {budget:g}")
    return budget or (QUICK_BUDGET if quick else THOROUGH_BUDGET if thorough else STANDARD_BUDGET)


def asked_jobs(jobs: int) -> int:
    """Processes asked for."""
    if jobs == 0:
        raise ValueError("--jobs must be a number of processes, or -1 for all cores, got 0")
    return jobs


def stored_plan(path: Path) -> dict[str, Any]:
    """Read the plan in the meta.json of a report, or in a file of its own."""
    path = path / "meta.json" if path.is_dir() else path
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        meta = stored.get("meta", stored)
        return dict(meta.get("plan", meta))
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"--plan {str(path)!r} holds no plan ({error}); give the meta.json of a report") from error


def shell_command(table: str | None, target: str, asked: dict[str, Any]) -> str:
    """Write the command that gives this page again: a file by its name alone, nothing that leaves the page as it is."""
    words = ["genvsdisc", "report", *([Path(table).name, "--target", target] if table is not None else [])]
    given = {name: value for name, value in asked.items() if value is not None and value is not False}
    for name, value in given.items():
        words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return shlex.join(words)
