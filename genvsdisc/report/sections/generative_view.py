"""The generative view: what each class looks like to a model, and what each assumption costs."""

from __future__ import annotations

from functools import partial
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_boundaries, plot_classes, plot_costs
from genvsdisc.figures.style import CLASS_COLORS
from genvsdisc.report.blocks import Cell, Figure, Items, Panel, Table, Text, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import interval, interval_text, number, plain, pvalue
from genvsdisc.study.evidence import MAX_CLASSES
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_SQUARE = (22, 10, 38, 42)
_DOTS = 120  # rows on a panel
_NAMED = 4  # classes that are named on a panel, if their names are short
_LETTERS = 10
_GRID = 48  # points of the grid on a panel, each way


def generative_view_section(comparison: Comparison) -> Draft | None:
    """Classes and regions in two features, and what each assumption costs."""
    checks = comparison.assumptions
    ellipses, regions = (_of_roster(table, comparison) for table in (comparison.ellipses, comparison.boundaries))
    too_many = _too_many(comparison)
    if checks.empty and ellipses.empty and regions.empty and too_many is None:
        return None
    return Draft(
        lambda: _costliest(checks),
        (
            part("note on classes", lambda: too_many),
            part("classes as the models see them", _classes, comparison, ellipses, regions),
            part("findings on assumptions", _findings, checks, comparison.columns),
            part("costs of assumptions", _costs, checks),
            part("checks of assumptions", _check_table, checks),
            part("decision regions", _boundaries, comparison, regions),
        ),
    )


def _of_roster(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Keep the models that were asked for: a picture of another answers a question that nobody put."""
    roster = set(comparison.models.model)
    return table[table.model.isin(roster)] if roster else table


def _too_many(comparison: Comparison) -> Text | None:
    """Say why the classes are not drawn, where there are too many of them."""
    count, axes = int(comparison.classes.used.sum()), int((comparison.columns.kind == "continuous").sum())
    if count <= MAX_CLASSES or axes < 2 or len(comparison.ellipses):
        return None
    why = f"there are {count} classes, and more than {MAX_CLASSES} cannot be told apart"
    return Text(f"What each class looks like is not drawn: {why}.")


def _findings(checks: pd.DataFrame, columns: pd.DataFrame) -> Items | None:
    texts = [row.finding for row in records(checks) if row.finding] + _never_normal(checks, columns)
    return Items(tuple(("", text) for text in texts)) if texts else None


def _costs(checks: pd.DataFrame) -> Figure | None:
    known = checks[checks.cost.notna()]
    if known.empty:
        return None

    def alt() -> str:
        costs = [(row.cost, row.cost_lower, row.cost_upper) for row in records(known)]
        phrases = [
            f"{name} {' ('.join(interval_text('log_loss', *cost))})"
            for name, cost in zip(known.assumption, costs, strict=True)
        ]
        return f"Cost in log loss of each assumption: {', '.join(phrases)}."

    look: Any = {"size": (312, 70 + 36 * len(known)), "margins": (24, 10, 42, 14)}
    return Figure(
        (panel("cost of each assumption", plot_costs, known, alt=alt, **look),),
        "Cost of each assumption with its 95% interval: log loss of the simpler model minus that of the richer one.",
        (_cost_table(known),),
        read="Read: right of the line, dropping the assumption lowers the log loss; left of it, the simpler model does "
        "better.",
    )


def _cost_table(known: pd.DataFrame) -> Table:
    rows = [
        [
            Cell(row.assumption, note=f"{row.simpler} against {row.richer}" if row.simpler else ""),
            interval("log_loss", row.cost, row.cost_lower, row.cost_upper),
        ]
        for row in records(known)
    ]
    return table("Cost of each assumption in nats", ["Assumption", "Cost (nats)"], rows, source="assumptions.csv")


def _never_normal(checks: pd.DataFrame, columns: pd.DataFrame) -> list[str]:
    """Name the columns whose zeros and ones are in the cost of normality, which is tested on the others."""
    priced = checks.assumption.str.startswith("normality") & checks.cost.notna()
    listed = columns[columns.used & columns.kind.isin(["binary", "categorical", "text"])]
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


def _check_table(checks: pd.DataFrame) -> Table | None:
    if not checks[["statistic", "pvalue", "effect"]].notna().any(axis=None):
        return None  # why none was tested stands above
    rows = [
        [
            Cell(row.assumption),
            Cell(plain(row.statistic), note=f"df {plain(row.df)}" if pd.notna(row.df) else "", numeric=True),
            number(pvalue(row.pvalue)),
            Cell(plain(row.effect, 2), note=row.effect_name, numeric=True),
        ]
        for row in records(checks)
    ]
    caption = "Tests of the assumptions: the p-value says whether a violation shows, the cost above whether it matters"
    return table(caption, ["Assumption", "Statistic", "p", "Effect"], rows, source="assumptions.csv")


def _classes(comparison: Comparison, ellipses: pd.DataFrame, regions: pd.DataFrame) -> Figure | None:
    if ellipses.empty:
        return None
    names = _axes(comparison)
    many = ellipses.label.nunique() > len(CLASS_COLORS)
    extent = None if many else _extent(ellipses, regions)
    look: Any = {"size": (300, 306), "margins": _SQUARE, "clip": True, "names": names, "extent": extent}
    marks = _marks(comparison, ellipses)
    look |= {"scatter": None if many else _dots(comparison), "marks": marks}

    def alt(model: str, rows: pd.DataFrame) -> str:
        places = [f"{row.label} at ({plain(row.mean_x)}, {plain(row.mean_y)})" for row in records(rows.head(6))]
        more = f" and {len(rows) - 6} more" if len(rows) > 6 else ""
        return f"Classes as {model} sees them in {names[0]} and {names[1]}: {', '.join(places)}{more}."

    panels = tuple(
        panel(f"classes of {model}", plot_classes, rows, alt=partial(alt, model, rows), **look)
        for model, rows in groups(ellipses, "model")
    )
    caption = (
        f"What each class looks like to a generative model in {names[0]} and {names[1]}, the two continuous columns "
        "whose class means differ most: mean and ellipse of two standard deviations."
        + ("" if look["scatter"] is None else " Dots: some rows of the table.")
    )
    read = (
        "Read: classes whose ellipses overlap cannot be told apart here; equal shapes are what a shared covariance "
        "assumes."
    )
    return Figure(panels, caption, (_class_table(ellipses, names),), swatches=_class_key(marks), read=read)


def _extent(ellipses: pd.DataFrame, regions: pd.DataFrame) -> tuple[float, float, float, float]:
    """One frame for all panels, that holds every ellipse and the plane of the regions."""
    ends = []
    for axis in ("x", "y"):
        middle, reach = ellipses[f"mean_{axis}"], 2.1 * ellipses[f"cov_{axis}{axis}"] ** 0.5
        known = regions[axis] if len(regions) else middle
        ends += [float(min((middle - reach).min(), known.min())), float(max((middle + reach).max(), known.max()))]
    return ends[0], ends[1], ends[2], ends[3]


def _class_table(ellipses: pd.DataFrame, names: tuple[str, str]) -> Table:
    rows = []
    for row in records(ellipses):
        spread = (row.cov_xx**0.5, row.cov_yy**0.5)
        correlation = row.cov_xy / np.prod(spread) if all(spread) else np.nan
        numbers = (row.mean_x, row.mean_y, *spread, correlation)
        rows.append([Cell(row.label, note=row.model), *(number(plain(value)) for value in numbers)])
    heads = ["Class", *(f"{what} {name}" for what in ("Mean", "SD") for name in names), "Correlation"]
    return table("Means, standard deviations, correlations", heads, rows, source="ellipses.csv", limit=24)


def _boundaries(comparison: Comparison, grid: pd.DataFrame) -> Figure | None:
    if grid.empty:
        return None
    names = _axes(comparison)
    many = grid.label.nunique() > len(CLASS_COLORS)
    marks = _marks(comparison, grid)
    look: Any = {"size": (200, 204), "margins": _SQUARE, "clip": True, "names": names, "marks": marks}
    panels, rows = [], []
    for model, region in groups(grid, "model"):
        shares = region.label.value_counts(normalize=True).head(6)
        listed = ", ".join(f"{label} {100 * share:.0f}%" for label, share in shares.items())
        text = f"Regions of {model} in the plane of {names[0]} and {names[1]}: {listed}."
        panels.append(_region_panel(model, region, text, look))
        rows.append([Cell(str(model), family=region.family.iloc[0]), listed])
    caption = (
        f"Predicted class over {names[0]} and {names[1]}, each model fitted to these two columns alone. A stronger "
        "color is a higher probability." + (f" {len(CLASS_COLORS)} colors take turns." if many else "")
    )
    shown = table("Share of the plane of each class (six largest)", ["Model", "Shares"], rows, source="boundaries.csv")
    read = "Read: straight borders are linear models, bent ones quadratic or additive; look where two models differ."
    return Figure(tuple(panels), caption, (shown,), across=3, swatches=_class_key(marks), read=read)


def _region_panel(model: str, region: pd.DataFrame, text: str, look: dict[str, Any]) -> Panel:
    return panel(f"regions of {model}", plot_boundaries, _thinned(region), alt=lambda: text, **look)


def _marks(comparison: Comparison, drawn: pd.DataFrame) -> dict[str, str]:
    """What to write at each class: its name where all fit, else a letter that the key explains."""
    labels = sorted({*drawn.label, *comparison.scatter.label})
    if len(labels) <= _NAMED and max(map(len, labels)) <= _LETTERS:
        return {label: label for label in labels}
    return dict(zip(labels, ascii_uppercase, strict=False)) | dict.fromkeys(labels[len(ascii_uppercase) :], "")


def _class_key(marks: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Key of the classes in the order of their colors."""
    if all(label == mark for label, mark in marks.items()) or len(marks) > len(ascii_uppercase):
        return ()
    return tuple((f"c{i % len(CLASS_COLORS)}", f"{mark} {label}") for i, (label, mark) in enumerate(marks.items()))


def _axes(comparison: Comparison) -> tuple[str, str]:
    first, second = (*comparison.meta.get("boundary_axes", ()), "first feature", "second feature")[:2]
    return str(first), str(second)


def _dots(comparison: Comparison) -> pd.DataFrame | None:
    scatter = comparison.scatter
    return scatter.iloc[:: -(-len(scatter) // _DOTS)] if len(scatter) else None


def _thinned(region: pd.DataFrame) -> pd.DataFrame:
    """Keep at most so many grid lines each way, the outermost included: more are finer than the picture."""
    kept = []
    for name in ("x", "y"):
        values = np.sort(region[name].unique())
        chosen = np.linspace(0, len(values) - 1, min(len(values), _GRID)).round().astype(int)
        kept.append(region[name].isin(values[chosen]))
    return region[kept[0] & kept[1]]


def _costliest(checks: pd.DataFrame) -> str:
    known = checks[checks.cost.notna()]
    if known.empty:
        return "What each class looks like to the models"
    worst: Any = known.sort_values("cost").iloc[-1]
    cost, ends = interval_text("log_loss", worst.cost, worst.cost_lower, worst.cost_upper)
    between = f"{worst.simpler} against {worst.richer}"
    if worst.cost_lower > 0:
        return f"Assuming {worst.assumption} costs most: {cost} nats of log loss ({ends}; {between})"
    if worst.cost_upper < 0:
        gain, ends = interval_text("log_loss", -worst.cost, -worst.cost_upper, -worst.cost_lower)
        return f"No assumption costs log loss: assuming {worst.assumption} saves {gain} nats ({ends}; {between})"
    return f"No assumption clearly costs log loss; {worst.assumption} comes closest, {cost} nats ({ends}; {between})"
