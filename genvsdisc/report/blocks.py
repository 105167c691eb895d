"""What a section is made of. The template has one macro for each kind; nothing here knows HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Strip:
    """An interval drawn in its cell: percent of the cell's width, 0 at the left, 100 at the right."""

    lower: float
    middle: float
    upper: float
    family: str = ""
    zero: float | None = None  # where a line marks no difference
    cut: str = ""  # ends of the scale that the interval goes beyond: "left", "right", "both"


@dataclass(frozen=True)
class Cell:
    """A table cell: its text, a quiet second line, and marks that stand beside the text."""

    text: str
    note: str = ""
    numeric: bool = False
    family: str = ""
    shares: tuple[float, ...] = ()  # probabilities of generative better, equal, discriminative better
    strip: Strip | None = None
    span: int = 1  # columns
    shade: int = 0  # 0 to 9, for a table that is read as a picture


@dataclass(frozen=True)
class Table:
    """Rows under a caption; the first cell of a row is its header. `hidden` more rows are in the file `source`."""

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: str = ""
    hidden: int = 0
    matrix: bool = False


@dataclass(frozen=True)
class Absence:
    """What could not be made, named where it would have stood."""

    kind: ClassVar[str] = "failure"
    what: str
    error: str
    meaning: str = ""


@dataclass(frozen=True)
class Panel:
    """One picture: SVG text, and what is seen on it in words; or why it could not be drawn."""

    svg: str
    alt: str
    failure: Absence | None = None
    wide: bool = False  # over the whole width of the figure


@dataclass(frozen=True)
class Figure:
    """Panels side by side over a caption, with the tables they were drawn from.

    `read` tells how to read them, `swatches` are keys of other marks than the families' (class of the swatch, word),
    `across` is how many panels stand side by side on a narrow column.
    """

    kind: ClassVar[str] = "figure"
    panels: tuple[Panel, ...]
    caption: str
    tables: tuple[Table, ...] = ()
    across: int = 2
    families: tuple[str, ...] = ()
    swatches: tuple[tuple[str, str], ...] = ()
    read: str = ""


@dataclass(frozen=True)
class Text:
    """A paragraph; a quiet one is a note beside what it follows."""

    kind: ClassVar[str] = "text"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Formula:
    """MathML of our own: it is written out as it stands."""

    kind: ClassVar[str] = "formula"
    text: str


@dataclass(frozen=True)
class Code:
    """Lines of code under a word that says what they are."""

    kind: ClassVar[str] = "code"
    says: str
    lines: str


@dataclass(frozen=True)
class Items:
    """A list; an item is a text, or a term and a text."""

    kind: ClassVar[str] = "items"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Warnings:
    """What to know before the answer is read: the first few in sight, the rest behind a fold."""

    kind: ClassVar[str] = "warnings"
    items: tuple[str, ...]
    shown: int


@dataclass(frozen=True)
class Probabilities:
    """A bar of three: generative better, practically equal, discriminative better."""

    kind: ClassVar[str] = "probabilities"
    shares: tuple[float, float, float]
    labels: tuple[str, str, str]
    caption: str


@dataclass(frozen=True)
class Fold:
    """Blocks behind a line that opens them."""

    kind: ClassVar[str] = "fold"
    summary: str
    blocks: tuple[Any, ...]
    family: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page: what it is about, what was found, and the evidence."""

    key: str
    name: str
    finding: str
    blocks: tuple[Any, ...]


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    source: str = "",
    limit: int = 40,
    matrix: bool = False,
) -> Table:
    """Make a table of at most `limit` rows of cells and texts."""
    cells = [tuple(cell if isinstance(cell, Cell) else Cell(str(cell)) for cell in row) for row in rows]
    return Table(caption, tuple(head), tuple(cells[:limit]), source, max(0, len(cells) - limit), matrix)
