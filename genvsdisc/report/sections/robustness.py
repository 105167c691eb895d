"""Noisy training labels, with few rows and with many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_robustness
from genvsdisc.figures.style import loss_title
from genvsdisc.report.blocks import Cell, Figure, Fold, Panel, Table, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import counted, difference_text, estimate, fixed, loss_word, number, with_error
from genvsdisc.report.pairing import SIDES, UNPAIRED, heading_losses, paired_models, unpaired_models
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_OPEN = 1  # the others are on the map of conditions, and in the table


def robustness_section(comparison: Comparison) -> Draft | None:
    """Loss of each pair as training labels are flipped."""
    curves = comparison.robustness
    if curves.empty:
        return None
    loss = heading_losses(comparison, curves)[0]
    sizes = sorted({curves.n_train.min(), curves.n_train.max()})
    ours = curves[(curves.loss == loss) & curves.n_train.isin(sizes)]
    pairs = paired_models(ours)
    return Draft(
        lambda: _noise_finding(ours, pairs, loss),
        (
            part("noisy labels", _figure, ours, pairs[:_OPEN], loss),
            part("noisy labels, other pairs", _others, ours, pairs[_OPEN:], loss),
            part("noisy labels without a pair", _alone, ours, unpaired_models(ours), loss, bool(pairs)),
        ),
    )


def _figure(ours: pd.DataFrame, pairs: list[tuple[str, str]], loss: str) -> Figure | None:
    if not pairs:
        return None
    panels = tuple(
        _noise_panel(ours[ours.model.isin(pair)], n, pair) for pair in pairs for n in sorted(ours.n_train.unique())
    )
    caption = (
        "A share of the training labels is flipped; the test labels are clean. Each row of panels is one pair, named "
        "by its generative model, with few training rows and with many; bars are two standard errors."
    )
    read = "Read: the flatter line bears noisy labels better; lines that meet mean that the lead goes with the noise."
    shown = ours[ours.model.isin([model for pair in pairs for model in pair])]
    return Figure(panels, caption, (_noise_table(shown, loss),), families=SIDES, read=read)


def _others(ours: pd.DataFrame, pairs: list[tuple[str, str]], loss: str) -> Fold | None:
    if not pairs:
        return None
    shown = ours[ours.model.isin([model for pair in pairs for model in pair])]  # the map of conditions draws them
    shown = shown[shown.n_train == shown.n_train.min()]  # where noise does most
    return Fold(f"Noisy labels: {counted(len(pairs), 'more pair')}", (_noise_table(shown, loss),))


def _alone(ours: pd.DataFrame, models: list[list[str]], loss: str, folded: bool) -> Figure | Fold | None:
    """Models of forms that the other family does not have."""
    if not models:
        return None
    panels = tuple(
        _noise_panel(ours[ours.model.isin(names)], n, (UNPAIRED, *names))
        for names in models
        for n in sorted(ours.n_train.unique())
    )
    caption = "Models without a partner of the other family; bars are two standard errors."
    shown = ours[ours.model.isin([model for names in models for model in names])]
    read = "Read: the flatter line bears noisy labels better."
    figure = Figure(panels, caption, (_noise_table(shown, loss),), read=read)
    what = f"Noisy labels: {counted(sum(map(len, models)), 'model')} without a pair"
    return Fold(what, (figure,)) if folded else figure


def _noise_panel(pair_rows: pd.DataFrame, n: int, pair: tuple[str, ...]) -> Panel:
    rows = pair_rows[pair_rows.n_train == n]
    loss = rows.loss.iloc[0]

    def alt() -> str:
        phrases = []
        for model, curve in groups(rows.sort_values("noise"), "model"):
            ends = [
                f"{with_error(loss, end['mean'], end['se'])} with {100 * end.noise:.0f}% flipped"
                for end in (curve.iloc[0], curve.iloc[-1])
            ]
            phrases.append(f"{model} goes from {ends[0]} to {ends[1]}")
        return f"{loss_title(loss)} with {n} training rows, {pair[0]}: {'; '.join(phrases)}."

    look: Any = {"size": (312, 210), "margins": (22, 84, 38, 40), "name": pair[0], "beside": pair_rows}
    look["by_model"] = pair[0] == UNPAIRED
    return panel(f"noisy labels, {pair[0]}, {n} rows", plot_robustness, rows, alt=alt, **look)


def _noise_table(ours: pd.DataFrame, loss: str) -> Table:
    levels = sorted(ours.noise.unique())
    at = {(row.model, row.n_train, row.noise): estimate(loss, row.mean, row.se) for row in records(ours)}
    rows = [
        [
            Cell(model, note=f"{fixed(n, 0)} rows", family=family),
            *(at.get((model, n, level), number("")) for level in levels),
        ]
        for model, family, n in dict.fromkeys(zip(ours.model, ours.family, ours.n_train, strict=True))
    ]
    heads = ["Model", *(f"{100 * level:.0f}%" for level in levels)]
    caption = f"{loss_title(loss)} by share of flipped training labels, ± standard error"
    return table(caption, heads, rows, source="robustness.csv")


def _spread_finding(rows: pd.DataFrame, most: float, loss: str) -> str:
    """Without a pair: which model bears noise best, and which worst."""
    known = rows[rows.increase.notna() & (rows.family != "baseline")].sort_values("increase", kind="stable")
    if len(known) < 2 or not most > 0:
        return "How loss grows with noisy labels"
    ends = [known.iloc[0], known.iloc[-1]]
    rises = [
        difference_text(loss, end.increase, end.increase - 2 * end.increase_se, end.increase + 2 * end.increase_se)[0]
        for end in ends
    ]
    flipped = f"Flipping {100 * most:.0f}% of {fixed(float(ends[0].n_train), 0)} training labels raises the"
    return f"{flipped} {loss_word(loss)} by {rises[0]} ({ends[0].model}) to {rises[1]} ({ends[1].model})"


def _noise_finding(ours: pd.DataFrame, pairs: list[tuple[str, str]], loss: str) -> str:
    """Say how much the first pair loses to noise, and whether the two can be told apart in that."""
    few, most = ours.n_train.min(), ours.noise.max()
    pair = pairs[0] if pairs else ()
    rows = ours[(ours.n_train == few) & ours.model.isin(pair) & (ours.noise == most) & ours.increase.notna()]
    if len(rows) < 2 or not most > 0:
        return _spread_finding(ours[(ours.n_train == few) & (ours.noise == most)], most, loss)
    rises, errors = rows.increase.to_numpy()[:2], rows.increase_se.to_numpy()[:2]
    gap, reach = rises[0] - rises[1], 2 * float(np.hypot(*errors))
    flipped = f"Flipping {100 * most:.0f}% of {fixed(few, 0)} training labels raises the {loss_word(loss)}"
    both = [
        difference_text(loss, rise, rise - 2 * se, rise + 2 * se)[0] for rise, se in zip(rises, errors, strict=True)
    ]
    names = rows.model.tolist()
    sentence = f"{flipped} of {names[0]} by {both[0]} and of {names[1]} by {both[1]}"
    if not abs(gap) > reach:
        return f"{sentence}: no difference beyond two standard errors"
    return f"{sentence}: {names[int(gap > 0)]} bears it better"
