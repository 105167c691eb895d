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
    W = factors.swapaxes(-1, -2)
    center = (W @ means[..., None])[..., 0]
    rows = np.zeros((*means.shape[:-1], F, F))
    rows[..., :d, :d] = W
    rows[..., :d, -1] = -center
    unit = np.where(same, np.sqrt(0.5), 1.0)
    first, second = W[..., a, :] * unit[:, None], W[..., b, :]
    products = first[..., a] * second[..., b]
    products += np.where(same, 0.0, first[..., b] * second[..., a])
    rows[..., d:-1, d:-1] = products
    left, right = center[..., a], center[..., b]
    rows[..., d:-1, :d] = -(first * right[..., None] + second * (left * unit)[..., None])
    rows[..., d:-1, -1] = (left * right - same) * unit
    rows[..., -1, -1] = 1
    return rows


def _of_squares(means: NDArray, factors: NDArray) -> NDArray:
    d = means.shape[-1]
    j = np.arange(d)
    rows = np.zeros((*means.shape[:-1], 2 * d + 1, 2 * d + 1))
    center, unit = factors * means, np.sqrt(0.5)
    rows[..., j, j] = factors
    rows[..., j, -1] = -center
    rows[..., d + j, d + j] = unit * factors**2
    rows[..., d + j, j] = -2 * unit * factors * center
    rows[..., d + j, -1] = unit * (center**2 - 1)
    rows[..., -1, -1] = 1
    return rows
