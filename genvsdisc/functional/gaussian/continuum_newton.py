"""Newton's method along the continuum between the likelihoods, in the moments of the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.class_steps import class_steps, decrement_bounds, metric_of
from genvsdisc.functional.gaussian.conjugate_steps import conjugate_steps
from genvsdisc.functional.gaussian.continuum import Continuum
from genvsdisc.functional.gaussian.natural import Densities

_MAX_HALVINGS = 60
_ROUNDING = 1e-13  # of the objective, which no longer tells points apart
_MOST_SINGLE = 15  # steps in single precision, beyond which double does what is left
_UNSEEN = 1e-8  # squared decrement: what is gained is lost in the rounding of the objective
_QUADRATIC = 1e-2  # squared decrement from which on each step more than halves the next one
_MUCH = 0.05  # weight of the joint likelihood from which on conjugate gradients need few products
_FAR = 16.0  # squared bound of the decrement beyond which no step of single precision is tried
_ILL = 100.0  # such a bound over the squared decrement, where conjugate gradients need too many products
_SURE = 0.01  # of the tolerance: what a bound of the decrement must be below, where no step is taken any more
_CELLS = 2**21  # numbers in the largest array of a block of replicates: a few of them stay in cache


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


def follow_along(problem: Continuum, start: NDArray, *, max_iter: int, tol: float) -> tuple[NDArray, NDArray, NDArray]:
    """As `follow`, from the generative fit down to the weights of the problem, which fall by half a step at most.

    Where classes have very narrow columns Newton's method finds its way from neither end; from a neighbour it does.
    """
    moments, n_iter, converged = start, np.zeros(len(start), int), np.ones(len(start), bool)
    steps = int(np.ceil(-np.log2(problem.weight.min(initial=1.0))))
    for step in range(1, steps + 1):
        at = problem.at(problem.weight ** (step / steps))
        moments, more, converged = follow(at, moments, max_iter=max_iter, tol=tol)
        n_iter += more
    return moments, n_iter, converged


@dataclass(frozen=True)
class _Active:
    """The replicates that are still under way, where they are, and what the objective is there."""

    indices: NDArray
    problem: Continuum
    moments: NDArray
    values: NDArray
    gradients: NDArray
    residuals: NDArray
    densities: Densities

    @classmethod
    def at(cls, problem: Continuum, moments: NDArray) -> Self:
        values, gradients, residuals, densities = problem.evaluate(moments)
        return cls(np.arange(len(moments)), problem, moments, values, gradients, residuals, densities)

    def take(self, mask: NDArray) -> Self:
        if mask.all():
            return self
        return type(self)(
            self.indices[mask],
            self.problem.take(mask),
            self.moments[mask],
            self.values[mask],
            self.gradients[mask],
            self.residuals[mask],
            self.densities.take(mask),
        )

    def moved(self, moves: NDArray, slopes: NDArray, done: NDArray) -> tuple[Self, NDArray]:
        """Step as far as the objective falls; also the mask of those that found no step."""
        outcome = _searched(self.problem, self.moments, moves, self.values, slopes, done)
        return type(self)(self.indices, self.problem, *outcome[:-1]), outcome[-1]


def _newton(problem: Continuum, start: NDArray, max_iter: int, tol: float) -> tuple[NDArray, NDArray, NDArray]:
    moments, n_iter = start.copy(), np.zeros(len(start), int)
    converged = problem.present.sum(axis=1) < 2
    if not problem.features.shared:
        easy = np.flatnonzero(problem.present.all(axis=1) & (problem.weight >= _MUCH))
        most = min(max_iter, _MOST_SINGLE)
        if len(easy):
            moments[easy], n_iter[easy], converged[easy] = _in_single(problem.take(easy), start[easy], most, tol)
    rest = np.flatnonzero(~converged & (n_iter < max_iter))
    if len(rest) and problem.take(rest).by_class:
        most = np.minimum(max_iter - n_iter[rest], _MOST_SINGLE)
        result = _by_single_systems(problem.take(rest), moments[rest], most, tol)
        moments[rest], converged[rest] = result[0], result[2]
        n_iter[rest] += result[1]
        rest = np.flatnonzero(~converged & (n_iter < max_iter))
    if len(rest):
        result = _in_double(problem.take(rest), moments[rest], max_iter - n_iter[rest], tol)
        moments[rest], converged[rest] = result[0], result[2]
        n_iter[rest] += result[1]
    return moments, n_iter, converged


@np.errstate(over="ignore", invalid="ignore")  # steps that single precision cannot tell are not taken
def _in_single(problem: Continuum, start: NDArray, most: int, tol: float) -> tuple[NDArray, NDArray, NDArray]:
    """Steps of single precision, where and as long as they are known to get nearer; the gradient says when to end."""
    moments, n_iter, converged = start.copy(), np.zeros(len(start), int), np.zeros(len(start), bool)
    active, last = _Active.at(problem, start), np.full(len(start), np.inf)
    enough = (_SURE * tol) ** 2
    for _ in range(most):
        metric = metric_of(active.problem, active.densities, np.float32)
        bounds = decrement_bounds(active.problem, active.gradients, metric)
        there, near = bounds <= enough, (bounds > enough) & (bounds <= _FAR)
        n_iter[active.indices[there | near]] += 1
        converged[active.indices[there]] = True
        active, metric, bounds, last = active.take(near), _taken(metric, near), bounds[near], last[near]
        if not len(active.indices):
            break
        moves, slopes = conjugate_steps(active.problem, active.gradients, active.residuals, metric, _SURE * tol)
        falls = (-slopes > bounds / _ILL) & (-slopes <= 0.25 * last) & np.isfinite(moves).all(axis=(1, 2))
        active, metric, moves, last = active.take(falls), _taken(metric, falls), moves[falls], -slopes[falls]
        if not len(active.indices):
            break
        active, stuck = active.moved(moves, -last, last <= _UNSEEN)
        moments[active.indices] = active.moments
        # So short a step leaves the metric as it was.
        there = (last <= _UNSEEN) & (decrement_bounds(active.problem, active.gradients, metric) <= enough)
        converged[active.indices[there]] = True
        active, last = active.take(~(stuck | there)), last[~(stuck | there)]
        if not len(active.indices):
            break
    return moments, n_iter, converged


def _taken(array: NDArray, mask: NDArray) -> NDArray:
    """Some of an array's items, without a copy where that is all of them."""
    return array if mask.all() else array[mask]


@np.errstate(over="ignore", invalid="ignore")  # steps that single precision cannot tell are not taken
def _by_single_systems(
    problem: Continuum, start: NDArray, most: NDArray, tol: float
) -> tuple[NDArray, NDArray, NDArray]:
    """Newton steps from systems in single precision, as long as they bring the decrement down."""
    moments, n_iter, converged = start.copy(), np.zeros(len(start), int), np.zeros(len(start), bool)
    active, last = _Active.at(problem, start), np.full(len(start), np.inf)
    while len(active.indices):
        metric = metric_of(active.problem, active.densities, np.float32)
        moves, slopes = _solved_in_single(active, metric)
        gains = np.where(last <= _QUADRATIC, -slopes <= 0.25 * last, True)
        falls = (slopes < 0) & gains & np.isfinite(moves).all(axis=(1, 2))
        active, moves, last = active.take(falls), moves[falls], -slopes[falls]
        if not len(active.indices):
            break
        n_iter[active.indices] += 1
        done = last <= tol * tol
        active, stuck = active.moved(moves, -last, done)
        moments[active.indices] = active.moments
        converged[active.indices[done & ~stuck]] = True
        going = ~(done | stuck) & (n_iter[active.indices] < most[active.indices])
        active, last = active.take(going), last[going]
    return moments, n_iter, converged


def _solved_in_single(active: _Active, metric: NDArray) -> tuple[NDArray, NDArray]:
    try:
        return class_steps(active.problem, active.gradients, active.residuals, metric)
    except np.linalg.LinAlgError:  # one that is singular in single precision: double does what is left of all
        return np.full_like(active.moments, np.nan), np.full(len(active.moments), np.nan)


def _in_double(problem: Continuum, start: NDArray, most: NDArray, tol: float) -> tuple[NDArray, NDArray, NDArray]:
    moments, n_iter, converged = start.copy(), np.zeros(len(start), int), np.zeros(len(start), bool)
    active = _Active.at(problem, start)
    while len(active.indices):
        n_iter[active.indices] += 1
        moves, slopes = _exact_steps(active)
        done = -slopes <= tol * tol
        values = active.values
        active, stuck = active.moved(moves, slopes, done)
        moments[active.indices] = active.moments
        converged[active.indices[done | (stuck & (-slopes <= _ROUNDING * np.maximum(1, np.abs(values))))]] = True
        active = active.take(~(done | stuck) & (n_iter[active.indices] < most[active.indices]))
    return moments, n_iter, converged


def _exact_steps(active: _Active) -> tuple[NDArray, NDArray]:
    if active.problem.by_class:
        metric = metric_of(active.problem, active.densities, np.float64)
        return class_steps(active.problem, active.gradients, active.residuals, metric)
    return active.problem.steps(active.gradients, active.residuals, active.densities)


def _searched(
    problem: Continuum, moments: NDArray, moves: NDArray, values: NDArray, slopes: NDArray, done: NDArray
) -> tuple[NDArray, NDArray, NDArray, NDArray, Densities, NDArray]:
    """Halve each step until the covariances are regular and Armijo's condition holds; and those that found none.

    The last step of a replicate, marked in `done`, needs regular covariances only.
    """
    bounds = values + _ROUNDING * np.maximum(1, np.abs(values))
    trial = moments + moves
    *results, trial_densities = problem.evaluate(trial)
    failed = ~(np.isfinite(results[0]) & (done | (results[0] <= bounds + 1e-4 * slopes)))
    length = 1.0
    for halving in range(_MAX_HALVINGS + 1):
        if not failed.any():
            break
        length = length / 2 if halving < _MAX_HALVINGS else 0.0
        trial[failed] = moments[failed] + length * moves[failed]
        *there, densities = problem.take(failed).evaluate(trial[failed])
        for whole, part in zip(results, there, strict=True):
            whole[failed] = part
        trial_densities.put(failed, densities)
        if length:
            fine = there[0] <= bounds[failed] + 1e-4 * length * slopes[failed]
            failed[failed] = ~(np.isfinite(there[0]) & (done[failed] | fine))
    values, gradients, residuals = results
    return trial, values, gradients, residuals, trial_densities, failed
