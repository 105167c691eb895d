"""Sums over rows by pairs of classes, of which the Hessian of the cross-entropy is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.linear.objective import SoftmaxRegression


def pair_sums(conditional: SoftmaxRegression, residuals: NDArray) -> NDArray:
    """Sums over rows of the products of each two columns, weighted by ``w p_j p_k`` for each two classes.

    Parameters
    ----------
    conditional : SoftmaxRegression
        R cross-entropies.
    residuals : ndarray of shape (R, C, n)
        From its `evaluate`.

    Returns
    -------
    sums : ndarray of shape (R, pairs, F, F)
        Pairs in the order of ``numpy.triu_indices(C, 1)``; for two classes the one pair.
    """
    R, C, n = residuals.shape
    if C == 1:
        weighted = residuals
    else:
        p = conditional._probabilities(residuals)
        first, second = np.triu_indices(C, 1)
        weighted = p[:, first] * p[:, second] * conditional.weights[:, None]
    sums = conditional.products.sums(weighted.reshape(-1, n))
    return np.ascontiguousarray(sums).reshape(R, -1, *sums.shape[1:])
