"""The entries that a comparison deletes at prediction: drawn and completed once, for all models."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from genvsdisc.features.encoding import TableEncoder, encoded_width
from genvsdisc.features.kinds import Column
from genvsdisc.models import Model
from genvsdisc.study.evidence import Draws, Failure
from genvsdisc.study.fits.encode import Bench, Made, benches
from genvsdisc.study.fits.gaps import GAP_STAGE, GapRows, gap_rows
from genvsdisc.study.fits.one_thread import one_thread
from genvsdisc.study.plan import Plan
from genvsdisc.study.statistics.failures import isolated
from genvsdisc.study.table import PreparedTable


def with_gaps(
    draws: Draws,
    table: PreparedTable,
    made: Made,
    plan: Plan,
    failures: list[Failure],
) -> Draws:
    """Draws with the gaps that the plan has a use for; what fails is a row of `failures`.

    Parameters
    ----------
    draws : Draws
    table : PreparedTable
    made : dict
        Matrices made of it before, see `benches`.
    plan : Plan
    failures : list of Failure
    """
    n_draws = max((chosen.draws.get(GAP_STAGE, 0) for chosen in plan.models.values()), default=0)
    if not n_draws:
        return draws
    behind = Pipeline([("encode", TableEncoder(table.columns)), ("last", None)])
    (usual,) = benches([Model("", behind)], table, made, encode_only=True)
    with one_thread():
        gaps = isolated(GAP_STAGE, lambda: drawn_gaps(usual, draws, n_draws, impute=plan.imputed), failures)
    return replace(draws, gaps=gaps)


def drawn_gaps(bench: Bench, draws: Draws, n_draws: int, *, impute: bool) -> GapRows:
    """Entries to delete in the first draws, of the table that a model behind the usual encoder sees."""
    drawn = bench.table.take(draws.curve_rows)
    used = {name: column for name, column in drawn.columns.items() if column.used}
    gaps = gap_rows(
        np.asarray(drawn.X, dtype=float),
        drawn.codes,
        list(used),
        _blocks(used),
        draws.curve_weights[-1, :n_draws],
        draws.curve_tests[:n_draws],
        size=len(draws.sizes) - 1,
        impute=impute,
        sample_weight=drawn.weights,
        random_state=draws.seed,
    )
    return replace(gaps, coded_blocks=tuple(_blocks(used, coded=True)))


def _blocks(columns: dict[Any, Column], **options: Any) -> list[range]:
    """Encoded columns of each column."""
    ends = np.cumsum([0, *(encoded_width(column, **options) for column in columns.values())])
    return [range(start, end) for start, end in pairwise(ends.tolist())]
