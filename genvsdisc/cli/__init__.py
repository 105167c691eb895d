"""The command line: words in, files out. A file a command, each registered in one line of `genvsdisc.cli.program`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from genvsdisc.cycles import loading

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; an interruption while modules are loaded is told like every other.

    Parameters
    ----------
    arguments : sequence of str or None, default=None
        Words after the program's name; None takes those of the process.
    """
    try:
        with loading():
            from genvsdisc.cli.program import run
    except KeyboardInterrupt:
        print("genvsdisc: interrupted; nothing is half written", file=sys.stderr)
        sys.exit(130)
    run(arguments)
