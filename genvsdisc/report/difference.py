"""The page of two comparisons: what changed, and which numbers moved beyond their errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.practice.changes import Change
from genvsdisc.practice.difference import Difference
from genvsdisc.report import render
from genvsdisc.report.blocks import Cell, Section, Text, table
from genvsdisc.report.numbers import difference_cell, interval_text, loss_word, losses_in_order, pvalue
from genvsdisc.study.schema import records

AREAS = {"verdict": "Verdict", "data": "Data", "design": "Design", "models": "Models", "versions": "Versions"}
MOST_SAID = 12


def headline_of(difference: Difference) -> str:
    """Say in a sentence what differs."""
    if difference.same:
        return "No difference: all tables and facts are equal"
    moved = difference.numbers[difference.numbers.beyond]
    areas = [area for area in AREAS if any(change.area == area for change in difference.changes)]
    what = f"{', '.join(areas)} differ" if areas else "no fact differs"
    n = len(difference.numbers)
    numbers = f"{len(moved)} of {n} numbers moved beyond their error" if n else "no model and loss stand in both"
    return f"{what}; {numbers}".capitalize()


def _said_of_numbers(difference: Difference) -> list[str]:
    if difference.numbers.empty:
        return []
    return [f"Differences are {difference.how}.", difference.multiplicity]


def difference_lines(difference: Difference) -> list[str]:
    """What a terminal shows: the changes, then the numbers beyond their errors."""
    lines = [f"{headline_of(difference)}."]
    if difference.same:
        return lines
    for area, name in AREAS.items():
        ours = [change for change in difference.changes if change.area == area]
        lines += [f"{name}, {_line(change)}" for change in ours[:MOST_SAID]]
        lines += [f"{name}: {len(ours) - MOST_SAID} more changes"] * (len(ours) > MOST_SAID)
    for row in records(difference.numbers[difference.numbers.beyond])[:MOST_SAID]:
        cell = _moved(row, difference.numbers)
        lines.append(f"{row.model}, {loss_word(row.loss)}: {cell.text} (95% interval {cell.note})")
    return [*lines, *_said_of_numbers(difference)]


def difference_page(difference: Difference, before: str, after: str) -> str:
    """Write the page.

    Parameters
    ----------
    difference : Difference
    before, after : str
        What the two comparisons are called.

    Returns
    -------
    html : str
    """
    sections = [_summary(difference, before, after)]
    if not difference.same:
        sections += [section for area in AREAS if (section := _area(difference, area)) is not None]
        sections += [_numbers(difference, loss) for loss in losses_in_order(difference.numbers.loss)]
    return render.document("What changed", sections, subtitle=f"{before} → {after}")


def _summary(difference: Difference, before: str, after: str) -> Section:
    blocks = [Text(f"Before: {before}. After: {after}.", quiet=True)]
    if not difference.same:
        blocks += map(Text, _said_of_numbers(difference))
    return Section("answer", "Answer", headline_of(difference), tuple(blocks))


def _area(difference: Difference, area: str) -> Section | None:
    ours = [change for change in difference.changes if change.area == area]
    if not ours:
        return None
    rows = [(change.what, change.before, change.after) for change in ours]
    summary = f"{len(ours)} change{'s' * (len(ours) > 1)}"
    return Section(
        area, AREAS[area], summary, (table(f"{AREAS[area]}: what differs", ["What", "Before", "After"], rows),)
    )


def _numbers(difference: Difference, loss: str) -> Section:
    """The numbers of one loss, those that moved most surely first."""
    rows = difference.numbers[difference.numbers.loss == loss].sort_values("pvalue", kind="stable")
    cells = [
        (
            Cell(row.model, family=row.family),
            Cell(interval_text(loss, row.before, np.nan, np.nan)[0], numeric=True),
            Cell(interval_text(loss, row.after, np.nan, np.nan)[0], numeric=True),
            _moved(row, rows),
            Cell(pvalue(row.pvalue_holm), numeric=True),
            Cell("yes" if row.beyond else "no"),
        )
        for row in records(rows)
    ]
    moved = int(rows.beyond.sum())
    head = ["Model", "Before", "After", "After minus before", "p (Holm)", "Beyond its error"]
    caption = f"{loss_word(loss)}: mean of each model, and the difference with its 95% interval"
    finding = f"{moved} of {len(rows)} models moved in {loss_word(loss)} beyond the error"
    return Section(f"numbers-{loss}".replace("_", "-"), loss_word(loss), finding, (table(caption, head, cells),))


def _moved(row: Any, rows: pd.DataFrame) -> Cell:
    reach = float(np.nanmax(np.abs(rows[["lower", "upper", "difference"]].to_numpy()), initial=0.0)) or 1.0
    return difference_cell(row.loss, row.difference, row.lower, row.upper, reach, row.family)


def _line(change: Change) -> str:
    return f"{change.what}: {change.before} → {change.after}"
