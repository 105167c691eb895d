"""The search over lambda and the learning rate, and loss per epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_search, plot_traces
from genvsdisc.figures.style import LOSS_TITLES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, table
from genvsdisc.report.numbers import LOSS_WORDS, estimate, number, plain, with_error
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_SETTINGS = {"reg_lambda": "λ", "learning_rate": "learning rate"}


_EPOCHS = 25  # points of a trace on a panel


def search_section(comparison: Comparison) -> Section | None:
    """Loss over lambda and learning rate, and loss per epoch."""
    found, traces = comparison.search, comparison.traces
    if found.empty and traces.empty:
        return None
    figures = [_search_figure(found, setting) for setting in _SETTINGS if found[setting].notna().any()]
    figures += [_trace_figure(traces)] if len(traces) else []
    return Section("search", "Search", _lowest(found), tuple(figures))


def _search_figure(found: pd.DataFrame, setting: str) -> Figure:
    ours = _best_of_other(found[found[setting].notna()], setting)
    sign = _SETTINGS[setting]
    panels = []
    for (model, loss), part in groups(ours[ours.loss.isin(["zero_one", "log_loss"])], ["model", "loss"]):
        low = part[part.split == "validation"].sort_values("mean").head(1)
        said = [
            f" Lowest on validation rows at {plain(row[setting])}: {with_error(loss, row['mean'], row['se'])}."
            for _, row in low.iterrows()
        ]
        picture = svg(plot_search, part, size=(296, 200), margins=(22, 60, 38, 40), x=setting)
        panels.append(Panel(picture, f"{LOSS_TITLES[loss]} of {model} against {sign}.{''.join(said)}"))
    caption = f"Loss against {sign}, on the training rows and on the validation rows, with two standard errors."
    return Figure(tuple(panels), caption, (_search_table(ours, setting),))


def _best_of_other(ours: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Rows of one setting: where the other was searched too, it stays at the value that validated best."""
    other = next(name for name in _SETTINGS if name != setting)
    if ours[other].isna().all():
        return ours
    validated = ours[ours.split == "validation"].sort_values("mean").drop_duplicates(["model", "loss"])
    best = ours.merge(validated[["model", "loss", other]], on=["model", "loss"], suffixes=("", "_best"))
    return best[best[other].eq(best[f"{other}_best"]) | best[other].isna()]


def _search_table(ours: pd.DataFrame, setting: str) -> Table:
    losses = [loss for loss in LOSS_TITLES if loss in set(ours.loss)][:2]
    columns = [(split, loss) for loss in losses for split in ("train", "validation")]
    at = {
        (row.model, value, row.split, row.loss): estimate(row.loss, row.mean, row.se)
        for row, value in zip(records(ours), ours[setting], strict=True)
    }
    rows = [
        [Cell(plain(value), note=model), *(at.get((model, value, *column), number("")) for column in columns)]
        for model, value in dict.fromkeys(zip(ours.model, ours[setting], strict=True))
    ]
    heads = [f"{LOSS_WORDS[loss]}, {split}" for split, loss in columns]
    caption = f"Loss against {_SETTINGS[setting]}, ± standard error"
    return table(caption, [_SETTINGS[setting], *heads], rows, source="search.csv")


def _trace_figure(traces: pd.DataFrame) -> Figure:
    panels, rows = [], []
    for model, part in groups(traces, "model"):
        ends = part.sort_values("epoch").groupby(["learning_rate", "split"]).tail(1)
        said = [f"{plain(row.learning_rate)} ends at {plain(row.loss)}" for row in records(ends[ends.split == "train"])]
        picture = svg(plot_traces, _spread_epochs(part), size=(296, 200), margins=(22, 42, 38, 40))
        panels.append(Panel(picture, f"Training loss of {model} per epoch, by learning rate: {', '.join(said)}."))
        rows += [
            [
                Cell(f"{plain(row.learning_rate)}, {row.split}", note=row.model),
                number(str(row.epoch)),
                number(plain(row.loss)),
            ]
            for row in records(ends.sort_values(["learning_rate", "split"]))
        ]
    ended = table("Loss at the last epoch", ["Learning rate, rows", "Epoch", "Loss"], rows, source="traces.csv")
    caption = "Loss per epoch; the number at a line is its learning rate. Dashed: validation rows."
    return Figure(tuple(panels), caption, (ended,))


def _spread_epochs(part: pd.DataFrame) -> pd.DataFrame:
    """Keep epochs evenly spaced on the logarithmic axis: the drawing does not grow with the length of training."""
    kept = np.geomspace(max(part.epoch.min(), 1), max(part.epoch.max(), 1), _EPOCHS).round()
    last = part.groupby(["learning_rate", "split"]).epoch.transform("max")
    return part[part.epoch.isin(kept) | (part.epoch == last)]


def _lowest(found: pd.DataFrame) -> str:
    rows = found[found.split == "validation"]
    if rows.empty:
        return "How fast the loss falls depends on the learning rate"
    rows = rows[rows.loss == ("zero_one" if "zero_one" in set(rows.loss) else rows.loss.iloc[0])]
    best = rows.sort_values("mean").iloc[0]
    at = [f"{sign} = {plain(best[name])}" for name, sign in _SETTINGS.items() if pd.notna(best[name])]
    score = with_error(best.loss, best["mean"], best["se"])
    return f"Validation {LOSS_WORDS[best.loss]} is lowest for {best.model} at {', '.join(at)}: {score}"
