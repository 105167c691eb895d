"""From a table to a comparison: fit every model to the same draws, then compute everything from what they predict."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import joblib
import numpy as np
import pandas as pd
import scipy
import sklearn
from numpy.typing import ArrayLike, NDArray

import genvsdisc
from genvsdisc.models import Model, as_models, default_models
from genvsdisc.study.comparison import Comparison
from genvsdisc.study.design import Design
from genvsdisc.study.evidence import Draws, Failure, Predictions
from genvsdisc.study.fits.candidates import candidates
from genvsdisc.study.fits.drawing import planned_draws
from genvsdisc.study.fits.encode import Bench, benches
from genvsdisc.study.fits.jobs import Job, add, run_jobs
from genvsdisc.study.fits.predictions import STAGES, draw_views
from genvsdisc.study.fits.tuning import tuned
from genvsdisc.study.plan import (
    MOST_REPEATS, STANDARD, Candidate, Plan, check_budget, planned_by_budget, planned_by_design, second_round,
)  # fmt: skip
from genvsdisc.study.progress import Progress, check_progress, shown
from genvsdisc.study.schema import conformed
from genvsdisc.study.statistics.differences import undecided
from genvsdisc.study.statistics.failures import isolated
from genvsdisc.study.statistics.tables import comparison_tables, score_table
from genvsdisc.study.statistics.verdict import write_verdict
from genvsdisc.study.table import Table, prepare

JOB_SECONDS = 2.0
"""Predicted seconds of a job: long against what it costs to send one, short against the whole."""


def compare(
    X: Any,
    y: ArrayLike,
    models: Mapping[str, Any] | Sequence[Model] | None = None,
    *,
    design: Design | None = None,
    random_state: Any = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    name: str | None = None,
    tune: bool = False,
    cache: Any = None,
    posterior: Callable[[Any], NDArray] | None = None,
) -> Comparison:
    """Compare generative and discriminative classifiers on one table.

    All models are fitted to the same draws of the rows: repeated stratified cross-validation (scores, differences,
    calibration), nested subsamples (learning curves, crossings), bootstrap samples (bias and variance) and flipped
    labels (robustness). Every table of the result is computed from those predictions.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_features)
        The table (pandas, polars or an array). Identifier, constant and empty columns are left out, and said.
    y : array-like of shape (n_samples,)
        The target. Rows without one are left out; so are classes with fewer rows than there are folds.
    models : dict name -> classifier, list of Model, or None, default=None
        What to compare; any scikit-learn classifier with ``predict_proba``. None is `default_models`.
    design : Design, default=None
        Folds, draws and sizes. None is ``Design()``, with fewer folds where classes are small, and less repetition for
        `tune`, missing entries, and tables of many rows, columns or classes.
    random_state : int, RandomState instance or None, default=0
        Source of every draw.
    n_jobs : int, default=None
        Processes over models; the result does not depend on it.
    progress : callable ``(stage, done, total)``, default=None
        Called after each model.
    name : str, default=None
        Name of the table, for the report.
    tune : bool, default=False
        Tune every model's regularization inside each training set (5-fold grid search on log loss, five values each).
    cache : path, default=None
        Folder in which finished models are kept, so that interrupted work resumes.
    posterior : callable X -> (n_samples, n_classes), default=None
        The true ``p(y | x)``, where it is known: noise is then told apart from bias.

    Returns
    -------
    comparison : Comparison
        Tidy tables, a verdict in words, and the report.

    Raises
    ------
    ValueError
        If fewer than two classes remain, two models have one name, or a size does not fit the table.

    References
    ----------
    Ng, A. Y. & Jordan, M. I. (2001). On discriminative vs. generative classifiers. NIPS 14, 841-848.

    Examples
    --------
    >>> import genvsdisc as gd
    >>> data = gd.datasets.make_gaussian_pair(120, random_state=0)
    >>> roster = [m for m in gd.default_models() if m.form == "linear"]
    >>> result = gd.compare(data.X, data.y, roster, design=gd.Design(n_repeats=1, n_draws=10))
    >>> sorted(result.summary["model"].unique())
    ['logistic', 'naive Bayes, shared variance', 'shared Gaussian']
    """
    plan = Design.for_classes(pd.Series(np.asarray(y)).value_counts().tolist()) if design is None else design
    table = prepare(X, y, n_splits=plan.n_splits)
    if design is None and (tune or _costly(table)):
        plan = replace(plan, n_repeats=min(plan.n_repeats, 3), n_draws=min(plan.n_draws, 20))
    roster = default_models(table.X) if models is None else as_models(models)
    roster = [tuned(model) for model in roster] if tune else roster
    draws = make_draws(table.codes, plan, random_state)
    evidence = _predict_all(roster, table, draws, n_jobs, progress, cache)
    tables = comparison_tables(table, draws, evidence, draw_views(table, draws.seed), posterior)
    comparison = Comparison(tables, facts(table, plan, draws, name=name, seed=random_state, tuned=tune))
    comparison.meta["verdict"] = write_verdict(comparison.tables, comparison.meta)
    return comparison


def _costly(table: Table) -> bool:
    """Whether single fits take tens of the time of others: they iterate over gaps, or learn very many weights."""
    needs = Preparation.of(table.X)
    n_outputs = len(table.classes) if len(table.classes) > 2 else 1
    n_features = needs.n_products if needs.n_products <= MOST_PRODUCTS else 2 * needs.n_encoded
    return needs.missing or len(table.y) * n_features * n_outputs > MOST_WORK


def _predict_all(
    roster: Sequence[Model],
    table: Table,
    draws: Draws,
    n_jobs: int | None,
    progress: Progress | None,
    cache: Any,
) -> list[Predictions]:
    """Predictions of every model, in the order of the roster, by as many processes as asked for."""
    work = Memory(cache, verbose=0).cache(predict) if cache is not None else predict
    shown = first_descending(list(roster))
    found = []
    results = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(work)(model, table, draws, descent=model is shown) for model in roster
    )
    for done, evidence in enumerate(results, start=1):
        found.append(evidence)
        if progress is not None:
            progress(f"fitted {evidence.model.name}", done, len(roster))
    return found


def facts(table: Table, plan: Design, draws: Draws, *, name: str | None, seed: Any, tuned: bool) -> dict[str, Any]:
    """What a reader needs to run the comparison again."""
    return {
        "name": name or "table",
        "target": table.target,
        "n_rows": len(table.y),
        "n_columns": table.X.shape[1],
        "seed": seed if isinstance(seed, int) else None,
        "design": plan.as_dict(),
        "splits_hash": draws.fingerprint(),
        "versions": {
            "genvsdisc": genvsdisc.__version__,
            "python": platform.python_version(),
            **{module.__name__: module.__version__ for module in (np, scipy, sklearn, pd)},
        },
        "left_out": list(table.left_out),
        "tuned": tuned,
        "boundary_axes": [str(name) for name in chosen_axes(table)],
    }
