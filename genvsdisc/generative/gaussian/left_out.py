"""Densities of rows under the model of all other rows, by the Sherman-Morrison formula, for a grid of shrinkages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.covariance import regular_factors
from genvsdisc.functional.gaussian.moments import Moments


@dataclass(frozen=True)
class _Spectra:
    """Scatters S in coordinates where they are diagonal: ``basis' S basis = diag(values)``."""

    values: NDArray  # (A, d)
    basis: NDArray  # (A, d, d)
    log_determinants: NDArray  # of the inverse of ``basis basis'``, (A,); NaN where a scatter has no such coordinates
    shrinkages: NDArray  # the candidates for which these coordinates serve, (G,)


@dataclass(frozen=True)
class CovarianceCandidates:
    """Scatters between that of a class and that of all rows, and the shrinkages to try on each."""

    poolings: NDArray  # (A,)
    scatters: NDArray  # (A, d, d) or (A, d)
    shrinkages: NDArray  # (G,)
    spectra: list[_Spectra] | None  # None for variances
    dimension: int  # number of features, of which the scatters may hold the span of the rows only

    def restricted(self, poolings: NDArray, shrinkages: NDArray) -> CovarianceCandidates:
        """Those with some of the poolings (indices) and some of the shrinkages (a mask)."""
        if len(poolings) == len(self.poolings) and shrinkages.all():
            return self
        spectra = None
        if self.spectra is not None:
            parts = [
                _Spectra(s.values[poolings], s.basis[poolings], s.log_determinants[poolings], s.shrinkages[shrinkages])
                for s in self.spectra
            ]
            spectra = [part for part in parts if part.shrinkages.any()]
        return CovarianceCandidates(
            self.poolings[poolings], self.scatters[poolings], self.shrinkages[shrinkages], spectra, self.dimension
        )


@dataclass(frozen=True)
class LeftOutRows:
    """Rows to be left out, as columns, one copy of each: a weight of 2 is two copies of which one goes."""

    X: NDArray  # (d, n)
    z: NDArray  # row minus class mean, (d, n)
    codes: NDArray  # (n,)
    gone: NDArray  # weight that goes, at most 1, (n,)
    rest: NDArray  # weight of its class that stays, (n,)


def left_out_rows(X: NDArray, codes: NDArray, weights: NDArray, moments: Moments) -> LeftOutRows:
    """Leave out each of these rows (n, d), or one copy of it."""
    gone = np.minimum(weights, 1)
    columns = np.ascontiguousarray(X.T)
    return LeftOutRows(columns, columns - moments.center.T[:, codes], codes, gone, moments.weight[codes] - gone)


def covariance_candidates(
    moments: Moments,
    poolings: tuple[float, ...],
    shrinkages: tuple[float, ...],
    structure: str,
    dimension: int | None = None,
) -> list[CovarianceCandidates]:
    """What there is to choose from for each class: a stack over the poolings."""
    d = dimension or moments.center.shape[-1]
    together = moments.second.sum(axis=0)
    p = np.array(poolings, together.dtype)
    g = np.array((1.0,) * len(shrinkages) if structure == "spherical" else shrinkages, together.dtype)
    between = p.reshape(-1, *[1] * together.ndim)
    scatters = (1 - between) * moments.second[:, None] + between * together
    if structure != "full":
        return [CovarianceCandidates(p, scatter, g, None, d) for scatter in scatters]
    # Pooled as a whole, all classes have one scatter, which is diagonalized once: the last.
    apart = p < 1
    different = np.concatenate([scatters[:, apart].reshape(-1, *together.shape), together[None]])
    places = np.full((len(scatters), len(p)), len(different) - 1)
    places[:, apart] = np.arange(len(different) - 1).reshape(len(scatters), -1)
    spectra = _spectra(different, g)
    return [
        CovarianceCandidates(
            p, scatter, g, [_Spectra(s.values[j], s.basis[j], s.log_determinants[j], s.shrinkages) for s in spectra], d
        )
        for scatter, j in zip(scatters, places, strict=True)
    ]


def _spectra(scatters: NDArray, g: NDArray) -> list[_Spectra]:
    """Coordinates for each shrinkage; a shrinkage without any leaves a singular covariance."""
    spectra = []
    if (g == 0).any():  # without shrinkage the units of the features must not matter: whiten instead of rotate
        factors, log_determinants, singular = regular_factors(scatters, np.einsum("aii->ai", scatters))
        log_determinants[singular >= 0] = np.nan
        spectra.append(_Spectra(np.ones(scatters.shape[:2], scatters.dtype), factors, log_determinants, g == 0))
    if (g > 0).any():
        eigenvalues, basis = np.linalg.eigh(scatters)
        none = np.zeros(len(scatters), scatters.dtype)
        spectra.append(_Spectra(np.maximum(eigenvalues, 0), basis, none, g > 0))
    return spectra


def log_densities_left_out(left: LeftOutRows, j: int, moments: Moments, candidates: CovarianceCandidates) -> NDArray:
    """Log density of each left-out row under class j without it, less a constant: (A, G, n)."""
    p, g, scatters = candidates.poolings[:, None], candidates.shrinkages, candidates.scatters
    if moments.weight[j] == 0:  # prior 0; any finite density will do
        return np.zeros((len(p), len(g), len(left.codes)), left.X.dtype)
    of_class = left.codes == j
    share = np.where(of_class, 1, p).astype(left.X.dtype)  # of the row's change that reaches the scatter of class j
    change = share * (left.gone * moments.weight[left.codes] / left.rest)
    weight = (1 - p) * moments.weight[j] + p * moments.weight.sum() - share * left.gone
    y = np.where(of_class, left.z * (moments.weight[j] / left.rest), left.X - moments.center[j][:, None])
    if candidates.spectra is None:
        return _diagonal(_left(scatters[:, :, None], change[:, None] * left.z**2) / weight[:, None], y, g)
    densities = np.full((len(p), len(g), len(left.codes)), np.nan, y.dtype)
    trace = np.einsum("aii->a", scatters)[:, None]
    level = _left(trace, change * np.einsum("fn,fn->n", left.z, left.z)) / candidates.dimension
    outside = candidates.dimension - len(y)
    for spectra in candidates.spectra:
        densities[:, spectra.shrinkages] = _full(
            spectra, y, left.z, change, weight, level, g[spectra.shrinkages], outside
        )
    return densities


def _left(sums: NDArray, removed: NDArray) -> NDArray:
    """Sums of squares less what goes; 0 where rounding is all that is left of it."""
    rest = sums - removed
    return np.where(rest > np.finfo(rest.dtype).eps ** 0.75 * sums, rest, 0)


def _diagonal(variances: NDArray, y: NDArray, g: NDArray) -> NDArray:
    """Log densities (A, G, n) of y (d, n) with shrunk variances (A, d, n), NaN where one of them vanishes."""
    g = g[:, None, None]
    shrunk = (1 - g) * variances[:, None] + g * variances.mean(axis=1)[:, None, None]
    singular = (shrunk <= 1e-12 * np.maximum(shrunk.max(axis=2, keepdims=True), 0)).any(axis=2)
    shrunk = np.where(singular[:, :, None], 1, shrunk)
    densities = -0.5 * (np.einsum("fn,agfn->agn", y**2, 1 / shrunk) + np.log(shrunk).sum(axis=2))
    densities[singular] = np.nan
    return densities


def _full(
    spectra: _Spectra,
    y: NDArray,
    z: NDArray,
    change: NDArray,
    weight: NDArray,
    level: NDArray,
    g: NDArray,
    outside: int,
) -> NDArray:
    """Log densities (A, G, n) of y (d, n) under ``((1 - g) (S - change z z') + g level I) / weight``, for each g.

    In as many more dimensions as are `outside` the span of the rows, y is 0 and the variance ``g level / weight``.
    """
    rotation = spectra.basis.swapaxes(1, 2)
    rotated, removed = rotation @ y, rotation @ z
    scale = (1 - g)[:, None]
    added = g[:, None] * level[:, None]
    variances = (scale * spectra.values[:, None])[..., None] + added[:, :, None]
    regular = scale * spectra.values.min(axis=1)[:, None, None] * (outside == 0) + added > 0
    if not regular.all():
        variances = np.where(regular[:, :, None], variances, 1)
    inverse = 1 / variances
    between = scale * change[:, None]
    gap = 1 - between * np.einsum("afn,agfn->agn", removed * removed, inverse)
    regular &= gap > 1e-10
    gap[~regular] = 1
    square = np.einsum("afn,agfn->agn", rotated * rotated, inverse)
    square += between * np.einsum("afn,agfn->agn", removed * rotated, inverse) ** 2 / gap
    log_variances = np.log(variances, out=variances).sum(axis=2) - (len(z) + outside) * np.log(weight)[:, None]
    if outside:
        log_variances += outside * np.log(np.where(regular, added, 1))
    log_determinants = spectra.log_determinants[:, None, None]
    densities = -0.5 * (weight[:, None] * square + log_determinants + log_variances + np.log(gap))
    densities[~regular] = np.nan
    return densities
