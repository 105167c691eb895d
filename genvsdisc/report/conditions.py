"""Under what settings and conditions: the search over lambda and the learning rate, noisy labels with few and many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_robustness, plot_search, plot_traces
from genvsdisc.figures.style import LOSS_NAMES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, table
from genvsdisc.report.numbers import number, plain, with_error
from genvsdisc.report.reasons import FAMILIES

if TYPE_CHECKING:
    from genvsdisc.study.results import Comparison

_SETTINGS = {"reg_lambda": "λ", "learning_rate": "learning rate"}


def search(comparison: Comparison) -> Section | None:
    """Loss over lambda and learning rate, and loss per epoch."""
    found, traces = comparison.search, comparison.traces
    if found.empty and traces.empty:
        return None
    blocks = [_search_figure(found, setting) for setting in _SETTINGS if found[setting].notna().any()]
    if len(traces):
        blocks.append(_trace_figure(traces))
    return Section("search", "Search", _lowest(found), tuple(blocks))


def robustness(comparison: Comparison) -> Section | None:
    """Noisy training labels, with few rows and with many."""
    curves = comparison.robustness
    if curves.empty:
        return None
    loss = "zero_one" if "zero_one" in set(curves.loss) else curves.loss.iloc[0]
    ours = curves[curves.loss == loss]
    sizes = sorted({ours.n_train.min(), ours.n_train.max()})
    forms = [form for form, part in ours.groupby("form", sort=False) if form and set(FAMILIES) <= set(part.family)]
    panels = [_noise_panel(ours[(ours.form == form) & (ours.n_train == n)]) for form in forms for n in sizes]
    caption = "A share of the training labels is flipped; the test labels are clean. Each row of panels is one pair; whiskers are two standard errors."
    figure = Figure(tuple(panels), caption, (_noise_table(ours[ours.n_train.isin(sizes)], loss),), families=FAMILIES)
    return Section("robustness", "Robustness", _noise_finding(ours, loss), (figure,))


def _search_figure(found: pd.DataFrame, setting: str) -> Figure:
    ours = found[found[setting].notna()]
    other = next(name for name in _SETTINGS if name != setting)
    # A panel shows one setting: the other stays at the value that validated best.
    best = (
        ours[ours.split == "validation"]
        .sort_values("mean")
        .drop_duplicates(["model", "loss"])
        .set_index(["model", "loss"])[other]
    )
    same = [
        np.array_equal([row[other]], [best.get((row["model"], row["loss"]))], equal_nan=True)
        for row in ours.to_dict("records")
    ]
    ours = ours[same] if len(best) else ours
    panels = []
    for (model, loss), part in ours.groupby(["model", "loss"], sort=False):
        if loss in ("zero_one", "log_loss"):
            low = part[part.split == "validation"].sort_values("mean").head(1)
            said = [
                f" Lowest on validation rows at {plain(row[setting])}: {with_error(loss, row['mean'], row['se'])}."
                for _, row in low.iterrows()
            ]
            picture = svg(plot_search, part, size=(296, 200), margins=(22, 60, 38, 40), x=setting, name=model)
            panels.append(Panel(picture, f"{LOSS_NAMES[loss]} of {model} against {_SETTINGS[setting]}.{''.join(said)}"))
    caption = (
        f"Loss against {_SETTINGS[setting]}, on the training rows and on the validation rows, with two standard errors."
    )
    return Figure(tuple(panels), caption, (_search_table(ours, setting),))


def _search_table(ours: pd.DataFrame, setting: str) -> Table:
    losses = [loss for loss in LOSS_NAMES if loss in set(ours.loss)]
    columns = [(split, loss) for loss in losses for split in ("train", "validation")]
    values = ours[setting]
    at = {
        (row.model, value, row.split, row.loss): with_error(row.loss, row.mean, row.se)
        for row, value in zip(ours.itertuples(), values, strict=True)
    }
    rows = [
        [Cell(f"{_SETTINGS[setting]} {plain(value)}", note=model)]
        + [number(at.get((model, value, *column), "")) for column in columns]
        for model, value in dict.fromkeys(zip(ours.model, values, strict=True))
    ]
    heads = [f"{LOSS_NAMES[loss].split(' (')[0]}, {split}" for loss in losses for split in ("train", "valid.")]
    return table(f"Loss against {_SETTINGS[setting]}, ± standard error", ["Setting", *heads], rows, source="search.csv")


def _trace_figure(traces: pd.DataFrame) -> Figure:
    panels, rows = [], []
    for model, part in traces.groupby("model", sort=False):
        # Epochs evenly spaced on the logarithmic axis: the drawing does not grow with the length of training.
        last = int(part.epoch.max())
        kept = part[part.epoch.isin(np.unique(np.geomspace(max(part.epoch.min(), 1), max(last, 1), 40).round()))]
        ends = part.sort_values("epoch").groupby(["learning_rate", "split"]).loss.last()
        said = [
            f"learning rate {plain(rate)} ends at {plain(value)}"
            for (rate, split), value in ends.items()
            if split == "train"
        ]
        picture = svg(plot_traces, kept, size=(296, 200), margins=(22, 42, 38, 40), name=str(model))
        panels.append(Panel(picture, f"Training loss of {model} per epoch: {', '.join(said)}."))
        rows += [
            [Cell(f"learning rate {plain(rate)}, {split}", note=str(model)), number(str(last)), number(plain(value))]
            for (rate, split), value in ends.items()
        ]
    captured = table("Loss at the last epoch", ["Run", "Epochs", "Loss"], rows, source="traces.csv")
    return Figure(tuple(panels), "Loss per epoch for several learning rates; validation rows dashed.", (captured,))


def _lowest(found: pd.DataFrame) -> str:
    rows = found[found.split == "validation"]
    rows = rows[rows.loss == rows.loss.iloc[0]] if len(rows) else rows
    if rows.empty:
        return "Loss per epoch depends on the learning rate"
    best = rows.loc[rows["mean"].idxmin()]
    at = [f"{sign} = {plain(best[name])}" for name, sign in _SETTINGS.items() if pd.notna(best[name])]
    return f"Validation {LOSS_NAMES[best.loss].split(' (')[0].lower()} is lowest for {best.model} at {', '.join(at)}: {with_error(best.loss, best['mean'], best['se'])}"


def _noise_panel(part: pd.DataFrame) -> Panel:
    said = []
    for model, curve in part.sort_values("noise").groupby("model", sort=False):
        ends = [
            f"{with_error(end.loss, end['mean'], end['se'])} with {100 * end.noise:.0f}% flipped"
            for end in (curve.iloc[0], curve.iloc[-1])
        ]
        said.append(f"{model} goes from {ends[0]} to {ends[1]}")
    picture = svg(plot_robustness, part, size=(296, 200), margins=(22, 78, 38, 40))
    return Panel(
        picture,
        f"{LOSS_NAMES[part.loss.iloc[0]]} with {part.n_train.iloc[0]} training rows, {part.form.iloc[0]} pair: {'; '.join(said)}.",
    )


def _noise_table(ours: pd.DataFrame, loss: str) -> Table:
    levels = sorted(ours.noise.unique())
    at = {(row.model, row.n_train, row.noise): with_error(loss, row.mean, row.se) for row in ours.itertuples()}
    who = dict.fromkeys(zip(ours.model, ours.family, ours.n_train, strict=True))
    rows = [
        [Cell(model, note=f"{n} rows", family=family), *(number(at.get((model, n, level), "")) for level in levels)]
        for model, family, n in who
    ]
    heads = ["Model", *(f"{100 * level:.0f}%" for level in levels)]
    caption = f"{LOSS_NAMES[loss]} by share of flipped training labels, ± standard error"
    return table(caption, heads, rows, source="robustness.csv")


def _noise_finding(ours: pd.DataFrame, loss: str) -> str:
    few, most = ours.n_train.min(), ours.noise.max()
    part = ours[(ours.n_train == few) & ours.noise.isin([0.0, most]) & (ours.form == ours.form.iloc[0])]
    wide = part.pivot_table(index="model", columns="noise", values="mean", sort=False)
    if len(wide) < 2 or 0.0 not in wide or most not in wide:
        return "How loss grows with noisy labels"
    grown = wide[most] - wide[0.0]
    said = [f"{model} by {with_error(loss, growth, np.nan)}" for model, growth in grown.items()]
    return f"With {100 * most:.0f}% of the labels flipped and {few} rows, {LOSS_NAMES[loss].split(' (')[0].lower()} of {' and of '.join(said)} higher".replace(
        " by ", " is "
    )
