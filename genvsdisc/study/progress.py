"""Progress of a comparison: a callable, a bar, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from genvsdisc.models import Model
from genvsdisc.study.fits.job import Job

Progress = Callable[[str, int, int], None]


def check_progress(progress: Any) -> None:
    """Refuse what cannot be called, before anything is fitted.

    Raises
    ------
    TypeError
        If `progress` is neither a truth value, None nor callable.
    """
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise TypeError(
            f"progress must be True (a bar on standard error), False or None (silence), or a function of "
            f"(stage, done, total), got {progress!r}"
        )


@contextmanager
def shown(progress: Any) -> Iterator[Progress | None]:
    """Give the function to call after each step: the caller's own, that of a bar on standard error, or None.

    Parameters
    ----------
    progress : callable, bool or None
        As `compare` takes it. The bar shows stage and model, elapsed time and time left; in a notebook it is drawn
        below the cell.
    """
    check_progress(progress)
    if progress is None or isinstance(progress, bool):
        if not progress:
            yield None
            return
        with _bar() as advance:
            yield advance
        return
    yield progress


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich import progress as bars
    from rich.console import Console
    from rich.markup import escape

    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn())
    clock = (bars.TimeElapsedColumn(), bars.TextColumn("left"), bars.TimeRemainingColumn())
    # Rich looks for a notebook itself; standard error elsewhere, so that what is printed can be piped on.
    notebook = "ipykernel" in sys.modules
    console = Console() if notebook else Console(stderr=True)
    with bars.Progress(*columns, *clock, console=console) as board:
        task = board.add_task("starting", total=None)

        def advance(stage: str, done: int, total: int) -> None:
            board.update(task, description=escape(stage), completed=done, total=total)

        yield advance


class Steps:
    """Count the jobs that are done, and tell whoever wants to know."""

    def __init__(self, advance: Progress | None, roster: Sequence[Model], total: int) -> None:
        self.advance, self.roster, self.total, self.done = advance, roster, total, 0

    def __call__(self, job: Job | str) -> None:
        """Count one more, and tell of it."""
        self.done += 1
        if self.advance is not None:
            text = job if isinstance(job, str) else f"{self.roster[job.model].name}: {job.stage}"
            self.advance(text, self.done, self.total)
