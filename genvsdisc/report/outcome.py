"""What came out: the verdict, the leaderboard, the pairs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.figures import plot_differences, plot_scores
from genvsdisc.figures.style import LOSS_NAMES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Items, Panel, Section, Table, Text, table
from genvsdisc.report.numbers import LOSS_WORDS, counted, fixed, interval, interval_text, number, probability, pvalue
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_ROWS = (24, 12, 24, 14)  # margins of a panel whose rows carry their names
DECIDED = 0.95


def verdict(comparison: Comparison) -> Section:
    """Say what was found, in the words of the comparison."""
    first, _, rest = (re.sub(r"(?<=[.!?]) +(?=[A-Z])", "\f", comparison.verdict, count=1)).partition("\f")
    texts = [Text(text) for text in [*rest.split("\n"), _scale(comparison)] if text.strip()]
    return Section("verdict", "Verdict", first or "This comparison carries no verdict.", tuple(texts))


def leaderboard(comparison: Comparison) -> Section | None:
    """Every model, the best first; those that failed last, with the error."""
    summary = comparison.summary
    if summary.empty:
        return None
    order = _order(summary)
    ranked = summary.set_index("model").loc[order].reset_index()
    losses = [loss for loss in LOSS_NAMES if loss in set(summary.loss)]
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
    losses = [loss for loss in LOSS_NAMES if loss in set(summary.loss)]
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


def pairs(comparison: Comparison) -> Section | None:
    """Set generative against discriminative of the same form."""
    if comparison.differences.empty:
        return None
    parts = dict(groups(named_pairs(comparison.differences), "loss"))
    losses = [loss for loss in LOSS_NAMES if loss in parts]
    differences = pd.concat([parts[loss] for loss in losses])
    panels = [_difference_panel(part) for _, part in groups(differences, "loss")][:2]
    head = ["Form, loss", "Difference", "p (Holm)", "Better: generative · equal · discriminative"]
    rows = [_pair_row(row) for row in records(differences)]
    rope = comparison.meta.get("design", {}).get("rope")
    equal = f" Equal means closer than {rope:g}." if rope is not None else ""
    caption = f"Generative minus discriminative loss: negative, generative is better.{equal}"
    names = comparison.differences.drop_duplicates(["form", "generative"])
    who = Items(tuple((f"{row.form}:", f"{row.generative} against {row.discriminative}") for row in records(names)))
    figure = Figure(
        tuple(panels), "Difference of each pair and its 95% interval.", families=("generative", "discriminative")
    )
    return Section(
        "pairs", "Pairs", _decided(differences), (who, table(caption, head, rows, source="differences.csv"), figure)
    )


def named_pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Name the generative model beside the form where several of one form are in pairs."""
    several = table.groupby("form", sort=False)["generative"].transform("nunique") > 1
    return table.assign(form=table.form.where(~several, table.form + ": " + table.generative))


def _scale(comparison: Comparison) -> str:
    meta, design = comparison.meta, comparison.meta.get("design", {})
    used = comparison.classes[comparison.classes.used]
    parts = [
        f"{fixed(meta['n_rows'], 0)} rows" if "n_rows" in meta else "",
        f"{meta['n_columns']} columns" if "n_columns" in meta else "",
        f"{len(used)} classes" if len(used) else "",
        f"{len(comparison.models)} models",
        f"{design['n_splits']} folds, repeated {design['n_repeats']} times"
        if {"n_splits", "n_repeats"} <= set(design)
        else "",
    ]
    return ", ".join(part for part in parts if part) + "."


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
    return Panel(picture, f"{LOSS_NAMES[part.loss.iloc[0]]} of each model with its interval: {', '.join(said)}.")


def _difference_panel(part: pd.DataFrame) -> Panel:
    said = [
        f"{row.form} {' ('.join(interval_text(row.loss, row.difference, row.lower, row.upper))})"
        for row in records(part)
    ]
    picture = svg(plot_differences, part, size=(296, 70 + 34 * len(part)), margins=(24, 10, 42, 14))
    return Panel(
        picture, f"Difference in {LOSS_NAMES[part.loss.iloc[0]]}, generative minus discriminative: {', '.join(said)}."
    )


def _pair_row(row: Any) -> list[Cell]:
    shares = (row.p_generative, row.p_equal, row.p_discriminative)
    return [
        Cell(row.form, note=LOSS_WORDS[row.loss]),
        interval(row.loss, row.difference, row.lower, row.upper),
        number(pvalue(row.pvalue_holm)),
        Cell(" · ".join(map(probability, shares)), shares=shares, numeric=True),
    ]


def _decided(differences: pd.DataFrame) -> str:
    part = differences[differences.loss == differences.loss.iloc[0]]
    name = LOSS_WORDS[part.loss.iloc[0]]
    counts = {
        "generative better": int((part.p_generative >= DECIDED).sum()),
        "equal": int((part.p_equal >= DECIDED).sum()),
        "discriminative better": int((part.p_discriminative >= DECIDED).sum()),
    }
    said = [f"{what} in {count}" for what, count in counts.items() if count]
    said += [f"undecided in {len(part) - sum(counts.values())}"] if sum(counts.values()) < len(part) else []
    return f"{'The one pair' if len(part) == 1 else f'{len(part)} pairs'} by {name}: {', '.join(said)}"
