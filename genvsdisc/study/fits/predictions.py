"""Fit every model to every draw and keep what it predicts: all that the comparison is computed from."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable

from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from genvsdisc.models import Model
from genvsdisc.study.evidence import Draws, Predictions, Views
from genvsdisc.study.fits.descent_paths import descends, descent_paths
from genvsdisc.study.fits.group_check import check_groups
from genvsdisc.study.fits.label_noise import label_noise_losses
from genvsdisc.study.fits.learning_curves import curve_probabilities
from genvsdisc.study.fits.planes import view_tables
from genvsdisc.study.fits.refit import refit_probabilities, seeded
from genvsdisc.study.statistics.leaks import leak_table
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.table import Table

_COUNT = re.compile(r" \(\d+ of \d+ replicates\)")  # differs from stage to stage; the message is the same
FLEXIBLE_SHARE = 10
"""A model that is half of no pair gets one draw in this many: its curve is looked at, never tested."""
NOISE_SHARE = 10
"""Noisy labels are drawn once for so many draws of the design."""


def cross_validate(model: Model, table: Table, draws: Draws, result: Predictions) -> None:
    """Predict every row from the folds that hold it out."""
    result.cv = refit_probabilities(
        model.estimator,
        table.X,
        table.y,
        draws.cv_weights,
        draws.cv_tests,
        classes=table.classes,
        random_state=draws.seed,
    )


def fit_all_rows(model: Model, table: Table, draws: Draws, result: Predictions) -> None:
    """Fit to the whole table."""
    result.fitted = seeded(model.estimator, draws.seed).fit(table.X, table.y)


def learning_curve(model: Model, table: Table, draws: Draws, result: Predictions) -> None:
    """Fit along nested subsamples."""
    n_draws = _n_draws(model, draws)
    weights, tests = draws.curve_weights[:, :n_draws], draws.curve_tests[:n_draws]
    predicted, errors = curve_probabilities(
        model.estimator, table.X, table.y, weights, tests, classes=table.classes, random_state=draws.seed
    )
    result.failures |= {f"learning curve at {draws.sizes[s]} rows": why for s, why in errors.items()}
    units = table.sampling.units(len(table.y))
    result.curves = {loss: CurveLosses.of(predicted, tests, table.codes, loss, units) for loss in draws.design.losses}


def resample(model: Model, table: Table, draws: Draws, result: Predictions) -> None:
    """Fit to bootstrap samples, for bias and variance."""
    held_out = table.X.iloc[draws.held_out]
    n_draws = _n_draws(model, draws)
    result.bootstraps = [
        refit_probabilities(
            model.estimator,
            table.X,
            table.y,
            weights[:n_draws],
            held_out,
            classes=table.classes,
            random_state=draws.seed,
        )
        for weights in draws.bootstraps
    ]


def flip_labels(model: Model, table: Table, draws: Draws, result: Predictions) -> None:
    """Fit to noisy labels."""
    result.noise = label_noise_losses(
        model.estimator,
        table.X,
        table.codes,
        draws.held_out,
        n_draws=max(2, _n_draws(model, draws) // NOISE_SHARE),
        losses=draws.design.losses,
        sampling=table.sampling,
        random_state=draws.seed,
    )


def descend(model: Model, table: Table, draws: Draws, result: Predictions) -> None:
    """Follow gradient descent over lambda and learning rates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # where descent does not converge is what is shown
        result.descent = descent_paths(model, table, draws)


STAGES: dict[str, Callable[[Model, Table, Draws, Predictions], None]] = {
    "cross-validation": cross_validate,
    "fit to all rows": fit_all_rows,
    "learning curve": learning_curve,
    "bias and variance": resample,
    "label noise": flip_labels,
    "descent paths": descend,
}


def predict(model: Model, table: Table, draws: Draws, *, descent: bool = False) -> Predictions:
    """Fit one model to every draw and keep what it predicts.

    What a stage raises is kept as the reason why it is absent: one model that cannot be fitted is a row of the
    report, not the end of it. Without cross-validation there is nothing to compare, and the other stages are left out.

    Parameters
    ----------
    model : Model
    table : Table
    draws : Draws
    descent : bool, default=False
        Whether the descent paths are followed too, which the page shows for one model.
    """
    result = Predictions(model)
    stages = {name: stage for name, stage in STAGES.items() if name != "descent paths" or descent}
    # One BLAS thread: how a sum is split over threads changes its last bits, and the result may not depend on n_jobs.
    with threadpool_limits(1), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name, stage in stages.items():
            start = time.perf_counter()
            try:
                stage(model, table, draws, result)
            except Exception as error:
                result.failures[name] = f"{type(error).__name__}: {error}"
            result.seconds[name] = time.perf_counter() - start
            if result.failed:
                break
    result.warnings = list(dict.fromkeys(f"{w.category.__name__}: {_COUNT.sub('', str(w.message))}" for w in caught))
    return result


def first_descending(roster: list[Model]) -> Model | None:
    """Return the first logistic regression of the roster: the one whose descent the page shows."""
    return next((model for model in roster if descends(model)), None)


def draw_views(table: Table, seed: int) -> Views:
    """Fit what concerns the table and no single model: planes of two columns, and the pair that leaks may mislead.

    What fails is said, and nothing else is lost.
    """
    start = time.perf_counter()
    views = Views()
    with threadpool_limits(1):
        try:
            views.tables = view_tables(table, seed)
        except Exception as error:
            views.failures["decision planes"] = f"{type(error).__name__}: {error}"
        leaks = leak_table(table)
        try:
            leaks = check_groups(table, leaks, seed)
        except Exception as error:
            views.failures["check of groups"] = f"{type(error).__name__}: {error}"
        views.tables = {**views.tables, "leaks": leaks}
    views.seconds = time.perf_counter() - start
    return views


def _n_draws(model: Model, draws: Draws) -> int:
    n_draws = draws.design.n_draws
    return n_draws if model.form else max(2, n_draws // FLEXIBLE_SHARE)
