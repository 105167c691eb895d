"""From a table to a comparison: fit every model to the same draws, then compute everything from what they predict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from genvsdisc.datasets.targets import as_target
from genvsdisc.features.tables import as_frame
from genvsdisc.freed_memory import LARGE_CELLS
from genvsdisc.models import as_models, models_of
from genvsdisc.preparation import Preparation
from genvsdisc.study.comparison import Comparison
from genvsdisc.study.decision_costs import read_costs
from genvsdisc.study.design import Design
from genvsdisc.study.drawn_tables import draw_tables
from genvsdisc.study.facts import parameters_given, versions_of_models
from genvsdisc.study.fits.trial import suited_to
from genvsdisc.study.fits.tuning import TUNING_PRICE, respecting, tuned
from genvsdisc.study.fits.unlabeled_stage import cannot_learn
from genvsdisc.study.fits.weighted_fits import stand_for_copies, weight_notes
from genvsdisc.study.fits.workers import workers_started
from genvsdisc.study.holdout_rows import given_test, read_test
from genvsdisc.study.left_out import without_a_label
from genvsdisc.study.plan import check_budget
from genvsdisc.study.progress import Progress, check_progress, shown
from genvsdisc.study.run import Run
from genvsdisc.study.sampling import Sampling, read_sampling
from genvsdisc.study.seen_rows import seen_rows
from genvsdisc.study.statistics.losses import COST, LOSS_NAMES
from genvsdisc.study.statistics.measures import check_measures
from genvsdisc.study.table import PreparedTable, check_posterior, prepare
from genvsdisc.study.unlabeled_rows import read_unlabeled
from genvsdisc.study.weights import RowWeights, read_weights, row_counts
from genvsdisc.validation import check_cache, check_jobs

SMALL_BUDGET = 20.0
"""Seconds up to which five folds are enough."""


def compare(
    X: Any,
    y: ArrayLike,
    models: Mapping[str, Any] | Sequence[Any] | None = None,
    *,
    design: Design | None = None,
    random_state: Any = 0,
    n_jobs: int | None = None,
    progress: Progress | bool | None = None,
    name: str | None = None,
    tune: bool = False,
    cache: Any = None,
    posterior: Callable[[Any], NDArray] | None = None,
    groups: Any = None,
    time: Any = None,
    sample_weight: Any = None,
    X_test: Any = None,
    y_test: Any = None,
    costs: Any = None,
    loss: str = "zero_one",
    budget: float | None = None,
    plan: Mapping[str, Any] | None = None,
    unlabeled: Any = None,
    draw: Callable[..., Any] | None = None,
) -> Comparison:
    """Compare generative and discriminative classifiers on one table.

    All models are fitted to the same draws of the rows: repeated stratified cross-validation (scores, differences,
    calibration), nested subsamples (learning curves, crossings), sets that share no row (bias and variance) and flipped
    labels (robustness). Every table of the result is computed from those predictions.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_features)
        The table (pandas, polars or an array). Identifier, constant and empty columns are left out, and said.
    y : array-like of shape (n_samples,)
        The target. Rows without one, or with a blank one, are neither fitted nor judged, but for `unlabeled`; classes
        with fewer rows than there are folds are left out.
    models : dict name -> classifier, list of Model or of classifiers, or None, default=None
        What to compare; any scikit-learn classifier with ``predict_proba``. None is `default_models`. A model that
        cannot take the table (words, gaps) gets an encoder in front, and a note.
    design : Design, default=None
        Folds, draws and sizes, done as they stand however long it takes. None plans them for `budget`.
    random_state : int, RandomState instance or None, default=0
        Source of every draw.
    n_jobs : int, default=None
        Processes over models and draws; the result does not depend on it. Backends of joblib apply
        (``joblib.parallel_config``). With 1, and by default, all fits are made in this process, where a debugger
        reaches them: a classifier of others that ends its process (a crash in compiled code) ends yours. With 2 or more
        it is named as failed, and the rest is delivered.
    progress : bool or callable ``(stage, done, total)``, default=None
        True draws a bar with the time left on standard error; a function is called after each job, which is a stage of
        a model on some of its draws; False and None are silent.
    name : str, default=None
        Name of the table, for the report.
    tune : bool, default=False
        Tune every model's regularization inside each training set (5-fold grid search on log loss, five values each):
        26 fits in place of one, which the plan counts; what the budget has no room for is left out with its price.
    cache : path, default=None
        Folder in which finished jobs are kept, so that interrupted work resumes.
    posterior : callable X -> (n_samples, n_classes), default=None
        The true ``p(y | x)``, where it is known: noise is then told apart from bias.
    groups : array-like of shape (n_samples,) or name of a column of X, default=None
        Rows of one group (subject, file) are alike: no draw has a group on both sides, and training sizes count whole
        groups. A column leaves X.
    time : array-like of shape (n_samples,) or name of a column of X, default=None
        Moments, as numbers or dates: every training row is older than every row that judges it. A column leaves X.
        Folds go forward in time and are not repeated.
    sample_weight : array-like of shape (n_samples,) or name of a column of X, default=None
        How much each row counts, 0 or more, in every fit, split, score, interval and curve. A row of whole weight 2 is
        the row twice, and its copies are never divided by a split; of weights that are not all whole only the ratios
        count: they are divided by their mean. A row of weight 0 is absent. A column leaves X.
    X_test : DataFrame or array-like of shape (n_test, n_features), default=None
        Rows of your own to test on, with the columns of X in any order. Everything is chosen and fitted without them,
        and they are scored once: tables `holdout` and `holdout_differences`. A column that was named as groups or as
        weights has the same meaning in them.
    y_test : array-like of shape (n_test,), default=None
        Their labels.
    costs : array-like of shape (n_classes, n_classes) or dict with keys fp and fn, default=None
        ``costs[true, said]``, the classes sorted: what each answer costs. Every model then answers with the least
        expected cost under its probabilities, and the mean cost of a row is the loss "cost". For two classes
        ``dict(fp=1, fn=10)``: it costs 1 to say the second class where the first is true, 10 the other way round.
    loss : {"zero_one", "brier", "log_loss", "cost"}, default="zero_one"
        What chooses the best of each family, and judges them in the verdict. One of ``design.losses``; the first of
        them where the design does not measure the 0-1 loss.
    budget : float, default=None
        Seconds on two cores that the comparison may take; 60 for None. Repeats, draws and rows are planned for it
        before the first fit, from sizes alone, so the same table, seed and budget give the same result on every
        machine; what was thinned or left out, at what price, is in ``meta["plan"]``. Draws go first where the verdict
        is undecided. Not used where a design is given.
    plan : dict, default=None
        ``meta["plan"]`` of a former comparison of this table with these models, to be repeated as it stands.
    unlabeled : DataFrame or array-like of shape (n_rows, n_features), default=None
        Rows without a label, with the columns of X. With those of X that have none, they are added to the training rows
        of the generative models by EM, as many as they are worth by the log loss of labeled rows held out inside; the
        dial "unlabeled rows, added" of `conditions` shows what that changes. All else is computed without them.

    draw : callable ``(n_samples, random_state=)`` -> Dataset or (X, y), default=None
        Draws other tables from the law of this one, where it is known (``Dataset.draw``): bias and variance at the size
        of the folds are then measured on eight independent tables, at the price of eight fits of each model, and not
        extrapolated.

    Returns
    -------
    comparison : Comparison
        Tidy tables, a verdict in words, and the report.

    Raises
    ------
    ValueError
        If fewer than two classes remain, no model can be fitted (`NothingToCompare`), two models have one name,
        a size does not fit the table, or groups or times
        are missing, too few, or no column of X.

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
    check_progress(progress)
    check_budget(budget)
    check_jobs(n_jobs)
    check_cache(cache)
    y = as_target(y, allow_missing=True)
    whole = as_frame(X)
    held_out = given_test(X_test, y_test, whole)
    X, sampling = read_sampling(whole, groups=groups, time=time)
    X, weights = read_weights(X, sample_weight)
    chosen = design or _default_design(y, budget, sampling, weights)
    setting_notes = []
    if loss == "zero_one" and loss not in chosen.losses:  # the default, of a design that does not measure it
        loss = chosen.losses[0]
        setting_notes = [f"The verdict is by {LOSS_NAMES.get(loss, loss)}: the design does not measure the 0-1 error."]
    judging = (*chosen.losses, COST) if costs is not None else chosen.losses
    if loss not in judging:
        what = "needs costs=" if loss == COST else f"must be one of the design's losses, {', '.join(judging)}"
        raise ValueError(f"loss {what}, got {loss!r}")
    table = prepare(
        X, y, n_splits=chosen.n_splits, sampling=sampling, weights=None if weights is None else weights.of_rows
    )
    table = replace(table, costs=read_costs(costs, table.classes))
    check_measures(chosen.scorers, table.X, table.codes, table.classes, weighted=table.weights is not None)
    if held_out is not None:
        groups_column = (sampling.column, whole[groups]) if np.isscalar(groups) and groups is not None else None
        test = read_test(held_out, table.reader, table.classes, weights=weights, groups=groups_column)
        table = replace(table, test=replace(test, notes=(*test.notes, *seen_rows(table, test))))
    table, unlabeled_notes = _beside(table, whole, X, y, unlabeled, sampling, weights, groups)
    chosen.sizes(round(table.sampling.masses(len(table.y)).sum()), len(table.classes))
    check_posterior(posterior, table)
    drawn, said_of_law = draw_tables(draw, table, whole, n_splits=chosen.n_splits, random_state=random_state)
    table = replace(table, drawn=drawn)
    given = None if models is None else as_models(models)
    used = {key: column for key, column in table.columns.items() if column.used}
    by_default = models_of(Preparation.of(table.X, used)) if given is None else []
    roster, notes = (by_default, []) if given is None else suited_to(given, table.X, table.y, n_jobs)
    roster = [respecting(model, table.sampling) for model in roster]
    passed = None if table.weights is None or stand_for_copies(table.weights) else table.weights
    roster = [tuned(model, sampling=table.sampling, weights=passed) for model in roster] if tune else roster
    setting_notes += [TUNING_PRICE] if tune and design is None else []
    notes = setting_notes + unlabeled_notes + said_of_law + notes + ([] if passed is None else weight_notes(roster))
    notes += cannot_learn(roster, given=table.unlabeled is not None)
    with workers_started(n_jobs if np.size(table.X) <= LARGE_CELLS else 1):  # a large table has its own, one by one
        run = Run(table, roster, seed=random_state, n_jobs=n_jobs, cache=cache)
        run.plan_by(chosen, budget=budget, stored=plan, as_given=design is not None)
        with shown(progress) as advance:
            evidence = run.carry_out(advance)
    tables, meta = run.results(evidence, posterior, name=name, tuned=tune, loss=loss, notes=notes)
    if given is not None:
        meta["parameters"] = {model.name: parameters_given(model) for model in given}
        meta["versions"] |= versions_of_models(given)
    return Comparison(tables, meta, fitted=run.fitted(evidence))


def _beside(
    table: PreparedTable,
    whole: pd.DataFrame,
    X: pd.DataFrame,
    y: pd.Series,
    unlabeled: Any,
    sampling: Sampling,
    weights: RowWeights | None,
    groups: Any,
) -> tuple[PreparedTable, list[str]]:
    """The table with the rows that have no label beside it, where there are enough; and what was done with them."""
    column = (groups, whole[groups]) if np.isscalar(groups) and groups is not None else None
    rows, notes = read_unlabeled(
        X, y, unlabeled, reader=table.reader, labeled=table.X, sampling=sampling, weights=weights, groups=column,
    )  # fmt: skip
    if rows is None:
        return table, list(notes)
    left_out = tuple(text for text in table.left_out if text not in without_a_label(int(y.isna().sum())))
    return replace(table, unlabeled=rows, left_out=left_out), list(notes)


def _default_design(y: ArrayLike, budget: float | None, sampling: Sampling, weights: RowWeights | None) -> Design:
    """Folds that classes, groups and a small budget allow; the plan decides on the rest."""
    labels = pd.Series(np.asarray(y))
    if weights is not None:
        keep = np.flatnonzero(weights.of_rows > 0)
        labels = labels.iloc[keep].reset_index(drop=True)
        sampling = sampling.take(keep).weighted(row_counts(weights.of_rows[keep]))
    counts = pd.Series(sampling.masses(len(labels))).groupby(labels).agg(["size", "sum"]).max(axis=1)
    design = Design.for_classes(counts.tolist())
    n_splits = min(design.n_splits, 5) if budget is not None and budget <= SMALL_BUDGET else design.n_splits
    return replace(design, n_splits=sampling.most_splits(labels, n_splits))
