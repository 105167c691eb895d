"""Every model by itself: parameters, confusion, what happened while fitting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.report.blocks import Cell, Fold, Section, Table, Text, table
from genvsdisc.report.numbers import counted, number, plain
from genvsdisc.study.schema import records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def models_section(comparison: Comparison) -> Section | None:
    """Each model by itself, folded."""
    roster = comparison.models
    if roster.empty:
        return None
    folds = [Fold(row.model, _inside(comparison, row), row.family) for row in records(roster)]
    fitted = int((roster.status != "failed").sum())
    finding = (
        f"{fitted} of {len(roster)} models could be fitted"
        if fitted < len(roster)
        else f"All {fitted} models were fitted"
    )
    return Section("models", "Each model", finding, tuple(folds))


def _inside(comparison: Comparison, row: Any) -> tuple[Any, ...]:
    size = counted(int(row.n_parameters), "parameter") if pd.notna(row.n_parameters) else ""
    facts = [row.family, row.form, size, f"tuned: {row.tuned}" if row.tuned else ""]
    blocks: list[Any] = [Text(", ".join(fact for fact in facts if fact) + ".")]
    blocks += [Text(f"Failed: {row.error}")] if row.error else []
    blocks += [Text(f"While fitting: {row.warnings}")] if row.warnings else []
    confusion = comparison.confusion[comparison.confusion.model == row.model]
    blocks += [_confusion(confusion, row.model)] if len(confusion) else []
    parameters = comparison.parameters[comparison.parameters.model == row.model]
    cells = [[each.parameter, number(plain(each.value, 4))] for each in records(parameters)]
    caption = f"{row.model}: parameters"
    blocks += [table(caption, ["Parameter", "Value"], cells, source="parameters.csv", limit=12)] if cells else []
    return tuple(blocks)


def _confusion(confusion: pd.DataFrame, model: str) -> Table:
    """Rows are true classes; a cell is the percent of them predicted as its column, shaded by it."""
    labels = list(dict.fromkeys(confusion.true))
    share = {(row.true, row.predicted): row.share for row in records(confusion)}
    rows = [[Cell(true), *(_share(share.get((true, predicted), 0.0)) for predicted in labels)] for true in labels]
    caption = f"{model}: percent of each true class (row) predicted as each class (column)"
    return table(caption, ["True class", *labels], rows, source="confusion.csv", matrix=True)


def _share(share: float) -> Cell:
    shown = share >= 0.005
    return Cell(f"{100 * share:.0f}" if shown else "", numeric=True, shade=min(9, round(9 * share)) if shown else 0)
