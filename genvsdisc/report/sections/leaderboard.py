"""Every model, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.figures import plot_scores
from genvsdisc.figures.style import LOSS_TITLES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Panel, Section, Table, table
from genvsdisc.report.numbers import LOSS_WORDS, counted, interval, interval_text
from genvsdisc.study.schema import records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_ROWS = (24, 12, 24, 14)  # margins of a panel whose rows carry their names


def leaderboard_section(comparison: Comparison) -> Section | None:
    """Every model, the best first; those that failed last, with the error."""
    summary = comparison.summary
    if summary.empty:
        return None
    order = _order(summary)
    ranked = summary.set_index("model").loc[order].reset_index()
    losses = [loss for loss in LOSS_TITLES if loss in set(summary.loss)]
    panels = [_score_panel(ranked[ranked.loss == loss]) for loss in losses[:2]]
    families = tuple(dict.fromkeys(summary.family))
    caption = (
        "Mean over the held-out folds and its 95% interval, corrected for overlapping training sets. Lower is better."
    )
    figure = Figure(tuple(panels), caption, families=families)
    return Section("leaderboard", "Leaderboard", _best(ranked, losses[0]), (score_table(comparison), figure))


def score_table(comparison: Comparison) -> Table:
    """Leaderboard as a table: a row for each model."""
    summary, roster = comparison.summary, comparison.models
    losses = [loss for loss in LOSS_TITLES if loss in set(summary.loss)]
    cells = {(row.model, row.loss): interval(row.loss, row.mean, row.lower, row.upper) for row in records(summary)}
    facts = summary.drop_duplicates("model").set_index("model")
    errors = dict(zip(roster.model, roster.error.where(roster.status == "failed", ""), strict=True))
    rows = []
    for model in _order(summary):
        count = facts.n_parameters[model]
        size = "" if pd.isna(count) else counted(int(count), "parameter")
        name = Cell(model, note=size, family=facts.family[model])
        failed = errors.get(model, "")
        scores = [Cell(f"failed: {failed}", span=len(losses))] if failed else [cells[model, loss] for loss in losses]
        rows.append([name, *scores])
    caption = "Models, the fewest errors first. Under each mean its 95% interval."
    heads = [LOSS_WORDS[loss] for loss in losses]
    return table(caption, ["Model", *heads], rows, source="summary.csv")


def _order(summary: pd.DataFrame) -> list[str]:
    first = (
        summary[summary.loss == summary.loss.iloc[0]]
        if "zero_one" not in set(summary.loss)
        else summary[summary.loss == "zero_one"]
    )
    return list(first.sort_values("mean", na_position="last", kind="stable").model)


def _best(ranked: pd.DataFrame, loss: str) -> str:
    rows = ranked[(ranked.loss == loss) & ranked["mean"].notna()]
    if rows.empty:
        return "No model could be fitted."
    best = rows.iloc[0]
    mean, ends = interval_text(loss, best["mean"], best["lower"], best["upper"])
    if loss == "zero_one":
        return f"{best.model} errs least: on {mean} of new rows ({ends})"
    return f"{best.model} has the lowest {LOSS_WORDS[loss]}: {mean} ({ends})"


def _score_panel(part: pd.DataFrame) -> Panel:
    rows = part[part["mean"].notna()]
    said = [f"{row.model} {interval_text(row.loss, row.mean, row.lower, row.upper)[0]}" for row in records(rows)]
    picture = svg(plot_scores, rows, size=(296, 52 + 34 * len(rows)), margins=_ROWS)
    return Panel(picture, f"{LOSS_TITLES[part.loss.iloc[0]]} of each model with its interval: {', '.join(said)}.")
