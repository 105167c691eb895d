"""The page from top to bottom, one file a section."""

from __future__ import annotations

from genvsdisc.report.isolation import Chapter
from genvsdisc.report.sections.calibration import calibration_section
from genvsdisc.report.sections.conditions import conditions_section
from genvsdisc.report.sections.continuum import continuum_section
from genvsdisc.report.sections.costs import costs_section
from genvsdisc.report.sections.data_and_method import data_and_method_section
from genvsdisc.report.sections.decomposition import decomposition_section
from genvsdisc.report.sections.generative_view import generative_view_section
from genvsdisc.report.sections.holdout import holdout_section
from genvsdisc.report.sections.leaderboard import leaderboard_section
from genvsdisc.report.sections.learning_curves import learning_curves_section
from genvsdisc.report.sections.models import models_section
from genvsdisc.report.sections.pairs import pairs_section
from genvsdisc.report.sections.predictive import predictive_section
from genvsdisc.report.sections.robustness import robustness_section
from genvsdisc.report.sections.search import search_section
from genvsdisc.report.sections.verdict import verdict_section
from genvsdisc.study.plan import CONDITION_STAGES

# A section whose tables are empty, and none of whose stages failed, is left out. The last field names the stages and
# tables whose failures stand in the section.
SECTIONS = (
    Chapter("verdict", "Verdict", verdict_section, ("verdict",)),
    Chapter("leaderboard", "Leaderboard", leaderboard_section, ("cross-validation", "scores", "summary", "timings")),
    Chapter("costs", "Costs", costs_section, ("decisions", "decision_curves", "costs")),
    Chapter("test-set", "Test set", holdout_section, ("test set", "holdout")),
    Chapter("pairs", "Pairs", pairs_section, ("differences",)),
    Chapter(
        "decomposition",
        "Bias, variance, noise",
        decomposition_section,
        ("bias and variance", "tables of the law", "decomposition", "resampling"),
        ("bias and variance",),
    ),
    Chapter(
        "learning-curves",
        "Learning curves",
        learning_curves_section,
        ("learning curve", "learning_", "crossing"),
        ("learning curve",),
    ),
    Chapter(
        "conditions",
        "What decides it",
        conditions_section,
        ("gaps at prediction", "class shares", "unlabeled", "classes left out", "condition", "novelty"),
        (*CONDITION_STAGES, "iterative imputer"),
    ),
    Chapter("calibration", "Calibration", calibration_section, ("calibration", "reliability")),
    Chapter("search", "Search", search_section, ("descent", "search", "traces"), ("The search over",)),
    Chapter("robustness", "Robustness", robustness_section, ("label noise", "robustness"), ("label noise",)),
    Chapter("continuum", "Between the families", continuum_section, ("hybrid",), ("hybrid dial",)),
    Chapter(
        "generative-view",
        "The generative view",
        generative_view_section,
        ("assumption", "boundaries", "decision planes", "ellipses", "planes", "scatter"),
    ),
    Chapter("predictive", "Rows of the model", predictive_section, ("rows of the model", "predictive")),
    Chapter("models", "Each model", models_section, ("fit to all rows", "confusion", "parameters", "models")),
    Chapter("data-and-method", "Data and method", data_and_method_section, ("columns", "classes", "leaks")),
)
