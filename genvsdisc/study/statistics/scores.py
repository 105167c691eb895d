"""Every score of every model on every fold: the table `scores`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.statistics.losses import COST, RARE_CLASS_MEASURES, mean, pointwise_losses, roc_auc
from genvsdisc.study.statistics.measures import measure_name, measured
from genvsdisc.study.table import PreparedTable

_COLUMNS = ["model", "repeat", "fold", "loss", "value", "n_train", "n_test"]
RARE = 0.1
"""Share of the rows below which a class is rare: the 0-1 error is low for who never names it."""


def score_table(
    evidence: Sequence[Predictions], table: PreparedTable, draws: Draws, *, losses_only: bool = False
) -> pd.DataFrame:
    """Score every model on every fold: losses, cost, ROC AUC, and measures of rare classes and scorers where asked for.

    Parameters
    ----------
    evidence : sequence of Predictions
        Cross-validated models.
    table : PreparedTable
        With costs, or with a class of less than a tenth of the rows, the measures of rare classes are computed too.
    draws : Draws
    losses_only : bool, default=False
        Whether to leave out all but the losses and the cost.

    Returns
    -------
    scores : DataFrame
        Columns model, repeat, fold, loss, value, n_train, n_test.
    """
    masses = table.sampling.masses(len(table.codes))
    folds = len(draws.cv_tests) if draws.held_out_once else draws.design.n_splits
    n_train = [round((w > 0) @ masses) for w in draws.cv_weights]
    n_test = np.array([round(masses[rows].sum()) for rows in draws.cv_tests], dtype=int)
    losses = table.losses(draws.design.losses)
    scorers = {name: score for name, score in _scorers(table, draws).items() if name in losses or not losses_only}
    parts = []
    for e in evidence:
        trained = n_train[: len(e.cv)]
        if e.n_train is not None and draws.cv_train is not None:
            trained = [round(masses[draws.cv_train[: e.n_train]].sum())] * len(e.cv)
        for loss, score in scorers.items():
            values = [score(p, rows) for p, rows in zip(e.cv, draws.cv_tests, strict=False)]
            place = np.arange(len(values))
            facts = {"model": e.model.name, "repeat": place // folds, "fold": place % folds, "loss": loss}
            parts.append(pd.DataFrame(facts | {"value": values, "n_train": trained, "n_test": n_test[: len(values)]}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)


def are_rare(shares: NDArray) -> NDArray:
    """Which classes have less than a tenth of the rows.

    Where there are many classes all have less: then a rare one has less than half of an equal share.
    """
    return shares < min(RARE, 0.5 / len(shares))


def rare_classes(table: PreparedTable) -> dict[Any, float]:
    """Classes that are rare among the (weighted) rows, with their shares."""
    counts = np.bincount(table.codes, table.weights, minlength=len(table.classes))
    shares = counts / counts.sum()
    return {table.classes[k]: float(shares[k]) for k in np.flatnonzero(are_rare(shares))}


def _scorers(table: PreparedTable, draws: Draws) -> dict[str, Callable[[NDArray, NDArray], float]]:
    """Score -> function of the probabilities of rows and their indices."""
    weights = table.weights

    def loss(name: str, p: NDArray, rows: NDArray) -> float:
        return mean(pointwise_losses(p, table.codes[rows], name, table.costs), weights, rows)

    def area(p: NDArray, rows: NDArray) -> float:
        return roc_auc(p, table.codes[rows], None if weights is None else weights[rows])

    def other(measure: Any, p: NDArray, rows: NDArray) -> float:
        row_weights = None if weights is None else weights[rows]
        X = None if isinstance(measure, str) and measure in RARE_CLASS_MEASURES else table.X.iloc[rows]
        return measured(measure, p, table.codes[rows], row_weights, X, table.classes)

    scorers: dict[str, Callable[[NDArray, NDArray], float]] = {
        name: partial(loss, name) for name in table.losses(draws.design.losses)
    }
    scorers["roc_auc"] = area
    rare = RARE_CLASS_MEASURES if COST in scorers or rare_classes(table) else ()
    for measure in (*draws.design.scorers, *rare):
        scorers.setdefault(measure_name(measure), partial(other, measure))
    return scorers
