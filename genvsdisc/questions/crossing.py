"""Find the number of training rows at which two models change places."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from genvsdisc.datasets.targets import class_labels
from genvsdisc.features.tables import as_rows
from genvsdisc.models import check_probabilities
from genvsdisc.study.design import Design
from genvsdisc.study.fits.learning_curves import curve_probabilities
from genvsdisc.study.fits.splits import nested_draws
from genvsdisc.study.statistics.crossing import Crossing, crossing_from_losses
from genvsdisc.study.statistics.learning_curves import CurveLosses, curve_table
from genvsdisc.study.statistics.training_rows import TrainedRows
from genvsdisc.validation import check_jobs, refuse_other_length


def learning_curve_crossing(
    generative: Any,
    discriminative: Any,
    X: Any,
    y: ArrayLike,
    *,
    train_sizes: Any = "auto",
    n_draws: int = 200,
    level: float = 0.95,
    metric: str = "zero_one",
    random_state: Any = None,
    n_jobs: int | None = None,
) -> Crossing:
    """Estimate the number of training rows at which the better of two classifiers changes.

    Both are fitted to the same nested stratified subsamples of the table, and judged on the quarter of the rows that
    each draw holds out.

    Parameters
    ----------
    generative, discriminative : classifiers with ``predict_proba``
        Any two; the names say which is expected to lead with few rows, nothing depends on it.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows.
    y : array-like of shape (n_samples,)
        Labels.
    train_sizes : "auto" or sequence of int, default="auto"
        Training rows; "auto" spaces ten sizes evenly in the logarithm, from two rows a class (at least 6) to three
        quarters of the table.
    n_draws : int, default=200
        Draws.
    level : float, default=0.95
        Confidence of the interval.
    metric : {"zero_one", "brier", "log_loss"}, default="zero_one"
        Loss that is compared.
    random_state : int, RandomState instance or None, default=None
        Source of randomness.
    n_jobs : int, default=None
        Processes for estimators without ``fit_replicates``.

    Returns
    -------
    crossing : Crossing
        ``.estimate .lower .upper`` in rows (None where none was found: a crossing is never extrapolated),
        ``.finding`` a sentence, ``.curves`` a table with columns model, n_train, mean, se, lower, upper, n_draws, and
        ``.notes``, the sizes that could not be fitted.

    Raises
    ------
    ValueError
        If a size or a loss is impossible, or a classifier can be fitted at no size.

    References
    ----------
    Ng & Jordan, "On discriminative vs. generative classifiers", NIPS 14 (2001).
    Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007), on the two sources of uncertainty.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = load_iris(return_X_y=True)
    >>> crossing = learning_curve_crossing(
    ...     GaussianNB(), LinearDiscriminantAnalysis(), X, y, train_sizes=[9, 30, 90], n_draws=20, random_state=0)
    >>> crossing.curves[["model", "n_train"]].head(3)
            model  n_train
    0  generative        9
    1  generative       30
    2  generative       90
    """
    rng = check_random_state(random_state)
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level!r}")
    check_jobs(n_jobs)
    for estimator in (generative, discriminative):
        check_probabilities(estimator, type(estimator).__name__)
    X, y = as_rows(X), class_labels(y).to_numpy()
    refuse_other_length(X, y)
    classes, codes = np.unique(y, return_inverse=True)
    design = Design(train_sizes=train_sizes, n_draws=n_draws, losses=(metric,))
    sizes = design.sizes(len(codes), len(classes))
    held_out = design.n_held_out(len(codes), len(classes))
    weights, test_rows = nested_draws(codes, sizes, n_draws, test_size=held_out, random_state=rng)
    seed = rng.randint(np.iinfo(np.int32).max)
    trained = TrainedRows(weights, np.arange(len(codes)))
    curves, notes = {}, []
    for name, estimator in (("generative", generative), ("discriminative", discriminative)):
        probabilities, errors = curve_probabilities(
            estimator, X, y, weights, test_rows, classes=classes, random_state=seed, n_jobs=n_jobs
        )
        curves[name, metric] = CurveLosses.of(probabilities, test_rows, codes, metric, training=trained)
        notes += [f"the {name} model could not be fitted to {sizes[s]} rows: {why}" for s, why in errors.items()]
    crossing = crossing_from_losses(sizes, *curves.values(), level=level, random_state=rng)
    models = pd.DataFrame({"model": ["generative", "discriminative"], "family": "", "form": ""})
    table = curve_table(sizes, curves, models, level=level).drop(columns=["family", "form", "loss"])
    return replace(crossing, curves=table, notes=tuple(notes))
