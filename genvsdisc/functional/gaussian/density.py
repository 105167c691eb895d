"""Gaussian densities for stacks of means and covariances, and their linear special case.

Shapes: R parameter sets, K classes, d features, n rows; G is K, or 1 where the classes share the covariance.
A covariance is a matrix (d, d), or a vector (d,) where it is diagonal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import batched_linalg

_CHUNK = 1 << 16  # numbers handled at a time: half a megabyte of float64 stays in cache
_FEW = 1 << 13  # numbers up to which one stacked product beats a loop
_BLOCK = 64  # columns of a triangular factor that are multiplied at a time
_LOG_2_PI = float(np.log(2 * np.pi))


def linear_scores(X: NDArray, center: NDArray, slopes: NDArray, offsets: NDArray) -> NDArray:
    """Scores ``slopes . (x - center) + offsets``, (R, K, n), from slopes (R, K, d) and offsets (R, K)."""
    R, K, d = slopes.shape
    scores = np.empty((R * K, len(X)), X.dtype)
    eps = np.finfo(X.dtype).eps
    far = eps * (np.abs(slopes) @ np.abs(center)).max() > eps**0.75
    if not far:  # no digits to lose: spare the subtraction
        offsets = offsets - slopes @ center
    columns = np.ascontiguousarray(slopes.reshape(R * K, d).T)  # twice as fast as the product with a transpose
    step = max(_CHUNK // d, 64)
    for start in range(0, len(X), step):
        rows = X[start : start + step] - center if far else X[start : start + step]
        np.add((rows @ columns).T, offsets.reshape(R * K, 1), out=scores[:, start : start + step])
    return scores.reshape(R, K, len(X))


def linear_discriminants(means: NDArray, factors: NDArray, center: NDArray) -> tuple[NDArray, NDArray]:
    """Slopes and offsets of the log densities under a shared covariance, less what the classes have in common.

    With m = mean - center and S the covariance, the slope is ``S^-1 m`` and the offset ``-m' S^-1 m / 2``.

    Parameters
    ----------
    means : ndarray of shape (R, K, d)
        Class means.
    factors : ndarray of shape (R, 1, d, d) or (R, 1, d)
        What `whiten` gives.
    center : ndarray of shape (d,)
        Origin for the rows; near the data, to keep all digits.

    Returns
    -------
    slopes : ndarray of shape (R, K, d)
    offsets : ndarray of shape (R, K)
    """
    z = means - center
    if factors.ndim == 3:
        z = z * factors
        return z * factors, -0.5 * (z * z).sum(axis=-1)
    z = z @ factors[:, 0]
    return z @ np.swapaxes(factors[:, 0], -1, -2), -0.5 * (z * z).sum(axis=-1)


def log_densities(X: NDArray, means: NDArray, factors: NDArray, log_determinants: NDArray) -> NDArray:
    """Log densities of rows under Gaussians.

    ``-(d log 2 pi + log |S| + |W'(x - mean)|^2) / 2``; computed as one matrix product of the products of columns of X
    with the coefficients of the quadratic form where that is the cheaper way and keeps the digits.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows, finite.
    means : ndarray of shape (R, K, d)
        Means.
    factors : ndarray of shape (R, K or 1, d, d) or (R, K or 1, d)
        What `whiten` gives.
    log_determinants : ndarray of shape (R, K or 1)
        What `whiten` gives.

    Returns
    -------
    log_density : ndarray of shape (R, K, n)
    """
    (n, d), (R, K, _) = X.shape, means.shape
    full = factors.ndim == 4
    constants = np.broadcast_to(-0.5 * (log_determinants + d * _LOG_2_PI), (R, K))
    if n * R * K * d <= _FEW:
        z = X - means[:, :, None]
        z = z @ factors if full else z * factors[:, :, None]
        return constants[..., None] - 0.5 * np.einsum("...i,...i->...", z, z)
    factors = np.broadcast_to(factors, (R, K, *factors.shape[2:]))
    out = np.empty((R, K, n), X.dtype)
    products_pay = 6 + 0.6 * d <= R * K  # measured
    if products_pay or not full:
        center = means.mean(axis=(0, 1))
        coefficients = quadratic_coefficients(means - center, factors, constants)
        if _keeps_digits(coefficients, X, center):
            return _expanded(X, center, coefficients, out, full)
    return _whitened(X, means, factors, constants, out)


def quadratic_coefficients(means: NDArray, factors: NDArray, constants: NDArray) -> NDArray:
    """Coefficients (..., 1 + d + products) of the log densities in 1, x_i and x_i x_j (i <= j) or x_i^2.

    From means (..., d), factors (..., d, d) or (..., d) of `whiten`, and the log densities (...) at the means.
    """
    if factors.ndim == means.ndim:
        precision = factors**2
        linear = precision * means
        quadratic = -0.5 * precision
    elif batched_linalg.pays(means.shape[-1], constants.size):
        return _coefficients_of_many(means, factors, constants)
    else:
        matrix = factors @ np.swapaxes(factors, -1, -2)
        linear = (matrix @ means[..., None])[..., 0]
        i, j = np.triu_indices(means.shape[-1])
        quadratic = -matrix[..., i, j] * np.where(i == j, 0.5, 1.0).astype(means.dtype)
    constant = constants - 0.5 * (linear * means).sum(axis=-1)
    return np.concatenate([constant[..., None], linear, quadratic], axis=-1)


def _coefficients_of_many(means: NDArray, factors: NDArray, constants: NDArray) -> NDArray:
    """As above, all parameter sets abreast."""
    *stack, d = means.shape
    W = np.ascontiguousarray(np.moveaxis(factors, (-2, -1), (0, 1))).reshape(d, d, -1)
    z = np.einsum("jks,js->ks", W, np.moveaxis(means, -1, 0).reshape(d, -1))
    coefficients = np.empty((1 + d + d * (d + 1) // 2, constants.size), means.dtype)
    coefficients[0] = constants.ravel() - 0.5 * np.einsum("ks,ks->s", z, z)
    np.einsum("jks,ks->js", W, z, out=coefficients[1 : 1 + d])
    start = 1 + d
    for i in range(d):  # W is upper triangular
        products = coefficients[start : start + d - i]
        np.einsum("ks,jks->js", W[i, i:], W[i:, i:], out=products)
        products *= -1
        products[0] *= 0.5
        start += d - i
    return np.moveaxis(coefficients.reshape(-1, *stack), 0, -1)


def _keeps_digits(coefficients: NDArray, X: NDArray, center: NDArray) -> bool:
    """Whether the terms of the expanded form are so small that their rounding errors do not matter."""
    reach = np.maximum(X.max(axis=0) - center, center - X.min(axis=0))[None]
    products = coefficients.shape[-1] - 1 - X.shape[1]
    largest = np.abs(product_rows(reach, products > X.shape[1], np.empty((coefficients.shape[-1], 1), X.dtype)))[:, 0]
    size = (np.abs(coefficients) @ largest).max()
    return bool(size * np.finfo(X.dtype).eps < (1e-10 if X.dtype == np.float64 else 1e-4))


def product_rows(Z: NDArray, full: bool, out: NDArray) -> NDArray:
    """Write the rows 1, z_i and z_i z_j (i <= j), or z_i^2, of Z (m, d) into (1 + d + products, m)."""
    d = Z.shape[1]
    out[0] = 1
    Zt = out[1 : 1 + d]
    Zt[:] = Z.T
    if not full:
        np.multiply(Zt, Zt, out=out[1 + d :])
        return out
    start = 1 + d
    for i in range(d):
        np.multiply(Zt[i], Zt[i:], out=out[start : start + d - i])
        start += d - i
    return out


def _expanded(X: NDArray, center: NDArray, coefficients: NDArray, out: NDArray, full: bool) -> NDArray:
    R, K, width = coefficients.shape
    flat, flat_out = coefficients.reshape(R * K, width), out.reshape(R * K, -1)
    step = max(_CHUNK // width, 64)
    buffer = np.empty((width, step), X.dtype)
    for start in range(0, len(X), step):
        Z = X[start : start + step] - center
        rows = product_rows(Z, full, buffer[:, : len(Z)])
        np.matmul(flat, rows, out=flat_out[:, start : start + step])
    return out


def _whitened(X: NDArray, means: NDArray, factors: NDArray, constants: NDArray, out: NDArray) -> NDArray:
    """Form ``|W'(x - mean)|^2`` itself; never loses digits to the distance of the mean from the origin."""
    step = max(_CHUNK // X.shape[1], 64)
    for start in range(0, len(X), step):
        rows = X[start : start + step]
        for index in np.ndindex(constants.shape):
            square = _squared_length(rows - means[index], factors[index])
            out[(*index, slice(start, start + step))] = constants[index] - 0.5 * square
    return out


def _squared_length(z: NDArray, factor: NDArray) -> NDArray:
    """|W'z|^2 of rows; W is upper triangular or diagonal, so most of the zeros are left out."""
    if factor.ndim == 1:
        z = z * factor
        return np.einsum("ij,ij->i", z, z)
    total = np.zeros(len(z), z.dtype)
    for start in range(0, len(factor), _BLOCK):
        end = start + _BLOCK
        part = z[:, :end] @ factor[:end, start:end]
        total += np.einsum("ij,ij->i", part, part)
    return total
