"""Columns and rows that tell a model the label, or which rows were once trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.kinds import as_numbers, is_number
from genvsdisc.study.statistics.alikeness import levels_of
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
from genvsdisc.study.table import PreparedTable

GIVES_AWAY = 0.02
"""Share of the majority class's errors that a column alone may leave, to be said to give the label away."""
FEWEST_CELLS = 0.01
"""Smallest share of the combinations of all columns for rows to be taken for the cells of a table of counts."""
LEAST_COPIED = 0.01
"""Smallest share of rows with an exact copy that is worth a warning."""
_MOST_NAMED = 5


def markers(table: PreparedTable) -> list[Leak]:
    """Columns that say which part of a split a row belonged to."""
    found = []
    for name in table.X.columns:
        levels = table.X[name].dropna().unique()
        words, few = split_words(levels), 2 <= len(levels) <= 50
        if few and (words or names_a_split(str(name), len(levels))):
            shown = ", ".join(map(str, levels[:3]))
            found.append(
                Leak(
                    MARKER, str(name), "values" if words else "name", float(len(levels)),
                    f"'{name}' ({shown}) says which part of a split a row was in: no model should see it; drop the "
                    "column.",
                )
            )  # fmt: skip
    return found


def identifiers(table: PreparedTable) -> list[Leak]:
    """Whole numbers that are all different and leave hardly a gap, or are named as a row's: they number the rows.

    Of n values drawn from any law on about n numbers, about a third would repeat; none does.
    """
    found = []
    for name, kind in table.kinds.items():
        values = table.X[name]
        if kind != "continuous" or not pd.api.types.is_numeric_dtype(values.dtype) or values.isna().any():
            continue
        numbers = values.to_numpy(float)
        unique = len(np.unique(numbers)) == len(numbers) >= 10 and np.array_equal(numbers, np.rint(numbers))
        dense = unique and len(numbers) / (np.ptp(numbers) + 1)
        if unique and (dense >= 0.8 or names_a_row(str(name))):
            found.append(
                Leak(
                    IDENTIFIER, str(name), "share of the numbers in its range that occur", float(dense),
                    f"'{name}' numbers the rows: if rows were sorted when they were numbered it knows the label; drop "
                    "the column.",
                )
            )  # fmt: skip
    return found


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
    found = [levels_of(table.X[name]) for name in table.X.columns if name != but]
    if not found:
        return 0.0
    rows = np.column_stack([table.codes, *(ranks for ranks, _ in found)])
    cells = len(table.classes) * np.prod([float(n_levels) for _, n_levels in found])
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
    values = [levels_of(table.X[name])[0] for name in table.X.columns]
    hashes = np.stack([rng.integers(2**63, size=codes.max() + 1, dtype=np.uint64)[codes] for codes in values])
    rows = hashes.sum(axis=0) + rng.integers(2**63, size=len(table.classes), dtype=np.uint64)[table.codes]
    exact, copied = _equal_pairs(rows)
    share = copied.mean()
    if share < LEAST_COPIED or len(values) < 2 or sum(_equal_pairs(rows - h)[0] - exact for h in hashes) >= exact:
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
    found = []
    for name in table.X.columns:
        if not table.X[name].isna().any():
            continue
        error = _left_out_errors(table.X[name].isna().to_numpy().astype(int), table.codes)
        if error <= GIVES_AWAY * n_wrong:
            found.append(_given(MISSINGNESS, name, error, table, f"whether '{name}' is missing"))
    for name in table.X.columns:
        levels, n_levels = levels_of(table.X[name], most=32)
        error = _left_out_errors(levels, table.codes)
        if n_levels == 32 and is_number(table.X[name]):  # else it is words, of 32 values
            error = min(error, _neighbor_errors(as_numbers(table.X[name]), table.codes))
        if error <= GIVES_AWAY * n_wrong and str(name) not in {leak.column for leak in found}:
            copy = error == 0 and n_levels == len(table.classes) == table.X[name].nunique()
            subject = f"'{name}' is a copy of the target: it" if copy else f"'{name}'"
            found.append(_given(COPY if copy else GIVEN_AWAY, name, error, table, subject))
    easy = len(found) > max(1, len(table.X.columns) / 2) and len(table.X.columns) > 1
    return [leak for leak in found if not easy or leak.kind == COPY][:_MOST_NAMED]


def _given(kind: str, name: Any, error: int, table: PreparedTable, subject: str) -> Leak:
    share = error / len(table.codes)
    alone = f"{subject} alone gives the label (error {share:.1%})"
    advice = "if it is known only after the label is, drop the column"
    return Leak(kind, str(name), "error of the column alone", share, f"{alone[0].upper() + alone[1:]}: {advice}.")


def _neighbor_errors(numbers: NDArray, codes: NDArray) -> int:
    """Errors of the label of each row's nearest number; a border between classes costs two at most, quantiles more."""
    seen = ~np.isnan(numbers)
    order = np.flatnonzero(seen)[np.argsort(numbers[seen], kind="stable")]
    gaps = np.concatenate([[np.inf], np.diff(numbers[order]), [np.inf]])
    nearest = np.arange(len(order)) + np.where(gaps[:-1] < gaps[1:], -1, 1)
    return int((codes[order] != codes[order][nearest]).sum() + (~seen).sum())


def _left_out_errors(levels: NDArray, codes: NDArray) -> int:
    """Errors of the majority label of each row's level, the row itself left out; ties err."""
    counts = np.zeros((levels.max() + 1, codes.max() + 1), dtype=int)
    np.add.at(counts, (levels, codes), 1)
    mine = counts[levels, codes] - 1
    others = counts[levels]
    others[np.arange(len(codes)), codes] = -1
    return int((mine <= np.maximum(others.max(axis=1), 0)).sum())
