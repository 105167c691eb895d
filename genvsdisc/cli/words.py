"""Words of the command line as what a comparison takes: a budget, a plan, processes; and options as words again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genvsdisc.cli.rosters import file_names_only
from genvsdisc.files import read_json
from genvsdisc.study.budgets import QUICK_BUDGET, STANDARD_BUDGET, THOROUGH_BUDGET
from genvsdisc.study.kinds import check_kind
from genvsdisc.study.plan import PLAN


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


def asked_file(option: str, path: Path) -> Path:
    """The file that an option names, or the facts in the folder of a report.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    file = path / "meta.json" if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise FileNotFoundError(f"{option}: the folder {str(path)!r} holds no report: it has no meta.json")
    if not file.exists():
        raise FileNotFoundError(f"{option}: no such file: {str(path)!r}")
    return file


def stored_plan(path: Path) -> dict[str, Any]:
    """Read the plan in the meta.json of a report, or in a file of its own."""
    path = asked_file("--plan", path)
    try:
        stored = read_json(path.read_text(encoding="utf-8"))
    except ValueError:
        stored = None
    facts = stored.get("meta", stored) if isinstance(stored, dict) else None
    plan = facts.get("plan", facts) if isinstance(facts, dict) else None
    if not plan:
        raise ValueError(f"--plan {str(path)!r} holds no plan: give the meta.json of a report, or its folder")
    try:
        check_kind(plan, PLAN, "plan")
    except ValueError as error:
        raise ValueError(f"--plan {str(path)!r}: {error}") from error
    return dict(plan)


UNSAID = ("output", "jobs", "cache", "config", "json", "context")
"""Options that change no number: neither the command on the page nor meta.json says them."""


def recorded(tables: list[str], asked: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Options that differ from their defaults, as a configuration says them: paths below the current folder from there.

    Examples
    --------
    >>> recorded(["a.csv"], {"seed": 0, "tune": True, "jobs": 2}, {"seed": 0, "tune": False})
    {'table': 'a.csv', 'tune': True}
    """
    named: dict[str, Any] = {}
    if tables:
        named["table"] = _from_here(tables[0]) if len(tables) == 1 else [_from_here(table) for table in tables]
    for name, value in asked.items():
        if name not in (*UNSAID, "tables") and value != defaults.get(name):
            named[name] = _from_here(str(value)) if isinstance(value, Path) else value
    return named


def shell_command(tables: list[str], asked: Mapping[str, Any]) -> str:
    """Write the command that gives this page again: a file by its name alone, nothing that leaves the page as it is."""
    words = ["genvsdisc", "report", *(table if table == "-" else Path(table).name for table in tables)]
    for name, value in asked.items():
        option = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, list) else [value]:
            if each is True:
                words.append(option)
            elif each is not None and each is not False:
                words += [option, _by_name(name, each)]
    return shlex.join(words)


def _by_name(option: str, value: Any) -> str:
    if option == "models":
        return file_names_only(value)
    named = isinstance(value, Path) or (option == "costs" and Path(value).is_file())
    return Path(value).name if named else str(value)


def _from_here(path: str) -> str:
    """Path from the current folder, if it lies below; else as it is."""
    given = Path(path)
    return str(given.relative_to(Path.cwd())) if given.is_absolute() and given.is_relative_to(Path.cwd()) else path
