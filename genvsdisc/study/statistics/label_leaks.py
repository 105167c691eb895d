"""Columns and rows that tell a model the label, or which rows were once trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.kinds import as_numbers, is_number
from genvsdisc.study.statistics.column_names import names_a_frequency, names_a_row, names_a_split, split_words
from genvsdisc.study.statistics.leak import (
    COPY,
    DUPLICATES,
    FREQUENCY,
    GIVEN_AWAY,
    IDENTIFIER,
    MARKER,
    MISSINGNESS,
    Leak,
)
from genvsdisc.study.statistics.levels import are_numbers, blocks_of_columns, finer_than, levels_of_columns
from genvsdisc.study.statistics.lone_columns import left_out_errors, neighbor_errors
from genvsdisc.study.table import PreparedTable

GIVES_AWAY = 0.02
"""Share of the majority class's errors that a column alone may leave, to be said to give the label away."""
FEWEST_CELLS = 0.01
"""Smallest share of the combinations of all columns for rows to be taken for the cells of a table of counts."""
LEAST_COPIED = 0.01
"""Smallest share of rows with an exact copy that is worth a warning."""
_QUANTILES = 32
"""Levels of a column of numbers, where it has more values."""
_MOST_PARTS = 50
"""Values of a column that may say which part of a split a row was in."""
_MOST_NAMED = 5


def markers(table: PreparedTable) -> list[Leak]:
    """Columns that say which part of a split a row belonged to."""
    leaks = []
    n_levels = levels_of_columns(table.X)[1]
    for name in table.X.columns[n_levels <= _MOST_PARTS + 1]:  # missing ones are a level there
        levels = table.X[name].dropna().unique()
        words, few = split_words(levels), 2 <= len(levels) <= _MOST_PARTS
        if few and (words or names_a_split(str(name), len(levels))):
            shown = ", ".join(map(str, levels[:3]))
            leaks.append(
                Leak(
                    MARKER, str(name), "values" if words else "name", float(len(levels)),
                    f"'{name}' ({shown}) says which part of a split a row was in: no model should see it; drop the "
                    "column.",
                )
            )  # fmt: skip
    return leaks


def identifiers(table: PreparedTable) -> list[Leak]:
    """Whole numbers that are all different and leave hardly a gap, or are named as a row's: they number the rows.

    Of n values drawn from any law on about n numbers, about a third would repeat; none does.
    """
    leaks: list[Leak] = []
    different = levels_of_columns(table.X)[1] == len(table.X)
    if len(table.X) < 10:
        return leaks
    for name, values in table.X.loc[:, different].items():
        if table.columns[name].kind != "continuous" or not pd.api.types.is_numeric_dtype(values.dtype):
            continue
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        unique = np.array_equal(numbers, np.rint(numbers))  # false for one that is missing
        dense = unique and len(numbers) / (np.ptp(numbers) + 1)
        if unique and (dense >= 0.8 or names_a_row(str(name))):
            leaks.append(
                Leak(
                    IDENTIFIER, str(name), "share of the numbers in its range that occur", float(dense),
                    f"'{name}' numbers the rows: if rows were sorted when they were numbered it knows the label; drop "
                    "the column.",
                )
            )  # fmt: skip
    return leaks


def frequencies(table: PreparedTable) -> list[Leak]:
    """A column, or weights, that say how often each row occurred: no two rows are the same but for it.

    Such a table is one of counts, a cell of it in each row; of all its cells not too few are there. A column is named
    so; weights are whole numbers.
    """
    evidence, advice = "share of the combinations that occur", "Repeat each row as often"
    if table.weights is not None:
        share = _share_of_cells(table) if np.array_equal(table.weights, np.rint(table.weights)) else 0.0
        message = (
            "The weights look like how often each row occurred, for no two rows are the same: folds of whole rows test "
            f"each combination with a label that it was never trained on with. {advice}, without weights."
        )
        return [Leak(FREQUENCY, "", evidence, share, message)] if share >= FEWEST_CELLS else []
    for name, kind in table.kinds.items():
        if kind != "continuous" or not names_a_frequency(str(name)) or not _are_counts(table.X[name]):
            continue
        share = _share_of_cells(table, name)
        if share >= FEWEST_CELLS:
            message = (
                f"'{name}' looks like how often each row occurred, for no two rows are the same but for it: it is no "
                f"feature, and a row is not one case. {advice}, and drop the column."
            )
            return [Leak(FREQUENCY, str(name), evidence, share, message)]
    return []


def _share_of_cells(table: PreparedTable, but: Any = None) -> float:
    """Share of the combinations of labels and columns but one that occur; 0 where one stands in two rows."""
    levels, n_levels = levels_of_columns(table.X.drop(columns=[] if but is None else [but]))
    if not levels.size:
        return 0.0
    rows = np.column_stack([table.codes, levels])
    cells = len(table.classes) * np.prod(n_levels.astype(float))
    return float(len(rows) / cells) if len(np.unique(rows, axis=0)) == len(rows) else 0.0


def _are_counts(values: pd.Series) -> bool:
    if not is_number(values) or values.isna().any():
        return False
    numbers = as_numbers(values)
    return bool((numbers >= 0).all() and np.array_equal(numbers, np.rint(numbers)))


def duplicates(table: PreparedTable) -> list[Leak]:
    """Rows that stand in the table more than once, more often than coarse columns explain."""
    rng = np.random.default_rng(0)
    # A row is the sum of random 64-bit numbers, one for each of its values: equal sums are equal rows, but for one pair
    # in 2^64, and leaving a column out is a subtraction.
    levels, n_levels = levels_of_columns(table.X)
    each = zip(levels.T, n_levels, strict=True)
    hashes = np.stack([rng.integers(2**63, size=n_different, dtype=np.uint64)[ranks] for ranks, n_different in each])
    rows = hashes.sum(axis=0) + rng.integers(2**63, size=len(table.classes), dtype=np.uint64)[table.codes]
    exact, copied = _equal_pairs(rows)
    share = copied.mean()
    if share < LEAST_COPIED or len(hashes) < 2 or sum(_equal_pairs(rows - h)[0] - exact for h in hashes) >= exact:
        return []
    return [
        Leak(
            DUPLICATES, "", "share of rows with an exact copy", float(share),
            f"{share:.0%} of the rows have an exact copy in the table, and hardly any row differs from another in one "
            "column only: random folds test on rows that were trained on; drop the copies, or give groups.",
        )
    ]  # fmt: skip


def _equal_pairs(rows: NDArray) -> tuple[int, NDArray]:
    """Number of pairs of equal rows, and whether each row has an equal one."""
    _, members, counts = np.unique(rows, return_inverse=True, return_counts=True)
    return int((counts * (counts - 1) // 2).sum()), counts[members] > 1


def giving_away(table: PreparedTable) -> list[Leak]:
    """Columns of which one alone gives the label, where most do not."""
    majority = np.bincount(table.codes).max()
    n_wrong = len(table.codes) - majority
    if n_wrong < 5:
        return []
    leaks = []
    names, most = table.X.columns, GIVES_AWAY * n_wrong
    missing = table.X.isna().to_numpy()
    some = np.flatnonzero(missing.any(axis=0))
    errors = left_out_errors(missing[:, some].astype(int), missing[:, some].max(axis=0).astype(int) + 1, table.codes)
    for place in np.flatnonzero(errors <= most).tolist():
        name = names[int(some[place])]
        leaks.append(_given(MISSINGNESS, name, int(errors[place]), table, f"whether '{name}' is missing"))
    named = {leak.column for leak in leaks}
    n_levels, errors = _errors_alone(table)
    for place in np.flatnonzero(errors <= most).tolist():
        name, error = names[place], int(errors[place])
        if str(name) in named:
            continue
        copy = error == 0 and n_levels[place] == len(table.classes) == table.X[name].nunique()
        subject = f"'{name}' is a copy of the target: it" if copy else f"'{name}'"
        leaks.append(_given(COPY if copy else GIVEN_AWAY, name, error, table, subject))
    easy = len(leaks) > max(1, len(table.X.columns) / 2) and len(table.X.columns) > 1
    return [leak for leak in leaks if not easy or leak.kind == COPY][:_MOST_NAMED]


def _errors_alone(table: PreparedTable) -> tuple[NDArray, NDArray]:
    """Levels of each column, and errors of its level alone, or of the nearest number: the smaller."""
    levels, n_levels = levels_of_columns(table.X, most=_QUANTILES)
    errors = left_out_errors(levels, n_levels, table.codes)
    in_quantiles, plain = finer_than(table.X, _QUANTILES), are_numbers(table.X)
    for places in blocks_of_columns(np.flatnonzero(in_quantiles & plain), len(table.X)):
        numbers = table.X.iloc[:, places].to_numpy(dtype=float)
        errors[places] = np.minimum(errors[places], neighbor_errors(numbers, table.codes))
    for place in np.flatnonzero(in_quantiles & ~plain).tolist():
        near = neighbor_errors(as_numbers(table.X.iloc[:, place])[:, None], table.codes)
        errors[place] = min(errors[place], int(near[0]))
    return n_levels, errors


def _given(kind: str, name: Any, error: int, table: PreparedTable, subject: str) -> Leak:
    share = error / len(table.codes)
    alone = f"{subject} alone gives the label (error {share:.1%})"
    advice = "if it is known only after the label is, drop the column"
    return Leak(kind, str(name), "error of the column alone", share, f"{alone[0].upper() + alone[1:]}: {advice}.")
