"""Models as the plan sees them: what a fit of each costs."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline

from genvsdisc.features.encoding import TableEncoder
from genvsdisc.features.transforms import QuadraticFeatures
from genvsdisc.files import no_exit
from genvsdisc.models import Model
from genvsdisc.study.costs import cost_kind, search_fits
from genvsdisc.study.fits.drawing import stratified_rows
from genvsdisc.study.fits.elsewhere import called_elsewhere
from genvsdisc.study.fits.encode import Bench
from genvsdisc.study.fits.held_out_shrinkage import leaving_out_rows
from genvsdisc.study.fits.one_thread import one_thread
from genvsdisc.study.fits.predictions import first_descending
from genvsdisc.study.fits.refit import seeded
from genvsdisc.study.fits.row_batches import fits_in_batches
from genvsdisc.study.fits.stateless import split_stateless
from genvsdisc.study.fits.unlabeled import fits_weights
from genvsdisc.study.fits.weighted_fits import fit_rows
from genvsdisc.study.stage_costs import MOST_AT_ONCE, Candidate, candidate_seconds, timed_seconds
from genvsdisc.study.statistics.differences import pairs

TIMED_ROWS = 1000
LOOKED_AT = 20_000
"""Rows in which gaps are counted."""
UNKNOWN_SECONDS = 0.01
"""What a fit counts for in the order of the jobs where nobody needs to know."""
FAILED_SECONDS = 1e-3
"""What a classifier costs that could not be fitted when it was timed: it is tried, and its error told."""


def candidates(
    roster: Sequence[Model],
    workbenches: Sequence[Bench],
    seed: int,
    timed: dict[str, float | None] | None = None,
    *,
    measure: bool = True,
    n_jobs: int | None = None,
) -> list[Candidate]:
    """Look up what our classifiers cost, and time the others once, unless a former plan has their time.

    Parameters
    ----------
    roster : sequence of Model
    workbenches : sequence of Bench
    seed : int
        Chooses the rows that are timed.
    timed : dict of name to seconds, default=None
        From a former plan.
    measure : bool, default=True
        Whether others are timed at all; a design that is done as it stands needs no times.
    n_jobs : int or None, default=None
        Processes in which others are timed; one that ends its process there is tried once more, with all others.
    """
    paired = {name for *names, _ in _formed(roster) for name in names}
    descending = first_descending(roster)
    times = dict(timed or {})
    if measure:
        times = _times(roster, workbenches, seed, times, n_jobs)
    priced = []
    gaps: dict[int, Gaps] = {}
    for model, bench in zip(roster, workbenches, strict=True):
        form, family = model.form or "" if model.name in paired else "", model.family or ""
        kind, weighted = cost_kind(bench.model.estimator), fits_weights(bench.model.estimator)
        if not kind:
            seconds = times.get(model.name)
            seconds = UNKNOWN_SECONDS if seconds is None else seconds
            rows = min(TIMED_ROWS, len(bench.table.codes))
            priced.append(Candidate(model.name, form, family, timed_seconds(seconds, rows), seconds, weighted=weighted))
            continue
        key = id(bench.table.X)
        if key not in gaps:
            gaps[key] = gaps_of(bench.table.X)
        seen = gaps[key]
        inner, imputed = _inner(bench.model.estimator), _imputes(bench.model.estimator)
        width = _width(inner, _n_columns(bench, kind), seen.holed)
        how: dict[str, Any] = {
            **(seen._asdict() | ({"gappy": 0.0} if imputed else {})),
            "single": split_stateless(bench.model.estimator) is None,
            "searches": search_fits(bench.model.estimator),
            "estimator": bench.model.estimator,
        }
        sizes = (width, len(bench.table.classes))
        inside = leaving_out_rows(bench.model.estimator)  # with rows without a label, what is held is fitted in stacks
        stacked = how | {"single": split_stateless(inside) is None, "searches": search_fits(inside)}
        held = candidate_seconds("Gaussian, separate", *sizes, **stacked) if kind == "Gaussian, automatic" else None
        batched = len(bench.table.codes) > MOST_AT_ONCE and fits_in_batches(bench.model.estimator, bench.table.X)
        searched = model is descending
        priced.append(
            Candidate(
                model.name,
                form,
                family,
                candidate_seconds(kind, *sizes, **how),
                searched=searched,
                weighted=weighted,
                batched=batched,
                covariances=kind.startswith("Gaussian"),
                held=held,
                columns=width,
            )
        )
    return priced


def _formed(roster: Sequence[Model]) -> list[tuple[str, str, str]]:
    return pairs(pd.DataFrame([(m.name, m.family, m.form or "") for m in roster], columns=["model", "family", "form"]))


class Gaps(NamedTuple):
    """Gaps of a table, as in `genvsdisc.study.costs.BatchSizes`."""

    gappy: float = 0.0
    patterns: int = 1
    holed: int = 0
    depth: float = 0.0


def gaps_of(X: Any) -> Gaps:
    """Count the gaps of the first rows."""
    missing = pd.DataFrame(X[:LOOKED_AT]).isna().to_numpy()
    if not missing.any():
        return Gaps()
    rows = missing.any(axis=1)
    patterns = np.unique(np.packbits(missing, axis=1), axis=0)
    return Gaps(float(rows.mean()), len(patterns), int(missing.any(axis=0).sum()), float(missing.sum() / rows.sum()))


def _n_columns(bench: Bench, kind: str) -> int:
    """Columns that the classifier sees; naive Bayes works on a level at a time."""
    width = bench.table.X.shape[1]
    if kind != "naive Bayes":
        encoders = [step for step in _inner(bench.model.estimator) if isinstance(step, TableEncoder)]
        for step in encoders:  # which a large table keeps in the pipeline
            width = clone(step).fit(bench.table.X[:1]).transform(bench.table.X[:1]).shape[1]
        return int(width)
    return int(sum(max(1, len(column.levels) - 1) for column in bench.table.columns.values() if column.used))


def _inner(estimator: Any) -> list[Any]:
    """Steps of a pipeline, behind searches."""
    while not isinstance(estimator, Pipeline) and hasattr(estimator, "estimator"):
        estimator = estimator.estimator
    return [step for _, step in estimator.steps[:-1]] if isinstance(estimator, Pipeline) else []


def _imputes(estimator: Any) -> bool:
    return any(isinstance(step, SimpleImputer) for step in _inner(estimator))


def _width(steps: Sequence[Any], columns: int, holed: int) -> int:
    """Columns behind the steps that stay in the pipeline."""
    for step in steps:
        if isinstance(step, SimpleImputer) and step.add_indicator:
            columns += holed
        elif isinstance(step, QuadraticFeatures):
            columns += len(step._factors(columns)[0])
    return columns


def _times(
    roster: Sequence[Model],
    workbenches: Sequence[Bench],
    seed: int,
    known: dict[str, float | None],
    n_jobs: int | None,
) -> dict[str, float | None]:
    """Seconds of the classifiers of others by name, with those that are known."""
    new = [
        (model.name, bench)
        for model, bench in zip(roster, workbenches, strict=True)
        if not cost_kind(bench.model.estimator) and known.get(model.name) is None
    ]
    calls = []
    for _, bench in new:
        codes: NDArray = bench.table.codes
        rows = stratified_rows(codes, min(TIMED_ROWS, len(codes)), np.random.RandomState(seed))
        drawn = bench.table.take(rows)
        calls.append((_timed, (bench.model.estimator, drawn.X, drawn.y, drawn.weights, seed)))
    timings = called_elsewhere(calls, n_jobs)
    return known | {name: seconds or FAILED_SECONDS for (name, _), seconds in zip(new, timings, strict=True)}


def _timed(estimator: Any, X: Any, y: NDArray, weights: NDArray | None, seed: int) -> float:
    """Processor seconds of one fit and its predictions."""
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.process_time()
        try:
            classifier, rows = seeded(estimator, seed), X.copy()
            with no_exit():
                fit_rows(classifier, rows, y.copy(), weights).predict_proba(rows)
        except Exception:  # it is raised again, with its name, where the model is fitted
            return FAILED_SECONDS
        return max(FAILED_SECONDS, float(f"{time.process_time() - start:.3g}"))
