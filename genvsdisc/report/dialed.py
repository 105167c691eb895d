"""The pair that conditions are about, and what turned its answer: for the section of the map, and for the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from genvsdisc.report.pairing import heading_losses
from genvsdisc.study.schema import records
from genvsdisc.study.statistics.dials import DIALS, MAP
from genvsdisc.study.statistics.differences import BEST

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

CONDITION_LABELS = {
    "rows": "training rows",
    "label noise": "labels flipped",
    "gaps": "entries missing, mean fills in",
    "gaps, conditional mean": "…, their expectation fills in",
    "class shares": "more of the rarest class",
    "class shares, estimated priors": "…, priors estimated",
    "unlabeled rows": "labels hidden from training rows",
    "unlabeled rows, added": "rows without a label added",
}


def map_pair(crossings: pd.DataFrame, loss: str) -> tuple[str, str] | None:
    """Return the pair that the map is about: the best of each family, else the first pair."""
    of_loss = crossings[crossings.loss == loss]
    best = of_loss[of_loss.form == BEST]
    for rows in (best, of_loss):
        if len(rows):
            return str(rows.generative.iloc[0]), str(rows.discriminative.iloc[0])
    return None


def of_pair(crossings: pd.DataFrame, loss: str, pair: tuple[str, str]) -> pd.DataFrame:
    """Take the rows of a pair, one for each dial."""
    rows = crossings[
        (crossings.loss == loss) & (crossings.generative == pair[0]) & (crossings.discriminative == pair[1])
    ]
    return rows.drop_duplicates("dial")


def what_changes_it(comparison: Comparison) -> str:
    """Say for the best of each family what was tried and whether it turns the answer; "" if nothing was."""
    loss = (heading_losses(comparison, comparison.conditions) or [""])[0]
    pair = map_pair(comparison.condition_crossings, loss)
    if pair is None:
        return ""
    rows = of_pair(comparison.condition_crossings, loss, pair)
    rows = rows[rows.dial.isin(MAP)]
    turned, steady = rows[rows.estimate.notna()], rows[rows.estimate.isna()]
    said = [
        f"Which of {pair[0]} and {pair[1]} is better changes at {DIALS[row.dial].number(row.estimate)} "
        f"{DIALS[row.dial].unit}."
        for row in records(turned)
    ]
    ways = [
        f"{CONDITION_LABELS[row.dial].partition(',')[0]} ({DIALS[row.dial].number(row.smallest)} to "
        f"{DIALS[row.dial].number(row.largest)})"
        for row in records(steady)
    ]
    if ways:
        what = "Nothing else" if said else f"Between {pair[0]} and {pair[1]}, nothing"
        said.append(f"{what} that was tried changes the answer for certain: {', '.join(ways)}.")
    return " ".join(said)
