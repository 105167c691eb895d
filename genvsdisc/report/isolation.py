"""Parts of the page that fail by themselves: what raises is named where it would have stood, and the rest is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Absence, Fold, Items, Panel, Section
from genvsdisc.study.schema import records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_LOG = logging.getLogger("genvsdisc.report")
_MEANING = "This part alone is missing: the tables beside the page hold its numbers, and nothing else rests on it."


@dataclass(frozen=True)
class Piece:
    """A named piece of a section, made when the page is put together: a block, several, or None."""

    name: str
    make: Callable[[], Any]


@dataclass(frozen=True)
class Draft:
    """What a section will say: its finding and its parts, none of them made yet."""

    finding: Callable[[], str]
    parts: tuple[Piece, ...]


@dataclass(frozen=True)
class Chapter:
    """A place on the page.

    Parameters
    ----------
    key, name : str
        Address and name.
    draft : callable
        Comparison -> Draft, or None where its tables are empty.
    stages : tuple of str
        Stages and tables that it shows: what failed there (table `failures`) is named in it.
    thinned : tuple of str
        What the notes of the budget call it, where they say what was left out.
    """

    key: str
    name: str
    draft: Callable[[Comparison], Draft | None]
    stages: tuple[str, ...] = ()
    thinned: tuple[str, ...] = ()


def part(name: str, function: Callable[..., Any], *args: Any, **options: Any) -> Piece:
    """Put off ``function(*args, **options)`` until the page is put together."""
    return Piece(name, partial(function, *args, **options))


def panel(what: str, plot: Callable[..., Any], /, *tables: Any, alt: Callable[[], str], **look: Any) -> Panel:
    """Draw one panel; one that cannot be drawn says so in its place.

    Parameters
    ----------
    what : str
        What is drawn and of whom, for the message.
    plot : callable
        A ``plot_x`` function.
    *tables : DataFrame
        What it draws.
    alt : callable
        Gives what is seen in words.
    **look
        Passed to `svg`.
    """
    try:
        return Panel(svg(plot, *tables, **look), alt())
    except Exception as error:
        return Panel("", "", noted(f"The panel “{what}”", error))


def written(chapter: Chapter, comparison: Comparison) -> Section | None:
    """Make a chapter's section, whatever fails in it; None where it has nothing to say and nothing failed."""
    absent = (*failed_stages(comparison.failures, chapter.stages), *_left_out(comparison, chapter.thinned))
    try:
        draft = chapter.draft(comparison)
    except Exception as error:
        lost = noted(f"The section “{chapter.name}”", error)
        return Section(chapter.key, chapter.name, f"{chapter.name}: not available", (lost, *absent))
    if draft is None:
        why = "not available" if failed_stages(comparison.failures, chapter.stages) else "left out to keep the budget"
        return Section(chapter.key, chapter.name, f"{chapter.name}: {why}", absent) if absent else None
    blocks = [block for each in draft.parts for block in _made(each)]
    try:
        finding = draft.finding()
    except Exception as error:
        finding, blocks = chapter.name, [noted(f"The heading of “{chapter.name}”", error), *blocks]
    return Section(chapter.key, chapter.name, finding, (*blocks, *absent))


def failed_stages(failures: pd.DataFrame, stages: Iterable[str]) -> list[Absence]:
    """List what failed in these stages, each model's by itself."""
    ours = failures[failures.stage.str.startswith(tuple(stages))] if len(failures) else failures
    return [
        Absence(
            f"{row.model or 'All models'}, {row.stage}{'' if left_out(row.error) else ': failed'}",
            row.error,
            row.meaning,
        )
        for row in records(ours)
    ]


def left_out(error: str) -> bool:
    """Whether what is listed among the failures was not tried, for the budget."""
    return error.startswith("left out")


def _left_out(comparison: Comparison, thinned: Sequence[str]) -> list[Any]:
    """Name what the budget had no room for, where it would have stood."""
    plan = comparison.meta.get("plan", {})
    every = [*plan.get("notes", []), *plan.get("condition_notes", [])]
    notes = [note for note in every if any(words in note for words in thinned)]
    if not notes:
        return []
    return [Fold(f"Left out to keep the budget ({len(notes)})", (Items(tuple(("", note) for note in notes)),))]


def noted(what: str, error: Exception) -> Absence:
    """Turn an exception into the block that stands in place of what raised it; the trace goes to the log."""
    _LOG.warning("%s could not be made: %s: %s", what, type(error).__name__, error)
    _LOG.debug("where it was raised", exc_info=error)
    return Absence(f"{what} could not be made", f"{type(error).__name__}: {error}", _MEANING)


def _made(each: Piece) -> list[Any]:
    try:
        made = each.make()
    except Exception as error:
        return [noted(f"The part “{each.name}”", error)]
    if made is None:
        return []
    return list(made) if isinstance(made, list | tuple) else [made]
