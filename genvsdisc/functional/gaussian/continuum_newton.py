"""Newton's method along the continuum between the likelihoods, in the moments of the classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.continuum import Continuum
from genvsdisc.functional.gaussian.natural import Densities

_MAX_HALVINGS = 60
_ROUNDING = 1e-13  # of the objective, which no longer tells points apart
_NEAR = 1e-6  # squared decrement from which on a step of a self-concordant function more than halves it
_CELLS = 2**20  # numbers in the largest array of a block of replicates: a few of them stay in cache


def follow(problem: Continuum, start: NDArray, *, max_iter: int, tol: float) -> tuple[NDArray, NDArray, NDArray]:
    """Minimize from some moments, in blocks of replicates.

    Parameters
    ----------
    problem : Continuum
    start : ndarray of shape (R, K, F)
        Moments of positive definite densities.
    max_iter : int
        Most Newton steps.
    tol : float
        Bound on the Newton decrement, which is about the square root of twice what is left to gain.

    Returns
    -------
    moments : ndarray of shape (R, K, F)
    n_iter : ndarray of int, shape (R,)
    converged : ndarray of bool, shape (R,)
    """
    size = start.shape[1] * start.shape[2]
    step = max(1, _CELLS // (size * max(size, len(problem.conditional.rows))))
    if not len(start):
        return start.copy(), np.zeros(0, int), np.zeros(0, bool)
    parts = [
        _newton(problem.take(slice(r, r + step)), start[r : r + step], max_iter, tol)
        for r in range(0, len(start), step)
    ]
    moments, n_iter, converged = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return moments, n_iter, converged


def _newton(problem: Continuum, start: NDArray, max_iter: int, tol: float) -> tuple[NDArray, NDArray, NDArray]:
    moments = start.copy()
    n_iter, converged = np.zeros(len(start), int), np.zeros(len(start), bool)
    active = np.flatnonzero(problem.present.sum(axis=1) > 1)
    converged[problem.present.sum(axis=1) < 2] = True
    if not len(active):
        return moments, n_iter, converged
    problem, current = problem.take(active), moments[active]
    values, gradients, residuals, found = problem.evaluate(current)
    for _ in range(max_iter):
        if not len(active):
            break
        n_iter[active] += 1
        moves, slopes = problem.steps(gradients, residuals, found)
        done = -slopes <= tol * tol
        current, values, gradients, residuals, found, stuck = _searched(problem, current, moves, values, slopes, done)
        moments[active] = current
        converged[active[done | (stuck & (-slopes <= _ROUNDING * np.maximum(1, np.abs(values))))]] = True
        going = ~(done | stuck)
        if not going.all():
            active, problem, current = active[going], problem.take(going), current[going]
            values, gradients, residuals, found = values[going], gradients[going], residuals[going], found.take(going)
    return moments, n_iter, converged


def _searched(
    problem: Continuum, moments: NDArray, moves: NDArray, values: NDArray, slopes: NDArray, done: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray, Densities, NDArray]:
    """Halve each step until the covariances are regular and Armijo's condition holds; and those that found none.

    The last step of a replicate, marked in `done`, needs regular covariances only.
    """
    length = np.ones(len(moments))
    bounds = values + _ROUNDING * np.abs(values)
    for _ in range(_MAX_HALVINGS):
        trial = moments + length[:, None, None] * moves
        result = problem.evaluate(trial)
        fine = np.isfinite(result[0]) & (done | (result[0] <= bounds + 1e-4 * length * slopes))
        if fine.all():
            break
        length = np.where(fine, length, length / 2)
    else:
        trial = moments + np.where(fine, length, 0.0)[:, None, None] * moves
        result = problem.evaluate(trial)
    return trial, *result, ~fine


def moments_of(problem: Continuum, theta: NDArray, *, max_iter: int, tol: float) -> tuple[NDArray, NDArray]:
    r"""Moments of the densities that have given log-odds, and the greatest joint likelihood among those that have.

    They minimize the convex, self-concordant :math:`\langle m, \eta(m) \rangle - \langle m, \delta \rangle`, whose
    gradient is the difference of the log-odds, by Newton's method.

    Parameters
    ----------
    problem : Continuum
    theta : ndarray of shape (R, C, F)
        Coefficients of the log-odds.
    max_iter : int
        Most steps.
    tol : float
        Bound on the Newton decrement.

    Returns
    -------
    moments : ndarray of shape (R, K, F)
    converged : ndarray of bool, shape (R,)
    """
    theta, moments, converged = problem.centered(theta), problem.target.copy(), problem.present.sum(axis=1) < 2
    for r in np.flatnonzero(~converged):
        moments[r : r + 1], converged[r] = _moments_of_one(
            problem.take(slice(r, r + 1)), theta[r : r + 1], max_iter, tol
        )
    return moments, converged


def _moments_of_one(problem: Continuum, theta: NDArray, max_iter: int, tol: float) -> tuple[NDArray, bool]:
    _, C, F = theta.shape

    def evaluate(moments: NDArray) -> tuple[float, Densities, NDArray]:
        found = problem.densities(moments)
        scores = problem.features.scores(found)
        value = problem.mean_score(moments, scores, found)[0] - np.sum(theta * moments[:, -C:])
        return float(value) if found.regular[0] else np.inf, found, problem.log_odds(scores) - theta

    moments, least = problem.target, np.inf
    value, found, gradient = evaluate(moments)
    for _ in range(max_iter):
        system = problem.derivative(found, C)
        if C > 1:  # what all classes gain together is 0, and absent classes gain nothing
            system = system.copy()
            problem.pin(system)
        move = -np.linalg.solve(system.reshape(C * F, C * F), gradient.reshape(-1)).reshape(1, C, F)
        slope = float(np.sum(gradient * move))
        if -slope < _NEAR and -slope > 0.5 * least:  # quadratic convergence has met rounding
            return moments, True
        least = min(least, -slope)
        step = np.concatenate([-move, move], axis=1) if C == 1 else move
        length = 1.0
        for _ in range(_MAX_HALVINGS):
            trial = evaluate(moments + length * step)
            if trial[0] <= value + _ROUNDING * abs(value) + 1e-4 * length * slope:
                break
            length /= 2
        else:
            return moments, -slope <= _ROUNDING * max(1, abs(value))
        moments = moments + length * step
        value, found, gradient = trial
        if -slope <= tol * tol:
            return moments, True
    return moments, False
