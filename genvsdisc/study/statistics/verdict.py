"""The answer in a few plain sentences; every number in them stands in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

SURE = 0.95
"""Probability from which a statement is made without a "may"."""
MOST_FARTHER = 10
"""How many times the rows at hand the number of rows that would settle it is worth saying."""
BEST = "best of each family"
"""Form under which the pair of the best models of the two families stands in the table `differences`."""
LOSS_NAMES = {"zero_one": "0-1 error", "brier": "Brier score", "log_loss": "log loss"}


def write_verdict(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any]) -> str:
    """Say which family wins, by how much, how surely, where the answer flips, and why.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of a comparison: differences, decomposition, crossings, assumptions.
    meta : mapping
        Its facts; ``n_rows`` and ``design`` are read.

    Returns
    -------
    verdict : str
        Sentences parted by spaces.
    """
    pairs = tables["differences"]
    best = pairs[pairs["form"] == BEST].set_index("loss")
    if best.empty:
        return "No verdict: a comparison needs a generative and a discriminative model that could both be fitted."
    losses = [loss for loss in LOSS_NAMES if loss in best.index]
    rows: dict[str, Any] = {loss: best.loc[loss] for loss in losses}
    sentences = [_who_wins(rows[losses[0]], losses[0], meta)]
    sentences += [_also(rows[loss], loss) for loss in losses[1:] if loss == "log_loss"]
    sentences += _why(best, tables["decomposition"])
    sentences += _flips(tables["crossings"], losses[0])
    sentences += _violated(tables["assumptions"])
    return " ".join(sentences)


def _who_wins(row: Any, loss: str, meta: Mapping[str, Any]) -> str:
    rope = meta["design"]["rope"]
    rows = meta["n_rows"]
    pair = f"{row['generative']} (generative) and {row['discriminative']} (discriminative)"
    name, gap = LOSS_NAMES[loss], _gap(row)
    if row["p_equal"] >= SURE:
        same = f"have the same {name} to three decimals; they differ by"
        differ = same if _level(row) else f"differ by {gap} in {name},"
        return (
            f"Practically equal at {rows} rows. The best of each family, {pair}, {differ} "
            f"less than {rope:g} with probability {_probability(row['p_equal'])}."
        )
    for side, other in (("generative", "discriminative"), ("discriminative", "generative")):
        if row[f"p_{side}"] >= SURE:
            return (
                f"The {side} family wins at {rows} rows. Its best, {row[side]}, beats {row[other]} by {gap} "
                f"in {name} (95% interval {_interval(row)}); its lead exceeds {rope:g} with probability "
                f"{_probability(row[f'p_{side}'])}."
            )
    leads = "generative" if row["difference"] < 0 else "discriminative"
    found = f"Of the best of each, {pair}, the {leads} one leads by {gap}"
    if _level(row):
        found = f"The best of each, {pair}, are level to three decimals"
    generative, equal, discriminative = map(_probability, row[["p_generative", "p_equal", "p_discriminative"]])
    return (
        f"Cannot tell at {rows} rows which family has the lower {name}. {found} (generative minus discriminative: 95% "
        f"interval {_interval(row)}). Probability that generative is better by more than {rope:g}: "
        f"{generative}, practically equal: {equal}, discriminative better: {discriminative}."
        + _rows_to_settle(row, rope, rows)
    )


def _rows_to_settle(row: Any, rope: float, rows: int) -> str:
    """Rows at which the interval would lie on one side, were the difference to stay and its error fall as 1/sqrt(n).

    Said only up to ten times the rows at hand; farther off, the difference would not stay.
    """
    half_width = (row["upper"] - row["lower"]) / 2
    distance = abs(abs(row["difference"]) - rope)
    if not 0 < half_width < distance * np.sqrt(MOST_FARTHER):
        return ""
    needed = rows * (half_width / distance) ** 2
    return (
        f" If the difference stayed as it is, about {_two_digits(needed)} rows would settle it."
        if needed > rows
        else ""
    )


def _level(row: Any) -> bool:
    """Whether the difference would be written as 0.000."""
    return abs(row["difference"]) < 0.0005


def _probability(value: float) -> str:
    """Write a probability in two decimals, but none as certain or impossible."""
    if value > 0.99:
        return "above 0.99"
    return "below 0.01" if value < 0.01 else f"{value:.2f}"


def _gap(row: Any) -> str:
    size = abs(row["difference"])
    return f"{size:.1g}" if _level(row) else f"{size:.3f}"


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.1e}'):,.0f}"


def _interval(row: Any) -> str:
    lower, upper = (round(row[end], 3) + 0.0 for end in ("lower", "upper"))  # + 0.0: no -0.000
    return f"{lower:.3f} to {upper:.3f}"


def _also(row: Any, loss: str) -> str:
    name = LOSS_NAMES[loss]
    for side in ("generative", "discriminative"):
        if row[f"p_{side}"] >= SURE:
            return (
                f"In {name}, which judges the probabilities, {row[side]} is better by {_gap(row)} "
                f"(more than the region of practical equivalence with probability {_probability(row[f'p_{side}'])})."
            )
    if row["p_equal"] >= SURE:
        return f"In {name} the two are practically equal (probability {_probability(row['p_equal'])})."
    if _level(row):
        return f"In {name} the two are level to three decimals (95% interval {_interval(row)}), which settles nothing."
    return (
        f"In {name} the difference is {row['difference']:+.3f} (95% interval {_interval(row)}), which settles nothing."
    )


def _why(best: pd.DataFrame, decomposition: pd.DataFrame) -> list[str]:
    """Name the larger part of what the worse one of the two loses, where it exceeds twice its standard error.

    Nothing is said where the bootstrap samples put the other one ahead than the folds do: that explains no lead.
    """
    loss = "log_loss" if "log_loss" in best.index else best.index[0]
    rows = decomposition[decomposition["loss"] == loss]
    names = best.loc[loss, ["generative", "discriminative"]]
    rows = rows[rows["model"].isin(names)]
    if rows["model"].nunique() < 2:
        return []
    size = rows["n_train"].max()
    at_size = rows[rows["n_train"] == size].set_index("model").loc[list(names)]
    parts = {}
    for part in ("bias", "net_variance"):
        gap = at_size[part].iloc[0] - at_size[part].iloc[1]
        error = float(np.hypot(*at_size[f"{part}_se"]))
        parts[part] = (gap, error)
    total = sum(gap for gap, _ in parts.values())
    if total * best.loc[loss, "difference"] < 0:
        return []
    part = max(parts, key=lambda p: parts[p][0] * np.sign(total))
    gap, error = parts[part]
    if not abs(gap) > 2 * error:
        return [f"At {size} training rows neither bias nor variance tells them apart."]
    worse = names.iloc[0] if gap > 0 else names.iloc[1]
    word = "bias" if part == "bias" else "variance"
    return [
        f"The larger part of their difference in {LOSS_NAMES[loss]} at {size} training rows is {word}: "
        f"{worse} has {abs(gap):.3f} more (standard error {error:.3f})."
    ]


def _flips(crossings: pd.DataFrame, loss: str) -> list[str]:
    found = crossings[(crossings["loss"] == loss) & crossings[["estimate", "lower", "upper"]].notna().all(axis=1)]
    return [
        f"{row['generative']} and {row['discriminative']} change places near {row['estimate']:.0f} training rows "
        f"(95% interval {row['lower']:.0f} to {row['upper']:.0f})."
        for row in found.head(2).to_dict("records")
    ]


def _violated(assumptions: pd.DataFrame) -> list[str]:
    """Name the assumption whose violation costs most, where the interval of its cost excludes zero."""
    costly = assumptions[assumptions["cost_lower"] > 0]
    if costly.empty:
        return []
    worst: Any = costly.sort_values("cost").iloc[-1]
    return [
        f"The assumption that costs most is {worst['assumption']}: dropping it lowers the log loss by "
        f"{worst['cost']:.3f} (95% interval {worst['cost_lower']:.3f} to {worst['cost_upper']:.3f})."
    ]
