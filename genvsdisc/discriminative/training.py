"""What classifiers that learn by descent share: parameter rules, class weights, seeds, validation rows, callbacks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, compute_class_weight
from sklearn.utils._param_validation import Interval, StrOptions

from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.losses import LOSSES

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn < 1.9 has no callbacks: nothing to support

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in for scikit-learn's."""

    def with_callbacks(method: Any) -> Any:
        """Leave the method as it is."""
        return method


RandomState = int | np.random.RandomState | None

TRAINING_RULES: dict[str, list[Any]] = {
    "reg_lambda": [Interval(Real, 0, None, closed="left")],
    "optimizer": [StrOptions(set(OPTIMIZERS))],
    "learning_rate": [Interval(Real, 0, None, closed="neither")],
    "schedule": [StrOptions(set(SCHEDULES))],
    "loss": [StrOptions(set(LOSSES))],
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
"""scikit-learn's constraints on the training parameters."""


def class_weighted(
    weights: NDArray, codes: NDArray, classes: NDArray, class_weight: Mapping[Any, float] | str | None
) -> NDArray:
    """Multiply the weights of rows by those of their classes.

    Parameters
    ----------
    weights : ndarray of shape (R, n)
        Weights of the rows in each training set.
    codes : ndarray of shape (n,)
        Class numbers.
    classes : ndarray of shape (K,)
        Labels.
    class_weight : dict, "balanced" or None
        Label -> weight, 1 where a label is missing; "balanced" gives all classes of a training set the same total.

    Returns
    -------
    weights : ndarray of shape (R, n)
    """
    if class_weight is None:
        return weights
    if class_weight == "balanced":
        totals = weights @ (codes[:, None] == np.arange(len(classes))).astype(weights.dtype)
        factors = np.divide(1, totals, out=np.zeros_like(totals), where=totals > 0)
        factors *= totals.sum(axis=1, keepdims=True) / (totals > 0).sum(axis=1, keepdims=True)
    else:
        factors = compute_class_weight(class_weight, classes=classes, y=classes).astype(weights.dtype)[None, :]
    weighted: NDArray = weights * factors[:, codes]
    if not weighted.any(axis=1).all():
        raise ValueError(f"class_weight {class_weight!r} leaves no weight; give a class that occurs a positive weight")
    return weighted


def seeds(random_state: RandomState, count: int) -> list[int]:
    """Draw a seed for each of `count` training sets, as so many calls of `fit` one after the other would.

    An integer gives all the same seed; a RandomState instance, or None, gives each its own.

    Examples
    --------
    >>> len(set(seeds(0, 3))), len(set(seeds(np.random.RandomState(0), 3)))
    (1, 3)
    """
    return [int(check_random_state(random_state).randint(np.iinfo(np.int32).max)) for _ in range(count)]


def split_validation(
    generator: np.random.Generator, weights: NDArray, codes: NDArray, fraction: float
) -> tuple[NDArray, NDArray]:
    """Set a share of the rows of each class apart.

    Parameters
    ----------
    generator : numpy Generator
        Draws the rows.
    weights : ndarray of shape (n,)
        Weights of the rows; those of weight 0 are in neither part.
    codes : ndarray of shape (n,)
        Class numbers.
    fraction : float
        Share of the rows; each class that has rows keeps at least one for training.

    Returns
    -------
    training, validation : ndarrays of shape (n,)
        The weights, with 0 for the rows of the other part.
    """
    chosen = np.zeros(len(weights), bool)
    for code in np.unique(codes):
        rows = np.flatnonzero((codes == code) & (weights > 0))
        count = min(round(fraction * len(rows)), max(len(rows) - 1, 0))
        chosen[generator.permutation(rows)[:count]] = True
    if not chosen.any():
        raise ValueError(
            f"validation_fraction={fraction} leaves no validation row: give more rows, a larger fraction, "
            "or early_stopping=False"
        )
    return np.where(chosen, 0, weights), np.where(chosen, weights, 0)


def column_scales(X: NDArray, weights: NDArray) -> tuple[NDArray, NDArray]:
    """Weighted means and standard deviations of the columns, (R, d); 1 for the deviation of a constant column."""
    shares = (weights / weights.sum(axis=1, keepdims=True)).astype(float)
    means, deviations = [], []
    for share in shares:
        mean = share @ X
        deviation = np.sqrt(share @ np.square(X - mean))
        constant = deviation <= 10 * np.finfo(X.dtype).eps * np.abs(mean)
        means.append(mean)
        deviations.append(np.where(constant, 1, deviation))
    return np.array(means, X.dtype), np.array(deviations, X.dtype)


@cache
def _thread_pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def blas_threads(products: int) -> AbstractContextManager[Any]:
    """Limit BLAS to one thread if its largest matrix product has few multiplications: more threads only wait.

    An MLP on 1,797 x 64 digits took 0.12 s on one thread and 0.56 s on two.
    """
    return _thread_pools().limit(limits=1, user_api="blas") if products < _SMALL_PRODUCT else nullcontext()


_SMALL_PRODUCT = 10_000_000


def warn_about(estimator: Any, converged: NDArray, diverged: NDArray) -> None:
    """Warn once for a whole stack: that some of it diverged, or else that some of it ran out of epochs."""
    if diverged.any():
        concerned = diverged
        message = (
            f"diverged: learning_rate={estimator.learning_rate} is too large; the parameters are the last finite ones. "
            "Use a smaller learning_rate, or standardize=True"
        )
    elif not converged.all():
        concerned = ~converged
        message = f"reached max_iter={estimator.max_iter} epochs before the loss settled: raise max_iter or tol"
    else:
        return
    among = f" ({concerned.sum()} of {len(concerned)} replicates)" if len(concerned) > 1 else ""
    warnings.warn(f"{type(estimator).__name__} {message}{among}", ConvergenceWarning, stacklevel=5)


class Watch:
    """Tells scikit-learn's callbacks of each epoch of one fit, as the hook of its descents.

    Parameters
    ----------
    estimator : estimator
        With callbacks set.
    X, y, sample_weight : array-like
        What `fit` was given.
    n_epochs : int
        Most epochs.

    Attributes
    ----------
    attributes : callable
        Parameters (1, P) -> fitted attributes, for callbacks that look at the classifier of an epoch.
    stopped : bool
        A callback asked to stop.
    """

    def __init__(
        self, estimator: Any, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, n_epochs: int
    ) -> None:
        metadata = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.stopped = False
        self.attributes: Callable[[NDArray], dict[str, Any]] | None = None
        self._estimator, self._data = estimator, {"X": X, "y": y, "metadata": metadata}
        self._fit = estimator._init_callback_context(max_subtasks=n_epochs)
        self._fit.call_on_fit_task_begin(estimator=estimator, **self._data)

    def begin(self, epoch: int) -> None:
        """Begin an epoch."""
        self._epoch = self._fit.subcontext(task_name=f"epoch {epoch}")
        self._epoch.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def end(self, epoch: int, parameters: NDArray, losses: NDArray) -> bool:  # noqa: ARG002
        """End an epoch; true if the fit is to stop."""
        attributes = None if self.attributes is None else partial(self.attributes, parameters[[losses.argmin()]])
        self.stopped = self._epoch.call_on_fit_task_end(
            estimator=self._estimator, **self._data, reconstruction_attributes=attributes
        )
        return self.stopped

    def close(self) -> None:
        """End the fit."""
        self._fit.call_on_fit_task_end(estimator=self._estimator, **self._data, reconstruction_attributes={})


@contextmanager
def watched(
    estimator: Any, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, n_epochs: int
) -> Iterator[None]:
    """Give the estimator a `_watch` while it fits, if callbacks are set on it; without, there is nothing to pay."""
    if not getattr(estimator, "_skl_callbacks", None):
        yield
        return
    estimator._watch = Watch(estimator, X, y, sample_weight, n_epochs)
    try:
        yield
        estimator._watch.close()
    finally:
        del estimator._watch
