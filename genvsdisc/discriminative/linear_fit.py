"""Ways to fit a stack of linear classifiers: to the optimum in coordinates chosen for speed, or by plain descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.coordinates import Frame, weighted_deviations
from genvsdisc.functional.descent import Settings, descend
from genvsdisc.functional.linear_descent import LinearDescent
from genvsdisc.functional.linear_losses import LinearLoss
from genvsdisc.functional.products import ColumnProducts
from genvsdisc.functional.softmax_regression import SoftmaxRegression
from genvsdisc.functional.solution import Solution

_CELLS = 2**18  # in one array of a block of replicates: a few of them stay in cache

Solver = Callable[..., Solution]
"""(objective, start, max_iter=, tol=) -> Solution; where it ends does not depend on the coordinates."""

Start = tuple[NDArray, NDArray] | None
"""Coefficients (C, d) and intercepts (C,) to start from, on the scale of X."""


@dataclass(frozen=True)
class LinearProblem:
    """What R linear classifiers minimize, on R weightings of the same rows.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Rows.
    codes : ndarray of shape (n,)
        Class of each row.
    weights : ndarray of shape (R, n)
        Each row sums to 1.
    present : ndarray of bool, shape (R, K)
        Classes that have weight.
    loss : LinearLoss
        Loss of the logits.
    reg_lambda : float
        Penalty of half the squared coefficients.
    standardize : bool
        Whether the penalty, and plain descent, are on columns of weighted mean 0 and variance 1.
    """

    X: NDArray
    codes: NDArray
    weights: NDArray
    present: NDArray
    loss: LinearLoss
    reg_lambda: float
    standardize: bool

    @property
    def n_outputs(self) -> int:
        """Rows of coefficients: 1 for two classes."""
        n_classes = self.present.shape[1]
        return 1 if n_classes == 2 else n_classes

    @cached_property
    def scaling(self) -> tuple[NDArray, NDArray]:
        """The columns' means and scales (R, d) on which the penalty works; 0 and 1 without `standardize`."""
        if self.standardize:
            return weighted_deviations(self.X, self.weights)
        shape = (len(self.weights), self.X.shape[1])
        return np.zeros(shape), np.ones(shape)

    def alone(self, r: int) -> LinearProblem:
        """Give replicate r as its plain fit has it: its own rows and nothing else."""
        kept = self.weights[r] > 0
        everything = kept.all()
        return replace(
            self,
            X=self.X if everything else self.X[kept],
            codes=self.codes if everything else self.codes[kept],
            weights=self.weights[r : r + 1, kept],
            present=self.present[r : r + 1],
        )

    def objective(self, frame: Frame) -> SoftmaxRegression:
        """Carry the problem over to a frame."""
        rows = frame.rows(self.X)
        return SoftmaxRegression(
            rows=rows,
            codes=self.codes,
            # Of one class alone nothing is learned: the penalty then has the word.
            weights=self.weights * (self.present.sum(axis=1, keepdims=True) > 1),
            penalties=frame.penalties(self.reg_lambda, self.scaling[1]),
            present=self.present,
            loss=self.loss,
            products=ColumnProducts(rows),
        )

    def separated_by(self, coef: NDArray, intercept: NDArray) -> NDArray:
        """Say where every row that has weight gets its own class's logit strictly the largest, (R,)."""
        separated = np.empty(len(coef), dtype=bool)
        own = np.arange(len(self.codes))
        for r, weight in enumerate(self.weights):
            logits = coef[r] @ self.X.T + intercept[r][:, None]
            logits = np.concatenate([np.zeros_like(logits), logits]) if len(logits) == 1 else logits
            logits = np.where(self.present[r][:, None], logits, -np.inf)
            mine = logits[self.codes, own]
            logits[self.codes, own] = -np.inf
            separated[r] = ((mine > logits.max(axis=0)) | (weight == 0)).all()
        return separated


@dataclass(frozen=True)
class LinearFit:
    """R fitted linear classifiers, coefficients on the scale of X, and how they came about."""

    coef: NDArray
    intercept: NDArray
    n_iter: NDArray
    converged: NDArray
    diverged: NDArray
    receding: NDArray
    curves: list[list[float]]
    validation_curves: list[list[float]] | None = None

    @classmethod
    def joined(cls, fits: Sequence[LinearFit]) -> LinearFit:
        """Put fits of single replicates together."""
        arrays = ("coef", "intercept", "n_iter", "converged", "diverged", "receding")
        return cls(
            **{name: np.concatenate([getattr(fit, name) for fit in fits]) for name in arrays},
            curves=[curve for fit in fits for curve in fit.curves],
        )


def solve(problem: LinearProblem, solver: Solver, start: Start, *, max_iter: int, tol: float, cells: int) -> LinearFit:
    """Fit by a solver whose end does not depend on the coordinates, in blocks of replicates that stay in cache.

    Without a start: no coefficients, and the intercepts that give each class its share of the weight.
    """
    frame = Frame.of(problem.X)
    objective = problem.objective(frame)
    theta = np.zeros(objective.shape)
    if start is None:
        theta[:, :, -1] = objective.prior_logits()
    else:
        theta[:] = frame.enter(start[0][None], start[1][None])
    count = len(theta)
    blocks = np.array_split(np.arange(count), min(-(-count * cells // _CELLS), count))
    solution = Solution.joined(
        [solver(objective.take(block), theta[block], max_iter=max_iter, tol=tol) for block in blocks]
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
    *,
    automatic: bool,
    generators: Sequence[np.random.Generator],
    validation: NDArray | None,
) -> LinearFit:
    """Fit by descent on the columns as they are, or standardized.

    `automatic` multiplies the learning rate of the settings by 1 / L of each replicate.
    """
    means, scales = problem.scaling
    objective = LinearDescent(
        X=problem.X,
        codes=problem.codes,
        loss=problem.loss,
        n_outputs=problem.n_outputs,
        reg_lambda=problem.reg_lambda,
        means=means,
        scales=scales,
        present=problem.present,
    )
    if automatic:
        bounds = objective.smoothness(problem.weights, settings.batch_size)
        settings = replace(settings, learning_rate=settings.learning_rate / bounds)
    shape = (len(means), problem.n_outputs)
    coef, intercept = (np.zeros((*shape, problem.X.shape[1])), np.zeros(shape)) if start is None else start
    descent = descend(
        objective,
        objective.parameters(np.broadcast_to(coef, (*shape, problem.X.shape[1])), np.broadcast_to(intercept, shape)),
        problem.weights,
        settings,
        generators=generators,
        validation_weights=validation,
    )
    coef, intercept = objective.coefficients(descent.parameters, np.arange(shape[0]))
    return LinearFit(
        coef=coef,
        intercept=intercept,
        n_iter=descent.n_iter,
        converged=descent.converged,
        diverged=descent.diverged,
        receding=np.zeros(shape[0], dtype=bool),
        curves=descent.loss_curves,
        validation_curves=None if validation is None else descent.validation_loss_curves,
    )


def hold_out(codes: NDArray, kept: NDArray, fraction: float, generator: np.random.Generator) -> NDArray:
    """Draw validation rows among those kept: of each class its share, never its last row; (n,) of bool.

    One row at least is drawn where any class has two.
    """
    drawn = np.zeros(len(codes), dtype=bool)
    for code in np.unique(codes[kept]):
        rows = generator.permutation(np.flatnonzero(kept & (codes == code)))
        drawn[rows[: min(round(fraction * len(rows)), len(rows) - 1)]] = True
    if not drawn.any():
        largest = np.bincount(codes[kept]).argmax()
        drawn[generator.permutation(np.flatnonzero(kept & (codes == largest)))[:1]] = True
    return drawn
