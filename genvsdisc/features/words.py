"""Columns of free text as the words that their entries hold: one indicator for each of the most frequent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_WORDS = 30
"""Words of a text column that become indicators, the most frequent."""
FEWEST_WORDS = 3.0
"""Words that entries must hold on average, or they are names rather than text."""
_WORD = r"(?u)\b[^\W\d_]{2,}\b"
_RARE, _FEWEST_ENTRIES, _COMMON = 0.01, 5, 0.9
_SAMPLE = 1000


def frequent_words(values: pd.Series) -> tuple[str, ...]:
    """Choose the words that become indicators; none where the column is no free text.

    Entries are free text if they hold three words or more on average. The words are letters, two or more, in lower
    case; those in less than 1% (or five) of the entries, or in more than 90%, tell rows apart too rarely. The labels
    have no say.

    Parameters
    ----------
    values : Series
        Text; missing entries hold no word.

    Returns
    -------
    words : tuple of str
        At most `MOST_WORDS`, in alphabetical order; empty unless there are two.

    Examples
    --------
    >>> notes = ["the pump leaks oil", "the belt slips again", "oil on the floor"] * 9
    >>> frequent_words(pd.Series(notes))
    ('again', 'belt', 'floor', 'leaks', 'oil', 'on', 'pump', 'slips')
    """
    entries = [str(value) for value in values.dropna()]
    if not entries:
        return ()
    places = np.unique(np.linspace(0, len(entries) - 1, _SAMPLE).astype(int))
    if np.mean([len(re.findall(_WORD, entries[place])) for place in places]) < FEWEST_WORDS:
        return ()
    counts: dict[str, int] = {}
    for entry in entries:
        for word in set(re.findall(_WORD, entry.lower())):
            counts[word] = counts.get(word, 0) + 1
    least, most = max(_FEWEST_ENTRIES, _RARE * len(entries)), _COMMON * len(entries)
    kept = [word for word, count in counts.items() if least <= count <= most]
    kept = sorted(kept, key=lambda word: (-counts[word], word))[:MOST_WORDS]
    return tuple(sorted(kept)) if len(kept) > 1 else ()


def held_words(entries: Iterable[object], words: Sequence[str]) -> NDArray[np.float64]:
    """Indicate which entries hold which words.

    Parameters
    ----------
    entries : iterable of str
    words : sequence of str

    Returns
    -------
    held : ndarray of shape (n_entries, n_words)
        1 where an entry holds a word, however often.

    Examples
    --------
    >>> held_words(["Oil, oil on the belt"], ["belt", "oil", "pump"]).tolist()
    [[1.0, 1.0, 0.0]]
    """
    from sklearn.feature_extraction.text import CountVectorizer

    texts = [str(entry) for entry in entries]
    counter = CountVectorizer(vocabulary=list(words), binary=True, token_pattern=_WORD)
    return counter.transform(texts).toarray().astype(float) if texts else np.empty((0, len(words)))
