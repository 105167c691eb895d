"""The map of conditions: who leads along every dial, and where that changes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from genvsdisc.figures.style import FAMILY_COLORS, INK, QUIET, axes_or_new, only, short
from genvsdisc.study.schema import groups

_PALE = 0.22
_APART = 0.1
"""Part of the width between values that are written."""


def plot_conditions(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a row for each dial: a field for each of its values, in the color of the family that leads there.

    Parameters
    ----------
    table : DataFrame
        Columns generative and discriminative (the models of one pair), loss, dial, label (of the row), value, place (0
        at the left, 1 at the right), text (of the value), leader (family of the lower mean loss), certain (bool), here
        (bool: where the table stands), and estimate, lower, upper (places of the crossing, NaN where none). A certain
        lead is drawn full, one within noise pale.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If the table holds several pairs or losses.

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_conditions
    >>> pair = {"generative": "LDA", "discriminative": "logistic regression", "loss": "zero_one"}
    >>> dial = {"dial": "gaps", "label": "gaps", "value": [0.0, 0.5], "place": [0.0, 1.0], "text": ["0%", "50%"]}
    >>> fields = {"leader": ["generative", "discriminative"], "certain": True, "here": [True, False]}
    >>> ends = {"estimate": 0.4, "lower": 0.2, "upper": 0.6}
    >>> len(plot_conditions(pd.DataFrame(pair | dial | fields | ends)).patches)
    2
    """
    for column in ("generative", "discriminative", "loss"):
        only(table, column)
    ax = axes_or_new(ax)
    rows = groups(table, "dial")
    for y, (_, row) in enumerate(rows):
        _row(ax, y, row.sort_values("place"))
        ax.text(
            0, y - 0.38, short(row.label.iloc[0], 60), color=INK, va="center"
        )  # over its row: all of the width is its
    ax.set_ylim(len(rows) - 0.6, -0.5)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    return ax


def _row(ax: Axes, y: int, row: pd.DataFrame) -> None:
    places = row.place.to_numpy()
    edges = _edges(places)
    for field, (left, right) in zip(row.itertuples(), pairwise(edges.tolist()), strict=True):
        color = FAMILY_COLORS.get(str(field.leader), QUIET)
        ax.barh(
            y, right - left, left=left, height=0.26, color=color, alpha=1.0 if field.certain else _PALE, linewidth=0
        )
    last = np.inf
    for field in list(row.itertuples())[::-1]:  # the last value is always written
        place = float(str(field.place))
        if last - place >= _APART:
            ax.text(place, y + 0.27, str(field.text), ha="center", va="center", color=QUIET)
            last = place
        if field.here:
            ax.plot([place], [y - 0.19], "v", color=INK, markersize=6, clip_on=False)
    estimate, lower, upper = (float(row[name].iloc[0]) for name in ("estimate", "lower", "upper"))
    if np.isfinite(estimate):
        ax.plot([lower, upper], [y, y], color="#ffffff", linewidth=5)
        ax.plot([lower, upper], [y, y], color=INK, linewidth=2)
        ax.plot([estimate], [y], "D", color=INK, markeredgecolor="#ffffff", markersize=7)


def _edges(places: NDArray) -> NDArray:
    """Ends of the fields: halfway between neighbors."""
    if len(places) == 1:
        return np.array([0.0, 1.0])
    middle = (places[1:] + places[:-1]) / 2
    return np.concatenate([[places[0]], middle, [places[-1]]])
