"""Bias, variance and noise of each model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.figures import plot_decomposition
from genvsdisc.figures.style import LOSS_TITLES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, table
from genvsdisc.report.numbers import LOSS_WORDS, estimate, with_error
from genvsdisc.study.schema import records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def decomposition_section(comparison: Comparison) -> Section | None:
    """Bias, variance and noise at the smallest and the largest training size."""
    parts = comparison.decomposition
    if parts.empty:
        return None
    sizes = sorted({parts.n_train.min(), parts.n_train.max()})
    chosen = parts[parts.n_train.isin(sizes)]
    losses = [loss for loss in LOSS_TITLES if loss in set(parts.loss)]
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
    caption = f"{LOSS_TITLES[loss]} and its parts, ± standard error"
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
