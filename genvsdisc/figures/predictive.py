"""Rows drawn from a model beside the real ones, by seaborn."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from genvsdisc.figures.style import INK, QUIET, axes_or_new, only, short

_SOURCES = {"data": INK, "model": "#0072b2"}
_GRID = 40  # points of a density
_LEVELS = (0.1, 0.4, 0.7)  # shares of the drawn rows outside a contour


def plot_predictive(table: pd.DataFrame, ax: Axes | None = None, *, x: str | None = None, y: str | None = None) -> Axes:
    """Draw one panel of the pair plot of real and drawn rows.

    Densities of one column, or contours of the drawn and dots of the real rows in two.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.predictive_rows`` with one model.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    x : str, default=None
        Column along the axis; None for the first.
    y : str, default=None
        Column upward; None for densities of x.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_predictive
    >>> rows = {"source": ["data"] * 3 + ["model"] * 3, "row": [0, 1, 2] * 2, "column": "income"}
    >>> rows |= {"model": "LDA", "label": "a", "value": [1.0, 2.0, 9.0, 0.0, 3.0, 4.0]}
    >>> plot_predictive(pd.DataFrame(rows)).get_xlabel()
    'income'
    """
    import seaborn as sns  # heavy, and it imports pyplot

    ax = axes_or_new(ax)
    only(table, "model")
    x = table.column.iloc[0] if x is None else x
    wide = table.pivot_table(index=["source", "row"], columns="column", values="value").reset_index()
    if y is None:
        several = wide.groupby("source")[x].nunique().min() > 1
        if several:
            sns.kdeplot(
                wide, x=x, hue="source", hue_order=list(_SOURCES), palette=_SOURCES, common_norm=False, gridsize=_GRID,
                legend=False, ax=ax, linewidth=2,
            )  # fmt: skip
        else:
            ax.plot(wide[x], [0] * len(wide), "|", color=QUIET)
        ax.set_ylabel("density")
        ax.set_yticks([])
    else:
        model, data = (wide[wide.source == source] for source in ("model", "data"))
        if min(model[x].nunique(), model[y].nunique()) > 2:
            sns.kdeplot(model, x=x, y=y, levels=_LEVELS, gridsize=_GRID // 2, color=_SOURCES["model"], ax=ax)
        else:
            ax.plot(model[x], model[y], "x", color=_SOURCES["model"], markersize=5)
        ax.plot(data[x], data[y], "o", color=_SOURCES["data"], markersize=3, markeredgewidth=0)
        ax.set_ylabel(short(y, 20))
    ax.set_xlabel(short(x, 28))
    return ax
