"""Choice of pooling and shrinkage by leave-one-out log loss, in closed form for a whole grid.

Leaving a row out changes the mean and scatter of its class by a rank-one term in z, the row minus its class mean. With
the scatter of a candidate diagonalised once, the density of the left-out row under each class follows from the
Sherman-Morrison formula in O(d), so a grid of candidates costs little more than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.moments import Moments, class_moments
from genvsdisc.generative.gaussian.left_out import (
    CovarianceCandidates,
    LeftOutRows,
    covariance_candidates,
    left_out_rows,
    log_densities_left_out,
)
from genvsdisc.generative.gaussian.shrinkage import Regularization, unit_scale

POOLINGS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
SHRINKAGES = (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0)
_FIRST_SHARE, _MANY = 512, 2048  # rows on which all candidates are judged; rows from which on only these are
_BEHIND = 6.0
_CHUNK = 1 << 15  # numbers of a block of rows; with a copy for each shrinkage 2 MB: calls would cost more than cache


def chosen(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    moments: Moments,
    rule: Regularization,
    priors: NDArray | None,
    dimension: int | None = None,
) -> Regularization:
    """Replace pooling and shrinkage by those of least leave-one-out log loss, for each of R weightings of rows.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, complete.
    codes : ndarray of shape (n,)
        Encoded classes.
    weights : ndarray of shape (R, n)
        Weights.
    moments : Moments
        Of these rows, with leading axis R.
    rule : Regularization
        Which covariances; the pooling of shared ones stays.
    priors : ndarray of shape (n_classes,) or None
        Given priors.
    dimension : int or None
        Number of features, where X holds the coordinates of the rows in their span.
    """
    poolings = (1.0,) if rule.shared else POOLINGS
    options: dict[str, Any] = {"shared": rule.shared, "structure": rule.structure, "dimension": dimension}
    members = []
    for r, w in enumerate(weights):
        rows, of_rows = X, moments[r]
        if rule.standardize:
            rows = X / np.sqrt(unit_scale(moments[r : r + 1])[0])
            of_rows = class_moments(rows, codes, w[None], len(of_rows.weight), full=of_rows.full)[0]
        members.append(best_candidate(rows, codes, w, of_rows, priors=priors, poolings=poolings, **options))
    pooling, shrinkage = (np.array(values)[:, None] for values in zip(*members, strict=True))
    return replace(rule, pooling=rule.pooling if rule.shared else pooling, shrinkage=shrinkage)


def leave_one_out_losses(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    moments: Moments,
    *,
    shared: bool,
    structure: str,
    priors: NDArray | None,
    poolings: tuple[float, ...] = POOLINGS,
    shrinkages: tuple[float, ...] = SHRINKAGES,
    dimension: int | None = None,
) -> NDArray:
    """Mean log loss of each row under the model of the other rows, for each candidate.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    codes : ndarray of shape (n,)
        Classes.
    weights : ndarray of shape (n,)
        Weights, counting repeated rows; a row of weight w counts w times, each time without one copy of itself.
    moments : Moments
        Of these rows, without leading axis.
    shared : bool
        One covariance; pooling is then 1 whatever the candidate.
    structure : str
        "full", "diagonal" or "spherical".
    priors : ndarray of shape (K,) or None
        Priors; None takes the class weights, of the rows that stay.
    poolings, shrinkages : tuple of float
        The grid.
    dimension : int or None
        Number of features, where X holds the coordinates of the rows in their span.

    Returns
    -------
    losses : ndarray of shape (n_poolings, n_shrinkages)
        Infinite where the rows that stay leave a covariance singular. The only row of a class is not counted: without
        it there is no such class.
    """
    used = (weights > 0) & (moments.weight[codes] > np.minimum(weights, 1))
    between = (1.0,) * len(poolings) if shared else poolings
    candidates = covariance_candidates(moments, between, shrinkages, structure, dimension)
    everyone = np.ones((len(poolings), len(shrinkages)), dtype=bool)
    losses = np.zeros(everyone.shape)
    for rows in _pieces(np.flatnonzero(used), X.shape[1]):
        losses += row_losses(X[rows], codes[rows], weights[rows], moments, candidates, everyone, priors) @ weights[rows]
    return losses / max(weights[used].sum(), 1)


@np.errstate(invalid="ignore")  # of losses that are infinite on both sides
def best_candidate(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    moments: Moments,
    *,
    shared: bool,
    structure: str,
    priors: NDArray | None,
    poolings: tuple[float, ...],
    shrinkages: tuple[float, ...] = SHRINKAGES,
    dimension: int | None = None,
) -> tuple[float, float]:
    """Pooling and shrinkage of least leave-one-out log loss; parameters as in `leave_one_out_losses`.

    Many rows are looked at in shares, each as large as all before it, and a candidate leaves the race (Maron & Moore
    1997) when the paired difference to the leader over a share is above 6 of its standard errors. If the winner's loss
    over all rows is 6 standard errors above that over the first share, a few rows decide, and nobody may leave. Where
    no candidate can be judged, for without a row no two are left that differ, it is the strongest.
    """
    used = np.flatnonzero((weights > 0) & (moments.weight[codes] > np.minimum(weights, 1)))
    between = (1.0,) * len(poolings) if shared else poolings
    candidates = covariance_candidates(moments, between, shrinkages, structure, dimension)
    active = np.ones((len(poolings), len(shrinkages)), dtype=bool)
    order = used if len(used) <= _MANY else used[np.random.RandomState(0).permutation(len(used))]
    totals, first, start = np.zeros(active.shape), (np.zeros(()), np.zeros(())), 0
    while start < len(order):
        stop = max(2 * start, _FIRST_SHARE if len(order) > _MANY else len(order))
        rows = order[start:stop] if stop < 0.8 * len(order) else order[start:]
        losses = row_losses(X[rows], codes[rows], weights[rows], moments, candidates, active, priors)
        w = weights[rows]
        totals += losses @ w
        totals[~active] = np.inf
        leader = np.unravel_index(int(np.argmin(totals)), totals.shape)
        means, errors = _paired(losses - losses[leader], w)
        if start == 0:
            first = _paired(losses[leader], w)
        active &= ~(means > _BEHIND * errors) if np.isfinite(totals[leader]) else True
        start += len(rows)
    best = totals.min() / max(weights[used].sum(), 1)
    if len(order) > _MANY and not best - first[0] <= 6 * first[1]:
        totals = leave_one_out_losses(
            X,
            codes,
            weights,
            moments,
            shared=shared,
            structure=structure,
            priors=priors,
            poolings=poolings,
            shrinkages=shrinkages,
            dimension=dimension,
        )
    a, g = np.unravel_index(int(np.argmin(totals)), totals.shape)
    if not len(used) or np.isinf(totals[a, g]):
        return poolings[-1], shrinkages[-1]
    return poolings[a], shrinkages[g]


def _paired(values: NDArray, weights: NDArray) -> tuple[NDArray, NDArray]:
    """Weighted means over the last axis and their standard errors; infinite means have the error 0."""
    total = weights.sum()
    with np.errstate(invalid="ignore"):
        means = values @ weights / total
        spread = ((values - means[..., None]) ** 2 @ weights) / total
    return np.nan_to_num(means, nan=np.inf), np.nan_to_num(np.sqrt(spread / total), nan=0.0, posinf=0.0)


def row_losses(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    moments: Moments,
    candidates: list[CovarianceCandidates],
    active: NDArray,
    priors: NDArray | None,
) -> NDArray:
    """Log loss of each row without itself, (n_poolings, n_shrinkages, n); 0 for candidates that are not active."""
    losses = np.zeros((*active.shape, len(X)))
    masks = [mask for mask in np.unique(active, axis=0) if mask.any()]
    same = [(np.flatnonzero((active == mask).all(axis=1)), np.flatnonzero(mask), mask) for mask in masks]
    chosen = [(p, g, [c.restricted(p, mask) for c in candidates]) for p, g, mask in same]
    for rows in _pieces(np.arange(len(X)), X.shape[1] * len(active)):
        left = left_out_rows(X[rows], codes[rows], weights[rows], moments)
        log_prior = _log_priors(left, moments.weight, priors)
        for poolings, shrinkages, scatters in chosen:
            scores = np.stack([log_densities_left_out(left, j, moments, s) for j, s in enumerate(scatters)], axis=2)
            losses[np.ix_(poolings, shrinkages, rows)] = _log_losses(scores + log_prior, left.codes)
    losses[np.isnan(losses)] = np.inf
    return losses


def _pieces(rows: NDArray, d: int) -> Iterator[NDArray]:
    step = max(_CHUNK // d, 64)
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _log_priors(left: LeftOutRows, weight: NDArray, priors: NDArray | None) -> NDArray:
    """Log priors (K, n) without the row."""
    stay = np.repeat(weight[:, None], len(left.codes), axis=1)
    stay[left.codes, np.arange(len(left.codes))] = left.rest
    if priors is not None:
        stay = np.where(stay > 0, priors[:, None], 0)
    with np.errstate(divide="ignore"):
        return np.log(stay / stay.sum(axis=0))


@np.errstate(invalid="ignore")
def _log_losses(scores: NDArray, codes: NDArray) -> NDArray:
    """Log losses (A, G, n) from log scores (A, G, K, n)."""
    scores = scores - scores.max(axis=2, keepdims=True)
    true_scores = scores[:, :, codes, np.arange(len(codes))]
    return np.log(np.exp(scores, out=scores).sum(axis=2)) - true_scores
