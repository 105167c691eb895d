"""What a person reads: answers on standard output, notes and the one line of a fault on standard error."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
MOST_NOTES = 12
"""Lines of notes of a kind; a table of hundreds of columns has more to tell than is read."""


def say(text: str) -> None:
    """Say an answer; on a terminal in lines that fit, elsewhere in one."""
    typer.echo(_in_lines(legible(text), sys.stdout))


def _in_lines(text: str, stream: Any, indent: str = "") -> str:
    """Break at blanks for a person; a program, and whoever copies a path, gets the text as it is."""
    width = shutil.get_terminal_size().columns
    if not stream.isatty() or width < 20:
        return text
    lines = [
        textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]
        for line in text.splitlines()
    ]
    return "\n".join(line for part in lines for line in part)


def legible(text: str) -> str:
    """Control characters, which names and labels of others may hold, as codes: a terminal would obey them."""
    return "".join(ascii(each)[1:-1] if _commands(each) else each for each in text)


def _commands(character: str) -> bool:
    code = ord(character)
    turns = 0x202A <= code < 0x202F or 0x2066 <= code < 0x206A  # the direction of all text after them
    return (code < 32 and character not in "\n\t") or 127 <= code < 160 or turns


def note(text: str) -> None:
    """Say what was guessed, left out or thinned, beside the answer."""
    typer.echo(_in_lines(legible(f"note: {' '.join(text.split())}"), sys.stderr, "      "), err=True)


def notes_in_sight(texts: Iterable[str]) -> None:
    """Say notes, each once, as many as are read; the page has all of them."""
    distinct = list(dict.fromkeys(texts))
    shown = distinct if len(distinct) <= MOST_NOTES else distinct[: MOST_NOTES - 1]
    for text in shown:
        note(text)
    if len(shown) < len(distinct):
        note(f"{len(distinct) - len(shown)} more notes of this kind are on the page")


@contextmanager
def warnings_as_notes() -> Iterator[None]:
    """Say warnings of Python as notes, without the lines of code that gave them."""

    def shown(message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
        note(f"{category.__name__}: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = shown
        yield


@contextmanager
def kept_off() -> Iterator[None]:
    """Keep what classifiers print off standard output, which is for the answer; how much it was is a note."""
    sys.stdout.flush()
    terminal = os.dup(1)
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(terminal, 1)
            os.close(terminal)
            printed.seek(0)
            lines = [line for line in printed.read().decode(errors="replace").splitlines() if line.strip()]
            if lines:
                note(f"the models printed {len(lines):,} line{'s' * (len(lines) > 1)}, not shown: {lines[0][:80]!r}")


def fail(message: str, status: int) -> NoReturn:
    """Say what is wrong in one line, and exit."""
    typer.echo(legible(f"genvsdisc: {' '.join(message.split())}"), err=True)
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
