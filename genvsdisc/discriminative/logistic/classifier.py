"""Logistic and softmax regression."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions

from genvsdisc.base import Parameters, ProbabilisticClassifier
from genvsdisc.discriminative.logistic.fit import Solver, descend_plainly, solve
from genvsdisc.discriminative.logistic.problem import LinearFit, LinearProblem, Start
from genvsdisc.discriminative.logistic.warnings import warn_of_linear_fit
from genvsdisc.discriminative.training import (
    TRAINING_RULES,
    CallbackSupportMixin,
    RandomState,
    blas_threads,
    class_weighted,
    seeds,
    watched,
    with_callbacks,
)
from genvsdisc.functional.descent.loop import Settings
from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.linear.accelerated import accelerated_descent
from genvsdisc.functional.linear.lbfgs import lbfgs
from genvsdisc.functional.linear.newton import newton

# What goes straight to the optimum, and where it ends does not depend on coordinates.
_SOLVERS: dict[str, Solver] = {"newton": newton, "lbfgs": lbfgs}
# Learning rates where the scale of the gradient does not count.
_AUTOMATIC = {"adagrad": 0.5, "rmsprop": 0.003, "adam": 0.05}


class LogisticClassifier(CallbackSupportMixin, ProbabilisticClassifier):
    r"""Logistic regression for two classes, softmax regression for more.

    The log-odds of two classes are linear in the features; only the boundary is modeled, not how the classes generate
    their features. With weights w of the rows, the coefficients :math:`\beta` and intercepts b minimize

    .. math:: \frac{\sum_i w_i\, \ell(\beta x_i + b, y_i)}{\sum_i w_i} + \frac{\lambda}{2} \|\beta\|^2 .

    The intercepts are free. In scikit-learn's terms :math:`\lambda = 1 / (n C)` where n is the sum of the weights,
    class weights included.

    Parameters
    ----------
    reg_lambda : float, default=1e-3
        :math:`\lambda \ge 0`.
    optimizer : str, default="nesterov"
        "gd", "momentum", "nesterov", "adagrad", "rmsprop" or "adam": descent. "newton" and "lbfgs" go to the optimum in
        few steps; "newton" does as "lbfgs" does where there are more than 200 coefficients.
    learning_rate : float or "auto", default="auto"
        Step size. "auto" takes it from the curvature: "gd" and "momentum" step by 1 / L with L the largest eigenvalue
        of the bound :math:`B = c\, X^T W X + \lambda`, c = 1/4 for two classes and 1/2 for more (Böhning 1992);
        "nesterov", with all rows in each step, by :math:`B^{-1}` itself, so that the units and correlations of the
        features do not count, and with momentum that restarts. "adagrad", "rmsprop", "adam": 0.5, 0.003, 0.05. Ignored
        by "newton" and "lbfgs".
    schedule : {"constant", "inverse_sqrt"}, default="constant"
        Factor on the learning rate after t updates: 1, or :math:`1 / \sqrt{t + 1}`.
    batch_size : int or None, default=None
        Most rows in a mini-batch; None for all rows.
    loss : {"cross_entropy", "squared_error"}, default="cross_entropy"
        -log p(class), or :math:`\frac12 \sum_k (p_k - 1[y = k])^2`, which is flat far from the target.
    max_iter : int, default=1000
        Most epochs, or steps of "newton" and "lbfgs".
    tol : float, default=1e-6
        With all rows in each step: bound on the gradient; in the metric of the curvature for "nesterov" (with
        ``learning_rate="auto"``), "newton" and "lbfgs", largest component on the descended columns for the others. With
        mini-batches or early stopping: what the loss has to fall within `n_iter_no_change` epochs.
    standardize : bool, default=False
        Give columns weighted mean 0 and variance 1 inside `fit`: the penalty is on that scale. `coef_` and
        `intercept_` are on the scale of X all the same.
    class_weight : dict, "balanced" or None, default=None
        Factor on the weights of the rows of each class; "balanced" gives all classes the same total.
    early_stopping : bool, default=False
        Set validation rows apart, watch their loss, and return to the coefficients where it was least.
    validation_fraction : float, default=0.1
        Share of the rows of each class set apart with early stopping.
    n_iter_no_change : int, default=10
        Patience, in epochs, with mini-batches or early stopping.
    warm_start : bool, default=False
        Start from the coefficients of the last fit if they have the same shape.
    random_state : int, RandomState instance or None, default=None
        Seed of the mini-batches and the validation rows. With an integer all replicates of `fit_replicates` have that
        seed, as the plain fit with their weights does.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    coef_ : ndarray of shape (1, n_features) for two classes, else (n_classes, n_features)
        Coefficients, on the scale of X. Computed in double precision, given in the dtype of X.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        Intercepts. A class whose rows all have weight zero has probability 0: its intercept is -inf (for two classes
        the only intercept is plus or minus infinity).
    n_iter_ : int
        Epochs, or steps.
    loss_curve_ : ndarray of shape (n_iter_,)
        Objective before each step; with mini-batches the mean over those of an epoch.
    validation_loss_curve_ : ndarray of shape (n_iter_,)
        Mean loss of the validation rows after each epoch; with early stopping only.

    References
    ----------
    Böhning, D. (1992). Multinomial logistic regression algorithm. Annals of the Institute of Statistical
        Mathematics 44.
    Nesterov, Y. (1983). A method of solving a convex programming problem with convergence rate O(1/k^2).
    O'Donoghue, B., Candès, E. (2015). Adaptive restart for accelerated gradient schemes.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from genvsdisc import LogisticClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = LogisticClassifier(1e-2).fit(X, y)
    >>> classifier.coef_.shape, round(classifier.score(X, y), 2)
    ((3, 4), 0.97)

    A thousand bootstrap refits at once:

    >>> import numpy as np
    >>> counts = np.random.default_rng(0).multinomial(150, np.full(150, 1 / 150), size=1000)
    >>> replicates = LogisticClassifier(1e-2, optimizer="newton").fit_replicates(X, y, counts)
    >>> replicates.predict_proba(X[:2]).shape
    (1000, 2, 3)
    """

    _score_attributes = ("coef_", "intercept_")

    _family = "discriminative"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **TRAINING_RULES,
        "optimizer": [StrOptions({*OPTIMIZERS, *_SOLVERS})],
        "learning_rate": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
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
        random_state: RandomState = None,
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

    @with_callbacks
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to rows X with labels y.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Labels of any type that sorts.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights; a weight of 2 is the row given twice. None weighs every row 1.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If ``optimizer="newton"`` meets ``loss="squared_error"``, or a solver meets ``early_stopping``.

        Warns
        -----
        ConvergenceWarning
            If the classes are separable and there is no penalty, if the descent diverged, or if it went on for
            `max_iter` iterations.
        """
        with watched(self, X, y, sample_weight, self.max_iter):
            return super().fit(X, y, sample_weight)

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        self._validate_params()
        self._refuse_combinations()
        weights = class_weighted(weights.astype(float, copy=False), codes, self.classes_, self.class_weight)
        weights = weights / weights.sum(axis=1, keepdims=True)
        kept = weights.any(axis=0)
        if not kept.all():
            X, codes, weights = X[kept], codes[kept], weights[:, kept]
        problem = LinearProblem(
            X=X.astype(float, copy=False),
            codes=codes,
            weights=weights,
            present=weights @ (codes[:, None] == np.arange(len(self.classes_))) > 0,
            loss=self.loss,
            reg_lambda=self.reg_lambda,
            standardize=self.standardize,
        )
        solver, watch = self._solver, getattr(self, "_watch", None)
        with blas_threads(X.size * problem.n_outputs):
            if solver is None:
                fit = self._descend(problem, watch)
            else:
                fit = solve(problem, solver, self._start, watch, max_iter=self.max_iter, tol=self.tol)
        if watch is None or not watch.stopped:
            warn_of_linear_fit(self, problem, fit)
        self.__dict__.pop("validation_loss_curve_", None)
        return fit.attributes(problem, X.dtype)

    def _refuse_combinations(self) -> None:
        if self.optimizer == "newton" and self.loss != "cross_entropy":
            raise ValueError(f"optimizer='newton' needs a convex loss, got loss={self.loss!r}; use optimizer='lbfgs'")
        if self.optimizer in _SOLVERS and self.early_stopping:
            raise ValueError(
                f"early_stopping goes with descent, got optimizer={self.optimizer!r}, which goes to the optimum; use "
                "early_stopping=False or another optimizer"
            )

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

    def _descend(self, problem: LinearProblem, watch: Any) -> LinearFit:
        automatic = self.learning_rate == "auto"
        stops_by_gradient = self.batch_size is None and not self.early_stopping
        settings = Settings(
            OPTIMIZERS[self.optimizer],
            learning_rate=_AUTOMATIC.get(self.optimizer, 1.0) if automatic else float(self.learning_rate),
            schedule=SCHEDULES[self.schedule],
            batch_size=self.batch_size,
            max_iter=self.max_iter,
            tol=self.tol,
            # With momentum the loss may rise for long; the gradient of all rows tells better when to stop.
            n_iter_no_change=self.max_iter + 1 if stops_by_gradient else self.n_iter_no_change,
            gradient_tol=self.tol if stops_by_gradient else 0.0,
        )
        return descend_plainly(
            problem,
            settings,
            self._start,
            watch,
            automatic=automatic and self.optimizer not in _AUTOMATIC,
            generators=[np.random.default_rng(seed) for seed in seeds(self.random_state, len(problem.weights))],
            validation_fraction=self.validation_fraction if self.early_stopping else None,
        )

    # Predicting ------------------------------------------------------------------------------------------------

    @property
    def _shows_nonfinite(self) -> bool:
        return True  # a sum with a term from each column

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        coef, intercept = np.asarray(parameters["coef_"]), np.asarray(parameters["intercept_"])
        logits = (coef.reshape(-1, coef.shape[2]) @ X.T).reshape(*coef.shape[:2], len(X)) + intercept[:, :, None]
        if coef.shape[1] == 1:
            logits = np.concatenate([-np.maximum(logits, 0), np.minimum(logits, 0)], axis=1)
        return logits.transpose(0, 2, 1)
