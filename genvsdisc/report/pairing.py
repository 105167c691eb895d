"""What several sections need to know of a comparison: its pairs, the loss that heads it, and what guessing loses."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.report.numbers import losses_in_order
from genvsdisc.study.schema import groups

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

UNPAIRED = "without a pair"
"""What panels of models without a partner are called."""
LINES = 3
"""Models on a panel of those without a partner."""
SIDES = ("generative", "discriminative")


def heading_losses(comparison: Comparison, table: pd.DataFrame) -> list[str]:
    """List the losses of a table, first the one that the verdict is about."""
    losses = losses_in_order(table.loss)
    first = comparison.meta.get("verdict_card", {}).get("loss")
    return [first, *(loss for loss in losses if loss != first)] if first in losses else losses


def paired_models(curves: pd.DataFrame) -> list[tuple[str, str]]:
    """List the pairs of a generative and a discriminative model of one form that have curves."""
    return [
        (generative, discriminative)
        for form, part in groups(curves.drop_duplicates("model"), "form")
        if form
        for generative, discriminative in product(*(part[part.family == side].model for side in SIDES))
    ]


def unpaired_models(curves: pd.DataFrame) -> list[list[str]]:
    """List the models that have curves and stand in no pair, as many together as a panel can hold."""
    paired = {model for pair in paired_models(curves) for model in pair}
    alone = [model for model in curves.model.drop_duplicates() if model not in paired]
    return [alone[start : start + LINES] for start in range(0, len(alone), LINES)]


def guessing_losses(comparison: Comparison) -> dict[str, float]:
    """Return the mean loss of the baseline, by loss; empty where the roster holds none."""
    summary = comparison.summary
    baseline = summary[(summary.family == "baseline") & summary["mean"].notna()]
    return dict(zip(baseline.loss, baseline["mean"], strict=True))
