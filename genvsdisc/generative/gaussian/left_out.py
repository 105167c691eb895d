"""Densities of rows under the model of all other rows, by the Sherman-Morrison formula, for a grid of shrinkages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, whiten
from genvsdisc.functional.gaussian.moments import Moments


@dataclass(frozen=True)
class _Spectrum:
    """A scatter S in coordinates where it is diagonal: ``basis' S basis = diag(values)``."""

    values: NDArray  # (d,)
    basis: NDArray  # (d, d)
    log_determinant: float  # of the inverse of ``basis basis'``
    shrinkages: NDArray  # the candidates for which these coordinates serve


@dataclass(frozen=True)
class CovarianceCandidate:
    """A scatter between that of a class and that of all rows, and the shrinkages to try on it."""

    pooling: float
    scatter: NDArray  # (d, d) or (d,)
    shrinkages: NDArray  # (G,)
    spectra: list[_Spectrum] | None  # None for variances


@dataclass(frozen=True)
class LeftOutRows:
    """Rows to be left out, as columns, one copy of each: a weight of 2 is two copies of which one goes."""

    X: NDArray  # (d, n)
    z: NDArray  # row minus class mean, (d, n)
    codes: NDArray  # (n,)
    gone: NDArray  # weight that goes, at most 1, (n,)
    rest: NDArray  # weight of its class that stays, (n,)


def restricted(candidate: CovarianceCandidate, mask: NDArray) -> CovarianceCandidate:
    """The candidate with some of its shrinkages."""
    if mask.all():
        return candidate
    spectra = None
    if candidate.spectra is not None:
        parts = [replace(s, shrinkages=s.shrinkages[mask]) for s in candidate.spectra]
        spectra = [s for s in parts if s.shrinkages.any()]
    return replace(candidate, shrinkages=candidate.shrinkages[mask], spectra=spectra)


def left_out_rows(X: NDArray, codes: NDArray, weights: NDArray, moments: Moments) -> LeftOutRows:
    """Leave out each of these rows (n, d), or one copy of it."""
    gone = np.minimum(weights, 1)
    columns = np.ascontiguousarray(X.T)
    return LeftOutRows(columns, columns - moments.center.T[:, codes], codes, gone, moments.weight[codes] - gone)


def covariance_candidates(
    moments: Moments, pooling: float, shrinkages: tuple[float, ...], structure: str
) -> list[CovarianceCandidate]:
    """What the candidate has for each class."""
    together = moments.second.sum(axis=0)
    g = np.array((1.0,) * len(shrinkages) if structure == "spherical" else shrinkages, together.dtype)

    def with_spectra(scatter: NDArray) -> CovarianceCandidate:
        return CovarianceCandidate(pooling, scatter, g, _spectra(scatter, g) if structure == "full" else None)

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


def log_densities_left_out(left: LeftOutRows, j: int, moments: Moments, candidate: CovarianceCandidate) -> NDArray:
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
