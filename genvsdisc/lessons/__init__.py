"""Runnable claims of the course notes: a claim, an experiment over seeds, a finding that the numbers decide."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from genvsdisc.files import atomic_file
from genvsdisc.lessons.conditions import GAPS_AT_PREDICTION, OTHER_SHARES, ROWS_WITHOUT_LABEL
from genvsdisc.lessons.descents import LEARNING_RATES, SHRINKING_STEPS, STOCHASTIC
from genvsdisc.lessons.features import LINEAR, XOR, ZEROS
from genvsdisc.lessons.gaussians import LINE, POKEMON
from genvsdisc.lessons.gradients import ACTIVATION_SLOPES, BACKWARD, GRAPH, VECTORIZED
from genvsdisc.lessons.hidden import GROWTH, HIDDEN_LAYERS
from genvsdisc.lessons.joint import CLASS_ADDED, JOINT
from genvsdisc.lessons.ladder import CURES, LADDER
from genvsdisc.lessons.lesson import Lesson
from genvsdisc.lessons.losses import CROSS_ENTROPY, ENTROPY, SOFTMAX, TOO_RIGHT_ROWS
from genvsdisc.lessons.minima import MINIMA
from genvsdisc.lessons.naive_bayes import CORRELATED, THIRTEEN_ROWS
from genvsdisc.lessons.network_training import ACTIVATION_SPEED
from genvsdisc.lessons.networks import DEPTH, MODULES, PARITY
from genvsdisc.lessons.normalization import BATCH_NORM, BATCH_STATISTICS
from genvsdisc.lessons.notes import with_notes
from genvsdisc.lessons.page import lessons_page
from genvsdisc.lessons.regimes import REGIMES
from genvsdisc.lessons.regularization import COMPLEXITY, PENALTY
from genvsdisc.lessons.same_functions import SAME_FUNCTIONS
from genvsdisc.lessons.scales import ADAGRAD, SCALING
from genvsdisc.lessons.selection import SELECTION
from genvsdisc.lessons.starts import SATURATION
from genvsdisc.lessons.stops import STOPS
from genvsdisc.lessons.two_families import CROSSING, NOISY_LABELS
from genvsdisc.report import render
from genvsdisc.study.progress import Progress

# In reading order.
_IN_ORDER: list[Lesson] = [
    LEARNING_RATES,
    ADAGRAD,
    STOCHASTIC,
    SHRINKING_STEPS,
    SCALING,
    STOPS,
    PENALTY,
    COMPLEXITY,
    CURES,
    SELECTION,
    TOO_RIGHT_ROWS,
    POKEMON,
    LADDER,
    LINE,
    THIRTEEN_ROWS,
    CORRELATED,
    CROSS_ENTROPY,
    MINIMA,
    ENTROPY,
    SAME_FUNCTIONS,
    CROSSING,
    REGIMES,
    NOISY_LABELS,
    JOINT,
    CLASS_ADDED,
    GAPS_AT_PREDICTION,
    OTHER_SHARES,
    ROWS_WITHOUT_LABEL,
    SOFTMAX,
    XOR,
    HIDDEN_LAYERS,
    GRAPH,
    VECTORIZED,
    BACKWARD,
    ACTIVATION_SLOPES,
    LINEAR,
    ZEROS,
    SATURATION,
    ACTIVATION_SPEED,
    BATCH_NORM,
    BATCH_STATISTICS,
    DEPTH,
    GROWTH,
    PARITY,
    MODULES,
]
LESSONS: list[Lesson] = [with_notes(lesson) for lesson in _IN_ORDER]


def write_lessons(
    path: str | os.PathLike[str], names: Sequence[str] | None = None, progress: Progress | None = None
) -> Path:
    """Run lessons and write their page in one step.

    Parameters
    ----------
    path : path
        File, or a folder that exists, for ``index.html``.
    names : sequence of str, default=None
        Lessons to run, shown in reading order; None for all.
    progress : callable, default=None
        Told (name of the lesson, lessons done, lessons in all) before each lesson and at the end.

    Returns
    -------
    path : Path
        The file. Beside it are the results of each lesson, a row for each case and seed, as ``NAME.csv``, and what some
        lessons timed, as ``timings.csv``.

    Raises
    ------
    ValueError
        If a name is not that of a lesson.
    """
    chosen = _chosen(names)
    taught = []
    for done, lesson in enumerate(chosen):
        if progress is not None:
            progress(lesson.title, done, len(chosen))
        tables = lesson.measure()
        taught.append((lesson, tables, lesson.judge(tables)))
    if progress is not None:
        progress("page", len(chosen), len(chosen))
    page = render.write(lessons_page(taught), path)
    for lesson, tables, _ in taught:
        _write_csv(tables["results"], page.parent / f"{lesson.name}.csv")
    _write_timings({lesson.name: tables["timings"] for lesson, tables, _ in taught if "timings" in tables}, page.parent)
    return page


def _write_timings(timings: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write seconds, which differ from run to run, beside the page and not on it."""
    if timings:
        _write_csv(pd.concat(timings, names=["lesson", "row"]).reset_index("lesson"), folder / "timings.csv")


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    with atomic_file(path) as draft:
        table.to_csv(draft, index=False)


def _chosen(names: Sequence[str] | None) -> list[Lesson]:
    known = [lesson.name for lesson in LESSONS]
    for name in names or ():
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f"did you mean {close[0]!r}? " if close else ""
            raise ValueError(f"no lesson is named {name!r}; {meant}there are {', '.join(known)}")
    return [lesson for lesson in LESSONS if names is None or lesson.name in names]
