"""Where the answer flips: along the training rows, else along another dial, else what was tried and did not turn it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from genvsdisc.study.schema import records
from genvsdisc.study.statistics.dials import DIALS, MAP
from genvsdisc.study.statistics.losses import LOSS_NAMES

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
"""Dial -> what turning it does."""


def where_it_flips(crossings: pd.DataFrame, conditions: pd.DataFrame | None, row: Any) -> str:
    """Say where the lead of the verdict's pair changes, or what was tried and does not turn it; "" if nothing was.

    Parameters
    ----------
    crossings : DataFrame
        The table `crossings`: learning curves.
    conditions : DataFrame or None
        The table `condition_crossings`.
    row : Series
        The best of each family by the judging loss, from `differences`.
    """
    return _along_rows(crossings, row) or ("" if conditions is None else _along_dials(conditions, row))


def _along_rows(crossings: pd.DataFrame, row: Any) -> str:
    """Where the leader changes: for the pair of the verdict if it has a crossing, else for the first pair that has."""
    of_loss = crossings[crossings["loss"] == row["loss"]]
    found = of_loss[of_loss[["estimate", "lower", "upper"]].notna().all(axis=1)]
    known = found[(found["lower"] > found["smallest"]) | (found["upper"] < found["largest"])]
    if known.empty:
        return ""
    own = (known["generative"] == row["generative"]) & (known["discriminative"] == row["discriminative"])
    return _told(row["loss"], str(known.loc[own.sort_values(ascending=False, kind="stable").index[0], "finding"]))


def _along_dials(crossings: pd.DataFrame, row: Any) -> str:
    """Say along which dial of the map the lead of the verdict's pair changes, the first; else what does not turn it."""
    pair = (crossings["generative"] == row["generative"]) & (crossings["discriminative"] == row["discriminative"])
    own = crossings[pair & (crossings["loss"] == row["loss"]) & crossings["dial"].isin(MAP)].drop_duplicates("dial")
    located = own[own[["estimate", "lower", "upper"]].notna().all(axis=1)]
    if len(located):
        return _told(row["loss"], str(located["finding"].iloc[0]))
    turned, steady = own[own["estimate"].notna()], own[own["estimate"].isna() & (own["smallest"] < own["largest"])]
    said = [f"changes at {DIALS[r.dial].number(r.estimate)} {DIALS[r.dial].unit}" for r in records(turned)]
    ways = [
        f"{CONDITION_LABELS[r.dial].partition(',')[0]} ({DIALS[r.dial].number(r.smallest)} to "
        f"{DIALS[r.dial].number(r.largest)})"
        for r in records(steady)
    ]
    if ways:
        said.append(f"{'else ' if said else ''}is not turned for certain by {', '.join(ways)}")
    return _told(row["loss"], f"The lead of {row['generative']} or {row['discriminative']} {'; '.join(said)}.") if (
        said
    ) else ""  # fmt: skip


def _told(loss: str, finding: str) -> str:
    return f"In {LOSS_NAMES[loss]}: {finding[:1].lower()}{finding[1:]}"
