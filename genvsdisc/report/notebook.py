"""A comparison in a notebook: the verdict card, the leaderboard, and where to look next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genvsdisc.report.blocks import Items, Section, Text
from genvsdisc.report.isolation import Chapter, Draft, part, written
from genvsdisc.report.sections.leaderboard import leaderboard_table
from genvsdisc.report.sections.verdict import (
    headline,
    known_first,
    numbers,
    probabilities,
    provenance_text,
    verdict_items,
)

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_NEXT = (
    ("result.to_html(path)", "the whole report as one page"),
    ("result.differences", "each pair of one form, with intervals"),
    ("result.crossings", "training rows at which the better model of a pair changes"),
    ("result.decomposition", "bias, variance and noise of each model"),
    ("result.save(folder)", "all tables as files; models=True saves the fitted models too"),
)


def card(comparison: Comparison) -> Section:
    """Make the parts that fit in an output cell."""
    section = written(Chapter("card", "Verdict", _draft), comparison)
    assert section is not None  # a draft is always there
    return section


def next_steps(comparison: Comparison) -> Items:
    """Name the attributes that hold more, those that are not empty."""
    empty = {name for name, table in comparison.tables.items() if table.empty}
    steps = [(code, what) for code, what in _NEXT if code.removeprefix("result.") not in empty]
    return Items((*steps, *_keeping(comparison)))


def _keeping(comparison: Comparison) -> list[tuple[str, str]]:
    """How to go on with the best model, where models are kept."""
    scored = comparison.summary.sort_values("rank", kind="stable").model
    name = next((name for name in scored if name in comparison.fitted), next(iter(comparison.fitted), None))
    if name is None:
        return []
    return [
        (f"result.fitted[{name!r}]", "that model, fitted to all rows: predict and predict_proba take your table"),
        (f"result.pipeline({name!r})", "the code that makes it"),
    ]


def _draft(comparison: Comparison) -> Draft:
    board = not (comparison.summary.empty and comparison.models.empty)
    return Draft(
        lambda: headline(comparison),
        (
            part("what to know first", known_first, comparison),
            part("probabilities", probabilities, comparison),
            part("the answer in numbers", numbers, comparison),
            part("points", verdict_items, comparison),
            part("leaderboard", lambda: leaderboard_table(comparison) if board else None),
            part("where it comes from", lambda: Text(provenance_text(comparison), quiet=True)),
            part("where to look next", lambda: [Text("Where to look next:"), next_steps(comparison)]),
        ),
    )
