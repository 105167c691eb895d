"""Fit a stack of linear classifiers: to the optimum in coordinates chosen for speed, or by descent on the columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.logistic.problem import LinearProblem
from genvsdisc.discriminative.sampling import split_validation
from genvsdisc.functional import absent
from genvsdisc.functional.descent.loop import Settings, descend
from genvsdisc.functional.linear.accelerated import accelerated_descent
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.lbfgs import lbfgs
from genvsdisc.functional.linear.newton import BY_PAIRS, newton
from genvsdisc.functional.linear.separation import is_quasi_separated, margins
from genvsdisc.functional.linear.truncated_newton import truncated_newton
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.functional.solution import Solution, Status

_CELLS = 2**17  # in one array of a block of replicates: a few of them stay in cache
_COPIED = 2**22  # entries of the standardized copies of X that are held at once
_MOST_FORMED = {"two": 5e6, "few": 4e6, "many": 1.5e6}
"""Rows times squared coefficients up to which Newton's method forms Hessians, by the number of classes (measured)."""
_WIDE_MARGIN = 10.0  # logits: nearer to the boundary than that, a row is not on its way to infinity

Solver = Callable[..., Solution]
"""(objective, start, max_iter=, tol=, hook=) -> Solution; where it ends does not depend on the coordinates."""
Start = NDArray | None
"""Coefficients (C, d + 1) to start from, on the scale of X, the intercept last."""


def forms_hessian(n_rows: int | NDArray, n_coefficients: int, n_outputs: int) -> bool | NDArray:
    """Return True where Newton's method is faster with the Hessian than by conjugate gradients.

    In processor time, forming over conjugate gradients, of many classes: 0.4 for 140 rows and 30 coefficients, 0.9 for
    140 and 80, 1.3 for 1,000 and 50, 4.2 for 800 and 168, 14 for 20,000 and 170. Of 3 to 5 classes, whose Hessians come
    from sums by pairs: 0.8 to 1.2 up to 4e6, and 0.3 to 0.9 of 20 fits at once; from 1.2 to 2.7 beyond 6e6.
    """
    number = "two" if n_outputs == 1 else "few" if n_outputs <= BY_PAIRS else "many"
    return n_rows * float(n_coefficients) ** 2 <= _MOST_FORMED[number]


def fit_to_optimum(
    problem: LinearProblem, optimizer: str, start: Start, watch: Any, max_iter: int, tol: float
) -> Solution:
    """Fit by an optimizer whose end does not depend on the coordinates; coefficients on the scale of X.

    "newton" forms Hessians where `forms_hessian` says so for the rows of a replicate, as in its plain fit. Replicates
    of more columns than rows are fitted one by one, each in the span of its rows.
    """
    limits = (start, watch, max_iter, tol)
    wide = problem.is_wide
    if wide.any() and len(wide) > 1:

        def together(some: LinearProblem) -> Solution:
            return fit_to_optimum(some, optimizer, *limits)

        def one_by_one(some: LinearProblem) -> Solution:
            return Solution.joined([together(some.alone(r)) for r in range(len(some.weights))])

        return _split(problem, wide, one_by_one, together)
    if optimizer == "nesterov":
        return _solve_in_blocks(problem, accelerated_descent, problem.n_outputs * len(problem.X), *limits)
    if optimizer == "lbfgs":
        return _solve_one_by_one(problem, lbfgs, *limits)
    n_outputs = problem.n_outputs
    size = n_outputs * (problem.frame.width + 1)
    formed = np.asarray(forms_hessian((problem.weights > 0).sum(axis=1), size, n_outputs))
    cells = n_outputs * len(problem.X) if n_outputs == 1 else max(size * len(problem.X), size * size)
    return _split(
        problem,
        formed,
        lambda some: _solve_in_blocks(some, newton, max(cells, size * size), *limits),
        lambda some: _solve_one_by_one(some, truncated_newton, *limits),
    )


def _split(
    problem: LinearProblem,
    mask: NDArray,
    fit: Callable[[LinearProblem], Solution],
    fit_others: Callable[[LinearProblem], Solution],
) -> Solution:
    """Fit the replicates of a mask in one way, and the others in another."""
    if mask.all():
        return fit(problem)
    if not mask.any():
        return fit_others(problem)
    order = np.argsort(np.append(np.flatnonzero(mask), np.flatnonzero(~mask)))
    return Solution.joined([fit(problem.take(mask)), fit_others(problem.take(~mask))]).take(order)


def _solve_one_by_one(
    problem: LinearProblem, solver: Solver, start: Start, watch: Any, max_iter: int, tol: float
) -> Solution:
    """Fit each replicate just as its plain fit does: the paths of these solvers multiply differences in rounding."""
    alone = (problem.alone(r) for r in range(len(problem.weights)))
    return Solution.joined([_solve_in_blocks(one, solver, 0, start, watch, max_iter, tol) for one in alone])


def _solve_in_blocks(
    problem: LinearProblem, solver: Solver, cells: int, start: Start, watch: Any, max_iter: int, tol: float
) -> Solution:
    """Fit blocks of replicates that stay in cache, each of which works in arrays of so many cells.

    Without a start: no coefficients, and the intercepts that give each class its share of the weight.
    """
    frame, objective = problem.frame, problem.objective
    theta = np.zeros(objective.shape)
    if start is None:
        theta[:, :, -1] = objective.prior_logits()
    else:
        theta[:] = frame.enter(start[None])
    if watch is not None:
        watch.attributes = lambda theta: _attributes(frame.leave(theta.reshape(1, *objective.shape[1:])))
    count = len(theta)
    size = -(-count // max(1, min(-(-count * cells // _CELLS), count)))
    blocks = [slice(first, first + size) for first in range(0, count, size)]
    solution = Solution.joined(
        [solver(objective.take(block), theta[block], max_iter=max_iter, tol=tol, hook=watch) for block in blocks]
    )
    return replace(solution, parameters=frame.leave(solution.parameters))


def descend_on_columns(
    problem: LinearProblem,
    settings: Settings,
    start: Start,
    watch: Any,
    *,
    automatic: bool,
    generators: Sequence[np.random.Generator],
    validation_fraction: float | None,
) -> Solution:
    """Fit by descent on the columns as they are, or standardized: a network without hidden layers.

    `automatic` multiplies the learning rate of the settings by 1 / L of each replicate. With a `validation_fraction`
    that share of the rows of each class is set apart, and the best parameters on them are kept. Replicates are fitted
    in blocks, for each has a standardized copy of X.
    """
    size = max(1, _COPIED // problem.X.size) if problem.standardize else len(problem.weights)
    blocks = [slice(first, first + size) for first in range(0, len(problem.weights), size)]
    return Solution.joined(
        [
            _descend(problem.take(block), settings, start, watch, automatic, generators[block], validation_fraction)
            for block in blocks
        ]
    )


def _descend(
    problem: LinearProblem,
    settings: Settings,
    start: Start,
    watch: Any,
    automatic: bool,
    generators: Sequence[np.random.Generator],
    validation_fraction: float | None,
) -> Solution:
    validation = None
    if validation_fraction is not None:
        parts = [
            split_validation(generator, weights, problem.codes, validation_fraction)
            for generator, weights in zip(generators, problem.weights, strict=True)
        ]
        training, validation = (np.array(part) for part in zip(*parts, strict=True))
        problem = replace(problem, weights=training / training.sum(axis=1, keepdims=True))
    means, scales = problem.scaling
    columns = (problem.X - means[:, None]) / scales[:, None] if problem.standardize else problem.X
    loss = TRAINING_LOSSES[problem.loss]
    objective = NetworkObjective(
        Architecture((problem.X.shape[1], problem.n_outputs), ()),
        columns,
        problem.codes,
        problem.weights,
        loss=loss,
        reg_lambda=problem.reg_lambda,
    )
    if automatic:
        curvature = loss.form(problem.present.shape[1]).curvature
        bounds = curvature * smoothness(columns, problem.weights, settings.batch_size) + problem.reg_lambda
        settings = replace(settings, learning_rate=settings.learning_rate / bounds)

    def leave(parameters: NDArray) -> NDArray:
        theta = parameters.reshape(len(parameters), *problem.shape[1:])
        coef = theta[:, :, :-1] / scales[: len(theta), None]
        return np.append(coef, theta[:, :, -1:] - (coef @ means[: len(theta), :, None]), axis=2)

    theta = np.zeros(problem.shape)
    if start is not None:
        theta[:, :, :-1] = start[:, :-1] * scales[:, None]
        theta[:, :, -1] = start[:, -1] + means @ start[:, :-1].T
    absent.exclude(theta[:, :, -1], problem.present)
    if watch is not None:
        watch.attributes = lambda parameters: _attributes(leave(parameters))
    solution = descend(
        objective,
        theta.reshape(len(theta), -1),
        problem.weights,
        settings,
        generators=generators,
        validation_weights=validation,
        hook=watch,
    )
    return replace(solution, parameters=leave(solution.parameters))


def smoothness(columns: NDArray, weights: NDArray, batch_size: int | None) -> NDArray:
    r"""Largest eigenvalues (R,) of the second moments of rows with a 1 appended, for descent by 1 / L.

    For mini-batches of b out of n rows they lie between that value, L, and the square of the longest row,
    :math:`L_{max}`, as in the expected smoothness of Gower et al. (2019),
    :math:`\frac{n (b - 1)}{b (n - 1)} L + \frac{n - b}{b (n - 1)} L_{max}`.

    Parameters
    ----------
    columns : ndarray of shape (n, d) or (R, n, d)
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
        rows = (columns if columns.ndim == 2 else columns[r])[kept]
        if rows.shape[1] > len(rows):  # the products of rows have the same eigenvalues other than 0
            moments = (rows @ rows.T + 1) * np.sqrt(np.outer(weight[kept], weight[kept]))
        else:
            moments = ColumnProducts(rows).sums(weight[None, kept])[0]
        count, size = len(rows), min(batch_size or len(rows), len(rows))
        bounds[r] = np.linalg.eigvalsh(moments)[-1]
        if size < count:
            longest = 1 + (rows * rows).sum(axis=1).max()
            bounds[r] *= count * (size - 1) / (size * (count - 1))
            bounds[r] += (count - size) / (size * (count - 1)) * longest
    return bounds


def with_separation(problem: LinearProblem, solution: Solution) -> Solution:
    """Replace the status of fits without penalty whose likelihood has no maximum, for the classes can be separated.

    The fitted coefficients show complete separation. Quasi-complete separation is decided by a linear program, which
    is asked only where the fit has not converged or some row is far from the boundary.
    """
    if problem.reg_lambda or problem.loss != "cross_entropy":
        return solution
    status = solution.status.copy()
    for r, (theta, present) in enumerate(zip(solution.parameters, problem.present, strict=True)):
        if status[r] in (Status.DIVERGED, Status.STOPPED) or present.sum() < 2:
            continue
        kept = problem.weights[r] > 0
        X, codes = problem.X[kept], problem.codes[kept]
        distances = margins(X, codes, theta, present)
        if (distances > 0).all():
            status[r] = Status.SEPARATED
        elif status[r] != Status.CONVERGED or distances.max() > _WIDE_MARGIN:
            center, scale = problem.plain_frame.center, problem.plain_frame.scale
            if is_quasi_separated((X - center) / scale, codes):
                status[r] = Status.QUASI_SEPARATED
    return replace(solution, status=status)


def _attributes(theta: NDArray) -> dict[str, Any]:
    """Name what a callback may look at in the middle of a fit."""
    return {"coef_": theta[0, :, :-1], "intercept_": theta[0, :, -1]}
