"""`genvsdisc lessons`: the claims of the course notes, run as experiments."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from genvsdisc.cli.panels import OnceCommand
from genvsdisc.cli.terminal import say
from genvsdisc.files import atomic_folder


class LessonsCommand(OnceCommand):
    """Lists the lessons below its help; they are imported only then."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the names of the lessons."""
        lessons = import_module("genvsdisc.lessons").LESSONS
        with formatter.section("Lessons"):
            formatter.write_text(", ".join(lesson.name for lesson in lessons))
        super().format_epilog(ctx, formatter)


def lessons(
    names: Annotated[list[str] | None, typer.Argument(help="Lessons to run; all if not given.")] = None,
    output: Annotated[Path, typer.Option(help="Folder to write. Example: --output mine")] = Path("reports", "lessons"),
) -> None:
    """Run the claims of the course notes as experiments, and write what was found."""
    write_lessons = import_module("genvsdisc.lessons").write_lessons
    shown = import_module("genvsdisc.study.progress").shown
    with atomic_folder(output) as staging, shown(sys.stderr.isatty()) as progress:
        write_lessons(staging / "index.html", names or None, progress=progress)
    say(str(output / "index.html"))
