"""The page from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from genvsdisc.report.blocks import Section
from genvsdisc.report.conditions import robustness, search
from genvsdisc.report.inside import models
from genvsdisc.report.method import data_and_method
from genvsdisc.report.outcome import leaderboard, pairs, verdict
from genvsdisc.report.planes import generative_view
from genvsdisc.report.reasons import calibration, decomposition, learning

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

# A section whose tables are empty is None and left out.
SECTIONS: list[Callable[[Comparison], Section | None]] = [
    verdict,
    leaderboard,
    pairs,
    decomposition,
    learning,
    calibration,
    search,
    robustness,
    generative_view,
    models,
    data_and_method,
]
