"""The only place that fits: many weightings of the same rows, and what each fit says of other rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from functools import partial
from typing import Any, overload

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing, check_random_state

from genvsdisc.functional.batched_linalg import reduce_axis
from genvsdisc.replicates import of_each
from genvsdisc.study.fits.stateless import split_stateless, through
from genvsdisc.study.fits.weighted_fits import copies, fit_rows, takes_copies

CHUNK_CELLS = 4_000_000
"""Weights held at once: keeps a study of a million rows within memory."""
PART_ROWS = 50_000
"""Rows of a table from which a single fit transforms those that it needs, and no others."""

JUDGED_AT_ONCE = 5000
"""Rows that pass through all steps of a pipeline at a time: products of 50 columns are a thousand numbers a row."""

TIED = 1e-12
"""Probabilities that differ by less are a tie."""
SUM_TOLERANCE = 1e-4
"""How far from 1 the probabilities of a row may add up: what single precision and a softmax leave."""


@overload
def refit_probabilities(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    weights: NDArray,
    evaluate: list[NDArray],
    *,
    classes: NDArray,
    random_state: Any = ...,
    sample_weight: NDArray | None = ...,
    n_jobs: int | None = ...,
    judged: Any = ...,
) -> list[NDArray]: ...


@overload
def refit_probabilities(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    weights: NDArray,
    evaluate: Any,
    *,
    classes: NDArray,
    random_state: Any = ...,
    sample_weight: NDArray | None = ...,
    n_jobs: int | None = ...,
    judged: Any = ...,
) -> NDArray: ...


def refit_probabilities(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    weights: NDArray,
    evaluate: Any,
    *,
    classes: NDArray,
    random_state: Any = None,
    sample_weight: NDArray | None = None,
    n_jobs: int | None = None,
    judged: Any = None,
) -> list[NDArray] | NDArray:
    """Fit `estimator` once for each row of `weights` and predict.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
        Where it has ``fit_replicates`` (also as the last step of a Pipeline whose other steps are stateless) all fits
        are done at once; otherwise it is cloned and fitted for each draw, on rows repeated by their weight.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows shared by all draws.
    y : array-like of shape (n_samples,)
        Labels.
    weights : ndarray of shape (n_replicates, n_samples)
        Whole numbers, not negative: how often each row stands in each draw.
    evaluate : sequence of n_replicates integer arrays, or rows like X
        Rows of X that replicate r is to judge; or other rows, judged by every replicate.
    classes : ndarray of shape (n_classes,)
        Sorted labels; a class that a draw lacks gets probability 0.
    random_state : int, RandomState instance or None, default=None
        Seeds every ``random_state`` parameter of the estimator that is None, differently in each draw.
    sample_weight : ndarray of shape (n_samples,), default=None
        How much each row counts, beside how often it stands in a draw; see `genvsdisc.study.fits.weighted_fits`.
    n_jobs : int, default=None
        Processes for estimators without ``fit_replicates``.
    judged : rows like X, default=None
        Rows that the indices of `evaluate` stand for; None for those of X.

    Returns
    -------
    probabilities : list of n_replicates ndarrays of shape (n_rows, n_classes)
        One array, (n_replicates, n_rows, n_classes), where all judge the same rows.
    """
    y = np.asarray(y)
    rng = check_random_state(random_state)
    rows_of = evaluate if _is_index_list(evaluate, len(weights)) else None
    transformed = split_stateless(estimator)
    if sample_weight is not None and _takes_copies(estimator, transformed, sample_weight, X, len(classes)):
        rows = copies(sample_weight)
        first = np.searchsorted(rows, np.arange(len(y)))  # place of the first copy of each row
        if rows_of is not None and judged is None:
            evaluate = [first[part] for part in rows_of]
        X, y, weights, sample_weight = _safe_indexing(X, rows), y[rows], weights[:, rows], None
        rows_of = None if rows_of is None else evaluate
    if transformed is None:
        seeds = rng.randint(np.iinfo(np.int32).max, size=len(weights))
        source = X if judged is None else judged
        parts = [_safe_indexing(source, rows) for rows in rows_of] if rows_of is not None else [evaluate] * len(weights)
        fits = Parallel(n_jobs=n_jobs)(
            delayed(_fit_and_predict)(estimator, X, y, w, rows, classes, seed, sample_weight)
            for w, rows, seed in zip(weights, parts, seeds, strict=True)
        )
        return fits if rows_of is not None else np.stack(fits)
    steps, final = transformed
    if rows_of is not None and len(weights) == 1 and len(y) > PART_ROWS:
        counts = weights[0] if sample_weight is None else weights[0] * sample_weight
        rows, seed = rows_of[0], rng.randint(np.iinfo(np.int32).max)
        return [_in_parts(steps, final, (X, y, counts), X if judged is None else judged, rows, classes, seed)]
    X = through(steps, X)
    source = X if judged is None else through(steps, judged)
    others = None if rows_of is not None else through(steps, evaluate)
    final = clone(final)
    # One source for all replicates: each then has an initialization of its own, as fits one after the other would.
    final.set_params(**{name: np.random.RandomState(seed) for name, seed in _seeds(final, rng).items()})
    out: list[NDArray] = []
    squares = len(classes) * np.shape(X)[1] ** 2 if hasattr(final, "covariance") else 0
    chunk = max(1, CHUNK_CELLS // max(len(X), squares))
    for start in range(0, len(weights), chunk):
        drawn = weights[start : start + chunk]
        replicates = final.fit_replicates(X, y, drawn if sample_weight is None else drawn * sample_weight)
        seen = replicates.template.classes_
        if rows_of is None:
            out.append(_aligned(replicates.predict_proba(others), seen, classes))
        else:
            predicted = replicates.predict_proba_of(source, rows_of[start : start + len(replicates)])
            out.extend(of_each(partial(_aligned, seen=seen, classes=classes), predicted))
    return out if rows_of is not None else out[0] if len(out) == 1 else np.concatenate(out)


def _takes_copies(
    estimator: Any, transformed: tuple[Sequence[Any], Any] | None, weights: NDArray, X: Any, n_classes: int
) -> bool:
    if transformed is None:
        return takes_copies(estimator, weights, X, (n_classes, np.shape(X)[1]))
    steps, final = transformed
    return takes_copies(final, weights, X, (n_classes, through(steps, _safe_indexing(X, [0])).shape[1]))


def _in_parts(
    steps: Sequence[Any],
    final: Any,
    training: tuple[Any, NDArray, NDArray],
    source: Any,
    rows: NDArray,
    classes: NDArray,
    seed: int,
) -> NDArray:
    """One fit to a part of many rows: only the rows that are needed are transformed, those to judge part by part."""
    X, y, weights = training
    drawn = np.flatnonzero(weights)
    final = clone(final)
    final.set_params(**{name: np.random.RandomState(s) for name, s in _seeds(final, check_random_state(seed)).items()})
    fitted = final.fit_replicates(through(steps, _safe_indexing(X, drawn)), y[drawn], weights[None, drawn])
    judged = [
        fitted.predict_proba(through(steps, _safe_indexing(source, rows[start : start + JUDGED_AT_ONCE])))[0]
        for start in range(0, len(rows), JUDGED_AT_ONCE)
    ]
    return _aligned(np.concatenate(judged), fitted.template.classes_, classes)


def seeded(estimator: Any, random_state: Any) -> Any:
    """Clone with a seed in every ``random_state`` parameter that was left None."""
    return clone(estimator).set_params(**_seeds(estimator, check_random_state(random_state)))


def _is_index_list(evaluate: Any, n_replicates: int) -> bool:
    return isinstance(evaluate, list) and len(evaluate) == n_replicates


def _seeds(estimator: Any, rng: np.random.RandomState) -> dict[str, Any]:
    """Draw new values for the ``random_state`` parameters that were left None."""
    return {
        name: rng.randint(np.iinfo(np.int32).max)
        for name, value in sorted(estimator.get_params(deep=True).items())
        if (name == "random_state" or name.endswith("__random_state")) and value is None
    }


def _fit_and_predict(
    estimator: Any, X: Any, y: NDArray, weights: NDArray, rows: Any, classes: NDArray, seed: int, sample_weight: Any
) -> NDArray:
    drawn = np.repeat(np.arange(len(y)), weights.astype(int))
    counting = None if sample_weight is None else sample_weight[drawn]
    fitted = fit_rows(seeded(estimator, seed), _safe_indexing(X, drawn), y[drawn], counting)
    return judged_by(fitted, rows, classes)


def judged_by(fitted: Any, rows: Any, classes: NDArray) -> NDArray:
    """Probabilities that a fitted classifier gives to rows, a column for each of `classes`."""
    if not hasattr(fitted, "classes_"):
        raise ValueError("the classifier has no classes_ after fit, so that nobody knows what its columns stand for")
    n = len(rows)
    parts = [rows[start : start + JUDGED_AT_ONCE] for start in range(0, n, JUDGED_AT_ONCE)] if n else [rows]
    # Rows of its own to judge, too: what a classifier writes into them, the next one must not see.
    judged = [_aligned(fitted.predict_proba(deepcopy(part)), fitted.classes_, classes) for part in parts]
    probabilities = np.concatenate(judged) if len(judged) > 1 else judged[0]
    _check_law(probabilities)
    if len(probabilities) != len(rows):
        raise ValueError(f"predict_proba gave {len(probabilities)} rows for {len(rows)}")
    return probabilities


def _aligned(probabilities: Any, seen: NDArray, classes: NDArray) -> NDArray:
    """Probabilities as an array with a column for each of `classes`: zero for those that the draw lacked.

    Those of the likeliest classes that differ by rounding are made equal, or which class is predicted would depend on
    the machine and on the order of a sum: in balanced sets of few rows, one half is a frequent prediction.

    Raises
    ------
    ValueError
        If they are no probabilities, or of classes that the labels do not have.
    """
    seen = np.asarray(seen)
    p = np.asarray(probabilities)
    if p.ndim < 2 or p.shape[-1] != len(seen):
        raise ValueError(f"predict_proba gave an array of shape {p.shape} for {len(seen)} classes")
    if not np.issubdtype(p.dtype, np.floating):
        p = p.astype(float)
    ties = p > reduce_axis(np.maximum, p, p.ndim - 1) - TIED
    if np.count_nonzero(ties) != math.prod(p.shape[:-1]):  # each row has its likeliest class, and no other
        tied = ties.sum(axis=-1) > 1
        p = p.copy()
        p[tied] = np.where(ties[tied], p[tied].max(axis=-1, keepdims=True), p[tied])
    if np.array_equal(seen, classes):
        return p
    places = np.minimum(np.searchsorted(classes, seen), len(classes) - 1)
    if not np.array_equal(classes[places], seen):
        raise ValueError(f"classes_ holds {seen[classes[places] != seen][0]!r}, which is not a label it was fitted to")
    full = np.zeros((*p.shape[:-1], len(classes)), dtype=p.dtype)
    full[..., places] = p
    return full


def _check_law(p: NDArray) -> None:
    """Refuse numbers that are no probabilities."""
    if p.size == 0:
        return
    sums = p.sum(axis=-1)
    lowest, farthest = p.min(), np.abs(sums - 1).max()
    if not np.isfinite(farthest):
        raise ValueError("predict_proba gave probabilities that are not finite")
    if lowest < -SUM_TOLERANCE:
        raise ValueError(f"predict_proba gave a negative probability, {lowest:.6g}")
    if farthest > SUM_TOLERANCE:
        worst = sums.flat[np.abs(sums - 1).argmax()]
        raise ValueError(f"predict_proba gave probabilities that add up to {worst:.6g} in a row, not to 1")
