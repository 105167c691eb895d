"""A page has a size that no number of models, classes or columns can raise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from genvsdisc.report import render
from genvsdisc.report.blocks import Cell, Figure, Fold, Items, Panel, Section, Text, table
from genvsdisc.report.room import FIGURE_ROWS, MOST_PANELS, SECTION_BYTES, lightened


def long(n_rows, source="x.csv"):
    return table(
        "Numbers", ["row", "value"], [(str(i), Cell(f"{i}", numeric=True)) for i in range(n_rows)], source=source
    )


def figure(n_panels, n_rows=40):
    return Figure(
        tuple(Panel("<svg>" + "x" * 500 + "</svg>", f"panel {k}") for k in range(n_panels)), "What.", (long(n_rows),)
    )


def weight(sections):
    return sum(render.weight(block) for section in sections for block in section.blocks)


def test_a_page_that_has_room_stays_as_it_is():
    sections = [Section("a", "A", "found", (figure(8), long(40), Text("said")))]
    assert lightened(sections, render.weight) == sections


def test_tables_of_figures_go_before_other_tables_and_panels():
    sections = [Section("a", "A", "found", (figure(8), long(40)))]
    (shorter,) = lightened(sections, render.weight, weight(sections) - 500)
    drawn, listed = shorter.blocks
    assert len(drawn.panels) == 8
    assert len(drawn.tables[0].rows) == FIGURE_ROWS
    assert drawn.tables[0].hidden == 40 - FIGURE_ROWS
    assert listed == sections[0].blocks[1]
    assert f"{40 - FIGURE_ROWS} more rows in x.csv" in render.notebook_cell(shorter)


def test_panels_go_when_tables_are_not_enough_and_are_counted():
    sections = [Section("a", "A", "found", (figure(40),))]
    (shorter,) = lightened(sections, render.weight, 10_000)
    assert len(shorter.blocks[0].panels) == MOST_PANELS
    assert "36 more panels" in shorter.blocks[0].caption


@pytest.mark.parametrize("n", [20, 50])
def test_any_number_of_folds_lists_and_tables_has_room(n):
    inside = Fold("model", (long(30, source=""), figure(6), Items(tuple(("term", "text" * 20) for _ in range(50)))))
    sections = [
        Section("a", "A", "found", tuple(replace(inside, summary=f"model {i}") for i in range(n))),
        Section("b", "B", "found", (Text("the verdict"), long(40))),
    ]
    found = lightened(sections, render.weight)
    assert weight(found) <= SECTION_BYTES
    assert found[1].blocks[0] == Text("the verdict")
    assert "model 7" in render.notebook_cell(found[0])
