"""Deviations from class means, drawn from Gaussians: of all columns, or of some by the law that these have alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def drawn_deviations(
    codes: NDArray, factors: Sequence[NDArray], d: int, rng: np.random.RandomState, columns: NDArray | None = None
) -> NDArray[np.float64]:
    """Draw a deviation for each of these classes: ``z T^-1`` with z standard normal, ``T T' = S^-1``.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Class of each row.
    factors : sequence of ndarray
        T of each class, or one for all: (d, d), or its diagonal, (d,) or a number.
    d : int
        Columns of the Gaussians.
    rng : RandomState
    columns : ndarray of int, default=None
        Columns to draw: as many normal numbers are drawn for each row. With ``A = T^-1`` in these columns and
        ``A = Q R``, their covariance is ``A'A = R'R``, and ``z R`` has it.

    Returns
    -------
    deviations : ndarray of shape (n, d) or (n, n_columns)
    """
    z = rng.standard_normal((len(codes), d if columns is None else len(columns))).astype(factors[0].dtype)
    for k in np.unique(codes):
        factor, of_class = factors[k if len(factors) > 1 else 0], codes == k
        if factor.ndim < 2:
            z[of_class] /= factor if columns is None or factor.ndim == 0 else factor[columns]
        else:
            root = np.linalg.inv(factor)
            z[of_class] = z[of_class] @ (root if columns is None else np.linalg.qr(root[:, columns], mode="r"))
    return z
