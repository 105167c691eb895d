"""Sentences on what a comparison left out, lumped or guessed of a table; many of a kind are one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from genvsdisc.features.kinds import MOST_LEVELS, Column
from genvsdisc.features.marks import quoted

MOST_NAMED = 3
"""Classes or columns of a kind that have a sentence each; of more, the names stand in one."""
_NAMED_TOGETHER = 8
_WHY = {
    "constant": "they have one value only",
    "identifier": "they name the rows",
    "empty": "they have no value",
    "out of range": "floating point cannot add the squares of their numbers",
}


def left_out_sentences(
    unlabelled: int,
    weightless: int,
    classes: Mapping[Any, str],
    counts: pd.Series,
    columns: Mapping[Any, Column],
    readings: Sequence[str] = (),
) -> tuple[str, ...]:
    """Say what was left out and why, how text was read, which levels were lumped, and what looks odd.

    Parameters
    ----------
    unlabelled, weightless : int
        Rows without a label, and rows of weight 0.
    classes : mapping of label to str
        Why a class is left out.
    counts : Series
        Label -> rows.
    columns : mapping of column name to Column
        All columns, used or not.
    readings : sequence of str
        Notes of `genvsdisc.features.typed.typed_table`.

    Returns
    -------
    sentences : tuple of str

    Examples
    --------
    >>> import pandas as pd
    >>> columns = {name: Column("constant", note="the one value is 1") for name in "abcd"}
    >>> left_out_sentences(1, 0, {"rare": "fewer than 5 rows"}, pd.Series({"rare": 1, "common": 90}), columns)
    ... # doctest: +NORMALIZE_WHITESPACE
    ('1 row without a label is left out.', 'Class rare (1 row) is left out: fewer than 5 rows.',
     "4 columns are left out, for they have one value only: 'a', 'b', 'c', 'd'.")
    """
    sentences = without_a_label(unlabelled) + _of_rows(weightless, "of weight 0")
    sentences += _of_classes(classes, counts)
    gone = list(_of_columns_left_out(columns))
    sentences += gone
    sentences += [each for each in readings if not any(_says(sentence, each) for sentence in gone)]
    sentences += _of_columns_used(columns, readings)
    return tuple(dict.fromkeys(sentences))


def without_a_label(number: int) -> list[str]:
    """Say that rows without a label are left out, if there are any."""
    return _of_rows(number, "without a label")


def _of_rows(number: int, which: str) -> list[str]:
    rows = f"{number} row {which} is" if number == 1 else f"{number} rows {which} are"
    return [f"{rows} left out."] if number else []


def _of_classes(classes: Mapping[Any, str], counts: pd.Series) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for label, why in classes.items():
        rows = int(counts[label])
        by_reason.setdefault(why, []).append(f"{_short(label)} ({rows} row{'s' * (rows != 1)})")
    for why, labels in by_reason.items():
        if len(labels) <= MOST_NAMED:
            yield from (f"Class {label} is left out: {why}." for label in labels)
        else:
            yield f"{len(labels)} classes are left out, each for one reason ({why}): {_together(labels)}."


def _of_columns_left_out(columns: Mapping[Any, Column]) -> Iterator[str]:
    by_kind: dict[str, list[Any]] = {}
    for name, column in columns.items():
        if not column.used:
            by_kind.setdefault(column.kind, []).append(name)
    for kind, names in by_kind.items():
        if len(names) <= MOST_NAMED:
            yield from (f"Column {name!s} is left out: {columns[name].note}." for name in names)
        else:
            yield f"{len(names)} columns are left out, for {_WHY[kind]}: {_together(_quoted(names))}."


def _of_columns_used(columns: Mapping[Any, Column], readings: Sequence[str]) -> Iterator[str]:
    """What was done to columns that are used, beyond how they were read."""
    lumped = [name for name, column in columns.items() if column.used and column.lumped]
    if len(lumped) > MOST_NAMED:
        yield (
            f"{len(lumped)} columns have more than {MOST_LEVELS} levels, of which the most frequent are kept and the "
            f"others count as one: {_together(_quoted(lumped))}."
        )
    present = [name for name, column in columns.items() if column.kind == "binary" and len(column.levels) == 1]
    if len(present) > MOST_NAMED:
        yield f"{len(present)} columns have one value or none, and say present or not: {_together(_quoted(present))}."
    for name, column in columns.items():
        parts = column.note.split("; ") if column.used and column.note else []
        summarized = (column.lumped and len(lumped) > MOST_NAMED) or (name in present and len(present) > MOST_NAMED)
        parts = parts[1:] if summarized else parts
        head = f"Column {str(name)!r}: "
        parts = [part for part in parts if not any(head in each and part in each for each in readings)]
        if parts:
            yield f"{head}{'; '.join(parts)}."


def _says(sentence: str, reading: str) -> bool:
    """Whether the sentence on a column that is left out says already how its text was read."""
    head, _, note = reading.partition(": ")
    name, _, reason = sentence.removesuffix(".").partition(" is left out: ")
    return head == f"Column {name.removeprefix('Column ')!r}" and note.removesuffix(".") in reason


def _short(label: Any) -> str:
    text = str(label)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _quoted(names: Sequence[Any]) -> list[str]:
    return [quoted(str(name)) for name in names]


def _together(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_TOGETHER
    return ", ".join(names[:_NAMED_TOGETHER]) + (f" and {more} more" if more > 0 else "")
