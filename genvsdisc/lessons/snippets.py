"""Five lines of code for each lesson: the heart of its experiment, to be run as it stands."""

from __future__ import annotations

import re
from importlib.resources import files

_TEXT = files("genvsdisc.lessons").joinpath("snippets.txt").read_text(encoding="utf-8")
SNIPPETS = {name: code.strip() for name, code in re.findall(r"^== (\S+)\n(.*?)(?=^== |\Z)", _TEXT, re.M | re.S)}
"""Name of a lesson -> its code."""
