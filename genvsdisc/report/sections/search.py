"""The search over lambda and the learning rate, and loss per epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_search, plot_traces
from genvsdisc.figures.style import loss_title
from genvsdisc.report.blocks import Cell, Figure, Panel, Table, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import estimate, loss_word, number, plain, with_error
from genvsdisc.report.pairing import heading_losses
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_SETTINGS = {"reg_lambda": "λ", "learning_rate": "learning rate"}
_EPOCHS = 25  # points of a trace on a panel
_DRAWN = 2  # losses on panels and in the table


def search_section(comparison: Comparison) -> Draft | None:
    """Loss over the settings that were searched, and loss per epoch."""
    search, traces = comparison.search, comparison.traces
    if search.empty and traces.empty:
        return None
    losses = heading_losses(comparison, search)[:_DRAWN]
    searched = [setting for setting in _SETTINGS if search[setting].notna().any()]
    return Draft(
        lambda: _lowest(search, losses),
        (
            *(part(f"search over {_SETTINGS[each]}", _search_figure, search, each, losses) for each in searched),
            part("loss per epoch", _trace_figure, traces),
        ),
    )


def _search_figure(search: pd.DataFrame, setting: str, losses: list[str]) -> Figure:
    ours = _best_of_other(search[search[setting].notna()], setting)
    drawn = ours[ours.loss.isin(losses)]
    sign = _SETTINGS[setting]
    panels = tuple(_search_panel(rows, setting) for _, rows in groups(drawn, ["model", "loss"]))
    caption = (
        f"Loss against {sign}, on the training and on the validation rows of the folds; bands: two standard errors."
    )
    read = f"Read: choose {sign} where the thick line is lowest; far below it the thin line shows overfitting."
    return Figure(panels, caption, (_search_table(drawn, setting, losses),), read=read)


def _search_panel(rows: pd.DataFrame, setting: str) -> Panel:
    model, loss = rows.model.iloc[0], rows.loss.iloc[0]

    def alt() -> str:
        low = rows[rows.split == "validation"].sort_values("mean").head(1)
        phrases = [
            f" Lowest on validation rows at {plain(row[setting])}: {with_error(loss, row['mean'], row['se'])}."
            for _, row in low.iterrows()
        ]
        return f"{loss_title(loss)} of {model} against {_SETTINGS[setting]}.{''.join(phrases)}"

    look: Any = {"size": (300, 204), "margins": (22, 64, 38, 40), "x": setting}
    return panel(f"{loss_word(loss)} of {model} over {_SETTINGS[setting]}", plot_search, rows, alt=alt, **look)


def _best_of_other(ours: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Rows of one setting: where the other was searched too, it stays at the value that validated best."""
    other = next(name for name in _SETTINGS if name != setting)
    if ours[other].isna().all():
        return ours
    validated = ours[ours.split == "validation"].sort_values("mean").drop_duplicates(["model", "loss"])
    best = ours.merge(validated[["model", "loss", other]], on=["model", "loss"], suffixes=("", "_best"))
    return best[best[other].eq(best[f"{other}_best"]) | best[other].isna()]


def _search_table(ours: pd.DataFrame, setting: str, losses: list[str]) -> Table:
    columns = [(split, loss) for loss in losses for split in ("train", "validation")]
    at = {
        (row.model, value, row.split, row.loss): estimate(row.loss, row.mean, row.se)
        for row, value in zip(records(ours), ours[setting], strict=True)
    }
    rows = [
        [Cell(plain(value), note=model), *(at.get((model, value, *column), number("")) for column in columns)]
        for model, value in dict.fromkeys(zip(ours.model, ours[setting], strict=True))
    ]
    heads = [f"{loss_word(loss)}, {split}" for split, loss in columns]
    caption = f"Loss against {_SETTINGS[setting]}, ± standard error"
    return table(caption, [_SETTINGS[setting], *heads], rows, source="search.csv")


def _trace_figure(traces: pd.DataFrame) -> Figure | None:
    if traces.empty:
        return None
    panels = tuple(_trace_panel(rows) for _, rows in groups(traces, "model"))
    ends = traces.sort_values("epoch").groupby(["model", "learning_rate", "split"], sort=False).tail(1)
    cells = [
        [
            Cell(f"{plain(row.learning_rate)}, {row.split}", note=row.model),
            number(str(row.epoch)),
            number(plain(row.loss)),
        ]
        for row in records(ends.sort_values(["model", "learning_rate", "split"]))
    ]
    ended = table("Loss at the last epoch", ["Learning rate, rows", "Epoch", "Loss"], cells, source="traces.csv")
    splits = set(traces.split)
    which = "Strong: training rows, grey: validation rows" if len(splits) > 1 else f"On the {_rows_of(splits)} rows"
    caption = (
        f"Loss per epoch of gradient descent; the number at a line is its learning rate, thicker is larger. {which}."
    )
    read = (
        "Read: a line that hardly falls has too small a learning rate, one that jumps or rises too large a one; the "
        "best falls fast and stays low."
    )
    return Figure(panels, caption, (ended,), read=read)


def _rows_of(splits: set[str]) -> str:
    return "training" if splits == {"train"} else "validation"


def _trace_panel(rows: pd.DataFrame) -> Panel:
    model = rows.model.iloc[0]

    def alt() -> str:
        shown = "train" if (rows.split == "train").any() else rows.split.iloc[0]
        ends = rows[rows.split == shown].sort_values("epoch").groupby("learning_rate").tail(1)
        ends_of_rates = [f"{plain(row.learning_rate)} ends at {plain(row.loss)}" for row in records(ends)]
        return (
            f"{_rows_of({shown}).capitalize()} loss of {model} per epoch, by learning rate: {', '.join(ends_of_rates)}."
        )

    look: Any = {"size": (300, 204), "margins": (22, 46, 38, 44)}
    return panel(f"loss per epoch of {model}", plot_traces, _spread_epochs(rows), alt=alt, **look)


def _spread_epochs(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep epochs evenly spaced on the logarithmic axis: the drawing does not grow with the length of training."""
    kept = np.geomspace(max(rows.epoch.min(), 1), max(rows.epoch.max(), 1), _EPOCHS).round()
    last = rows.groupby(["learning_rate", "split"]).epoch.transform("max")
    return rows[rows.epoch.isin(kept) | (rows.epoch == last)]


def _lowest(search: pd.DataFrame, losses: list[str]) -> str:
    rows = search[(search.split == "validation") & search.loss.isin(losses[:1])]
    if rows.empty:
        return "How fast the loss falls depends on the learning rate"
    best: Any = rows.sort_values("mean").iloc[0]
    at = [f"{sign} = {plain(best[name])}" for name, sign in _SETTINGS.items() if pd.notna(best[name])]
    score = with_error(best.loss, best["mean"], best["se"])
    if len(set(rows.model)) == 1:
        return f"For {best.model}, validation {loss_word(best.loss)} is lowest at {', '.join(at)}: {score}"
    return f"Validation {loss_word(best.loss)} is lowest for {best.model} at {', '.join(at)}: {score}"
