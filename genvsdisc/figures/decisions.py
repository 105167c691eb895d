"""Decision curves: what acting on a model's probabilities is worth, against the threshold of acting."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from genvsdisc.figures.style import (
    FAMILY_COLORS,
    FAMILY_LINES,
    HAIRLINE,
    QUIET,
    axes_or_new,
    broken_names,
    end_labels,
    loss_axis,
)
from genvsdisc.study.schema import groups

LOWEST_SHOWN = -0.05
"""Net benefit at which the picture ends: below it acting does harm."""


def plot_decision_curves(table: pd.DataFrame, ax: Axes | None = None, *, threshold: float | None = None) -> Axes:
    """Draw net benefit against the threshold probability, one line a model.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.decision_curves``: a few models, and "always" and "never".
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    threshold : float, default=None
        Where the costs given put the threshold: a vertical line.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_decision_curves
    >>> curve = {"model": "LDA", "family": "generative", "threshold": [0.1, 0.5], "net_benefit": [0.3, 0.1]}
    >>> plot_decision_curves(pd.DataFrame(curve)).get_ylabel()
    'net benefit, true positives a row'
    """
    ax = axes_or_new(ax)
    ends: dict[str, float] = {}
    for (model, family), curve in groups(table, ["model", "family"]):
        plain = family == "baseline"
        look: Any = {"color": QUIET, "linewidth": 0.8} if plain else {"color": FAMILY_COLORS[family], "linewidth": 1.6}
        ax.plot(curve.threshold, curve.net_benefit, linestyle=FAMILY_LINES[family], **look)
        ends[broken_names([str(model)], 22)[0]] = max(float(curve.net_benefit.iloc[-1]), LOWEST_SHOWN)
    ax.set_ylim(LOWEST_SHOWN, max(0.0, float(table.net_benefit.max())) * 1.08 + 0.01)
    if threshold is not None:
        ax.axvline(threshold, color=HAIRLINE, linewidth=1.2)
    ax.set_xlim(0, 1)
    end_labels(ax, ends)
    loss_axis(ax, "", "x")
    loss_axis(ax, "")
    ax.set_xlabel("threshold probability")
    ax.set_ylabel("net benefit, true positives a row")
    return ax
