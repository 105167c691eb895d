"""Panels of lessons that are drawings: regions of the plane, contours with the way of a descent, a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from genvsdisc.figures.style import CLASS_COLORS, CLASS_MARKERS, FAMILY_COLORS, INK, QUIET
from genvsdisc.lessons.lesson import Tables
from genvsdisc.study.schema import records

_DOTS = 32  # of a class: more would hide the plane


@dataclass(frozen=True)
class Regions:
    """How probable each of two classes is over two features, on the first seed, with rows on top.

    The table `table` has columns model, x, y, label and probability (of that label) on a full grid; the table `rows`
    has label, x and y, of which the first 32 of each are drawn.
    """

    model: str
    table: str = "regions"
    rows: str = "rows"
    names: tuple[str, str] = ("x1", "x2")

    @property
    def options(self) -> dict[str, Any]:
        """Size and margins of the panel."""
        return {"size": (312, 260), "margins": (22, 20, 38, 46), "clip": True}

    def plot(self, tables: Tables, ax: Axes) -> Axes:
        """Draw."""
        grid, rows = self._grid(tables), tables[self.rows]
        rows = rows[rows.seed == rows.seed.min()]
        labels = sorted(rows.label.unique())
        first = grid.probability.where(grid.label == labels[0], 1 - grid.probability)
        at = grid.assign(first=first).pivot_table("first", "y", "x")
        plane = at.columns, at.index, at.to_numpy()
        shades = [(color, alpha) for color, alphas in ((1, (0.4, 0.18)), (0, (0.18, 0.4))) for alpha in alphas]
        ax.contourf(*plane, levels=[-1, 0.2, 0.5, 0.8, 2], colors=[(CLASS_COLORS[i], alpha) for i, alpha in shades])
        ax.contour(*plane, levels=[0.5], colors=[INK], linewidths=1.4)
        for i, label in enumerate(labels):
            of_label = rows[rows.label == label].iloc[:_DOTS]
            look: dict[str, Any] = {"color": CLASS_COLORS[i], "marker": CLASS_MARKERS[i], "linestyle": "none"}
            ax.plot(of_label.x, of_label.y, markersize=3.5, markeredgewidth=0, label=f"class {label}", **look)
        ax.set(xlim=(grid.x.min(), grid.x.max()), ylim=(grid.y.min(), grid.y.max()))
        ax.grid(visible=False)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.set_xlabel(self.names[0])
        ax.set_ylabel(self.names[1])
        ax.set_title(self.model)
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=10.5, borderpad=0,
            borderaxespad=0.2, handletextpad=0, columnspacing=0.8,
        )  # fmt: skip
        return ax

    def alt(self, tables: Tables) -> str:
        """Say what is seen."""
        shares = self._grid(tables).label.value_counts(normalize=True).sort_index()
        shares_text = ", ".join(f"{label} on {100 * share:.0f}%" for label, share in shares.items())
        return f"Regions of {self.model} over two features with the rows on top: class {shares_text} of the plane."

    def _grid(self, tables: Tables) -> pd.DataFrame:
        grid = tables[self.table]
        return grid[(grid.seed == grid.seed.min()) & (grid.model == self.model)]


@dataclass(frozen=True)
class Contours:
    """Levels of a loss over two weights, and the updates of a descent across them, on the first seed.

    The table `table` has columns case, x, y and value on a full grid; the table `path` has case, step, x and y.
    """

    case: str
    table: str = "grid"
    path: str = "path"

    @property
    def options(self) -> dict[str, Any]:
        """Size and margins of the panel."""
        return {"size": (312, 260), "margins": (22, 12, 38, 46), "clip": True}

    def plot(self, tables: Tables, ax: Axes) -> Axes:
        """Draw."""
        grid, path = (self._rows(tables, name) for name in (self.table, self.path))
        at = grid.pivot_table("value", "y", "x")
        low, high = float(grid.value.min()), float(grid.value.max())
        levels = low + (high - low) * np.linspace(0.05, 1, 9)[:-1] ** 2
        ax.contour(at.columns, at.index, at, levels=levels, colors=[QUIET], linewidths=0.9)
        color = FAMILY_COLORS["discriminative"]
        ax.plot(path.x, path.y, color=color, linewidth=1.4, marker="o", markersize=3, markeredgewidth=0)
        ax.plot(path.x.iloc[[-1]], path.y.iloc[[-1]], color=color, marker="o", markersize=6, linestyle="none")
        ax.set(xlim=(grid.x.min(), grid.x.max()), ylim=(grid.y.min(), grid.y.max()))
        ax.grid(visible=False)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.set_xlabel("weight 1")
        ax.set_ylabel("weight 2")
        ax.set_title(f"{self.case}: {len(path) - 1} updates")
        return ax

    def alt(self, tables: Tables) -> str:
        """Say what is seen."""
        grid, path = (self._rows(tables, name) for name in (self.table, self.path))
        near = grid[grid.value <= grid.value.min() + 0.1 * (grid.value.max() - grid.value.min())]
        wide, high = np.ptp(near.x), np.ptp(near.y)
        first, last = path.iloc[0], path.iloc[-1]
        return (
            f"Contours of the loss, {self.case}: the innermost is {wide:.2g} by {high:.2g}; {len(path) - 1} updates go "
            f"from ({first.x:.2g}, {first.y:.2g}) to ({last.x:.2g}, {last.y:.2g})."
        )

    def _rows(self, tables: Tables, name: str) -> pd.DataFrame:
        table = tables[name]
        return table[(table.seed == table.seed.min()) & (table.case == self.case)]


@dataclass(frozen=True)
class Graph:
    """A computation as a graph: values over the nodes, derivatives of the last one under them.

    The table `nodes` has columns name, formula, x, y, value and derivative; the table `edges` has start and end.
    """

    title: str
    nodes: str = "nodes"
    edges: str = "edges"

    @property
    def options(self) -> dict[str, Any]:
        """Size and margins of the panel."""
        return {"size": (460, 220), "margins": (24, 8, 8, 8)}

    def plot(self, tables: Tables, ax: Axes) -> Axes:
        """Draw."""
        nodes = tables[self.nodes].set_index("name")
        for edge in records(tables[self.edges]):
            start, end = nodes.loc[str(edge.start)], nodes.loc[str(edge.end)]
            ax.annotate(
                "", (end.x - 0.33, end.y), (start.x + 0.33, start.y),
                arrowprops={"arrowstyle": "->", "color": QUIET, "linewidth": 1.2},
            )  # fmt: skip
        for node in records(tables[self.nodes]):
            ax.text(node.x, node.y, node.formula, ha="center", va="center", color=INK, weight="bold")
            ax.annotate(
                f"{node.value:g}", (node.x, node.y), (0, 15), textcoords="offset points", ha="center",
                color=FAMILY_COLORS["generative"],
            )  # fmt: skip
            ax.annotate(
                f"dJ/d{node.name} = {node.derivative:g}", (node.x, node.y), (0, -20), textcoords="offset points",
                ha="center", color=CLASS_COLORS[1],
            )  # fmt: skip
        ax.set(xlim=(nodes.x.min() - 0.6, nodes.x.max() + 0.6), ylim=(nodes.y.min() - 0.5, nodes.y.max() + 0.5))
        ax.set_axis_off()
        ax.set_title(self.title)
        return ax

    def alt(self, tables: Tables) -> str:
        """Say what is seen."""
        shares_text = [
            f"{node.formula} has the value {node.value:g} and the derivative {node.derivative:g}"
            for node in tables[self.nodes].itertuples()
        ]
        arrows = [f"{edge.start} to {edge.end}" for edge in tables[self.edges].itertuples()]
        return f"{self.title}. {'; '.join(shares_text)}. Arrows: {', '.join(arrows)}."
