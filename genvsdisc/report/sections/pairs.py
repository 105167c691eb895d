"""Generative against discriminative models of the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.figures import plot_differences
from genvsdisc.figures.style import LOSS_TITLES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Items, Panel, Section, table
from genvsdisc.report.numbers import LOSS_WORDS, interval, interval_text, number, probability, pvalue
from genvsdisc.report.pairing import named_pairs
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

DECIDED = 0.95


def pairs_section(comparison: Comparison) -> Section | None:
    """Set generative against discriminative of the same form."""
    if comparison.differences.empty:
        return None
    parts = dict(groups(named_pairs(comparison.differences), "loss"))
    losses = [loss for loss in LOSS_TITLES if loss in parts]
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


def _difference_panel(part: pd.DataFrame) -> Panel:
    said = [
        f"{row.form} {' ('.join(interval_text(row.loss, row.difference, row.lower, row.upper))})"
        for row in records(part)
    ]
    picture = svg(plot_differences, part, size=(296, 70 + 34 * len(part)), margins=(24, 10, 42, 14))
    return Panel(
        picture, f"Difference in {LOSS_TITLES[part.loss.iloc[0]]}, generative minus discriminative: {', '.join(said)}."
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
