"""What stands for a missing entry in a table of text, and how words are quoted in a note."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase
from typing import Any
from unicodedata import normalize

import pandas as pd

from genvsdisc.features.dtypes import is_text

_NOT_NUMBERS = ("-nan", "#N/A", "#N/A N/A", "#NA", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN")
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "NULL", "null", "<NA>", *_NOT_NUMBERS)
"""Text that stands for a missing entry in every column: pandas' list, but for "None", which may be a level."""
SIGNS = ("?", "??", "???", "-", "--", "---", ".", "..", "...", "*", "**", "***", "/", "//")
_WORDS = (
    "none",
    "missing",
    "miss",
    "(missing)",
    "unknown",
    "unk",
    "undefined",
    "blank",
    "empty",
    "tbd",
    "nil",
    "nodata",
)
_PHRASES = (
    "nodata",
    "not available",
    "not applicable",
    "not known",
    "no data",
    "no value",
)
_SHORT = ("na", "n.a.", "n.a", "n/d", "nd", "n.d.", "n.d", "k.a.", "n.v.", "#n/v", "#nv", "\\n", "(null)", "<null>")
_NOT_DONE = ("not measured", "not recorded", "not reported", "not given", "not done", "(blank)")
_EXTENDED = tuple(f".{letter}" for letter in ascii_lowercase)  # the missing values of Stata and SAS
_ZERO_DATES = ("0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000", "00-00-0000")
ERROR = r"^#(?:[^\s#!?]{2,16}[!?]|[A-Za-zА-я]/[A-Za-zА-я]|GETTING_DATA|NV|#+)$"
"""What a spreadsheet shows where a formula has no value, in the language of the office, or a cell is too narrow."""
_KINDS = (SIGNS, _EXTENDED, _WORDS, _PHRASES, _NOT_DONE, _SHORT, _ZERO_DATES, MISSING)
MARKS = frozenset(word.lower() for words in _KINDS for word in words)
"""Text, in lower case, that stands for a missing entry among numbers or dates, as what matches `ERROR` does."""
NAMED = 3
"""Words that a note quotes."""


_BLANKS = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029)))
_BLANKS += "\u202f\u205f\u3000"  # what str.strip takes
_BLANKS += "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"
_BEYOND_ASCII = r"[^\x00-\x7f]"


def bare(word: str) -> str:
    """Strip blanks and characters without width at both ends; write letters with accents as one character."""
    if word.isascii():
        return word.strip()
    return normalize("NFC", word).strip(_BLANKS)


def bare_words(words: pd.Series) -> pd.Series:
    """`bare` for a column of a string dtype, or of objects of which those that are text are stripped."""
    if pd.api.types.is_object_dtype(words.dtype):
        return words.map(lambda cell: bare(cell) if isinstance(cell, str) else cell)
    stripped = words.str.strip()
    beyond = stripped.str.contains(_BEYOND_ASCII, na=False)
    return stripped.mask(beyond, stripped[beyond].map(bare)) if beyond.any() else stripped


def clean(values: pd.Series) -> pd.Series:
    """Strip blanks at both ends of text, and make blank text and `MISSING` missing; other columns stay as they are."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        words = values.cat.categories
        if not is_text(words.to_series()):
            return values
        cleaned = clean(pd.Series(words.astype(object)))
        if cleaned.notna().all() and (cleaned.to_numpy(object) == words.to_numpy(object)).all():
            return values
        kept = pd.CategoricalDtype(pd.Index(cleaned.dropna().unique()), ordered=values.cat.ordered)
        return values.map(dict(zip(words, cleaned, strict=True)), na_action="ignore").astype(kept)
    if not is_text(values):
        return values
    if pd.api.types.is_object_dtype(values.dtype):
        if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "mixed", "mixed-integer"):
            return values
        stripped = bare_words(values)
    else:
        stripped = bare_words(values)
        stripped = values if stripped.equals(values) else stripped  # the words of a large table are held once
    missing = stripped.isin(MISSING)
    return stripped.mask(missing) if missing.any() else stripped


def named(words: list[str], counts: list[int]) -> str:
    """List words with how many entries hold each, three at most."""
    listed = [
        f"{quoted(word)} ({count:,} {'entry' if count == 1 else 'entries'})"
        for word, count in zip(words, counts, strict=True)
    ]
    more = len(listed) - NAMED
    return ", ".join(listed[:NAMED]) + (f" and {more} more" if more > 0 else "")


def quoted(word: str) -> str:
    """Quote a word, shortened where it is long."""
    return repr(word) if len(word) <= 40 else f"{word[:39]!r}…"


def listed(names: Iterable[Any], most: int = 10) -> str:
    """Quote names with commas between, each shortened, `most` at most.

    >>> listed(["age", "height", "weight"], 2)
    "'age', 'height', ..."
    """
    words = [quoted(str(name)) for name in names]
    return ", ".join(words[:most]) + (", ..." if len(words) > most else "")
