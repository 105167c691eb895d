"""L-BFGS in coordinates in which the curvature is near the identity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from genvsdisc.functional.metric import Whitening, bound
from genvsdisc.functional.softmax_regression import SoftmaxRegression
from genvsdisc.functional.solution import Solution

_SCOUTS = 2048  # rows that suffice to find the neighborhood of the optimum, or 10 a coefficient of a class


def lbfgs(objective: SoftmaxRegression, start: NDArray, *, max_iter: int, tol: float) -> Solution:
    """Minimize each replicate by limited-memory BFGS (Liu & Nocedal 1989), in two rounds.

    The first round finds the neighborhood of the optimum, on a part of the rows if they are many. The curvature of
    each class there preconditions the second, in which L-BFGS has to learn only what couples the classes. A replicate
    stops when no component of its gradient, in those coordinates, is larger than ``tol / 1000``: the path multiplies
    rounding errors, and near the optimum steps gain much.

    Parameters
    ----------
    objective : SoftmaxRegression
        R objectives.
    start : ndarray of shape (R, C, D)
        Where to begin.
    max_iter : int
        Most steps of a replicate.
    tol : float
        A thousand times the bound on the components of the preconditioned gradient.

    Returns
    -------
    solution : Solution
    """
    parts = []
    for r in range(len(start)):
        one, theta = objective.take(slice(r, r + 1)), start[r]
        scouts = one.every(max(1, len(one.rows) // max(_SCOUTS, 10 * theta.shape[1])))
        matrices = bound(scouts)
        curve = []
        if one.loss.convex and matrices.shape[1] > 1:
            scout = _descend(scouts, theta, Whitening.of(matrices), SCOUT_ITER, SCOUT_TOL)
            theta, curve = scout.theta[0], scout.curves[0]
            matrices = scouts.class_curvatures(scouts.evaluate(scout.theta)[2])[0] + MIX * matrices
        parts.append(_descend(one, theta, Whitening.of(matrices), max_iter, 1e-3 * tol))
    return Solution.joined(parts)


SCOUT_ITER, SCOUT_TOL, MIX = 15, 1e-3, 0.02


def _descend(objective: SoftmaxRegression, start: NDArray, whitening: Whitening, max_iter: int, tol: float) -> Solution:
    def value_and_gradient(coordinates: NDArray) -> tuple[float, NDArray]:
        theta = start + whitening.moves(coordinates.reshape(start.shape))
        values, gradients, _ = objective.evaluate(theta[None])
        return float(values[0]), whitening.gradients(gradients[0]).ravel()

    origin = np.zeros(start.size)
    curve = [value_and_gradient(origin)[0]]
    found = minimize(
        value_and_gradient,
        origin,
        jac=True,
        method="L-BFGS-B",
        callback=lambda intermediate_result: curve.append(float(intermediate_result.fun)),
        options={"maxiter": max_iter, "maxfun": 20 * max_iter, "gtol": tol, "ftol": 0.0, "maxcor": 20},
    )
    # A line search that finds nothing lower, next to the optimum, has met the rounding of the objective.
    converged = found.status == 0 or (found.status == 2 and np.abs(found.jac).max() <= 1e3 * tol)
    theta = start + whitening.moves(found.x.reshape(start.shape))
    return Solution(theta[None], np.array([max(found.nit, 1)]), np.array([converged]), [curve])
