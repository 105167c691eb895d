"""Ways to fit a stack of linear classifiers: to the optimum in coordinates chosen for speed, or by plain descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.logistic.coordinates import Frame
from genvsdisc.discriminative.logistic.problem import LinearFit, LinearProblem, Start
from genvsdisc.discriminative.training import split_validation
from genvsdisc.functional import absent
from genvsdisc.functional.descent.loop import Settings, descend
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.lbfgs import lbfgs
from genvsdisc.functional.linear.newton import newton
from genvsdisc.functional.linear.solution import Solution
from genvsdisc.functional.losses import LOSSES
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective

_CELLS = 2**17  # in one array of a block of replicates: a few of them stay in cache
_MOST_NEWTON = 200  # coefficients; beyond, Hessians cost more than the steps they save, and L-BFGS gets there too

Solver = Callable[..., Solution]
"""(objective, start, max_iter=, tol=) -> Solution; where it ends does not depend on the coordinates."""


def solve(problem: LinearProblem, solver: Solver, start: Start, watch: Any, *, max_iter: int, tol: float) -> LinearFit:
    """Fit by a solver whose end does not depend on the coordinates."""
    n_outputs, (n_rows, n_features) = problem.n_outputs, problem.X.shape
    size = n_outputs * (n_features + 1)
    if solver is lbfgs or (solver is newton and size > _MOST_NEWTON):
        # One by one, each just as its plain fit: the path of L-BFGS multiplies differences in rounding.
        alone = [problem.alone(r) for r in range(len(problem.weights))]
        return LinearFit.joined([_solve_in_blocks(one, lbfgs, start, watch, max_iter, tol, 1) for one in alone])
    cells = n_outputs * n_rows
    if solver is newton:
        cells = max(cells if n_outputs == 1 else size * n_rows, size * size)
    blocks = min(-(-len(problem.weights) * cells // _CELLS), len(problem.weights))
    return _solve_in_blocks(problem, solver, start, watch, max_iter, tol, blocks)


def _solve_in_blocks(
    problem: LinearProblem, solver: Solver, start: Start, watch: Any, max_iter: int, tol: float, n_blocks: int
) -> LinearFit:
    """Fit blocks of replicates that stay in cache.

    Without a start: no coefficients, and the intercepts that give each class its share of the weight.
    """
    frame = Frame.of(problem.X)
    objective = problem.objective(frame)
    theta = np.zeros(objective.shape)
    if start is None:
        theta[:, :, -1] = objective.prior_logits()
    else:
        theta[:] = frame.enter(start[0][None], start[1][None])
    if watch is not None:
        watch.attributes = lambda theta: _attributes(*frame.leave(theta.reshape(1, *objective.shape[1:])))
    count = len(theta)
    size = -(-count // n_blocks)
    blocks = [slice(first, first + size) for first in range(0, count, size)]
    solution = Solution.joined(
        [solver(objective.take(block), theta[block], max_iter=max_iter, tol=tol, hook=watch) for block in blocks]
    )
    coef, intercept = frame.leave(solution.theta)
    return LinearFit(
        coef=coef,
        intercept=intercept,
        n_iter=solution.n_iter,
        converged=solution.converged,
        diverged=np.zeros(count, dtype=bool),
        receding=np.broadcast_to(solution.receding, count),
        curves=solution.curves,
    )


def descend_plainly(
    problem: LinearProblem,
    settings: Settings,
    start: Start,
    watch: Any,
    *,
    automatic: bool,
    generators: Sequence[np.random.Generator],
    validation_fraction: float | None,
) -> LinearFit:
    """Fit by descent on the columns as they are, or standardized: a network without hidden layers.

    `automatic` multiplies the learning rate of the settings by 1 / L of each replicate. With a `validation_fraction`
    that share of the rows of each class is set apart, and the best parameters on them are kept.
    """
    validation = None
    if validation_fraction is not None:
        parts = [
            split_validation(generator, weights, problem.codes, validation_fraction)
            for generator, weights in zip(generators, problem.weights, strict=True)
        ]
        training, validation = (np.array(part) for part in zip(*parts, strict=True))
        problem = replace(problem, weights=training / training.sum(axis=1, keepdims=True))
    (means, scales), (count, n_outputs) = problem.scaling, (len(problem.weights), problem.n_outputs)
    rows = (problem.X - means[:, None]) / scales[:, None] if problem.standardize else problem.X
    objective = NetworkObjective(
        Architecture((problem.X.shape[1], n_outputs), ()),
        rows,
        problem.codes,
        problem.weights,
        loss=LOSSES[problem.loss],
        reg_lambda=problem.reg_lambda,
    )
    if automatic:
        curvature = LOSSES[problem.loss].form(problem.present.shape[1]).curvature
        bounds = curvature * smoothness(rows, problem.weights, settings.batch_size) + problem.reg_lambda
        settings = replace(settings, learning_rate=settings.learning_rate / bounds)

    def leave(parameters: NDArray) -> tuple[NDArray, NDArray]:
        theta = parameters.reshape(len(parameters), n_outputs, -1)
        coef = theta[:, :, :-1] / scales[: len(theta), None]
        return coef, theta[:, :, -1] - np.einsum("rcd,rd->rc", coef, means[: len(theta)])

    theta = np.zeros((count, n_outputs, problem.X.shape[1] + 1))
    if start is not None:
        theta[:, :, :-1] = start[0] * scales[:, None]
        theta[:, :, -1] = start[1] + means @ start[0].T
    absent.exclude(theta[:, :, -1], problem.present)
    if watch is not None:
        watch.attributes = lambda parameters: _attributes(*leave(parameters))
    descent = descend(
        objective,
        theta.reshape(count, -1),
        problem.weights,
        settings,
        generators=generators,
        validation_weights=validation,
        hook=watch,
    )
    coef, intercept = leave(descent.parameters)
    return LinearFit(
        coef=coef,
        intercept=intercept,
        n_iter=descent.n_iter,
        converged=descent.converged,
        diverged=descent.diverged,
        receding=np.zeros(count, dtype=bool),
        curves=descent.loss_curves,
        validation_curves=None if validation is None else descent.validation_loss_curves,
    )


def smoothness(rows: NDArray, weights: NDArray, batch_size: int | None) -> NDArray:
    r"""Find the largest eigenvalues (R,) of the second moments of rows with a 1 appended, for descent by 1 / L.

    For mini-batches of b out of n rows they lie between that value, L, and the square of the longest row,
    :math:`L_{max}`, as in the expected smoothness of Gower et al. (2019),
    :math:`\frac{n (b - 1)}{b (n - 1)} L + \frac{n - b}{b (n - 1)} L_{max}`.

    Parameters
    ----------
    rows : ndarray of shape (n, d) or (R, n, d)
        Rows, shared or for each replicate.
    weights : ndarray of shape (R, n)
        Each row sums to 1.
    batch_size : int or None
        b; None for n.

    Returns
    -------
    bounds : ndarray of shape (R,)
    """
    bounds = np.empty(len(weights))
    for r, weight in enumerate(weights):
        kept = weight > 0
        own = (rows if rows.ndim == 2 else rows[r])[kept]
        moments = ColumnProducts(own).sums(weight[None, kept])[0]
        count, size = len(own), min(batch_size or len(own), len(own))
        bounds[r] = np.linalg.eigvalsh(moments)[-1]
        if size < count:
            longest = 1 + (own * own).sum(axis=1).max()
            bounds[r] *= count * (size - 1) / (size * (count - 1))
            bounds[r] += (count - size) / (size * (count - 1)) * longest
    return bounds


def _attributes(coef: NDArray, intercept: NDArray) -> dict[str, Any]:
    """Name what a callback may look at in the middle of a fit."""
    return {"coef_": coef[0], "intercept_": intercept[0]}
