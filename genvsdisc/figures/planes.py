"""Square panels: reliability curves, classes in two features, decision regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Ellipse, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from genvsdisc.figures.style import (
    CLASS_COLORS,
    FAMILY_COLORS,
    FAMILY_LINES,
    FAMILY_MARKERS,
    INK,
    QUIET,
    axes_or_new,
    loss_axis,
    only,
    short,
    shortened,
)
from genvsdisc.study.schema import groups, records


def plot_reliability(table: pd.DataFrame, ax: Axes | None = None, *, title: str = "") -> Axes:
    """Draw how often what was forecast happened, one line a model, against the diagonal of a calibrated model.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.reliability``.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    title : str, default=""
        Title of the panel; the models' names for "".

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_reliability
    >>> table = pd.DataFrame({"model": "LDA", "family": "generative", "forecast": [0.1, 0.9], "observed": [0.2, 0.8]})
    >>> plot_reliability(table).get_title()
    'LDA'
    """
    ax = axes_or_new(ax)
    ax.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=(0, (1, 2)))
    of_family: dict[str, int] = {}
    for (model, family), rows in groups(table, ["model", "family"]):
        curve, rank = rows.sort_values("forecast"), of_family.setdefault(family, 0)
        of_family[family] += 1
        look: Any = {"color": FAMILY_COLORS[family], "linewidth": 2.2 if rank == 0 else 1.3, "markeredgewidth": 0}
        look["linestyle"] = FAMILY_LINES[family] if rank == 0 else (0, (1 + rank, 1, 6, 1))
        look["marker"] = FAMILY_MARKERS[family] if len(curve) == 1 else ""  # a line of one point shows nothing
        ax.plot(curve.forecast, curve.observed, label=short(model, 40), **look)
    loss_axis(ax, "zero_one", "x")
    loss_axis(ax, "zero_one")
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 0.5, 1], yticks=[0.5, 1])  # one 0% is enough in the corner
    ax.set_xlabel("forecast")
    ax.set_ylabel("occurred")
    ax.set_title(short(title or ", ".join(dict.fromkeys(table.model)), 46))
    ax.set_aspect("equal")
    if title:  # over the square: inside, the curves may be anywhere
        legend = ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize="medium", handlelength=2.2, borderpad=0.1,
            labelspacing=0.25,
        )  # fmt: skip
        ax.set_title(short(title, 46), pad=12 + 14 * len(legend.get_texts()))
    return ax


def plot_classes(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    scatter: pd.DataFrame | None = None,
    names: tuple[str, str] = ("", ""),
    extent: tuple[float, float, float, float] | None = None,
    marks: Mapping[str, str] | None = None,
) -> Axes:
    """Draw what each class looks like to a model: its mean and the ellipse at two standard deviations.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.ellipses`` with one model.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    scatter : DataFrame, default=None
        ``Comparison.scatter``: rows behind the ellipses.
    names : (str, str), default=("", "")
        What the axes are.
    extent : (float, float, float, float), default=None
        Left, right, bottom and top end of the axes.
    marks : mapping of str to str, default=None
        What to write at each class, of all panels that share their colors; its name, shortened, for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_classes
    >>> row = {"model": "LDA", "label": ["a"], "mean_x": 0.0, "mean_y": 0.0}
    >>> plot_classes(pd.DataFrame(row | {"cov_xx": 1.0, "cov_xy": 0.5, "cov_yy": 2.0})).get_title()
    'LDA'
    """
    model = only(table, "model")
    ax = axes_or_new(ax)
    order = sorted({*table.label, *([] if scatter is None else scatter.label), *(marks or ())})
    if scatter is not None:
        _draw_rows(ax, scatter, order, 0.45)
    places = {}
    for row in records(table):
        variances, axes = np.linalg.eigh([[row.cov_xx, row.cov_xy], [row.cov_xy, row.cov_yy]])
        wide, high = 4 * np.sqrt(np.maximum(variances, 0))  # two standard deviations each way
        angle = np.degrees(np.arctan2(axes[1, 0], axes[0, 0]))
        color = CLASS_COLORS[order.index(row.label) % len(CLASS_COLORS)]
        ax.add_patch(
            Ellipse((row.mean_x, row.mean_y), wide, high, angle=angle, fill=False, edgecolor=color, linewidth=2.2)
        )
        places[row.label] = (row.mean_x, row.mean_y, color)
    ax.autoscale_view()
    if extent is not None:
        ax.set(xlim=extent[:2], ylim=extent[2:])
    _name_classes(ax, places, marks)
    _square(ax, model, names)
    return ax


def plot_boundaries(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    scatter: pd.DataFrame | None = None,
    names: tuple[str, str] = ("", ""),
    marks: Mapping[str, str] | None = None,
) -> Axes:
    """Draw the class that a model predicts at each point of two features; the surer, the denser.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Comparison.boundaries`` with one model, on a full grid.
    ax : Axes, default=None
        Where to draw; a new figure without a display for None.
    scatter : DataFrame, default=None
        ``Comparison.scatter``: rows on top of the regions.
    names : (str, str), default=("", "")
        What the axes are.
    marks : mapping of str to str, default=None
        What to write at each class, of all panels that share their colors; its name, shortened, for None.

    Returns
    -------
    ax : Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc.figures import plot_boundaries
    >>> grid = {"x": [0.0, 1.0, 0.0, 1.0], "y": [0.0, 0.0, 1.0, 1.0], "label": list("abab"), "probability": 0.9}
    >>> plot_boundaries(pd.DataFrame(grid | {"model": "LDA"})).get_title()
    'LDA'
    """
    model = only(table, "model")
    ax = axes_or_new(ax)
    order = sorted({*table.label, *([] if scatter is None else scatter.label), *(marks or ())})
    grid = table.sort_values(["y", "x"])
    shape = (grid.y.nunique(), grid.x.nunique())
    codes = pd.Categorical(grid.label, categories=order).codes.reshape(shape)
    colors = np.array([to_rgb(color) for color in CLASS_COLORS])[codes % len(CLASS_COLORS)]
    # Few levels of density: they read as contours, and a picture of few colors is small.
    sure = np.round(grid.probability.to_numpy().reshape(shape) * 5) / 5
    image = np.dstack([colors, 0.08 + 0.4 * sure])
    extent = (grid.x.min(), grid.x.max(), grid.y.min(), grid.y.max())
    ax.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="none")
    if scatter is not None:
        _draw_rows(ax, scatter, order, 0.8)
    places = {}
    for label, region in groups(grid, "label") if len(order) <= len(CLASS_COLORS) else ():
        middle = region[["x", "y"]].median()
        inside = region.loc[(region.x - middle.x).abs().add((region.y - middle.y).abs()).idxmin()]
        places[label] = (inside.x, inside.y, INK)
    ax.set(xlim=extent[:2], ylim=extent[2:])
    _name_classes(ax, places, marks)
    _square(ax, model, names)
    return ax


def _draw_rows(ax: Axes, scatter: pd.DataFrame, order: list[str], alpha: float) -> None:
    """One path of dots a class: an SVG element a row would be ten times the bytes."""
    for i, label in enumerate(order):
        points = scatter.loc[scatter.label == label, ["x", "y"]].to_numpy().repeat(2, axis=0)
        if len(points):
            path = Path(points, [Path.MOVETO, Path.LINETO] * (len(points) // 2))
            path.should_simplify = False
            color = CLASS_COLORS[i % len(CLASS_COLORS)]
            dots = PathPatch(path, fill=False, capstyle="round", edgecolor=color, linewidth=2.8, alpha=alpha)
            ax.add_patch(dots)
            ax.update_datalim(points)


def _name_classes(ax: Axes, places: Mapping[str, tuple[float, float, str]], marks: Mapping[str, str] | None) -> None:
    """Write each class at its place, inside the frame and clear of the others."""
    if not places:
        return
    names = dict(zip(places, shortened(list(map(str, places)), 12), strict=True)) if marks is None else marks
    frame, points = ax.transAxes.inverted(), ax.get_window_extent().width * 72 / ax.figure.dpi
    taken: list[tuple[float, float, float]] = []
    for label, (x, y, color) in sorted(places.items(), key=lambda each: each[1][1]):
        across, up = frame.transform(ax.transData.transform((x, y)))
        half = min((3.4 * len(names[label]) + 3) / points, 0.45)  # a bold letter is about 7 points wide
        across, up = np.clip(across, half, 1 - half), np.clip(up, 0.06, 0.94)
        while any(abs(across - a) < half + h and abs(up - b) < 0.07 for a, b, h in taken) and up < 0.94:
            up += 0.02
        taken.append((across, up, half))
        ax.text(across, up, names[label], transform=ax.transAxes, ha="center", va="center", weight="bold", color=color)


def _square(ax: Axes, model: str, names: tuple[str, str]) -> None:
    ax.grid(visible=False)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.set_xlabel(short(names[0], 20))
    ax.set_ylabel(short(names[1], 20))
    ax.set_title(short(model, 30))
