"""Every model, the best first, each score with its interval drawn in the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.report.blocks import Cell, Strip, Table, Text, table
from genvsdisc.report.isolation import Draft, left_out, part
from genvsdisc.report.numbers import counted, interval, interval_text, loss_word, losses_in_order, strip_on
from genvsdisc.report.pairing import guessing_losses, heading_losses
from genvsdisc.study.schema import records
from genvsdisc.study.statistics.differences import BEST, partly_judged
from genvsdisc.study.statistics.losses import COST, LOSSES, is_rising, rope_of

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_MAIN = (*LOSSES, COST, "roc_auc")  # columns of the leaderboard itself
_DIGITS = 12  # decimals to which means are compared: what is beyond is the rounding of sums
_CAP = 1.5  # times the loss of guessing: where a scale ends if a model does worse


def leaderboard_section(comparison: Comparison) -> Draft | None:
    """Every model, the best first; those that failed last, with the error."""
    if comparison.summary.empty and comparison.models.empty:
        return None
    losses = losses_in_order(comparison.summary.loss)
    rising = ", ".join(loss_word(loss) for loss in losses if is_rising(loss)) or "ROC AUC"
    read = (
        "The bar in a cell is the 95% interval, the mark in it the mean; all bars of a column share one scale, lower "
        f"is better ({rising}: higher). Means and intervals are over held-out folds, corrected for overlapping "
        "training sets. An arrow at the end of a bar says that it goes on beyond the scale."
    )
    return Draft(
        lambda: leading(comparison),
        (
            part("leaderboard table", leaderboard_table, comparison),
            part("further measures", _further, comparison),
            part("how to read", lambda: Text(read, quiet=True)),
        ),
    )


def leaderboard_table(comparison: Comparison) -> Table:
    """Write the leaderboard: a row for each model, failed ones last with the reason."""
    summary, roster = comparison.summary, comparison.models
    losses = [loss for loss in heading_losses(comparison, summary) if loss in _MAIN]
    scales = {loss: _scale(comparison, loss) for loss in losses}
    cells = {
        (row.model, row.loss): interval(row.loss, row.mean, row.lower, row.upper, _strip(row, *scales[row.loss]))
        for row in records(summary)
        if row.loss in scales
    }
    errors = dict(zip(roster.model, roster.error.where(roster.status == "failed", ""), strict=True))
    facts = pd.concat([summary, roster]).drop_duplicates("model").set_index("model")
    partly = partly_judged(comparison.scores, losses[0]) if losses else {}
    rows = []
    for model in dict.fromkeys([*_order(comparison, losses), *roster.model]):
        count = facts.n_parameters[model]
        size = "" if pd.isna(count) else counted(int(count), "parameter")
        name = Cell(model, note=", ".join(filter(None, (size, partly.get(model)))), family=facts.family[model])
        failed = errors.get(model, "")
        reason = failed.removeprefix("cross-validation: ")
        reason = reason if left_out(reason) else f"failed: {failed}"
        absent = Cell(reason if failed else "not scored", span=max(len(losses), 1))
        scored = not failed and all((model, loss) in cells for loss in losses) and losses
        rows.append([name, *([cells[model, loss] for loss in losses] if scored else [absent])])
    by = loss_word(losses[0]) if losses else ""
    last = ", then those that only some folds have judged" if partly else ""
    caption = f"Models by {by}, the best first{last}: mean and 95% interval" if losses else "Models"
    return table(caption, ["Model", *(map(loss_word, losses) if losses else ["Outcome"])], rows, source="summary.csv")


def _further(comparison: Comparison) -> Table | None:
    """Measures of rare classes, and scorers that were asked for, beside the order of the leaderboard."""
    summary = comparison.summary
    losses = [loss for loss in losses_in_order(summary.loss) if loss not in _MAIN]
    if not losses:
        return None
    scales = {loss: _scale(comparison, loss) for loss in losses}
    cells = {
        (row.model, row.loss): interval(row.loss, row.mean, row.lower, row.upper, _strip(row, *scales[row.loss]))
        for row in records(summary)
        if row.loss in scales
    }
    family = dict(zip(summary.model, summary.family, strict=True))
    rows = [
        [Cell(model, family=family[model]), *(cells[model, loss] for loss in losses)]
        for model in _order(comparison, heading_losses(comparison, summary))
        if all((model, loss) in cells for loss in losses)
    ]
    caption = "The same models by further measures: mean and 95% interval over the folds"
    return table(caption, ["Model", *map(loss_word, losses)], rows, source="summary.csv")


def leading(comparison: Comparison) -> str:
    """Say which model has the lowest loss, and how many are as good for practical purposes."""
    summary = comparison.summary
    losses = heading_losses(comparison, summary)
    scored = summary[(summary.loss == losses[0]) & summary["mean"].notna()] if losses else summary.head(0)
    if scored.empty:
        return "No model could be fitted"
    loss, ranked = losses[0], _ranked(comparison, scored)
    ranked = ranked[~ranked.model.isin(partly_judged(comparison.scores, loss))]
    best, ties = (
        ranked.iloc[0],
        int((ranked["mean"].round(_DIGITS) == round(ranked["mean"].iloc[0], _DIGITS)).sum()) - 1,
    )
    mean, ends = interval_text(loss, best["mean"], best["lower"], best["upper"])
    rope = rope_of(comparison.meta, loss)
    who = f"{best.model} and {ties} more have" if ties else f"{best.model} has"
    sentence = f"{who} the lowest {loss_word(loss)}, {mean} ({ends})"
    if rope is None:
        return sentence
    near = int((ranked["mean"] <= best["mean"] + rope).sum()) - 1 - ties
    within = f"{100 * rope:g} percentage point{'' if rope == 0.01 else 's'}" if loss == "zero_one" else f"{rope:g}"
    if not near:
        return f"{sentence}; no other is within {within}"
    others = f"{near} other of {len(ranked)} is" if near == 1 else f"{near} others of {len(ranked)} are"
    return f"{sentence}; {others} within {within}"


def _order(comparison: Comparison, losses: list[str]) -> list[str]:
    summary = comparison.summary
    return list(_ranked(comparison, summary[summary.loss == losses[0]]).model) if losses else []


def _ranked(comparison: Comparison, scored: pd.DataFrame) -> pd.DataFrame:
    """Rows of a loss, the best first; of those that are as good, to rounding, the verdict's own before the others.

    Models that were not judged on all folds come last: their folds may be the easy ones, and the verdict has no use
    for them.
    """
    pairs = comparison.differences
    pairs = pairs[(pairs.form == BEST) & pairs.loss.isin(scored.loss)]
    paired = scored.model.isin({*pairs.generative, *pairs.discriminative})
    partly = scored.model.isin(partly_judged(comparison.scores, scored.loss.iloc[0]) if len(scored) else ())
    partly |= scored["mean"].isna()
    keys = pd.DataFrame({"partly": partly, "mean": scored["mean"].round(_DIGITS), "other": ~paired})
    return scored.loc[keys.sort_values(["partly", "mean", "other"], na_position="last", kind="stable").index]


def _scale(comparison: Comparison, loss: str) -> tuple[float, float]:
    """Ends of the bars' scale: those of the models' intervals, but not far beyond what guessing loses."""
    rows = comparison.summary[(comparison.summary.loss == loss) & comparison.summary["mean"].notna()]
    rows = rows[rows.family != "baseline"] if (rows.family != "baseline").any() else rows
    if rows.empty:
        return 0.0, 1.0
    low = float(np.nanmin(rows[["lower", "mean"]].to_numpy()))
    high = float(np.nanmax(rows[["upper", "mean"]].to_numpy()))
    guess = guessing_losses(comparison).get(loss)
    if guess is not None and not is_rising(loss) and low < guess < high:
        high = min(high, max(_CAP * guess, low + _CAP * (guess - low)))
    return low, high


def _strip(row: Any, low: float, high: float) -> Strip | None:
    return strip_on(row.lower, row.mean, row.upper, low, high, family=row.family)
