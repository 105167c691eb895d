"""Logistic and softmax regression."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils._param_validation import Interval, StrOptions

from genvsdisc.base import Parameters
from genvsdisc.discriminative.classifier import DiscriminativeClassifier
from genvsdisc.discriminative.logistic.fit import Start, descend_on_columns, fit_to_optimum, with_separation
from genvsdisc.discriminative.logistic.problem import LinearProblem
from genvsdisc.discriminative.sampling import RandomState, class_shares, class_weighted, seeds
from genvsdisc.discriminative.threads import blas_threads
from genvsdisc.functional import absent
from genvsdisc.functional.descent.loop import Settings
from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.posterior import two_log_scores
from genvsdisc.functional.solution import Solution
from genvsdisc.validation import column_name

_SOLVERS = ("newton", "lbfgs")
# Learning rates where the scale of the gradient does not count.
_AUTOMATIC = {"adagrad": 0.5, "rmsprop": 0.003, "adam": 0.05}


class LogisticClassifier(DiscriminativeClassifier):
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
        "gd", "momentum", "nesterov", "adagrad", "rmsprop" or "adam": descent. "newton": Newton's method for fits of any
        size; its systems are solved by factoring the Hessian where rows and coefficients are few, and by conjugate
        gradients where they are many. "lbfgs": limited-memory BFGS.
    learning_rate : float or "auto", default="auto"
        Step size. "auto" takes it from the curvature: "gd" and "momentum" step by 1 / L with L the largest eigenvalue
        of the bound :math:`B = c\, X^T W X + \lambda`, c = 1/4 for two classes and 1/2 for more (Böhning 1992).
        "nesterov" is :math:`\theta_{t+1} = y - P\, \nabla F(y)` with
        :math:`y = \theta_t + \mu_t (\theta_t - \theta_{t-1})`. "auto", with all rows in each step, takes
        :math:`P = B^{-1}`, so that the units and correlations of the features do not count, and Nesterov's
        :math:`\mu_t`, which restarts. A number, a schedule, mini-batches and early stopping take :math:`P = \eta`
        (1 / L for "auto") and :math:`\mu_t = 0.9`. "adagrad", "rmsprop", "adam": 0.5, 0.003, 0.05. Ignored by
        "newton" and "lbfgs".
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
    class_prior_ : ndarray of shape (n_classes,)
        Class shares of the training rows, with their weights: what `set_priors` and `adapt_priors` exchange.
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
    coef_: NDArray
    intercept_: NDArray
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **DiscriminativeClassifier._parameter_constraints,
        "optimizer": [StrOptions({*OPTIMIZERS, *_SOLVERS})],
        "learning_rate": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
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

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Any]:
        self._validate_params()
        self._refuse_combinations()
        weights = class_weighted(weights.astype(float, copy=False), codes, self.classes_, self.class_weight)
        problem = LinearProblem.of(
            X,
            codes,
            weights,
            n_classes=len(self.classes_),
            loss=self.loss,
            reg_lambda=self.reg_lambda,
            standardize=self.standardize,
        )
        with blas_threads(X.size * problem.n_outputs):
            if self._goes_to_the_optimum:
                watch = getattr(self, "_watch", None)
                solution = fit_to_optimum(
                    problem, self.optimizer, self._start, watch, max_iter=self.max_iter, tol=self.tol
                )
            else:
                solution = self._descend(problem)
            solution = with_separation(problem, solution)
        self._warn_of(solution.status)
        priors = class_shares(weights, codes, len(self.classes_)).astype(X.dtype)
        return self._attributes(solution, problem.present, X.dtype) | {"class_prior_": priors}

    def _attributes(self, solution: Solution, present: NDArray, dtype: np.dtype) -> dict[str, Any]:
        """Fitted attributes of each replicate."""
        coef, intercept = solution.parameters[:, :, :-1], solution.parameters[:, :, -1].copy()
        absent.exclude(intercept, present, -np.inf)
        with np.errstate(over="ignore"):
            coef, intercept = coef.astype(dtype, copy=False), intercept.astype(dtype, copy=False)
        if not np.isfinite(coef).all():
            j = int((~np.isfinite(coef)).any(axis=(0, 1)).argmax())
            raise ValueError(
                f"{column_name(self, j)} varies so little that its coefficient overflows {dtype}: multiply it by a "
                "power of ten, or give it as float64"
            )
        self.__dict__.pop("validation_loss_curve_", None)  # of a former fit with early stopping
        curves = {"loss_curve_": [np.asarray(curve) for curve in solution.loss_curves]}
        if self.early_stopping:
            curves["validation_loss_curve_"] = [np.asarray(curve) for curve in solution.validation_loss_curves]
        return {"coef_": coef, "intercept_": intercept, "n_iter_": solution.n_iter.tolist(), **curves}

    def _refuse_combinations(self) -> None:
        if self.optimizer == "newton" and self.loss != "cross_entropy":
            raise ValueError(f"optimizer='newton' needs a convex loss, got loss={self.loss!r}; use optimizer='lbfgs'")
        if self.optimizer in _SOLVERS and self.early_stopping:
            raise ValueError(
                f"early_stopping goes with descent, got optimizer={self.optimizer!r}, which goes to the optimum; use "
                "early_stopping=False or another optimizer"
            )

    @property
    def _goes_to_the_optimum(self) -> bool:
        """Whether the path does not matter, so that the coordinates may be chosen."""
        plain = self.batch_size is None and self.schedule == "constant" and not self.early_stopping
        return self.optimizer in _SOLVERS or (self.optimizer == "nesterov" and self.learning_rate == "auto" and plain)

    @property
    def _start(self) -> Start:
        """Coefficients of the last fit, for a warm start."""
        shape = (1 if len(self.classes_) == 2 else len(self.classes_), self.n_features_in_)
        if not self.warm_start or getattr(self, "coef_", np.empty(0)).shape != shape:
            return None
        return np.append(self.coef_, np.where(np.isfinite(self.intercept_), self.intercept_, 0)[:, None], axis=1)

    def _descend(self, problem: LinearProblem) -> Solution:
        if not self.standardize:
            self._check_squares(problem.X)
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
        return descend_on_columns(
            problem,
            settings,
            self._start,
            getattr(self, "_watch", None),
            automatic=automatic and self.optimizer not in _AUTOMATIC,
            generators=[np.random.default_rng(seed) for seed in seeds(self.random_state, len(problem.weights))],
            validation_fraction=self.validation_fraction if self.early_stopping else None,
        )

    def _shift_log_odds(self, shift: NDArray) -> None:
        intercept = np.asarray(self.intercept_)
        by = shift[1:] - shift[:1] if len(intercept) == 1 else shift
        self.intercept_ = (intercept + by).astype(intercept.dtype)

    # Predicting ------------------------------------------------------------------------------------------------

    @property
    def _shows_nonfinite(self) -> bool:
        return True  # a sum with a term from each column

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        coef, intercept = np.asarray(parameters["coef_"]), np.asarray(parameters["intercept_"])
        logits = (coef.reshape(-1, coef.shape[2]) @ X.T).reshape(*coef.shape[:2], len(X)) + intercept[:, :, None]
        if coef.shape[1] == 1:
            logits = two_log_scores(logits)
        return logits.transpose(0, 2, 1)
