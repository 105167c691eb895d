"""Where the answer flips: along the training rows, else along another dial, else what was tried and changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.schema import records
from genvsdisc.study.statistics.crossing import NOBODY
from genvsdisc.study.statistics.dials import DIALS, MAP, TRAINING_ROWS, Dial
from genvsdisc.study.statistics.losses import LOSS_NAMES

CONDITION_LABELS = {
    "rows": "training rows",
    "label noise": "labels flipped",
    "gaps": "entries missing, mean fills in",
    "gaps, conditional mean": "entries missing, their expectation fills in",
    "class shares": "more of the rarest class",
    "class shares, estimated priors": "more of the rarest class, priors estimated",
    "unlabeled rows": "labels hidden from training rows",
    "unlabeled rows, added": "rows without a label added",
}
"""Dial -> what turning it does."""
_LISTED = 2  # values of a dial told one by one
_PICKED = " That the two were picked on these rows counts in the verdict, not in this."
"""Why one may be ahead by more than noise where the table stands, while the verdict cannot tell."""


def where_it_flips(
    crossings: pd.DataFrame, condition_crossings: pd.DataFrame | None, row: Any, conditions: pd.DataFrame | None = None
) -> str:
    """Say where the better model of the verdict's pair changes, or what was tried; "" if nothing was.

    Parameters
    ----------
    crossings : DataFrame
        The table `crossings`: learning curves.
    condition_crossings : DataFrame or None
        The table `condition_crossings`.
    row : Series
        The best of each family by the judging loss, from `differences`.
    conditions : DataFrame, default=None
        The table `conditions`, whose values say where along a dial a lead is certain.

    Returns
    -------
    text : str
        Of the verdict's pair; another pair that changes places along the training rows is named as another one.
    """
    both = pd.concat([crossings.assign(dial=TRAINING_ROWS), condition_crossings], ignore_index=True)
    both = both[(both["loss"] == row["loss"]) & both["dial"].isin(MAP)]
    of_pair = (both["generative"] == row["generative"]) & (both["discriminative"] == row["discriminative"])
    pair_crossings = both[of_pair].drop_duplicates("dial")
    located = _located(pair_crossings)
    measured = both[of_pair].drop_duplicates("dial", keep="last")
    leads = {} if conditions is None else _leads(measured, conditions, row)
    picked = _PICKED if row["lower"] <= 0 <= row["upper"] and _holds_here(measured, leads) else ""
    if len(located):
        also = _changes(pair_crossings.drop(index=located.index), leads, row)
        besides = f" Besides, {'; '.join(also)}." if also else ""
        return _told(row["loss"], " ".join(located["finding"])) + besides + picked
    tried = _tried(pair_crossings, leads, row)
    others = _located(both[~of_pair & (both["dial"] == TRAINING_ROWS)])
    if both.empty:  # nothing was asked of any pair
        return ""
    tried = tried or f"what changes {_which({}, row)} was not measured (see what was left out)."
    tried += picked
    if others.empty:
        return _told(row["loss"], tried)
    other = f"For another pair, {_lowered(str(others['finding'].iloc[0]))}"
    return f"{_told(row['loss'], tried)} {other}"


def _located(crossings: pd.DataFrame) -> pd.DataFrame:
    """Crossings whose interval leaves out some of what was tried."""
    known = crossings[["estimate", "lower", "upper"]].notna().all(axis=1)
    narrow = (crossings["lower"] > crossings["smallest"]) | (crossings["upper"] < crossings["largest"])
    return crossings[known & narrow]


def _leads(crossings: pd.DataFrame, conditions: pd.DataFrame, row: Any) -> dict[str, tuple[str, str]]:
    """Dial -> who is ahead for certain, and where, unless it is the one that the verdict has ahead, or nobody."""
    winner = row["generative"] if row["upper"] < 0 else row["discriminative"] if row["lower"] > 0 else ""
    leads = {}
    for each in records(crossings[crossings["estimate"].isna()]):
        at = conditions[(conditions["dial"] == each.dial) & (conditions["loss"] == each.loss)]
        values = at.loc[at["model"] == each.generative, "value"].to_numpy()
        leaders = np.array(str(each.leaders).split("; "))
        certain = set(leaders) - {NOBODY}
        if len(leaders) == len(values) and len(certain) == 1 and certain != {winner}:
            leads[each.dial] = certain.pop(), _where(values, leaders != NOBODY, DIALS[each.dial])
    return leads


def _holds_here(crossings: pd.DataFrame, leads: dict[str, tuple[str, str]]) -> bool:
    """Whether a lead that is told holds where the table stands: with most rows, and with nothing else turned."""
    led = [(each.dial, str(each.leaders).split("; ")) for each in records(crossings[crossings["dial"].isin(leads)])]
    return any(leaders[-1 if dial == TRAINING_ROWS else 0] != NOBODY for dial, leaders in led)


def _where(values: NDArray, certain: NDArray, dial: Dial) -> str:
    """Name the values that are marked: a range, or one by one where others lie between them."""
    first, last = np.flatnonzero(certain)[[0, -1]]
    low, high = (dial.number(value) for value in values[[first, last]])
    if not certain[first : last + 1].all():
        held = [dial.number(value) for value in values[certain]]
        if len(held) > _LISTED:
            return f"at {len(held)} of {len(values)} values from {low} to {high} {dial.unit}"
        return f"at {' and '.join(held)} {dial.unit}"
    if first == last and last < len(values) - 1:
        return f"at {low} {dial.unit}"
    if first == 0:
        return f"up to {high} {dial.unit}" if last < len(values) - 1 else f"from {low} to {high} {dial.unit}"
    if last == len(values) - 1:
        return f"from {low} {dial.unit} on"
    return f"at {low} to {high} {dial.unit}"


def _tried(crossings: pd.DataFrame, leads: dict[str, tuple[str, str]], row: Any) -> str:
    """Say who is ahead by more than noise where, what changes the better one somewhere, and what does not surely."""
    clauses = _changes(crossings, leads, row)
    several = _several(crossings)
    steady = crossings[~several & ~crossings["dial"].isin(leads) & (crossings["smallest"] < crossings["largest"])]
    ranges = "; ".join(_range(each, "to") for each in records(steady))
    if ranges:
        what = "nothing else that was tried" if clauses else "nothing that was tried"
        which = _which(leads, row)
        clauses.append(f"{what} changes {'it for certain' if several.any() else f'for certain {which}'} ({ranges})")
    return f"{'; '.join(clauses)}." if clauses else ""


def _changes(crossings: pd.DataFrame, leads: dict[str, tuple[str, str]], row: Any) -> list[str]:
    """Say who is ahead by more than noise where, and along what the better one changes at no one place."""
    led = {dial: lead for dial, lead in leads.items() if dial in set(crossings["dial"])}
    places = {model: [where for leader, where in led.values() if leader == model] for model, _ in led.values()}
    clauses = [f"{model} is ahead by more than noise {_in_a_row(where)}" for model, where in places.items()]
    somewhere = _in_a_row(
        [f"somewhere between {_range(each, 'and')}" for each in records(crossings[_several(crossings)])]
    )
    return clauses + ([f"{_which(led, row)} changes {somewhere}"] if somewhere else [])


def _in_a_row(phrases: list[str]) -> str:
    return " and ".join(part for part in (", ".join(phrases[:-1]), *phrases[-1:]) if part)


def _which(leads: dict[str, tuple[str, str]], row: Any) -> str:
    pair = f"{row['generative']} and {row['discriminative']}"
    return f"which of {'the two' if leads else pair} is better"


def _several(crossings: pd.DataFrame) -> pd.Series:
    """Which dials change the better one, at a place that is not known or more than once."""
    return crossings["estimate"].notna() | np.array(
        [_change_places(leaders) for leaders in crossings["leaders"]], dtype=bool
    )


def _change_places(leaders: str) -> bool:
    """Whether each model is ahead for certain somewhere."""
    return len({name.removeprefix("then ") for name in str(leaders).split("; ")} - {NOBODY}) > 1


def _range(each: Any, word: str) -> str:
    dial = DIALS[each.dial]
    return f"{dial.number(each.smallest)} {word} {dial.number(each.largest)} {dial.unit}"


def _told(loss: str, finding: str) -> str:
    return f"In {LOSS_NAMES[loss]}: {_lowered(finding)}"


def _lowered(finding: str) -> str:
    return f"{finding[:1].lower()}{finding[1:]}"
