"""Noisy training labels, with few rows and with many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.figures import plot_robustness
from genvsdisc.figures.style import LOSS_TITLES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, table
from genvsdisc.report.numbers import LOSS_WORDS, estimate, number, with_error
from genvsdisc.report.pairing import FAMILIES, paired_models
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def robustness_section(comparison: Comparison) -> Section | None:
    """Noisy training labels, with few rows and with many."""
    curves = comparison.robustness
    if curves.empty:
        return None
    loss = "zero_one" if "zero_one" in set(curves.loss) else curves.loss.iloc[0]
    sizes = sorted({curves.n_train.min(), curves.n_train.max()})
    ours = curves[(curves.loss == loss) & curves.n_train.isin(sizes)]
    panels = [
        _noise_panel(ours[ours.model.isin(pair) & (ours.n_train == n)], pair)
        for pair in paired_models(ours)
        for n in sizes
    ]
    caption = (
        "A share of the training labels is flipped; the test labels are clean. Each row of panels is one pair, named "
        "by its generative model, with few training rows and with many; whiskers are two standard errors."
    )
    figure = Figure(tuple(panels), caption, (_noise_table(ours, loss),), families=FAMILIES)
    return Section("robustness", "Robustness", _noise_finding(ours, loss), (figure,))


def _noise_panel(part: pd.DataFrame, pair: tuple[str, str]) -> Panel:
    loss = part.loss.iloc[0]
    said = []
    for model, curve in groups(part.sort_values("noise"), "model"):
        ends = [
            f"{with_error(loss, end['mean'], end['se'])} with {100 * end.noise:.0f}% flipped"
            for end in (curve.iloc[0], curve.iloc[-1])
        ]
        said.append(f"{model} goes from {ends[0]} to {ends[1]}")
    picture = svg(plot_robustness, part, size=(296, 200), margins=(22, 78, 38, 40), name=pair[0])
    alt = f"{LOSS_TITLES[loss]} with {part.n_train.iloc[0]} training rows, {pair[0]}: {'; '.join(said)}."
    return Panel(picture, alt)


def _noise_table(ours: pd.DataFrame, loss: str) -> Table:
    levels = sorted(ours.noise.unique())
    at = {(row.model, row.n_train, row.noise): estimate(loss, row.mean, row.se) for row in records(ours)}
    rows = [
        [Cell(model, note=f"{n} rows", family=family), *(at.get((model, n, level), number("")) for level in levels)]
        for model, family, n in dict.fromkeys(zip(ours.model, ours.family, ours.n_train, strict=True))
    ]
    heads = ["Model", *(f"{100 * level:.0f}%" for level in levels)]
    caption = f"{LOSS_TITLES[loss]} by share of flipped training labels, ± standard error"
    return table(caption, heads, rows, source="robustness.csv")


def _noise_finding(ours: pd.DataFrame, loss: str) -> str:
    few, most, pairs = ours.n_train.min(), ours.noise.max(), paired_models(ours)
    part = ours[(ours.n_train == few) & ours.model.isin(pairs[0])] if pairs else ours.head(0)
    said = []
    for model, curve in groups(part, "model"):
        noisy = curve[(curve.noise == most) & curve.increase.notna()]
        if len(noisy) and most > 0:
            said.append(f"{with_error(loss, noisy.increase.iloc[0], noisy.increase_se.iloc[0])} for {model}")
    if not said:
        return "How loss grows with noisy labels"
    return f"Flipping {100 * most:.0f}% of {few} labels raises {LOSS_WORDS[loss]} by {' and by '.join(said)}"
