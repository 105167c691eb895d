"""scikit-learn's callbacks: each epoch, or step of a solver, is a task of its own that may ask to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from numpy.typing import ArrayLike, NDArray

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn < 1.9 has no callbacks: nothing to support

    class CallbackSupportMixin:  # type: ignore[no-redef]  # one of the two is ever defined
        """Stands in for scikit-learn's."""

    def with_callbacks(method: Any) -> Any:
        """Leave the method as it is."""
        return method


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

    def end(self, epoch: int, parameters: NDArray, losses: NDArray) -> bool:  # noqa: ARG002 - the descents name the epoch to every hook
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
    """Give the estimator a `_watch` while it fits."""
    estimator._watch = Watch(estimator, X, y, sample_weight, n_epochs)
    try:
        yield
        estimator._watch.close()
    finally:
        del estimator._watch
