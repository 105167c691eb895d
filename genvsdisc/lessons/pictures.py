"""Panels of lessons: lines over a setting, points per case, regions of the plane. They draw tables, with the spread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from genvsdisc.figures.style import (
    CLASS_COLORS,
    CLASS_MARKERS,
    FAMILY_COLORS,
    FAMILY_MARKERS,
    broken_names,
    end_labels,
    log_axis,
    loss_axis,
)
from genvsdisc.lessons.lesson import Tables, spread

_MOST_DOTS = 9
_LINES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (2, 1)), "-")
# In lessons a model is called by its name; these are of a family and have its color.
_OF_FAMILY = {
    "separate Σ": "generative",
    "shared Σ": "generative",
    "naive Bayes": "generative",
    "generative": "generative",
    "logistic": "discriminative",
    "discriminative": "discriminative",
}


def _chosen(tables: Tables, name: str, where: dict[str, Any]) -> pd.DataFrame:
    table = tables[name]
    for column, value in where.items():
        table = table[table[column] == value]
    return table


def _color(name: str, i: int) -> str:
    return FAMILY_COLORS[_OF_FAMILY[name]] if name in _OF_FAMILY else CLASS_COLORS[i % len(CLASS_COLORS)]


def _markers(names: list[str]) -> list[Any]:
    """Those of the families, where each name is of another one."""
    families = [_OF_FAMILY.get(name, "") for name in names]
    if all(families) and len(set(families)) == len(families):
        return [FAMILY_MARKERS[family] for family in families]
    return list(CLASS_MARKERS)


@dataclass(frozen=True)
class Lines:
    """Mean of `y` over `x`, a line for each value of `by`, with a band of one standard deviation over seeds.

    With `first_seed` the lines are those of the first seed: what has no mean over seeds.
    """

    x: str
    y: str
    by: str
    title: str
    x_label: str
    table: str = "results"
    where: dict[str, Any] = field(default_factory=dict)
    log_x: bool = False
    log_y: bool = False
    share: bool = False
    first_seed: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """Size and margins of the panel."""
        return {"size": (312, 210), "margins": (22, 92, 38, 50 if self.log_y else 42)}

    def plot(self, tables: Tables, ax: Axes) -> Axes:
        """Draw."""
        ends = {}
        for i, (name, curve) in enumerate(self._curves(tables).items()):
            color = _color(name, i)
            if not self.log_y and curve["std"].notna().any():
                low, high = curve["mean"] - curve["std"], curve["mean"] + curve["std"]
                if self.share:  # no share is outside 0 and 1, whatever a deviation on either side of its mean says
                    low, high = low.clip(0, 1), high.clip(0, 1)
                ax.fill_between(curve.index, low, high, color=color, alpha=0.15, linewidth=0)
            ax.plot(curve.index, curve["mean"], color=color, linestyle=_LINES[i % len(_LINES)])
            ends[name] = float(curve["mean"].iloc[-1])
        if self.log_x:
            left, right = ax.get_xlim()
            log_axis(ax, self.x_label, subs=(1, 3) if right < 100 * left else (1,))
        else:
            ax.set_xlabel(self.x_label)
            ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        if self.log_y:
            bottom, top = ax.get_ylim()
            log_axis(ax, "", "y", subs=(1, 2, 5) if top < 100 * bottom else (1,))
        else:
            loss_axis(ax, "zero_one" if self.share else "")
        ax.set_title(self.title)
        end_labels(ax, dict(zip(broken_names(list(ends), 15), ends.values(), strict=True)))
        return ax

    def alt(self, tables: Tables) -> str:
        """Say what is seen."""
        phrases = [
            f"{name} goes from {self._text(curve['mean'].iloc[0])} to {self._text(curve['mean'].iloc[-1])}"
            for name, curve in self._curves(tables).items()
        ]
        first = next(iter(self._curves(tables).values())).index
        return f"{self.title} over {self.x_label}, from {first[0]:g} to {first[-1]:g}: {'; '.join(phrases)}."

    def _text(self, value: float) -> str:
        return spread([value], share=self.share)

    def _curves(self, tables: Tables) -> dict[str, pd.DataFrame]:
        rows = _chosen(tables, self.table, self.where)
        groups = (rows[rows.seed == rows.seed.min()] if self.first_seed else rows).groupby(self.by, sort=False)
        return {str(name): part.groupby(self.x)[self.y].agg(["mean", "std"]) for name, part in groups}


@dataclass(frozen=True)
class Points:
    """A row for each case: a dot for each seed, a bar at the mean; cases of one `by` share a color.

    `called` says what a value of `by` is. Of many seeds the standard deviation on either side of the mean is drawn
    instead of dots.
    """

    value: str
    case: str
    title: str
    by: str = ""
    called: str = "{}"
    table: str = "results"
    where: dict[str, Any] = field(default_factory=dict)
    log: bool = False
    share: bool = False
    zero: bool = True
    left: int = 110

    @property
    def options(self) -> dict[str, Any]:
        """Size and margins of the panel."""
        return {"size": (312, 210), "margins": (22, 12, 38, self.left)}

    def plot(self, tables: Tables, ax: Axes) -> Axes:
        """Draw."""
        table = _chosen(tables, self.table, self.where)
        cases = list(dict.fromkeys(table[self.case].astype(str)))
        kinds = list(dict.fromkeys(table[self.by].astype(str))) if self.by else [""]
        markers = _markers(kinds)
        for i, kind in enumerate(kinds):
            part = table[table[self.by].astype(str) == kind] if self.by else table
            offset = (i - (len(kinds) - 1) / 2) * 0.3
            places = part[self.case].astype(str).map(cases.index) + offset
            color = _color(kind, i)
            look: dict[str, Any] = {
                "color": color,
                "marker": markers[i],
                "linestyle": "none",
                "markeredgewidth": 0,
            }
            called = self.called.format(kind) if kind else None
            groups = part.groupby(places)[self.value]
            means, spreads = groups.mean(), groups.std()
            if table.seed.nunique() <= _MOST_DOTS:
                ax.plot(
                    part[self.value],
                    places,
                    markersize=4,
                    alpha=0.6,
                    label=called,
                    **look,
                )
            else:  # a crowd of dots shows no more than how far they reach
                ax.hlines(means.index, means - spreads, means + spreads, color=color, linewidth=5, alpha=0.35)
                ax.plot([], [], label=called, **look)
            ax.plot(means, means.index, color=color, marker="|", markersize=13, markeredgewidth=2, linestyle="none")
        self._finish(ax, cases)
        if self.by:
            ax.legend(
                loc="lower right",
                bbox_to_anchor=(1, 1),
                ncols=len(kinds),
                frameon=False,
                fontsize=10.5,
                borderpad=0,
                borderaxespad=0.2,
                handletextpad=0,
                columnspacing=0.8,
            )
        return ax

    def _finish(self, ax: Axes, cases: list[str]) -> None:
        ax.set_yticks(range(len(cases)), cases)
        ax.set_ylim(len(cases) - 0.5, -0.5)
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x")
        if self.log:
            left, right = ax.get_xlim()
            log_axis(ax, "", subs=(1, 2, 5) if right < 20 * left else (1,))
        else:
            if self.zero:
                ax.set_xlim(left=min(0, ax.get_xlim()[0]))
            loss_axis(ax, "zero_one" if self.share else "", "x", bins=4)
        if self.by:
            ax.set_xlabel(self.title)
        else:
            ax.set_title(self.title)

    def alt(self, tables: Tables) -> str:
        """Say what is seen."""
        keys = [self.case, *([self.by] if self.by else [])]
        groups = _chosen(tables, self.table, self.where).groupby(keys, sort=False)[self.value]
        phrases = [f"{', '.join(map(str, key))} {spread([values.mean()], share=self.share)}" for key, values in groups]
        return f"{self.title}: {'; '.join(phrases)}."
