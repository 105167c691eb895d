"""The pair that conditions are about, for the section of the map."""

from __future__ import annotations

import pandas as pd

from genvsdisc.study.statistics.differences import BEST


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
