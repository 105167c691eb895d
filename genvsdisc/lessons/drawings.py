"""Panels of lessons that are drawings: contours with the way of a descent, a graph with its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from genvsdisc.figures.style import CLASS_COLORS, FAMILY_COLORS, INK, QUIET
from genvsdisc.lessons.lesson import Tables


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
        at = grid.pivot(index="y", columns="x", values="value")
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

    def _rows(self, tables: Tables, name: str) -> Any:
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
        for edge in tables[self.edges].itertuples():
            start, end = nodes.loc[str(edge.start)], nodes.loc[str(edge.end)]
            ax.annotate(
                "", (end.x - 0.33, end.y), (start.x + 0.33, start.y),
                arrowprops={"arrowstyle": "->", "color": QUIET, "linewidth": 1.2},
            )  # fmt: skip
        for node in nodes.itertuples():
            ax.text(node.x, node.y, node.formula, ha="center", va="center", color=INK, weight="bold")
            ax.annotate(
                f"{node.value:g}", (node.x, node.y), (0, 15), textcoords="offset points", ha="center",
                color=FAMILY_COLORS["generative"],
            )  # fmt: skip
            ax.annotate(
                f"dJ/d{node.Index} = {node.derivative:g}", (node.x, node.y), (0, -20), textcoords="offset points",
                ha="center", color=CLASS_COLORS[1],
            )  # fmt: skip
        ax.set(xlim=(nodes.x.min() - 0.6, nodes.x.max() + 0.6), ylim=(nodes.y.min() - 0.5, nodes.y.max() + 0.5))
        ax.set_axis_off()
        ax.set_title(self.title)
        return ax

    def alt(self, tables: Tables) -> str:
        """Say what is seen."""
        said = [
            f"{node.formula} has the value {node.value:g} and the derivative {node.derivative:g}"
            for node in tables[self.nodes].itertuples()
        ]
        arrows = [f"{edge.start} to {edge.end}" for edge in tables[self.edges].itertuples()]
        return f"{self.title}. {'; '.join(said)}. Arrows: {', '.join(arrows)}."
