"""What a person reads: answers on standard output, notes and the one line of a fault on standard error."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def say(text: str) -> None:
    """Say an answer."""
    typer.echo(text)


def note(text: str) -> None:
    """Say what was guessed, left out or thinned, beside the answer."""
    typer.echo(f"note: {' '.join(text.split())}", err=True)


def fail(message: str, status: int) -> NoReturn:
    """Say what is wrong in one line, and exit."""
    typer.echo(f"genvsdisc: {' '.join(message.split())}", err=True)
    sys.exit(status)


def mendable(error: ValueError | OSError) -> bool:
    """Whether the user can mend it: the file system, or a refusal that we wrote; a ValueError out of NumPy is a bug."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    ours = trace is not None and str(trace.tb_frame.f_globals.get("__name__", "")).startswith("genvsdisc")
    return ours or isinstance(error, OSError)


def words_of(error: ValueError | OSError) -> str:
    """Message of an error; of the operating system's, what happened to which file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename!r}" if error.filename else error.strerror
    return str(error)
