"""What is asked of a comparison once it is there: a JSON file, and rules that it must not break (exit status 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from genvsdisc.cli.terminal import fail, legible, say

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
    known = list(dict.fromkeys(losses)) if y is None else _losses_to_come(asked, y)
    for rule in rules:
        try:
            read_rule(rule, models=names, losses=list(known))
        except RuleError as error:
            typer.echo(legible(error.pointer), err=True)
            raise ValueError(f"--fail-if: {error.problem}") from error


def _losses_to_come(asked: Mapping[str, Any], y: Any) -> list[str]:
    """Losses that a comparison will have; those of rare classes too where weights may make a class rare."""
    from genvsdisc.study.statistics.losses import COST, LOSSES, RARE_CLASS_MEASURES
    from genvsdisc.study.statistics.scores import are_rare

    rare = asked["weights"] is not None or are_rare(y.value_counts(normalize=True).to_numpy()).any()
    costs = [COST] if asked["costs"] else []
    return [*LOSSES, "roc_auc", *costs, *(RARE_CLASS_MEASURES if rare or costs else ())]


def finish(comparison: Comparison, asked: Mapping[str, Any]) -> None:
    """Write the file, and exit with status 3 if a rule is true."""
    if asked["json"] is not None:
        comparison.to_json(asked["json"])
        say(str(asked["json"]))
    broken = [each for rule in asked["fail_if"] or () for each in comparison.check(rule)]
    for each in broken[:-1]:
        typer.echo(legible(f"genvsdisc: gate: {each}"), err=True)
    if broken:
        fail(f"gate: {broken[-1]}", GATE)
