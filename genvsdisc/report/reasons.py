"""Why it came out so: bias and variance, training rows, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_decomposition, plot_learning_curves, plot_reliability
from genvsdisc.figures.style import LOSS_NAMES
from genvsdisc.figures.svg import svg
from genvsdisc.report.blocks import Cell, Figure, Items, Panel, Section, Table, Text, table
from genvsdisc.report.numbers import fixed, number, plain, with_error

if TYPE_CHECKING:
    from genvsdisc.study.results import Comparison

_CURVES = (22, 78, 38, 40)
FAMILIES = ("generative", "discriminative")


def decomposition(comparison: Comparison) -> Section | None:
    """Bias, variance and noise at the smallest and the largest training size."""
    parts = comparison.decomposition
    if parts.empty:
        return None
    sizes = sorted({parts.n_train.min(), parts.n_train.max()})
    chosen = parts[parts.n_train.isin(sizes)]
    panels = tuple(_parts_panel(chosen, loss, n) for loss in parts.loss.unique() for n in sizes)
    tables = tuple(_parts_table(chosen[chosen.loss == loss]) for loss in parts.loss.unique())
    unknown = parts.noise.isna().all()
    solid = (
        "Solid: bias and noise together, as the true posterior is not known."
        if unknown
        else "Grey: noise. Solid: bias."
    )
    caption = f"{solid} Pale: net variance, what refitting on other rows costs. Whiskers: two standard errors, of the solid part and of the whole."
    figure = Figure(panels, caption, tables, families=tuple(dict.fromkeys(parts.family)))
    return Section("decomposition", "Bias, variance, noise", _variance_finding(comparison, chosen), (figure,))


def learning(comparison: Comparison) -> Section | None:
    """Learning curves of each pair and where they cross."""
    curves, crossings = comparison.learning_curves, comparison.crossings
    paired = _paired(curves)
    if not paired:
        return None
    losses = [loss for loss in ("zero_one", "log_loss", "brier") if loss in set(curves.loss)]
    panels, tables = [], []
    for form in paired:
        part = curves[curves.form == form]
        panels += [_curve_panel(part[part.loss == loss], _crossing(crossings, form, loss)) for loss in losses[:2]]
        tables.append(_curve_table(part, form, losses))
    said = [
        (f"{row.form}, {LOSS_NAMES[row.loss].split(' (')[0].lower()}:", row.finding) for row in crossings.itertuples()
    ]
    caption = "Each row of panels is one pair. Band: 95% interval of the mean. Dotted line and grey: where the curves cross, and its interval."
    figure = Figure(tuple(panels), caption, tuple(tables), families=FAMILIES)
    title = crossings.finding.iloc[0] if len(crossings) else "Loss falls with training rows in both families"
    return Section("learning-curves", "Learning curves", title[:1].upper() + title[1:], (figure, Items(tuple(said))))


def calibration(comparison: Comparison) -> Section | None:
    """Reliability curves and the score split of all models."""
    split, curves = comparison.calibration, comparison.reliability
    if split.empty:
        return None
    panels = tuple(_reliability_panel(curve) for _, curve in curves.groupby("model", sort=False))
    caption = "How often what was forecast came true; the dotted diagonal is a calibrated model. A curve flatter than the diagonal is overconfident."
    tables = (_split_table(split), *([_steps_table(curves)] if len(curves) else []))
    evidence = Figure(panels, caption, tables[1:], across=3, families=tuple(dict.fromkeys(curves.family)))
    read = Text(
        "Brier score = miscalibration − discrimination + uncertainty. Log loss = refinement + calibration, where refinement is what "
        "is left after the best temperature: above 1 the model was too sure. ECE stands beside the value that a perfectly calibrated "
        "model would show with as many rows."
    )
    ranked = split.sort_values("miscalibration")
    best, worst = ranked.iloc[0], ranked.iloc[-1]
    title = f"{best.model} is calibrated best (miscalibration {plain(best.miscalibration, 2)}), {worst.model} worst ({plain(worst.miscalibration, 2)})"
    blocks = [read, tables[0], *([evidence] if panels else [])]
    return Section("calibration", "Calibration", title, tuple(blocks))


def _parts_panel(parts: pd.DataFrame, loss: str, n: int) -> Panel:
    ours = parts[parts.loss == loss]
    part = ours[ours.n_train == n]
    # One scale for both sizes of a loss, so that the bars can be compared across.
    reach = float((ours.expected + 3 * ours.expected_se.fillna(0)).max())
    picture = svg(plot_decomposition, part, size=(296, 52 + 32 * len(part)), margins=(24, 8, 24, 4), reach=reach)
    said = [
        f"{row.model} {with_error(loss, row.expected, row.expected_se)}, net variance {with_error(loss, row.net_variance, row.net_variance_se)}"
        for row in part.itertuples()
    ]
    return Panel(picture, f"Stacked bars of {LOSS_NAMES[loss]} with {n} training rows: {'; '.join(said)}.")


def _parts_table(part: pd.DataFrame) -> Table:
    loss = part.loss.iloc[0]
    names = ["expected", "noise", "bias", "net_variance", "variance"]
    names = [name for name in names if part[name].notna().any()]
    rows = [
        [Cell(f"{row.model}", note=f"{row.n_train} rows", family=row.family)]
        + [number(with_error(loss, getattr(row, name), getattr(row, f"{name}_se"))) for name in names]
        for row in part.itertuples()
    ]
    heads = [name.replace("_", " ").capitalize() for name in names]
    return table(
        f"{LOSS_NAMES[loss]} and its parts, ± standard error", ["Model", *heads], rows, source="decomposition.csv"
    )


def _variance_finding(comparison: Comparison, parts: pd.DataFrame) -> str:
    loss, n = parts.loss.iloc[0], parts.n_train.min()
    at = parts[(parts.loss == loss) & (parts.n_train == n)].set_index("model")
    for pair in comparison.differences.itertuples():
        if {pair.generative, pair.discriminative} <= set(at.index):
            said = [
                f"{name} {with_error(loss, at.loc[name, 'net_variance'], at.loc[name, 'net_variance_se'])}"
                for name in (pair.generative, pair.discriminative)
            ]
            return f"With {n} training rows, variance costs {said[0]} and {said[1]} of {LOSS_NAMES[loss].split(' (')[0].lower()}"
    return f"What {LOSS_NAMES[loss].lower()} is made of, with {n} training rows and with {parts.n_train.max()}"


def _paired(curves: pd.DataFrame) -> list[str]:
    """Forms that have curves of both families."""
    return [form for form, part in curves.groupby("form", sort=False) if form and set(FAMILIES) <= set(part.family)]


def _crossing(crossings: pd.DataFrame, form: str, loss: str) -> pd.Series | None:
    rows = crossings[(crossings.form == form) & (crossings.loss == loss)]
    return rows.iloc[0] if len(rows) else None


def _curve_panel(part: pd.DataFrame, crossing: pd.Series | None) -> Panel:
    picture = svg(plot_learning_curves, part, size=(296, 200), margins=_CURVES, crossing=crossing)
    said = []
    for model, curve in part.sort_values("n_train").groupby("model", sort=False):
        loss, first, last = curve.loss.iloc[0], curve.iloc[0], curve.iloc[-1]
        ends = [with_error(loss, end["mean"], end["se"]) for end in (first, last)]
        said.append(f"{model} goes from {ends[0]} at {first.n_train} rows to {ends[1]} at {last.n_train}")
    where = f" {crossing.finding}." if crossing is not None else ""
    return Panel(
        picture,
        f"{LOSS_NAMES[part.loss.iloc[0]]} against training rows, {part.form.iloc[0]} pair: {'; '.join(said)}.{where}",
    )


def _curve_table(part: pd.DataFrame, form: str, losses: list[str]) -> Table:
    columns = [(loss, family) for loss in losses for family in FAMILIES]
    at = {(row.n_train, row.loss, row.family): with_error(row.loss, row.mean, row.se) for row in part.itertuples()}
    sizes = sorted(part.n_train.unique())
    rows = [[fixed(n, 0), *(number(at.get((n, *column), "")) for column in columns)] for n in sizes]
    heads = [f"{LOSS_NAMES[loss].split(' (')[0]}, {family[:4]}." for loss, family in columns]
    names = " against ".join(part[part.family == family].model.iloc[0] for family in FAMILIES)
    caption = f"{form.capitalize()} pair: {names}, ± standard error"
    return table(caption, ["Training rows", *heads], rows, source="learning_curves.csv")


def _reliability_panel(curve: pd.DataFrame) -> Panel:
    gap = np.abs(curve.observed - curve.forecast)
    worst = curve.loc[gap.idxmax()]
    alt = (
        f"Reliability of {curve.model.iloc[0]}: furthest from the diagonal where it forecast {100 * worst.forecast:.0f}% "
        f"and {100 * worst.observed:.0f}% came true."
    )
    return Panel(svg(plot_reliability, curve, size=(192, 196), margins=(22, 16, 38, 36)), alt)


def _split_table(split: pd.DataFrame) -> Table:
    names = ["brier", "miscalibration", "discrimination", "uncertainty", "log_loss", "refinement", "calibration"]
    heads = ["Brier", "Miscal.", "Discrim.", "Uncert.", "Log loss", "Refin.", "Calib.", "Temp.", "ECE"]
    rows = [
        [Cell(row.model, family=row.family), *(number(fixed(getattr(row, name), 3)) for name in names)]
        + [
            number(fixed(row.temperature, 2)),
            Cell(fixed(row.ece, 3), note=f"if calibrated {fixed(row.ece_calibrated, 3)}", numeric=True),
        ]
        for row in split.itertuples()
    ]
    return table("Scores split into parts", ["Model", *heads], rows, source="calibration.csv")


def _steps_table(curves: pd.DataFrame) -> Table:
    """Ten steps of each curve: the file has them all."""
    rows = []
    for model, curve in curves.groupby("model", sort=False):
        chosen = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, min(len(curve), 5)).astype(int))]
        steps = ", ".join(f"{100 * row.forecast:.0f}→{100 * row.observed:.0f}" for row in chosen.itertuples())
        rows.append([Cell(str(model), family=curve.family.iloc[0]), steps])
    return table(
        "Forecast → observed, in percent, at five points of each curve",
        ["Model", "Steps"],
        rows,
        source="reliability.csv",
    )
