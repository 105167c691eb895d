"""Bias, variance and noise of each model, and what of them tells the models of a pair apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_decomposition
from genvsdisc.figures.style import loss_title
from genvsdisc.report.blocks import Cell, Figure, Panel, Table, table
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import difference_cell, difference_text, estimate, fixed, loss_word, with_error
from genvsdisc.report.pairing import SIDES, guessing_losses, heading_losses
from genvsdisc.study.schema import groups, records

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_CAP = 1.5  # times the loss of guessing: where panels end
_BELOW = " No bias is below zero: a solid part left of zero is a small bias whose error is larger than the bias itself."
_DRAWN = 2  # losses on the page; all are in decomposition.csv
_TERMS = {"expected": "loss", "bias": "bias", "net_variance": "net variance", "variance": "variance"}
_PARTS = ("bias", "net_variance", "variance")  # terms that tell a pair apart


def decomposition_section(comparison: Comparison) -> Draft | None:
    """Bias, variance and noise at the smallest and the largest training size."""
    parts = comparison.decomposition
    if parts.empty:
        return None
    sizes = sorted({parts.n_train.min(), parts.n_train.max()})
    chosen = parts[parts.n_train.isin(sizes)]
    losses = heading_losses(comparison, parts)
    return Draft(
        lambda: _finding(comparison, chosen, losses[0]),
        (
            part("bars of bias and variance", _figure, comparison, chosen, losses),
            *(
                part(f"what tells pairs apart in {loss_word(loss)}", _pair_terms, comparison, loss)
                for loss in losses[:2]
            ),
        ),
    )


def _figure(comparison: Comparison, chosen: pd.DataFrame, losses: list[str]) -> Figure:
    drawn = chosen[chosen.family != "baseline"] if (chosen.family != "baseline").any() else chosen
    known = bool(drawn.noise.notna().any())
    guess = guessing_losses(comparison)
    solid = "bias" if known else "bias and noise (the true probabilities are not known)"
    return Figure(
        tuple(
            _parts_panel(drawn[drawn.loss == loss], n, guess.get(loss))
            for loss in losses[:_DRAWN]
            for n in sorted(chosen.n_train.unique())
        ),
        f"{_basis(drawn)} A hollow frame is a negative net variance: what disagreement between the refits takes off."
        f"{_BELOW if (drawn.bias < 0).any() else ''}",
        tuple(_parts_table(chosen[chosen.loss == loss]) for loss in losses[:_DRAWN]),
        families=tuple(dict.fromkeys(drawn.family)),
        swatches=(*((("noise", "noise"),) if known else ()), ("bias", solid), ("variance", "net variance")),
        read="Read: a long solid bar is a model that is wrong on average, a long pale one a model that changes with "
        "its training rows; more rows shorten the pale part only.",
    )


def _basis(parts: pd.DataFrame) -> str:
    """Say what the bars rest on, and what their errors hold."""
    largest = {
        "extrapolated": "At the largest size the loss is that of the folds and its variance is extrapolated. ",
        "drawn from the law": "At the largest size they are whole tables, drawn from the law, which is known here. ",
    }
    return (
        "Each model is fitted to training sets that share no row, drawn many times over. "
        f"{''.join(text for basis, text in largest.items() if (parts.basis == basis).any())}"
        "Lines over the bars: two standard errors of the solid part and of the whole."
    )


def _parts_panel(parts: pd.DataFrame, n: int, guess: float | None) -> Panel:
    drawn, loss = parts[parts.n_train == n], parts.loss.iloc[0]

    def alt() -> str:
        ends = drawn.sort_values("expected").iloc[[0, -1]] if len(drawn) > 1 else drawn
        phrases = [
            f"{row.model} {with_error(loss, row.expected, row.expected_se)}, of it net variance "
            f"{with_error(loss, row.net_variance, row.net_variance_se)}"
            for row in records(ends)
        ]
        of_what = f"{loss_word(loss)} with {fixed(n, 0)} training rows for {len(drawn)} models"
        return f"Bars of {of_what}, from {' to '.join(phrases)}."

    look: Any = {"size": (300, 52 + 36 * len(drawn)), "margins": (24, 12, 24, 14), "clip": True}
    look |= {"beside": parts, "cap": None if guess is None else _CAP * guess}
    return panel(f"{loss_word(loss)}, {n} training rows", plot_decomposition, drawn, alt=alt, **look)


def _parts_table(rows: pd.DataFrame) -> Table:
    loss = rows.loss.iloc[0]
    shown = ["expected", "noise", "interaction", "bias", "net_variance"]
    names = [name for name in shown if rows[name].notna().any() and (name != "interaction" or rows[name].any())]
    words = {"expected": "Loss", "interaction": "Noise × error", "net_variance": "Net variance"}
    cells = [
        [
            Cell(row.model, note=f"{fixed(row.n_train, 0)} rows", family=row.family),
            *(estimate(loss, getattr(row, name), getattr(row, f"{name}_se")) for name in names),
        ]
        for row in records(rows)
    ]
    explained = "; noise × error: noise that falls on wrong predictions counts less" if "interaction" in names else ""
    caption = f"{loss_title(loss)} and its parts, ± standard error{explained}"
    heads = ["Model", *(words.get(name, name.capitalize()) for name in names)]
    return table(caption, heads, cells, source="decomposition.csv")


def _telling(differences: pd.DataFrame, loss: str) -> pd.DataFrame:
    """Rows of the largest size at which a part tells a pair apart, or of the largest size at all."""
    rows = differences[(differences.loss == loss) & differences.term.isin(list(_TERMS))]
    certain = rows[rows.term.isin(_PARTS) & ((rows.lower > 0) | (rows.upper < 0))]
    return rows[rows.n_train == (certain if len(certain) else rows).n_train.max()]


def _pair_terms(comparison: Comparison, loss: str) -> Table | None:
    """Difference of each term in each pair, with the interval of the paired draws."""
    rows = _telling(comparison.decomposition_differences, loss)
    if rows.empty:
        return None
    terms = [term for term in _TERMS if term in set(rows.term)]
    reach = float(np.nanmax(rows[rows.term.isin(terms)][["difference", "lower", "upper"]].abs().to_numpy()))
    cells = []
    for (generative, discriminative), pair in groups(rows, ["generative", "discriminative"]):
        at = {row.term: row for row in records(pair)}
        drawn = [
            difference_cell(loss, row.difference, row.lower, row.upper, reach, SIDES[int(row.difference > 0)])
            if (row := at.get(term))
            else Cell("–", numeric=True)
            for term in terms
        ]
        cells.append([Cell(generative, note=f"against {discriminative}"), *drawn])
    points = ", in percentage points" if loss == "zero_one" else ""
    caption = (
        f"What tells each pair apart in {loss_word(loss)} at {fixed(rows.n_train.iloc[0], 0)} training rows: "
        f"generative minus discriminative{points}, with 95% intervals; left of the line the generative "
        "model has less"
    )
    heads = ["Pair", *(_TERMS[term].capitalize() for term in terms)]
    return table(caption, heads, cells, source="decomposition_differences.csv")


def _finding(comparison: Comparison, parts: pd.DataFrame, loss: str) -> str:
    rows = _telling(comparison.decomposition_differences, loss)
    rows = rows[rows.term.isin(_PARTS)]
    if len(rows):
        return _what_tells_apart(rows, loss)
    few, many = (fixed(n, 0) for n in (parts.n_train.min(), parts.n_train.max()))
    at = parts[(parts.loss == loss) & (parts.n_train == parts.n_train.min())].set_index("model")
    for pair in records(comparison.differences):
        if {pair.generative, pair.discriminative} <= set(at.index):
            phrases = [
                f"{with_error(loss, at.net_variance[name], at.net_variance_se[name])} for {name}"
                for name in (pair.generative, pair.discriminative)
            ]
            points = " (percentage points)" if loss == "zero_one" else ""
            adds = " and ".join(phrases).replace("%", "")
            return f"With {few} training rows, variance adds to {loss_word(loss)}{points}: {adds}"
    return f"What {loss_word(loss)} is made of, with {few} training rows and with {many}"


def _what_tells_apart(rows: pd.DataFrame, loss: str) -> str:
    n = fixed(rows.n_train.iloc[0], 0)
    certain = rows[(rows.lower > 0) | (rows.upper < 0)]
    if certain.empty:
        return f"In {loss_word(loss)} at {n} training rows, neither bias nor variance tells any pair apart"
    largest: Any = certain.sort_values("difference", key=abs, kind="stable").iloc[-1]
    more, less = (largest[side] for side in (SIDES if largest.difference > 0 else SIDES[::-1]))
    size, _ = difference_text(loss, abs(largest.difference), *sorted(map(abs, (largest.lower, largest.upper))))
    return f"In {loss_word(loss)} at {n} training rows, {more} has {size} more {_TERMS[largest.term]} than {less}"
