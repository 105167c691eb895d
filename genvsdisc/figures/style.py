"""How figures look: one color, marker and line per family; what a loss is called; where text goes."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from genvsdisc.study.statistics.losses import LOSS_NAMES

# Color on white -> its twin on a dark page. Okabe and Ito's set for families; classes never use a family's color.
TWINS = {
    "#0072b2": "#56b4e9",  # generative
    "#d55e00": "#f28e52",  # discriminative
    "#6e6e6e": "#a6a6a6",  # baseline; noise
    "#8a4f9e": "#c79ad6",  # other
    "#222222": "#eeeeee",  # ink
    "#555555": "#bbbbbb",  # quiet ink
    "#dddddd": "#444444",  # hairlines
    "#00846a": "#35c6a2",
    "#aa4499": "#dd8fd0",
    "#9a6a00": "#dfb13c",
    "#4b3f9e": "#a79df0",
    "#8c3b2b": "#e39a8b",
    "#5d6d00": "#b6c74a",
}
INK, QUIET, HAIRLINE = "#222222", "#555555", "#dddddd"
FAMILY_COLORS = {"generative": "#0072b2", "discriminative": "#d55e00", "baseline": "#6e6e6e", "other": "#8a4f9e"}
FAMILY_MARKERS = {"generative": "o", "discriminative": "s", "baseline": "D", "other": "^"}
FAMILY_DASHES: Any = {"generative": "", "discriminative": (4, 1.5), "baseline": (1, 1.5), "other": (6, 1.5, 1, 1.5)}
FAMILY_LINES = {
    "generative": "-",
    "discriminative": (0, (4, 1.5)),
    "baseline": (0, (1, 1.5)),
    "other": (0, (6, 1.5, 1, 1.5)),
}
CLASS_COLORS = tuple(list(TWINS)[-6:])
CLASS_MARKERS = ("o", "^", "s", "D", "v", "P", "X")

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

RC: Any = {
    "svg.fonttype": "none",  # text stays text: small, and in the reader's own font
    "svg.hashsalt": "genvsdisc",
    "axes.unicode_minus": True,
    "text.parse_math": False,  # a label may hold dollar signs
    "font.family": ["DejaVu Sans"],
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.titlepad": 10,
    "axes.labelsize": 10.5,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "axes.xmargin": 0.03,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "figure.facecolor": "none",
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": HAIRLINE,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "butt",
    "lines.markersize": 5,
}


def axes_or_new(ax: Axes | None) -> Axes:
    """Give the axes back, or those of a new figure that no display and no pyplot knows of."""
    if ax is not None:
        return ax
    with rc_context(RC):
        figure = Figure(figsize=(5, 3.6), layout="constrained")
        FigureCanvasSVG(figure)
        return figure.add_subplot()


def only(table: pd.DataFrame, column: str) -> str:
    """Return the one value of a column, or say how to choose one."""
    values = table[column].unique()
    if len(values) != 1:
        raise ValueError(
            f"a panel shows one {column}, this table holds {len(values)}: {', '.join(map(str, values[:5]))}; "
            f"choose one, for example table[table.{column} == ...]"
        )
    return str(values[0])


def loss_title(loss: str) -> str:
    """Name a loss at the head of a panel, with its unit.

    Examples
    --------
    >>> loss_title("log_loss"), loss_title("brier"), loss_title("my_score")
    ('Log loss (nats)', 'Brier score', 'My score')
    """
    word = LOSS_NAMES.get(loss, loss.replace("_", " "))
    return f"{word[:1].upper()}{word[1:]}{' (nats)' if loss == 'log_loss' else ''}"


def short(text: str, length: int = 34) -> str:
    """Fit a name from the data on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def shortened(names: Sequence[str], length: int) -> list[str]:
    """Fit names on one line each, so that names that differ still do.

    Examples
    --------
    >>> shortened(["build wind float", "build wind non-float", "lamp"], 9)
    ['buil…loat', 'build wi…', 'lamp']
    """
    cut = [short(name, length) for name in names]
    lines = [short(name, 10**6) for name in names]
    for i, line in enumerate(lines):
        if cut.count(cut[i]) == 1:
            continue
        middle = [f"{line[: length // 2]}…{line[-(length - length // 2 - 1 + more) :]}" for more in range(len(line))]
        others = {*cut[:i], *cut[i + 1 :]}
        cut[i] = next((text for text in middle if text not in others and len(text) < len(line)), line)
    return cut


def thousands(count: float | str) -> str:
    r"""Write a number of rows as the page does, with thin spaces.

    Examples
    --------
    >>> thousands(937), thousands("13333").replace("\u202f", " ")
    ('937', '13 333')
    """
    return f"{int(count):,}".replace(",", "\u202f")


def broken_names(names: Sequence[str], width: int, lines: int = 3) -> list[str]:
    r"""Break names into lines, so that they can stand beside a curve uncut.

    Examples
    --------
    >>> broken_names(["naive Bayes, shared variance", "logistic"], 14)
    ['naive Bayes,\nshared\nvariance', 'logistic']
    """
    return ["\n".join(wrap(name, width)[:lines]) for name in shortened(names, width * lines - lines)]


def titled(what: str, name: str) -> str:
    """Title of a panel: what is drawn, and of whom where several panels show the same."""
    return f"{what}, {short(name, 50 - len(what))}" if name else what


def loss_axis(ax: Axes, loss: str, which: str = "y", bins: int = 5) -> None:
    """Ticks of a loss: percent for a share of rows, plain numbers for the rest."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 5, 10]))
    if loss == "zero_one":
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{100 * v:.3g}%".replace("-", "−")))


def log_axis(ax: Axes, label: str, which: str = "x", subs: tuple[int, ...] = (1,), *, loss: str = "") -> None:
    """Logarithmic axis with plain numbers; percent where it is that of a share of rows."""
    getattr(ax, f"set_{which}scale")("log")
    axis = getattr(ax, f"{which}axis")
    axis.set_major_locator(LogLocator(subs=subs, numticks=6))
    share = loss == "zero_one"
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{100 * v:.3g}%" if share else _plain_tick(v)))
    axis.set_minor_locator(NullLocator())
    axis.set_label_text(label)


def _plain_tick(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}".replace(",", "\u202f")
    if value >= 1e-3:
        return f"{value:.3g}"
    digits, power = f"{value:.0e}".split("e-")
    return f"{'' if digits == '1' else digits + '·'}10⁻{power.lstrip('0').translate(_RAISED)}"


def end_labels(ax: Axes, ends: dict[str, float]) -> None:
    """Name lines to the right of their ends; names that would touch are moved apart, and none leaves the panel."""
    if not ends:
        return
    ax.autoscale_view()
    places = ax.transAxes.inverted().transform(ax.transData.transform([(1, y) for y in ends.values()]))[:, 1]
    line = 13 / 72 * ax.figure.dpi / ax.get_window_extent().height  # 13 points
    named = sorted(zip(places.tolist(), ends, strict=True))
    # Names of several lines stand a little apart, or they would read as one.
    halves = [line * (1 + 1.3 * name.count("\n")) / 2 for _, name in named]
    heights: list[float] = []
    for i, (y, _) in enumerate(named):
        heights.append(max(y, heights[-1] + halves[i - 1] + halves[i]) if heights else y)
    ceiling = 1.0 + line / 2
    for i in reversed(range(len(heights))):
        heights[i] = min(heights[i], ceiling - halves[i])
        ceiling = heights[i] - halves[i]
    for y, (_, name) in zip(heights, named, strict=True):
        ax.text(1.02, y, name, transform=ax.transAxes, va="center", ha="left")


def directions(ax: Axes, left: str, right: str) -> None:
    """Say under the axis what its two sides mean."""
    for x, text in ((0, f"← {left}"), (1, f"{right} →")):
        ax.annotate(
            text,
            (x, 0),
            xycoords="axes fraction",
            xytext=(0, -31),
            textcoords="offset points",
            ha="right" if x else "left",
            color=QUIET,
        )
