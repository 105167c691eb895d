"""Generative against discriminative models of the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.report.blocks import Cell, Fold, Table, Text, table
from genvsdisc.report.isolation import Draft, part
from genvsdisc.report.numbers import counted, difference_cell, loss_word, number, probability_text, pvalue
from genvsdisc.report.pairing import heading_losses
from genvsdisc.study.schema import records
from genvsdisc.study.statistics.losses import rope_of

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

DECIDED = 0.95
_BEST = "best of each family"


def pairs_section(comparison: Comparison) -> Draft | None:
    """Set generative against discriminative of the same form, loss by loss."""
    differences = comparison.differences
    if differences.empty:
        return None
    losses = heading_losses(comparison, differences)
    read = (
        "Differences are generative minus discriminative. The line in a cell is zero: a bar left of it means that the "
        "generative model is better, right of it the discriminative one; a bar across it leaves open which is. The "
        "bar of three shows how probable each answer is."
    )
    return Draft(
        lambda: _decided(differences, losses[0]),
        (
            part("how to read", lambda: Text(read, quiet=True)),
            part(f"pairs by {loss_word(losses[0])}", _pair_table, comparison, losses[0]),
            *(part(f"pairs by {loss_word(loss)}", _folded, comparison, loss) for loss in losses[1:]),
        ),
    )


def _folded(comparison: Comparison, loss: str) -> Fold:
    return Fold(f"The same pairs by {loss_word(loss)}", (_pair_table(comparison, loss),))


def _pair_table(comparison: Comparison, loss: str) -> Table:
    rows = comparison.differences[comparison.differences.loss == loss]
    ends = rows[["difference", "lower", "upper"]].abs().to_numpy()
    # Twice the middle width: one hopeless pair does not press the others into the line.
    reach = float(min(np.nanmax(ends), 4 * np.nanmedian(ends))) if np.isfinite(ends).any() else 0.0
    rope = rope_of(comparison.meta, loss)
    equal = ""
    if rope is not None:
        equal = f"; equal: closer than {100 * rope:g} pp" if loss == "zero_one" else f"; equal: closer than {rope:g}"
    points = " in percentage points (pp)" if loss == "zero_one" else ""
    caption = (
        f"Difference of {loss_word(loss)}{points} with its 95% interval, and the probability of each answer{equal}"
    )
    heads = ["Pair", "Difference", "p (Holm)", "Better: generative · equal · discriminative"]
    return table(caption, heads, [_pair_row(row, reach) for row in records(rows)], source="differences.csv")


def _pair_row(row: Any, reach: float) -> list[Cell]:
    shares = (row.p_generative, row.p_equal, row.p_discriminative)
    family = "generative" if row.difference < 0 else "discriminative"
    known = bool(np.isfinite(shares).all())
    return [
        Cell(row.form, note=f"{row.generative} against {row.discriminative}"),
        difference_cell(row.loss, row.difference, row.lower, row.upper, reach, family),
        number(pvalue(row.pvalue_holm)),
        Cell(" · ".join(map(probability_text, shares)), shares=shares if known else (), numeric=True),
    ]


def _decided(differences: pd.DataFrame, loss: str) -> str:
    rows = differences[differences.loss == loss]
    pairs = rows[rows.form != _BEST] if (rows.form != _BEST).any() else rows
    counts = {
        "generative is better in": int((pairs.p_generative >= DECIDED).sum()),
        "the two are practically equal in": int((pairs.p_equal >= DECIDED).sum()),
        "discriminative is better in": int((pairs.p_discriminative >= DECIDED).sum()),
    }
    phrases = [f"{what} {count}" for what, count in counts.items() if count]
    undecided = len(pairs) - sum(counts.values())
    phrases += [f"{undecided} {'is' if undecided == 1 else 'are'} undecided"] if undecided else []
    return f"Of {counted(len(pairs), 'pair')} of one form, by {loss_word(loss)}: {', '.join(phrases)}"
