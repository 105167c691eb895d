"""Reliability curves and the split of the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_reliability
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, Text, table
from genvsdisc.report.numbers import fixed, number, plain
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def calibration_section(comparison: Comparison) -> Section | None:
    """Reliability curves and the score split of all models."""
    split, curves = comparison.calibration, comparison.reliability
    if split.empty:
        return None
    panels = tuple(_reliability_panel(curve) for _, curve in groups(curves, "model"))
    caption = (
        "How often what was forecast came true; the dotted diagonal is a calibrated model. A curve flatter than the "
        "diagonal is overconfident."
    )
    families = tuple(dict.fromkeys(curves.family))
    evidence = [Figure(panels, caption, (_steps_table(curves),), across=3, families=families)] if panels else []
    read = Text(
        "Miscalibration is what the best monotone recalibration would gain, calibration what the best temperature "
        "would. The calibration error (ECE) stands beside the value that a perfectly calibrated model would show with "
        "as many rows."
    )
    judged = split[split.family != "baseline"] if (split.family != "baseline").any() else split
    ends = judged.sort_values("miscalibration", kind="stable").iloc[[0, -1]]
    best, worst = (f"{row.model} {{}} ({fixed(row.miscalibration, 3)})" for row in records(ends))
    title = f"{best.format('has the least miscalibration')}, {worst.format('the most')}"
    return Section("calibration", "Calibration", title, (*evidence, read, *_split_tables(split)))


def _reliability_panel(curve: pd.DataFrame) -> Panel:
    worst = curve.iloc[int((curve.observed - curve.forecast).abs().to_numpy().argmax())]
    alt = (
        f"Reliability of {curve.model.iloc[0]}: furthest from the diagonal where it forecast "
        f"{100 * worst.forecast:.0f}% and {100 * worst.observed:.0f}% came true."
    )
    return Panel(svg(plot_reliability, curve, size=(192, 196), margins=(28, 16, 38, 50)), alt)


def _split_tables(split: pd.DataFrame) -> list[Table]:
    brier = ("Brier score = miscalibration − discrimination + uncertainty", split.columns[2:6])
    logs = ("Log loss = refinement + calibration; a temperature above 1: the model was too sure", split.columns[6:])
    names = {"ece": "ECE", "ece_calibrated": "ECE if calibrated"}
    return [
        table(
            caption,
            ["Model", *(names.get(name, name.replace("_", " ").capitalize()) for name in columns)],
            [
                [
                    Cell(row.model, family=row.family),
                    *(number((plain if name == "temperature" else fixed)(getattr(row, name), 3)) for name in columns),
                ]
                for row in records(split)
            ],
            source="calibration.csv",
        )
        for caption, columns in (brier, logs)
    ]


def _steps_table(curves: pd.DataFrame) -> Table:
    rows = []
    for model, curve in groups(curves, "model"):
        chosen = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, min(len(curve), 5)).astype(int))]
        steps = ", ".join(f"{100 * row.forecast:.0f}→{100 * row.observed:.0f}" for row in records(chosen))
        rows.append([Cell(str(model), family=curve.family.iloc[0]), steps])
    caption = "Forecast → observed, in percent, at five points of each curve; all points are in reliability.csv"
    return table(caption, ["Model", "Steps"], rows, source="reliability.csv")
