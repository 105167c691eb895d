"""`--models`: names of the default roster, import paths with arguments and Python files, mixed, as a roster."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

import genvsdisc

ROSTER = "roster"
"""Entry of a report's facts: a digest of the Python files that defined its models."""
_FILE = re.compile(r"(.+\.py)(?::(\w*))?$", re.IGNORECASE)
_OPEN, _CLOSED = "([{", ")]}"


def asked_roster(words: str | None, X: Any) -> list[Any] | None:
    """The models that the words mean for a table X, in the order asked; None for the default roster.

    Raises
    ------
    ValueError
        If a word is none of: a name of the default roster, ``package.module.Class(...)``, ``FILE.py:NAME``.
    """
    if words is None:
        return None
    known = {model.name.casefold(): model for model in genvsdisc.default_models(X)}
    chosen: list[Any] = []
    for word in divided(words, known):
        file = _FILE.match(word)
        if word.casefold() in known:
            chosen.append(known[word.casefold()])
        elif file:
            from genvsdisc.cli.roster_files import models_of_file

            if not file[2]:
                raise ValueError(f"--models {word!r} names no object of the file: write {file[1]}:MODELS")
            chosen += models_of_file(file[1], file[2], X)
        elif re.match(r"[\w.]+\s*\(|[^\W\d]\w*(\.[^\W\d]\w*)+$", word):
            chosen.append(_of_path(word))
        else:
            raise ValueError(f"no model is named {word!r}; {_hint(word, known)}")
    if not chosen:
        raise ValueError(f"--models names no model; there are {'; '.join(model.name for model in known.values())}")
    return _told_apart(chosen)


def divided(words: str, known: Collection[str] = ()) -> Iterator[str]:
    """Split at commas, except those in parentheses, in quotes and in known names.

    Examples
    --------
    >>> list(divided("naive Bayes, shared variance, sklearn.svm.SVC(C=1, gamma=2)", ["naive bayes, shared variance"]))
    ['naive Bayes, shared variance', 'sklearn.svm.SVC(C=1, gamma=2)']
    """
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    start = 0
    while start < len(words):
        match = re.compile(rf"\s*(?:{names})(?=\s*(?:,|$))", re.IGNORECASE).match(words, start) if names else None
        stop = match.end() if match else start
        stop = _comma(words, stop)
        word = words[start:stop].strip()
        if word:
            yield word
        start = stop + 1


def file_names_only(words: str) -> str:
    """The same words, each file by its name alone: a page does not say where things lie."""
    matches = [(word, _FILE.match(word)) for word in divided(words)]
    return ", ".join(f"{Path(file[1]).name}:{file[2] or ''}" if file else word for word, file in matches)


def file_of(word: str) -> str:
    """Path of the Python file that a word of `--models` names, or nothing."""
    match = _FILE.match(word)
    return match[1] if match else ""


def content_of_files(words: str | None) -> str:
    """Hash of the Python files that the words name: work is kept apart for each version of them; "" without any."""
    files = [file[1] for word in divided(words or "") if (file := _FILE.match(word)) and Path(file[1]).is_file()]
    return sha256(b"\0".join(Path(file).read_bytes() for file in files)).hexdigest()[:16] if files else ""


def lacking_families(roster: Sequence[Any] | None) -> list[str]:
    """Say before anything is fitted that there will be no verdict."""
    families = {model.family for model in roster or ()}
    lacking = [family for family in ("generative", "discriminative") if families and family not in families]
    return [f"--models names no {family} model: there will be no verdict between the families" for family in lacking]


def _comma(words: str, start: int) -> int:
    """Place of the next comma outside parentheses and quotes, or the end."""
    depth, quote = 0, ""
    for place in range(start, len(words)):
        mark = words[place]
        if quote:
            quote = "" if mark == quote and words[place - 1] != "\\" else quote
        elif mark in "'\"" and depth:
            quote = mark
        elif mark in _OPEN:
            depth += 1
        elif mark in _CLOSED:
            depth -= 1
        elif mark == "," and depth <= 0:
            return place
    return len(words)


def _of_path(word: str) -> Any:
    from genvsdisc.cli.import_paths import estimator_of
    from genvsdisc.models import as_models

    try:
        return as_models([estimator_of(word)])[0]
    except TypeError as error:
        raise ValueError(f"--models {word!r}: {error}") from error


def _hint(word: str, known: Any) -> str:
    from genvsdisc.cli.import_paths import suggestion

    close = get_close_matches(word.casefold(), known)
    if not close and (path := suggestion(word)):
        return f"did you mean {path}?"
    if not close:
        return f"there are {'; '.join(model.name for model in known.values())}"
    return f"did you mean {' or '.join(known[each].name for each in close)}?"


def _told_apart(models: list[Any]) -> list[Any]:
    """Give models of one name numbers, the first excepted; the names of the default roster stay."""
    taken: Counter[str] = Counter()
    names = {model.name for model in models}
    apart = []
    for model in models:
        taken[model.name] += 1
        number, name = taken[model.name], model.name
        while number > 1 and name in names:
            name, number = f"{model.name} {number}", number + 1
        names.add(name)
        apart.append(model if name == model.name else replace(model, name=name))
    return apart
