"""Who won: the family that the verdict names, and the model that stands for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.study.statistics.differences import BEST
from genvsdisc.study.statistics.losses import LOSS_NAMES
from genvsdisc.study.statistics.verdict import outcome

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def verdict_outcome(comparison: Comparison) -> str:
    """What the verdict says of the families: "generative", "discriminative", "equal" or "open".

    "open" is also a comparison without a pair of families.
    """
    best = _best_pair(comparison)
    if best.empty:
        return "open"
    what, side = outcome(best.iloc[0])
    return side or what


def winner(comparison: Comparison) -> tuple[str, str]:
    """Name the model to use, and why, in words: the best of the family that wins, else the lowest loss of all.

    Raises
    ------
    ValueError
        If no model was scored.
    """
    side = verdict_outcome(comparison)
    if side in ("generative", "discriminative"):
        name = str(_best_pair(comparison)[side].iloc[0])
        return name, f"the best of the {side} family, which the verdict prefers"
    loss = verdict_loss(comparison)
    summary = comparison.summary[comparison.summary.loss == loss]
    scored = summary[summary["mean"].notna()].sort_values("mean", kind="stable")
    if scored.empty:
        raise ValueError("the comparison has no winner: no model was scored")
    return str(scored.model.iloc[0]), f"the lowest {LOSS_NAMES[loss]} of all models; the verdict prefers no family"


def verdict_loss(comparison: Comparison) -> str:
    """Loss by which the verdict was reached."""
    card = comparison.meta.get("verdict_card", {})
    losses = list(dict.fromkeys(comparison.summary.loss))
    asked = card.get("loss") or comparison.meta.get("loss") or "zero_one"
    return asked if asked in losses or not losses else losses[0]


def best_of_family(comparison: Comparison, family: str, loss: str) -> str:
    """Name of the model of a family that ranks first on the leaderboard; "" where none was scored."""
    summary = comparison.summary
    ours = summary[(summary.loss == loss) & (summary.family == family) & summary["mean"].notna()]
    return str(ours.sort_values("rank", kind="stable").model.iloc[0]) if len(ours) else ""


def _best_pair(comparison: Comparison) -> pd.DataFrame:
    differences = comparison.differences
    return differences[(differences.form == BEST) & (differences.loss == verdict_loss(comparison))]
