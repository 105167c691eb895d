"""Numbers of a comparison by name: the mean loss of a model, or an end of its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genvsdisc.practice.winner import best_of_family, verdict_loss, winner

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

SPECIAL = ("winner", "generative", "discriminative")
"""Names that stand for a model, unless a model has that name."""


@dataclass(frozen=True)
class Quantity:
    """A number of the leaderboard, or a plain one."""

    text: str
    loss: str = ""
    model: str = ""
    bound: str = "mean"
    plain: float | None = None

    def value(self, comparison: Comparison) -> tuple[float, str]:
        """The number, NaN where the leaderboard has none, and what it is the number of."""
        if self.plain is not None:
            return self.plain, ""
        summary = comparison.summary
        loss = self.loss if self.loss != "loss" or "loss" in set(summary.loss) else verdict_loss(comparison)
        model = self.model
        if model in SPECIAL and model not in set(comparison.models.model):
            model = winner(comparison)[0] if model == "winner" else best_of_family(comparison, model, loss)
        rows = summary[(summary.loss == loss) & (summary.model == model)]
        value = float(rows[self.bound].iloc[0]) if len(rows) else float("nan")
        called = f"{loss}.{model}" + (f".{self.bound}" if self.bound != "mean" else "")
        return value, called

    def is_measured(self, comparison: Comparison) -> bool:
        """Whether the leaderboard has its loss."""
        return self.loss in ("loss", *comparison.summary.loss)


def plain_number(value: float) -> Quantity:
    """A plain number."""
    return Quantity(f"{value:g}", plain=value)


def is_true(
    left: Sequence[tuple[int, Quantity]], right: Sequence[tuple[int, Quantity]], comparison: Comparison
) -> tuple[tuple[float, float] | None, str]:
    """Sums of both sides, and what they are made of in words; None for the sums where a number is lacking."""
    sums, sides = [], []
    for side in (left, right):
        total = 0.0
        for sign, quantity in side:
            value, called = quantity.value(comparison)
            if value != value:
                why = "the model was not scored" if quantity.is_measured(comparison) else "the loss was not measured"
                return None, f"{called or quantity.text} has no value: {why}"
            total += sign * value
            if called:
                sides.append(f"{called} is {value:.6g}")
        sums.append(total)
    return (sums[0], sums[1]), ", ".join(sides) or "plain numbers"
