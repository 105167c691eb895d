r"""Newton steps where each class has its own covariance: the derivative of the log scores is a block for each class.

With M = diag(M_k) the derivatives of the log scores by the moments and H the curvature of the conditional part, the
system is :math:`a I + (1 - a) H M`.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.continuum import Continuum
from genvsdisc.functional.gaussian.hermite import scaled_polynomials
from genvsdisc.functional.gaussian.natural import Densities
from genvsdisc.functional.linear.pair_sums import pair_sums


def metric_of(problem: Continuum, densities: Densities, dtype: type) -> NDArray:
    """Matrices P (R, C, ., F) with the blocks M = P'P; two classes are one block of both."""
    arrays: tuple[NDArray, NDArray, NDArray] = (
        densities.shares.astype(dtype),
        densities.means.astype(dtype),
        densities.factors.astype(dtype),
    )
    polynomials = scaled_polynomials(*arrays, full=problem.features.full)
    R, K, F = polynomials.shape[:3]
    return polynomials.reshape(R, 1, 2 * F, F) if K == 2 else polynomials


def decrement_bounds(problem: Continuum, gradients: NDArray, metric: NDArray) -> NDArray:
    """Upper bounds (R,) of the squared Newton decrements: the system is at least a I, so they are below g'Mg / a."""
    steep = (metric @ gradients.astype(metric.dtype)[..., None])[..., 0]
    return np.einsum("rcf,rcf->r", steep, steep).astype(float) / problem.weight


def class_steps(problem: Continuum, gradients: NDArray, residuals: NDArray, metric: NDArray) -> tuple[NDArray, NDArray]:
    """Newton steps in the moments (R, K, F), and the slopes (R,) of the objective along them.

    The last class gains what the others lose.

    Parameters
    ----------
    problem : Continuum
    gradients : ndarray of shape (R, C, F)
    residuals : ndarray of shape (R, C, n)
        Both as `Continuum.evaluate` gives them.
    metric : ndarray of shape (R, C, ., F)
        From `metric_of`; the steps are computed in its precision.

    Returns
    -------
    moves : ndarray of shape (R, K, F)
    slopes : ndarray of shape (R,)
    """
    R, C, F = gradients.shape
    blocks = metric.swapaxes(2, 3) @ metric
    gradients, weight = gradients.astype(metric.dtype), problem.weight.astype(metric.dtype)
    pairs = pair_sums(problem.conditional, residuals, single=metric.dtype == np.float32)
    pairs += problem.penalty[:, None] / C
    system = pairs @ blocks if C == 1 else _of_classes(pairs, blocks)
    free = max(1, C - 1)
    system = system.reshape(R, free * F, free * F)
    system *= (1 - weight)[:, None, None]
    np.einsum("rii->ri", system)[...] += weight[:, None]
    right = gradients[:, :free].reshape(R, free * F, 1)
    moves = -np.linalg.solve(system, right).reshape(R, free, F).astype(float)
    if C > 1:  # in double precision: the moments of all classes together stay as they are
        moves = np.concatenate([moves, -moves.sum(axis=1, keepdims=True)], axis=1)
    scores = (blocks @ moves.astype(blocks.dtype)[..., None])[..., 0]
    slopes = np.einsum("rcf,rcf->r", gradients, scores).astype(float)
    return np.concatenate([-moves, moves], axis=1) if C == 1 else moves, slopes


def _of_classes(pairs: NDArray, blocks: NDArray) -> NDArray:
    """Curvature times derivative (R, C - 1, F, C - 1, F): rows and moves of all classes but the last."""
    R, C, F = blocks.shape[:3]
    free = C - 1
    between: dict[tuple[int, int], NDArray] = {}
    for p, (j, k) in enumerate(combinations(range(C), 2)):
        between[j, k] = between[k, j] = pairs[:, p]
    system = np.empty((R, free, F, free, F), blocks.dtype)
    for j in range(free):
        lost = between[j, free] @ blocks[:, free]
        for k in range(free):
            if k == j:
                total = np.add.reduce([between[j, m] for m in range(C) if m != j])
                np.add(total @ blocks[:, j], lost, out=system[:, j, :, j])
            else:
                np.subtract(lost, between[j, k] @ blocks[:, k], out=system[:, j, :, k])
    return system
