"""The test set of the user's own: every model scored once, and whether that agrees with cross-validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.report.blocks import Cell, Fold, Table, Text, table
from genvsdisc.report.isolation import Draft, part
from genvsdisc.report.numbers import (
    NOTHING,
    counted,
    difference_cell,
    difference_text,
    interval,
    interval_text,
    loss_word,
    number,
    pvalue,
    strip_on,
)
from genvsdisc.report.pairing import heading_losses
from genvsdisc.study.schema import records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

APART = 0.05


def holdout_section(comparison: Comparison) -> Draft | None:
    """Losses and differences on the test set beside the cross-validated ones, loss by loss."""
    if comparison.holdout.empty:
        return None
    losses = heading_losses(comparison, comparison.holdout)
    read = (
        "Nothing was chosen or fitted on these rows: each model was fitted to the others and scored here once. The bar "
        "is the 95% interval over the test rows (of an error: Wilson's); the p-value behind each cross-validated "
        "number says how easily chance alone would part the two as far as that. McNemar's exact test counts the rows "
        "on which one model of a pair alone errs."
    )
    return Draft(
        lambda: agreement(comparison),
        (
            part("how to read", lambda: Text(read, quiet=True)),
            part(f"test set by {loss_word(losses[0])}", _model_table, comparison, losses[0]),
            part(f"pairs on the test set by {loss_word(losses[0])}", _pair_table, comparison, losses[0]),
            *(part(f"test set by {loss_word(loss)}", _folded, comparison, loss) for loss in losses[1:]),
        ),
    )


def agreement(comparison: Comparison) -> str:
    """Say whether the test set and cross-validation agree, by the loss of the verdict."""
    loss = heading_losses(comparison, comparison.holdout)[0]
    scores = comparison.holdout[comparison.holdout.loss == loss]
    tested = scores[scores.shift_pvalue.notna()]
    rows = counted(int(comparison.meta.get("test_rows", scores.n_test.iloc[0])), "row")
    if tested.empty:
        return f"{len(scores)} models were scored once on {rows} of your own"
    # Holm's first step: some model is apart if the smallest p-value is below the level over their number.
    apart = tested[tested.shift_pvalue * len(tested) < APART]
    if apart.empty:
        return (
            f"On {rows} of your own, the {loss_word(loss)} of no model is farther from its cross-validated one than "
            "chance takes it"
        )
    higher = int((apart["shift"] > 0).sum())
    side = "higher" if 2 * higher >= len(apart) else "lower"
    return (
        f"On {rows} of your own, the {loss_word(loss)} of {len(apart)} of {len(tested)} models is {side} than "
        "cross-validation says, by more than chance: these rows are not like those that were fitted"
    )


def _folded(comparison: Comparison, loss: str) -> Fold:
    pairs = _pair_table(comparison, loss)
    blocks = (_model_table(comparison, loss), *([pairs] if pairs else []))
    return Fold(f"The same by {loss_word(loss)}", blocks)


def _model_table(comparison: Comparison, loss: str) -> Table:
    rows = comparison.holdout[comparison.holdout.loss == loss].sort_values("mean", kind="stable")
    ends = rows[["lower", "upper"]].to_numpy()
    low, high = (float(np.nanmin(ends)), float(np.nanmax(ends))) if np.isfinite(ends).any() else (0.0, 1.0)
    caption = f"Models by {loss_word(loss)} on the test set, with its 95% interval, beside the cross-validated one"
    heads = ["Model", "Test set", "Cross-validated", "Apart by", "p"]
    return table(caption, heads, [_model_row(row, low, high) for row in records(rows)], source="holdout.csv")


def _model_row(row: Any, low: float, high: float) -> list[Cell]:
    strip = strip_on(row.lower, row.mean, row.upper, low, high, family=row.family)
    return [
        Cell(row.model, family=row.family),
        interval(row.loss, row.mean, row.lower, row.upper, strip),
        number(interval_text(row.loss, row.cross_validated, *_ends(row.cross_validated, row.shift_se))[0]),
        *_apart(row),
    ]


def _ends(value: float, error: float) -> tuple[float, float]:
    return value - 1.96 * error, value + 1.96 * error


def _signed(loss: str, difference: float, error: float) -> Cell:
    text = difference_text(loss, difference, *_ends(difference, error))[0]
    return number(f"+{text}" if difference > 0 and text != NOTHING else text)


def _apart(row: Any) -> list[Cell]:
    """How far the test set is from cross-validation, and the p-value of that."""
    return [_signed(row.loss, row.shift, row.shift_se), number(pvalue(row.shift_pvalue))]


def _pair_table(comparison: Comparison, loss: str) -> Table | None:
    rows = comparison.holdout_differences[comparison.holdout_differences.loss == loss]
    if rows.empty:
        return None
    ends = rows[["difference", "lower", "upper"]].abs().to_numpy()
    reach = float(np.nanmax(ends)) if np.isfinite(ends).any() else 0.0
    counted_rows = bool(rows.mcnemar_pvalue.notna().any())
    caption = f"Difference of {loss_word(loss)} on the test set, generative minus discriminative, with its 95% interval"
    exact = ["One alone errs", "p (McNemar)"] if counted_rows else []
    heads = ["Pair", "Difference", *exact, "Cross-validated", "Apart by", "p"]
    cells = [_pair_row(row, reach, counted_rows) for row in records(rows)]
    return table(caption, heads, cells, source="holdout_differences.csv")


def _pair_row(row: Any, reach: float, with_counts: bool) -> list[Cell]:
    family = "generative" if row.difference < 0 else "discriminative"
    alone = (
        NOTHING if pd.isna(row.only_generative_errs) else f"{row.only_generative_errs} · {row.only_discriminative_errs}"
    )
    exact = [number(alone), number(pvalue(row.mcnemar_pvalue))] if with_counts else []
    return [
        Cell(row.form, note=f"{row.generative} against {row.discriminative}"),
        difference_cell(row.loss, row.difference, row.lower, row.upper, reach, family),
        *exact,
        _signed(row.loss, row.cross_validated, row.shift_se),
        *_apart(row),
    ]
