"""Curves: loss against training rows, against noise, against a setting, against epochs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from genvsdisc.figures.style import (
    CLASS_MARKERS,
    FAMILY_COLORS,
    FAMILY_DASHES,
    FAMILY_MARKERS,
    HAIRLINE,
    INK,
    QUIET,
    axes_or_new,
    broken_names,
    end_labels,
    log_axis,
    loss_axis,
    loss_title,
    only,
    thousands,
    titled,
)
from genvsdisc.study.schema import groups

_DASHES: Any = ("", (4, 1.5), (1, 1.5), (6, 1.5, 1, 1.5))
_NEAR = 0.7  # of the loss of guessing: curves that come so close show it


def plot_learning_curves(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    crossing: Any = None,
    name: str = "",
    guess: float | None = None,
    cap: float | None = None,
    by_model: bool = False,
) -> Axes:
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
    guess : float, default=None
        Loss of guessing the majority class, a dotted line.
    cap : float, default=None
        Where the axis ends if a curve goes higher, unless a crossing is above: a triangle at the edge marks each
        point beyond.
    by_model : bool, default=False
        Name the lines by their models; else by their families, where each has one model.

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
    _cap_axis(ax, table, _above_crossing(table, cap, crossing))
    ends = {}
    if guess is not None and table["mean"].max() > _NEAR * guess:  # farther off, the line would press the curves flat
        ends = {"guessing": guess}
        ax.axhline(guess, color=QUIET, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
    _family_lines(table, "n_train", ax, ends, by_model)
    ax.set_xlabel("training rows (log scale)")
    ax.set_title(titled(loss_title(loss), name))
    if crossing is not None and np.isfinite(crossing["estimate"]):
        _mark_crossing(ax, crossing)
    return ax


def plot_robustness(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    name: str = "",
    beside: pd.DataFrame | None = None,
    by_model: bool = False,
) -> Axes:
    """Draw loss against the share of flipped training labels, one line a model.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.robustness`` with one loss and one number of training rows.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    name : str, default=""
        What to name beside the loss in the title.
    beside : DataFrame, default=None
        Rows of all panels that share the scale; None for `table` alone.
    by_model : bool, default=False
        Name the lines by their models; else by their families, where each has one model.

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
        ax.errorbar(curve.noise, curve["mean"], 2 * curve.se, fmt="none", ecolor=FAMILY_COLORS[family], elinewidth=2)
    loss_axis(ax, "zero_one", "x")
    loss_axis(ax, loss)
    if beside is not None:
        low, high = (beside["mean"] - 2 * beside.se).min(), (beside["mean"] + 2 * beside.se).max()
        margin = 0.05 * (high - low)
        if margin > 0:  # lines that are level and have no error need none
            ax.set_ylim(low - margin, high + margin)
    _family_lines(table, "noise", ax, {}, by_model)
    ax.set_xlabel("training labels flipped")
    ax.set_title(titled(f"{loss_title(loss)}, {thousands(n_train)} rows", name))
    return ax


def plot_search(table: pd.DataFrame, ax: Axes | None = None, *, x: str = "reg_lambda") -> Axes:
    """Draw validation loss (black) and training loss (grey) against a setting.

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
        color = INK if split == "validation" else QUIET
        ax.fill_between(curve[x], mean - reach, mean + reach, color=QUIET, alpha=0.16, linewidth=0)
        ax.plot(curve[x], mean, color=color, linewidth=2 if split == "validation" else 1.2)
        ends[split] = mean.iloc[-1]
    log_axis(ax, ("λ" if x == "reg_lambda" else "learning rate") + " (log scale)")
    loss_axis(ax, loss)
    end_labels(ax, ends)
    ax.set_title(titled(loss_title(loss), model))
    return ax


def plot_traces(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw loss per epoch, one line a learning rate; where validation loss is there too, it is grey.

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
            color = INK if split == "train" else QUIET
            ax.plot(trace.epoch, trace.loss, color=color, linewidth=0.8 + 1.8 * i / len(rates))
    log_axis(ax, "epoch (log scale)")
    log_axis(ax, "", "y", subs=(1, 2, 5))
    ax.set_title(titled("Loss (log scale)", model))
    trained = table[table.split == "train"]
    end_labels(
        ax, {f"{rate:g}": trace.sort_values("epoch").loss.iloc[-1] for rate, trace in groups(trained, "learning_rate")}
    )
    return ax


def _family_lines(table: pd.DataFrame, x: str, ax: Axes, others: dict[str, float], by_model: bool) -> None:
    """One line a model in its family's look, named at its end among `others` (name -> height).

    By the family, where each has one model; else by the models, which then have marks and dashes of their own.
    """
    import seaborn as sns

    look: Any = {"palette": FAMILY_COLORS, "markers": FAMILY_MARKERS, "dashes": FAMILY_DASHES}
    models = table.drop_duplicates("model")
    key = "model" if by_model or models.family.duplicated().any() else "family"
    if key == "model":
        ranks = {model: rank for rank, model in enumerate(models.model)}
        look["markers"] = {model: CLASS_MARKERS[rank % len(CLASS_MARKERS)] for model, rank in ranks.items()}
        look["dashes"] = {model: _DASHES[rank % len(_DASHES)] for model, rank in ranks.items()}
    sns.lineplot(
        table.sort_values(x), x=x, y="mean", hue="family", style=key, units="model", estimator=None,
        errorbar=None, legend=False, markeredgewidth=0, ax=ax, **look,
    )  # fmt: skip
    ax.set_ylabel("")
    last = {str(name): curve.sort_values(x)["mean"].iloc[-1] for name, curve in groups(table, key)}
    ends = dict(zip(broken_names(list(last), 14), last.values(), strict=True))
    low, high = ax.get_ylim()
    seen = {name: y for name, y in others.items() if low <= y <= high}
    # A line that ends beyond an edge is named there.
    beside = {name: float(np.clip(y, low, high)) for name, y in ends.items() if np.isfinite(y)}
    end_labels(ax, beside | seen)


def _above_crossing(table: pd.DataFrame, cap: float | None, crossing: Any) -> float | None:
    """Raise the end of the axis so far that the crossing is in view."""
    if cap is None or crossing is None or not np.isfinite(crossing["estimate"]):
        return cap
    levels = [
        np.interp(np.log(crossing["estimate"]), np.log(curve.n_train), curve["mean"])
        for _, curve in groups(table.sort_values("n_train"), "model")
    ]
    return max(cap, 1.25 * min(levels))


def _cap_axis(ax: Axes, table: pd.DataFrame, cap: float | None) -> None:
    """End the axis at `cap` where a curve goes higher, and mark each point above at the edge."""
    above = table[table["mean"] > cap] if cap is not None else table.head(0)
    below = table[table["mean"] <= cap] if cap is not None else table.head(0)
    if cap is None or above.empty or below.empty:
        return
    lowest = float(below["mean"].min())
    if 0 < 3 * lowest < cap:
        log_axis(ax, "", "y", subs=(1, 2, 5), loss=only(table, "loss"))
        ax.set_ylim(0.8 * lowest, cap)
    else:
        ax.set_ylim(float(below["lower"].fillna(lowest).min()) - 0.03 * cap, cap)
    for family, points in groups(above, "family"):
        ax.plot(points.n_train, [cap] * len(points), "^", color=FAMILY_COLORS[family], clip_on=False, markeredgewidth=0)


def _mark_crossing(ax: Axes, crossing: Any) -> None:
    if np.isfinite(crossing["lower"]) and np.isfinite(crossing["upper"]):
        ax.axvspan(crossing["lower"], crossing["upper"], color=HAIRLINE, alpha=0.6, linewidth=0, zorder=0)
    ax.axvline(crossing["estimate"], color=QUIET, linewidth=1.4, zorder=1)
    # Curves fall to the right: the lower left is free, unless the crossing is there.
    left = ax.transAxes.inverted().transform(ax.transData.transform((crossing["estimate"], 1)))[0] > 0.4
    ax.annotate(
        f"cross at {crossing['estimate']:.0f}", (crossing["estimate"], 0), xycoords=("data", "axes fraction"),
        xytext=(-4 if left else 4, 4), textcoords="offset points", ha="right" if left else "left", color=QUIET,
    )  # fmt: skip
