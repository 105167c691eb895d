"""Signs in a table that random folds flatter every model: groups of rows, markers, copies, columns that know the label.

Each check is a function of the columns and labels alone, and says what it rests on:

* **group**: a column whose values repeat and whose rows are alike given the class. Alike is measured by the one-way
  intraclass correlation of the other columns (ranks, class means taken off), tested by F with Bonferroni's correction
  over the columns. An ordinary number is tied to other columns too, but smoothly: neighboring values have neighboring
  means. So without a hint from its name, a column of numbers counts only if the means of neighboring values differ
  about as much as those of any two values (von Neumann's ratio, Annals of Math. Statistics 12, 1941: near 1 for names
  of subjects, near 0 for measurements). And any column without a hint counts only if no few values hold most rows
  (``1 / sum p_l^2``, the effective number of values) and if classifying each row by its nearest row errs more once rows
  of the same value are barred.
* **row order**: rows next to each other are alike given the class. The lag-1 correlations r_j within each class, trends
  taken off, have under exchangeable rows mean 0 and covariance ``rho_jk^2 / n``, rho the correlation of the columns:
  their sum is tested. Columns that the file is sorted by are left out.
* **split marker**, **identifier**: by values and names.
* **duplicates**: rows that are alike to the last column, label included. Where columns are coarse such pairs arise by
  chance, but then pairs that differ in one column are more frequent still; copies have no such near misses.
* **copy of the target**, **gives the label away**, **missing entries give the label away**: the majority label of a
  column's value (32 quantiles of numbers, missing a value of its own), each row left out of its own majority, errs on
  2 % of the rows on which the majority class errs, or less.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.kinds import is_number
from genvsdisc.study.statistics.alikeness import (
    Alikeness,
    alike_given_level,
    effective_number,
    levels_of,
    numbers_equal_shares,
    order_alikeness,
    residual_ranks,
)
from genvsdisc.study.statistics.column_names import (
    looks_like_codes,
    names_a_group,
    names_a_row,
    names_a_split,
    split_words,
)
from genvsdisc.study.table import Table

GROUP, ORDER, MARKER, IDENTIFIER = "group", "row order", "split marker", "identifier"
DUPLICATES, COPY, GIVEN_AWAY, MISSING = (
    "duplicates", "copy of the target", "gives the label away", "missing entries give the label away",
)  # fmt: skip
MOST_ROWS = 20_000
"""Rows that are looked at for alikeness; of more, as many at random."""
SURE = 1e-4
"""Largest p-value, corrected for the number of columns, at which a column without a hint is named."""
HINTED = 1e-2
"""The same where name or values hint at subjects or files."""
LEAST_ALIKE = 0.1
"""Smallest intraclass or lag-1 correlation worth a warning."""
ROUGH = 0.5
"""Least ratio of neighboring to overall differences of means of a column that is no measurement."""
FEWEST_LEVELS = 10
"""Effective number of values that a column without a hint must have."""
GIVES_AWAY = 0.02
"""Share of the majority class's errors that a column alone may leave, to be said to give the label away."""
_MOST_NAMED = 5


class Leak(NamedTuple):
    """A row of the table `leaks`."""

    kind: str
    column: str
    evidence: str
    value: float
    message: str


def leak_table(table: Table) -> pd.DataFrame:
    """Look for groups and leaks in a table: the table `leaks`.

    Parameters
    ----------
    table : Table
        Its `sampling` says which are taken care of: with groups or time, nothing that follows from them is said.

    Returns
    -------
    leaks : DataFrame
        Columns kind, column ("" where it is the table), evidence (what was measured), value, message (what it means
        and what to do).
    """
    found = [leak for check in CHECKS for leak in check(table)]
    if any(leak.kind == GROUP and _stands_together(table, leak.column) for leak in found):
        found = [leak for leak in found if leak.kind != ORDER]  # it is the groups that stand together
    return pd.DataFrame(found, columns=list(Leak._fields)).astype({"value": float})


def leak_warnings(leaks: pd.DataFrame) -> list[str]:
    """Sentences for the top of the page and the terminal, the gravest first.

    Parameters
    ----------
    leaks : DataFrame
        The table `leaks`.
    """
    rank = {kind: place for place, kind in enumerate((COPY, GIVEN_AWAY, MISSING, GROUP, ORDER, MARKER, IDENTIFIER))}
    order = leaks["kind"].map(rank).fillna(len(rank)).sort_values(kind="stable").index
    return [str(message) for message in leaks.loc[order, "message"]]


def _stands_together(table: Table, column: str) -> bool:
    """Whether the rows of one value of a column follow one another in the file."""
    levels, n_levels = levels_of(next(table.X[name] for name in table.X.columns if str(name) == column))
    return np.count_nonzero(np.diff(levels)) < 2 * n_levels


def markers(table: Table) -> list[Leak]:
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


def identifiers(table: Table) -> list[Leak]:
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


def duplicates(table: Table) -> list[Leak]:
    """Rows that stand in the table more than once, more often than coarse columns explain."""
    codes = np.column_stack([levels_of(table.X[name])[0] for name in table.X.columns] + [table.codes])
    exact, copied = _equal_pairs(codes)
    share = copied.mean()
    if share < 0.01 or codes.shape[1] < 3:
        return []
    near = sum(_equal_pairs(np.delete(codes, j, axis=1))[0] - exact for j in range(codes.shape[1] - 1))
    if near >= exact:
        return []
    return [
        Leak(
            DUPLICATES, "", "share of rows with an exact copy", float(share),
            f"{share:.0%} of the rows have an exact copy in the table, and hardly any row differs from another in one "
            "column only: random folds test on rows that were trained on; drop the copies, or give groups.",
        )
    ]  # fmt: skip


def _equal_pairs(codes: NDArray) -> tuple[int, NDArray]:
    """Number of pairs of equal rows, and whether each row has an equal one."""
    _, members, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    counts = counts.astype(np.int64)
    return int((counts * (counts - 1) // 2).sum()), counts[members.ravel()] > 1


def giving_away(table: Table) -> list[Leak]:
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
            found.append(_given(MISSING, name, error, table, f"whether '{name}' is missing"))
    for name in table.X.columns:
        levels, n_levels = levels_of(table.X[name], most=32)
        error = _left_out_errors(levels, table.codes)
        if error <= GIVES_AWAY * n_wrong and str(name) not in {leak.column for leak in found}:
            copy = error == 0 and n_levels == len(table.classes) == table.X[name].nunique()
            subject = f"'{name}' is a copy of the target: it" if copy else f"'{name}'"
            found.append(_given(COPY if copy else GIVEN_AWAY, name, error, table, subject))
    easy = len(found) > max(1, len(table.X.columns) / 2) and len(table.X.columns) > 1
    return [leak for leak in found if not easy or leak.kind == COPY][:_MOST_NAMED]


def _given(kind: str, name: Any, error: int, table: Table, subject: str) -> Leak:
    share = error / len(table.codes)
    alone = f"{subject} alone gives the label (error {share:.1%})"
    advice = "if it is known only after the label is, drop the column"
    return Leak(kind, str(name), "error of the column alone", share, f"{alone[0].upper() + alone[1:]}: {advice}.")


def _left_out_errors(levels: NDArray, codes: NDArray) -> int:
    """Errors of the majority label of each row's level, the row itself left out; ties err."""
    counts = np.zeros((levels.max() + 1, codes.max() + 1), dtype=int)
    np.add.at(counts, (levels, codes), 1)
    mine = counts[levels, codes] - 1
    others = counts[levels]
    others[np.arange(len(codes)), codes] = -1
    return int((mine <= np.maximum(others.max(axis=1), 0)).sum())


def group_columns(table: Table) -> list[Leak]:
    """Columns whose values look like subjects or files."""
    some = _some_rows(table)
    X, codes = table.X.iloc[some], table.codes[some]
    ranks, source = residual_ranks(X, table.columns, codes)
    given = table.sampling.codes[some] if table.sampling.kind != "rows" else None
    found: list[tuple[Leak, NDArray, bool]] = []
    for name in X.columns:
        levels, n_levels = levels_of(X[name])
        hint = names_a_group(str(name)) or looks_like_codes(X[name])
        numbered = not hint and numbers_equal_shares(X[name], levels)
        if n_levels < (3 if hint else FEWEST_LEVELS) or 2 * n_levels > len(levels):
            continue
        if given is not None and _determines(given, levels):
            continue
        others = ranks[:, source != str(name)]
        alike = alike_given_level(others, levels)
        hint |= numbered and alike.roughness >= ROUGH
        if _group_like(alike, X[name], levels, hint, others, codes):
            found.append((_group(name, alike, n_levels, len(levels), hint), levels, hint))
    return _finest(found)[:3]


def _group_like(
    alike: Alikeness, values: pd.Series, levels: NDArray, hint: bool, others: NDArray, codes: NDArray
) -> bool:
    if hint:
        return alike.pvalue < HINTED and (alike.correlation >= LEAST_ALIKE or not is_number(values))
    if alike.pvalue > SURE or alike.correlation < LEAST_ALIKE or effective_number(levels) < FEWEST_LEVELS:
        return False
    if is_number(values) and alike.roughness < ROUGH:
        return False
    return _nearest_errs_more(others, levels, codes)


def _nearest_errs_more(ranks: NDArray, levels: NDArray, codes: NDArray) -> bool:
    """Whether the nearest row errs more often once rows of the same level are barred, beyond barring as many others."""
    some = np.random.default_rng(0).permutation(len(codes))[:2000]
    ranks, levels, codes = ranks[some], levels[some], codes[some]
    random_levels = np.random.default_rng(1).permutation(levels)
    squares = (ranks**2).sum(axis=1)
    distance = squares[:, None] + squares - 2 * ranks @ ranks.T
    wrong = []
    for barred in (levels, random_levels):
        allowed = np.where(barred[:, None] == barred, np.inf, distance)
        wrong.append(codes[allowed.argmin(axis=1)] != codes)
    by_level = pd.Series(wrong[0].astype(float) - wrong[1]).groupby(levels).agg(["sum", "size"])
    mean = by_level["sum"].sum() / len(codes)
    spread = np.sqrt(((by_level["sum"] - mean * by_level["size"]) ** 2).sum()) / len(codes)
    return bool(mean > 0.05 and mean > 3 * spread)


def _group(name: Any, alike: Alikeness, n_levels: int, n_rows: int, hint: bool) -> Leak:
    numbers = f"{n_levels} values of {n_rows / n_levels:.0f} rows each"
    how = f"intraclass correlation {alike.correlation:.2f}"
    seen = (
        f"'{name}' looks like subjects or files: {numbers}, and rows with one value are alike ({how})"
        if hint
        else f"Rows with one value of '{name}' ({numbers}) are alike ({how}), as rows of one subject or file are"
    )
    return Leak(
        GROUP, str(name), "intraclass correlation of the other columns", alike.correlation,
        f"{seen}: random folds train and test on the same ones. If new rows come with new values, give "
        f"groups='{name}' (--groups).",
    )  # fmt: skip


def _finest(found: list[tuple[Leak, NDArray, bool]]) -> list[Leak]:
    """Drop columns without a hint that follow from another one found, or are less alike than another one."""
    kept = [
        (leak, hint)
        for leak, levels, hint in found
        if hint or not any(_determines(other, levels) for _, other, _ in found if other is not levels)
    ]
    kept.sort(key=lambda pair: (not pair[1], -pair[0].value))
    return [leak for place, (leak, hint) in enumerate(kept) if hint or place == 0]


def _determines(finer: NDArray, coarser: NDArray) -> bool:
    """Whether the level of one column follows from that of the other, and not the other way round too."""
    pairs = len(np.unique(np.stack([finer, coarser]), axis=1).T)
    return pairs == len(np.unique(finer)) and pairs >= len(np.unique(coarser))


def row_order(table: Table) -> list[Leak]:
    """Rows next to each other in the file that are alike: subjects or moments without a column."""
    if table.sampling.kind != "rows":
        return []
    correlation, pvalue = order_alikeness(table.X, table.columns, table.codes)
    if pvalue > SURE or correlation < LEAST_ALIKE:
        return []
    return [
        Leak(
            ORDER, "", "correlation of successive rows of a class", correlation,
            f"Rows that follow one another in the file are alike (correlation {correlation:.2f} within a class), as "
            "rows of one subject or moment are: random folds then train and test on the same ones. Give the subjects "
            "as groups, or the moments as time.",
        )
    ]  # fmt: skip


def _some_rows(table: Table) -> NDArray:
    n = len(table.codes)
    return np.arange(n) if n <= MOST_ROWS else np.sort(np.random.default_rng(0).permutation(n)[:MOST_ROWS])


CHECKS: tuple[Callable[[Table], list[Leak]], ...] = (
    giving_away, markers, identifiers, group_columns, row_order, duplicates,
)  # fmt: skip
"""What is looked for."""
