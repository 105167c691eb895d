"""Newton's method on a stack of convex objectives: each replicate has its own step length and stops by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.descent import Hook
from genvsdisc.functional.softmax_regression import SoftmaxRegression
from genvsdisc.functional.solution import Solution, curves_of

_MAX_HALVINGS = 40


def newton(
    objective: SoftmaxRegression, start: NDArray, *, max_iter: int, tol: float, hook: Hook | None = None
) -> Solution:
    """Minimize by Newton steps, halved until the objective falls enough.

    A replicate stops with the step whose Newton decrement, ``sqrt(g' H^-1 g)``, is at most `tol`: before that step
    the objective was within about ``tol**2 / 2`` of its least value.

    Parameters
    ----------
    objective : SoftmaxRegression
        R objectives.
    start : ndarray of shape (R, C, D)
        Where to begin.
    max_iter : int
        Most steps of a replicate.
    tol : float
        Bound on the Newton decrement.
    hook : Hook, optional
        Told of each step; may stop.

    Returns
    -------
    solution : Solution
    """
    size, active = len(start), np.arange(len(start))
    theta, n_iter = start.copy(), np.zeros(size, dtype=int)
    converged, receding = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    point, values, gradients, residuals = start, *objective.evaluate(start)
    history = []
    for step in range(max_iter):
        if hook is not None:
            hook.begin(step)
        history.append(np.full(size, np.nan))
        history[-1][active] = values
        steps = _newton_steps(objective.hessian(residuals), gradients)
        slopes = np.einsum("rcd,rcd->r", gradients, steps)
        stalled, point, values, gradients, residuals = _line_search(
            objective, point, steps, slopes, (values, gradients, residuals)
        )
        theta[active], n_iter[active] = point, n_iter[active] + 1
        stop = hook is not None and hook.end(step, point.reshape(len(point), -1), values)
        # A search that finds nothing lower when the decrement is this small has met the rounding of the objective.
        done = (-slopes <= tol * tol) | (stalled & (-slopes <= 1e-9))
        if (done | stalled).any():
            converged[active] = done
            receding[active[done]] = _recedes(objective.take(done), steps[done])
            stay = ~(done | stalled)
            objective, active, point = objective.take(stay), active[stay], point[stay]
            values, gradients, residuals = values[stay], gradients[stay], residuals[stay]
        if stop or not len(active):
            break
    return Solution(theta, n_iter, converged, curves_of(history, n_iter), receding)


def _newton_steps(hessian: NDArray, gradients: NDArray) -> NDArray:
    """Solve H step = -g after scaling H to a unit diagonal, with a trace of it added so that it is never singular."""
    diagonal = np.arange(hessian.shape[1])
    sizes = np.sqrt(np.maximum(hessian[:, diagonal, diagonal], np.finfo(hessian.dtype).tiny))
    scaled = hessian / (sizes[:, :, None] * sizes[:, None, :])
    scaled[:, diagonal, diagonal] = 1 + 1e-13
    flat = gradients.reshape(len(gradients), -1)
    steps = -np.linalg.solve(scaled, (flat / sizes)[:, :, None])[:, :, 0] / sizes
    falls = np.einsum("rp,rp->r", steps, flat) <= 0
    return np.where(falls[:, None], steps, -flat / sizes**2).reshape(gradients.shape)


def _line_search(
    objective: SoftmaxRegression,
    point: NDArray,
    steps: NDArray,
    slopes: NDArray,
    here: tuple[NDArray, NDArray, NDArray],
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Halve each replicate's step until Armijo's condition holds; also say which found no step."""
    bounds = here[0] + 1e-13 * np.abs(here[0])
    trial = point + steps
    values, gradients, residuals = objective.evaluate(trial)
    failed = ~(values <= bounds + 1e-4 * slopes)
    length = 1.0
    for _ in range(_MAX_HALVINGS):
        if not failed.any():
            return failed, trial, values, gradients, residuals
        length /= 2
        trial[failed] = point[failed] + length * steps[failed]
        values[failed], gradients[failed], residuals[failed] = objective.take(failed).evaluate(trial[failed])
        failed[failed] = ~(values[failed] <= bounds[failed] + 1e-4 * length * slopes[failed])
    trial[failed] = point[failed]
    for there, before in zip((values, gradients, residuals), here, strict=True):
        there[failed] = before[failed]
    return failed, trial, values, gradients, residuals


def _recedes(objective: SoftmaxRegression, steps: NDArray) -> NDArray:
    """Whether steps that no longer change the objective still move a row's logits: then the optimum is at infinity."""
    moves = np.abs(objective.logits(steps)).max(axis=1)
    return ((moves > 0.1) & (objective.weights > 0)).any(axis=1) & ~objective.penalties.any(axis=1)
