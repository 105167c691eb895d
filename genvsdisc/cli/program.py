"""The program: its commands, and what becomes of errors. What the user can mend is one line and exit status 2."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

import genvsdisc
from genvsdisc.cli.datasets import datasets
from genvsdisc.cli.diff import diff_command
from genvsdisc.cli.lessons import LessonsCommand, lessons
from genvsdisc.cli.panels import OnceCommand, PanelCommand
from genvsdisc.cli.predict import predict_command
from genvsdisc.cli.report import report
from genvsdisc.cli.terminal import INTERRUPTED, fail, mendable, say, warnings_as_notes, words_of
from genvsdisc.files import unwind_on_termination

COMMANDS: tuple[tuple[Callable[..., None], type[TyperCommand]], ...] = (
    (report, PanelCommand),
    (predict_command, OnceCommand),
    (diff_command, OnceCommand),
    (datasets, OnceCommand),
    (lessons, LessonsCommand),
)
"""Functions, which typer names and documents by their names and docstrings, with the class that writes their help."""
CYCLES = (20_000, 10, 10)
"""How rarely Python looks for cycles, of which tables and fits make few: a 20th of a quick report by default."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str or None, default=None
        Words after the program's name; None takes those of the process.
    """
    gc.set_threshold(*CYCLES)
    # Every version of typer derives its usage errors from this base, wherever it keeps them.
    usage_error: Any = typer.BadParameter.__mro__[1]
    try:
        with unwind_on_termination(), warnings_as_notes():
            status = app(arguments, prog_name="genvsdisc", standalone_mode=False)
    except usage_error as error:
        fail(error.format_message(), 2)
    except (ValueError, OSError) as error:
        if not mendable(error):
            raise
        fail(words_of(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    if status == INTERRUPTED:
        fail("interrupted; nothing is half written", INTERRUPTED)
    sys.exit(status or 0)


def _program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """Generative against discriminative classifiers: which wins on your table, by how much, how surely, and why."""
    if version or context.invoked_subcommand is None:
        say(f"genvsdisc {genvsdisc.__version__}" if version else context.get_help())
        raise typer.Exit


def _app() -> typer.Typer:
    made = typer.Typer(name="genvsdisc", rich_markup_mode=None, pretty_exceptions_enable=False)
    made.callback(invoke_without_command=True)(_program)
    for function, help_writer in COMMANDS:
        made.command(function.__name__.removesuffix("_command"), cls=help_writer)(function)
    return made


app = _app()
