r"""Newton steps by conjugate gradients, where each class has its own covariance.

With J = diag(J_k) the Fisher information of the classes, H the curvature of the conditional part and Q its penalty, a
Newton step u of the log scores solves

.. math:: \big(a J + (1 - a)(H + Q)\big)\, u = -g ,

and moves the moments by J u. The inverse of J is known in closed form. It is the preconditioner: under the model H is
at most J, so that the eigenvalues lie between a and about 1, and a few products with the rows do what a factorization
of size K F would. Products are in single precision; the gradient, on which the solution depends, is in double.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.gaussian.continuum import Continuum

_MOST = 30  # products of one system: beyond, its solution is cut short, and descends all the same
_FORCED = 0.1  # most that is left of the residual
_TINY = float(np.finfo(np.float32).tiny)


def conjugate_steps(
    problem: Continuum, gradients: NDArray, residuals: NDArray, metric: NDArray, tol: float
) -> tuple[NDArray, NDArray]:
    """Steps in the moments (R, K, F), and slopes (R,) of the objective along them.

    The residual is brought down to a tenth, or to its own size if that is less, so that convergence is quadratic.

    Parameters
    ----------
    problem : Continuum
        All of its classes have rows.
    gradients : ndarray of shape (R, C, F)
    residuals : ndarray of shape (R, C, n)
        Both as `Continuum.evaluate` gives them.
    metric : ndarray of shape (R, C, ., F)
        P with the inverse P'P of J, in single precision.
    tol : float
        Bound of the decrement, below which the residual need not fall.
    """
    weight = problem.weight.astype(np.float32)[:, None, None]
    product = _curvature(problem, residuals)
    residual = -gradients.astype(np.float32)
    direction, moment = _scaled(metric, residual), residual  # of the scores, and J times it
    size = np.einsum("rcf,rcf->r", residual, direction)
    moves, slopes = np.zeros_like(residual), np.zeros(len(residual))
    goals = np.maximum(np.minimum(_FORCED**2, size) * size, (0.1 * tol) ** 2 * problem.weight)
    for _ in range(_MOST):
        curved = weight * moment + (1 - weight) * product(direction)
        length = size / np.maximum(np.einsum("rcf,rcf->r", direction, curved), _TINY)
        moves += length[:, None, None] * moment
        slopes -= length * size
        residual = residual - length[:, None, None] * curved
        preconditioned = _scaled(metric, residual)
        size, before = np.einsum("rcf,rcf->r", residual, preconditioned), np.maximum(size, _TINY)
        if (size <= goals).all():
            break
        ratio = (size / before)[:, None, None]
        direction = preconditioned + ratio * direction
        moment = residual + ratio * moment
    steps = moves.astype(float)
    if steps.shape[1] == 1:
        return np.concatenate([-steps, steps], axis=1), slopes
    # In double precision: the moments of all classes together stay as they are, which the objective does not see to.
    return steps - steps.mean(axis=1, keepdims=True), slopes


def _scaled(metric: NDArray, gradients: NDArray) -> NDArray:
    steep = metric @ gradients[..., None]
    return (metric.swapaxes(2, 3) @ steep)[..., 0]


def _curvature(problem: Continuum, residuals: NDArray) -> Callable[[NDArray], NDArray]:
    """Product with H + Q of coefficients (R, C, F)."""
    conditional = problem.conditional
    columns = conditional.products.single_columns
    R, C, n = residuals.shape
    penalty = problem.penalty.astype(np.float32)
    if C > 1:
        probabilities = conditional._probabilities(residuals).astype(np.float32)
        factors = probabilities * conditional.weights.astype(np.float32)[:, None]
    else:
        factors = residuals.astype(np.float32)

    def product(coefficients: NDArray) -> NDArray:
        logits = (coefficients.reshape(R * C, -1) @ columns).reshape(R, C, n)
        if C > 1:
            logits -= np.einsum("rcn,rcn->rn", probabilities, logits)[:, None]
            coefficients = coefficients - coefficients.mean(axis=1, keepdims=True)
        logits *= factors
        back = (logits.reshape(R * C, n) @ columns.T).reshape(R, C, -1)
        return back + coefficients @ penalty

    return product
