"""The page from top to bottom, one file a section."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from genvsdisc.report.blocks import Section
from genvsdisc.report.sections.calibration import calibration_section
from genvsdisc.report.sections.data_and_method import data_and_method_section
from genvsdisc.report.sections.decomposition import decomposition_section
from genvsdisc.report.sections.generative_view import generative_view_section
from genvsdisc.report.sections.leaderboard import leaderboard_section
from genvsdisc.report.sections.learning_curves import learning_curves_section
from genvsdisc.report.sections.models import models_section
from genvsdisc.report.sections.pairs import pairs_section
from genvsdisc.report.sections.robustness import robustness_section
from genvsdisc.report.sections.search import search_section
from genvsdisc.report.sections.verdict import verdict_section

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

# A section whose tables are empty is None and left out.
SECTIONS: tuple[Callable[[Comparison], Section | None], ...] = (
    verdict_section,
    leaderboard_section,
    pairs_section,
    decomposition_section,
    learning_curves_section,
    calibration_section,
    search_section,
    robustness_section,
    generative_view_section,
    models_section,
    data_and_method_section,
)
