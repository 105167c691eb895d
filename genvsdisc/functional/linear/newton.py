"""Newton's method on a stack of convex objectives: each replicate has its own step length and stops by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dposv

from genvsdisc.functional import batched_linalg
from genvsdisc.functional.descent.loop import Hook
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.linear.pair_sums import hessian_of_pairs, pair_sums
from genvsdisc.functional.solution import Solution, Status, curves_of

_MAX_HALVINGS = 40
_MOST_EXPLAINED = 0.9  # beyond, the classes are nearly separated and nothing is known of the distance
BY_PAIRS = 5
"""Classes up to which the Hessian comes from sums by pairs of classes, which is faster."""
ROUNDING = 1e-9
"""Squared Newton decrement below which a line search that finds nothing lower has met the rounding of the objective."""


@dataclass(frozen=True)
class _Active:
    """The replicates that have not converged, where they are, and what the objective is there."""

    indices: NDArray
    objective: SoftmaxRegression
    theta: NDArray
    values: NDArray
    gradients: NDArray
    residuals: NDArray

    @classmethod
    def at(cls, theta: NDArray, objective: SoftmaxRegression) -> Self:
        return cls(np.arange(len(theta)), objective, theta, *objective.evaluate(theta))

    def take(self, mask: NDArray) -> Self:
        arrays = (self.theta, self.values, self.gradients, self.residuals)
        return type(self)(self.indices[mask], self.objective.take(mask), *(array[mask] for array in arrays))


def newton(
    objective: SoftmaxRegression, start: NDArray, *, max_iter: int, tol: float, hook: Hook | None = None
) -> Solution:
    r"""Minimize by Newton's method, :math:`\theta \leftarrow \theta - a H^{-1} g`, with backtracking on a.

    The Newton systems of all replicates are solved together, by Cholesky or LU. A replicate stops with the step whose
    Newton decrement, :math:`\sqrt{g' H^{-1} g}`, is at most `tol`: before that step the objective was within about
    ``tol**2 / 2`` of its minimum, and the step needs no search any more.

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
    theta, n_iter = start.copy(), np.zeros(len(start), dtype=int)
    status = np.full(len(start), Status.MAX_ITER)
    active = _Active.at(start, objective)
    latest, history = active.values.copy(), []
    for step in range(max_iter):
        if hook is not None:
            hook.begin(step)
        latest[active.indices] = active.values
        history.append(latest.copy())
        n_iter[active.indices] += 1
        moves = _steps(active)
        slopes = np.einsum("rcd,rcd->r", active.gradients, moves)
        done = -slopes <= tol * tol
        if done.any():
            theta[active.indices[done]] = active.theta[done] + moves[done]
            status[active.indices[done]] = Status.CONVERGED
            active, moves, slopes = active.take(~done), moves[~done], slopes[~done]
        if len(active.indices):
            if step == 0:
                moves, slopes = _lengthened(active.theta, moves, slopes)
            active, stalled = _line_search(active, moves, slopes)
            theta[active.indices] = active.theta
            if stalled.any():
                ends = np.where(-slopes <= ROUNDING, Status.CONVERGED, Status.STALLED)
                status[active.indices[stalled]] = ends[stalled]
                active = active.take(~stalled)
        if hook is not None and hook.end(step, theta.reshape(len(theta), -1), latest):
            status[active.indices] = Status.STOPPED
            break
        if not len(active.indices):
            break
    return Solution(theta, n_iter, status, curves_of(history, n_iter))


def _lengthened(theta: NDArray, moves: NDArray, slopes: NDArray) -> tuple[NDArray, NDArray]:
    """Lengthen the first steps of two classes from no coefficients to the linear discriminant.

    From the class shares the Newton step is to the least squares fit, and ``-slope`` is its R^2; the linear
    discriminant lies in the same direction, 1 / (1 - R^2) times as far, nearer to the optimum.
    """
    if theta.shape[1] > 1 or theta[:, :, :-1].any():
        return moves, slopes
    factors = 1 / (1 - np.minimum(-slopes, _MOST_EXPLAINED))
    return factors[:, None, None] * moves, factors * slopes


def _steps(active: _Active) -> NDArray:
    """Newton steps (R, C, D)."""
    objective, gradients = active.objective, active.gradients
    if 1 < gradients.shape[1] <= BY_PAIRS and objective.present.all():
        return _steps_of_pairs(objective, active.residuals, gradients)
    return _newton_steps(objective.hessian(active.residuals), gradients)


def _steps_of_pairs(objective: SoftmaxRegression, residuals: NDArray, gradients: NDArray) -> NDArray:
    """Newton steps of few classes: those of the log-odds against the last class, and of the mean over the classes.

    The penalty of all classes is that of their distances from the mean, and of the mean.
    """
    R, C, D = gradients.shape
    pairs = pair_sums(objective, residuals)
    np.einsum("rpdd->rpd", pairs)[...] += objective.penalties[:, None] / C
    hessian = hessian_of_pairs(pairs).reshape(R, (C - 1) * D, -1)
    mean = gradients.mean(axis=1, keepdims=True)
    against = _newton_steps(hessian, (gradients - mean)[:, :-1])
    against = np.concatenate([against, np.zeros((R, 1, D))], axis=1)
    penalties = objective.penalties[:, None]
    common = np.divide(mean, penalties, out=np.zeros_like(mean), where=penalties > 0)
    steps: NDArray = against - against.mean(axis=1, keepdims=True) - common
    return steps


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
    scaled, right = matrices / (sizes[:, :, None] * sizes[:, None, :]), right / sizes
    return np.array([_solution(*system) for system in zip(scaled, right, strict=True)]) / sizes


def _solution(matrix: NDArray, right: NDArray) -> NDArray:
    """Solution of one symmetric system, by Cholesky; by LU where rounding left the matrix indefinite."""
    _, solution, failed = dposv(matrix.T, right, lower=1)
    return np.asarray(np.linalg.solve(matrix, right) if failed else solution)


def _line_search(active: _Active, moves: NDArray, slopes: NDArray) -> tuple[_Active, NDArray]:
    """Halve each replicate's step until Armijo's condition holds; also return the mask of those that found no step."""
    bounds = active.values + 1e-13 * np.abs(active.values)
    trial = active.theta + moves
    values, gradients, residuals = active.objective.evaluate(trial)
    failed = ~(values <= bounds + 1e-4 * slopes)
    length = 1.0
    for _ in range(_MAX_HALVINGS):
        if not failed.any():
            break
        length /= 2
        trial[failed] = active.theta[failed] + length * moves[failed]
        values[failed], gradients[failed], residuals[failed] = active.objective.take(failed).evaluate(trial[failed])
        failed[failed] = ~(values[failed] <= bounds[failed] + 1e-4 * length * slopes[failed])
    if failed.any():
        arrays = (trial, values, gradients, residuals)
        for there, before in zip(
            arrays, (active.theta, active.values, active.gradients, active.residuals), strict=True
        ):
            there[failed] = before[failed]
    return _Active(active.indices, active.objective, trial, values, gradients, residuals), failed
