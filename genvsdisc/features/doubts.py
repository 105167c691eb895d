"""What is said of words that look like numbers or dates nobody here reads, of levels that may be one, and of blanks."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from genvsdisc.features.dtypes import is_text
from genvsdisc.features.little import nearly_equal
from genvsdisc.features.marks import ERROR, SIGNS, quoted

_DATED = (
    r"(?i)^(?:.*[^0-9])?(?:[0-9]{4}[-/.](?:[0-9]{1,2}|[wq][0-9]{1,2})(?:[^0-9]|$)|[0-9]{1,2}:[0-9]{2}(?:[^0-9]|$)"
    r"|[0-9]{1,2}[-/. ]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:[-/., ]+[0-9]{2}|$)"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[. ]+[0-9]{1,2}$)"
)
_LOOSE = r"^[^A-Za-z]*[0-9][^A-Za-z]*$"
_BEGUN = r"^[^A-Za-z0-9\x{100}-\x{1FFF}]*(?:[A-Z]{1,2}[a-z]?\.? )?[^A-Za-z0-9\x{100}-\x{1FFF}]*[0-9]"
_HEXADECIMAL = r"^(?:0[xX][0-9A-Fa-f]+|[0-9A-Fa-f]{2,16})$"
_DIGITS = r"[0-9]+(?:[.,' ][0-9]+)*"
_MOST_SHAPES = 24
_FEWEST_LIKE = 3  # words of one shape on average
_BETWEEN = (";", ",", "|")
_YES, _NO = {"yes", "y", "true", "1", "ja", "oui"}, {"no", "n", "false", "0", "nein", "non"}
_MERGED = 2 / 3  # share of blanks from which on entries that stand once each may be merged cells
_LEVELS = 20  # words that may be levels, whatever they look like


def looks_like(words: pa.Array, counts: NDArray[np.intp], marks: NDArray[np.bool_], share: float) -> str:
    """Say what words look like of which numbers or dates could not be made; "" if they look like words.

    They look like numbers if at least this share of the cells hold digits and no letters, or dates, or if more than 20
    words begin with a number and come in a few shapes, such as 48°12'N or 5 d 3 h, or are digits to the base 16. Lists
    of a few words are told, too, for each combination would be a level of its own.

    Parameters
    ----------
    words : Arrow array of str
        The different words.
    counts : ndarray of int
        How many cells hold each word.
    marks : ndarray of bool
        Whether a word stands for a missing entry.
    share : float
        Of the cells that are not missing.

    Returns
    -------
    doubt : str

    Examples
    --------
    >>> import numpy as np
    >>> words = pa.array([f"{k}/{k + 2}" for k in range(30)])
    >>> looks_like(words, np.ones(30, dtype=int), np.zeros(30, dtype=bool), 0.9)
    "looks like numbers, such as '0/2', but cannot be read as such"
    """
    least = share * counts[~marks].sum()
    if (example := _hexadecimal(words.filter(pa.array(~marks)))) is not None:
        return f"looks like numbers to the base 16, such as {quoted(example)}: write them to the base 10 if they are"
    loose, dated = (_matching(words, pattern) & ~marks for pattern in (_LOOSE, _DATED))
    dates = counts[dated].sum() >= least
    chosen = dated if dates else loose
    if counts[chosen].sum() < least:
        chosen = _matching(words, _BEGUN) & ~marks
        if counts[chosen].sum() < least or not _alike(words.filter(pa.array(chosen))):
            return _of_lists(words.filter(pa.array(~marks)))
    first = words[int(np.flatnonzero(chosen)[0])].as_py()
    return f"looks like {'dates' if dates else 'numbers'}, such as {quoted(first)}, but cannot be read as such"


def _hexadecimal(words: pa.Array) -> str | None:
    """Give one of many words if all are digits to the base 16: of one length, most with a digit, or after 0x."""
    if len(words) <= _LEVELS or not _matching(words, _HEXADECIMAL).all():
        return None
    marked, digits, letters = (_matching(words, pattern) for pattern in ("^0[xX]", "[0-9]", "[A-Fa-f]"))
    one_length = pc.count_distinct(pc.utf8_length(words)).as_py() == 1
    if not letters.any() or not (marked.all() or (one_length and 2 * digits.sum() > len(words))):
        return None
    return words[int(letters.argmax())].as_py()


def _of_lists(words: pa.Array) -> str:
    """Say so if many words are lists of a few, as of a question with several answers."""
    for sign in _BETWEEN:
        several = words.filter(pc.match_substring(words, sign))
        if len(words) <= _LEVELS or 2 * len(several) < len(words):
            continue
        answers = {answer.strip() for word in words.to_pylist() for answer in word.split(sign)} - {""}
        if len(answers) <= _LEVELS:
            many = f"{quoted(several[0].as_py())}, of {len(answers)} words"
            return f"holds lists, such as {many}: give each word a column of its own (Series.str.get_dummies)"
    return ""


def _alike(words: pa.Array) -> bool:
    """Return True for many words that differ in their digits more than in the rest."""
    shapes = pc.count_distinct(pc.replace_substring_regex(words, _DIGITS, "0")).as_py()
    return len(words) > _LEVELS and shapes <= min(_MOST_SHAPES, len(words) / _FEWEST_LIKE)


def _matching(words: pa.Array, pattern: str) -> NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(words, pattern), dtype=bool)


def doubtful_levels(codes: NDArray[np.intp], uniques: Any) -> str:
    """Point out levels that may stand for missing entries, and levels that differ in little, such as their case."""
    words = [level for level in uniques if isinstance(level, str)]
    notes = []
    for sign in (word for word in words if word in SIGNS or re.match(ERROR, word)):
        times = int((codes == list(uniques).index(sign)).sum())
        entries = "entry" if times == 1 else "entries"
        notes.append(f"{sign!r} ({times} {entries}) is a level: leave it empty if it marks missing entries")
    for what, pairs in nearly_equal(words[: 10 * _LEVELS]).items():
        notes.append(f"{quoted(pairs[0][0])} and {quoted(pairs[0][1])} differ in {what} only")
    written = {str(level).casefold().removesuffix(".0") for level in uniques}
    if len(uniques) > 2 and written <= _YES | _NO and max(len(written & _YES), len(written & _NO)) > 1:
        notes.append("its levels look like yes and no in several spellings: write each in one way if they are")
    return "; ".join(notes)


def merged_cells(values: pd.Series, codes: NDArray[np.intp], distinct: int) -> str:
    """Point out words that begin in the first row and stand once each, far apart: a sheet may show them merged."""
    once = is_text(values) and len(codes) and codes[0] >= 0 and distinct == int((codes >= 0).sum())
    if not once or distinct > (1 - _MERGED) * len(codes):
        return ""
    return "each entry stands once, with blanks below it: write merged cells into all of their rows"
