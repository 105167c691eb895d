r"""The inverse Fisher information of a normal density, from polynomials that are orthonormal under it.

With :math:`z = A'(x - \mu)`, :math:`A A'` the precision, the functions :math:`h` made of :math:`z_a`, :math:`z_a z_b`
(a < b), :math:`(z_a^2 - 1) / \sqrt 2` and 1 have the second moment I. They are linear in the features s of x (x, its
products or squares, and 1), :math:`h = C s`; so the second moment of s under a density of mass :math:`\pi` is
:math:`\pi C^{-1} C^{-T}`, and its inverse :math:`C' C / \pi`: the derivative of the log scores by the moments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def scaled_polynomials(shares: NDArray, means: NDArray, factors: NDArray, *, full: bool) -> NDArray:
    r"""Coefficients (..., F, F) of the orthonormal polynomials in the features, over :math:`\sqrt\pi`.

    Parameters
    ----------
    shares : ndarray of shape (...)
    means : ndarray of shape (..., d)
    factors : ndarray of shape (..., d, d) or (..., d)
        A, or the inverse standard deviations.
    full : bool
        Whether the features hold products of all columns, in the order of `numpy.triu_indices`, or squares only.
    """
    rows = _of_products(means, factors) if full else _of_squares(means, factors)
    rows /= np.sqrt(shares)[..., None, None]
    return rows


def _of_products(means: NDArray, factors: NDArray) -> NDArray:
    d = means.shape[-1]
    a, b = np.triu_indices(d)
    same = a == b
    F = d + len(a) + 1
    W = np.ascontiguousarray(factors.swapaxes(-1, -2))
    center = (W @ means[..., None])[..., 0]
    rows = np.zeros((*means.shape[:-1], F, F), means.dtype)
    rows[..., :d, :d] = W
    rows[..., :d, -1] = -center
    unit = np.where(same, np.sqrt(0.5), 1.0).astype(means.dtype)
    first, second = W.take(a, axis=-2) * unit[:, None], W.take(b, axis=-2)
    _pair_products(first, second, a, b, out=rows[..., d:-1, d:-1])
    left, right = center[..., a], center[..., b]
    rows[..., d:-1, :d] = -(first * right[..., None] + second * (left * unit)[..., None])
    rows[..., d:-1, -1] = (left * right - same) * unit
    rows[..., -1, -1] = 1
    return rows


def _pair_products(first: NDArray, second: NDArray, a: NDArray, b: NDArray, *, out: NDArray) -> None:
    """Coefficients of x_a x_b (a <= b) in the product of two linear forms, for stacks of forms (..., P, d)."""
    products = first.take(a, axis=-1)  # several times as fast as an index of arrays
    products *= second.take(b, axis=-1)
    crossed = first.take(b, axis=-1)
    crossed *= second.take(a, axis=-1)
    crossed[..., a == b] = 0
    np.add(products, crossed, out=out)


def _of_squares(means: NDArray, factors: NDArray) -> NDArray:
    d = means.shape[-1]
    j = np.arange(d)
    rows = np.zeros((*means.shape[:-1], 2 * d + 1, 2 * d + 1), means.dtype)
    center, unit = factors * means, np.sqrt(0.5)
    rows[..., j, j] = factors
    rows[..., j, -1] = -center
    rows[..., d + j, d + j] = unit * factors**2
    rows[..., d + j, j] = -2 * unit * factors * center
    rows[..., d + j, -1] = unit * (center**2 - 1)
    rows[..., -1, -1] = 1
    return rows


def scaled_features(shares: NDArray, means: NDArray, covariances: NDArray, factors: NDArray, *, full: bool) -> NDArray:
    r"""Coefficients D (..., F, F) of the features in the orthonormal polynomials, times :math:`\sqrt\pi`.

    The inverse of `scaled_polynomials`: the second moment of the features under a density of mass :math:`\pi` is D D'.

    Parameters
    ----------
    shares : ndarray of shape (...)
    means : ndarray of shape (..., d)
    covariances : ndarray of shape (..., d, d) or (..., d)
    factors : ndarray, shape of `covariances`
        A, or the inverse standard deviations.
    full : bool
        As there.
    """
    rows = _products_of(means, covariances, factors) if full else _squares_of(means, covariances)
    rows *= np.sqrt(shares)[..., None, None]
    return rows


def _products_of(means: NDArray, covariances: NDArray, factors: NDArray) -> NDArray:
    d = means.shape[-1]
    a, b = np.triu_indices(d)
    same = a == b
    F = d + len(a) + 1
    L = covariances @ factors  # x = mean + L z
    rows = np.zeros((*means.shape[:-1], F, F))
    rows[..., :d, :d] = L
    rows[..., :d, -1] = means
    first, second = L.take(a, axis=-2), L.take(b, axis=-2)
    _pair_products(first, second, a, b, out=rows[..., d:-1, d:-1])
    rows[..., d:-1, d:-1] *= np.where(same, np.sqrt(2), 1.0)
    left, right = means[..., a], means[..., b]
    rows[..., d:-1, :d] = first * right[..., None] + second * left[..., None]
    rows[..., d:-1, -1] = covariances[..., a, b] + left * right
    rows[..., -1, -1] = 1
    return rows


def _squares_of(means: NDArray, variances: NDArray) -> NDArray:
    d = means.shape[-1]
    j = np.arange(d)
    rows = np.zeros((*means.shape[:-1], 2 * d + 1, 2 * d + 1))
    deviations = np.sqrt(variances)
    rows[..., j, j] = deviations
    rows[..., j, -1] = means
    rows[..., d + j, d + j] = np.sqrt(2) * variances
    rows[..., d + j, j] = 2 * deviations * means
    rows[..., d + j, -1] = variances + means**2
    rows[..., -1, -1] = 1
    return rows
