"""Two comparisons side by side: what changed in facts and verdict, and which numbers moved beyond their errors."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from genvsdisc.practice.changes import (
    UNTOLD,
    Change,
    fact_changes,
    model_changes,
    plan_changes,
    timeless,
    verdict_changes,
)
from genvsdisc.practice.other_versions import own_names, reduced
from genvsdisc.practice.record import ABSENT, LEFT_OUT, ROUNDED
from genvsdisc.study.schema import records
from genvsdisc.study.statistics.paired_tests import corrected_ttest, holm

if TYPE_CHECKING:
    from genvsdisc.study.comparison import Comparison

PAIRED = "paired: both were judged on the same splits, so the luck of the splits cancels"
SAME_ROWS = (
    "taken as independent, though both saw the same rows in other splits: the errors of the differences are too large "
    "rather than too small"
)
UNSCORED = (
    "taken as independent, though both were judged on the same splits: a page had no room for the scores that would "
    "pair them (give the folders), and the errors of the differences are too large rather than too small"
)
INDEPENDENT = (
    "taken as independent, as those of different tables are: where rows are common to both, the errors of the "
    "differences are too large rather than too small"
)
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Difference:
    """What differs between two comparisons.

    Attributes
    ----------
    same : bool
        Whether all tables and facts are equal, but for how long it took, what a page had no room for, and words of the
        command that changed nothing (``--fail-if``, ``--save-models``).
    changes : tuple of Change
    numbers : DataFrame
        Columns model, family, loss, paired, before, after, difference, lower, upper, pvalue, pvalue_holm, beyond:
        the mean loss of each model in both, the second minus the first with its 95% interval; `beyond` where Holm's
        p < 0.05.
    how : str
        Whether differences are paired or independent, and why.
    """

    same: bool
    changes: tuple[Change, ...]
    numbers: pd.DataFrame
    how: str

    @property
    def multiplicity(self) -> str:
        """How many numbers were looked at, and what that means."""
        tested = int(self.numbers.pvalue.notna().sum())
        alone = int((self.numbers.pvalue < SIGNIFICANCE).sum())
        alike = self.numbers.paired
        apart = (
            f" {int((~alike).sum())} of them have no common splits and are taken as independent."
            if alike.any() and not alike.all()
            else ""
        )
        return (
            f"{tested} numbers were tested; by chance about {SIGNIFICANCE * tested:.1f} of them would differ at "
            f"p < {SIGNIFICANCE}, {alone} do. Those named as beyond their error are so after Holm's correction for all "
            f"of them.{apart}"
        )


def difference_of(
    before: Comparison, after: Comparison, *, names: tuple[Collection[str], Collection[str]] | None = None
) -> Difference:
    """Compare two comparisons.

    Parameters
    ----------
    before, after : Comparison
        Of any tables and models; numbers are compared for models of one name. Where a page carries a table rounded,
        both are rounded.
    names : tuple of two collections of str, default=None
        Tables and columns (``table.column``) that the versions which saved them have, as
        `genvsdisc.practice.other_versions.understood` tells; None for those of this version. What one of them lacks is
        named, and not compared.

    Returns
    -------
    difference : Difference
    """
    known = names or (own_names(), own_names())
    schema = tuple(_schema(*known))
    unlike = {change.what.partition(" ")[2] for change in schema}
    short = {*before.meta.get(ROUNDED, ()), *after.meta.get(ROUNDED, ())}
    before, after = (reduced(each, short, unlike) for each in (before, after))
    how = _how(before, after)
    changes = (*fact_changes(before, after), *model_changes(before, after), *verdict_changes(before, after), *schema)
    same = not schema and _same(before, after)
    if not same and not changes:  # else these are no news
        changes = tuple(plan_changes(before, after))
    return Difference(same, changes, _numbers(before, after, paired=how == PAIRED), how)


def _schema(before: Collection[str], after: Collection[str]) -> Iterator[Change]:
    """Tables that one version lacks, and columns of tables that both have."""
    for name in sorted({*before} ^ {*after}):
        table, _, column = name.partition(".")
        if not column or (table in before and table in after):
            states = ("there" if name in names else "unknown to this version" for names in (before, after))
            yield Change("versions", f"{'column' if column else 'table'} {name}", *states)


def _same(before: Comparison, after: Comparison) -> bool:
    absent = {*LEFT_OUT, *before.meta.get(ABSENT, ()), *after.meta.get(ABSENT, ())}
    facts = [
        {key: timeless(value) if key == "plan" else value for key, value in each.meta.items() if key not in UNTOLD}
        for each in (before, after)
    ]
    return facts[0] == facts[1] and all(
        table.equals(after.tables[name]) for name, table in before.tables.items() if name not in absent
    )


def _same_rows(before: Comparison, after: Comparison) -> bool:
    """Whether the rows are the same, in the same order; one may have more columns of them, or a value corrected."""
    ours, theirs = (each.meta.get("values") for each in (before, after))
    if ours and theirs:
        columns = [{*each["columns"], *each["columns"].values()} for each in (ours, theirs)]
        return bool(ours["labels"] == theirs["labels"]) and (not any(columns) or bool(columns[0] & columns[1]))
    # Earlier versions tell no values: as far as the tables tell.
    facts = all(before.meta.get(key) == after.meta.get(key) for key in ("target", "n_rows"))
    one, other = (each.columns.drop(columns="note").set_index("column") for each in (before, after))
    common = [name for name in one.index if name in other.index]
    alike = len(common) > 0 or (one.empty and other.empty)
    return facts and alike and before.classes.equals(after.classes) and one.loc[common].equals(other.loc[common])


def _how(before: Comparison, after: Comparison) -> str:
    if not _same_rows(before, after):
        return INDEPENDENT
    known = [key for key in ("folds_hash", "splits_hash") if key in before.meta and key in after.meta]
    if not known or before.meta[known[0]] != after.meta[known[0]]:
        return SAME_ROWS
    return UNSCORED if before.scores.empty or after.scores.empty else PAIRED


# Numbers -----------------------------------------------------------------------------------------------------------


def _numbers(before: Comparison, after: Comparison, *, paired: bool) -> pd.DataFrame:
    keys = ["model", "loss"]
    one = before.summary.drop_duplicates(keys)
    both = one.merge(after.summary.drop_duplicates(keys), on=keys, suffixes=("", "_after"))
    rows = []
    for row in records(both):
        of_pairs = _paired(before, after, row) if paired else None
        tested = of_pairs if of_pairs is not None else _independent(row)
        rows.append((row.model, row.family, row.loss, of_pairs is not None, row.mean, row.mean_after, *tested))
    names = ["model", "family", "loss", "paired", "before", "after", "difference", "lower", "upper", "pvalue"]
    table = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[4:], float) | {"paired": bool})
    known = table.pvalue.notna()
    table["pvalue_holm"] = np.nan
    if known.any():
        table.loc[known, "pvalue_holm"] = holm(table.pvalue[known].to_numpy())
    table["beyond"] = (table.pvalue_holm < SIGNIFICANCE).to_numpy()
    return table


def _paired(before: Comparison, after: Comparison, row: Any) -> tuple[float, ...] | None:
    """Test of the differences on the splits that judged both; None where the scores are not there."""
    splits = ["repeat", "fold"]
    one, other = (
        each.scores[(each.scores.model == row.model) & (each.scores.loss == row.loss)].set_index(splits)
        for each in (before, after)
    )
    common = one.index.intersection(other.index)
    if len(common) < max(len(one), len(other)):  # other repeats: then the means differ by these too
        return None
    differences = (other.loc[common, "value"] - one.loc[common, "value"]).dropna()
    if len(differences) < 2:
        return None
    sizes = one.loc[differences.index]
    test = corrected_ttest(differences, test_fraction=sizes.n_test / (sizes.n_test + sizes.n_train))
    return test.mean, test.lower, test.upper, test.pvalue


def _independent(row: Any) -> tuple[float, ...]:
    """Normal test of two means whose errors the half widths of their 95% intervals tell."""
    z = stats.norm.ppf(0.975)
    halves = [max(mean - lower, upper - mean) for mean, lower, upper in (
        (row.mean, row.lower, row.upper), (row.mean_after, row.lower_after, row.upper_after)
    )]  # fmt: skip
    reach, difference = math.hypot(*halves), row.mean_after - row.mean
    if not math.isfinite(reach) or not math.isfinite(difference):
        return difference, float("nan"), float("nan"), float("nan")
    pvalue = 2 * stats.norm.sf(abs(difference) * z / reach) if reach > 0 else float(difference == 0)
    return difference, difference - reach, difference + reach, float(pvalue)
