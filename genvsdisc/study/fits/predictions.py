"""Fit every model to every draw and keep what it predicts: all that the comparison is computed from."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, cast

try:
    import cloudpickle
except ImportError:  # before joblib 1.6, which has its own copy
    from joblib.externals import cloudpickle
import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from genvsdisc.densities import density_floor
from genvsdisc.files import no_exit
from genvsdisc.models import Model
from genvsdisc.study.costs import last_step
from genvsdisc.study.drawn_tables import AT_ONCE, N_TABLES
from genvsdisc.study.evidence import Draws, Predictions, Views
from genvsdisc.study.fits.condition_stages import (
    delete_entries,
    flip_labels,
    leave_classes_out,
    shift_classes,
)
from genvsdisc.study.fits.descent_paths import descends, descent_paths
from genvsdisc.study.fits.dial import DIAL_FORMS, dial_losses
from genvsdisc.study.fits.drawn_rows import predictive_tables
from genvsdisc.study.fits.gaps import GAP_STAGE
from genvsdisc.study.fits.group_check import check_groups
from genvsdisc.study.fits.held_out_shrinkage import without_search
from genvsdisc.study.fits.learning_curves import curve_probabilities
from genvsdisc.study.fits.one_thread import one_thread
from genvsdisc.study.fits.part_fits import fit_parts
from genvsdisc.study.fits.planes import view_tables
from genvsdisc.study.fits.refit import judged_by, refit_probabilities, seeded
from genvsdisc.study.fits.row_batches import fit_many_rows
from genvsdisc.study.fits.unforeseen_gaps import with_means
from genvsdisc.study.fits.unlabeled_stage import learn_unlabeled
from genvsdisc.study.fits.weighted_fits import copies, fit_rows, stand_for_copies
from genvsdisc.study.plan import DIAL_STAGES
from genvsdisc.study.stage_costs import MOST_AT_ONCE
from genvsdisc.study.statistics.assumptions import in_proportion
from genvsdisc.study.statistics.failures import reason
from genvsdisc.study.statistics.leaks import leak_table
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.training_rows import TrainedRows
from genvsdisc.study.table import PreparedTable

DRAWN_STAGE = "tables of the law"
MOST_LOOKED_AT, LOOKED_AT_STRETCHES = 200_000, 20
"""Rows in which groups and leaks are looked for, at most, and the stretches of the table that they then are."""
_COUNT = re.compile(r" \(\d+ of \d+ replicates\)")  # differs from stage to stage; the message is the same


def cross_validate(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Predict every row from the folds that hold it out, or all blocks of the rows held out once from one fit."""
    if draws.cv_train is not None:
        _hold_out_once(model, table, draws, draws.cv_train, result)
        return
    result.cv = refit_probabilities(
        model.estimator,
        table.X,
        table.y,
        draws.cv_weights,
        draws.cv_tests,
        classes=table.classes,
        random_state=draws.seed,
        sample_weight=table.weights,
    )


def _hold_out_once(model: Model, table: PreparedTable, draws: Draws, train: NDArray, result: Predictions) -> None:
    weights = np.zeros((1, len(table.codes)), dtype=np.uint8)
    weights[0, train] = 1
    (predicted,) = refit_probabilities(
        model.estimator,
        table.X,
        table.y,
        weights,
        [np.concatenate(draws.cv_tests)],
        classes=table.classes,
        random_state=draws.seed,
        sample_weight=table.weights,
    )
    result.cv = np.split(predicted, np.cumsum([len(block) for block in draws.cv_tests])[:-1])
    result.n_train = len(train)


def fit_all_rows(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Fit to the whole table, or to as many rows as the plan gives the model.

    A classifier of others gets rows of its own, for it may write into them.
    """
    drawn = table.take(draws.cv_train)
    ours = type(last_step(model.estimator)).__module__.startswith("genvsdisc.")
    X, y = (drawn.X, drawn.y) if ours else (deepcopy(drawn.X), drawn.y.copy())
    fitted = fit_many_rows(seeded(model.estimator, draws.seed), X, y, drawn.weights)
    fitted = without_search(fitted)
    check_portable(fitted)  # always, for the result may not depend on the number of processes
    result.fitted = fitted
    spread = slice(None, None, 1 + len(y) // MOST_AT_ONCE)  # a quantile of very many rows is that of every third
    result.density_floor = density_floor(fitted, X.iloc[spread] if hasattr(X, "iloc") else X[spread])
    if table.test is not None:
        try:
            result.fitted = fitted = with_means(fitted, X, drawn.weights, table.test.X)
            result.test = judged_by(fitted, table.test.X, table.classes)
        except Exception as error:  # rows of the user's own may hold what the classifier never saw; the fit stands
            result.failures["test set"] = reason(error, result.columns)


def check_portable(classifier: Any) -> None:
    """Raise TypeError where a classifier cannot be sent from one process to another."""
    try:
        cloudpickle.dumps(classifier)
    except Exception as error:  # pickling runs code of the classifier, which may raise anything
        raise TypeError(f"the classifier cannot be pickled: {error}") from error


def learning_curve(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Fit along nested subsamples."""
    drawn = table.take(draws.curve_rows)
    tests = draws.curve_tests
    predicted, errors = curve_probabilities(
        model.estimator,
        drawn.X,
        drawn.y,
        draws.curve_weights,
        tests,
        classes=table.classes,
        random_state=draws.seed,
        sample_weight=drawn.weights,
    )
    result.failures |= {f"learning curve at {draws.sizes[s]} rows": why for s, why in errors.items()}
    units, counts = drawn.sampling.units(len(drawn.y)), drawn.weights
    trained = TrainedRows(draws.curve_weights, units, counts)
    result.curves = {
        loss: CurveLosses.of(predicted, tests, drawn.codes, loss, units, counts, table.costs, trained)
        for loss in table.losses(draws.design.losses)
    }
    start = time.perf_counter()
    shift_classes(model, predicted[-1], drawn, draws, result)
    result.seconds["class shares"] = time.perf_counter() - start


def fit_drawn_tables(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Fit to tables drawn from the law, all judged by rows of another one."""
    if table.drawn is None:
        return
    predicted = refit_probabilities(
        model.estimator,
        table.drawn.X,
        table.classes[table.drawn.codes],
        table.drawn.training_weights(),
        [table.drawn.judges] * N_TABLES,
        classes=table.classes,
        random_state=draws.seed,
    )
    result.tables = [np.stack(predicted[first : first + AT_ONCE]) for first in range(0, N_TABLES, AT_ONCE)]


def follow_descent(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Follow gradient descent over lambda and learning rates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # where descent does not converge is what is shown
        result.descent = descent_paths(model, table, draws)


def turn_dial(model: Model, table: PreparedTable, draws: Draws, result: Predictions, form: str) -> None:
    """Fit along the continuum from the generative to the discriminative fit of one form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        result.dials_between[form] = dial_losses(model, table, draws, form)


def draw_rows(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Draw rows from the fit to all rows, and judge them beside the real ones."""
    drawn = table.take(draws.cv_train)
    fitted = fit_rows(seeded(model.estimator, draws.seed), drawn.X, drawn.y, drawn.weights)
    if drawn.weights is not None:  # the real rows are those that the weights stand for, or as many as count
        whole, every = stand_for_copies(drawn.weights), np.arange(len(drawn.y))
        drawn = drawn.repeated(copies(drawn.weights) if whole else in_proportion(every, drawn.weights))
    result.predictive = predictive_tables(fitted, drawn, result.columns, draws.seed)


STAGES: dict[str, Callable[[Model, PreparedTable, Draws, Predictions], None]] = {
    "cross-validation": cross_validate,
    "fit to all rows": fit_all_rows,
    "learning curve": learning_curve,
    "bias and variance": fit_parts,
    DRAWN_STAGE: fit_drawn_tables,
    "label noise": flip_labels,
    GAP_STAGE: delete_entries,
    "unlabeled rows": learn_unlabeled,
    "classes left out": leave_classes_out,
    "descent paths": follow_descent,
    **{stage: partial(turn_dial, form=form) for stage, form in zip(DIAL_STAGES, DIAL_FORMS, strict=True)},
    "rows of the model": draw_rows,
}
OF_CODES = ("unlabeled rows", "label noise", "classes left out")
"""Stages whose classifiers are given the codes of the labels."""


def predict(
    model: Model, table: PreparedTable, draws: Draws, stages: Sequence[str], columns: Sequence[Any] = ()
) -> Predictions:
    """Fit one model to draws and keep what it predicts.

    What a stage raises is kept as the reason why it is absent: one model that cannot be fitted is a row of the
    report, not the end of it.

    Parameters
    ----------
    model : Model
    table : PreparedTable
    draws : Draws
    stages : sequence of str
        Names of `STAGES`.
    columns : sequence, default=()
        Names of the columns that the classifier sees, for messages.
    """
    result = Predictions(model, columns=tuple(columns))
    # One BLAS thread: how a sum is split over threads changes its last bits, and the result may not depend on n_jobs.
    with one_thread(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in stages:
            start, n_told, others = time.perf_counter(), len(caught), sum(result.seconds.values())
            classes = table.classes.tolist() if name in OF_CODES else ()
            try:
                with no_exit():
                    STAGES[name](model, table, draws, result)
            except Exception as error:
                result.failures[name] = reason(error, columns, classes)
            within = sum(result.seconds.values()) - others  # of a dial that is turned beside it
            result.seconds[name] = time.perf_counter() - start - within
            reasons = (reason(cast(Warning, w.message), columns, classes) for w in caught[n_told:])
            result.warnings = list(dict.fromkeys([*result.warnings, *(_COUNT.sub("", text) for text in reasons)]))
    return result


def first_descending(roster: Sequence[Model]) -> Model | None:
    """Return the first logistic regression of the roster: the one whose descent the page shows."""
    return next((model for model in roster if descends(model)), None)


def rows_for_leaks(n_rows: int) -> NDArray | None:
    """Rows in which groups and leaks are looked for: all (None), or 20 stretches of 10,000 that keep their order."""
    if n_rows <= MOST_LOOKED_AT:
        return None
    stretch = MOST_LOOKED_AT // LOOKED_AT_STRETCHES
    starts = np.linspace(0, n_rows - stretch, LOOKED_AT_STRETCHES).round().astype(int)
    return np.asarray((starts[:, None] + np.arange(stretch)).ravel())


def draw_views(table: PreparedTable, seed: int) -> Views:
    """Fit what concerns the table and no single model: planes of two columns, and the pair that leaks may mislead.

    What fails is said, and nothing else is lost.
    """
    start = time.perf_counter()
    views = Views()
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            views.axes, views.tables, views.failures = view_tables(table, seed)
        except Exception as error:
            views.failures["decision planes"] = reason(error)
        try:
            leaks = leak_table(table.take(rows_for_leaks(len(table.y))))
            views.tables = {**views.tables, "leaks": leaks}
            views.tables = {**views.tables, "leaks": check_groups(table, leaks, seed)}
        except Exception as error:
            views.failures["check of leaks and groups"] = reason(error)
    views.seconds = time.perf_counter() - start
    return views
