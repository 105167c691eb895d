"""Base of the classifiers that minimize a loss: rules of the parameters, callbacks, warm start, warnings."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from genvsdisc.base import ProbabilisticClassifier
from genvsdisc.class_priors import check_priors, mixture_weights
from genvsdisc.discriminative.callbacks import CallbackSupportMixin, watched, with_callbacks
from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.solution import Status
from genvsdisc.validation import column_name


class DiscriminativeClassifier(CallbackSupportMixin, ProbabilisticClassifier):
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

    # Priors ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def _shift_log_odds(self, shift: NDArray) -> None:
        """Add to the log score of each class: for two classes, the difference to the log-odds."""

    def set_priors(self, priors: ArrayLike) -> Self:
        """Reweight the posterior for a population with other class shares: ``p(k | x) priors[k] / class_prior_[k]``.

        Only the intercepts move. It rests on ``p(x | k)`` being the same in both populations.

        Parameters
        ----------
        priors : array-like of shape (n_classes,)
            Not negative, summing to 1, in the order of `classes_`. A class without training rows keeps probability 0.

        Returns
        -------
        self : object
            The classifier, with these as its `class_prior_`.

        Raises
        ------
        ValueError
            If the priors are not a distribution over the classes.

        References
        ----------
        Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21-41, equation 2.4.
        """
        check_is_fitted(self)
        old = np.asarray(self.class_prior_, dtype=np.float64)
        new = check_priors(priors, len(self.classes_))
        if not new[old > 0].any():
            raise ValueError(
                "priors give probability 0 to every class that has rows; give one of them a positive prior"
            )
        with np.errstate(divide="ignore"):
            shift = np.where(old > 0, np.log(new) - np.log(np.where(old > 0, old, 1)), 0)
        self._shift_log_odds(shift)
        self.class_prior_ = new.astype(self.class_prior_.dtype)
        return self

    def adapt_priors(self, X: ArrayLike, *, max_iter: int = 1000, tol: float = 1e-12) -> Self:
        """Estimate the class shares of unlabeled rows and reweight the posterior for them.

        Maximizes ``sum_i log sum_k priors[k] p(k | x_i) / class_prior_[k]``, which is concave in the priors: the fixed
        point of the EM of Saerens et al., where every prior is the mean of the reweighted posteriors.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows from the population whose class shares are sought.
        max_iter : int, default=1000
            Largest number of rounds; a warning says when they do not suffice.
        tol : float, default=1e-12
            Stop when an EM step moves no prior by more than this and no class has a mixture score above 100 times it.

        Returns
        -------
        self : object
            The classifier with the new priors. A class whose prior was 0 keeps it.

        Notes
        -----
        The estimate is consistent where the posteriors are calibrated. An overconfident classifier counts what it
        predicts: its estimate is that of classifying and counting, whose error does not vanish with more rows.
        Calibrate it first, with a bias for each class beside the temperature (Alexandari et al.).

        References
        ----------
        Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21-41.
        Alexandari, Kundaje & Shrikumar (2020), Maximum likelihood with bias-corrected calibration is hard to beat at
        label shift adaptation, ICML.

        Examples
        --------
        >>> import numpy as np
        >>> from genvsdisc import LogisticClassifier, datasets
        >>> data = datasets.make_gaussian_pair(2000, random_state=0)
        >>> X, y = np.asarray(data.X), np.asarray(data.y)
        >>> classifier = LogisticClassifier(optimizer="newton").fit(X[:1000], y[:1000])
        >>> elsewhere = np.concatenate([X[1000:][y[1000:] == y[0]], X[1000:][y[1000:] != y[0]][:100]])
        >>> bool(np.ptp(classifier.adapt_priors(elsewhere).class_prior_) > 0.3)
        True
        """
        log_posterior = self.predict_log_proba(X).astype(np.float64)
        old = np.asarray(self.class_prior_, dtype=np.float64)
        known = old > 0
        priors = np.zeros(len(old))
        priors[known] = mixture_weights(log_posterior[:, known] - np.log(old[known]), max_iter, tol)
        return self.set_priors(priors)

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
        limit = 1e-3 * np.sqrt(np.finfo(X.dtype).max)
        largest = np.maximum(X.max(axis=0), -X.min(axis=0))
        if (largest > limit).any():
            j = int(largest.argmax())
            raise ValueError(
                f"{column_name(self, j)} has values up to {largest[j]:.3g}, whose squares overflow {X.dtype}: divide "
                "it by a power of ten, or use standardize=True"
            )
