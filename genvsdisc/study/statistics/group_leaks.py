"""Columns, and an order of the rows, that look like subjects or files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.kinds import as_numbers, is_number
from genvsdisc.study.statistics.alikeness import (
    Alikeness,
    alike_given_level,
    effective_number,
    numbers_equal_shares,
    residual_ranks,
)
from genvsdisc.study.statistics.column_names import looks_like_codes, names_a_group
from genvsdisc.study.statistics.leak import GROUP, ORDER, Leak
from genvsdisc.study.statistics.levels import levels_of, levels_of_columns
from genvsdisc.study.statistics.row_order import order_alikeness
from genvsdisc.study.table import PreparedTable

MOST_COMPARED_ROWS = 20_000
"""Rows that are looked at for alikeness; of more, as many at random."""
CERTAIN = 1e-4
"""Largest p-value, corrected for the number of columns, at which a column without a hint is named."""
ORDER_CERTAIN = 5e-3
"""Largest p-value at which the order of the rows is."""
HINTED = 1e-2
"""The same where name or values hint at subjects or files."""
LEAST_INFLATED = 1.25
"""Least factor by which alike successive rows inflate the variance of a mean, where each is little like the next."""
LEAST_ALIKE = 0.1
"""Smallest intraclass or lag-1 correlation worth a warning."""
ROUGH = 0.5
"""Least ratio of neighboring to overall differences of means of a column that is no measurement."""
FEWEST_LEVELS = 10
"""Effective number of values that a column without a hint must have."""


def group_columns(table: PreparedTable) -> list[Leak]:
    """Columns whose values look like subjects or files."""
    some = _some_rows(table)
    X, codes = table.X.iloc[some], table.codes[some]
    labels = np.eye(len(table.classes))[codes][:, 1:]
    given = None if table.sampling.independent else table.sampling.codes[some]
    may_be: dict[Any, tuple[NDArray, int, bool]] = {}
    ranked = zip(X.columns, *(of.T for of in levels_of_columns(X)), strict=True)
    for name, levels, n_levels in ranked:
        if n_levels < 3 or 2 * n_levels > len(levels) or (given is not None and _determines(given, levels)):
            continue
        hint = names_a_group(str(name)) or looks_like_codes(X[name])
        if hint or n_levels >= FEWEST_LEVELS:
            may_be[name] = levels, int(n_levels), hint
    if not may_be:
        return []
    ranks, source = residual_ranks(X, table.columns, codes)
    groups: list[tuple[Leak, NDArray, bool]] = []
    for name, (levels, n_levels, hint) in may_be.items():
        numbered = not hint and numbers_equal_shares(X[name], levels)
        others = ranks[:, source != str(name)]
        if hint:  # subjects may have labels of their own; of other columns it is what they are for
            others = np.hstack([others, labels])
        alike = alike_given_level(others, levels, ordered=is_number(X[name]))
        hint |= numbered and alike.roughness >= ROUGH and alike.correlation >= LEAST_ALIKE
        fractions = _has_fractions(X[name])
        if not _group_like(alike, levels, hint, others, codes, fractions=fractions):
            alike = _alike_in_classes(ranks[:, source != str(name)], levels, codes, ordered=is_number(X[name]))
            if not _group_like(alike, levels, hint, others, codes, fractions=fractions):
                continue
        groups.append((_group(name, alike, n_levels, len(levels), hint), levels, hint))
    return _finest(groups)[:3]


def _alike_in_classes(ranks: NDArray, levels: NDArray, codes: NDArray, *, ordered: bool) -> Alikeness:
    """Alikeness within each of the two largest classes, the lesser: a subject may move each class its own way.

    Over all classes such effects cancel. The p-value is corrected for this being a second look.
    """
    by_class = []
    for k in np.argsort(-np.bincount(codes), kind="stable")[:2]:
        inside = codes == k
        class_levels = np.unique(levels[inside], return_inverse=True)[1]
        some = ranks[inside]
        some = some[:, np.ptp(some, axis=0) > 0]
        if not 1 <= class_levels.max() <= len(class_levels) / 2 - 1:
            return Alikeness(0.0, 0.0, 1.0, 0.0)
        by_class.append(alike_given_level(some, class_levels, ordered=ordered))
    correlations, medians, pvalues, roughness = zip(*by_class, strict=True)
    return Alikeness(min(correlations), min(medians), min(1.0, 2 * max(pvalues)), min(roughness))


def _has_fractions(values: pd.Series) -> bool:
    """Whether a column holds numbers that are not whole: nobody names subjects by such."""
    if not is_number(values):
        return False
    numbers = as_numbers(values)
    return bool((numbers[np.isfinite(numbers)] % 1 != 0).any())


def _group_like(
    alike: Alikeness, levels: NDArray, hint: bool, others: NDArray, codes: NDArray, *, fractions: bool
) -> bool:
    """Whether a column looks like groups; fractions are measurements, which must help the nearest row too."""
    if hint:
        return alike.pvalue < HINTED
    if alike.pvalue > CERTAIN or alike.correlation < LEAST_ALIKE or effective_number(levels) < FEWEST_LEVELS:
        return False
    if alike.roughness < ROUGH:
        return False
    return (alike.median >= LEAST_ALIKE and not fractions) or _nearest_errs_more(others, levels, codes)


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


def _finest(groups: list[tuple[Leak, NDArray, bool]]) -> list[Leak]:
    """Drop columns without a hint that follow from another one found, or are less alike than another one."""
    kept = [
        (leak, hint)
        for leak, levels, hint in groups
        if hint or not any(_determines(other, levels) for _, other, _ in groups if other is not levels)
    ]
    kept.sort(key=lambda pair: (not pair[1], -pair[0].value))
    return [leak for place, (leak, hint) in enumerate(kept) if hint or place == 0]


def _determines(finer: NDArray, coarser: NDArray) -> bool:
    """Whether the level of one column follows from that of the other, and not the other way round too."""
    pairs = len(np.unique(np.stack([finer, coarser]), axis=1).T)
    return pairs == len(np.unique(finer)) and pairs >= len(np.unique(coarser))


def row_order(table: PreparedTable) -> list[Leak]:
    """Rows next to each other in the file that are alike: subjects or moments without a column."""
    if not table.sampling.independent:
        return []
    alike = order_alikeness(table.X, table.columns, table.codes)
    if alike.pvalue > ORDER_CERTAIN or (alike.correlation < LEAST_ALIKE and alike.inflation < LEAST_INFLATED):
        return []
    over = f", and on over {alike.steps} rows" if alike.correlation < LEAST_ALIKE else ""
    others = table.X.drop(columns=[name for name in table.X.columns if str(name) == alike.column])
    if order_alikeness(others, table.columns, table.codes).pvalue > ORDER_CERTAIN:
        what = (
            f"Rows that follow one another in the file are alike in '{alike.column}' (correlation "
            f"{alike.of_column:.2f} within a class), and for certain in no other column. If that is the order of the "
            "file, it does no harm; if such rows are of one subject or moment, random folds train and test on the same "
            "ones: give"
        )
    else:
        what = (
            f"Rows that follow one another in the file are alike (correlation {alike.correlation:.2f} within a class"
            f"{over}), as rows of one subject or moment are: random folds then train and test on the same ones. Give"
        )
    return [
        Leak(
            ORDER, "", "correlation of successive rows of a class", alike.correlation,
            f"{what} the subjects as groups, or the moments as time.",
        )
    ]  # fmt: skip


def _some_rows(table: PreparedTable) -> NDArray:
    n = len(table.codes)
    return (
        np.arange(n)
        if n <= MOST_COMPARED_ROWS
        else np.sort(np.random.default_rng(0).permutation(n)[:MOST_COMPARED_ROWS])
    )


def stands_together(table: PreparedTable, column: str) -> bool:
    """Whether the rows of one value of a column follow one another in the file."""
    levels, n_levels = levels_of(next(table.X[name] for name in table.X.columns if str(name) == column))
    return bool(np.count_nonzero(np.diff(levels)) < 2 * n_levels)
