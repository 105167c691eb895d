"""Signs in a table that random folds flatter every model: groups of rows, markers, copies, columns that know the label.

Each check is a function of the columns and labels alone, and says what it rests on:

* **group**: a column whose values repeat and whose rows are alike given the class. Alike is measured by the one-way
  intraclass correlation of the other columns (ranks, class means taken off), tested by F, column by column with
  Bonferroni's correction and all together; with a hint from its name or values, labels are such a column too. An
  ordinary number is tied to other columns too, but smoothly: neighboring values have neighboring means. So without a
  hint from its name, a column counts only if the means of neighboring values differ about as much as those of any two
  values (von Neumann's ratio, Annals of Math. Statistics 12, 1941: near 1 for names of subjects, near 0 for
  measurements); neighbors by its own order, or by the means of the column that it is tied to most closely, of which it
  may be a coarser version. And only if no few values hold most rows (``1 / sum p_l^2``, the effective number of
  values), and either most columns are alike given it, or classifying each row by its nearest row errs more once rows of
  the same value are barred. Numbers with fractions are measurements and need the latter.
* **row order**: rows that follow one another are alike given the class. Products of the residuals of each row with
  those 1 to 16 rows on, in the file and within its class, trends taken off, have under exchangeable rows a known mean
  and no correlation: their sum is tested. Columns that the file is sorted by are left out. Where labels come in many
  blocks, trends stay in.
* **split marker**, **identifier**: by values and names.
* **frequencies**: by the name, and no two rows that are the same but for the column.
* **duplicates**: rows that are alike to the last column, label included. Where columns are coarse such pairs arise by
  chance, but then pairs that differ in one column are more frequent still; copies have no such near misses.
* **copy of the target**, **gives the label away**, **missing entries give the label away**: the majority label of a
  column's value (32 quantiles of numbers, or the nearest number; missing a value of its own), each row left out, errs
  on 2 % of the rows on which the majority class errs, or less.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from genvsdisc.study.statistics.group_leaks import group_columns, row_order, stands_together
from genvsdisc.study.statistics.label_leaks import duplicates, frequencies, giving_away, identifiers, markers
from genvsdisc.study.statistics.leak import (
    COPY,
    FREQUENCY,
    GIVEN_AWAY,
    GROUP,
    IDENTIFIER,
    MARKER,
    MISSINGNESS,
    ORDER,
    Leak,
)
from genvsdisc.study.table import PreparedTable

CHECKS: tuple[Callable[[PreparedTable], list[Leak]], ...] = (
    giving_away, frequencies, markers, identifiers, group_columns, row_order, duplicates,
)  # fmt: skip
"""What is looked for."""


def leak_table(table: PreparedTable) -> pd.DataFrame:
    """Look for groups and leaks in a table: the table `leaks`.

    Parameters
    ----------
    table : PreparedTable
        Its `sampling` says which are taken care of: with groups or time, nothing that follows from them is said.

    Returns
    -------
    leaks : DataFrame
        Columns kind, column ("" where it is the table), evidence (what was measured), value, message (what it means
        and what to do).
    """
    leaks = [leak for check in CHECKS for leak in check(table)]
    groups = {leak.column for leak in leaks if leak.kind == GROUP}  # they may well give the label away: that follows
    leaks = [leak for leak in leaks if leak.kind != GIVEN_AWAY or leak.column not in groups]
    if any(leak.kind == GROUP and stands_together(table, leak.column) for leak in leaks):
        leaks = [leak for leak in leaks if leak.kind != ORDER]  # it is the groups that stand together
    return pd.DataFrame(leaks, columns=list(Leak._fields)).astype({"value": float})


def leak_warnings(leaks: pd.DataFrame) -> list[str]:
    """Sentences for the top of the page and the terminal, the gravest first.

    Parameters
    ----------
    leaks : DataFrame
        The table `leaks`.
    """
    rank = {
        kind: place
        for place, kind in enumerate((COPY, FREQUENCY, GIVEN_AWAY, MISSINGNESS, GROUP, ORDER, MARKER, IDENTIFIER))
    }
    order = leaks["kind"].map(rank).fillna(len(rank)).sort_values(kind="stable").index
    return [str(message) for message in leaks.loc[order, "message"]]
