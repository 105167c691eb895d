"""Tables of scores: every model's mean, and every generative-discriminative pair's difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.statistics.best_of_family import compare_best
from genvsdisc.study.statistics.design_effects import DesignEffects, of_pairs
from genvsdisc.study.statistics.losses import COST, LOSSES, UNSEEN_ROWS, ends, is_rising, perfect, unseen_error
from genvsdisc.study.statistics.paired_tests import corrected_ttest, holm, judge

BEST = "best of each family"
"""Form under which the pair of the best models of the two families stands in the table `differences`."""


def pairs(models: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Pairs (generative, discriminative, form) of the `models` table: two families, one form of decision function."""
    formed = models.loc[models["form"].fillna("") != "", ["model", "family", "form"]]
    generative, discriminative = (formed[formed["family"] == family] for family in ("generative", "discriminative"))
    both = generative.merge(discriminative, on="form", suffixes=("", "_other"))
    return list(zip(both["model"], both["model_other"], both["form"], strict=True))


def summary_table(
    scores: pd.DataFrame,
    models: pd.DataFrame,
    *,
    level: float = 0.95,
    mistake: float = 1.0,
    rarest: float = np.inf,
) -> pd.DataFrame:
    """Average the scores of each model, with corrected resampled t intervals: the table `summary`.

    Parameters
    ----------
    scores : DataFrame
        Columns model, loss, value, n_train, n_test, one row a split.
    models : DataFrame
        Columns model, family, form, n_parameters; gives the order. A model without scores has NaN.
    level : float, default=0.95
        Confidence of the intervals, which end at the ends of the score's range.
    mistake : float, default=1.0
        What a mistake costs at least, in units of the loss "cost".
    rarest : float, default=inf
        Rows of the rarest class: their rule of three bounds ROC AUC and other scores of classes where all are perfect.

    Returns
    -------
    summary : DataFrame
        Columns model, family, form, n_parameters, loss, mean, lower, upper, rank (1 is best; ROC AUC ranks upward).
    """
    intervals = {
        (model, loss): _interval(group, str(loss), level, mistake, rarest)
        for (model, loss), group in scores.groupby(["model", "loss"], sort=False)
    }
    rows = [
        (m.model, m.family, m.form, m.n_parameters, loss, *intervals.get((m.model, loss), (np.nan, np.nan, np.nan)))
        for loss in scores["loss"].unique()
        for m in models.itertuples()
    ]
    columns = ["model", "family", "form", "n_parameters", "loss", "mean", "lower", "upper"]
    table = pd.DataFrame(rows, columns=columns).astype({"n_parameters": "Int64", "mean": float})
    badness = table["mean"].where(~table["loss"].map(is_rising).astype(bool), -table["mean"])
    table["rank"] = badness.groupby(table["loss"]).rank(method="min").astype("Int64")
    return table


def _interval(
    group: pd.DataFrame, loss: str, level: float, mistake: float, rarest: float
) -> tuple[float, float, float]:
    """Mean and interval; ROC AUC over the folds where it is defined, losses only if every fold has one."""
    group = group if loss in (*LOSSES, COST) else group.dropna(subset="value")
    if len(group) < 2 or group["value"].isna().any():
        return (float(group["value"].mean(skipna=False)), np.nan, np.nan)
    least = unseen_error(loss, _judging_rows(group), mistake)
    if perfect(loss, group["value"]):
        least = UNSEEN_ROWS / rarest
    test = corrected_ttest(group["value"], test_fraction=_test_fractions(group), level=level, least_error=least)
    lowest, highest = ends(loss)
    return test.mean, max(test.lower, lowest), min(test.upper, highest)


DIFFERENCE_COLUMNS = [
    "difference",
    "lower",
    "upper",
    "pvalue",
    "pvalue_holm",
    "p_generative",
    "p_equal",
    "p_discriminative",
]


def difference_table(
    scores: pd.DataFrame,
    models: pd.DataFrame,
    *,
    rope: float = 0.01,
    mistake: float = 1.0,
    level: float = 0.95,
    effects: DesignEffects | None = None,
) -> pd.DataFrame:
    """Compare the best of each family, and every pair of one form: the table `differences`.

    Parameters
    ----------
    scores : DataFrame
        Columns model, repeat, fold, loss, value, n_train, n_test. Models are paired split by split.
    models : DataFrame
        Columns model, family, form.
    rope : float, default=0.01
        Differences from -rope to rope count as none.
    mistake : float, default=1.0
        What a mistake costs at least: the unit of the rope of the loss "cost".
    level : float, default=0.95
        Confidence of the intervals.
    effects : dict of str to DataFrame, default=None
        Design effects of the differences, from `genvsdisc.study.statistics.design_effects`; without them, Nadeau &
        Bengio's guess is all.

    Returns
    -------
    differences : DataFrame
        Columns generative, discriminative, form, loss, difference (generative minus discriminative: below 0 the
        generative one is better), lower, upper, pvalue (two-sided), pvalue_holm (over the pairs, within a loss),
        p_generative, p_equal, p_discriminative. First, for each loss, the models of the two families with the lowest
        mean of it, form "best of each family": their interval, p-value and probabilities account for that choice, see
        `genvsdisc.study.statistics.best_of_family`.
    """
    how: dict[str, Any] = {"rope": rope, "mistake": mistake, "level": level, "effects": effects}
    parts = [best_table(scores, models, **how), pair_table(scores, models, **how)]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def best_table(
    scores: pd.DataFrame,
    models: pd.DataFrame,
    *,
    rope: float,
    level: float,
    mistake: float = 1.0,
    effects: DesignEffects | None = None,
) -> pd.DataFrame:
    """Compare the best of each family by each loss; models that failed on some split have no part in it."""
    twin = twins(scores, models)
    rows = []
    for loss, values, fractions, n_rows in _by_split(scores, models):
        complete = judged_by_all(values)
        families = [
            complete.loc[:, [m for m in models.loc[models["family"] == family, "model"] if m in complete.columns]]
            for family in ("generative", "discriminative")
        ]
        fractions = fractions[: len(complete)]
        if len(complete) < 2 or any(family.shape[1] == 0 for family in families):
            continue
        left, right = families
        alike = [[twin.get(g, g) == twin.get(d, d) for d in right.columns] for g in left.columns]
        result = compare_best(
            left.to_numpy(),
            right.to_numpy(),
            test_fraction=float(fractions.mean()),
            rope=rope * (mistake if loss == COST else 1.0),
            level=level,
            design_effects=of_pairs(effects, loss, list(left.columns), list(right.columns)),
            least_errors=np.where(alike, 0.0, unseen_error(loss, n_rows, mistake)),
        )
        names = (left.columns[result.left], right.columns[result.right])
        belief = (result.p_left, result.p_equal, result.p_right)
        rows.append((*names, BEST, loss, result.difference, result.lower, result.upper, *[result.pvalue] * 2, *belief))
    return pd.DataFrame(rows, columns=["generative", "discriminative", "form", "loss", *DIFFERENCE_COLUMNS])


def pair_table(
    scores: pd.DataFrame,
    models: pd.DataFrame,
    *,
    rope: float = 0.01,
    level: float = 0.95,
    mistake: float = 1.0,
    effects: DesignEffects | None = None,
) -> pd.DataFrame:
    """Compare every pair of one form; parameters and columns as in `difference_table`.

    Where models predict the same, as those that differ in columns which the table does not have, only the first pair
    of such twins is tested: the same test twice would count as two, for Holm's rule and for the reader.
    """
    twin = twins(scores, models)
    rows = []
    for loss, values, fractions, n_rows in _by_split(scores, models):
        tested = set()
        for generative, discriminative, form in pairs(models):
            originals = tuple(twin.get(name, name) for name in (generative, discriminative))
            if originals not in tested:
                tested.add(originals)
                both: NDArray[np.bool_] = np.asarray(_judged(values[[generative, discriminative]]).all(axis=1))
                gaps = (values[generative] - values[discriminative])[both]
                effect = of_pairs(effects, loss, [generative], [discriminative]).item()
                result = judge(
                    gaps,
                    test_fraction=fractions[both],
                    rope=rope * (mistake if loss == COST else 1.0),
                    level=level,
                    design_effect=effect,
                    least_error=0.0 if len(set(originals)) == 1 else unseen_error(loss, n_rows, mistake),
                )
                rows.append((generative, discriminative, form, loss, *result[:4], np.nan, *result[4:]))
    table = pd.DataFrame(rows, columns=["generative", "discriminative", "form", "loss", *DIFFERENCE_COLUMNS])
    table = table.astype(dict.fromkeys(DIFFERENCE_COLUMNS, float))
    return table.assign(pvalue_holm=table.groupby("loss")["pvalue"].transform(holm).astype(float))


def twins(scores: pd.DataFrame, models: pd.DataFrame) -> dict[str, str]:
    """Models that score as one before them does on every split and by every loss -> that one."""
    values = scores.pivot_table(index=["loss", "repeat", "fold"], columns="model", values="value")
    names = [name for name in models["model"] if name in values.columns]
    twin_of: dict[str, str] = {}
    for i, name in enumerate(names):
        for other in names[:i]:
            both: NDArray[np.bool_] = np.asarray(_judged(values[[name, other]]).all(axis=1))
            one, before = values[name].to_numpy()[both], values[other].to_numpy()[both]
            if other not in twin_of and np.allclose(one, before, rtol=1e-9, atol=1e-12, equal_nan=True):
                twin_of[name] = other
                break
    return twin_of


def _by_split(scores: pd.DataFrame, models: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, NDArray, float]]:
    """Each loss, its values (a row a split, a column a model), the held-out share of each split, and how many judge."""
    splits = ["repeat", "fold"]
    for loss in [name for name in (*LOSSES, COST) if (scores["loss"] == name).any()]:
        of_loss = scores[scores["loss"] == loss]
        values = of_loss.pivot_table(index=splits, columns="model", values="value", dropna=False)
        of_splits = of_loss.drop_duplicates(splits)
        fractions = _test_fractions(of_splits.set_index(splits).loc[values.index])
        yield loss, values.reindex(columns=models["model"]), fractions, _judging_rows(of_splits)


def _judged(values: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the splits up to the last that each model was judged on: some are given more repeats than others."""
    seen = values.notna().to_numpy(dtype=bool)
    after = np.cumsum(seen[::-1], axis=0)[::-1]  # scores on this split and later
    return np.asarray(after > 0)


def judged_by_all(values: pd.DataFrame) -> pd.DataFrame:
    """Models with a score on every split of a repeat at least, on the splits that they have in common."""
    judged = _judged(values)
    repeats = values.index.get_level_values("repeat")
    whole = (values.notna().to_numpy() | ~judged).all(axis=0) & (judged.sum(axis=0) >= (repeats == repeats[0]).sum())
    return values.loc[:, whole][judged[:, whole].all(axis=1)]


def partly_judged(scores: pd.DataFrame, loss: str) -> dict[str, str]:
    """Models that fewer folds have judged than others, as where the budget ends, and how many did: '2 of 3 folds'.

    They are compared with no other model over the folds. Nothing where all are such.
    """
    of_loss = scores[scores["loss"] == loss]
    if of_loss.empty:
        return {}
    values = of_loss.pivot_table(index=["repeat", "fold"], columns="model", values="value", dropna=False)
    whole = judged_by_all(values).columns
    if not len(whole):
        return {}
    repeats = values.index.get_level_values("repeat")
    of_one, every = int((repeats == repeats.min()).sum()), len(values)
    seen = values[values.columns.difference(whole)].notna().sum()
    return {str(model): f"{n} of {of_one if n < of_one else every} folds" for model, n in seen.items()}


def paired_splits(scores: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Pair the scores of two models in one loss: `value` is the difference on each split that judged both.

    Models may have been given more repeats than others; a split on which one of them has no score gives NaN.
    """
    splits = ["repeat", "fold"]
    one, other = (scores[scores["model"] == name].set_index(splits) for name in (first, second))
    common = one.index.intersection(other.index)
    return one.loc[common].assign(value=one.loc[common, "value"] - other.loc[common, "value"])


def _judging_rows(scores: pd.DataFrame) -> float:
    """Rows that judge, all of which each repeat holds out once."""
    return float(scores.loc[scores["repeat"] == scores["repeat"].min(), "n_test"].sum())


def _test_fractions(scores: pd.DataFrame) -> NDArray:
    return (scores["n_test"] / (scores["n_test"] + scores["n_train"])).to_numpy()
