"""Loss along the dial from the generative to the discriminative fit."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from genvsdisc.figures.style import (
    FAMILY_COLORS,
    FAMILY_MARKERS,
    INK,
    QUIET,
    axes_or_new,
    loss_axis,
    loss_title,
    only,
    titled,
)


def plot_continuum(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw loss against the weight of the joint likelihood, with the two families at the ends.

    The places are evenly spaced: most of the way from one fit to the other lies near the discriminative end.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.hybrid`` with one dial and one loss.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_continuum
    >>> rows = {"dial": "linear", "loss": "brier", "generative_weight": [0.0, 0.5, 1.0], "mean": [0.3, 0.2, 0.25]}
    >>> plot_continuum(pd.DataFrame(rows | {"se": 0.01})).get_xlabel()
    'weight of the joint likelihood'
    """
    ax = axes_or_new(ax)
    rows = table.sort_values("generative_weight", ascending=False).reset_index(drop=True)
    mean, reach = rows["mean"], 2 * rows.se
    ax.fill_between(rows.index, mean - reach, mean + reach, color=QUIET, alpha=0.16, linewidth=0)
    ax.plot(rows.index, mean, color=INK, linewidth=2)
    ends = {"generative": 0, "discriminative": len(rows) - 1}
    for family, place in ends.items():
        ax.plot(
            [place], [mean[place]], FAMILY_MARKERS[family], color=FAMILY_COLORS[family], markersize=8, clip_on=False
        )
    ax.set_xticks(rows.index, [f"{value:g}" for value in rows.generative_weight])
    ax.set_xlabel("weight of the joint likelihood")
    loss_axis(ax, only(rows, "loss"))
    ax.set_title(titled(loss_title(only(rows, "loss")), only(rows, "dial")))
    return ax
