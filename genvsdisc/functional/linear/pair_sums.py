"""Sums over rows by pairs of classes, of which the Hessian of the cross-entropy is made."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.linear.objective import SoftmaxRegression


def pair_sums(conditional: SoftmaxRegression, residuals: NDArray, *, single: bool = False) -> NDArray:
    """Sums over rows of the products of each two columns, weighted by ``w p_j p_k`` for each two classes.

    Parameters
    ----------
    conditional : SoftmaxRegression
        R cross-entropies.
    residuals : ndarray of shape (R, C, n)
        From its `evaluate`.
    single : bool, default=False
        Whether they are added up in single precision.

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
        weighted_p = p * conditional.weights[:, None]
        weighted = np.empty((R, C * (C - 1) // 2, n))
        for place, (j, k) in enumerate(combinations(range(C), 2)):
            np.multiply(weighted_p[:, j], p[:, k], out=weighted[:, place])
    weighted = weighted.reshape(-1, n)
    products = conditional.products
    sums = products.single.sums(weighted.astype(np.float32)) if single else products.sums(weighted)
    return np.ascontiguousarray(sums).reshape(R, -1, *sums.shape[1:])


def hessian_of_pairs(pairs: NDArray) -> NDArray:
    """Hessians of the cross-entropy by the log-odds of all classes against the last.

    Parameters
    ----------
    pairs : ndarray of shape (R, pairs, F, F)
        From `pair_sums`; what a quadratic penalty of the log scores' distances from their mean adds to each pair is the
        penalty over the number of classes.

    Returns
    -------
    hessians : ndarray of shape (R, K - 1, F, K - 1, F)
    """
    R, n_pairs, F, _ = pairs.shape
    K = int((1 + np.sqrt(1 + 8 * n_pairs)) / 2)
    result = np.zeros((R, K - 1, F, K - 1, F))
    for p, (j, k) in enumerate(combinations(range(K), 2)):
        block = pairs[:, p]
        result[:, j, :, j] += block
        if k < K - 1:
            result[:, k, :, k] += block
            np.negative(block, out=result[:, j, :, k])
            np.negative(block, out=result[:, k, :, j])
    return result
