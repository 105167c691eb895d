"""Decisions with costs: the rule, what it costs a row, and what acting is worth at other thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.figures import plot_decision_curves
from genvsdisc.report.blocks import Cell, Figure, Table, Text, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import fixed, interval, number, plain, strip_on
from genvsdisc.study.schema import records
from genvsdisc.study.statistics.differences import partly_judged
from genvsdisc.study.statistics.losses import COST

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_MATRIX = 12  # classes up to which all costs are a table
_SHOWN = (0.1, 0.2, 0.3, 0.5, 0.7)  # thresholds of the table behind the figure


def costs_section(comparison: Comparison) -> Draft | None:
    """The rule of decision, the cost of every model's decisions, and decision curves."""
    if comparison.decisions.empty:
        return None
    return Draft(
        lambda: _cheapest(comparison),
        (
            part("the rule", _rule, comparison),
            part("costs", _matrix, comparison),
            part("cost of decisions", _cost_table, comparison),
            part("decision curves", _curves, comparison),
        ),
    )


def _ranked(comparison: Comparison) -> pd.DataFrame:
    """Models from the lowest cost, behind them those that only some folds have judged, as on the leaderboard."""
    partly = comparison.decisions.model.isin(partly_judged(comparison.scores, COST))
    rows = comparison.decisions.assign(partly=partly)
    return rows.sort_values(["partly", "cost"], na_position="last", kind="stable")


def _cheapest(comparison: Comparison) -> str:
    ranked = _ranked(comparison)
    ranked = ranked[(ranked.family != "baseline") & ~ranked.partly]
    if ranked.empty or not np.isfinite(ranked.cost.iloc[0]):
        return "What the decisions of the models cost"
    best = ranked.iloc[0]
    constant = comparison.meta.get("costs", {}).get("constant")
    beside = "" if constant is None else f"; one answer for every row costs {plain(min(constant))} at least"
    return f"{best.model} decides at the lowest cost, {plain(best.cost)} a row{beside}"


def _rule(comparison: Comparison) -> Text:
    classes = comparison.meta.get("costs", {}).get("classes", [])
    threshold = float(comparison.decisions.threshold.iloc[0])
    rule = "Every model gives the answer whose expected cost under its probabilities is the least (Bayes' rule)."
    if np.isfinite(threshold) and len(classes) == 2:
        rule += f" Here that is to say {classes[1]} where its probability is above {threshold:.3g}."
    return Text(f"{rule} It is as good as the probabilities are; the section on calibration says how good.")


def _matrix(comparison: Comparison) -> Table | None:
    facts = comparison.meta.get("costs")
    if not facts:
        return None
    if len(facts["classes"]) > _MATRIX:
        return _dearest(facts["classes"], np.asarray(facts["matrix"], dtype=float))
    rows = [
        [Cell(label), *(number(plain(cost)) for cost in costs)]
        for label, costs in zip(facts["classes"], facts["matrix"], strict=True)
    ]
    return table(
        "What each answer costs: true class down, answer across", ["True", *facts["classes"]], rows, matrix=True
    )


def _dearest(classes: Sequence[str], costs: NDArray[np.float64]) -> Table:
    """List the dearest answers: a matrix of many classes is too large to read."""
    order = np.argsort(-costs, axis=None, kind="stable")
    rows = [
        [Cell(classes[true]), classes[predicted], number(plain(float(costs[true, predicted])))]
        for true, predicted in zip(*np.unravel_index(order, costs.shape), strict=True)
        if true != predicted
    ]
    return table("The dearest answers", ["True", "Answer", "Cost"], rows, source="meta.json", limit=_MATRIX)


def _cost_table(comparison: Comparison) -> Table:
    rows, folds = _ranked(comparison), partly_judged(comparison.scores, COST)
    ends = rows[["lower", "upper"]].to_numpy()
    low, high = (float(np.nanmin(ends)), float(np.nanmax(ends))) if np.isfinite(ends).any() else (0.0, 1.0)
    caption = "Mean cost of a row with its corrected 95% interval, and what saying the most probable class would cost"
    heads = ["Model", "Cost", "By the most probable class"]
    cells = [_cost_row(row, low, high, folds.get(row.model, "")) for row in records(rows)]
    return table(caption, heads, cells, source="decisions.csv")


def _cost_row(row: Any, low: float, high: float, folds: str) -> list[Cell]:
    strip = strip_on(row.lower, row.cost, row.upper, low, high, family=row.family)
    return [
        Cell(row.model, note=folds, family=row.family),
        interval(COST, row.cost, row.lower, row.upper, strip),
        number(plain(row.cost_of_likeliest)),
    ]


def _curves(comparison: Comparison) -> Figure | None:
    """Curves of the best of each family by cost, beside acting always and never."""
    curves = comparison.decision_curves
    if curves.empty:
        return None
    ranked = _ranked(comparison).drop_duplicates("family")
    best = [row.model for row in records(ranked) if row.family != "baseline"][:2]
    shown = curves[curves.model.isin([*best, "always", "never"])]
    threshold = float(comparison.decisions.threshold.iloc[0])
    positive = comparison.meta.get("costs", {}).get("classes", ["", "the second class"])[-1]

    def alt() -> str:
        at = shown.iloc[(shown.threshold - threshold).abs().argsort(kind="stable")].drop_duplicates("model")
        benefits = ", ".join(f"{row.model} {fixed(row.net_benefit, 3)}" for row in records(at))
        return f"Net benefit near the threshold {threshold:.3g}: {benefits}."

    look: Any = {"size": (440, 260), "margins": (12, 136, 38, 46), "threshold": threshold, "clip": True}
    made = panel("decision curves", plot_decision_curves, shown, alt=alt, **look)
    caption = (
        f"Decision curves of the best of each family: what saying {positive} from a threshold on is worth, in true "
        "positives a row less false positives at the odds of the threshold. The line marks the threshold of the costs."
    )
    read = "Read: a model is worth using at the thresholds where it lies above both always and never."
    return Figure((made,), caption, (_curve_table(curves),), across=1, read=read)


def _curve_table(curves: pd.DataFrame) -> Table:
    levels = sorted({float(curves.threshold.iloc[(curves.threshold - at).abs().argmin()]) for at in _SHOWN})
    at = {(row.model, row.threshold): number(fixed(row.net_benefit, 3)) for row in records(curves)}
    rows = [
        [Cell(model, family="" if model in ("always", "never") else family), *(at[model, level] for level in levels)]
        for model, family in dict.fromkeys(zip(curves.model, curves.family, strict=True))
    ]
    heads = ["Model", *(f"at {level:g}" for level in levels)]
    return table("Net benefit at some thresholds", heads, rows, source="decision_curves.csv")
