"""What a leak is: a row of the table `leaks`, and its kinds."""

from __future__ import annotations

from typing import NamedTuple

GROUP, ORDER, MARKER, IDENTIFIER = "group", "row order", "split marker", "identifier"
FREQUENCY = "frequencies"
DUPLICATES, COPY, GIVEN_AWAY, MISSINGNESS = (
    "duplicates", "copy of the target", "gives the label away", "missing entries give the label away",
)  # fmt: skip


class Leak(NamedTuple):
    """A row of the table `leaks`."""

    kind: str
    column: str
    evidence: str
    value: float
    message: str
