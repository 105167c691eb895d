"""Reliability curves of the models of each form, and the split of the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_reliability
from genvsdisc.report.blocks import Cell, Figure, Fold, Panel, Table, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import fixed, number, plain
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_LINES = 4  # on a panel
_STEPS = 5  # of a curve in the table


def calibration_section(comparison: Comparison) -> Draft | None:
    """Reliability curves and the score split of all models."""
    if comparison.calibration.empty and comparison.reliability.empty:
        return None
    split = comparison.calibration
    judged = split[split.family != "baseline"] if (split.family != "baseline").any() else split
    return Draft(
        lambda: _extremes(judged),
        (part("reliability curves", _figure, comparison), part("score split", _split_fold, judged)),
    )


def _figure(comparison: Comparison) -> Figure | None:
    curves = comparison.reliability
    curves = curves[curves.family != "baseline"] if (curves.family != "baseline").any() else curves
    if curves.empty:
        return None
    values = curves.groupby("model", sort=False).forecast.nunique()
    sure = list(values.index[values < 2])  # one point is no curve
    drawn = curves[~curves.model.isin(sure)] if len(sure) < len(values) else curves
    together = _by_form(drawn, comparison.models)
    most = max(some.model.nunique() for _, some in together)
    panels = tuple(_reliability_panel(title, some, most) for title, some in together)
    several = int(comparison.classes.used.sum()) > 2
    event = "the predicted class was right" if several else "the second class occurred"
    return Figure(
        panels,
        f"How often {event}, against the probability that the model gave it, on rows of the held-out folds (first "
        f"repeat). Dotted diagonal: a calibrated model.{_without_curve(sure) if len(drawn) < len(curves) else ''}",
        (_steps_table(curves),),
        families=tuple(dict.fromkeys(curves.family)),
        read="Read: a curve below the diagonal on the right (and above it on the left) belongs to a model that is too "
        "sure of itself, the opposite to one that is not sure enough.",
    )


def _without_curve(models: list[str]) -> str:
    verb = "forecasts" if len(models) == 1 else "forecast"
    return f" {' and '.join(models)} {verb} one probability only, which makes no curve."


def _by_form(curves: pd.DataFrame, roster: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Models of one form together, at most so many lines on a panel."""
    forms = dict(zip(roster.model, roster.form, strict=True))
    together: dict[str, list[str]] = {}
    for model in dict.fromkeys(curves.model):
        together.setdefault(forms.get(model, ""), []).append(model)
    panels = []
    for form, models in together.items():
        for start in range(0, len(models), _LINES):
            chosen = models[start : start + _LINES]
            title = f"{form[:1].upper()}{form[1:]}" if form else "Without a pair"
            panels.append((title, curves[curves.model.isin(chosen)]))
    return panels


def _reliability_panel(title: str, curves: pd.DataFrame, most: int) -> Panel:
    """Draw the models of one form; all panels have room for the names of the most there are on one."""

    def alt() -> str:
        phrases = []
        for model, curve in groups(curves, "model"):
            worst = curve.iloc[int((curve.observed - curve.forecast).abs().to_numpy().argmax())]
            phrases.append(f"{model} at {100 * worst.forecast:.0f}% where {100 * worst.observed:.0f}% occurred")
        return f"Reliability curves, {title.lower()}; furthest from the diagonal: {'; '.join(phrases)}."

    look: Any = {"size": (300, 300 + 14 * most), "margins": (26 + 14 * most, 12, 38, 44), "title": title}
    return panel(f"reliability, {title.lower()}", plot_reliability, curves, alt=alt, **look)


def _extremes(judged: pd.DataFrame) -> str:
    if judged.empty:
        return "How often what was forecast occurred"
    ends = judged.sort_values("miscalibration", kind="stable")
    texts = ends.miscalibration.map(lambda value: fixed(value, 3)).tolist()
    if len(set(texts)) == 1:
        return f"Miscalibration does not tell the models apart ({texts[0]} of Brier score)"
    least = [model for model, text in zip(ends.model, texts, strict=True) if text == texts[0]]
    who = least[0] if len(least) == 1 else f"{least[0]} and {len(least) - 1} more"
    verb = "has" if len(least) == 1 else "have"
    most = f"{ends.model.iloc[-1]} the most ({texts[-1]})"
    return f"{who} {verb} the least miscalibration ({texts[0]} of Brier score), {most}"


def _split_fold(split: pd.DataFrame) -> Fold | None:
    if split.empty:
        return None
    brier = (
        "Brier score = miscalibration − discrimination + uncertainty. Miscalibration: what the best monotone "
        "recalibration would gain",
        ["brier", "miscalibration", "discrimination", "uncertainty"],
    )
    logs = (
        "Log loss = refinement + gain by temperature. A temperature above 1: the model is too sure. ECE: expected "
        "calibration error, beside what a calibrated model would show with as many rows",
        ["log_loss", "refinement", "calibration", "temperature", "ece", "ece_calibrated"],
    )
    names = {"ece": "ECE", "ece_calibrated": "ECE if calibrated", "calibration": "Gain by temperature"}
    tables = tuple(
        table(
            caption,
            ["Model", *(names.get(name, name.replace("_", " ").capitalize()) for name in columns)],
            [[Cell(row.model, family=row.family), *(_number(row, name) for name in columns)] for row in records(split)],
            source="calibration.csv",
        )
        for caption, columns in (brier, logs)
    )
    return Fold("The scores split (first repeat, so a score may differ from the leaderboard, which has all)", tables)


def _number(row: Any, name: str) -> Cell:
    return number((plain if name == "temperature" else fixed)(getattr(row, name), 3))


def _steps_table(curves: pd.DataFrame) -> Table:
    rows = []
    for model, curve in groups(curves, "model"):
        chosen = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, min(len(curve), _STEPS)).astype(int))]
        steps = ", ".join(f"{100 * row.forecast:.0f}→{100 * row.observed:.0f}" for row in records(chosen))
        rows.append([Cell(str(model), family=curve.family.iloc[0]), steps])
    caption = "Forecast → observed, in percent, at five points of each curve; all points are in reliability.csv"
    return table(caption, ["Model", "Steps"], rows, source="reliability.csv")
