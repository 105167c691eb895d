"""Many weightings of the same rows: what EM does under their mean tells nearly what it does under each.

With g the map of EM, x its fixed point under the mean of the weightings and J its derivative there, the fixed point
under another weighting, with the map g_r, is to first order ``x + (I - J)^-1 (g_r(x) - x)``: the infinitesimal
jackknife (Jaeckel 1972). So all start from x, and each step is taken for one of Newton's method with that derivative:
chords in the sense of Kelley (1995, Iterative methods for linear and nonlinear equations, section 5.4.1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.acceleration import LeftParameterSpaceError, fixed_points
from genvsdisc.functional.gaussian.covariance import SingularCovarianceError
from genvsdisc.generative.gaussian.expectation import JointProblem
from genvsdisc.generative.gaussian.shrinkage import Regularization

_FEWEST = 2  # weightings for each parameter of a block from which on it pays
_ROUGH, _MOST_STEPS = 3e-2, 50  # accuracy of x
_WIDTH = 1e-6  # of finite differences, in units of standard deviations
_LARGEST = 1e4  # element of (I - J)^-1: beyond, the data hardly determine some parameter


def joint_problem(
    X: NDArray, holes: NDArray, codes: NDArray, weights: NDArray, n_classes: int, rule: Regularization
) -> tuple[JointProblem, NDArray]:
    """Problem and starting point for R weightings; what their mean tells, where they are many."""
    R, mean = len(weights), weights.mean(axis=0, keepdims=True, dtype=weights.dtype)
    v = int(np.count_nonzero(holes.any(axis=0)))
    if _FEWEST * (v * (v + 1) // 2 + v * (holes.shape[1] - v)) > R:
        return JointProblem.build(X, holes, codes, weights, n_classes, rule)
    both = np.concatenate([weights, mean])
    stack, x = JointProblem.build(X, holes, codes, both, n_classes, rule.with_mean_member(R))
    problem, one = stack.take(np.arange(R)), stack.take(np.array([R]))
    linearization = _linearized(one, x[R:]) if _FEWEST * x.shape[2] <= R else None
    if linearization is None:
        return problem, x[:R]
    start, problem.inverse = linearization
    units = one.scale / problem.scale
    return problem, (start.reshape(1, -1, units.shape[2]) * units).reshape(R, *x.shape[1:])


def _linearized(problem: JointProblem, x: NDArray) -> tuple[NDArray, NDArray] | None:
    """Nearly the fixed point of a problem with one member, and (I - J)^-1 of its map there.

    Parameters
    ----------
    problem : JointProblem
        With one member.
    x : ndarray of shape (1, B, p)
        Where to start; block by block without influence on each other.

    Returns
    -------
    x : ndarray of shape (1, B, p)
    inverse : ndarray of shape (B, p, p)
        None in place of both where EM does not come to rest soon, or hardly determines some parameter.
    """
    p = x.shape[-1]
    try:
        solution = fixed_points(problem, problem.begin(x), tol=_ROUGH, max_iter=_MOST_STEPS)
    except (LeftParameterSpaceError, SingularCovarianceError):
        return None
    if not solution.converged.all():
        return None
    moved = np.concatenate([solution.x, solution.x + _WIDTH * np.eye(p, dtype=x.dtype)[:, None]])
    try:
        step = problem.take(np.zeros(1 + p, dtype=np.intp)).evaluate(moved)
    except SingularCovarianceError:
        return None
    if not step.regular.all():
        return None
    derivative = np.moveaxis(step.image[1:] - step.image[:1], 0, -1) / _WIDTH  # (B, p, p)
    matrix = np.eye(p) - derivative
    if not np.isfinite(matrix).all():
        return None
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return None
    return (solution.x, inverse.astype(x.dtype)) if np.abs(inverse).max() < _LARGEST else None
