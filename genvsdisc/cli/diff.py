"""`genvsdisc diff`: what changed between two reports."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from genvsdisc.cli.terminal import say
from genvsdisc.files import atomic_folder, refuse_over


def diff_command(
    before: Annotated[str, typer.Argument(metavar="A", help="Folder of a report, or its page.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Folder of another report, or its page.")],
    output: Annotated[
        Path | None, typer.Option(help="Folder for the page of the differences. Example: --output reports/diff")
    ] = None,
) -> None:
    """Say what changed between two reports: data, design, versions, verdict, and the numbers beyond their errors.

    Numbers are paired where both reports were judged on the same splits. Of reports of two versions of genvsdisc what
    both have is compared. The exit status is 0 whatever changed.
    Example: genvsdisc diff reports/monday reports/friday/index.html
    """
    from genvsdisc.practice.difference import difference_of
    from genvsdisc.practice.other_versions import understood
    from genvsdisc.report.difference import difference_lines, difference_page
    from genvsdisc.report.render import write

    pages = [page for each in (before, after) for page in (Path(each), Path(each, "index.html"))]
    if output is not None:
        refuse_over("--output", output / "index.html", pages)
    # A folder that cannot be is refused before anything is said.
    with nullcontext() if output is None else atomic_folder(output) as staging:
        one, other = understood(before), understood(after)
        difference = difference_of(one.comparison, other.comparison, names=(one.names, other.names))
        for line in difference_lines(difference):
            say(line)
        if staging is not None:
            write(difference_page(difference, before, after), staging / "index.html")
    if output is not None:
        say(str(output / "index.html"))
