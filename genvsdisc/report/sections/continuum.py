"""Between the families: loss along the dial from the generative to the discriminative fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from genvsdisc.figures import plot_continuum
from genvsdisc.figures.style import loss_title
from genvsdisc.report.blocks import Cell, Figure, Panel, Table, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import difference_text, estimate, loss_word, plain, with_error
from genvsdisc.report.pairing import heading_losses
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison


def continuum_section(comparison: Comparison) -> Draft | None:
    """Loss between the two fits of one set of functions."""
    rows = comparison.hybrid
    if rows.empty:
        return None
    loss = "log_loss" if "log_loss" in set(rows.loss) else heading_losses(comparison, rows)[0]
    ours = rows[rows.loss == loss]
    return Draft(lambda: _finding(ours), (part("loss along the dial", _figure, ours),))


def _figure(ours: pd.DataFrame) -> Figure:
    panels = tuple(_panel(part) for _, part in groups(ours, "dial"))
    caption = (
        "One set of functions fitted to a · joint + (1 - a) · conditional log likelihood (HybridClassifier). "
        "Left, a = 1: the generative fit, of normal columns, indicators too, or Bernoulli; right, a = 0: "
        "the discriminative one. "
        "Band: two standard errors over folds."
    )
    read = "Read: a valley between the ends means that both likelihoods together beat either; a slope names the family."
    return Figure(panels, caption, (_table(ours),), families=("generative", "discriminative"), read=read)


def _panel(rows: pd.DataFrame) -> Panel:
    name, loss = rows.dial.iloc[0], rows.loss.iloc[0]

    def alt() -> str:
        best = rows.iloc[int(rows["mean"].argmin())]
        phrases = [
            f"{with_error(loss, row['mean'], row['se'])} at {plain(row['generative_weight'])}"
            for row in (_end(rows, 1.0), best, _end(rows, 0.0))
        ]
        return f"{loss_title(loss)}, {name}: {phrases[0]}, least {phrases[1]}, and {phrases[2]}."

    look: Any = {"size": (300, 204), "margins": (22, 16, 38, 40)}
    return panel(f"dial, {name}", plot_continuum, rows, alt=alt, **look)


def _end(rows: pd.DataFrame, weight: float) -> pd.Series:
    return rows.iloc[int((rows.generative_weight - weight).abs().argmin())]


def _table(ours: pd.DataFrame) -> Table:
    dials = list(dict.fromkeys(ours.dial))
    at = {(row.dial, row.generative_weight): estimate(row.loss, row.mean, row.se) for row in records(ours)}
    rows = [
        [Cell(plain(a)), *(at.get((dial, a), Cell("")) for dial in dials)]
        for a in sorted(set(ours.generative_weight), reverse=True)
    ]
    caption = f"{loss_title(ours.loss.iloc[0])} by weight of the joint likelihood, ± standard error"
    return table(caption, ["Weight", *dials], rows, source="hybrid.csv")


def _finding(ours: pd.DataFrame) -> str:
    """Say, for each dial, whether some place between beats both ends, or which end it leans to."""
    named: dict[str, list[str]] = {}
    for name, rows in groups(ours, "dial"):
        named.setdefault(_of_one(rows), []).append(name)
    return "; ".join(f"{' and '.join(names)}: {phrase}" for phrase, names in named.items())


def _of_one(rows: pd.DataFrame) -> str:
    loss = rows.loss.iloc[0]
    best: Any = rows.iloc[int(rows["mean"].argmin())].to_dict()
    a = best["generative_weight"]
    if 0 < a < 1:
        sure = best["to_generative_upper"] < 0 and best["to_discriminative_upper"] < 0
        end = "generative" if best["to_generative"] > best["to_discriminative"] else "discriminative"
        difference, lower, upper = (float(best[f"to_{end}{tail}"]) for tail in ("", "_lower", "_upper"))
        gain = difference_text(loss, difference, lower, upper)[0].lstrip("−-")
        if not any(digit in gain for digit in "123456789"):  # too little to be written
            return f"nothing between beats the {end} end"
        lies = "is" if sure else "may be"
        return f"the least {loss_word(loss)} {lies} at weight {plain(a)}, {gain} below the better end"
    end, other = ("generative", "discriminative") if a == 1 else ("discriminative", "generative")
    if best[f"to_{other}_upper"] < 0:
        return f"nothing between beats the {end} end"
    return "the ends and all between cannot be told apart"
