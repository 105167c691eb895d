"""What differs between two comparisons in facts: data, design, versions, models and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.practice.record import ABSENT, ROUNDED
from genvsdisc.practice.winner import verdict_loss, verdict_outcome, winner

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

MOST_TOLD, MOST_LETTERS = 6, 160
"""How much of a fact is told: entries of a list, of which those that both have are left out, and letters of a text."""
UNTOLD = ("command", "options", "source", ABSENT, ROUNDED)
"""Facts that change nothing: how it was asked for, where the rows lie, and what a page had no room for."""
_DATA = ("name", "target", "n_rows", "n_columns")
_UNSAID = (
    "verdict",
    "verdict_card",
    "plan",
    "versions",
    "design",
    "values",
    "splits_hash",
    "folds_hash",
    "density_floors",
    "roster",
    "parameters",
    *UNTOLD,
)
_TIMES = ("seconds", "timed")


@dataclass(frozen=True)
class Change:
    """A fact that differs: its area (data, design, versions, models, verdict), its name, and both values as text."""

    area: str
    what: str
    before: str
    after: str


def fact_changes(before: Comparison, after: Comparison) -> Iterator[Change]:
    """Facts of the data, the design and the versions that differ."""
    yield from _mapping("data", {key: before.meta.get(key) for key in _DATA}, {k: after.meta.get(k) for k in _DATA})
    for table, key in (("classes", "label"), ("columns", "column")):
        yield from _rows("data", table, before.tables[table], after.tables[table], key)
    yield from _values(before.meta.get("values"), after.meta.get("values"))
    designs = before.meta.get("design", {}), after.meta.get("design", {})
    yield from _mapping("design", *designs)
    plans = [each.meta.get("plan", {}) for each in (before, after)]
    yield from _mapping("design", *({key: plan.get(key) for key in ("budget", "subtable")} for plan in plans))
    others = [{k: v for k, v in each.meta.items() if k not in (*_UNSAID, *_DATA)} for each in (before, after)]
    yield from _mapping("design", *others)
    yield from _mapping("versions", before.meta.get("versions", {}), after.meta.get("versions", {}))


def _values(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Change]:
    """Labels and columns of both that hold other values, or the same ones in another order; versions may tell none."""
    if not before or not after:
        return
    one, other = before["columns"], after["columns"]
    differing = [f"columns: {name}" for name in one if name in other and one[name] != other[name]]
    for what in ("labels", "weights"):
        if what in before and what in after and before[what] != after[what]:
            differing.append(what)
    for what in differing:
        yield Change("data", f"{what}, values row by row", "as they were", "others")


def _mapping(area: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys([*before, *after]):
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        if isinstance(one, list) and isinstance(other, list) and sorted(map(str, one)) != sorted(map(str, other)):
            one, other = [each for each in one if each not in other], [each for each in other if each not in one]
        yield Change(area, key.replace("_", " "), _told(one), _told(other))


def _rows(area: str, what: str, before: pd.DataFrame, after: pd.DataFrame, key: str) -> Iterator[Change]:
    """Rows that one of two tables lacks, and cells that differ."""
    one, other = (table.drop_duplicates(key).set_index(key) for table in (before, after))
    for name in dict.fromkeys([*one.index, *other.index]):
        if name not in one.index or name not in other.index:
            yield Change(area, f"{what}: {name}", *("there" if name in t.index else "absent" for t in (one, other)))
            continue
        for column in one.columns:
            cells = one.loc[name, column], other.loc[name, column]
            if str(cells[0]) != str(cells[1]) and column != "note":
                yield Change(area, f"{what}: {name}, {column}", _told(cells[0]), _told(cells[1]))


def model_changes(before: Comparison, after: Comparison) -> Iterator[Change]:
    """Models that one of them lacks, or of which a fact differs."""
    chosen = ["model", "family", "form", "status", "error", "tuned"]
    yield from _rows("models", "models", before.models[chosen], after.models[chosen], "model")
    yield from _mapping("models", *({"Python files": each.meta.get("roster")} for each in (before, after)))
    one, other = (each.meta.get("parameters", {}) for each in (before, after))
    for name in (name for name in one if name in other):
        for key in dict.fromkeys([*one[name], *other[name]]):
            if one[name].get(key) != other[name].get(key):
                yield Change("models", f"{name}, {key}", _told(one[name].get(key)), _told(other[name].get(key)))


def plan_changes(before: Comparison, after: Comparison) -> Iterator[Change]:
    """What differs in two plans, of one budget, but for what fits were expected to take."""
    one, other = (_flat(timeless(each.meta.get("plan", {}))) for each in (before, after))
    for key in dict.fromkeys([*one, *other]):
        if one.get(key) != other.get(key):
            yield Change("design", f"plan: {key}", _told(one.get(key)), _told(other.get(key)))


def timeless(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan without the seconds that were measured, and those expected from them: equal runs differ in these."""
    models = {
        name: {key: value for key, value in chosen.items() if key not in _TIMES}
        for name, chosen in plan.get("models", {}).items()
    }
    return {key: value for key, value in plan.items() if key not in _TIMES} | ({"models": models} if models else {})


def _flat(plan: Mapping[str, Any]) -> dict[str, Any]:
    models = {
        f"{name}, {key}": value for name, chosen in plan.get("models", {}).items() for key, value in chosen.items()
    }
    return {key.replace("_", " "): value for key, value in plan.items() if key != "models"} | models


def verdict_changes(before: Comparison, after: Comparison) -> Iterator[Change]:
    """What differs in the verdict."""
    both = before, after
    outcomes = [verdict_outcome(each) for each in both]
    if outcomes[0] != outcomes[1]:
        yield Change("verdict", "outcome", *outcomes)
    losses = [verdict_loss(each) for each in both]
    if losses[0] != losses[1]:
        yield Change("verdict", "loss", *losses)
    winners = [_winner(each) for each in both]
    if winners[0] != winners[1]:
        yield Change("verdict", "winner", *winners)
    sentences = [str(each.meta.get("verdict_card", {}).get("sentence") or each.verdict) for each in both]
    if sentences[0] != sentences[1]:
        yield Change("verdict", "sentence", *sentences)


def _winner(comparison: Comparison) -> str:
    try:
        return winner(comparison)[0]
    except ValueError:
        return "none"


def _told(value: Any) -> str:
    if value is None or value is pd.NA or value == "":
        return "–"
    if isinstance(value, float | np.floating):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        more = [f"and {len(value) - MOST_TOLD} more"] if len(value) > MOST_TOLD else []
        sentences = all(isinstance(each, str) and each.endswith(".") for each in value)
        return (" " if sentences else ", ").join([*map(_told, value[:MOST_TOLD]), *more]) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_told(each)}" for key, each in value.items()) or "–"
    text = " ".join(str(value).split())
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
