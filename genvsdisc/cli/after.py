"""What is asked of a comparison once it is there: a JSON file, and rules that it must not break (exit status 3)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from genvsdisc.cli.terminal import fail, legible, say

if TYPE_CHECKING:
    from genvsdisc import Comparison

GATE = 3  # exit status where a rule of --fail-if is true

JSON = typer.Option("--json", help="File for all tables, the verdict and the facts as JSON.")
FAIL_IF = typer.Option(
    "--fail-if", help='Exit with status 3 where this is true: "loss.logistic > 0.3"; may be given several times.'
)


def check_asked(json: Path | None, rules: Sequence[str], models: Sequence[Any], losses: Sequence[str] = ()) -> None:
    """Refuse a file that cannot be written, and rules that cannot be read, before anything is fitted."""
    if json is not None and json.is_dir():
        raise IsADirectoryError(f"--json {str(json)!r} is a folder: give the name of a file")
    if json is not None and not json.parent.is_dir():
        raise ValueError(f"--json {str(json)!r}: there is no folder {str(json.parent)!r}")
    if not rules:
        return
    from genvsdisc.practice.gate import RuleError, read_rule
    from genvsdisc.study.statistics.losses import LOSS_NAMES

    names = [getattr(model, "name", model) for model in models]
    for rule in rules:
        try:
            read_rule(rule, models=names, losses=[*LOSS_NAMES, *losses])
        except RuleError as error:
            typer.echo(legible(error.pointer), err=True)
            raise ValueError(f"--fail-if: {error.problem}") from error


def finish(comparison: Comparison, json: Path | None, rules: Sequence[str]) -> None:
    """Write the file, and exit with status 3 if a rule is true."""
    if json is not None:
        comparison.to_json(json)
        say(str(json))
    broken = [each for rule in rules for each in comparison.check(rule)]
    for each in broken[:-1]:
        typer.echo(legible(f"genvsdisc: gate: {each}"), err=True)
    if broken:
        fail(f"gate: {broken[-1]}", GATE)
