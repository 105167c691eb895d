"""Lessons to a page, made of the report's blocks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd

from genvsdisc.figures.svg import svg
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Picture, Tables, spread
from genvsdisc.report import render
from genvsdisc.report.blocks import Cell, Code, Figure, Formula, Items, Panel, Section, Table, Text, table
from genvsdisc.report.numbers import counted, number, plain

Taught = tuple[Lesson, Tables, Finding]
_COUNTED = {  # of one claim, of several
    "holds": ("holds", "hold"),
    "mostly holds": ("mostly holds", "mostly hold"),
    "depends": ("depends on something that is named", "depend on something that is named"),
    "undecided at this size": ("is undecided at this size", "are undecided at this size"),
    "does not hold": ("does not hold", "do not hold"),
}
_ALONE = 460
"""Width of a panel that stands alone: written larger than two beside each other, as the text around it."""
_ROWS = 6
"""Rows of a table that stand on the page; the file beside it has all."""
_METHOD = (
    "The lines of code of each lesson run as they stand. Each claim is taken apart into statements about numbers. A "
    "statement is true (yes) when the t interval of its margin over the seeds lies above zero and the margin is large "
    "enough to matter (half a point of a share, 2% of another number); false (no) when it is surely smaller than that; "
    "else undecided. The statements of a claim share one error of 5% (Holm). A claim holds when all are true, does not "
    "hold when none is, mostly holds when two thirds are, is undecided at this size when the seeds leave it open, and "
    "depends on what is named when that decides. Numbers are means ± standard deviations over the seeds; bands and "
    "thick bars in figures are one standard deviation, thin bars the mean. Sizes, rates and bounds were chosen while "
    "the lessons were written, some after a first look at results; where the answer was seen to hang on them, the "
    "lesson shows more than one setting."
)


def lessons_page(taught: Sequence[Taught]) -> str:
    """Write lessons that were run as one self-contained HTML page.

    Parameters
    ----------
    taught : sequence of (Lesson, tables, Finding)
        In reading order.

    Returns
    -------
    html : str
        The same text for the same tables.
    """
    sections = [_overview(taught), *(_section(*each) for each in taught)]
    return render.document("Claims of the course notes, put to the test", sections, subtitle="lessons")


def _overview(taught: Sequence[Taught]) -> Section:
    words: list[str] = [finding.word for *_, finding in taught]
    counts = [f"{count} {forms[count > 1]}" for word, forms in _COUNTED.items() if (count := words.count(word))]
    rows = [[lesson.title, lesson.claim, finding.headline] for lesson, _, finding in taught]
    listed = table("Claims and findings", ["Lesson", "Claim", "Finding"], rows, limit=len(rows))
    blocks = (listed, Text(_METHOD, quiet=True))
    return Section("findings", "Findings", f"Of {counted(len(taught), 'claim')}, {', '.join(counts)}", blocks)


def _section(lesson: Lesson, tables: Tables, finding: Finding) -> Section:
    count = tables["results"]["seed"].nunique()
    seeds = f"Run on {count} seeds." if lesson.n_seeds > 1 else "Nothing in it is random."
    formula = [Formula(lesson.formula)] if lesson.formula else []
    after: list[Any] = [Code("", lesson.code)] if lesson.code else []
    after += [Text(f"Try this: {lesson.try_this}")] if lesson.try_this else []
    blocks = (
        *formula,
        Text(f"{lesson.experiment} {seeds}"),
        *([Text(f"Why: {finding.reason}")] if finding.reason else []),
        Items(tuple((f"{part.verdict.capitalize()}:", f"{part.says} ({part.numbers})") for part in finding.parts)),
        Figure(
            _panels(lesson.pictures, tables),
            f"Source of the claim: {lesson.source}{'' if lesson.source.endswith('?') else '.'}",
            (_table(lesson, tables),),
        ),
        *after,
    )
    return Section(lesson.name, lesson.title, f"{_capital(finding.headline)}: {lesson.claim}", blocks)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _panels(pictures: Sequence[Picture], tables: Tables) -> tuple[Panel, ...]:
    """Two side by side; the last of an odd number is as wide as both, and not as high as that would make it."""
    panels = []
    for i, picture in enumerate(pictures):
        options, alone = picture.options, i == len(pictures) - 1 and i % 2 == 0
        if alone:
            options["size"] = (_ALONE, options["size"][1])
        drawn = svg(partial(picture.plot, tables), **options)
        panels.append(Panel(drawn, picture.alt(tables), wide=alone))
    return tuple(panels)


def _table(lesson: Lesson, tables: Tables) -> Table:
    """Mean and spread over seeds of each case."""
    results = tables["results"]
    keys = list(lesson.by)
    rows: list[list[Cell | str]] = []
    for key, part in results.groupby(keys, sort=False):
        first, *others = (each if isinstance(each, str) else plain(float(str(each))) for each in key)
        measured = [number(_measured(measure, part)) for measure in lesson.measures]
        rows.append([first, *map(number, others), *measured])
    heads = [*lesson.by.values(), *(measure.heading for measure in lesson.measures)]
    caption = f"{lesson.title}: {'mean ± standard deviation' if results['seed'].max() > 0 else 'values'}"
    return table(caption, heads, rows, limit=_ROWS, source=f"{lesson.name}.csv")


def _measured(measure: Measure, part: pd.DataFrame) -> str:
    return spread(part[measure.column], share=measure.share)
