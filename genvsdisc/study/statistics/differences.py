"""Tables of scores: every model's mean, and every generative-discriminative pair's difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.statistics.losses import LOSSES
from genvsdisc.study.statistics.paired_tests import corrected_ttest, holm, judge

HIGHEST = {"zero_one": 1.0, "brier": 2.0, "log_loss": np.inf, "roc_auc": 1.0}
"""Largest possible value of each score; the smallest is 0. Intervals end there."""


def pairs(models: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Pairs (generative, discriminative, form) of the `models` table: two families, one form of decision function."""
    formed = models.loc[models["form"].fillna("") != "", ["model", "family", "form"]]
    generative, discriminative = (formed[formed["family"] == family] for family in ("generative", "discriminative"))
    both = generative.merge(discriminative, on="form", suffixes=("", "_other"))
    return list(zip(both["model"], both["model_other"], both["form"], strict=True))


def summary_table(scores: pd.DataFrame, models: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Average the scores of each model, with corrected resampled t intervals: the table `summary`.

    Parameters
    ----------
    scores : DataFrame
        Columns model, loss, value, n_train, n_test, one row a split.
    models : DataFrame
        Columns model, family, form, n_parameters; gives the order. A model without scores has NaN.
    level : float, default=0.95
        Confidence of the intervals, which end at the ends of the score's range.

    Returns
    -------
    summary : DataFrame
        Columns model, family, form, n_parameters, loss, mean, lower, upper, rank (1 is best; ROC AUC ranks upward).
    """
    found = {
        (model, loss): _interval(group, str(loss), level)
        for (model, loss), group in scores.groupby(["model", "loss"], sort=False)
    }
    rows = [
        (m.model, m.family, m.form, m.n_parameters, loss, *found.get((m.model, loss), (np.nan, np.nan, np.nan)))
        for loss in scores["loss"].unique()
        for m in models.itertuples()
    ]
    columns = ["model", "family", "form", "n_parameters", "loss", "mean", "lower", "upper"]
    table = pd.DataFrame(rows, columns=columns).astype({"n_parameters": "Int64", "mean": float})
    badness = table["mean"].where(table["loss"] != "roc_auc", -table["mean"])
    table["rank"] = badness.groupby(table["loss"]).rank(method="min").astype("Int64")
    return table


def _interval(group: pd.DataFrame, loss: str, level: float) -> tuple[float, float, float]:
    """Mean and interval; ROC AUC over the folds where it is defined, losses only if every fold has one."""
    group = group.dropna(subset="value") if loss == "roc_auc" else group
    if len(group) < 2 or group["value"].isna().any():
        return (float(group["value"].mean(skipna=False)), np.nan, np.nan)
    test = corrected_ttest(group["value"], test_fraction=_test_fractions(group), level=level)
    return test.mean, max(test.lower, 0.0), min(test.upper, HIGHEST[loss])


def pair_table(scores: pd.DataFrame, models: pd.DataFrame, *, rope: float = 0.01, level: float = 0.95) -> pd.DataFrame:
    """Compare every generative-discriminative pair of one form: the table `differences`.

    Parameters
    ----------
    scores : DataFrame
        Columns model, repeat, fold, loss, value, n_train, n_test. Models are paired split by split.
    models : DataFrame
        Columns model, family, form.
    rope : float, default=0.01
        Differences from -rope to rope count as none.
    level : float, default=0.95
        Confidence of the intervals.

    Returns
    -------
    differences : DataFrame
        Columns generative, discriminative, form, loss, difference (generative minus discriminative: below 0 the
        generative one is better), lower, upper, pvalue (two-sided), pvalue_holm (over the pairs, within a loss),
        p_generative, p_equal, p_discriminative.
    """
    rows = []
    for loss in [name for name in LOSSES if (scores["loss"] == name).any()]:
        of_loss = scores[scores["loss"] == loss]
        for pair in pairs(models):
            paired = paired_splits(of_loss, pair[0], pair[1])
            fractions = _test_fractions(paired)
            rows.append((*pair, loss, *judge(paired["value"], test_fraction=fractions, rope=rope, level=level)))
    measured = ["difference", "lower", "upper", "pvalue", "p_generative", "p_equal", "p_discriminative"]
    table = pd.DataFrame(rows, columns=["generative", "discriminative", "form", "loss", *measured])
    table = table.astype(dict.fromkeys(measured, float))
    table.insert(8, "pvalue_holm", table.groupby("loss")["pvalue"].transform(holm).astype(float))
    return table


def paired_splits(scores: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Pair the scores of two models in one loss: `value` is the difference on each split that judged both.

    Models may have been given more repeats than others; a split on which one of them has no score gives NaN.
    """
    splits = ["repeat", "fold"]
    one, other = (scores[scores["model"] == name].set_index(splits) for name in (first, second))
    common = one.index.intersection(other.index)
    return one.loc[common].assign(value=one.loc[common, "value"] - other.loc[common, "value"])


def _test_fractions(scores: pd.DataFrame) -> NDArray:
    return (scores["n_test"] / (scores["n_test"] + scores["n_train"])).to_numpy()
