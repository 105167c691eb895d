"""Would the generative model produce these rows? Rows drawn from it beside the real ones."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.figures import plot_predictive
from genvsdisc.report.blocks import Cell, Figure, Fold, Panel, Table, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import counted, plain, pvalue
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

AGAINST = 0.01
_LISTED = 12


def predictive_section(comparison: Comparison) -> Draft | None:
    """What tells rows of the model from the real ones."""
    checks = comparison.predictive
    if checks.empty:
        return None
    model = _best(comparison, checks)
    ours = checks[checks.model == model]
    others = checks[checks.model != model]
    return Draft(
        lambda: _finding(model, ours),
        (
            part("rows of the model beside the real ones", _figure, comparison.predictive_rows, model, ours),
            part("what other models would not produce", _others, others),
        ),
    )


def _best(comparison: Comparison, checks: pd.DataFrame) -> str:
    """The generative model with the least log loss, of those that were looked at."""
    summary = comparison.summary
    ranked = summary[(summary.loss == "log_loss") & summary.model.isin(checks.model)].sort_values("mean")
    return str(ranked.model.iloc[0] if len(ranked) else checks.model.iloc[0])


def _finding(model: str, ours: pd.DataFrame) -> str:
    against = ours[ours.pvalue < AGAINST].sort_values("pvalue", kind="stable")
    chance = AGAINST * len(ours)
    if len(against) <= max(1, 3 * chance) and (against.empty or against.pvalue.min() * len(ours) > 0.05):
        return f"Rows drawn from {model} cannot be told from yours by single columns or pairs of them"
    findings = "; ".join(against.finding[:2])
    rest = f" (and {counted(len(against) - 2, 'more finding')})" if len(against) > 2 else ""
    return f"{model} would not produce your data: {findings}{rest}"


def _figure(rows: pd.DataFrame, model: str, ours: pd.DataFrame) -> Figure | Table:
    mine = rows[rows.model == model]
    if mine.empty:  # a page that was short of room carries the findings without the rows
        return _table(ours)
    columns = list(dict.fromkeys(mine.column))
    panels = [_panel(mine, x, None, ours) for x in columns]
    panels += [_panel(mine, x, y, ours) for x, y in combinations(columns, 2)]
    caption = (
        f"Pair plot of {mine.row.nunique()} real rows (without color) and as many drawn from {model} with the same "
        "classes (blue), in the columns that tell them apart best: densities, then two columns at a time."
    )
    read = (
        "Read: where the blue and the uncolored differ in shape, the model's assumption fails; its p(x) misleads there."
    )
    return Figure(tuple(panels), caption, (_table(ours),), across=3, read=read)


def _panel(mine: pd.DataFrame, x: str, y: str | None, ours: pd.DataFrame) -> Panel:
    def alt() -> str:
        pair = {x, y or ""}
        row = [r for r in records(ours) if {r.column, r.other} == pair]
        finding = f": {row[0].finding}, p {pvalue(row[0].pvalue)}" if row and row[0].pvalue < AGAINST else ""
        return f"Real and drawn rows in {x}{f' and {y}' if y else ''}, {_in_numbers(mine, x, y)}{finding}."

    look: Any = {"size": (200, 158), "margins": (10, 8, 38, 46), "x": x, "y": y}
    name = x if y is None else f"{x} and {y}"
    return panel(f"rows of the model, {name}", plot_predictive, mine, alt=alt, **look)


def _in_numbers(mine: pd.DataFrame, x: str, y: str | None) -> str:
    """Medians of a column, or correlations of two, of the real and of the drawn rows."""
    numbers = [_in_number(mine[mine.source == source], x, y) for source in ("data", "model")]
    return f"{'median' if y is None else 'correlation'} {plain(numbers[0], 2)} and {plain(numbers[1], 2)}"


def _in_number(rows: pd.DataFrame, x: str, y: str | None) -> float:
    first, second = (rows[rows.column == name].set_index("row").value for name in (x, y or x))
    if y is None:
        return float(first.median())
    return float(first.corr(second)) if min(first.nunique(), second.nunique()) > 1 else float("nan")


def _table(ours: pd.DataFrame) -> Table:
    ranked = ours.sort_values("pvalue", kind="stable")
    rows = [[row.finding, Cell(plain(row.discrepancy), numeric=True), Cell(pvalue(row.pvalue), numeric=True)]
            for row in records(ranked)]  # fmt: skip
    caption = (
        "What is most out of the ordinary in each column and pair of columns, against rows drawn from the model; "
        f"by chance {AGAINST * len(ours):.2g} of the {len(ours)} p-values would be below {AGAINST:g}"
    )
    return table(caption, ["Finding", "Discrepancy", "p"], rows, source="predictive.csv", limit=_LISTED)


def _others(others: pd.DataFrame) -> Fold | None:
    if others.empty:
        return None
    rows = []
    for model, part_of in groups(others, "model"):
        against = part_of[part_of.pvalue < AGAINST].sort_values("pvalue", kind="stable")
        findings = "; ".join(against.finding[:3]) or "nothing"
        rows.append([model, findings, Cell(f"{len(against)} of {len(part_of)}", numeric=True)])
    made = table("What other models would not produce", ["Model", "Most surely", f"p < {AGAINST:g}"], rows)
    return Fold(f"Rows of {counted(len(rows), 'other model')}", (made,))
