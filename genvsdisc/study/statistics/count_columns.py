"""Columns of numbers that naive Bayes takes for counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from genvsdisc.features.kinds import as_numbers, column_table
from genvsdisc.functional.columns.counts import prefers_poisson
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.table import PreparedTable

COUNT = "a count: Poisson given the class in naive Bayes"


def poisson_columns(table: PreparedTable, evidence: Sequence[Predictions]) -> list[Any]:
    """Columns that naive Bayes of the default roster takes for counts, by the likelihood of the rows."""
    if not any(e.model.key in ("naive", "naive shared") for e in evidence):
        return []
    numbers = {name: as_numbers(table.X[name]) for name, kind in table.kinds.items() if kind == "continuous"}
    return [name for name, values in numbers.items() if prefers_poisson(values, table.codes)]


def columns_told(table: PreparedTable, evidence: Sequence[Predictions]) -> pd.DataFrame:
    """The table `columns`; columns that are counts to naive Bayes say so."""
    columns = column_table(table.columns)
    counts = columns["column"].isin([str(name) for name in poisson_columns(table, evidence)])
    notes = columns["note"].where(~counts, columns["note"].map(lambda note: "; ".join(filter(None, [note, COUNT]))))
    return columns.assign(note=notes)
