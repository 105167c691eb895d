"""Figures of a comparison's tables: ``plot_x(table, ax=None)`` draws one panel and returns its Axes.

They draw what the tables hold and compute nothing, need no display, and leave matplotlib's settings as they were.
"""

from genvsdisc.figures.conditions import plot_conditions
from genvsdisc.figures.confusions import plot_confusion
from genvsdisc.figures.continuum import plot_continuum
from genvsdisc.figures.curves import plot_learning_curves, plot_robustness, plot_search, plot_traces
from genvsdisc.figures.decisions import plot_decision_curves
from genvsdisc.figures.intervals import plot_costs, plot_decomposition, plot_differences, plot_scores
from genvsdisc.figures.planes import plot_boundaries, plot_classes, plot_reliability
from genvsdisc.figures.predictive import plot_predictive

__all__ = [
    "plot_boundaries",
    "plot_classes",
    "plot_conditions",
    "plot_confusion",
    "plot_continuum",
    "plot_costs",
    "plot_decision_curves",
    "plot_decomposition",
    "plot_differences",
    "plot_learning_curves",
    "plot_predictive",
    "plot_reliability",
    "plot_robustness",
    "plot_scores",
    "plot_search",
    "plot_traces",
]
