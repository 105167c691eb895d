"""The page: a function of the saved tables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def page(comparison: Comparison) -> str:
    """Write a comparison as one self-contained HTML page.

    Parameters
    ----------
    comparison : Comparison
        Its tables; any may be empty. A part that cannot be made is named in its place.

    Returns
    -------
    html : str
        The same text for the same tables.
    """
    from genvsdisc.practice.record import PAGE_BYTES, carried_record
    from genvsdisc.report import render
    from genvsdisc.report.isolation import written
    from genvsdisc.report.room import lightened
    from genvsdisc.report.sections import SECTIONS

    made = [section for chapter in SECTIONS if (section := written(chapter, comparison)) is not None]
    sections = lightened(made, render.weight)
    name, target = comparison.meta.get("name", ""), comparison.meta.get("target", "")
    title = f"Generative or discriminative? {name}".strip()
    return render.document(
        title,
        sections,
        subtitle=f"target {target}" if target else "",
        carried=lambda size: carried_record(comparison, room=PAGE_BYTES - size),
    )


def write_page(comparison: Comparison, path: str | os.PathLike[str]) -> Path:
    """Write the page to a file (or as ``index.html`` into an existing folder), in one step.

    Parameters
    ----------
    comparison : Comparison
        Its tables.
    path : path
        File or folder.

    Returns
    -------
    path : Path
        The file.
    """
    from genvsdisc.report import render

    return render.write(page(comparison), path)


def fragment(comparison: Comparison) -> str:
    """Write the verdict card, the leaderboard and where to look next as HTML for a notebook.

    Parameters
    ----------
    comparison : Comparison
        Its tables.

    Returns
    -------
    html : str
        Fits light and dark notebooks; needs no script and no style of the page around it.
    """
    from genvsdisc.report import render
    from genvsdisc.report.notebook import card

    return render.notebook_cell(card(comparison))
