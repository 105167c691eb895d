"""Words that differ in so little that they are one level or class to whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from unicodedata import category, normalize

_NUMBER = re.compile(r"(?P<sign>[+-]?)0*(?P<whole>[0-9]*)(?:\.(?P<decimals>[0-9]*?)0*)?")
_CYRILLIC = dict(zip("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx", strict=True))
_SIGNS = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2212": "-"}


def _plain_signs(word: str) -> str:
    """Write letters of full width, dashes, quotes and Cyrillic letters as the signs that they look like."""
    if word.isascii():
        return word
    out = []
    for sign in normalize("NFKC", word):
        kind = category(sign)
        out.append("-" if kind == "Pd" else "" if kind == "Cf" else _SIGNS.get(sign) or _CYRILLIC.get(sign, sign))
    return "".join(out)


def _as_number(word: str) -> str:
    """Write 1.0, 01 and +1 as 1; other words stay."""
    match = _NUMBER.fullmatch(word)
    if match is None or not any(sign.isdigit() for sign in word):
        return word
    decimals = match["decimals"]
    return match["sign"].replace("+", "") + (match["whole"] or "0") + (f".{decimals}" if decimals else "")


_LITTLE: dict[str, Callable[[str], str]] = {
    "case": str.casefold,
    "blanks": lambda word: "".join(word.split()),
    "a point at the end": lambda word: word.rstrip("."),
    "signs that look alike or are not seen": _plain_signs,
    "how a number is written": _as_number,
}
"""What words may differ in, and the word without it."""


def nearly_equal(words: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Pairs of words that differ in little, by what they differ in; no pair stands twice.

    >>> nearly_equal(["1", "1.0", "Rome", "rome"])
    {'case': [('Rome', 'rome')], 'how a number is written': [('1', '1.0')]}
    """
    by_difference: dict[str, list[tuple[str, str]]] = {}
    seen = set[tuple[str, str]]()
    for what, fold in _LITTLE.items():
        folded: dict[str, str] = {}
        for word in words:
            pair = (folded.setdefault(fold(word), word), word)
            if pair[0] != word and pair not in seen:
                seen.add(pair)
                by_difference.setdefault(what, []).append(pair)
    return by_difference
