"""Curves: loss against training rows, against noise, against a setting, against epochs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from genvsdisc.figures.style import (
    FAMILY_COLORS,
    FAMILY_LINES,
    FAMILY_MARKERS,
    HAIRLINE,
    INK,
    LOSS_TITLES,
    QUIET,
    axes_or_new,
    end_labels,
    log_axis,
    loss_axis,
    only,
    titled,
)
from genvsdisc.study.schema import groups


def plot_learning_curves(table: pd.DataFrame, ax: Axes | None = None, *, crossing: Any = None, name: str = "") -> Axes:
    """Draw loss against training rows, one line a model, with its band.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.learning_curves`` with one loss.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    crossing : mapping, default=None
        Row of ``Comparison.crossings``: its estimate is a line, its interval a band.
    name : str, default=""
        What to name beside the loss in the title.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_learning_curves
    >>> curve = {"model": "LDA", "family": "generative", "loss": "brier", "n_train": [10, 20]}
    >>> table = pd.DataFrame(curve | {"mean": [0.3, 0.2], "lower": [0.2, 0.1], "upper": [0.4, 0.3]})
    >>> plot_learning_curves(table).get_title()
    'Brier score'
    """
    ax = axes_or_new(ax)
    loss = only(table, "loss")
    for (_, family), curve in groups(table, ["model", "family"]):
        ax.fill_between(curve.n_train, curve.lower, curve.upper, color=FAMILY_COLORS[family], alpha=0.16, linewidth=0)
    wide = table.n_train.max() > 50 * table.n_train.min()
    log_axis(ax, "training rows (log scale)", subs=(1, 3) if wide else (1, 2, 5))
    loss_axis(ax, loss)
    _family_lines(table, "n_train", ax)
    ax.set_title(titled(LOSS_TITLES[loss], name))
    if crossing is not None and np.isfinite(crossing["estimate"]):
        _mark_crossing(ax, crossing)
    return ax


def plot_robustness(table: pd.DataFrame, ax: Axes | None = None, *, name: str = "") -> Axes:
    """Draw loss against the share of flipped training labels, one line a model.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.robustness`` with one loss and one number of training rows.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    name : str, default=""
        What to name beside the loss in the title.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_robustness
    >>> curve = {"model": "LDA", "family": "generative", "loss": "brier", "n_train": 40, "noise": [0.0, 0.2]}
    >>> plot_robustness(pd.DataFrame(curve | {"mean": [0.2, 0.3], "se": 0.01})).get_title()
    'Brier score, 40 rows'
    """
    ax = axes_or_new(ax)
    loss, n_train = only(table, "loss"), only(table, "n_train")
    for (_, family), curve in groups(table, ["model", "family"]):
        ax.errorbar(curve.noise, curve["mean"], 2 * curve.se, fmt="none", ecolor=FAMILY_COLORS[family], elinewidth=1)
    loss_axis(ax, "zero_one", "x")
    loss_axis(ax, loss)
    _family_lines(table, "noise", ax)
    ax.set_xlabel("training labels flipped")
    ax.set_title(titled(f"{LOSS_TITLES[loss]}, {n_train} rows", name))
    return ax


def plot_search(table: pd.DataFrame, ax: Axes | None = None, *, x: str = "reg_lambda") -> Axes:
    """Draw training and validation loss against a setting.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.search`` with one model and one loss.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    x : {"reg_lambda", "learning_rate"}, default="reg_lambda"
        The setting.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_search
    >>> curve = {"model": "LR", "loss": "brier", "split": "train", "reg_lambda": [0.1, 1.0], "mean": [0.2, 0.3]}
    >>> plot_search(pd.DataFrame(curve | {"se": 0.01})).get_xlabel()
    'λ (log scale)'
    """
    ax = axes_or_new(ax)
    loss, model = only(table, "loss"), only(table, "model")
    ends = {}
    for split, curve in groups(table.sort_values(x), "split"):
        mean, reach = curve["mean"], 2 * curve.se
        ax.fill_between(curve[x], mean - reach, mean + reach, color=QUIET, alpha=0.16, linewidth=0)
        ax.plot(curve[x], mean, color=INK, linestyle="-" if split == "validation" else (0, (3, 2)))
        ends[split] = mean.iloc[-1]
    log_axis(ax, ("λ" if x == "reg_lambda" else "learning rate") + " (log scale)")
    loss_axis(ax, loss)
    end_labels(ax, ends)
    ax.set_title(titled(LOSS_TITLES[loss], model))
    return ax


def plot_traces(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw loss per epoch, one line a learning rate; validation loss is dashed.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.traces`` with one model.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_traces
    >>> trace = {"model": "LR", "learning_rate": 0.1, "split": "train", "epoch": [1, 2], "loss": [0.7, 0.5]}
    >>> plot_traces(pd.DataFrame(trace)).get_xlabel()
    'epoch (log scale)'
    """
    ax = axes_or_new(ax)
    model = only(table, "model")
    rates = sorted(table.learning_rate.unique())
    for i, rate in enumerate(rates):
        for split, trace in groups(table[table.learning_rate == rate], "split"):
            dashes = "-" if split == "train" else (0, (3, 2))
            ax.plot(trace.epoch, trace.loss, color=INK, linewidth=0.6 + 1.4 * i / len(rates), linestyle=dashes)
    log_axis(ax, "epoch (log scale)")
    log_axis(ax, "", "y", subs=(1, 2, 5))
    ax.set_title(titled("Loss (log scale)", model))
    trained = table[table.split == "train"]
    end_labels(
        ax, {f"{rate:g}": trace.sort_values("epoch").loss.iloc[-1] for rate, trace in groups(trained, "learning_rate")}
    )
    return ax


def _family_lines(table: pd.DataFrame, x: str, ax: Axes) -> None:
    ends = {}
    for (_, family), curve in groups(table.sort_values(x), ["model", "family"]):
        look: Any = {
            "color": FAMILY_COLORS[family],
            "marker": FAMILY_MARKERS[family],
            "linestyle": FAMILY_LINES[family],
        }
        ax.plot(curve[x], curve["mean"], markeredgewidth=0, **look)
        ends[family] = curve["mean"].iloc[-1]
    end_labels(ax, ends)


def _mark_crossing(ax: Axes, crossing: Any) -> None:
    if np.isfinite(crossing["lower"]) and np.isfinite(crossing["upper"]):
        ax.axvspan(crossing["lower"], crossing["upper"], color=HAIRLINE, alpha=0.6, linewidth=0, zorder=0)
    ax.axvline(crossing["estimate"], color=QUIET, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    ax.annotate(
        f"cross at {crossing['estimate']:.0f}", (crossing["estimate"], 1), xycoords=("data", "axes fraction"),
        xytext=(4, 0), textcoords="offset points", va="top", color=QUIET,
    )  # fmt: skip
