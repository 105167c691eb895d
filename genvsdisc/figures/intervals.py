"""One row a model or pair: a point with its interval, or a bar of parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from genvsdisc.figures.style import (
    FAMILY_COLORS,
    FAMILY_MARKERS,
    HAIRLINE,
    INK,
    QUIET,
    axes_or_new,
    directions,
    loss_axis,
    loss_title,
    only,
    short,
    thousands,
)
from genvsdisc.study.schema import records


def plot_scores(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each model's mean loss with its interval.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.summary`` with one loss, in the order to show.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_scores
    >>> row = {"model": ["LDA"], "family": "generative", "loss": "zero_one", "mean": 0.2, "lower": 0.1, "upper": 0.3}
    >>> plot_scores(pd.DataFrame(row)).get_title()
    '0-1 error'
    """
    ax = axes_or_new(ax)
    loss = only(table, "loss")
    rows = table[table["mean"].notna()]
    for y, row in enumerate(records(rows)):
        _interval(ax, y, row.mean, row.lower, row.upper, FAMILY_COLORS[row.family], FAMILY_MARKERS[row.family])
    _name_rows(ax, rows.model)
    loss_axis(ax, loss, "x")
    ax.set_title(loss_title(loss))
    return ax


def plot_differences(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw generative minus discriminative loss of each pair, with its interval.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.differences`` with one loss.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_differences
    >>> row = {"form": ["linear"], "loss": "brier", "difference": -0.02, "lower": -0.05, "upper": 0.01}
    >>> plot_differences(pd.DataFrame(row)).get_title()
    'Brier score'
    """
    ax = axes_or_new(ax)
    loss = only(table, "loss")
    for y, row in enumerate(records(table)):
        family = "generative" if row.difference < 0 else "discriminative"
        _interval(ax, y, row.difference, row.lower, row.upper, FAMILY_COLORS[family], FAMILY_MARKERS[family])
    _zero_line(ax, len(table))
    _name_rows(ax, table.form)
    _symmetric(ax)
    loss_axis(ax, loss, "x", bins=4)
    ax.set_title(loss_title(loss))
    directions(ax, "generative better", "discriminative better")
    return ax


def plot_costs(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what each assumption costs in log loss, with its interval.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.assumptions``.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_costs
    >>> row = {"assumption": ["equal covariances"], "cost": 0.02, "cost_lower": 0.01, "cost_upper": 0.03}
    >>> plot_costs(pd.DataFrame(row)).get_title()
    'Cost in log loss (nats)'
    """
    ax = axes_or_new(ax)
    for y, row in enumerate(records(table)):
        _interval(ax, y, row.cost, row.cost_lower, row.cost_upper, FAMILY_COLORS["generative"], "o")
    _zero_line(ax, len(table))
    _name_rows(ax, table.assumption)
    _symmetric(ax)
    loss_axis(ax, "log_loss", "x", bins=4)
    ax.set_title("Cost in log loss (nats)")
    directions(ax, "assumption helps", "assumption costs")
    return ax


def plot_decomposition(
    table: pd.DataFrame, ax: Axes | None = None, *, beside: pd.DataFrame | None = None, cap: float | None = None
) -> Axes:
    """Draw loss as noise, bias and net variance, stacked, with two standard errors of bias and of the whole.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.decomposition`` with one loss and one number of training rows. The noise bar is what of
        the noise is felt, noise + interaction. Where noise is not known (NaN), the bias bar stands for both.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    beside : DataFrame, default=None
        Rows of all panels that share the scale; None for `table` alone.
    cap : float, default=None
        Where the scale ends if a bar is longer: what it reaches is then written at its end.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_decomposition
    >>> row = {"model": ["LDA"], "family": "generative", "loss": "brier", "n_train": 60, "noise": 0.1, "bias": 0.1}
    >>> row |= {"interaction": 0.0, "net_variance": 0.05, "bias_se": 0.01, "expected": 0.25, "expected_se": 0.01}
    >>> plot_decomposition(pd.DataFrame(row)).get_title()
    'Brier score, 60 training rows'
    """
    ax = axes_or_new(ax)
    loss, n_train = only(table, "loss"), only(table, "n_train")
    places = np.arange(len(table))
    noise, systematic = _stacked(table)
    colors = table.family.map(FAMILY_COLORS).tolist()
    if noise.any():
        ax.barh(places, noise, 0.44, color=FAMILY_COLORS["baseline"], alpha=0.45, linewidth=0)
    ax.barh(places, table.bias, 0.44, left=noise, color=colors, linewidth=0)
    grows = table.net_variance.to_numpy() >= 0  # where it shrinks the loss, its pale bar would hide in the solid one
    fills = [(*to_rgb(color), 0.4) if more else "none" for color, more in zip(colors, grows, strict=True)]
    edges = ["none" if more else INK for more in grows]
    ax.barh(places, table.net_variance, 0.44, left=systematic, color=fills, edgecolor=edges, linewidth=1)
    for at, se, shift in ((systematic, table.bias_se, 0.05), (table.expected, table.expected_se, -0.05)):
        for y, x, error in zip(places + shift, at, se.fillna(0), strict=True):
            ax.plot([x - 2 * error, x + 2 * error], [y, y], color=INK, linewidth=2.4)
    _name_rows(ax, table.model)
    shown = table if beside is None else beside
    ends = np.concatenate([*_stacked(shown), shown.expected + 3 * shown.expected_se.fillna(0)])
    longest = ends.max() if cap is None else min(ends.max(), cap)
    if longest > 0 or ends.min() < 0:  # not where nothing errs
        ax.set_xlim(min(0.0, ends.min()), longest)
    for y, row in enumerate(records(table)):
        if row.expected > longest:
            beyond = f"{100 * row.expected:.3g}%" if loss == "zero_one" else f"{row.expected:.3g}"
            ax.annotate(f"{beyond} →", (1, y - 0.3), xycoords=("axes fraction", "data"), ha="right", color=INK)
    loss_axis(ax, loss, "x")
    ax.set_title(f"{loss_title(loss)}, {thousands(n_train)} training rows")
    return ax


def _stacked(table: pd.DataFrame) -> tuple[NDArray, NDArray]:
    """Where the bars of noise and of bias end. Where the prediction is wrong, a noisy label may agree with it."""
    noise = (table.noise.fillna(0) + table.interaction).to_numpy()
    return noise, noise + table.bias.to_numpy()


def _interval(ax: Axes, y: float, mean: float, lower: float, upper: float, color: str, marker: str) -> None:
    ax.plot([lower, upper], [y, y], color=color, linewidth=3)
    ax.plot([mean], [y], marker, color=color, markersize=8, markeredgewidth=0)


def _name_rows(ax: Axes, names: Sequence[str] | pd.Series) -> None:
    """Write each name above its row, so that the row has the whole width, and give each row a hairline."""
    for y, name in enumerate(names):
        ax.axhline(y, color=HAIRLINE, linewidth=0.8, zorder=0)
        ax.annotate(
            short(name, 46), (0, y - 0.3), xycoords=("axes fraction", "data"), xytext=(-13, 0),
            textcoords="offset points",
        )  # fmt: skip
    ax.set_ylim(len(names) - 0.5, -0.9)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)  # the names begin left of it


def _zero_line(ax: Axes, n_rows: int) -> None:
    """Mark zero at each row, not through the names."""
    for y in range(n_rows):
        ax.plot([0, 0], [y - 0.2, y + 0.2], color=QUIET, linewidth=1.4, zorder=1)


def _symmetric(ax: Axes) -> None:
    reach = max(map(abs, ax.get_xlim()))
    ax.set_xlim(-reach, reach)
