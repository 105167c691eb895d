"""Factors and inverses of many small matrices at once: stacks laid out (d, d, S), one number of all matrices together.

NumPy's own calls LAPACK once a matrix, which for matrices this small is mostly the price of the call. Here each of the
few steps is one operation on S numbers side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import prod

import numpy as np
from numpy.typing import NDArray

_LARGEST = 24
_FEWEST_TO_INVERT = 64
_FEWEST_TO_SOLVE = 200
_SMALLEST_TO_SWEEP, _ALWAYS_SWEPT = 4, 5
_LONG_AXIS = 8  # from here on NumPy adds pairwise along an axis
_FEW_LOOPS = 32  # up to here NumPy's loops take less time than calls for slices


def pays(size: int, count: int, *, solving: bool = False) -> bool:
    """Whether this is faster, for `count` matrices of that size, than LAPACK for each (measured)."""
    return size <= _LARGEST and count >= (_FEWEST_TO_SOLVE if solving else _FEWEST_TO_INVERT)


def stack_last(arrays: NDArray) -> NDArray:
    """Lay (S, ...) out as (..., S)."""
    return np.ascontiguousarray(np.moveaxis(arrays, 0, -1))


def over_stack(function: Callable[[NDArray], NDArray], matrices: NDArray) -> NDArray:
    """Result (..., d, d) of a function of (d, d, S), for matrices (..., d, d).

    Its numbers lie as the function leaves them, so that the next one finds them side by side.
    """
    d = matrices.shape[-1]
    last = np.ascontiguousarray(np.moveaxis(matrices, (-2, -1), (0, 1)))
    return np.moveaxis(function(last.reshape(d, d, -1)).reshape(last.shape), (0, 1), (-2, -1))


def cholesky(matrices: NDArray) -> NDArray:
    """Lower triangular factors L with ``L L' = A``; NaN from the column on in which a matrix is not positive definite.

    Parameters
    ----------
    matrices : ndarray of shape (d, d, S) or (d + m, d, S)
        Symmetric; only the lower triangles are read. Rows below, of a B, become ``B L'^-1``.

    Returns
    -------
    lower : ndarray, shape of `matrices`

    Examples
    --------
    >>> import numpy as np
    >>> A = np.array([[4.0, 2.0], [2.0, 5.0]])
    >>> cholesky(np.stack([A, 4 * A], axis=-1))[..., 1]
    array([[4., 0.],
           [2., 4.]])
    """
    lower = np.zeros_like(matrices)
    with np.errstate(invalid="ignore", divide="ignore"):
        for j in range(matrices.shape[1]):
            column = matrices[j:, j] - np.einsum("iks,ks->is", lower[j:, :j], lower[j, :j])
            np.divide(column, np.sqrt(column[0]), out=lower[j:, j])
    return lower


def triangular_inverse(lower: NDArray) -> NDArray:
    """Inverses of lower triangular matrices (d, d, S)."""
    inverse = np.zeros_like(lower)
    for i in range(len(lower)):
        np.divide(1, lower[i, i], out=inverse[i, i])
        row = np.einsum("ks,kjs->js", lower[i, :i], inverse[:i, :i])
        np.multiply(row, -inverse[i, i], out=inverse[i, :i])
    return inverse


def pays_sweep(size: int, count: int) -> bool:
    """Whether `swept` is faster, for `count` matrices of that size, than LAPACK for each (measured)."""
    return _SMALLEST_TO_SWEEP <= size <= _LARGEST and (size <= _ALWAYS_SWEPT or count >= _FEWEST_TO_INVERT)


def swept(matrices: NDArray) -> tuple[NDArray, NDArray]:
    """Inverses of positive definite matrices (d, d, S), which are overwritten, and their pivots (d, S).

    Gauss-Jordan elimination in place (the sweep operator: Beaton 1964; Goodnight 1979, A tutorial on the SWEEP
    operator, The American Statistician 33, 149-158), in any units. A pivot is the square of that of `cholesky`: what
    the columns before leave of a diagonal element; the determinant is their product.

    Examples
    --------
    >>> import numpy as np
    >>> inverse, pivots = swept(np.array([[4.0, 2.0], [2.0, 5.0]])[..., None])
    >>> inverse[..., 0] * 16, pivots[:, 0]
    (array([[ 5., -2.],
           [-2.,  4.]]), array([4., 4.]))
    """
    pivots = np.empty(matrices.shape[1:], matrices.dtype)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for j in range(len(matrices)):
            pivots[j] = matrices[j, j]
            row, column = matrices[j] / pivots[j], matrices[:, j].copy()
            column[j] = 0
            matrices -= column[:, None] * row
            np.divide(column, -pivots[j], out=matrices[:, j])
            matrices[j] = row
            np.divide(1, pivots[j], out=matrices[j, j])
    return matrices, pivots


def solve(matrices: NDArray, right: NDArray) -> NDArray:
    """Solutions (d, S) of ``A x = b`` for positive definite A (d, d, S) and b (d, S); NaN where A is not."""
    lower = cholesky(np.concatenate([matrices, right[None]]))
    x = lower[-1]
    for i in reversed(range(len(x))):
        x[i] = (x[i] - np.einsum("ks,ks->s", lower[i + 1 : -1, i], x[i + 1 :])) / lower[i, i]
    return x


def total(values: NDArray, axis: int) -> NDArray:
    """Sum over an axis, which is kept with length 1; see `reduce_axis`."""
    return reduce_axis(np.add, values, axis)


def reduce_axis(operation: np.ufunc, values: NDArray, axis: int) -> NDArray:
    """Reduce an axis, which is kept with length 1, by an operation on two arrays.

    A short axis of many is reduced slice by slice, to the same bits: NumPy's inner loop would run over as few numbers
    as that axis has (1,000 covariances of 2 classes and 6 columns, side by side in memory: 365 against 13
    microseconds).

    Parameters
    ----------
    operation : ufunc
        Of two arguments.
    values : ndarray
        Any shape.
    axis : int
        Axis to reduce, from 0.

    Returns
    -------
    reduced : ndarray
        Shape of `values`, with 1 in the place of `axis`.

    Examples
    --------
    >>> import numpy as np
    >>> reduce_axis(np.add, np.arange(6.0).reshape(1, 3, 2), 1)
    array([[[6., 9.]]])
    """
    before, length = values.shape[:axis], values.shape[axis]
    if not 1 < length < _LONG_AXIS or prod(before) <= _FEW_LOOPS:
        return np.asarray(operation.reduce(values, axis=axis, keepdims=True))
    return reduce(operation, (values[(slice(None),) * axis + (slice(k, k + 1),)] for k in range(length)))
