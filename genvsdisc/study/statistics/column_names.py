"""What names and values of columns hint at: subjects and files, parts of a split, numbers of rows."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_SUBJECTS = frozenset(
    [
        "subject", "subj", "sub", "patient", "participant", "person", "speaker", "user", "customer", "client",
        "respondent", "individual", "student", "pupil", "child", "household", "animal", "mouse", "rat", "donor",
        "author", "writer", "rater", "signer", "driver", "player", "session", "recording", "file", "filename",
        "image", "video", "document", "doc", "clip", "utterance", "experiment", "batch", "plate", "slide", "scan",
        "visit", "trial", "run", "group", "groups", "cluster", "hospital", "center", "centre", "clinic", "school",
        "device", "sensor", "machine", "vehicle", "firm", "litter", "employee", "worker", "teacher", "classroom",
        "stratum", "cow", "dog", "horse", "pig", "rabbit", "monkey",
    ]
)  # fmt: skip
_IDS = frozenset(["id", "ids", "uid", "uuid"])
_IDENTIFIED = frozenset(["p", "pt", "pat", "hh", "case", "resp", "fam", "family", "company"])
"""Subjects where an identifier says so: pid, hhid, family id."""
_NUMBERING = frozenset(["id", "ids", "no", "nr", "num", "number", "code", "key", "name", "index", "idx", "of", "the"])
_SPLIT = frozenset(
    [
        "train", "training", "test", "testing", "valid", "validation", "val", "dev", "development", "holdout",
        "heldout",
    ]
)  # fmt: skip
_SPLIT_NAMES = frozenset(["split", "partition", "holdout", "fold", "folds"])
_SPLIT_FILLERS = frozenset(["or", "set", "is", "data", "indicator", "flag", "subset", "part", "cv", "and", "in"])


def tokens(name: str) -> list[str]:
    """Words of a name in lower case: at spaces, signs, digits, changes from lower to upper case; patid is pat, id."""
    words = [word.casefold() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+", name)]
    return [part for word in words for part in _identifier_parts(word)]


def _identifier_parts(word: str) -> list[str]:
    known = _SUBJECTS | _IDENTIFIED | _NUMBERING
    if word.endswith("id") and word[:-2] in known:
        return [word[:-2], "id"]
    return ["id", word[2:]] if word.startswith("id") and word[2:] in known else [word]


def names_a_group(name: str) -> bool:
    """Whether a column whose values repeat is named for subjects or files, and for nothing of theirs: no "patient age".

    Examples
    --------
    >>> [names_a_group(name) for name in ("Speaker Number", "patient_id", "PatientAge", "userID", "id", "hhid", "acid")]
    [True, True, False, True, True, True, False]
    """
    words = set(tokens(name))
    identified = bool(words & _IDS)
    return bool(words & _SUBJECTS or identified) and words <= (
        _SUBJECTS | _NUMBERING | _IDS | (_IDENTIFIED if identified else set())
    )


def names_a_row(name: str) -> bool:
    """Whether a column is named as the number of a row: id, index, row number, sample id, instance name."""
    words = set(tokens(name))
    extra = {"row", "record", "sample", "instance", "case", "observation", "obs", "unnamed", "uid", "uuid"}
    return bool(words & {"id", "ids", "index", "idx", "uid", "uuid", "unnamed", "row"}) and words <= (
        _SUBJECTS | _IDENTIFIED | _NUMBERING | extra
    )


def names_a_frequency(name: str) -> bool:
    """Whether a column is named as how often each row occurred: Freq, count, n, number of cases.

    Examples
    --------
    >>> [names_a_frequency(name) for name in ("Freq", "n", "Counts", "number of cases", "blood count", "weight")]
    [True, True, True, True, False, False]
    """
    words = set(tokens(name))
    named = {"f", "freq", "freqs", "frequency", "frequencies", "count", "counts", "n", "cases", "observed", "number"}
    return bool(words & named) and words <= named | {"of", "nr", "no", "rows"}


def names_a_split(name: str, n_levels: int) -> bool:
    """Whether a column is named for a split: "Train or Test", "is_train", "split" of few values, "fold"."""
    words = set(tokens(name))
    known = words <= _SPLIT | _SPLIT_NAMES | _SPLIT_FILLERS
    both = len(words & _SPLIT) >= 2 or bool(words & {"train", "training", "holdout"})
    return known and ((both and n_levels <= 4) or bool(words & _SPLIT_NAMES))


def split_words(levels: Any) -> bool:
    """Whether all values, two to four, are parts of a split: train, test, validation."""
    words = {str(level).strip().casefold() for level in levels}
    return 2 <= len(words) <= 4 and words <= _SPLIT


def looks_like_codes(values: pd.Series) -> bool:
    """Whether a column of words numbers things: one prefix and a number, as in S01, S02, with at least 10 values.

    Examples
    --------
    >>> looks_like_codes(pd.Series([f"S{i:02d}" for i in range(12)] * 3))
    True
    """
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return False
    levels = pd.Series(values.dropna().unique()).astype(str)
    parts = levels.str.extract(r"^(\D{1,15})\d{1,6}$")[0]
    return len(levels) >= 10 and bool(parts.notna().all()) and len(set(parts)) == 1
