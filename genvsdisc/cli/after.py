"""What is asked of a comparison once it is there: a JSON file, and rules that it must not break (exit status 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from genvsdisc.cli.rosters import divided, file_of
from genvsdisc.cli.terminal import fail, legible, say
from genvsdisc.files import refuse_over

if TYPE_CHECKING:
    from genvsdisc import Comparison

GATE = 3  # exit status where a rule of --fail-if is true


def check_asked(
    asked: Mapping[str, Any], roster: Sequence[Any] | None, X: Any, y: Any = None, *, losses: Sequence[str] = ()
) -> None:
    """Refuse a file that cannot be written, and rules that cannot be read, before anything is fitted.

    Parameters
    ----------
    asked : mapping
        Options by name: json, fail_if, costs, weights.
    roster : sequence of Model or str, or None
        The models; None for the default ones of the table X.
    y : Series, default=None
        The labels, of a comparison that is still to be made: they tell whether it measures rare classes.
    losses : sequence of str, default=()
        Losses of a comparison that there is.
    """
    json, rules = asked["json"], asked["fail_if"] or ()
    if json is not None and str(json) == "-":
        raise ValueError("--json '-' is no file; standard output has the verdict: give a name, such as report.json")
    if json is not None and json.is_dir():
        raise IsADirectoryError(f"--json {str(json)!r} is a folder: give the name of a file")
    if json is not None and not json.parent.is_dir():
        raise ValueError(f"--json {str(json)!r}: there is no folder {str(json.parent)!r}")
    if not rules:
        return
    from genvsdisc.models import default_models
    from genvsdisc.practice.gate import RuleError, read_rule

    models = default_models(X) if roster is None else roster
    names = [model if isinstance(model, str) else model.name for model in models]
    known = list(dict.fromkeys(losses)) if y is None else _losses_to_come(asked, X, y)
    for rule in rules:
        try:
            read_rule(rule, models=names, losses=list(known))
        except RuleError as error:
            typer.echo(legible(error.pointer), err=True)
            raise ValueError(f"--fail-if: {error.problem}") from error


def keep_what_is_read(asked: Mapping[str, Any], read: Sequence[str], folder: Path) -> None:
    """Refuse to write over a file that is read: `--json` over any, the tables of the report over a table of the user.

    Parameters
    ----------
    asked : mapping
        Options by name.
    read : sequence of str
        Files of rows.
    folder : Path
        Of the report; its own facts may be its configuration or plan, and are written anew.

    Raises
    ------
    ValueError
        If there is such a file.
    """
    from genvsdisc.study.schema import TABLES

    rows = [str(each) for each in (*read, asked["test"], asked["unlabeled"], asked["costs"]) if each is not None]
    scripts = [file for word in divided(asked["models"] or "") if (file := file_of(word))]
    settings = [str(asked[name]) for name in ("config", "plan") if asked[name] is not None]
    if asked["json"] is not None:
        refuse_over("--json", asked["json"], [*rows, *scripts, *settings])
    for name in TABLES:
        refuse_over("--output", folder / f"{name}.csv", rows)


def _losses_to_come(asked: Mapping[str, Any], X: Any, y: Any) -> list[str]:
    """Losses that a comparison may have; those of rare classes where one may be rare among the rows as they count.

    Which classes are too small for the folds, and leave, is known only later: without them another one may be rare.
    """
    import numpy as np

    from genvsdisc.study.statistics.losses import COST, LOSSES, RARE_CLASS_MEASURES
    from genvsdisc.study.statistics.scores import are_rare
    from genvsdisc.study.weights import read_weights

    weights = read_weights(X, asked["weights"])[1]
    codes = y.factorize()[0]
    counted = codes >= 0
    counts = np.bincount(codes[counted], None if weights is None else weights.of_rows[counted])
    counts = np.sort(counts[counts > 0])
    rare = any(are_rare(left / left.sum()).any() for left in (counts[least:] for least in range(len(counts) - 1)))
    costs = [COST] if asked["costs"] else []
    return [*LOSSES, "roc_auc", *costs, *(RARE_CLASS_MEASURES if rare or costs else ())]


def finish(comparison: Comparison, asked: Mapping[str, Any]) -> None:
    """Write the file, and exit with status 3 if a rule is true."""
    if asked["json"] is not None:
        comparison.to_json(asked["json"])
        say(str(asked["json"]))
    from genvsdisc.practice.gate import failed_rules
    from genvsdisc.study.statistics.losses import RARE_CLASS_MEASURES

    rules = asked["fail_if"] or ()
    broken = [each for rule in rules for each in failed_rules(rule, comparison, losses=RARE_CLASS_MEASURES)]
    for each in broken[:-1]:
        typer.echo(legible(f"genvsdisc: gate: {each}"), err=True)
    if broken:
        fail(f"gate: {broken[-1]}", GATE)
