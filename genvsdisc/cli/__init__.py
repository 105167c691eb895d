"""The command line: words in, files out. A file a command, each registered in one line of `genvsdisc.cli.program`."""

from genvsdisc.cli.program import main

__all__ = ["main"]
