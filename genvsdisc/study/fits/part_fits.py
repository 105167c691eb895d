"""Fits to sets of rows that share none: what bias and variance, and design effects, are computed from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from genvsdisc.models import Model
from genvsdisc.study.evidence import JUDGE, Draws, Predictions
from genvsdisc.study.fits.parts import TOO_FEW, training_weights
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.statistics.design_effects import rows_of_other_quarters, swapped_losses
from genvsdisc.study.statistics.failures import reason
from genvsdisc.study.table import PreparedTable

QUARTERS = "bias and variance with a quarter of the rows"
"""What a model may fail of its stage alone."""


def fit_parts(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Fit to sets that share no row, for bias and variance; a model may fail quarters alone, its halves are larger."""
    if not len(draws.parts):
        raise ValueError(TOO_FEW)
    drawn = table.take(draws.resampled_rows)
    result.halves = _stacked(_fit_sets(model, drawn, draws, 2, [rows for rows in draws.judges for _ in range(2)]), 2)
    # The fits to quarters judge each other's rows too: see `genvsdisc.study.statistics.design_effects`.
    # Under time they do not: nothing is judged by what came after it.
    forward = drawn.sampling.kind == "time"
    others = [rows_of_other_quarters(parts, q)[: 0 if forward else None] for parts in draws.parts for q in range(JUDGE)]
    judges = [rows for rows in draws.judges for _ in range(JUDGE)]
    try:
        every = _fit_sets(model, drawn, draws, 1, [np.concatenate(both) for both in zip(judges, others, strict=True)])
    except Exception as error:  # of whatever type the classifier raises
        result.failures[QUARTERS] = reason(error)
        return
    result.quarters = _stacked([p[: len(rows)] for p, rows in zip(every, judges, strict=True)], JUDGE)
    if forward:
        return
    swapped = [p[len(rows) :] for p, rows in zip(every, judges, strict=True)]
    result.swapped = {
        loss: swapped_losses(swapped, draws.parts, drawn.codes, loss, drawn.weights, drawn.costs)
        for loss in drawn.losses(draws.design.losses)
    }


def _fit_sets(
    model: Model, drawn: PreparedTable, draws: Draws, n_joined: int, evaluate: list[NDArray]
) -> list[NDArray]:
    """Probabilities given to some rows by the fit to each set of one or two quarters, those of one draw together."""
    return refit_probabilities(
        model.estimator,
        drawn.X,
        drawn.y,
        training_weights(draws.parts, n_joined),
        evaluate,
        classes=drawn.classes,
        random_state=draws.seed,
        sample_weight=drawn.weights,
    )


def _stacked(fits: Sequence[NDArray], n_sets: int) -> list[NDArray]:
    """Join the fits to the sets of each draw, which have judged the same rows."""
    return [np.stack(fits[first : first + n_sets]) for first in range(0, len(fits), n_sets)]
