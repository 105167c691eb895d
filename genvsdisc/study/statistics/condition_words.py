"""What each condition does to a pair, in sentences built from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.study.schema import groups
from genvsdisc.study.statistics.dials import (
    ADDED_ROWS,
    CONDITIONAL,
    ESTIMATED_PRIORS,
    GAPS,
    ITERATIVE,
    LABELS_ONLY,
    SHARES,
    TRUE_PRIORS,
    UNLABELED,
)
from genvsdisc.study.statistics.losses import LOSS_NAMES
from genvsdisc.study.statistics.unlabeled_gain import unlabeled_finding
from genvsdisc.study.statistics.words import level

CLEARLY = 2.0
"""Standard errors beyond which two losses are said to differ."""
WAYS = {
    "Entries missing at prediction": (
        (GAPS, "exact marginal; else the mean fills in"),
        (ITERATIVE, "an iterative imputer fills in"),
        (CONDITIONAL, "their expectation given the rest fills in"),
    ),
    "Other class shares": (
        (SHARES, "as it is"),
        (TRUE_PRIORS, "true priors given"),
        (ESTIMATED_PRIORS, "priors estimated"),
    ),
    "Rows without a label": ((LABELS_ONLY, "labeled rows alone"), (UNLABELED, "all rows")),
    "Rows without a label, added": ((ADDED_ROWS, "more and more of them"),),
}
"""Condition -> the dials that meet it in different ways, each with its words."""
OVERCONFIDENT = 1.2
"""Temperature above which probabilities are said to be overconfident."""


def condition_findings(tables: Mapping[str, pd.DataFrame], loss: str, pair: tuple[str, str]) -> list[str]:
    """Say what gaps, other class shares and rows without a label do to a pair.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a comparison: conditions, calibration, unlabeled, assumptions, predictive.
    loss : str
    pair : (str, str)
        A generative and a discriminative model.

    Returns
    -------
    sentences : list of str
    """
    at = _lookup(tables["conditions"], loss)
    sentences = [
        _of_gaps(at, loss, pair),
        _of_shares(at, loss, pair, tables["calibration"]),
        unlabeled_finding(tables, loss, pair[0]),
    ]
    return [text for text in sentences if text]


def _lookup(conditions: pd.DataFrame, loss: str) -> dict[tuple[str, str], pd.DataFrame]:
    return dict(groups(conditions[conditions["loss"] == loss], ["dial", "model"]))


def _of_gaps(at: Mapping[tuple[str, str], pd.DataFrame], loss: str, pair: tuple[str, str]) -> str:
    """Losses of both with half of the entries missing, by what stands in for them."""
    half = {(dial, model): _value(part, 0.5) for (dial, model), part in at.items() if model in pair}
    first, second = half.get((GAPS, pair[0])), half.get((GAPS, pair[1]))
    if first is None or second is None:
        return ""
    ways = [
        (word, half[dial, pair[1]])
        for dial, word in ((ITERATIVE, "an iterative imputer"), (CONDITIONAL, "their expectation given the rest"))
        if (dial, pair[1]) in half and half[dial, pair[1]] is not None
    ]
    others = "".join(f", {level(loss, row['mean'])} with {word}" for word, row in ways if row is not None)
    both = f"{level(loss, first['mean'])} and {pair[1]} {level(loss, second['mean'])}"
    word = LOSS_NAMES.get(loss, loss)
    return (
        f"With half of the entries missing at prediction, {pair[0]} has {word} {both} with the mean in their "
        f"place{others}."
    )


def _of_shares(
    at: Mapping[tuple[str, str], pd.DataFrame], loss: str, pair: tuple[str, str], calibration: pd.DataFrame
) -> str:
    """What priors do where the rarest class has taken over, and whether miscalibration breaks their estimate."""
    parts = []
    for model in pair:
        ways = [at.get((dial, model)) for dial in (SHARES, TRUE_PRIORS, ESTIMATED_PRIORS)]
        if any(way is None for way in ways):
            continue
        plain, true, estimated = (way.iloc[-1] for way in ways if way is not None)
        text = (
            f"{model}: {level(loss, plain['mean'])} as it is, {level(loss, true['mean'])} with the true priors, "
            f"{level(loss, estimated['mean'])} with estimated ones"
        )
        if estimated["mean"] - true["mean"] > CLEARLY * np.hypot(estimated["se"], true["se"]):
            text += _why_broken(calibration, model)
        parts.append((text, float(plain["value"])))
    if not parts:
        return ""
    share = parts[0][1]
    return f"With {100 * share:.0f}% of the rows replaced by the rarest class, {'; '.join(text for text, _ in parts)}."


def _why_broken(calibration: pd.DataFrame, model: str) -> str:
    rows = calibration[calibration["model"] == model]
    temperature = float(rows["temperature"].iloc[0]) if len(rows) else float("nan")
    if temperature > OVERCONFIDENT:
        return f" (overconfident probabilities, temperature {temperature:.1f}, break the estimate: calibrate first)"
    return " (the estimate fails: the probabilities are not calibrated for that population)"


def _value(part: pd.DataFrame, value: float) -> Any:
    rows = part[np.isclose(part["value"], value)]
    return rows.iloc[0] if len(rows) else None
