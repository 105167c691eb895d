"""L-BFGS in the coordinates in which the curvature bound is the identity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from genvsdisc.functional.metric import Metric
from genvsdisc.functional.softmax_regression import SoftmaxRegression
from genvsdisc.functional.solution import Solution


def lbfgs(objective: SoftmaxRegression, start: NDArray, *, max_iter: int, tol: float) -> Solution:
    """Minimize each replicate by limited-memory BFGS (Liu & Nocedal 1989).

    The Gram matrix of the rows, once inverted, preconditions all steps: L-BFGS then has to learn only what the
    probabilities add to the curvature. A replicate stops when no component of its gradient, in those coordinates, is
    larger than `tol`.

    Parameters
    ----------
    objective : SoftmaxRegression
        R objectives.
    start : ndarray of shape (R, C, D)
        Where to begin.
    max_iter : int
        Most steps of a replicate.
    tol : float
        Bound on the components of the preconditioned gradient.

    Returns
    -------
    solution : Solution
    """
    metric = Metric.of(objective)
    parts = [_one(objective.take(slice(r, r + 1)), start[r], metric.root(r), max_iter, tol) for r in range(len(start))]
    return Solution.joined(parts)


def _one(objective: SoftmaxRegression, start: NDArray, root: NDArray, max_iter: int, tol: float) -> Solution:
    diagonal = len(root) == 1

    def theta_at(moves: NDArray) -> NDArray:
        moves = moves.reshape(start.shape)
        return start + (moves * root if diagonal else moves @ root)

    def value_and_gradient(moves: NDArray) -> tuple[float, NDArray]:
        values, gradients, _ = objective.evaluate(theta_at(moves)[None])
        return float(values[0]), (gradients[0] * root if diagonal else gradients[0] @ root).ravel()

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
    return Solution(theta_at(found.x)[None], np.array([max(found.nit, 1)]), np.array([converged]), [curve])
