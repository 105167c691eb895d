"""Loss against training rows, and where each pair crosses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_learning_curves
from genvsdisc.figures.style import loss_title
from genvsdisc.report.blocks import Cell, Figure, Fold, Panel, Table, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import counted, estimate, fixed, loss_word, number, with_error
from genvsdisc.report.pairing import SIDES, UNPAIRED, guessing_losses, heading_losses, paired_models, unpaired_models
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_SHORT = {"generative": "gen.", "discriminative": "disc."}
_CAP = 1.5  # times the loss of guessing: where panels end, for a few useless rows would press the rest flat
_SIZES = 6  # in the tables beside the figure
_DRAWN = 2  # losses on the page; all are in learning_curves.csv


def learning_curves_section(comparison: Comparison) -> Draft | None:
    """Learning curves of each pair and where they cross."""
    curves = comparison.learning_curves
    pairs = paired_models(curves)
    alone = unpaired_models(curves)
    if not pairs and not alone and comparison.crossings.empty:
        return None
    losses = heading_losses(comparison, curves)
    return Draft(
        lambda: _finding(comparison, losses),
        (
            part("crossings", _crossing_matrix, comparison, losses),
            part("learning curves", _figure, comparison, pairs, losses),
            part("learning curves without a pair", _alone, comparison, alone, losses, bool(pairs)),
        ),
    )


def _figure(comparison: Comparison, pairs: list[tuple[str, str]], losses: list[str]) -> Figure | None:
    if not pairs:
        return None
    curves, guess = comparison.learning_curves, guessing_losses(comparison)
    panels, tables, names = [], [], _panel_names(pairs)
    for pair in pairs:
        ours = curves[curves.model.isin(pair)]
        panels += [
            _curve_panel(
                ours[ours.loss == loss], names[pair], _crossing(comparison.crossings, pair, loss), guess.get(loss)
            )
            for loss in losses[:_DRAWN]
        ]
        tables.append(_curve_table(ours, pair, losses[:_DRAWN]))
    caption = (
        f"Each row of panels is one pair, named by its {_named_by(names)}. "
        "Band: 95% interval of the mean loss. "
        "Upright line and grey: where the curves cross, and the interval of that."
    )
    if guess:
        caption += (
            " Dotted: guessing the majority class; panels end at 1.5 times its loss or above their crossing, and a "
            "triangle marks a point beyond. A loss axis with uneven steps is a log scale."
        )
    read = (
        "Read: the lower curve is better. Where the blue curve starts lower and ends higher, the generative model is "
        "the one for few rows, the discriminative one for many."
    )
    return Figure(tuple(panels), caption, tuple(tables), families=SIDES, read=read)


def _panel_names(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A pair is told by its generative model; by the discriminative one where the former stands in several pairs."""
    often = [generative for generative, _ in pairs]
    return {pair: pair[0] if often.count(pair[0]) == 1 else pair[1] for pair in pairs}


def _named_by(names: dict[tuple[str, str], str]) -> str:
    others = any(name != generative for (generative, _), name in names.items())
    return "generative model" + (", or the discriminative one where several pairs share that" if others else "")


def _alone(comparison: Comparison, models: list[list[str]], losses: list[str], folded: bool) -> Figure | Fold | None:
    """Models of forms that the other family does not have."""
    if not models:
        return None
    curves, guess = comparison.learning_curves, guessing_losses(comparison)
    panels, tables = [], []
    for names in models:
        ours = curves[curves.model.isin(names)]
        loss = losses[0]
        panels.append(_curve_panel(ours[ours.loss == loss], UNPAIRED, None, guess.get(loss)))
        tables.append(_table_by_model(ours[ours.loss == losses[0]], losses[0]))
    caption = "Models without a partner of the other family. Band: 95% interval of the mean loss."
    figure = Figure(tuple(panels), caption, tuple(tables), read="Read: the lower curve is better.")
    return (
        Fold(f"Learning curves of {counted(sum(map(len, models)), 'model')} without a pair", (figure,))
        if folded
        else figure
    )


def _table_by_model(curves: pd.DataFrame, loss: str) -> Table:
    """Mean and error of each model at a few sizes."""
    at = {(row.n_train, row.model): estimate(loss, row.mean, row.se) for row in records(curves)}
    models = list(curves.model.drop_duplicates())
    rows = [[fixed(n, 0), *(at.get((n, model), number("")) for model in models)] for n in _few_sizes(curves)]
    caption = f"{_capital(loss_word(loss))}, ± standard error; all sizes are in learning_curves.csv"
    return table(caption, ["Training rows", *models], rows, source="learning_curves.csv")


def _few_sizes(curves: pd.DataFrame) -> Any:
    """A few sizes, the smallest and the largest included."""
    sizes = np.sort(curves.n_train.unique())
    return sizes[np.unique(np.linspace(0, len(sizes) - 1, min(len(sizes), _SIZES)).round().astype(int))]


def _curve_panel(curves: pd.DataFrame, name: str, crossing: pd.Series | None, guess: float | None) -> Panel:
    loss = curves.loss.iloc[0]

    def alt() -> str:
        phrases = []
        for model, curve in groups(curves.sort_values("n_train"), "model"):
            first, last = curve.iloc[0], curve.iloc[-1]
            ends = [with_error(loss, end["mean"], end["se"]) for end in (first, last)]
            phrases.append(f"{model} goes from {ends[0]} at {first.n_train} rows to {ends[1]} at {last.n_train}")
        where = f" {_capital(crossing.finding.rstrip('.'))}." if crossing is not None else ""
        return f"{loss_title(loss)} against training rows, {name}: {'; '.join(phrases)}.{where}"

    cap = None if guess is None else _CAP * guess
    options: Any = {"crossing": crossing, "name": name, "guess": guess, "cap": cap}
    options["by_model"] = name == UNPAIRED
    look: Any = {"size": (312, 210), "margins": (22, 84, 38, 40), "clip": True}
    return panel(
        f"learning curves of {name}, {loss_word(loss)}", plot_learning_curves, curves, alt=alt, **options, **look
    )


def _curve_table(curves: pd.DataFrame, pair: tuple[str, str], losses: list[str]) -> Table:
    """Mean and error at a few sizes, the smallest and the largest included; the file holds all."""
    columns = [(loss, side) for loss in losses for side in SIDES]
    at = {(row.n_train, row.loss, row.family): estimate(row.loss, row.mean, row.se) for row in records(curves)}
    rows = [[fixed(n, 0), *(at.get((n, *column), number("")) for column in columns)] for n in _few_sizes(curves)]
    heads = [f"{loss_word(loss)}, {_SHORT[side]}" for loss, side in columns]
    form = _capital(curves.form.iloc[0])
    caption = f"{form} pair: {' against '.join(pair)}, ± standard error; all sizes are in learning_curves.csv"
    return table(caption, ["Training rows", *heads], rows, source="learning_curves.csv")


def _crossing(crossings: pd.DataFrame, pair: tuple[str, str], loss: str) -> pd.Series | None:
    rows = crossings[
        (crossings.generative == pair[0]) & (crossings.discriminative == pair[1]) & (crossings.loss == loss)
    ]
    return rows.iloc[0] if len(rows) else None


def _crossing_matrix(comparison: Comparison, losses: list[str]) -> Table | None:
    """A row for each pair, a column for each loss: where it crosses, or who is ahead all the way."""
    crossings = comparison.crossings
    if crossings.empty:
        return None
    at = {(row.generative, row.discriminative, row.loss): _where(row) for row in records(crossings)}
    shown = [loss for loss in losses if loss in set(crossings.loss)]
    rows = [
        [
            Cell(f"{form}: {generative}" if form else generative, note=f"against {discriminative}"),
            *(at.get((generative, discriminative, loss), Cell("–")) for loss in shown),
        ]
        for generative, discriminative, form in dict.fromkeys(
            zip(crossings.generative, crossings.discriminative, crossings.form, strict=True)
        )
    ]
    between = f"between {fixed(crossings.smallest.min(), 0)} and {fixed(crossings.largest.max(), 0)} training rows"
    caption = f"Number of training rows at which the better model of a pair changes, with its 95% interval, {between}"
    return table(caption, ["Pair", *map(_capital, map(loss_word, shown))], rows, source="crossings.csv")


def _where(row: Any) -> Cell:
    if np.isfinite(row.estimate):
        before, after = (_side(row, leader) for leader in (row.leader_smallest, row.leader_largest))
        turn = f"; {before}, then {after}" if before != after else ""
        ends = f"{fixed(row.lower, 0)} to {fixed(row.upper, 0)}"
        unlocated = row.lower <= row.smallest and row.upper >= row.largest
        return Cell(
            f"at {fixed(row.estimate, 0)} rows", note=f"{ends}{', anywhere in the range' if unlocated else turn}"
        )
    if row.changes:
        return Cell("several", note="; then ".join(_side(row, leader) for leader in row.leaders.split("; then ")))
    ahead = _side(row, row.leaders)
    if ahead not in SIDES:
        return Cell("none", note="no certain lead")
    first, last = row.leader_smallest == row.leaders, row.leader_largest == row.leaders
    where = ("" if last else " with few rows") if first else (" with many rows" if last else " at some sizes")
    return Cell("none", note=f"{ahead} ahead{where}")


def _side(row: Any, leader: str) -> str:
    return {row.generative: "generative", row.discriminative: "discriminative"}.get(leader, leader)


def _finding(comparison: Comparison, losses: list[str]) -> str:
    crossings = comparison.crossings
    rows = crossings[crossings.loss == losses[0]] if losses else crossings.head(0)
    if rows.empty:
        return "How loss falls with training rows"
    located = rows[rows.estimate.notna()]
    between = f"between {fixed(rows.smallest.min(), 0)} and {fixed(rows.largest.max(), 0)} training rows"
    if located.empty:
        moved = int((rows.changes > 0).sum())
        if moved:
            return f"In {loss_word(losses[0])}, {moved} of {counted(len(rows), 'pair')} cross more than once {between}"
        return f"In {loss_word(losses[0])}, no pair crosses {between}"
    first: Any = located.iloc[0]
    where = f"{first.generative} and {first.discriminative} near {fixed(first.estimate, 0)} rows"
    more = f", and {len(located) - 1} more" if len(located) > 1 else ""
    crosses = "crosses" if len(located) == 1 else "cross"
    of_all = f"{len(located)} of {counted(len(rows), 'pair')}"
    return f"In {loss_word(losses[0])}, {of_all} {crosses} {between}: {where}{more}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
