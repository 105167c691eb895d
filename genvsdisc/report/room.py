"""A page that would weigh too much is lightened where its numbers stand elsewhere: in files, and in what it carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from genvsdisc.report.blocks import Figure, Fold, Items, Section, Table, Text

SECTION_BYTES = 250_000
"""What all sections weigh at most, of the 300,000 of a page."""
FIGURE_ROWS, TABLE_ROWS, FEWEST_ROWS = 6, 12, 3
"""Rows that are left of the table of a figure and of others, at first and when that is not enough."""
MOST_PANELS = 4
"""Panels that are left of a figure."""
_ELSEWHERE = "the tables beside the page"

Shorten = Callable[[Any], Any]


def lightened(sections: Sequence[Section], weigh: Callable[[Any], int], room: int = SECTION_BYTES) -> list[Section]:
    """Shorten blocks, the heaviest first, until all sections have room.

    First the tables behind figures, then the other tables, then panels beyond the fourth of a figure, long lists, and
    last whole folds: the number of models, classes or columns so has no say in what a page weighs. What is gone is
    told in its place.

    Parameters
    ----------
    sections : sequence of Section
    weigh : callable (block) -> int
        Bytes of a block on the page.
    room : int, default=SECTION_BYTES
        Bytes of all blocks.

    Returns
    -------
    sections : list of Section
        Those given, where they have room.
    """
    blocks = [list(section.blocks) for section in sections]
    weights = [[weigh(block) for block in these] for these in blocks]
    total = sum(map(sum, weights))
    for step in _STEPS:
        order = sorted((-weight, s, b) for s, these in enumerate(weights) for b, weight in enumerate(these))
        for _, s, b in order:
            if total <= room:
                return [replace(section, blocks=tuple(these)) for section, these in zip(sections, blocks, strict=True)]
            lighter = step(blocks[s][b]) if step is _unfolded else _inside(blocks[s][b], step)
            if lighter == blocks[s][b]:
                continue
            blocks[s][b], before = lighter, weights[s][b]
            weights[s][b] = weigh(lighter)
            total += weights[s][b] - before
    return [replace(section, blocks=tuple(these)) for section, these in zip(sections, blocks, strict=True)]


def _inside(block: Any, step: Shorten) -> Any:
    """Take a step at a block, or at all blocks behind a fold."""
    if not isinstance(block, Fold):
        return step(block)
    return replace(block, blocks=tuple(_inside(each, step) for each in block.blocks))


def _of_figure(rows: int) -> Shorten:
    def step(block: Any) -> Any:
        if not isinstance(block, Figure):
            return block
        return replace(block, tables=tuple(_cut(table, rows) for table in block.tables))

    return step


def _of_table(rows: int) -> Shorten:
    return lambda block: _cut(block, rows) if isinstance(block, Table) and not block.matrix else block


def _cut(table: Table, rows: int) -> Table:
    if len(table.rows) <= rows:
        return table
    hidden = table.hidden + len(table.rows) - rows
    return replace(table, rows=table.rows[:rows], hidden=hidden, source=table.source or _ELSEWHERE)


def _fewer_panels(block: Any) -> Any:
    if not isinstance(block, Figure) or len(block.panels) <= MOST_PANELS:
        return block
    more = len(block.panels) - MOST_PANELS
    caption = f"{block.caption} {more} more panels would make this page too large; their numbers are in {_ELSEWHERE}."
    return replace(block, panels=block.panels[:MOST_PANELS], caption=caption)


def _fewer_items(block: Any) -> Any:
    if not isinstance(block, Items) or len(block.items) <= TABLE_ROWS:
        return block
    more = len(block.items) - TABLE_ROWS
    return Items((*block.items[:TABLE_ROWS], ("", f"{more} more would make this page too large.")))


def _unfolded(block: Any) -> Any:
    """Put a line in place of a fold, which nobody sees before it is opened."""
    if not isinstance(block, Fold):
        return block
    return Text(f"{block.summary}: would make this page too large; its numbers are in {_ELSEWHERE}.", quiet=True)


_STEPS: tuple[Shorten, ...] = (
    _of_figure(FIGURE_ROWS),
    _of_table(TABLE_ROWS),
    _fewer_panels,
    _of_figure(FEWEST_ROWS),
    _of_table(FEWEST_ROWS),
    _fewer_items,
    _unfolded,
)
