"""The answer in plain sentences; every number in them stands in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from genvsdisc.study.statistics.best_of_family import any_beats
from genvsdisc.study.statistics.differences import BEST, judged_by_all, partly_judged
from genvsdisc.study.statistics.losses import COST, LOSS_NAMES, rope_of
from genvsdisc.study.statistics.verdict_points import points
from genvsdisc.study.statistics.words import amount, between, level, number_of, probability

SURE = 0.95
"""Probability from which a statement is made without a "may"."""
MOST_WARNINGS = 3
"""Warnings of one kind that are told one by one."""
FAMILIES = ("generative", "discriminative")


def write_verdict(card: Mapping[str, Any]) -> str:
    """Put the verdict card into running text: warnings, the sentence, the points."""
    return " ".join([*card["warnings"], card["sentence"], *(point["text"] for point in card["points"])])


def verdict_card(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any]) -> dict[str, Any]:
    """Say which family wins, how surely, why, where the answer flips, what to use, and what would settle it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of a comparison: models, scores, summary, differences, decomposition_differences, crossings, assumptions,
        leaks.
    meta : mapping
        Its facts: n_rows, design, and where they are known loss (which judges; "zero_one"), left_out, bayes (loss ->
        its least possible value) and takes_gaps (models that take missing entries).

    Returns
    -------
    card : dict
        sentence (str), loss (str), probabilities (family or "equal" -> float; empty without a pair of families), points
        (list of at most four dicts with kind "why", "flips", "use" or "settle" and text), warnings (list of str).
    """
    losses = [*meta["design"].get("losses", LOSS_NAMES), *([COST] if "costs" in meta else [])]
    loss = meta.get("loss", "zero_one")
    loss = loss if loss in losses else losses[0]
    differences = tables["differences"]
    best = differences[(differences["form"] == BEST) & (differences["loss"] == loss)]
    beaten_by_guessing = _not_beaten(tables, meta, loss)
    both = [each for each in dict.fromkeys((loss, "log_loss")) if each in losses]
    no_better = tuple(each for each in both if _not_beaten(tables, meta, each))
    partial = _not_compared(tables, loss)
    warnings = beaten_by_guessing + partial + rare_class_warning(meta, loss) + _warnings(tables, meta)
    if best.empty:
        return {
            "sentence": _without_pair(tables, loss),
            "loss": loss,
            "probabilities": {},
            "points": points(tables, meta, loss, None, no_better=no_better),
            "warnings": warnings,
        }
    row = best.iloc[0]
    return {
        "sentence": _who_wins(row, _means(tables), meta),
        "loss": loss,
        "probabilities": {side: float(row[f"p_{side}"]) for side in ("generative", "equal", "discriminative")},
        "points": points(tables, meta, loss, row, no_better=no_better),
        "warnings": warnings,
    }


def outcome(row: Any) -> tuple[str, str]:
    """Tell what a row of `differences` allows to say: ("wins" | "better", family), ("equal", "") or ("open", "")."""
    if row["p_equal"] >= SURE:
        return "equal", ""
    for side, ahead in zip(FAMILIES, (row["upper"] < 0, row["lower"] > 0), strict=True):
        if ahead:
            return ("wins" if row[f"p_{side}"] >= SURE else "better"), side
    return "open", ""


def _who_wins(row: Any, means: pd.DataFrame, meta: Mapping[str, Any]) -> str:
    loss, at = row["loss"], f"at {number_of(meta['n_rows'])} rows"
    rope = amount(loss, rope_of(meta, loss) or 0.0)
    what, side = outcome(row)
    both = f"{row['generative']} (generative) and {row['discriminative']} (discriminative)"
    levels = [level(loss, _mean(means, row[family], loss)) for family in FAMILIES]
    if what == "equal":
        return (
            f"Practically equal {at}: the best of each family, {both}, {_reach(loss, *levels)}, and differ by less "
            f"than {rope} with probability {probability(row['p_equal'])}."
        )
    if what == "open":
        return (
            f"Cannot tell {at} which family has the lower {LOSS_NAMES[loss]}: the best of each, {both}, "
            f"{_reach(loss, *levels)} (generative minus discriminative: 95% interval "
            f"{between(loss, row['lower'], row['upper'])})."
        )
    other = FAMILIES[1 - FAMILIES.index(side)]
    mine, theirs = levels if side == FAMILIES[0] else levels[::-1]
    lower, upper = sorted(abs(row[end]) for end in ("lower", "upper"))
    lead = f"The {side} family wins {at}" if what == "wins" else (
        f"The {side} family is better {at}, but perhaps by less than {rope}"
    )  # fmt: skip
    return (
        f"{lead}: its best, {row[side]}, {_alone(loss, mine)}, {row[other]} {theirs}, a difference of "
        f"{amount(loss, abs(row['difference']))} (95% interval {between(loss, lower, upper)})."
    )


def _reach(loss: str, one: str, two: str) -> str:
    if loss == "zero_one":
        return f"err on {one} and {two} of new rows"
    return f"have a {LOSS_NAMES[loss]} of {one} and {two}"


def _alone(loss: str, one: str) -> str:
    return f"errs on {one} of new rows" if loss == "zero_one" else f"has a {LOSS_NAMES[loss]} of {one}"


def _mean(means: pd.DataFrame, model: str, loss: str) -> float:
    return float(means.loc[(means["model"] == model) & (means["loss"] == loss), "mean"].mean())


def _means(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Mean losses: those of the leaderboard, or, where it could not be made, of the scores."""
    summary = tables.get("summary")
    if summary is not None and len(summary):
        return summary
    return tables["scores"].rename(columns={"value": "mean"})


def _without_pair(tables: Mapping[str, pd.DataFrame], loss: str) -> str:
    """Say why there is no verdict between the families, and which model is best all the same."""
    models, summary = tables["models"], tables["summary"]
    fitted = models[models["status"] == "ok"]
    fitted = fitted[fitted["family"] != "baseline"] if (fitted["family"] != "baseline").any() else fitted
    ranked = summary[(summary["loss"] == loss) & summary["model"].isin(fitted["model"]) & summary["mean"].notna()]
    if ranked.empty:
        return "No verdict: no model could be fitted."
    families = list(dict.fromkeys(fitted["family"]))
    present = [family for family in FAMILIES if family in families]
    if present:
        missing = FAMILIES[1 - FAMILIES.index(present[0])]
        why = f"no {missing} model is among those fitted"
    elif families == ["baseline"]:
        why = "only a baseline, which does not look at the columns, could be fitted"
    else:
        why = 'the models are of no known family (name it: Model(name, estimator, family="generative"))'
    best = ranked.sort_values("mean", kind="stable").iloc[0]
    return (
        f"No verdict between the families: {why}. The lowest {LOSS_NAMES[loss]} is that of {best['model']}, which "
        f"{_alone(loss, level(loss, best['mean']))}."
    )


def _not_compared(tables: Mapping[str, pd.DataFrame], loss: str) -> list[str]:
    """Name the models that some folds only have judged, with their mean there: one may be lower than the best."""
    scores, models = tables["scores"], tables["models"]
    fitted = set(models.loc[models["status"] == "ok", "model"])
    means = scores[scores["loss"] == loss].groupby("model")["value"].mean()
    names = [
        f"{model} ({folds}, {LOSS_NAMES[loss]} {level(loss, means[model])} there)"
        for model, folds in partly_judged(scores, loss).items()
        if model in fitted
    ]
    return [f"Not compared with the others, for some folds only have judged them: {'; '.join(names)}."] if names else []


def rare_class_warning(meta: Mapping[str, Any], loss: str) -> list[str]:
    """Say so where the 0-1 error judges and a class is rare: it hardly asks whether that class is ever found."""
    rare = meta.get("rare_classes", {})
    if not rare or loss != "zero_one":
        return []
    listed = ", ".join(f"{label} ({level('zero_one', share)} of the rows)" for label, share in list(rare.items())[:3])
    more = f" and {len(rare) - 3} more" if len(rare) > 3 else ""
    costs = "Look at the mean cost" if "costs" in meta else "Give costs (costs=), or look at"
    return [
        f"The 0-1 error is the wrong question for the rare class{'es' if len(rare) > 1 else ''} {listed}{more}: never "
        f"saying so hardly raises it. {costs}{',' if 'costs' in meta else ''} log loss, balanced error, F1 and average "
        "precision."
    ]


def _warnings(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any]) -> list[str]:
    """What a reader must know first: leaks, models that failed, what was left out."""
    leaks = tables["leaks"]
    warnings = _some(list(dict.fromkeys(leaks["message"])), "more such columns or rows: see the top of the page.")
    models = tables["models"]
    failed = models.loc[models["status"] == "failed", "model"]
    failures = tables.get("failures", pd.DataFrame({"model": [], "error": []}))
    dear = set(failures.loc[failures["error"].astype(str).str.startswith("left out:"), "model"])
    for what, names in (
        ("Could not be fitted", [name for name in failed if name not in dear]),
        ("Left out, for the budget has no room for them", [name for name in failed if name in dear]),
    ):
        if names:
            warnings.append(f"{what}: {', '.join(names)}.")
    # What was only read or encoded in some way stands among the notes.
    omitted = [sentence for sentence in meta.get("left_out", ()) if " left out" in sentence]
    return warnings + _some(omitted, "more were left out: see data and method.")


def _some(sentences: list[str], others: str) -> list[str]:
    more = len(sentences) - MOST_WARNINGS
    return sentences[:MOST_WARNINGS] + ([f"{more} {others}"] if more > 0 else [])


def _not_beaten(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], loss: str) -> list[str]:
    """Say so if no model is better than the best baseline, by a test corrected for the number of models.

    Where the roster holds none, the majority class stands in: its loss is known from the shares of the classes, which
    are the same in all stratified folds but for a row.
    """
    models, scores = tables["models"], tables["scores"]
    of_loss = scores[scores["loss"] == loss]
    values = judged_by_all(of_loss.pivot_table(index=["repeat", "fold"], columns="model", values="value", dropna=False))
    kinds = models.set_index("model")["family"].reindex(values.columns)
    baselines, others = values.loc[:, kinds == "baseline"], values.loc[:, (kinds != "baseline")]
    guess = _loss_of_guessing(tables, meta, loss)
    if baselines.shape[1] == 0 and guess is not None:
        baselines = pd.DataFrame({"majority class": guess}, index=values.index)
    if len(values) < 2 or baselines.shape[1] == 0 or others.shape[1] == 0:
        return []
    name = baselines.mean().idxmin()
    fraction = float((of_loss["n_test"] / (of_loss["n_test"] + of_loss["n_train"])).mean())
    if any_beats(others.to_numpy(), np.asarray(baselines[name]), test_fraction=fraction):
        return []
    return [f"No model beats the {name} in {LOSS_NAMES[loss]} by more than chance."]


def _loss_of_guessing(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], loss: str) -> float | None:
    """Loss of the shares of the classes as probabilities; None where the rows that judge have other shares."""
    classes = tables.get("classes")
    other_shares = {"weights", "test_rows"} & set(meta) or meta.get("sampling", {}).get("kind") != "rows"
    if classes is None or other_shares or loss not in ("zero_one", "log_loss"):
        return None
    rows = classes.loc[classes["used"].astype(bool), "rows"].to_numpy(float)
    shares = rows[rows > 0] / rows.sum()
    return float(1 - shares.max() if loss == "zero_one" else -(shares * np.log(shares)).sum())
