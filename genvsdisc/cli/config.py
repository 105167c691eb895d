"""`--config`: options from a TOML file, or from the meta.json of a report; the command line goes before them."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from genvsdisc.cli.panels import refuse_blank
from genvsdisc.cli.rosters import ROSTER, divided
from genvsdisc.cli.words import asked_file
from genvsdisc.files import read_json
from genvsdisc.study.saved_folders import checked_facts

TABLE, NO_KEYS = "table", ("config", "help", "tables")
LISTS = ("columns", "drop", "models")
"""Options of several values in one word; in a file they may be lists."""
FILES = ("table", "test", "unlabeled", "costs", "plan", "models")
"""Options that may name files: what is not found from the current folder is looked for beside the configuration."""
ONE_OF = (("budget", "quick", "thorough"), ("test", "test_column"))
"""Options of which the command line's replaces each of a file's."""
SAME_WORK = ("tables", "output", "jobs", "cache", "config", "json", "save_models", "fail_if", "plan")
"""Options that leave what is fitted as it was, or of which the plan itself says whether it still holds."""
_REPORT = "genvsdisc.cli.report"


def read_config(context: typer.Context, path: Path | None) -> Path | None:
    """Make the options of a file the defaults of the command.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is neither TOML nor the meta.json of a report, a key is no option, or a value is not what an option takes.
    """
    if path is not None:
        context.default_map = dict(context.default_map or {}) | _options(context, path)
    return path


def settled(context: typer.Context, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, where the command line goes before a file in options that exclude each other."""
    final = dict(asked)
    typed = {name for name in asked if _source(context, name) == "COMMANDLINE"}
    for names in ONE_OF:
        if typed & set(names):
            final |= {name: type(final[name])() if isinstance(final[name], bool) else None
                      for name in names if name in final and name not in typed}  # fmt: skip
    return final


def former_plan(context: typer.Context, roster: str) -> dict[str, Any] | None:
    """The plan of the report that is run again: what was timed then is not timed anew, so that its numbers come back.

    Parameters
    ----------
    context : Context
    roster : str
        Digest of the Python files that define models.

    Returns
    -------
    plan : dict or None
        None where no report is run again, its models were others, or the command line asks for other work.
    """
    meta, file = context.meta.get(_REPORT, {}), context.default_map or {}
    typed = [name for name in context.params if _source(context, name) == "COMMANDLINE" and name not in SAME_WORK]
    other = any(str(context.params[name]) != str(file.get(name)) for name in typed)
    return None if other or meta.get(ROSTER, "") != roster else meta.get("plan")


def tables_of(context: typer.Context) -> list[str]:
    """Tables that the file names."""
    given = (context.default_map or {}).get(TABLE) or []
    return [given] if isinstance(given, str) else list(given)


def _source(context: typer.Context, name: str) -> str:
    return getattr(context.get_parameter_source(name), "name", "")


def _options(context: typer.Context, path: Path) -> dict[str, Any]:
    path = asked_file("--config", path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"--config {str(path)!r} is not in UTF-8 (byte {error.start}): save it as UTF-8") from None
    values = _of_report(context, text, path) if path.suffix.lower() == ".json" else _of_toml(text, path)
    known = {each.name: each for each in context.command.params if each.name and each.name not in NO_KEYS}
    options: dict[str, Any] = {}
    for key, value in values.items():
        name, where = key.replace("-", "_"), f"--config {str(path)!r}{_line(key, text)}"
        if name != TABLE and name not in known:
            close = get_close_matches(name, [TABLE, *known], n=1)
            listed = ", ".join(each.replace("_", "-") for each in [TABLE, *known])
            hint = f"did you mean {close[0].replace('_', '-')!r}?" if close else f"there are {listed}"
            raise ValueError(f"{where}: no option is named {key!r}; {hint}")
        options[name] = _value(name, value, path.parent, where)
        if name in known:
            several = getattr(known[name], "multiple", False) and isinstance(options[name], str)
            options[name] = [options[name]] if several else options[name]
            _check(context, known[name], options[name], f"{where}: {key}")
    return options


def _of_toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"--config {str(path)!r} is no TOML: {error}") from None


def _of_report(context: typer.Context, text: str, path: Path) -> dict[str, Any]:
    try:
        stored = read_json(text)
    except ValueError:
        stored = None
    facts = stored.get("meta") if isinstance(stored, dict) else None
    if not isinstance(facts, dict) or "options" not in facts:
        raise ValueError(
            f"--config {str(path)!r} holds no options: give the meta.json of a page that genvsdisc report made, or a "
            "TOML file"
        )
    try:
        context.meta[_REPORT] = checked_facts(facts)
    except ValueError as error:
        raise ValueError(f"--config {str(path)!r}: {error}") from error
    return dict(facts["options"])


def _value(name: str, value: Any, folder: Path, where: str) -> Any:
    """A value of TOML or JSON as the words that the command line takes."""
    if name == TABLE:
        words = [value] if isinstance(value, str) else value
        named = isinstance(words, list) and all(isinstance(word, str) and word.strip() for word in words)
        if not named or not words:
            raise ValueError(f"{where}: table must be a file, or a list of files, got {value!r}")
        return [_beside(word, folder) for word in words]
    if name in LISTS and isinstance(value, list):
        value = ", ".join(map(str, value)) if name == "models" else _as_csv(value)
    elif name == "costs" and isinstance(value, dict):
        value = ",".join(f"{key}={number}" for key, number in value.items())
    elif name == "costs" and isinstance(value, list):
        value = ";".join(",".join(map(str, row if isinstance(row, list) else [row])) for row in value)
    if isinstance(value, bool | list | dict):
        return value
    value = str(value)  # numbers and dates too, as the command line gives them
    if name not in FILES:
        return value
    words = divided(value) if name == "models" else [value]
    return ", ".join(_beside(word, folder) for word in words)


def _as_csv(names: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def _beside(word: str, folder: Path) -> str:
    """Path of a file that lies beside the configuration, unless there is one in the current folder."""
    file, colon, rest = word.partition(".py:") if ".py:" in word else (word, "", "")
    name = file + (".py" if colon else "")
    if "(" in name or Path(name).exists() or not (folder / name).is_file():
        return word
    return f"{folder / name}{':' + rest if colon else ''}"


def _check(context: typer.Context, parameter: Any, value: Any, where: str) -> None:
    """Refuse a value that the option does not take, with the place of it in the file."""
    if getattr(parameter, "is_flag", False) and not isinstance(value, bool):
        raise ValueError(f"{where} must be true or false, got {value!r}")
    if isinstance(value, bool) and not getattr(parameter, "is_flag", False):
        raise ValueError(f"{where} is no switch, got {str(value).lower()}")
    if isinstance(value, dict) or (isinstance(value, list) and not getattr(parameter, "multiple", False)):
        raise ValueError(f"{where} takes one value, got {value!r}")
    refuse_blank(parameter, value, where)
    try:
        parameter.process_value(context, value)
    except typer.BadParameter as error:
        raise ValueError(f"{where}: {error.message.rstrip('.')}, got {value!r}") from None


def _line(key: str, text: str) -> str:
    """Say the line at which a key stands."""
    pattern = rf"""^\s*(?:\[+\s*)?["']?{re.escape(key)}["']?\s*(?:[=\].:])"""
    match = re.search(pattern, text, re.MULTILINE)
    return f", line {text.count(chr(10), 0, match.end()) + 1}" if match else ""
