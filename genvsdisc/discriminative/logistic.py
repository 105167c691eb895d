"""Logistic and softmax regression."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils._param_validation import Interval, StrOptions

from genvsdisc.base import Parameters, ProbabilisticClassifier
from genvsdisc.discriminative.linear_fit import (
    LinearFit,
    LinearProblem,
    Solver,
    Start,
    descend_plainly,
    hold_out,
    solve,
)
from genvsdisc.functional.accelerated import accelerated_descent
from genvsdisc.functional.descent import Settings
from genvsdisc.functional.linear_losses import linear_loss
from genvsdisc.functional.newton import newton
from genvsdisc.functional.optimizers import OPTIMIZERS
from genvsdisc.functional.quasi_newton import lbfgs
from genvsdisc.functional.schedules import SCHEDULES

_SOLVERS: dict[str, Solver] = {"newton": newton, "lbfgs": lbfgs}
_MOST_NEWTON = 512  # parameters; beyond, Hessians cost more than the steps they save, and L-BFGS goes to the same place
_AUTOMATIC = {
    "adagrad": 0.5,
    "rmsprop": 0.003,
    "adam": 0.05,
}  # learning rates where the scale of the gradient does not count


class LogisticClassifier(ProbabilisticClassifier):
    """Logistic regression (two classes) and softmax regression (more)."""

    _score_attributes = ("coef_", "intercept_")

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "reg_lambda": [Interval(Real, 0, None, closed="left")],
        "optimizer": [StrOptions({"gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "newton", "lbfgs"})],
        "learning_rate": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "schedule": [StrOptions({"constant", "inverse_sqrt"})],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "loss": [StrOptions({"cross_entropy", "squared_error"})],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "standardize": ["boolean"],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        reg_lambda: float = 1e-3,
        *,
        optimizer: str = "nesterov",
        learning_rate: float | str = "auto",
        schedule: str = "constant",
        batch_size: int | None = None,
        loss: str = "cross_entropy",
        max_iter: int = 1000,
        tol: float = 1e-6,
        standardize: bool = False,
        class_weight: Mapping[Any, float] | str | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.reg_lambda = reg_lambda
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.batch_size = batch_size
        self.loss = loss
        self.max_iter = max_iter
        self.tol = tol
        self.standardize = standardize
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.random_state = random_state

    # Fitting ---------------------------------------------------------------------------------------------------

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        self._validate_params()
        self._refuse_combinations()
        dtype = X.dtype
        weights, present = self._class_weighted(codes, weights.astype(float))
        kept = weights.any(axis=0)
        if not kept.all():
            X, codes, weights = X[kept], codes[kept], weights[:, kept]
        problem = LinearProblem(
            X=X.astype(float, copy=False),
            codes=codes,
            weights=weights,
            present=present,
            loss=linear_loss(self.loss, len(self.classes_)),
            reg_lambda=self.reg_lambda,
            standardize=self.standardize,
        )
        solver = self._solver
        fit = self._solve(problem, solver) if solver else self._descend(problem)
        self._warn(problem, fit)
        self.__dict__.pop("validation_loss_curve_", None)
        fitted = {
            "coef_": fit.coef.astype(dtype, copy=False),
            "intercept_": _without_absent(fit.intercept, present).astype(dtype, copy=False),
            "n_iter_": fit.n_iter,
            "loss_curve_": fit.curves,
        }
        if fit.validation_curves is not None:
            fitted["validation_loss_curve_"] = fit.validation_curves
        return fitted

    def _refuse_combinations(self) -> None:
        if self.optimizer == "newton" and self.loss != "cross_entropy":
            raise ValueError(f"optimizer='newton' needs a convex loss, got loss={self.loss!r}; use optimizer='lbfgs'")
        if self.optimizer in _SOLVERS and self.early_stopping:
            raise ValueError(
                f"early_stopping goes with descent, got optimizer={self.optimizer!r}, which goes to the optimum; use "
                "early_stopping=False or another optimizer"
            )

    def _class_weighted(self, codes: NDArray, weights: NDArray) -> tuple[NDArray, NDArray]:
        """Weights that sum to one in each replicate, class weights included, and the classes that have any."""
        n_classes = len(self.classes_)
        totals = weights @ (codes[:, None] == np.arange(n_classes))
        if self.class_weight == "balanced":
            factors = np.divide(1.0, totals, out=np.zeros_like(totals), where=totals > 0)
        else:
            chosen = compute_class_weight(self.class_weight, classes=self.classes_, y=self.classes_)
            factors = np.broadcast_to(chosen, totals.shape)
        weights = weights * factors[:, codes]
        sums = weights.sum(axis=1, keepdims=True)
        if not sums.all():
            raise ValueError(f"class_weight {self.class_weight!r} leaves no weight; give a class that occurs a weight")
        return weights / sums, totals * factors > 0

    @property
    def _solver(self) -> Solver | None:
        """The function that goes straight to the optimum, or None where the path is the point."""
        plain = self.batch_size is None and self.schedule == "constant" and not self.early_stopping
        if self.optimizer == "nesterov" and self.learning_rate == "auto" and plain:
            return accelerated_descent
        return _SOLVERS.get(self.optimizer)

    @property
    def _start(self) -> Start:
        """Coefficients of the last fit, for a warm start."""
        shape = (1 if len(self.classes_) == 2 else len(self.classes_), self.n_features_in_)
        if not self.warm_start or getattr(self, "coef_", np.empty(0)).shape != shape:
            return None
        return self.coef_.astype(float), np.where(np.isfinite(self.intercept_), self.intercept_, 0.0).astype(float)

    def _solve(self, problem: LinearProblem, solver: Solver) -> LinearFit:
        n_outputs, limits = problem.n_outputs, {"max_iter": self.max_iter, "tol": self.tol}
        size = n_outputs * (problem.X.shape[1] + 1)
        if solver is lbfgs or (solver is newton and size > _MOST_NEWTON):
            # One by one, each just as its plain fit: the path of L-BFGS multiplies differences in rounding.
            alone = [problem.alone(r) for r in range(len(problem.weights))]
            return LinearFit.joined([solve(one, lbfgs, self._start, **limits, cells=1) for one in alone])
        cells = n_outputs * len(problem.X)
        if solver is newton:
            cells = max(cells * (n_outputs + 1) // 2, size * size)
        return solve(problem, solver, self._start, **limits, cells=cells)

    def _descend(self, problem: LinearProblem) -> LinearFit:
        automatic = self.learning_rate == "auto"
        stops_by_gradient = self.batch_size is None and not self.early_stopping
        settings = Settings(
            OPTIMIZERS[self.optimizer],
            learning_rate=_AUTOMATIC.get(self.optimizer, 1.0) if automatic else self.learning_rate,
            schedule=SCHEDULES[self.schedule],
            batch_size=self.batch_size,
            max_iter=self.max_iter,
            tol=self.tol,
            # With momentum the loss may rise for long; the gradient of all rows tells better when to stop.
            n_iter_no_change=self.max_iter + 1 if stops_by_gradient else self.n_iter_no_change,
            gradient_tol=self.tol if stops_by_gradient else 0.0,
        )
        # Every replicate has the seed that its plain fit would have.
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        generators = [np.random.default_rng(seed) for _ in problem.weights]
        validation = None
        if self.early_stopping:
            held_out = np.stack(
                [
                    hold_out(problem.codes, weight > 0, self.validation_fraction, generator)
                    for weight, generator in zip(problem.weights, generators, strict=True)
                ]
            )
            validation = problem.weights * held_out
            weights = problem.weights * ~held_out
            problem = replace(problem, weights=weights / weights.sum(axis=1, keepdims=True))
        return descend_plainly(
            problem,
            settings,
            self._start,
            automatic=automatic and self.optimizer not in _AUTOMATIC,
            generators=generators,
            validation=validation,
        )

    def _warn(self, problem: LinearProblem, fit: LinearFit) -> None:
        """Say what went wrong, once for the whole stack."""
        rate = f"learning_rate={self.learning_rate!r}"
        self._say(
            fit.diverged,
            f"{self.optimizer} diverged with {rate}: lower it, or use 'auto'; the last finite coefficients are kept",
        )
        separated = np.zeros(len(fit.coef), dtype=bool)
        if not self.reg_lambda and self.loss == "cross_entropy":
            several = problem.present.sum(axis=1) > 1
            separated = (fit.receding | problem.separated_by(fit.coef, fit.intercept)) & several
        self._say(
            separated & ~fit.diverged,
            "the classes can be separated perfectly and there is no penalty, so the likelihood has no maximum and the "
            "coefficients grow without bound: set reg_lambda > 0",
        )
        self._say(
            ~(fit.converged | separated | fit.diverged),
            f"{self.optimizer} with {rate} did not converge in max_iter={self.max_iter} iterations: raise max_iter or "
            "tol, scale the features (standardize=True), or use optimizer='newton'",
        )

    def _say(self, where: NDArray, message: str) -> None:
        if where.any():
            among = f" ({where.sum()} of {len(where)} replicates)" if len(where) > 1 else ""
            warnings.warn(f"LogisticClassifier: {message}{among}", ConvergenceWarning, stacklevel=5)

    # Predicting ------------------------------------------------------------------------------------------------

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        coef, intercept = np.asarray(parameters["coef_"]), np.asarray(parameters["intercept_"])
        logits = (coef.reshape(-1, coef.shape[2]) @ X.T).reshape(*coef.shape[:2], len(X)) + intercept[:, :, None]
        if coef.shape[1] == 1:
            logits = np.concatenate([-np.maximum(logits, 0), np.minimum(logits, 0)], axis=1)
        return logits.transpose(0, 2, 1)


def _without_absent(intercept: NDArray, present: NDArray) -> NDArray:
    """Make the intercepts give classes without weight probability zero."""
    if intercept.shape[1] == 1:
        return np.where(present[:, 1:], np.where(present[:, :1], intercept, np.inf), -np.inf)
    return np.where(present, intercept, -np.inf)
