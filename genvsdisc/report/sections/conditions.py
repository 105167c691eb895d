"""What decides it: who leads along every dial, and what each condition does to the best of both families."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genvsdisc.figures import plot_conditions
from genvsdisc.report.blocks import Cell, Figure, Fold, Table, Text, table
from genvsdisc.report.dialed import map_pair, of_pair
from genvsdisc.report.isolation import Draft, panel, part
from genvsdisc.report.numbers import counted, estimate, fixed, loss_word, number
from genvsdisc.report.pairing import SIDES, heading_losses
from genvsdisc.study.schema import groups, records
from genvsdisc.study.statistics.condition_words import WAYS, condition_findings
from genvsdisc.study.statistics.crossing import NOBODY
from genvsdisc.study.statistics.dials import DIALS, MAP, TRAINING_ROWS, WITHOUT
from genvsdisc.study.statistics.flips import CONDITION_LABELS

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_COLUMNS = 6  # columns taken away that are shown


def conditions_section(comparison: Comparison) -> Draft | None:
    """Draw the map, and a table for each condition."""
    crossings = comparison.condition_crossings
    if crossings.empty and comparison.novelty.empty:
        return None
    loss = (heading_losses(comparison, comparison.conditions) or [""])[0]
    pair = map_pair(crossings, loss)
    return Draft(
        lambda: _finding(comparison, loss, pair),
        (
            part("map of conditions", _map, comparison, loss, pair),
            part("what conditions do", _sentences, comparison, loss, pair),
            part("losses under each condition", _ways, comparison, loss, pair),
            part("columns taken away", _columns, comparison, loss, pair),
            part("rows unlike any class", _novelty, comparison),
        ),
    )


def _map(comparison: Comparison, loss: str, pair: tuple[str, str] | None) -> Figure | None:
    if pair is None:
        return None
    crossings = of_pair(comparison.condition_crossings, loss, pair)
    fields = [
        field
        for row in records(crossings)
        if row.dial in CONDITION_LABELS
        for field in _fields(comparison.conditions, row)
    ]
    if not fields:
        return None
    drawn = pd.DataFrame(fields)
    order = {name: place for place, name in enumerate(CONDITION_LABELS)}
    drawn = drawn.sort_values("dial", key=lambda names: names.map(order), kind="stable")
    height = 12 + 60 * drawn.dial.nunique()
    picture = panel(
        "map of conditions", plot_conditions, drawn, alt=lambda: _alt(crossings), size=(400, height),
        margins=(6, 12, 6, 12),
    )  # fmt: skip
    caption = (
        f"{loss_word(loss).capitalize()} of {pair[0]} (generative) against {pair[1]} (discriminative). Each row is a "
        "dial; full color: ahead by more than noise, pale: lower on average, within noise, grey: equal. Diamond and "
        "bar: where the lead changes, with its 95% interval. Triangle: where this table stands. That the two were "
        "picked on these rows counts in the verdict, not here."
    )
    return Figure(
        (picture,), caption, (_matrix(comparison, loss),), across=1, families=SIDES,
        read="Read: a row of one color has one winner; where the color changes, so does the answer.",
    )  # fmt: skip


def _fields(conditions: pd.DataFrame, row: Any) -> list[dict[str, Any]]:
    """One field of the map for each value of a dial."""
    dial = DIALS[row.dial]
    part = conditions[(conditions.dial == row.dial) & (conditions.loss == row.loss)]
    means = [part[part.model == name].set_index("value")["mean"] for name in (row.generative, row.discriminative)]
    values = means[0].index.to_numpy(dtype=float)
    spots = dial.place(values)
    low, high = spots.min(), spots.max()

    def place(value: Any) -> float:
        return float((dial.place(np.array([float(value)]))[0] - low) / (high - low or 1))

    leaders = row.leaders.split("; ")
    fields = []
    for value, leader in zip(values, leaders, strict=True):
        gap = float(means[0][value] - means[1][value])
        by_mean = "" if not np.isfinite(gap) or gap == 0 else SIDES[int(gap > 0)]
        certain = {row.generative: "generative", row.discriminative: "discriminative"}.get(leader)
        here = value == (values.max() if row.dial == TRAINING_ROWS else values.min())
        fields.append(
            {
                "generative": row.generative,
                "discriminative": row.discriminative,
                "loss": row.loss,
                "dial": row.dial,
                "label": CONDITION_LABELS[row.dial],
                "value": value,
                "place": place(value),
                "text": dial.number(value),
                "leader": certain or by_mean,
                "certain": certain is not None,
                "here": here and not row.dial.endswith(("mean", "priors")),
                **{name: place(end) if np.isfinite(end) else np.nan for name, end in (
                    ("estimate", row.estimate), ("lower", row.lower), ("upper", row.upper))},
            }
        )  # fmt: skip
    return fields


def _alt(crossings: pd.DataFrame) -> str:
    return " ".join(f"{row.dial.capitalize()}: {row.finding}" for row in records(crossings) if row.dial in MAP)


def _matrix(comparison: Comparison, loss: str) -> Table:
    """A row for each pair, a column for each dial: where the lead changes, or who has it all the way."""
    crossings = comparison.condition_crossings
    crossings = crossings[(crossings.loss == loss) & crossings.dial.isin(MAP)]
    dials = [name for name in MAP if name in set(crossings.dial)]
    rows = []
    for (generative, discriminative), in_pair in groups(crossings, ["generative", "discriminative"]):
        at = {row.dial: _where(row) for row in records(in_pair)}
        cells = [at.get(name, Cell("–")) for name in dials]
        rows.append([Cell(generative, note=f"against {discriminative}"), *cells])
    caption = f"Where along each dial the better of a pair in {loss_word(loss)} changes, with its 95% interval"
    return table(caption, ["Pair", *(name.capitalize() for name in dials)], rows, source="condition_crossings.csv")


def _where(row: Any) -> Cell:
    dial = DIALS[row.dial]
    if np.isfinite(row.estimate):
        return Cell(f"at {dial.number(row.estimate)}", note=f"{dial.number(row.lower)} to {dial.number(row.upper)}")
    leaders = row.leaders.split("; ")
    certain = set(leaders) - {NOBODY}
    if len(certain) > 1:
        return Cell("several")
    side = {row.generative: "generative", row.discriminative: "discriminative"}
    somewhere = " at some values" if NOBODY in leaders else ""
    return Cell("none", note=f"{side.get(certain.pop(), 'one')} ahead{somewhere}" if certain else "no certain lead")


def _sentences(comparison: Comparison, loss: str, pair: tuple[str, str] | None) -> list[Text]:
    return [] if pair is None else [Text(text) for text in condition_findings(comparison.tables, loss, pair)]


def _ways(comparison: Comparison, loss: str, pair: tuple[str, str] | None) -> list[Fold]:
    """A table for each condition that can be met in several ways."""
    if pair is None:
        return []
    conditions = comparison.conditions[(comparison.conditions.loss == loss) & comparison.conditions.model.isin(pair)]
    folds = []
    for what, ways in WAYS.items():
        present = [(dial, word) for dial, word in ways if dial in set(conditions.dial)]
        if not present:
            continue
        values = sorted(conditions[conditions.dial == present[0][0]].value.unique())
        rows = []
        for model in pair:
            seen: list[Any] = []
            for dial, word in present:
                of_dial = conditions[(conditions.model == model) & (conditions.dial == dial)]
                if (
                    of_dial.empty or of_dial["mean"].tolist() in seen
                ):  # not measured, or it changes nothing for this model
                    continue
                seen.append(of_dial["mean"].tolist())
                at = {row.value: estimate(loss, row.mean, row.se) for row in records(of_dial)}
                rows.append(
                    [
                        Cell(model, note=word, family=of_dial.family.iloc[0]),
                        *(at.get(value, number("–")) for value in values),
                    ]
                )
        unit = DIALS[present[0][0]]
        caption = f"{loss_word(loss).capitalize()}, ± standard error, by share {unit.unit}"
        heads = ["Model", *(unit.number(value) for value in values)]
        folds.append(Fold(f"{what}: losses", (table(caption, heads, rows, source="conditions.csv"),)))
    return folds


def _columns(comparison: Comparison, loss: str, pair: tuple[str, str] | None) -> Fold | None:
    """The columns that are missed most when they are not available."""
    if pair is None:
        return None
    conditions = comparison.conditions
    ours = conditions[(conditions.loss == loss) & conditions.model.isin(pair) & conditions.dial.str.startswith(WITHOUT)]
    if ours.empty:
        return None
    wide = ours.pivot_table(index="dial", columns=["model", "value"], values="mean", sort=False)
    rise = pd.concat([wide[name][1.0] - wide[name][0.0] for name in pair if name in wide], axis=1).max(axis=1)
    shown = rise.sort_values(ascending=False, kind="stable").index[:_COLUMNS]
    at = {(row.dial, row.model): estimate(loss, row.mean, row.se) for row in records(ours[ours.value == 1])}
    whole = {row.model: estimate(loss, row.mean, row.se) for row in records(ours[ours.value == 0])}
    rows = [["all there", *(whole.get(name, number("–")) for name in pair)]]
    rows += [[dial, *(at.get((dial, name), number("–")) for name in pair)] for dial in shown]
    caption = f"{loss_word(loss).capitalize()} when one column is not available, the {len(shown)} missed most"
    return Fold("A column that is not available", (table(caption, ["Column", *pair], rows, source="conditions.csv"),))


def _novelty(comparison: Comparison) -> Fold | None:
    """Area under the ROC curve of each model, averaged over the classes left out."""
    novelty = comparison.novelty
    if novelty.empty:
        return None
    scores = list(dict.fromkeys(sorted(novelty.score, reverse=True)))
    rows = []
    for (model, family), of_model in groups(novelty, ["model", "family"]):
        cells = []
        for score in scores:
            part = of_model[of_model.score == score]
            worst = part.loc[part.auroc.idxmin()] if len(part) else None
            text = fixed(part.auroc.mean(), 2) if worst is not None else "–"
            note = "" if worst is None else f"worst {fixed(worst.auroc, 2)}, {worst.left_out}"
            cells.append(Cell(text, note=note, numeric=True))
        rows.append([Cell(model, family=family), *cells])
    caption = (
        "Rows of a class held out of training, told from the others: area under the ROC curve (0.5 is chance), "
        f"mean over {counted(novelty.left_out.nunique(), 'class')}"
    )
    return Fold("Rows unlike any class", (table(caption, ["Model", *scores], rows, source="novelty.csv"),))


def _finding(comparison: Comparison, loss: str, pair: tuple[str, str] | None) -> str:
    if pair is None:
        return "How rows unlike any class are told"
    rows = of_pair(comparison.condition_crossings, loss, pair)
    rows = rows[rows.dial.isin(MAP)]
    turned = rows[rows.estimate.notna()]
    names = f"{pair[0]} against {pair[1]}"
    ahead = {leader for leaders in rows.leaders for leader in leaders.split("; ")}
    if turned.empty and ahead.issuperset(pair):
        return f"In {loss_word(loss)}, the condition decides on {names}: each is ahead by more than noise under some"
    leader = ahead.intersection(pair)
    if turned.empty and leader and NOBODY in ahead:
        one = leader.pop()
        other = pair[1 - pair.index(one)]
        return f"In {loss_word(loss)}, {one} is ahead of {other} by more than noise under some conditions, never behind"
    if turned.empty and leader:
        return f"In {loss_word(loss)}, no condition tried takes the lead from {leader.pop()} ({names})"
    if turned.empty:
        neither = f"puts {pair[0]} or {pair[1]} ahead by more than noise"
        return f"In {loss_word(loss)}, none of {counted(len(rows), 'dial')} {neither}"
    first: Any = turned.iloc[0]
    at, lower, upper = (DIALS[first.dial].number(value) for value in (first.estimate, first.lower, first.upper))
    where = f"{at} ({lower} to {upper}) {DIALS[first.dial].unit}"
    more = f", and {len(turned) - 1} more" if len(turned) > 1 else ""
    return f"In {loss_word(loss)}, the winner of {names} changes at {where}{more}"
