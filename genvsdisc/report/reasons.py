"""Why it came out so: bias and variance, training rows, calibration."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_decomposition, plot_learning_curves, plot_reliability
from genvsdisc.figures.style import LOSS_NAMES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, Text, table
from genvsdisc.report.numbers import LOSS_WORDS, estimate, fixed, number, plain, with_error
from genvsdisc.report.outcome import named_pairs
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

FAMILIES = ("generative", "discriminative")
_SHORT = {"generative": "gen.", "discriminative": "disc."}


# Bias, variance, noise -----------------------------------------------------------------------------------------


def decomposition(comparison: Comparison) -> Section | None:
    """Bias, variance and noise at the smallest and the largest training size."""
    parts = comparison.decomposition
    if parts.empty:
        return None
    sizes = sorted({parts.n_train.min(), parts.n_train.max()})
    chosen = parts[parts.n_train.isin(sizes)]
    losses = [loss for loss in LOSS_NAMES if loss in set(parts.loss)]
    panels = tuple(_parts_panel(chosen[chosen.loss == loss], n) for loss in losses for n in sizes)
    tables = tuple(_parts_table(chosen[chosen.loss == loss]) for loss in losses)
    known = parts.noise.notna().any()
    solid = (
        "Grey: noise, less what of it falls on wrong predictions. Solid: bias."
        if known
        else "Solid: bias and noise together, as the true posterior is not known."
    )
    caption = (
        f"{solid} Pale: net variance, what refitting on other rows costs; where it is negative, a frame "
        "around what it takes off. Whiskers: two standard errors, of the solid part and of the whole."
    )
    figure = Figure(panels, caption, tables, families=tuple(dict.fromkeys(parts.family)))
    return Section(
        "decomposition", "Bias, variance, noise", _variance_finding(comparison, chosen, losses[0]), (figure,)
    )


def _parts_panel(parts: pd.DataFrame, n: int) -> Panel:
    part, loss = parts[parts.n_train == n], parts.loss.iloc[0]
    picture = svg(plot_decomposition, part, size=(296, 52 + 34 * len(part)), margins=(24, 12, 24, 14), beside=parts)
    said = [
        f"{row.model} {with_error(loss, row.expected, row.expected_se)}, "
        f"net variance {with_error(loss, row.net_variance, row.net_variance_se)}"
        for row in records(part)
    ]
    return Panel(picture, f"Stacked bars of {LOSS_WORDS[loss]} with {n} training rows: {'; '.join(said)}.")


def _parts_table(part: pd.DataFrame) -> Table:
    loss = part.loss.iloc[0]
    shown = ["expected", "noise", "interaction", "bias", "net_variance", "variance"]
    names = [name for name in shown if part[name].notna().any() and (name != "interaction" or part[name].any())]
    rows = [
        [
            Cell(row.model, note=f"{row.n_train} rows", family=row.family),
            *(estimate(loss, getattr(row, name), getattr(row, f"{name}_se")) for name in names),
        ]
        for row in records(part)
    ]
    heads = [name.replace("_", " ").capitalize() for name in names]
    caption = f"{LOSS_NAMES[loss]} and its parts, ± standard error"
    return table(caption, ["Model", *heads], rows, source="decomposition.csv")


def _variance_finding(comparison: Comparison, parts: pd.DataFrame, loss: str) -> str:
    n = parts.n_train.min()
    at = parts[(parts.loss == loss) & (parts.n_train == n)].set_index("model")
    for pair in records(comparison.differences):
        if {pair.generative, pair.discriminative} <= set(at.index):
            said = [
                f"{with_error(loss, at.net_variance[name], at.net_variance_se[name])} for {name}"
                for name in (pair.generative, pair.discriminative)
            ]
            return f"With {n} training rows, variance adds to {LOSS_WORDS[loss]}: {' and '.join(said)}"
    return f"What {LOSS_WORDS[loss]} is made of, with {n} training rows and with {parts.n_train.max()}"


# Learning curves -----------------------------------------------------------------------------------------------


def learning(comparison: Comparison) -> Section | None:
    """Learning curves of each pair and where they cross."""
    curves, crossings = comparison.learning_curves, comparison.crossings
    pairs = paired_models(curves)
    if not pairs:
        return None
    losses = [loss for loss in LOSS_NAMES if loss in set(curves.loss)]
    panels, tables = [], []
    for pair in pairs:
        part = curves[curves.model.isin(pair)]
        panels += [_curve_panel(part[part.loss == loss], _crossing(crossings, pair, loss)) for loss in losses[:2]]
        tables.append(_curve_table(part, losses))
    caption = (
        "Each row of panels is one pair, named by its generative model. Band: 95% interval of the mean. Dotted line "
        "and grey: where the curves cross, and its interval."
    )
    figure = Figure(tuple(panels), caption, tuple(tables), families=FAMILIES)
    title = crossings.finding.iloc[0] if len(crossings) else "How loss falls with training rows"
    crossed = [_crossing_table(crossings)] if len(crossings) else []
    return Section("learning-curves", "Learning curves", title.rstrip("."), (figure, *crossed))


def paired_models(curves: pd.DataFrame) -> list[tuple[str, str]]:
    """List the pairs of a generative and a discriminative model of one form that have curves."""
    return [
        (generative, discriminative)
        for form, part in groups(curves.drop_duplicates("model"), "form")
        if form
        for generative, discriminative in product(*(part[part.family == family].model for family in FAMILIES))
    ]


def _crossing(crossings: pd.DataFrame, pair: tuple[str, str], loss: str) -> pd.Series | None:
    rows = crossings[
        (crossings.generative == pair[0]) & (crossings.discriminative == pair[1]) & (crossings.loss == loss)
    ]
    return rows.iloc[0] if len(rows) else None


def _curve_panel(part: pd.DataFrame, crossing: pd.Series | None) -> Panel:
    loss = part.loss.iloc[0]
    pair = part[part.family == FAMILIES[0]].model.iloc[0]
    picture = svg(
        plot_learning_curves, part, size=(296, 200), margins=(22, 78, 38, 40), clip=True, crossing=crossing, name=pair
    )
    said = []
    for model, curve in groups(part.sort_values("n_train"), "model"):
        first, last = curve.iloc[0], curve.iloc[-1]
        ends = [with_error(loss, end["mean"], end["se"]) for end in (first, last)]
        said.append(f"{model} goes from {ends[0]} at {first.n_train} rows to {ends[1]} at {last.n_train}")
    where = f" {crossing.finding.rstrip('.')}." if crossing is not None else ""
    return Panel(picture, f"{LOSS_NAMES[loss]} against training rows, {pair}: {'; '.join(said)}.{where}")


def _curve_table(part: pd.DataFrame, losses: list[str]) -> Table:
    columns = [(loss, family) for loss in losses for family in FAMILIES]
    at = {(row.n_train, row.loss, row.family): estimate(row.loss, row.mean, row.se) for row in records(part)}
    sizes = sorted(part.n_train.unique())
    rows = [[fixed(n, 0), *(at.get((n, *column), number("")) for column in columns)] for n in sizes]
    heads = [f"{LOSS_WORDS[loss]}, {_SHORT[family]}" for loss, family in columns]
    names = " against ".join(part[part.family == family].model.iloc[0] for family in FAMILIES)
    caption = f"{part.form.iloc[0].capitalize()} pair: {names}, ± standard error"
    return table(caption, ["Training rows", *heads], rows, source="learning_curves.csv")


def _crossing_table(crossings: pd.DataFrame) -> Table:
    rows = []
    for row in records(named_pairs(crossings)):
        ends = f"{fixed(row.lower, 0)} to {fixed(row.upper, 0)}" if pd.notna(row.lower + row.upper) else ""
        found = fixed(row.estimate, 0) if pd.notna(row.estimate) else "several" if row.changes else "none"
        where = Cell(found, note=ends, numeric=True)
        between = number(f"{fixed(row.smallest, 0)} to {fixed(row.largest, 0)}")
        rows.append([Cell(row.form, note=LOSS_WORDS[row.loss]), where, between, row.leaders])
    heads = ["Pair, loss", "Crossing (rows)", "Looked between", "Ahead"]
    return table("Where each pair crosses, with its 95% interval", heads, rows, source="crossings.csv")


# Calibration ---------------------------------------------------------------------------------------------------


def calibration(comparison: Comparison) -> Section | None:
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
