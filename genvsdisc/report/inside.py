"""Inside the models: what each class looks like to the generative ones, their assumptions, and every model by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.figures import plot_boundaries, plot_classes, plot_costs
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Fold, Panel, Section, Table, Text, table
from genvsdisc.report.numbers import fixed, interval_text, number, plain, pvalue

if TYPE_CHECKING:
    from genvsdisc.study.results import Comparison

_SQUARE = (22, 10, 38, 42)
_DOTS = 200  # rows on a panel


def generative_view(comparison: Comparison) -> Section | None:
    """Classes and regions in two features, and what each assumption costs."""
    blocks = [block for block in (_classes(comparison), *_assumptions(comparison), _boundaries(comparison)) if block]
    if not blocks:
        return None
    return Section("generative-view", "The generative view", _costliest(comparison.assumptions), tuple(blocks))


def models(comparison: Comparison) -> Section | None:
    """Each model by itself, folded."""
    roster = comparison.models
    if roster.empty:
        return None
    folds = [Fold(row.model, _inside(comparison, row), row.family) for row in roster.itertuples()]
    failed = [row.model for row in roster.itertuples() if row.status == "failed"]
    finding = (
        f"{len(roster) - len(failed)} of {len(roster)} models could be fitted"
        if failed
        else f"All {len(roster)} models could be fitted"
    )
    return Section("models", "Each model", finding, tuple(folds))


def _axes(comparison: Comparison) -> tuple[str, str]:
    first, second = (*comparison.meta.get("boundary_axes", ()), "first feature", "second feature")[:2]
    return first, second


def _dots(comparison: Comparison) -> pd.DataFrame | None:
    scatter = comparison.scatter
    return scatter.iloc[:: -(-len(scatter) // _DOTS)] if len(scatter) else None


def _classes(comparison: Comparison) -> Figure | None:
    ellipses, names = comparison.ellipses, _axes(comparison)
    if ellipses.empty:
        return None
    many = ellipses.label.nunique() > 6
    panels, rows = [], []
    for model, part in ellipses.groupby("model", sort=False):
        size = (296, 290) if many else (192, 196)
        picture = svg(plot_classes, part, size=size, margins=_SQUARE, clip=True, scatter=_dots(comparison), names=names)
        said = [f"{row.label} at ({plain(row.mean_x)}, {plain(row.mean_y)})" for row in part.head(6).itertuples()]
        more = f" and {len(part) - 6} more" if len(part) > 6 else ""
        panels.append(
            Panel(picture, f"Classes as {model} sees them in {names[0]} and {names[1]}: {', '.join(said)}{more}.")
        )
        for row in part.itertuples():
            correlation = row.cov_xy / (row.cov_xx * row.cov_yy) ** 0.5 if row.cov_xx * row.cov_yy > 0 else float("nan")
            cells = [row.mean_x, row.mean_y, row.cov_xx**0.5, row.cov_yy**0.5, correlation]
            rows.append([Cell(row.label, note=str(model)), *(number(plain(cell)) for cell in cells)])
    heads = ["Class", f"Mean {names[0]}", f"Mean {names[1]}", f"SD {names[0]}", f"SD {names[1]}", "Correlation"]
    caption = f"What each class looks like to a generative model in {names[0]} and {names[1]}: mean and two standard deviations. Dots are rows of the table."
    shown = table(
        "Means, standard deviations and correlations of the classes", heads, rows, source="ellipses.csv", limit=24
    )
    return Figure(tuple(panels), caption, (shown,), across=2 if many else 3)


def _assumptions(comparison: Comparison) -> list[Any]:
    checks = comparison.assumptions
    if checks.empty:
        return []
    said = [
        f"{row.assumption} {' ('.join(interval_text('log_loss', row.cost, row.cost_lower, row.cost_upper))})"
        for row in checks.itertuples()
    ]
    picture = svg(plot_costs, checks, size=(296, 70 + 32 * len(checks)), margins=(24, 8, 42, 4))
    rows = []
    for row in checks.itertuples():
        df = f"df {plain(row.df)}" if pd.notna(row.df) else ""
        cost, ends = interval_text("log_loss", row.cost, row.cost_lower, row.cost_upper)
        compared = f"{row.simpler} against {row.richer}" if row.simpler else ""
        cells = [Cell(plain(row.statistic), note=df, numeric=True), number(pvalue(row.pvalue))]
        effect = Cell(plain(row.effect, 2), note=row.effect_name, numeric=True)
        rows.append([Cell(row.assumption, note=compared), *cells, effect, Cell(cost, note=ends, numeric=True)])
    shown = table(
        "Checks of the assumptions, and their cost in log loss: what the simpler model loses to the richer one",
        ["Assumption", "Statistic", "p", "Effect", "Cost (nats)"],
        rows,
        source="assumptions.csv",
    )
    findings = tuple(Text(row.finding) for row in checks.itertuples() if row.finding)
    return [
        *findings,
        shown,
        Figure(
            (Panel(picture, f"Cost in log loss of each assumption: {', '.join(said)}."),),
            "Cost of each assumption and its 95% interval.",
        ),
    ]


def _boundaries(comparison: Comparison) -> Figure | None:
    grid, names = comparison.boundaries, _axes(comparison)
    if grid.empty:
        return None
    panels, rows = [], []
    for model, part in grid.groupby("model", sort=False):
        picture = svg(
            plot_boundaries, part, size=(192, 196), margins=_SQUARE, clip=True, scatter=_dots(comparison), names=names
        )
        shares = part.label.value_counts(normalize=True)
        said = [f"{label} on {100 * share:.0f}% of it" for label, share in shares.head(6).items()]
        panels.append(
            Panel(picture, f"Regions of {model} in the plane of {names[0]} and {names[1]}: {', '.join(said)}.")
        )
        listed = ", ".join(f"{label} {100 * share:.0f}%" for label, share in shares.head(6).items())
        rows.append([Cell(str(model), family=part.family.iloc[0]), listed])
    shown = table(
        "Share of the plane that goes to each class (six largest)", ["Model", "Shares"], rows, source="boundaries.csv"
    )
    colors = " Six colors take turns." if comparison.boundaries.label.nunique() > 6 else ""
    caption = f"Predicted class over {names[0]} and {names[1]}; the denser the color, the surer the model. Dots are rows of the table.{colors}"
    return Figure(tuple(panels), caption, (shown,), across=3)


def _costliest(checks: pd.DataFrame) -> str:
    known = checks[checks.cost.notna()]
    if known.empty:
        return "What each class looks like to the models"
    worst = known.loc[known.cost.idxmax()]
    cost, ends = interval_text("log_loss", worst.cost, worst.cost_lower, worst.cost_upper)
    if worst.cost_lower > 0:
        return f"Assuming {worst.assumption} costs most: {cost} nats of log loss ({ends})"
    return f"No assumption costs log loss for certain; {worst.assumption} comes closest: {cost} ({ends})"


def _inside(comparison: Comparison, row: Any) -> tuple[Any, ...]:
    facts = [f"{row.family}{', ' + row.form if row.form else ''}"]
    facts += [f"{fixed(int(row.n_parameters), 0)} parameters"] if pd.notna(row.n_parameters) else []
    facts += [f"tuned: {row.tuned}"] if row.tuned else []
    blocks: list[Any] = [Text("; ".join(facts) + ".")]
    blocks += [Text(f"Failed: {row.error}")] if row.error else []
    blocks += [Text(f"While fitting: {row.warnings}")] if row.warnings else []
    parameters = comparison.parameters[comparison.parameters.model == row.model]
    if len(parameters):
        cells = [[each.parameter, number(plain(each.value, 4))] for each in parameters.itertuples()]
        blocks.append(
            table(f"Parameters of {row.model}", ["Parameter", "Value"], cells, source="parameters.csv", limit=12)
        )
    confusion = comparison.confusion[comparison.confusion.model == row.model]
    if len(confusion):
        blocks.append(_confusion(confusion, row.model))
    return tuple(blocks)


def _confusion(confusion: pd.DataFrame, model: str) -> Table:
    """Rows are true classes; a cell is the percent of them predicted as its column, shaded by it."""
    labels = list(dict.fromkeys(confusion.true))
    wide = confusion.pivot_table(index="true", columns="predicted", values="share", sort=False).reindex(
        index=labels, columns=labels
    )
    rows = [
        [
            Cell(label),
            *(
                Cell(_percent(share), numeric=True, shade=0 if pd.isna(share) else min(9, round(9 * share)))
                for share in wide.loc[label]
            ),
        ]
        for label in labels
    ]
    return table(
        f"{model}: percent of each true class (row) predicted as each class (column)",
        ["True", *labels],
        rows,
        source="confusion.csv",
        matrix=True,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.005 else ""
