"""The generative view: what each class looks like to a model, and what each assumption costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_boundaries, plot_classes, plot_costs
from genvsdisc.figures.style import CLASS_COLORS
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Items, Panel, Section, Table, Text, table
from genvsdisc.report.numbers import interval, interval_text, number, plain, pvalue
from genvsdisc.study.evidence import MAX_CLASSES
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_SQUARE = (22, 10, 38, 42)
_DOTS = 200  # rows on a panel
_GRID = 48  # points of the grid on a panel, each way


def generative_view_section(comparison: Comparison) -> Section | None:
    """Classes and regions in two features, and what each assumption costs."""
    blocks = [
        *_too_many(comparison),
        *_classes(comparison),
        *_assumptions(comparison.assumptions, comparison.columns),
        *_boundaries(comparison),
    ]
    if not blocks:
        return None
    return Section("generative-view", "The generative view", _costliest(comparison.assumptions), tuple(blocks))


def _too_many(comparison: Comparison) -> list[Text]:
    """Say why the classes are not drawn, where there are too many of them."""
    count, axes = int(comparison.classes.used.sum()), int((comparison.columns.kind == "continuous").sum())
    if count <= MAX_CLASSES or axes < 2 or len(comparison.ellipses):
        return []
    why = f"there are {count} classes, and more than {MAX_CLASSES} cannot be told apart"
    return [Text(f"What each class looks like is not drawn: {why}.")]


def _assumptions(checks: pd.DataFrame, columns: pd.DataFrame) -> list[Any]:
    if checks.empty:
        return []
    costs = [(row.cost, row.cost_lower, row.cost_upper) for row in records(checks)]
    said = [
        f"{name} {' ('.join(interval_text('log_loss', *cost))})"
        for name, cost in zip(checks.assumption, costs, strict=True)
    ]
    picture = svg(plot_costs, checks, size=(296, 70 + 34 * len(checks)), margins=(24, 10, 42, 14))
    panel = Panel(picture, f"Cost in log loss of each assumption: {', '.join(said)}.")
    findings = [("", row.finding) for row in records(checks) if row.finding]
    findings += [("", said) for said in _never_normal(checks, columns)]
    return [
        Items(tuple(findings)),
        Figure((panel,), "Cost of each assumption and its 95% interval."),
        _check_table(checks),
    ]


def _never_normal(checks: pd.DataFrame, columns: pd.DataFrame) -> list[str]:
    """Name the columns whose zeros and ones are in the cost of normality, which is tested on the others."""
    priced = checks.assumption.str.startswith("normality") & checks.cost.notna()
    listed = columns[columns.used & columns.kind.isin(["binary", "categorical"])]
    if not priced.any() or listed.empty:
        return []
    names = [f"{row.column} ({row.kind})" for row in records(listed.head(4))]
    names += [f"{len(listed) - 4} more"] if len(listed) > 4 else []
    *others, last = names
    named = f"{', '.join(others)} and {last}" if others else last
    return [
        "Normality is tested on the continuous columns, but its cost is that of all: the Gaussians also see "
        f"{named} as zeros and ones, which are never normal, least of all where one of the two is rare. To see their "
        "share of the cost, leave them out; naive Bayes gives them a distribution of their own."
    ]


def _check_table(checks: pd.DataFrame) -> Table:
    rows = []
    for row in records(checks):
        df = f"df {plain(row.df)}" if pd.notna(row.df) else ""
        compared = f"{row.simpler} against {row.richer}" if row.simpler else ""
        rows.append(
            [
                Cell(row.assumption, note=compared),
                Cell(plain(row.statistic), note=df, numeric=True),
                number(pvalue(row.pvalue)),
                Cell(plain(row.effect, 2), note=row.effect_name, numeric=True),
                interval("log_loss", row.cost, row.cost_lower, row.cost_upper),
            ]
        )
    caption = "Checks of the assumptions, and their cost: log loss of the simpler model minus that of the richer one"
    heads = ["Assumption", "Statistic", "p", "Effect", "Cost (nats)"]
    return table(caption, heads, rows, source="assumptions.csv")


def _classes(comparison: Comparison) -> list[Figure]:
    ellipses, names = comparison.ellipses, _axes(comparison)
    if ellipses.empty:
        return []
    many = ellipses.label.nunique() > len(CLASS_COLORS)
    look: Any = {"size": (296, 290) if many else (192, 196), "margins": _SQUARE, "clip": True, "names": names}
    grid = comparison.boundaries
    extent = (grid.x.min(), grid.x.max(), grid.y.min(), grid.y.max()) if len(grid) and not many else None
    panels = []
    for model, part in groups(ellipses, "model"):
        said = [f"{row.label} at ({plain(row.mean_x)}, {plain(row.mean_y)})" for row in records(part.head(6))]
        more = f" and {len(part) - 6} more" if len(part) > 6 else ""
        picture = svg(plot_classes, part, scatter=None if many else _dots(comparison), extent=extent, **look)
        alt = f"Classes as {model} sees them in {names[0]} and {names[1]}: {', '.join(said)}{more}."
        panels.append(Panel(picture, alt))
    caption = (
        f"What each class looks like to a generative model in {names[0]} and {names[1]}: its mean and two standard "
        "deviations around it." + ("" if many else " Dots are rows of the table.")
    )
    return [Figure(tuple(panels), caption, (_class_table(ellipses, names),), across=2 if many else 3)]


def _class_table(ellipses: pd.DataFrame, names: tuple[str, str]) -> Table:
    rows = []
    for row in records(ellipses):
        spread = (row.cov_xx**0.5, row.cov_yy**0.5)
        correlation = row.cov_xy / np.prod(spread) if all(spread) else np.nan
        numbers = (row.mean_x, row.mean_y, *spread, correlation)
        rows.append([Cell(row.label, note=row.model), *(number(plain(value)) for value in numbers)])
    heads = ["Class", *(f"{what} {name}" for what in ("Mean", "SD") for name in names), "Correlation"]
    return table("Means, standard deviations, correlations", heads, rows, source="ellipses.csv", limit=24)


def _boundaries(comparison: Comparison) -> list[Figure]:
    grid, names = comparison.boundaries, _axes(comparison)
    if grid.empty:
        return []
    many = grid.label.nunique() > len(CLASS_COLORS)
    look: Any = {"size": (192, 196), "margins": _SQUARE, "clip": True, "names": names}
    panels, rows = [], []
    for model, part in groups(grid, "model"):
        picture = svg(plot_boundaries, _thinned(part), scatter=None if many else _dots(comparison), **look)
        shares = part.label.value_counts(normalize=True).head(6)
        listed = ", ".join(f"{label} {100 * share:.0f}%" for label, share in shares.items())
        panels.append(Panel(picture, f"Regions of {model} in the plane of {names[0]} and {names[1]}: {listed}."))
        rows.append([Cell(str(model), family=part.family.iloc[0]), listed])
    caption = f"Predicted class over {names[0]} and {names[1]}; the denser the color, the surer the model." + (
        f" {len(CLASS_COLORS)} colors take turns." if many else " Dots are rows of the table."
    )
    shown = table("Share of the plane of each class (six largest)", ["Model", "Shares"], rows, source="boundaries.csv")
    return [Figure(tuple(panels), caption, (shown,), across=3)]


def _axes(comparison: Comparison) -> tuple[str, str]:
    first, second = (*comparison.meta.get("boundary_axes", ()), "first feature", "second feature")[:2]
    return str(first), str(second)


def _dots(comparison: Comparison) -> pd.DataFrame | None:
    scatter = comparison.scatter
    return scatter.iloc[:: -(-len(scatter) // _DOTS)] if len(scatter) else None


def _thinned(part: pd.DataFrame) -> pd.DataFrame:
    """Keep at most so many grid lines each way, the outermost included: more are finer than the picture."""
    kept = []
    for name in ("x", "y"):
        values = np.sort(part[name].unique())
        chosen = np.linspace(0, len(values) - 1, min(len(values), _GRID)).round().astype(int)
        kept.append(part[name].isin(values[chosen]))
    return part[kept[0] & kept[1]]


def _costliest(checks: pd.DataFrame) -> str:
    known = checks[checks.cost.notna()]
    if known.empty:
        return "What each class looks like to the models"
    worst: Any = known.sort_values("cost").iloc[-1]
    cost, ends = interval_text("log_loss", worst.cost, worst.cost_lower, worst.cost_upper)
    if worst.cost_lower > 0:
        return f"Assuming {worst.assumption} costs most: {cost} nats of log loss ({ends})"
    return f"No assumption costs log loss for certain; {worst.assumption} comes closest: {cost} ({ends})"
