"""What rows without a label change: each generative model with them, minus itself on the rows with a label alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.statistics.conditions import common_draws
from genvsdisc.study.statistics.dials import ADDED_ROWS, UNLABELED
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.losses import LOSS_NAMES
from genvsdisc.study.statistics.words import amount, between, level, number_of

_COLUMNS = [
    "dial", "model", "family", "value", "rows", "weight", "loss", "mean", "mean_without", "change", "se", "lower",
    "upper",
]  # fmt: skip
MISFIT = 0.01
"""P-value below which rows of a model are told from the real ones."""
HARDLY = 0.05
"""Mean weight below which rows without a label were hardly used."""


def unlabeled_table(evidence: Sequence[Predictions], draws: Draws) -> pd.DataFrame:
    """Tabulate the change that rows without a label make, with its interval; both fits are judged on the same draws.

    Parameters
    ----------
    evidence : sequence of Predictions
    draws : Draws

    Returns
    -------
    table : DataFrame
        A row for each dial, model, value above 0 and loss: rows without a label, their mean weight as it was chosen
        inside the training sets, loss with and without them, and the change (negative: they help).
    """
    parts = [
        _changes(e, dial, loss, curve, draws)
        for e in evidence
        for dial in (ADDED_ROWS, UNLABELED)
        if dial in e.dials
        for loss, curve in e.dials[dial].curves.items()
    ]
    filled = [part for part in parts if part is not None]
    return pd.concat(filled, ignore_index=True)[_COLUMNS] if filled else pd.DataFrame(columns=_COLUMNS)


def _changes(e: Predictions, dial: str, loss: str, curve: CurveLosses, draws: Draws) -> pd.DataFrame | None:
    along, at = e.dials[dial], np.array(e.dials[dial].values)
    places = np.arange(len(along.values))
    if dial == ADDED_ROWS:
        with_them, without = curve, curve.at(np.zeros(len(places), dtype=int))
    elif loss in e.curves:
        with_them, without = common_draws(curve, e.curves[loss].at(np.array(along.labeled)))
    else:
        return None
    change = with_them - without
    errors = np.sqrt(np.diag(change.covariance))
    reach = stats.norm.ppf(0.975) * errors
    labeled = np.array([float(draws.sizes[size]) for size in along.labeled])
    rows = np.rint(labeled * at / (1 - at)).astype(int)
    table = pd.DataFrame(
        {
            "value": at, "rows": rows, "weight": along.chosen, "mean": with_them.mean, "mean_without": without.mean,
            "change": change.mean, "se": errors, "lower": change.mean - reach, "upper": change.mean + reach,
        }
    )  # fmt: skip
    changes = table.assign(dial=dial, model=e.model.name, family=e.model.family, loss=loss).iloc[1:]
    return changes[changes["change"].notna()]  # not where too few rows with a label were left to be fitted to


def unlabeled_finding(tables: Mapping[str, pd.DataFrame], loss: str, preferred: str) -> str:
    """Say whether rows without a label helped, and whether the misfit of the model explains it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a comparison: unlabeled, assumptions, predictive.
    loss : str
    preferred : str
        The model to speak of; another one where it has not learned from such rows.

    Returns
    -------
    sentence : str
        Of the largest number of such rows; "" where no model has learned from any.
    """
    table = tables.get("unlabeled", pd.DataFrame(columns=_COLUMNS))
    table = table[table["loss"] == loss]
    if table.empty:
        return ""
    model = preferred if preferred in set(table["model"]) else str(table["model"].iloc[0])
    of_model = table[table["model"] == model]
    row: Any = of_model.iloc[int(of_model["value"].to_numpy().argmax())]
    share = f"{100 * row['value']:.0f}% of the training rows"
    which = (
        f"With {number_of(row['rows'])} rows without a label added ({share})" if row["dial"] == ADDED_ROWS
        else f"With the labels of {number_of(row['rows'])} training rows hidden ({share})"
    )  # fmt: skip
    numbers = (
        f"{LOSS_NAMES.get(loss, loss)} {level(loss, row['mean'])} by EM on all rows, "
        f"{level(loss, row['mean_without'])} on those with a label; change {amount(loss, row['change'])}, 95% interval "
        f"{between(loss, row['lower'], row['upper'])}"
    )
    return f"{which}, {_told(model, row, misfit_of(tables, model), numbers)}"


def _told(model: str, row: Any, misfit: str, numbers: str) -> str:
    weight = f"inside the training sets each was given the weight {row['weight']:.2f} of a labeled row"
    if row["upper"] < 0:
        although = f"; that {misfit} did not prevent it" if misfit else ""
        return f"EM on those rows helps {model} ({numbers}; {weight}){although}."
    if row["lower"] > 0:
        why = f"its misfit explains it: {misfit}" if misfit else "no misfit of it is shown that would explain it"
        return f"EM on those rows hurts {model} ({numbers}; {weight}): {why}."
    if row["weight"] < HARDLY:
        why = f", as its misfit makes likely: {misfit}" if misfit else ""
        return f"EM on those rows changes {model} by no more than noise ({numbers}): {weight}{why}."
    return f"EM on those rows changes {model} by no more than noise ({numbers}; {weight})."


def misfit_of(tables: Mapping[str, pd.DataFrame], model: str) -> str:
    """Name what of a model does not hold: the assumption that costs it most, else what it would not produce."""
    assumptions = tables.get("assumptions")
    if assumptions is not None and len(assumptions):
        costly = assumptions[(assumptions["simpler"] == model) & (assumptions["cost_lower"] > 0)]
        if len(costly):
            worst: Any = costly.sort_values("cost").iloc[-1]
            return f"{worst['assumption']} does not hold"
    predictive = tables.get("predictive")
    if predictive is None or predictive.empty:
        return ""
    of_model = predictive[predictive["model"] == model]
    against = of_model[of_model["pvalue"] < MISFIT].sort_values("pvalue", kind="stable")
    # By chance some of many are below; more than three times as many, or one by far, are not.
    surely = len(against) > max(1, 3 * MISFIT * len(of_model)) or (
        len(of_model) and of_model["pvalue"].min() * len(of_model) <= 0.05
    )
    return f"it would not produce your rows ({against['finding'].iloc[0]})" if len(against) and surely else ""
