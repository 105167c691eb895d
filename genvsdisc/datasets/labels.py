"""Labels of a text table: what is missing, what is a number, and what may not be meant as a class."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from genvsdisc.datasets.targets import refuse_nested_labels
from genvsdisc.features.dtypes import is_text
from genvsdisc.features.little import nearly_equal
from genvsdisc.features.marks import ERROR, MARKS, MISSING, SIGNS, bare_words, named, quoted

_MOST_NAMED = 5
_CLASSES = {"none", "nil", "empty", "blank", *(word.lower() for word in MISSING)}
"""Marks for missing numbers that may well be classes, or that whoever gave `missing_labels` wants as such."""
_WHOLE = r"[+-]?(?:0|[1-9][0-9]*)"
_WHOLE_FLOAT = r"[+-]?(?:0|[1-9][0-9]*)\.0*"
_MOST_DIGITS = 18  # of an integer of 64 bits, whatever they are


def text_labels(y: pd.Series, missing: Collection[str] = MISSING) -> tuple[pd.Series, str]:
    """Labels of a file: text stripped, missing where blank or a word of `missing`, whole numbers as such.

    Parameters
    ----------
    y : Series
        The target as the file has it; labels that are not text stay as they are.
    missing : collection of str, default=MISSING
        Words that stand for a missing label.

    Returns
    -------
    labels : Series
    lost : str
        What to say of labels that are words but count as missing; "" if there are none.

    Examples
    --------
    >>> import pandas as pd
    >>> text_labels(pd.Series(["1", "2 ", " "]))[0].tolist()
    [1, 2, <NA>]
    >>> text_labels(pd.Series(["NA", "EU"]))[1]
    "; 'NA' (1 entry) counts as a missing label: write it otherwise, or give missing_labels=() to keep it as a class"
    """
    if not is_text(y):
        return y, ""
    refuse_nested_labels(y)
    words = bare_words(y)
    lost = words[words.isin([word for word in missing if word])]
    labels = words.mask(words.isin([*missing, ""]))
    counts = lost.value_counts()
    what = "counts as a missing label" if len(counts) == 1 else "count as missing labels"
    note = (
        f"; {named(list(counts.index), counts.tolist())} {what}: write it otherwise, or give missing_labels=() to "
        "keep it as a class"
    )
    return _numbers_of_text(labels), note if len(counts) else ""


def _numbers_of_text(labels: pd.Series) -> pd.Series:
    """Whole numbers and truth values where all labels are written as such; "007", "1,5" and 20 digits stay text."""
    words = pd.Series(pd.unique(labels.dropna()))
    if not len(words) or not words.map(lambda word: isinstance(word, str)).all():
        return labels
    if set(words.str.lower()) <= {"true", "false"}:
        return labels.map({word: word.lower() == "true" for word in words}, na_action="ignore")
    codes, words_in_order = pd.factorize(labels)
    number = words.str.fullmatch(_WHOLE) | words.str.fullmatch(_WHOLE_FLOAT)
    if number.all() and (words.str.len() <= _MOST_DIGITS).all():
        numbers = np.array([int(word.split(".")[0]) for word in words_in_order])
        whole = numbers[np.maximum(codes, 0)]
        return pd.Series(pd.arrays.IntegerArray(whole, codes < 0) if (codes < 0).any() else whole, name=labels.name)
    return labels


def label_notes(y: pd.Series) -> list[str]:
    """Point out labels that may not be meant as classes: a mark such as "?", and labels that differ in little."""
    if not is_text(y):
        return []
    notes = []
    counts = y.value_counts()
    marks = (
        label for label in counts.index if label.lower() in MARKS - _CLASSES - set(SIGNS) or re.match(ERROR, label)
    )
    doubtful = [*SIGNS, *sorted(marks)]
    for sign in [sign for sign in doubtful if sign in counts.index]:
        notes.append(f"Label {sign!r} ({counts[sign]:,} rows) is a class: leave it empty where the label is missing.")
    for what, pairs in nearly_equal(sorted(counts.index)).items():
        alike = [f"{quoted(one)} and {quoted(other)}" for one, other in pairs]
        notes.append(f"Labels that differ in {what} only are two classes: {'; '.join(alike[:_MOST_NAMED])}.")
    return notes
