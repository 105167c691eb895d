"""Stages of a model that turn a dial: what it says under noisy labels, with gaps, among other classes.

All start from the training sets of the learning curve, so that at 0 every dial gives what the learning curve gives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.known_estimators import BASELINE, GENERATIVE
from genvsdisc.models import Model
from genvsdisc.preparation import takes_gaps
from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.fits.gaps import gap_losses
from genvsdisc.study.fits.label_noise import FLIP_RATES, MOST_TRAINING_ROWS, label_noise_curves, noise_table
from genvsdisc.study.fits.learned_priors import learned_priors
from genvsdisc.study.fits.novelty import left_out_scores
from genvsdisc.study.fits.weighted_fits import copies, stand_for_copies
from genvsdisc.study.statistics.class_shares import class_share_losses
from genvsdisc.study.statistics.dials import NOISE
from genvsdisc.study.statistics.failures import reason
from genvsdisc.study.statistics.learning_curves import DialLosses
from genvsdisc.study.statistics.training_rows import TrainedRows
from genvsdisc.study.table import PreparedTable

FEW_ROWS = 10
"""Training rows of each class, about, at which noisy labels are looked at too."""


def shift_classes(
    model: Model, predicted: list[NDArray] | None, drawn: PreparedTable, draws: Draws, result: Predictions
) -> None:
    """Judge what the largest training sets of the learning curve gave under other class shares."""
    if predicted is None:
        return
    one_hot = (drawn.codes[:, None] == np.arange(len(drawn.classes))).astype(float)
    if drawn.weights is not None:
        one_hot *= drawn.weights[:, None]
    counts = draws.curve_weights[-1].astype(float) @ one_hot
    units = drawn.sampling.units(len(drawn.codes))
    try:
        result.dials |= class_share_losses(
            predicted,
            draws.curve_tests,
            drawn.codes,
            learned_priors(model.estimator, counts / counts.sum(axis=1, keepdims=True), drawn.classes),
            draws.design.losses,
            units=units,
            sample_weight=drawn.weights,
            size=len(draws.sizes) - 1,
            training=TrainedRows(draws.curve_weights[-1:], units, drawn.weights),
        )
    except Exception as error:
        result.failures["class shares"] = reason(error)


def flip_labels(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Fit to noisy labels: training sets of the learning curve, small ones and the largest of 2,000 rows at most."""
    drawn, weights, tests = copied(table, draws)  # the labels of copies are flipped one by one
    units, judges = drawn.sampling.units(len(drawn.codes)), thinned(tests)
    tables = []
    for s in noise_sizes(draws, len(drawn.classes)):
        training = [np.flatnonzero(row) for row in weights[s]]
        curves = label_noise_curves(
            model.estimator,
            drawn.X,
            drawn.codes,
            training,
            judges,
            losses=draws.design.losses,
            units=units,
            flips=draws.seed,
            random_state=draws.seed,
            sample_weight=drawn.weights,
        )
        tables.append(noise_table(curves, FLIP_RATES, training, drawn.sampling.masses(len(drawn.codes))))
        result.dials[NOISE] = DialLosses(FLIP_RATES, s, curves)  # the last is the largest
    result.noise = pd.concat(tables, ignore_index=True)


def copied(table: PreparedTable, draws: Draws) -> tuple[PreparedTable, NDArray, list[NDArray]]:
    """Rows, training sets and judges of the learning curve; rows stand as often as they count where they can."""
    drawn, weights, tests = table.take(draws.curve_rows), draws.curve_weights, draws.curve_tests
    if drawn.weights is None or not stand_for_copies(drawn.weights):
        return drawn, weights, tests
    rows = copies(drawn.weights)
    return drawn.repeated(rows), weights[:, :, rows], [np.flatnonzero(np.isin(rows, judges)) for judges in tests]


def delete_entries(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Judge rows with gaps; the table is the encoded one."""
    if draws.gaps is None:
        raise ValueError("no entries could be deleted")
    drawn, takes = table.take(draws.curve_rows), takes_gaps(model.estimator)
    imputes = any(type(step).__module__.startswith("sklearn.impute") for step in _steps(model.estimator))
    result.dials |= gap_losses(
        model.estimator,
        drawn.X,
        drawn.codes,
        drawn.y,
        draws.curve_weights[-1],
        draws.gaps,
        classes=drawn.classes,
        losses=draws.design.losses,
        exact=takes and not imputes and model.family in (GENERATIVE, BASELINE),
        takes_gaps=takes,
        units=drawn.sampling.units(len(drawn.codes)),
        sample_weight=drawn.weights,
        random_state=draws.seed,
    )


def leave_classes_out(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Fit without each class in turn, and look whether its rows are told from the others."""
    drawn, training, tests = copied(table, draws)
    result.novelty = left_out_scores(
        model.estimator,
        drawn.X,
        drawn.codes,
        training[-1],
        thinned(tests),
        n_classes=len(drawn.classes),
        random_state=draws.seed,
        sample_weight=drawn.weights,
    )


def _steps(estimator: Any) -> list[Any]:
    return [step for _, step in getattr(estimator, "steps", [("", estimator)])]


def noise_sizes(draws: Draws, n_classes: int) -> list[int]:
    """Index of the size that has ten rows of each class, about, and of the largest of 2,000 rows at most."""
    sizes = np.asarray(draws.sizes)
    allowed = np.flatnonzero(sizes <= MOST_TRAINING_ROWS)
    many = int(allowed[-1]) if len(allowed) else 0
    few = int(np.abs(np.log(sizes / (FEW_ROWS * n_classes))).argmin())
    return [few, many] if 2 * sizes[few] <= sizes[many] else [many]


JUDGED_ROWS = 2000
"""Rows that judge a draw along a dial, at most."""


def thinned(tests: list[NDArray], most: int = JUDGED_ROWS) -> list[NDArray]:
    """Keep as many rows of each draw, evenly spaced among those that judge it."""
    return [rows[np.linspace(0, len(rows) - 1, most).astype(int)] if len(rows) > most else rows for rows in tests]
