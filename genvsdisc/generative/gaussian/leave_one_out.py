"""Choice of pooling and shrinkage by leave-one-out log loss, in closed form for a whole grid.

Leaving a row out changes the mean and scatter of its class by a rank-one term in z, the row minus its class mean. With
the scatter of a candidate diagonalised once, the density of the left-out row under each class follows from the
Sherman-Morrison formula in O(d), so a grid of candidates costs little more than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, whiten
from genvsdisc.functional.gaussian.moments import Moments

POOLINGS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
SHRINKAGES = (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0)
_FIRST_SHARE, _MANY = 512, 2048  # rows on which all candidates are judged; rows from which on only these are
_BEHIND = 6.0
_CHUNK = 1 << 14  # numbers of a block of rows; its copies, one for each shrinkage, stay in cache


@dataclass(frozen=True)
class _Spectrum:
    """A scatter S in coordinates where it is diagonal: ``basis' S basis = diag(values)``."""

    values: NDArray  # (d,)
    basis: NDArray  # (d, d)
    log_determinant: float  # of the inverse of ``basis basis'``
    shrinkages: NDArray  # the candidates for which these coordinates serve


@dataclass(frozen=True)
class _Candidate:
    """A scatter between that of a class and that of all rows, and the shrinkages to try on it."""

    pooling: float
    scatter: NDArray  # (d, d) or (d,)
    shrinkages: NDArray  # (G,)
    spectra: list[_Spectrum] | None  # None for variances


@dataclass(frozen=True)
class _LeftOut:
    """Rows to be left out, as columns, one copy of each: a weight of 2 is two copies of which one goes."""

    X: NDArray  # (d, n)
    z: NDArray  # row minus class mean, (d, n)
    codes: NDArray  # (n,)
    gone: NDArray  # weight that goes, at most 1, (n,)
    rest: NDArray  # weight of its class that stays, (n,)


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

    Returns
    -------
    losses : ndarray of shape (n_poolings, n_shrinkages)
        Infinite where the rows that stay leave a covariance singular. The only row of a class is not counted: without
        it there is no such class.
    """
    used = (weights > 0) & (moments.weight[codes] > np.minimum(weights, 1))
    candidates = [_candidate(moments, 1.0 if shared else p, shrinkages, structure) for p in poolings]
    everyone = np.ones((len(poolings), len(shrinkages)), dtype=bool)
    losses = np.zeros(everyone.shape)
    for rows in _pieces(np.flatnonzero(used), X.shape[1]):
        losses += (
            _row_losses(X[rows], codes[rows], weights[rows], moments, candidates, everyone, priors) @ weights[rows]
        )
    return losses / max(weights[used].sum(), 1)


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
) -> tuple[float, float]:
    """Pooling and shrinkage of least leave-one-out log loss; parameters as in `leave_one_out_losses`.

    Many rows are looked at in shares, each as large as all before it, and a candidate leaves the race (Maron & Moore
    1997) when the paired difference to the leader over a share is above 6 of its standard errors. If the winner's loss
    over all rows is 6 standard errors above that over the first share, a few rows decide, and nobody may leave.
    """
    used = np.flatnonzero((weights > 0) & (moments.weight[codes] > np.minimum(weights, 1)))
    candidates = [_candidate(moments, 1.0 if shared else p, shrinkages, structure) for p in poolings]
    active = np.ones((len(poolings), len(shrinkages)), dtype=bool)
    order = used if len(used) <= _MANY else used[np.random.RandomState(0).permutation(len(used))]
    totals, first, start = np.zeros(active.shape), (np.zeros(()), np.zeros(())), 0
    while start < len(order):
        stop = max(2 * start, _FIRST_SHARE if len(order) > _MANY else len(order))
        rows = order[start:stop] if stop < 0.8 * len(order) else order[start:]
        losses = _row_losses(X[rows], codes[rows], weights[rows], moments, candidates, active, priors)
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
        )
    a, g = np.unravel_index(int(np.argmin(totals)), totals.shape)
    return poolings[a], shrinkages[g]


def _paired(values: NDArray, weights: NDArray) -> tuple[NDArray, NDArray]:
    """Weighted means over the last axis and their standard errors; infinite means have the error 0."""
    total = weights.sum()
    with np.errstate(invalid="ignore"):
        means = values @ weights / total
        spread = ((values - means[..., None]) ** 2 @ weights) / total
    return np.nan_to_num(means, nan=np.inf), np.nan_to_num(np.sqrt(spread / total), nan=0.0, posinf=0.0)


def _row_losses(
    X: NDArray,
    codes: NDArray,
    weights: NDArray,
    moments: Moments,
    candidates: list[list[_Candidate]],
    active: NDArray,
    priors: NDArray | None,
) -> NDArray:
    """Log loss of each row without itself, (n_poolings, n_shrinkages, n); 0 for candidates that are not active."""
    losses = np.zeros((*active.shape, len(X)))
    chosen = [[_restricted(c, mask) for c in scatters] for scatters, mask in zip(candidates, active, strict=True)]
    for rows in _pieces(np.arange(len(X)), X.shape[1]):
        left = _left_out(X[rows], codes[rows], weights[rows], moments)
        log_prior = _log_priors(left, moments.weight, priors)
        for a, scatters in enumerate(chosen):
            if active[a].any():
                scores = np.stack([_log_densities(left, j, moments, s) for j, s in enumerate(scatters)], axis=1)
                part = losses[a, :, rows[0] : rows[-1] + 1]
                part[active[a]] = _log_losses(scores + log_prior, left.codes)
    losses[np.isnan(losses)] = np.inf
    return losses


def _restricted(candidate: _Candidate, mask: NDArray) -> _Candidate:
    """The candidate with some of its shrinkages."""
    if mask.all():
        return candidate
    spectra = None
    if candidate.spectra is not None:
        parts = [replace(s, shrinkages=s.shrinkages[mask]) for s in candidate.spectra]
        spectra = [s for s in parts if s.shrinkages.any()]
    return replace(candidate, shrinkages=candidate.shrinkages[mask], spectra=spectra)


def _pieces(rows: NDArray, d: int) -> Iterator[NDArray]:
    step = max(_CHUNK // d, 64)
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _left_out(X: NDArray, codes: NDArray, weights: NDArray, moments: Moments) -> _LeftOut:
    gone = np.minimum(weights, 1)
    columns = np.ascontiguousarray(X.T)
    return _LeftOut(columns, columns - moments.center.T[:, codes], codes, gone, moments.weight[codes] - gone)


def _candidate(moments: Moments, pooling: float, shrinkages: tuple[float, ...], structure: str) -> list[_Candidate]:
    """What the candidate has for each class."""
    together = moments.second.sum(axis=0)
    g = np.array((1.0,) * len(shrinkages) if structure == "spherical" else shrinkages, together.dtype)

    def with_spectra(scatter: NDArray) -> _Candidate:
        return _Candidate(pooling, scatter, g, _spectra(scatter, g) if structure == "full" else None)

    if pooling == 1:
        return [with_spectra(together)] * len(moments.weight)
    return [with_spectra((1 - pooling) * own + pooling * together) for own in moments.second]


def _spectra(scatter: NDArray, g: NDArray) -> list[_Spectrum]:
    """Coordinates for each shrinkage; a shrinkage without any leaves a singular covariance."""
    spectra = []
    if (g == 0).any():  # without shrinkage the units of the features must not matter: whiten instead of rotate
        try:
            factor, log_determinant = whiten(scatter, full=True)
            spectra.append(_Spectrum(np.ones(len(scatter), scatter.dtype), factor, float(log_determinant), g == 0))
        except SingularCovarianceError:
            pass
    if (g > 0).any():
        eigenvalues, basis = np.linalg.eigh(scatter)
        spectra.append(_Spectrum(np.maximum(eigenvalues, 0), basis, 0.0, g > 0))
    return spectra


def _log_priors(left: _LeftOut, weight: NDArray, priors: NDArray | None) -> NDArray:
    """Log priors (K, n) without the row."""
    stay = np.repeat(weight[:, None], len(left.codes), axis=1)
    stay[left.codes, np.arange(len(left.codes))] = left.rest
    if priors is not None:
        stay = np.where(stay > 0, priors[:, None], 0)
    with np.errstate(divide="ignore"):
        return np.log(stay / stay.sum(axis=0))


@np.errstate(invalid="ignore")
def _log_losses(scores: NDArray, codes: NDArray) -> NDArray:
    """Log losses (G, n) from log scores (G, K, n)."""
    scores = scores - scores.max(axis=1, keepdims=True)
    own = scores[:, codes, np.arange(len(codes))]
    return np.log(np.exp(scores, out=scores).sum(axis=1)) - own


def _log_densities(left: _LeftOut, j: int, moments: Moments, candidate: _Candidate) -> NDArray:
    """Log density of each left-out row under class j without it, less a constant: (G, n)."""
    pooling, scatter, g = candidate.pooling, candidate.scatter, candidate.shrinkages
    if moments.weight[j] == 0:  # prior 0; any finite density will do
        return np.zeros((len(g), len(left.codes)), left.X.dtype)
    own = left.codes == j
    share = np.where(own, 1, pooling).astype(left.X.dtype)  # of the row's change that reaches the scatter of class j
    change = share * left.gone * moments.weight[left.codes] / left.rest
    weight = (1 - pooling) * moments.weight[j] + pooling * moments.weight.sum() - share * left.gone
    y = np.where(own, left.z * (moments.weight[j] / left.rest), left.X - moments.center[j][:, None])
    if candidate.spectra is None:
        return _diagonal((scatter[:, None] - change * left.z**2) / weight, y, g)
    densities = np.full((len(g), len(weight)), np.nan, y.dtype)
    level = (np.trace(scatter) - change * np.einsum("fn,fn->n", left.z, left.z)) / len(scatter)
    for spectrum in candidate.spectra:
        densities[spectrum.shrinkages] = _full(spectrum, y, left.z, change, weight, level, g[spectrum.shrinkages])
    return densities


def _diagonal(variances: NDArray, y: NDArray, g: NDArray) -> NDArray:
    """Log densities (G, n) of y (d, n) with shrunk variances, NaN where one of them vanishes."""
    shrunk = (1 - g)[:, None, None] * variances + g[:, None, None] * variances.mean(axis=0)
    singular = (shrunk <= 1e-12 * np.maximum(shrunk.max(axis=1, keepdims=True), 0)).any(axis=1)
    shrunk = np.where(singular[:, None], 1, shrunk)
    densities = -0.5 * (np.einsum("fn,gfn->gn", y**2, 1 / shrunk) + np.log(shrunk).sum(axis=1))
    densities[singular] = np.nan
    return densities


def _full(
    spectrum: _Spectrum, y: NDArray, z: NDArray, change: NDArray, weight: NDArray, level: NDArray, g: NDArray
) -> NDArray:
    """Log densities (G, n) of y (d, n) under ``((1 - g) (S - change z z') + g level I) / weight``, for each g."""
    own, removed = spectrum.basis.T @ y, spectrum.basis.T @ z
    scale = (1 - g)[:, None]
    variances = (scale * spectrum.values)[:, :, None] + (g[:, None] * level)[:, None]
    regular = variances.min(axis=1) > 0
    if not regular.all():
        variances = np.where(regular[:, None], variances, 1)
    inverse = 1 / variances
    between = scale * change
    gap = 1 - between * np.einsum("fn,gfn->gn", removed * removed, inverse)
    regular &= gap > 1e-10
    gap[~regular] = 1
    square = np.einsum("fn,gfn->gn", own * own, inverse)
    square += between * np.einsum("fn,gfn->gn", removed * own, inverse) ** 2 / gap
    log_variances = np.log(variances, out=variances).sum(axis=1) - len(z) * np.log(weight)
    densities = -0.5 * (weight * square + spectrum.log_determinant + log_variances + np.log(gap))
    densities[~regular] = np.nan
    return densities
