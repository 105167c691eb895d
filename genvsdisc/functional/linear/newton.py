"""Newton's method on a stack of convex objectives: each replicate has its own step length and stops by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import batched_linalg
from genvsdisc.functional.descent.loop import Hook
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.linear.solution import Solution, curves_of

_MAX_HALVINGS = 40
_MOST_EXPLAINED = 0.9  # beyond, the classes are nearly separated and nothing is known of the distance


def newton(
    objective: SoftmaxRegression, start: NDArray, *, max_iter: int, tol: float, hook: Hook | None = None
) -> Solution:
    """Minimize by Newton steps, halved until the objective falls enough.

    A replicate stops with the step whose Newton decrement, ``sqrt(g' H^-1 g)``, is at most `tol`: before that step
    the objective was within about ``tol**2 / 2`` of its least value, and the step needs no search any more.

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
    size = len(start)
    theta, active = start.copy(), np.arange(size)
    n_iter, converged, receding = np.zeros(size, dtype=int), np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)

    def settle(replicates: NDArray) -> None:
        """Note that these, of those still active, have converged."""
        converged[active[replicates]] = True
        receding[active[replicates]] = _recedes(objective.take(replicates), steps[replicates])

    point, values, gradients, residuals = start, *objective.evaluate(start)
    latest, history = values.copy(), []
    for step in range(max_iter):
        if hook is not None:
            hook.begin(step)
        latest[active] = values
        history.append(latest.copy())
        steps = _newton_steps(objective.hessian(residuals), gradients)
        slopes = np.einsum("rcd,rcd->r", gradients, steps)
        n_iter[active] += 1
        done = -slopes <= tol * tol
        if done.any():
            theta[active[done]] = point[done] + steps[done]
            settle(done)
            objective, active, point, steps, slopes, values, gradients, residuals = _kept(
                ~done, objective, active, point, steps, slopes, values, gradients, residuals
            )
        if len(active):
            if step == 0 and point.shape[1] == 1 and not point[:, :, :-1].any():
                # From the shares of two classes this step is to the least squares fit, and -slopes its R^2; the linear
                # discriminant, nearer to the optimum, lies in the same direction.
                farther = 1 / (1 - np.minimum(-slopes, _MOST_EXPLAINED))
                steps, slopes = farther[:, None, None] * steps, farther * slopes
            stalled, point, values, gradients, residuals = _line_search(
                objective, point, steps, slopes, (values, gradients, residuals)
            )
            theta[active] = point
            if stalled.any():
                # One that finds nothing lower when the decrement is this small has met the rounding of the objective.
                settle(stalled & (-slopes <= 1e-9))
                objective, active, point, values, gradients, residuals = _kept(
                    ~stalled, objective, active, point, values, gradients, residuals
                )
        stop = hook is not None and hook.end(step, theta.reshape(size, -1), latest)
        if stop or not len(active):
            break
    return Solution(theta, n_iter, converged, curves_of(history, n_iter), receding)


def _kept(where: NDArray, objective: SoftmaxRegression, *arrays: NDArray) -> tuple[Any, ...]:
    """What belongs to some of the replicates."""
    return objective.take(where), *(array[where] for array in arrays)


def _newton_steps(hessian: NDArray, gradients: NDArray) -> NDArray:
    """Solve H step = -g, with a trace of its diagonal added to H so that it is never singular."""
    curvatures = np.einsum("rpp->rp", hessian)
    np.maximum(curvatures * (1 + 1e-13), np.finfo(hessian.dtype).tiny, out=curvatures)
    flat = gradients.reshape(len(gradients), -1)
    steps = -_solved(hessian, flat)
    falls = np.vecdot(steps, flat) <= 0  # not so where rounding made the matrix indefinite
    return np.where(falls[:, None], steps, -flat / curvatures).reshape(gradients.shape)


def _solved(matrices: NDArray, right: NDArray) -> NDArray:
    """Solutions (R, D) of symmetric systems; the scales of the unknowns do not matter."""
    if batched_linalg.pays(right.shape[1], len(right), solving=True):
        return batched_linalg.solve(batched_linalg.stack_last(matrices), batched_linalg.stack_last(right)).T
    sizes = np.sqrt(np.einsum("rpp->rp", matrices))
    scaled = matrices / (sizes[:, :, None] * sizes[:, None, :])
    return np.linalg.solve(scaled, (right / sizes)[:, :, None])[:, :, 0] / sizes


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
    free = np.asarray(~objective.penalties.any(axis=1))
    if not free.any():
        return free
    moves = np.abs(objective.logits(steps)).max(axis=1)
    return ((moves > 0.1) & (objective.weights > 0)).any(axis=1) & free
