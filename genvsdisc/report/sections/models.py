"""Every model by itself: what it confuses, its parameters, and what happened while fitting."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.figures import plot_confusion
from genvsdisc.figures.confusions import confusion_look
from genvsdisc.report.blocks import Cell, Figure, Fold, Panel, Table, Text, table
from genvsdisc.report.isolation import Draft, failed_stages, panel, part
from genvsdisc.report.numbers import counted, number, plain
from genvsdisc.report.pairing import SIDES, heading_losses
from genvsdisc.study.schema import records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


_MATRIX = 12  # classes up to which a model's whole confusion is a table
_WORST = 8  # confusions listed


def models_section(comparison: Comparison) -> Draft | None:
    """What the best of each family confuse, then each model by itself, folded."""
    roster = comparison.models
    if roster.empty:
        return None
    fitted = int((roster.status != "failed").sum())
    finding = (
        f"{fitted} of {len(roster)} models could be fitted"
        if fitted < len(roster)
        else f"All {fitted} models were fitted"
    )
    return Draft(
        lambda: finding,
        (
            part("what the best confuse", _confusions, comparison),
            *(part(f"model {row.model}", _inside, comparison, row) for row in records(roster)),
        ),
    )


def _inside(comparison: Comparison, row: Any) -> Fold:
    size = counted(int(row.n_parameters), "parameter") if pd.notna(row.n_parameters) else ""
    facts = [row.family, row.form, size, f"tuned: {row.tuned}" if row.tuned else ""]
    blocks: list[Any] = [Text(", ".join(fact for fact in facts if fact) + ".")]
    lost = failed_stages(comparison.failures[comparison.failures.model == row.model], [""])
    blocks += lost or ([Text(f"Failed: {row.error}")] if row.error else [])
    blocks += [Text(f"While fitting: {row.warnings}")] if row.warnings else []
    confusion = comparison.confusion[comparison.confusion.model == row.model]
    several = confusion.true.nunique() > _MATRIX
    blocks += [(_worst_table if several else _confusion_table)(row.model, confusion)] if len(confusion) else []
    parameters = comparison.parameters[comparison.parameters.model == row.model]
    cells = [[each.parameter, number(plain(each.value, 4))] for each in records(parameters)]
    caption = f"{row.model}: parameters"
    blocks += [table(caption, ["Parameter", "Value"], cells, source="parameters.csv", limit=12)] if cells else []
    return Fold(row.model, tuple(blocks), row.family)


def _confusions(comparison: Comparison) -> Figure | None:
    """Heat maps of the best generative and the best discriminative model."""
    summary, confusion = comparison.summary, comparison.confusion
    losses = heading_losses(comparison, summary)
    ranked = summary[(summary.loss.isin(losses[:1])) & summary.model.isin(confusion.model)].sort_values("mean")
    best = [name for side in SIDES for name in ranked[ranked.family == side].model.head(1)]
    if not best:
        return None
    panels = tuple(_confusion_panel(model, confusion[confusion.model == model]) for model in best)
    listed = tuple(_worst_table(model, confusion[confusion.model == model]) for model in best)
    return Figure(
        panels,
        "What the best model of each family predicts, in percent of each true class (row), on held-out rows of the "
        "first repeat. The same for every model below.",
        listed,
        across=1 if confusion.true.nunique() > _MATRIX else 2,
        read="Read: strongly colored squares off the diagonal are the classes that a model takes for one another (the "
        "shade goes with the square root of the share).",
    )


def _confusion_panel(model: str, confusion: pd.DataFrame) -> Panel:
    look: Any = confusion_look(list(dict.fromkeys(confusion.true)))
    return panel(f"confusion of {model}", plot_confusion, confusion, alt=partial(_confused, model, confusion), **look)


def _worst_pairs(confusion: pd.DataFrame) -> pd.DataFrame:
    return (
        confusion[confusion.true != confusion.predicted]
        .sort_values("share", ascending=False, kind="stable")
        .head(_WORST)
    )


def _confused(model: str, confusion: pd.DataFrame) -> str:
    right = confusion[confusion.true == confusion.predicted]
    pairs = [
        f"{row.true} as {row.predicted} {100 * row.share:.0f}%" for row in records(_worst_pairs(confusion).head(3))
    ]
    mean = f"{100 * right.share.mean():.0f}%"
    return (
        f"Confusion of {model}: {mean} of a class right on average; most often taken for another: {', '.join(pairs)}."
    )


def _worst_table(model: str, confusion: pd.DataFrame) -> Table:
    rows = [[row.true, row.predicted, number(f"{100 * row.share:.0f}%")] for row in records(_worst_pairs(confusion))]
    return table(
        f"{model}: most frequent confusions", ["True class", "Predicted", "Share"], rows, source="confusion.csv"
    )


def _confusion_table(model: str, confusion: pd.DataFrame) -> Table:
    """Rows are true classes; a cell is the percent of them predicted as its column, shaded by it."""
    labels = list(dict.fromkeys(confusion.true))
    share = {(row.true, row.predicted): row.share for row in records(confusion)}
    rows = [[Cell(true), *(_share(share.get((true, predicted), 0.0)) for predicted in labels)] for true in labels]
    caption = f"{model}: percent of each true class (row) predicted as each class (column)"
    return table(caption, ["True class", *labels], rows, source="confusion.csv", matrix=True)


def _share(share: float) -> Cell:
    shown = share >= 0.005
    return Cell(f"{100 * share:.0f}" if shown else "", numeric=True, shade=min(9, round(9 * share)) if shown else 0)
