"""The answer in ten seconds: what to know first, how probable each answer is, why, and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from genvsdisc.report.blocks import Items, Probabilities, Text, Warnings
from genvsdisc.report.isolation import Draft, part
from genvsdisc.report.numbers import counted, fixed, loss_word, losses_in_order, probability_text
from genvsdisc.study.statistics.losses import rope_of

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

_POINTS = {
    "test": "Tested:",
    "why": "Why:",
    "flips": "Where it flips:",
    "use": "What to use:",
    "settle": "What would settle it:",
}
_LONG = 100  # letters of a heading
_SHOWN = 4  # warnings in sight
_ANSWERS = ("generative", "equal", "discriminative")


def verdict_section(comparison: Comparison) -> Draft:
    """Warnings, the three probabilities, a point of each kind, and where all of it comes from."""
    return Draft(
        lambda: headline(comparison),
        (
            part("what to know first", known_first, comparison),
            part("probabilities", probabilities, comparison),
            part("the answer in numbers", numbers, comparison),
            part("points", verdict_items, comparison),
            part("provenance", _provenance, comparison),
        ),
    )


def headline(comparison: Comparison) -> str:
    """Return the answer, without the numbers that stand behind a colon."""
    return _answer(comparison)[0] or "This comparison carries no verdict."


def numbers(comparison: Comparison) -> Text | None:
    """Return what stands behind the colon of a long answer."""
    rest = _answer(comparison)[1]
    return Text(f"{rest[:1].upper()}{rest[1:]}") if rest else None


def warning_texts(comparison: Comparison) -> list[str]:
    """List what to know before the answer: the card's warnings, leaks, then what was guessed or left out."""
    meta = comparison.meta
    card = meta.get("verdict_card", {}).get("warnings", [])
    notes = [*meta.get("left_out", []), *meta.get("notes", []), *meta.get("plan", {}).get("notes", [])]
    listed = [_none_fitted(comparison), *card, *comparison.leaks.message, *notes]
    return list(dict.fromkeys(str(text) for text in listed if text))


def probabilities(comparison: Comparison) -> Probabilities | None:
    """Give the three probabilities of the best of each family, as the card has them or as the pair's row has."""
    card = comparison.meta.get("verdict_card", {})
    loss, by_answer = card.get("loss", ""), card.get("probabilities")
    if by_answer is None:
        loss, by_answer = _of_the_best_pair(comparison)
    shares = np.array([by_answer.get(answer, np.nan) for answer in _ANSWERS], dtype=float)
    if not np.isfinite(shares).all():
        return None
    generative, equal, discriminative = map(float, shares)
    words = ("generative better", "practically equal", "discriminative better")
    first, second, third = (f"{word} {probability_text(share)}" for word, share in zip(words, shares, strict=True))
    rope = rope_of(comparison.meta, loss)
    within = f"; equal: closer than {_tolerance(loss, rope)}" if rope is not None else ""
    meaning = " (the share of new rows that a model gets wrong)" if loss == "zero_one" else ""
    return Probabilities(
        (generative, equal, discriminative),
        (first, second, third),
        f"Probability of each answer, in {loss_word(loss)}{meaning}{within}. {_choice(comparison)}Generative models "
        "describe what the rows of each class look like, discriminative ones only where the classes part.",
    )


def _choice(comparison: Comparison) -> str:
    """Say why the interval is wider than those of the two models, and not centered."""
    of_families = comparison.models[comparison.models.family.isin(_ANSWERS)]
    if len(of_families) <= 2:
        return ""
    return "This and the interval count that the two were picked on these rows and that another may be the best. "


def verdict_items(comparison: Comparison) -> Any:
    """Give the points of the card, or what a verdict in plain text says after its first sentence."""
    card = comparison.meta.get("verdict_card", {})
    if card.get("points"):
        first = {each["kind"]: each for each in reversed(card["points"])}  # one of a kind
        shown = [each for each in card["points"] if each is first[each["kind"]]]
        return Items(tuple((_POINTS.get(each["kind"], ""), str(each["text"])) for each in shown))
    return [Text(text) for text in _sentences(comparison.verdict)[1].split("\n") if text.strip()]


def provenance_text(comparison: Comparison) -> str:
    """Say in a line what was compared: table, rows, splits, seed, version."""
    meta, design = comparison.meta, comparison.meta.get("design", {})
    classes, roster = comparison.classes[comparison.classes.used], comparison.models
    named = " · ".join(
        filter(None, (str(meta.get("name", "")), f"target {meta['target']}" if meta.get("target") else ""))
    )
    folds = ""
    if {"n_splits", "n_repeats"} <= set(design):
        times = {1: "once", 2: "twice"}.get(design["n_repeats"], f"{design['n_repeats']} times")
        folds = f"{design['n_splits']} folds, drawn {times}"
    facts = [
        named,
        counted(meta["n_rows"], "row") if "n_rows" in meta else "",
        counted(meta["n_columns"], "column") if "n_columns" in meta else "",
        counted(len(classes), "class") if len(classes) else "",
        counted(len(roster), "model"),
        folds,
        f"budget {meta['plan']['budget']:g} s" if meta.get("plan", {}).get("budget") else "",
        f"seed {meta['seed']}" if meta.get("seed") is not None else "",
        f"splits {str(meta['splits_hash'])[:12]}" if meta.get("splits_hash") else "",
        f"genvsdisc {meta['versions']['genvsdisc']}" if "genvsdisc" in meta.get("versions", {}) else "",
    ]
    return " · ".join(filter(None, facts))


def known_first(comparison: Comparison) -> Warnings | None:
    """Make the box of warnings, at the top."""
    texts = warning_texts(comparison)
    card = comparison.meta.get("verdict_card", {}).get("warnings", [])
    # What the budget left out is named where it is missing too: it waits behind the fold.
    planned = set(map(str, comparison.meta.get("plan", {}).get("notes", [])))
    texts.sort(key=lambda text: text in planned)
    pressing = sum(text not in planned for text in texts)
    return Warnings(tuple(texts), shown=min(max(len(card), _SHOWN), pressing)) if texts else None


def _provenance(comparison: Comparison) -> list[Text]:
    command = comparison.meta.get("command")
    made = [Text(f"Made by: {command}", quiet=True)] if command else []
    return [Text(provenance_text(comparison), quiet=True), *made]


def _none_fitted(comparison: Comparison) -> str:
    roster = comparison.models
    if roster.empty or not (roster.status == "failed").all():
        return ""
    return f"None of the {fixed(len(roster), 0)} models could be fitted; the leaderboard says why."


def _of_the_best_pair(comparison: Comparison) -> tuple[str, dict[str, float]]:
    pairs = comparison.differences
    if pairs.empty:
        return "", {}
    loss = losses_in_order(pairs.loss)[0]
    row = pairs[pairs.loss == loss].iloc[0]
    return loss, {answer: float(row[f"p_{answer}"]) for answer in _ANSWERS}


def _tolerance(loss: str, rope: float) -> str:
    return f"{100 * rope:g} percentage point{'' if rope == 0.01 else 's'}" if loss == "zero_one" else f"{rope:g}"


def _answer(comparison: Comparison) -> tuple[str, str]:
    """Take the sentence of the card, or the first of a verdict in plain text, apart at its colon if it is long."""
    card = comparison.meta.get("verdict_card", {})
    sentence = str(card.get("sentence") or _sentences(comparison.verdict)[0])
    first, colon, rest = sentence.partition(": ")
    return (f"{first}.", rest) if colon and len(sentence) > _LONG else (sentence, "")


def _sentences(text: str) -> tuple[str, str]:
    first, _, rest = re.sub(r"(?<=[.!?]) +(?=[A-Z])", "\f", text, count=1).partition("\f")
    return first, rest
