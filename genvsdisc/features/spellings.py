"""Other spellings of what the words of a column say; the words are the different ones, as an Arrow array."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

Spelling = tuple[str, str, str]
"""Patterns of RE2: what shows that a column may have the spelling, and the spelling; and what stands for it."""


def respelled(words: pa.Array, spellings: Iterable[Spelling]) -> pa.Array:
    r"""Write each spelling as what stands for it, one after the other, without blanks at the ends.

    >>> respelled(pa.array(["100/-", "5"]), [(r"/-$", r"^(.*[0-9])/-$", r"\1")]).to_pylist()
    ['100', '5']
    """
    for sign, spelling, plain in spellings:
        if _any(pc.match_substring_regex(words, sign)):
            words = pc.utf8_trim_whitespace(pc.replace_substring_regex(words, spelling, plain))
    return words


def changed(words: pa.Array, pattern: str, change: Callable[[str], str]) -> pa.Array:
    """Change the words that hold a pattern, one by one.

    >>> changed(pa.array(["a1", "b"]), "[0-9]", str.upper).to_pylist()
    ['A1', 'b']
    """
    mask = pc.match_substring_regex(words, pattern)
    if not _any(mask):
        return words
    new_words = [change(word) for word in words.filter(mask).to_pylist()]
    return pc.replace_with_mask(words, mask, pa.array(new_words, words.type))


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask, min_count=0).as_py())
