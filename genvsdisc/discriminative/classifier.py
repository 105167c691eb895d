"""Base of the classifiers that minimize a loss: rules of the parameters, callbacks, warm start, warnings."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval, StrOptions

from genvsdisc.base import ProbabilisticClassifier
from genvsdisc.class_priors import ReweightedPosterior
from genvsdisc.discriminative.callbacks import CallbackSupportMixin, watched, with_callbacks
from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.solution import Status
from genvsdisc.validation import column_name


class DiscriminativeClassifier(ReweightedPosterior, CallbackSupportMixin, ProbabilisticClassifier):
    """Base of the classifiers that minimize a loss of the posterior."""

    _family = "discriminative"
    _weights_are_shares = True  # the objective is a mean
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "reg_lambda": [Interval(Real, 0, None, closed="left")],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "schedule": [StrOptions(set(SCHEDULES))],
        "loss": [StrOptions(set(TRAINING_LOSSES))],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "standardize": ["boolean"],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
    }

    # Parameters of every subclass.
    optimizer: str
    learning_rate: float | str
    max_iter: int
    warm_start: bool
    class_prior_: NDArray

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
            Non-negative weights; a weight of 2 is the row given twice, one of 0 the row left out. None weighs every
            row 1.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If parameters do not go together, if ``warm_start`` meets other labels than those of the last fit, or if a
            column is too large or too small for its squares to be computed on its own scale.

        Warns
        -----
        ConvergenceWarning
            If the optimizer diverged or went on for `max_iter` iterations, or if a logistic regression without penalty
            has no maximum, for the classes can be separated.
        """
        if not getattr(self, "_skl_callbacks", None):  # as scikit-learn keeps those that are set
            return super().fit(X, y, sample_weight)
        with watched(self, X, y, sample_weight, self._most_epochs()):
            return super().fit(X, y, sample_weight)

    def _most_epochs(self) -> int:
        return self.max_iter

    def _check_classes(self, classes: NDArray) -> None:
        super()._check_classes(classes)
        last = getattr(self, "classes_", None)
        if self.warm_start and last is not None and not np.array_equal(last, classes):
            raise ValueError(
                f"warm_start goes on from the classes of the last fit, {last.tolist()[:20]}, got y with "
                f"{classes.tolist()[:20]}; use warm_start=False"
            )

    def _warn_of(self, status: NDArray) -> None:
        """Warn of the worst ending among R fits, once.

        Parameters
        ----------
        status : ndarray of shape (R,)
            A `Status` for each fit.
        """
        worst = Status(status.max())
        if not worst.message:
            return
        message = worst.message.format(
            optimizer=self.optimizer, learning_rate=self.learning_rate, max_iter=self.max_iter
        )
        count = int((status == worst).sum())
        among = f" ({count} of {len(status)} replicates)" if len(status) > 1 else ""
        warnings.warn(f"{type(self).__name__}: {message}{among}", ConvergenceWarning, stacklevel=5)

    def _check_squares(self, X: NDArray) -> None:
        """Raise if squares of a column leave the range of its dtype, where descent is on the columns as given."""
        limit, flat = 1e-3 * np.sqrt(np.finfo(X.dtype).max), X.ravel(order="K")
        with np.errstate(over="ignore"):
            if flat @ flat <= limit * limit:  # read once; large ones are looked at twice
                return
        largest = np.maximum(X.max(axis=0), -X.min(axis=0))
        if (largest > limit).any():
            j = int(largest.argmax())
            raise ValueError(
                f"{column_name(self, j)} has values up to {largest[j]:.3g}, whose squares overflow {X.dtype}: divide "
                "it by a power of ten, or use standardize=True"
            )
