"""The points under the verdict: why, where it flips, what to use for which goal, what would settle it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.study.statistics.dials import CONDITIONAL, GAPS, ITERATIVE
from genvsdisc.study.statistics.differences import BEST, judged_by_all
from genvsdisc.study.statistics.flips import where_it_flips
from genvsdisc.study.statistics.losses import COST, LOSS_NAMES, rope_of, unseen_error
from genvsdisc.study.statistics.words import amount, between, level, number_of

_FILLED = {
    GAPS: "",
    ITERATIVE: " (an iterative imputer fills in)",
    CONDITIONAL: " (their expectation given the rest fills in)",
}
"""Dial -> what stands in for missing entries, where it is not what the model itself does."""
_GOALS = {
    "zero_one": "for the fewest errors",
    "log_loss": "for the best probabilities",
    "brier": "for the lowest Brier score",
    COST: "for the lowest cost",
}
"""Loss that judges -> what a model that is best in it is to be used for."""
CLEAR = 1.96
"""Standard errors from zero at which a difference in bias or in variance is shown."""
LARGER = 1.64
"""Standard errors by which the one must exceed the other to be called the larger part: wrong in 5% at most."""
SURE_APART = 0.95
"""Confidence from which a test set is said to differ from cross-validation."""
MOST_FARTHER = 10
"""How many times the rows at hand the number of rows that would settle it is worth saying."""

QUANTILES = (1.9, 2.5)
"""Half-widths of intervals in standard errors: from one against one to the best of several."""


def points(
    tables: Mapping[str, pd.DataFrame],
    meta: Mapping[str, Any],
    loss: str,
    row: Any | None,
    *,
    no_better: Collection[str] = (),
) -> list[dict[str, str]]:
    """List the points that can be made, at most one of a kind.

    Parameters
    ----------
    tables, meta
        As for `genvsdisc.study.statistics.verdict.verdict_card`.
    loss : str
        The loss that judges.
    row : Series or None
        The best of each family by that loss, from `differences`; None where there is no pair of families.
    no_better : collection of str, default=()
        Losses in which no model is shown to be better than guessing; none is recommended by those.
    """
    texts = {"use": _use(tables, meta, loss, no_better)}
    if row is not None:
        texts = {
            "test": _tested(tables, row, meta),
            "why": _why(tables, row),
            "flips": where_it_flips(
                tables["crossings"], tables.get("condition_crossings"), row, tables.get("conditions")
            ),
            **texts,
            "settle": _settle(row, meta),
        }
    return [{"kind": kind, "text": text} for kind, text in texts.items() if text]


def _tested(tables: Mapping[str, pd.DataFrame], row: Any, meta: Mapping[str, Any]) -> str:
    """How the pair does on a test set of the user's own, and whether that agrees with cross-validation."""
    pairs = tables.get("holdout_differences")
    if pairs is None or pairs.empty:
        return ""
    keys = ["generative", "discriminative", "form", "loss"]
    of_pair = pairs[(pairs[keys] == [row[key] for key in keys]).all(axis=1)]
    if of_pair.empty or not np.isfinite(of_pair.iloc[0]["se"]):
        return ""
    pair, loss = of_pair.iloc[0], row["loss"]
    means = tables["holdout"][tables["holdout"]["loss"] == loss].set_index("model")
    n_test = meta.get("test_rows", means["n_test"].iloc[0])  # rows of the file, whatever they weigh
    one, other = (level(loss, means["mean"][row[side]]) for side in ("generative", "discriminative"))
    exact = f"; McNemar's exact p = {pair['mcnemar_pvalue']:.2g}" if np.isfinite(pair["mcnemar_pvalue"]) else ""
    text = (
        f"On {number_of(n_test)} rows of your own, the {LOSS_NAMES[loss]} of {row['generative']} is "
        f"{one} and that of {row['discriminative']} {other}, a difference of {amount(loss, pair['difference'])} "
        "(generative minus discriminative: 95% interval "
        f"{between(loss, pair['lower'], pair['upper'])}{exact})"
    )
    p = pair["shift_pvalue"]
    if not np.isfinite(p):
        return f"{text}."
    agrees = "agrees with" if p >= 1 - SURE_APART else "differs from"
    return (
        f"{text}, which {agrees} the cross-validated difference (apart by {amount(loss, pair['shift'])}, p = {p:.2g})."
    )


def _why(tables: Mapping[str, pd.DataFrame], row: Any) -> str:
    """Name the larger part of the difference, bias or variance, if it is shown; and an assumption that costs."""
    gaps = tables["decomposition_differences"]
    pair = gaps[(gaps["generative"] == row["generative"]) & (gaps["discriminative"] == row["discriminative"])]
    parts = [larger_part(pair[pair["loss"] == loss], row) for loss in dict.fromkeys((row["loss"], "log_loss", "brier"))]
    return " ".join([*[text for text in parts if text][:1], *_assumed(tables["assumptions"], row)])


def larger_part(gaps: pd.DataFrame, row: Any) -> str:
    """Say which part is the larger at the largest measured size, where the other family does not lead instead.

    The part must be clear of zero, and its excess over the other part too; both errors are those of paired differences.
    """
    measured = gaps.drop_duplicates(["n_train", "term"])
    sizes = sorted(set(measured["n_train"]))[:2]
    if not sizes:
        return ""
    at = measured[measured["n_train"] == sizes[-1]].set_index("term")
    total = at["difference"]["bias"] + at["difference"]["variance"]
    if total * row["difference"] <= 0:
        return ""
    parts = {part: at["difference"][part] * np.sign(total) for part in ("bias", "variance")}
    larger = max(parts, key=lambda part: parts[part])
    other = "variance" if larger == "bias" else "bias"
    error = at["se"][larger]
    if parts[larger] <= CLEAR * error or parts[larger] - parts[other] <= LARGER * at["se"]["variance_minus_bias"]:
        return ""
    worse = row["generative"] if total > 0 else row["discriminative"]
    loss = at["loss"].iloc[0]
    return (
        f"The larger part of their difference in {LOSS_NAMES[loss]} at {number_of(sizes[-1])} training rows is "
        f"{larger}: {worse} has {amount(loss, parts[larger])} more (standard error {amount(loss, error)})."
    )


def _assumed(assumptions: pd.DataFrame, row: Any) -> list[str]:
    """Name the assumption of the generative model of the pair that costs most, unless that model is ahead."""
    costly = assumptions[(assumptions["cost_lower"] > 0) & (assumptions["simpler"] == row["generative"])]
    if costly.empty or row["difference"] < 0:
        return []
    worst: Any = costly.sort_values("cost").iloc[-1]
    return [
        f"The assumption of {worst['assumption']} costs {worst['simpler']} {amount('log_loss', worst['cost'])} of "
        f"log loss (95% interval {between('log_loss', worst['cost_lower'], worst['cost_upper'])})."
    ]


def _use(
    tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], loss: str, no_better: Collection[str] = ()
) -> str:
    """Name the model for each goal: the judging loss, probabilities, explaining, gaps at prediction."""
    summary = tables["summary"]
    models = summary[(summary["family"] != "baseline") & summary["mean"].notna()]
    scores = tables.get("scores", pd.DataFrame(columns=["loss", "model"]))
    calibrated = None if "log_loss" in no_better else _lowest(models, scores, "log_loss")
    if loss in no_better:
        best = f"; {calibrated} {_GOALS['log_loss']}" if calibrated else ""
        return f"Use none of them {_GOALS[loss]}, for none is shown to be better than guessing{best}."
    goals = {
        _GOALS["zero_one"]: _lowest(models, scores, "zero_one"),
        _GOALS["log_loss"]: calibrated,
        _GOALS["brier"]: _lowest(models, scores, "brier") if loss == "brier" else None,
        _GOALS[COST]: _lowest(models, scores, COST),
        "to explain": _lowest(models[models["form"] == "linear"], scores, loss),
        **_with_gaps(tables, models[models["model"].isin(meta.get("takes_gaps", ()))], scores, loss),
    }
    of_model: dict[str, list[str]] = {}
    for goal, model in goals.items():
        if model is not None:
            of_model.setdefault(model, []).append(goal)
    if not of_model:
        return ""
    advice = "; ".join(f"{model} {' and '.join(wanted)}" for model, wanted in of_model.items())
    return " ".join([f"Use {advice}.", *_near_best_possible(models, meta, loss), *_probabilities(tables, meta, loss)])


def _with_gaps(
    tables: Mapping[str, pd.DataFrame], takers: pd.DataFrame, scores: pd.DataFrame, loss: str
) -> dict[str, str | None]:
    """Goal -> the model that lost least with half of the entries missing, if the best of those that can was tried."""
    conditions = tables.get("conditions", pd.DataFrame(columns=["dial", "family", "loss", "value", "mean", "se"]))
    tried = conditions["dial"].isin(_FILLED) & (conditions["loss"] == loss) & conditions["family"].ne("baseline")
    half = conditions[tried & np.isclose(conditions["value"].astype(float), 0.5) & conditions["mean"].notna()]
    best = _lowest(takers, scores, loss)
    if best is None or best not in set(half.loc[half["dial"] == GAPS, "model"]):
        return {"where entries are missing": best}
    least, unfilled = (_least(rows) for rows in (half, half[half["dial"] == GAPS]))
    if unfilled["mean"] - least["mean"] <= unfilled["se"]:  # an imputer is advised where it helps by more than noise
        least = unfilled
    return {f"where half of the entries are missing{_FILLED[least['dial']]}": str(least["model"])}


def _least(rows: pd.DataFrame) -> Any:
    return rows.iloc[int(rows["mean"].to_numpy().argmin())]


def _lowest(models: pd.DataFrame, scores: pd.DataFrame, loss: str) -> str | None:
    """Name the model of least mean loss on the splits that judged all, as the sentence does: some have more splits."""
    of_loss = models[models["loss"] == loss]
    if of_loss.empty:
        return None
    judged = scores[(scores["loss"] == loss) & scores["model"].isin(of_loss["model"])]
    if len(judged):
        values = judged.pivot_table(index=["repeat", "fold"], columns="model", values="value", dropna=False)
        common = judged_by_all(values.reindex(columns=of_loss["model"]))
        if common.size:
            return str(common.columns[int(common.mean().to_numpy().argmin())])
    return str(of_loss.sort_values("mean", kind="stable")["model"].iloc[0])


def _near_best_possible(models: pd.DataFrame, meta: Mapping[str, Any], loss: str) -> list[str]:
    """How far the best model is from what nobody can beat, where the law is known."""
    least, best = meta.get("bayes", {}).get(loss), models.loc[models["loss"] == loss, "mean"].min()
    if least is None or not np.isfinite(best):
        return []
    name = "Bayes error" if loss == "zero_one" else f"least possible {LOSS_NAMES[loss]}"
    if best <= least:
        return [f"The best model is as good as the {name} of {level(loss, least)}."]
    return [f"The best model is within {amount(loss, best - least)} of the {name}, {level(loss, least)}."]


def _probabilities(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], loss: str) -> list[str]:
    """Which family has the better probabilities, if that can be told and another loss judges."""
    pairs = tables["differences"]
    rows = pairs[(pairs["form"] == BEST) & (pairs["loss"] == "log_loss")]
    if loss == "log_loss" or rows.empty:
        return []
    row = rows.iloc[0]
    if row["lower"] <= 0 <= row["upper"]:
        return []
    side = "generative" if row["difference"] < 0 else "discriminative"
    lower, upper = sorted(abs(row[end]) for end in ("lower", "upper"))
    rope = meta["design"]["rope"]
    perhaps = f", but perhaps by less than {rope:g}" if row[f"p_{side}"] < 0.95 else ""
    return [
        f"In log loss, which judges probabilities, the {side} family is better{perhaps}: by "
        f"{amount('log_loss', abs(row['difference']))} (95% interval {between('log_loss', lower, upper)})."
    ]


def _settle(row: Any, meta: Mapping[str, Any]) -> str:
    """Rows at which the sentence would say who is better, or that none is, whichever is sooner.

    The interval then excludes zero, or lies where families are practically equal: were the difference to stay and its
    error fall as 1/sqrt(n), or, where it is that of mistakes that no row shows (`unseen_error`), as 1/n. Said where
    nothing is decided. Beyond ten times the rows at hand no number is given: the difference would not stay.
    """
    rope, rows = rope_of(meta, row["loss"]) or 0.0, meta["n_rows"]
    if row["p_equal"] >= 0.95 or row["upper"] < 0 or row["lower"] > 0:
        return ""
    half_width = (row["upper"] - row["lower"]) / 2
    distance = max(abs(row["difference"]), rope - abs(row["difference"]))
    if not 0 < half_width < np.inf:
        return ""
    least, most = (quantile * unseen_error(row["loss"], rows) for quantile in QUANTILES)
    unseen = least <= half_width <= most and most > 0
    times = (half_width / distance) ** (1 if unseen else 2)
    if times >= MOST_FARTHER:
        return f"If the difference stayed as it is, {number_of(MOST_FARTHER)} times the rows would not settle it."
    if times <= 1:
        return ""
    return f"If the difference stayed as it is, about {number_of(float(f'{rows * times:.1e}'))} rows would settle it."
