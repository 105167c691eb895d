"""Logistic and softmax regression."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import compute_class_weight
from sklearn.utils._param_validation import Interval, StrOptions

from genvsdisc.base import Parameters, ProbabilisticClassifier
from genvsdisc.discriminative.coordinates import Frame, weighted_deviations
from genvsdisc.functional.accelerated import accelerated_descent
from genvsdisc.functional.newton import Solution, newton
from genvsdisc.functional.softmax_regression import SoftmaxRegression

_CELLS = 2**18  # of one (replicates, classes, rows) array: a few of them stay in cache


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

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Sequence[Any]]:
        self._validate_params()
        weights, present = self._class_weighted(codes, weights.astype(float))
        kept = weights.any(axis=0)
        X, codes, weights = X[kept].astype(float, copy=False), codes[kept], weights[:, kept]
        frame = Frame.of(X, weights)
        units = weighted_deviations(X, weights)[1] if self.standardize else np.ones((1, X.shape[1]))
        objective = SoftmaxRegression(
            rows=frame.rows(X),
            codes=codes,
            n_classes=len(self.classes_),
            # Of one class alone there is nothing to learn but the penalty.
            weights=weights * (present.sum(axis=1, keepdims=True) > 1),
            penalties=np.broadcast_to(frame.penalties(self.reg_lambda, units), (len(weights), X.shape[1] + 1)),
            present=present,
        )
        solution = self._solve(objective, self._start(frame, objective))
        self._warn(objective, solution)
        coef, intercept = frame.leave(solution.theta)
        return {
            "coef_": coef,
            "intercept_": _without_absent(intercept, present),
            "n_iter_": solution.n_iter,
            "loss_curve_": solution.curves,
        }

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
        return weights / sums, (totals * factors) > 0

    def _start(self, frame: Frame, objective: SoftmaxRegression) -> NDArray:
        """The coefficients of the last fit (warm start), or none and the intercepts that give the class shares."""
        start = np.zeros(objective.shape)
        coef = getattr(self, "coef_", None)
        if self.warm_start and coef is not None and coef.shape == (start.shape[1], start.shape[2] - 1):
            intercept = np.where(np.isfinite(self.intercept_), self.intercept_, 0.0)
            start[:] = frame.enter(coef[None].astype(float), intercept[None])
        else:
            start[:, :, -1] = objective.prior_logits()
        return start

    def _solve(self, objective: SoftmaxRegression, start: NDArray) -> Solution:
        solver = newton if self.optimizer == "newton" else accelerated_descent
        n_replicates, n_outputs, width = objective.shape
        n_blocks = -(-n_replicates * n_outputs * len(objective.rows) // _CELLS)
        return Solution.joined(
            [
                solver(objective.take(block), start[block], max_iter=self.max_iter, tol=self.tol)
                for block in np.array_split(np.arange(n_replicates), min(n_blocks, n_replicates))
            ]
        )

    def _warn(self, objective: SoftmaxRegression, solution: Solution) -> None:
        """One warning for the whole stack."""
        separated = np.zeros(len(solution.theta), dtype=bool)
        if not self.reg_lambda:
            separated = solution.receding | objective.separated_by(solution.theta)
            separated &= objective.weights.any(axis=1)
            self._say(
                separated,
                "the classes can be separated perfectly and there is no penalty, so the likelihood has no maximum and "
                "the coefficients grow without bound: set reg_lambda > 0",
            )
        self._say(
            ~solution.converged & ~separated,
            f"{self.optimizer} did not converge in max_iter={self.max_iter} iterations: raise max_iter or tol, scale "
            "the features (standardize=True), or use optimizer='newton'",
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
    """Intercepts that give classes without weight probability zero."""
    if intercept.shape[1] == 1:
        return np.where(present[:, 1:], np.where(present[:, :1], intercept, np.inf), -np.inf)
    return np.where(present, intercept, -np.inf)
