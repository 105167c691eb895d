"""A cascade of logistic regressions: features learned by the classifiers before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from genvsdisc.discriminative.networks.classifier import NetworkClassifier
from genvsdisc.discriminative.networks.training_set import TrainingSet
from genvsdisc.discriminative.sampling import RandomState
from genvsdisc.functional.networks.activations import Activation, Sigmoid
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.solution import Solution


class CascadeClassifier(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NetworkClassifier):
    """Banks of logistic regressions, each fed by the one before, then a logistic regression on the last bank.

    One logistic regression draws one straight boundary. Two of them side by side turn each row into two probabilities;
    on these, a third draws a line that is bent in the original features: it solves XOR. Nobody tells the members of a
    bank what to look for. Either all are trained together by backpropagation ("joint"), or one bank after the other
    ("greedy"): each with a logistic regression on top that is thrown away when the next bank comes.

    The objective is that of `MLPClassifier` with sigmoid units. It has several minima, so the training (greedy: that
    of each bank) is started `n_restarts` times, all as one stack, and the start that ends lowest is kept. The descent
    always runs on z-scored features; `standardize` says on which scale the weights are penalized.

    A callback that stops a greedy fit leaves the cascade of the banks that it has come to, the last of them under the
    logistic regression of that moment.

    Parameters
    ----------
    widths : int or sequence of int, default=(2,)
        Logistic regressions in each bank. () is a single logistic regression.
    training : {"joint", "greedy"}, default="joint"
        All banks together or one after the other.
    n_restarts : int, default=5
        Starts, of which the best is kept: by training loss, or by validation loss with early stopping.
    reg_lambda : float, default=1e-4
        λ of the penalty (λ / 2) ‖weights‖²; biases are free.
    optimizer : {"gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"}, default="adam"
        Rule of the updates.
    learning_rate : float, default=0.1
        Step size; of more than 100 features, divided by their number over 100, else a step saturates every unit.
    schedule : {"constant", "inverse_sqrt"}, default="constant"
        Factor on the learning rate after t updates: 1, or 1 / √(t + 1).
    batch_size : int or None, default=None
        Most rows in a mini-batch; None for all rows.
    loss : {"cross_entropy", "squared_error"}, default="cross_entropy"
        −log p(class), or ½ Σ_k (p_k − 1[class = k])².
    max_iter : int, default=1000
        Most epochs (with greedy training: for each bank).
    tol : float, default=1e-6
        Training stops when the loss has not fallen by more than this below its least value for `n_iter_no_change`
        epochs.
    standardize : bool, default=False
        Penalize the weights of z-scored features. `coefs_` and predictions are for X as given.
    class_weight : dict, "balanced" or None, default=None
        Factor on the weights of the rows of each class.
    early_stopping : bool, default=False
        Set validation rows apart, watch their loss, and return to the parameters where it was least.
    validation_fraction : float, default=0.1
        Share of the rows of each class set apart with early stopping.
    n_iter_no_change : int, default=10
        Patience, in epochs.
    warm_start : bool, default=False
        Start from the parameters of the last fit, if it was of the same banks. Greedy training takes up its work where
        the last fit left it: banks before the last one stay as they are, the last one goes on, and those that `widths`
        has beyond it follow.
    random_state : int, RandomState instance or None, default=None
        Seed, as in `MLPClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    coefs_, intercepts_ : list of ndarrays
        (inputs, outputs) and (outputs,) of each bank and of the last logistic regression.
    class_prior_ : ndarray of shape (n_classes,)
        Class shares of the training rows, with their weights: what `set_priors` and `adapt_priors` exchange.
    n_iter_ : int
        Epochs run by the start that was kept (greedy: by the last bank).
    loss_curve_, validation_loss_curve_ : ndarray
        Losses after each of these epochs; the second is empty without early stopping.
    architecture_ : Architecture
        Widths and activations of the network that was trained.
    parameters_, feature_mean_, feature_scale_ : ndarray
        All learned numbers in one vector, and what features are centered and divided by before.
    n_parameters_ : int
        Number of learned parameters.

    Examples
    --------
    >>> from genvsdisc import CascadeClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> cascade = CascadeClassifier((2,), random_state=0).fit(X, y)
    >>> cascade.predict(X)
    array([0, 1, 1, 0])
    >>> cascade.transform(X).shape
    (4, 2)
    """

    _rescales = True

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **NetworkClassifier._parameter_constraints,
        "widths": ["array-like", Interval(Integral, 1, None, closed="left")],
        "training": [StrOptions({"joint", "greedy"})],
        "n_restarts": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        widths: int | Sequence[int] = (2,),
        *,
        training: str = "joint",
        n_restarts: int = 5,
        reg_lambda: float = 1e-4,
        optimizer: str = "adam",
        learning_rate: float = 0.1,
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
        self.widths = widths
        self.training = training
        self.n_restarts = n_restarts
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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self) -> int:
        return self.architecture_.widths[-2]

    def _hidden_layers(self) -> tuple[tuple[int, ...], tuple[Activation, ...]]:
        widths = np.atleast_1d(np.asarray(self.widths))
        if widths.ndim > 1 or (widths.size and (widths.dtype.kind not in "iu" or widths.min() < 1)):
            raise ValueError(f"widths must be integers from 1 on, got {self.widths!r}")
        return tuple(widths.tolist()), (Sigmoid(),) * widths.size

    def _most_epochs(self) -> int:
        return self.max_iter * (len(self._hidden_layers()[0]) if self.training == "greedy" else 1)

    def _learn(self, data: TrainingSet) -> tuple[Architecture, Solution]:
        architecture = self._architecture(data.X.shape[-1])
        if self.training == "greedy" and architecture.activations:
            return self._descend_in_stages(architecture, data)
        return architecture, self._restart(architecture, data, self._last(architecture, data))

    def _descend_in_stages(self, architecture: Architecture, data: TrainingSet) -> tuple[Architecture, Solution]:
        """Train one bank after the other, each under a logistic regression of its own.

        A warm start takes up the work where it was left: at the last bank of the last fit.
        """
        left, start = architecture.head(len(getattr(self, "architecture_", architecture).activations)), None
        last = self._last(left, data)
        if last is not None and left.activations:
            closed = left.folded(last)[:-2]
            start = last[:, sum(bank[0].size for bank in closed) :]
            for bank, activation in zip(closed, architecture.activations, strict=False):
                data = data.above(bank, activation)
        for depth in range(len(data.below), len(architecture.activations)):
            activation = architecture.activations[depth]
            stage = Architecture((*architecture.widths[depth : depth + 2], architecture.widths[-1]), (activation,))
            solution = self._restart(stage, data, start)
            whole, parameters = self._whole(stage, data, solution.parameters)
            if self._stopped:
                break
            data, start = data.above(stage.folded(solution.parameters)[0], activation), None
        return whole, replace(solution, parameters=parameters)

    def _restart(self, architecture: Architecture, data: TrainingSet, start: NDArray | None) -> Solution:
        """Descend `n_restarts` times and keep the best."""
        start = None if start is None else np.repeat(start, self.n_restarts, axis=0)
        return self._best(self._descend(architecture, data.repeat(self.n_restarts), start))

    def _best(self, solution: Solution) -> Solution:
        """Keep the start of each replicate that ended lowest; one that diverged only where all did."""
        curves = solution.validation_loss_curves if self.early_stopping else solution.loss_curves
        ends = np.array([min(curve) if self.early_stopping else curve[-1] for curve in curves])
        ends = np.where(solution.diverged | ~np.isfinite(ends), np.inf, ends).reshape(-1, self.n_restarts)
        return solution.take(ends.argmin(axis=1) + np.arange(len(ends)) * self.n_restarts)

    def transform(self, X: ArrayLike, stage: int = -1) -> NDArray:
        """Features that a bank gives: the probabilities of its logistic regressions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        stage : int, default=-1
            Which bank, from 0; negative numbers count from the last one.

        Returns
        -------
        features : ndarray of shape (n_samples, width)
        """
        check_is_fitted(self)
        return self._hidden_features(self._validate_rows(X), stage)
