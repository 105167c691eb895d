"""Nesterov's accelerated descent with the step from the curvature, on a stack of objectives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.descent.loop import Hook
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.linear.preconditioner import Metric, bound
from genvsdisc.functional.solution import Solution, Status, curves_of


def accelerated_descent(
    objective: SoftmaxRegression, start: NDArray, *, max_iter: int, tol: float, hook: Hook | None = None
) -> Solution:
    r"""Minimize by gradient steps with the curvature bound as metric, and momentum that restarts.

    With B a matrix that no Hessian exceeds, :math:`\theta - B^{-1} g` never overshoots: it is gradient descent with
    the step 1/L in the coordinates in which B is the identity, so that the units and correlations of the features
    do not matter. Nesterov's momentum is dropped whenever it points uphill (O'Donoghue & Candès 2015).
    A replicate stops with the step for which ``sqrt(g' B^-1 g)`` is at most `tol`.

    Parameters
    ----------
    objective : SoftmaxRegression
        R objectives.
    start : ndarray of shape (R, C, D)
        Where to begin.
    max_iter : int
        Most steps of a replicate.
    tol : float
        Bound on the length of the step, measured by B.
    hook : Hook, optional
        Told of each step; may stop.

    Returns
    -------
    solution : Solution
        Its curves hold the objective at the points where gradients were taken.
    """
    metric = Metric.of(bound(objective))
    size, active = len(start), np.arange(len(start))
    theta, n_iter, status = start.copy(), np.zeros(size, dtype=int), np.full(size, Status.MAX_ITER)
    last, point, momentum = start, start, np.ones(size)
    history = []
    for step in range(max_iter):
        if hook is not None:
            hook.begin(step)
        values, gradients = objective.value_and_gradient(point)
        history.append(np.full(size, np.nan))
        history[-1][active] = values
        steps = metric.steps(gradients)
        done = np.einsum("rcd,rcd->r", gradients, steps) <= tol * tol
        following = point - steps
        theta[active], n_iter[active] = following, n_iter[active] + 1
        stop = hook is not None and hook.end(step, following.reshape(len(following), -1), values)
        uphill = np.einsum("rcd,rcd->r", gradients, following - last) > 0
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = np.where(uphill, 0.0, (momentum - 1) / grown)
        momentum = np.where(uphill, 1.0, grown)
        point, last = following + ahead[:, None, None] * (following - last), following
        if done.any():
            status[active[done]] = Status.CONVERGED
            stay = ~done
            objective, metric, active = objective.take(stay), metric.take(stay), active[stay]
            last, point, momentum = last[stay], point[stay], momentum[stay]
        if stop:
            status[active] = Status.STOPPED
        if stop or not len(active):
            break
    return Solution(theta, n_iter, status, curves_of(history, n_iter))
