"""Loss against training rows, and where each pair crosses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.figures import plot_learning_curves
from genvsdisc.figures.style import LOSS_TITLES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, table
from genvsdisc.report.numbers import LOSS_WORDS, estimate, fixed, number, with_error
from genvsdisc.report.pairing import FAMILIES, named_pairs, paired_models
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_SHORT = {"generative": "gen.", "discriminative": "disc."}


def learning_curves_section(comparison: Comparison) -> Section | None:
    """Learning curves of each pair and where they cross."""
    curves, crossings = comparison.learning_curves, comparison.crossings
    pairs = paired_models(curves)
    if not pairs:
        return None
    losses = [loss for loss in LOSS_TITLES if loss in set(curves.loss)]
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
    return Panel(picture, f"{LOSS_TITLES[loss]} against training rows, {pair}: {'; '.join(said)}.{where}")


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
