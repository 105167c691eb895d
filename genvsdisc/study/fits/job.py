"""A job: one stage of one model on a slice of its draws."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

JOB_SECONDS = 2.0
"""Predicted seconds of a job: long against what it costs to send one, short against the whole."""
MOST_SIDE_BY_SIDE = 4_000_000
"""Numbers that one fit may see while another is made beside it: a fit has up to four copies of them (128 MB)."""


@dataclass(frozen=True)
class Job:
    """One stage of one model (its place in the roster) on draws `start` to `stop`, with its predicted seconds.

    `cells`: numbers that the one fit to a part of a large table sees, where that is known; each copy takes as many.
    """

    model: int
    stage: str
    start: int
    stop: int
    seconds: float = 0.0
    cells: int = 0


def sliced(m: int, stage: str, start: int, stop: int, seconds: float, n_parts: int | None) -> list[Job]:
    """Cut draws into jobs of about two predicted seconds: by the plan, never by the number of processes."""
    if stop <= start:
        return []
    n_parts = n_parts or int(np.clip(np.ceil(seconds / JOB_SECONDS), 1, stop - start))
    ends = np.linspace(start, stop, n_parts + 1).round().astype(int).tolist()
    return [Job(m, stage, a, b, seconds * (b - a) / (stop - start)) for a, b in pairwise(ends)]
