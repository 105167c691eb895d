"""Factors of covariance matrices, with an error that says which feature makes one singular."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import batched_linalg

_SMALL = 24  # rows up to which a triangular matrix is inverted as any other


class SingularCovarianceError(ValueError):
    """A covariance matrix has no inverse, up to rounding.

    Parameters
    ----------
    index : tuple of int
        Which one in the stack.
    column : int
        The first feature that brings nothing new.
    constant : bool
        Whether it is constant, or else a linear combination of the features before it.
    full : bool
        Whether the covariance was a matrix, or variances only.
    """

    def __init__(self, index: tuple[int, ...], column: int, *, constant: bool, full: bool) -> None:
        self.index, self.column, self.constant, self.full = index, column, constant, full
        kind = "constant" if constant else "a linear combination of others"
        super().__init__(f"covariance {index} is singular: feature {column} is {kind}")


def whiten(covariances: NDArray, full: bool) -> tuple[NDArray, NDArray]:
    """Factors W with ``W W' = inverse covariance``, and the log determinants of the covariances.

    The units of the features do not matter: the rounding errors of a Cholesky factorisation scale with the rows.

    Parameters
    ----------
    covariances : ndarray of shape (..., d, d) if `full`, else (..., d)
        Covariance matrices, or variances.
    full : bool
        Which of the two.

    Returns
    -------
    factors : ndarray, shape of `covariances`
        ``(x - mean) @ W`` (full) or ``(x - mean) * W`` has unit covariance.
    log_determinants : ndarray of shape (...)

    Raises
    ------
    SingularCovarianceError
        If a variance is 0, or less than eps^(5/8) of it (1.6e-10 in double precision) is left after regression on
        the features before it: more digits would be lost than the sixth.
    """
    variances = np.einsum("...ii->...i", covariances) if full else covariances
    if not (variances > 0).all():
        *index, column = np.argwhere(~(variances > 0))[0].tolist()
        raise SingularCovarianceError(tuple(index), column, constant=True, full=full)
    if not full:
        scale = np.sqrt(variances)
        return 1 / scale, 2 * np.log(scale).sum(axis=-1)
    lower = _cholesky(covariances)
    pivots = np.einsum("...ii->...i", lower)
    small = ~(pivots**2 > _tolerance(covariances) * variances)
    if small.any():
        *index, column = np.argwhere(small)[0].tolist()
        raise SingularCovarianceError(tuple(index), column, constant=False, full=True)
    return np.swapaxes(_triangular_inverse(lower), -1, -2), 2 * np.log(pivots).sum(axis=-1)


def regular_factors(covariances: NDArray, variances: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """As `whiten` for matrices, without an error: singular ones are named and replaced by the identity.

    Parameters
    ----------
    covariances : ndarray of shape (..., d, d)
        Covariance matrices, perhaps of residuals.
    variances : ndarray of shape (..., d)
        Of the features themselves, against which the pivots are judged.

    Returns
    -------
    factors : ndarray of shape (..., d, d)
    log_determinants : ndarray of shape (...)
    singular : ndarray of int, shape (...)
        First feature that brings nothing new, or -1.
    """
    d = covariances.shape[-1]
    lower = _cholesky(covariances) if d else covariances
    pivots = np.einsum("...ii->...i", lower)
    small = ~(pivots**2 > _tolerance(covariances) * variances)
    singular = np.full(small.shape[:-1], -1)
    if small.any():
        singular = np.where(small.any(axis=-1), small.argmax(axis=-1), -1)
        lower = np.where((singular >= 0)[..., None, None], np.eye(d, dtype=lower.dtype), lower)
        pivots = np.einsum("...ii->...i", lower)
    factors = np.swapaxes(_triangular_inverse(lower), -1, -2) if d else lower
    return factors, 2 * np.log(pivots).sum(axis=-1), singular


def _cholesky(covariances: NDArray) -> NDArray:
    """Lower Cholesky factors (..., d, d); NaN from the first column that is not positive definite."""
    d = covariances.shape[-1]
    if batched_linalg.pays(d, covariances.size // d**2):
        return batched_linalg.over_stack(batched_linalg.cholesky, covariances)
    try:
        return np.linalg.cholesky(covariances)
    except np.linalg.LinAlgError:  # which does not say where
        return batched_linalg.over_stack(batched_linalg.cholesky, covariances)


def _triangular_inverse(lower: NDArray) -> NDArray:
    """Inverse of lower triangular matrices (..., d, d), by halves: a third of the work of a general inverse."""
    d = lower.shape[-1]
    if batched_linalg.pays(d, lower.size // d**2):
        return batched_linalg.over_stack(batched_linalg.triangular_inverse, lower)
    if d <= _SMALL:  # rows of length 1, or pivoting would mix the units of the features
        lengths = np.sqrt(np.vecdot(lower, lower))
        return np.linalg.inv(lower / lengths[..., :, None]) / lengths[..., None, :]
    half = d // 2
    inverse = np.zeros_like(lower)
    first = inverse[..., :half, :half] = _triangular_inverse(lower[..., :half, :half])
    last = inverse[..., half:, half:] = _triangular_inverse(lower[..., half:, half:])
    inverse[..., half:, :half] = -last @ lower[..., half:, :half] @ first
    return inverse


def singular_columns(covariances: NDArray) -> NDArray:
    """First feature of each covariance (..., d, d) that brings nothing new, or d where it is regular."""
    stack, d = covariances.shape[:-2], covariances.shape[-1]
    variances = np.diagonal(covariances, axis1=-2, axis2=-1)
    scale = np.sqrt(np.where(variances > 0, variances, 1))
    rest = (covariances / (scale[..., :, None] * scale[..., None, :])).reshape(-1, d, d)
    columns = np.full(len(rest), d)
    for j in range(d):
        pivots = rest[:, j, j]
        small = ~(pivots > _tolerance(rest))
        columns[small & (columns == d)] = j
        pivots = np.where(small, 1, pivots)
        rest = rest - rest[:, :, j, None] * rest[:, j, None, :] / pivots[:, None, None]
    return columns.reshape(stack)


def _tolerance(correlations: NDArray) -> float:
    return float(np.finfo(correlations.dtype).eps ** (5 / 8))
