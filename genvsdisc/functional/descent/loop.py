"""One loop for everything that learns by descent: logistic regression, cascades, multilayer perceptrons.

`descend` minimizes the losses of a stack of R members at once: R flat parameter vectors, each with its own weights of
the same rows, its own mini-batch order, its own learning rate if need be. Members that have stopped leave the stack,
so the rest goes on at full speed; each ends as it would have alone.

What it needs to know of a model is an `Objective`: the loss and its gradient on a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.descent.batches import Batch, Batches, whole
from genvsdisc.functional.descent.optimizers import Optimizer
from genvsdisc.functional.descent.schedules import Schedule, constant
from genvsdisc.functional.solution import Solution, Status

# A member whose loss passes this multiple of its first one (plus one nat) is not coming back.
_BLOWN_UP = 1e6
# A member that ends this much above its first loss (plus one nat) has not descended.
_NOT_DESCENDED = 2.0


class Hook(Protocol):
    """Is told of each epoch of a descent."""

    def begin(self, epoch: int) -> None:
        """Before epoch number `epoch`, from 0."""
        ...

    def end(self, epoch: int, parameters: NDArray, losses: NDArray) -> bool:
        """After it, with the parameters (R', P) and the training losses (R',) of the members still in the stack.

        True stops all of them.
        """
        ...


class Objective(Protocol):
    """A differentiable mean loss of a stack of parameter vectors."""

    def bind(self, parameters: NDArray, gradient: NDArray) -> Callable[[Batch], NDArray]:
        """Return a function of a batch: the losses (R,), penalty included, at what `parameters` (R, P) hold then.

        It writes their gradients into `gradient` (R, P). The descent changes the parameters in place and binds anew
        when members leave the stack, so that the objective may keep buffers for a binding.
        """
        ...

    def value(self, parameters: NDArray, batch: Batch) -> NDArray:
        """Losses (R,) as at prediction: no penalty, no dropout. Asked for validation rows only."""
        ...


@dataclass(frozen=True)
class Settings:
    """How to descend.

    Parameters
    ----------
    optimizer : Optimizer
        Makes the updates.
    learning_rate : float or ndarray of shape (R,)
        Step size, for all members or for each.
    schedule : callable
        Updates made so far -> factor on the learning rate.
    batch_size : int or None
        Rows in a mini-batch; None for full-batch descent.
    max_iter : int
        Most epochs.
    tol, n_iter_no_change : float, int
        A member stops after `n_iter_no_change` epochs in a row whose loss is not below the least so far by more than
        `tol`. The loss is that of the validation rows where there are some, else that of the training rows.
    gradient_tol : float
        With full-batch descent, also stop when no component of the gradient is larger. 0 for never.
    """

    optimizer: Optimizer
    learning_rate: float | NDArray = 1e-3
    schedule: Schedule = constant
    batch_size: int | None = None
    max_iter: int = 200
    tol: float = 1e-4
    n_iter_no_change: int = 10
    gradient_tol: float = 0.0


def descend(
    objective: Objective,
    parameters: NDArray,
    weights: NDArray,
    settings: Settings,
    *,
    generators: Sequence[np.random.Generator] = (),
    validation_weights: NDArray | None = None,
    hook: Hook | None = None,
) -> Solution:
    """Minimize a stack of R objectives by descent.

    Parameters
    ----------
    objective : Objective
        Losses and gradients.
    parameters : ndarray of shape (R, P)
        Where to start. Not changed.
    weights : ndarray of shape (R, n)
        Non-negative weights of the training rows, for each member.
    settings : Settings
        Optimizer, learning rate, batches, stopping.
    generators : sequence of R numpy Generators
        Sources of the mini-batch orders; not needed for full-batch descent.
    validation_weights : ndarray of shape (R, n), optional
        Weights of the validation rows (0 elsewhere). With them the validation loss decides when to stop, and the
        parameters of its best epoch are returned: early stopping.
    hook : Hook, optional
        Is told of each epoch, and may stop the descent.

    Returns
    -------
    solution : Solution

    Examples
    --------
    A weighted mean of three numbers, found by descending its squared error, for two weightings:

    >>> from genvsdisc.functional.descent.optimizers import GradientDescent
    >>> class SquaredError:
    ...     def bind(self, parameters, gradient):
    ...         def evaluate(batch):
    ...             residuals = parameters - np.array([1.0, 2.0, 6.0])
    ...             gradient[:] = (batch.weights * residuals).sum(axis=1, keepdims=True)
    ...             return (batch.weights * residuals**2).sum(axis=1) / 2
    ...         return evaluate
    >>> weights = np.array([[1.0, 1.0, 1.0], [0.5, 0.25, 0.25]])
    >>> settings = Settings(GradientDescent(), learning_rate=1.0, gradient_tol=1e-9)
    >>> descend(SquaredError(), np.zeros((2, 1)), weights, settings).parameters
    array([[3. ],
           [2.5]])
    """
    run = _Run(objective, parameters, weights, settings, generators, validation_weights)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is seen in the loss and reported in the result
        for epoch in range(settings.max_iter):
            if hook is not None:
                hook.begin(epoch)
            run.epoch()
            run.record()
            stop = hook is not None and hook.end(epoch, run.parameters, run.losses)
            run.retire(Status.STOPPED if stop else Status.MAX_ITER if epoch + 1 == settings.max_iter else None)
            if not len(run.members):
                break
    return run.result


class _Run:
    """The members still in the stack: every array has a row for each of them, in the order of `members`."""

    def __init__(
        self,
        objective: Objective,
        parameters: NDArray,
        weights: NDArray,
        settings: Settings,
        generators: Sequence[np.random.Generator],
        validation_weights: NDArray | None,
    ) -> None:
        count = len(parameters)
        self.objective, self.settings = objective, settings
        self.batches = Batches(weights, settings.batch_size, generators)
        self.validation = None if validation_weights is None else whole(validation_weights)
        self.state = settings.optimizer.init(parameters)
        self.gradient = np.empty_like(parameters)
        self.members = np.arange(count)
        # Evaluations of the first members, by their number: those that have a batch left in an epoch.
        self.evaluators: dict[int, Callable[[Batch], NDArray]] = {}
        self.parameters, self.before, self.best = parameters.copy(), parameters.copy(), parameters.copy()
        self.rates = np.broadcast_to(np.asarray(settings.learning_rate, float), count)[:, None]
        self.losses, self.first, self.least = np.zeros(count), np.zeros(count), np.full(count, np.inf)
        self.stale, self.flat, self.lost = np.zeros(count, int), np.zeros(count, bool), np.zeros(count, bool)
        self.loss_curves: list[list[float]] = [[] for _ in range(count)]
        self.validation_loss_curves: list[list[float]] = [[] for _ in range(count)]
        self.result = Solution(
            parameters.copy(),
            n_iter=np.zeros(count, int),
            status=np.full(count, Status.MAX_ITER),
            loss_curves=self.loss_curves,
            validation_loss_curves=self.validation_loss_curves,
        )
        # Members with more batches come first: those still at work in an epoch are always the head of the stack.
        self.take(np.argsort(-self.batches.n_batches, kind="stable"))

    def take(self, positions: NDArray) -> None:
        """Keep some of the members, in the given order."""
        if np.array_equal(positions, np.arange(len(self.members))):
            return
        self.evaluators.clear()
        self.batches.take(positions)
        self.state = self.state.take(positions)
        if self.validation is not None:
            self.validation = self.validation.take(positions)
        for name in ("members", "parameters", "before", "best", "gradient", "rates", "first", "least", "stale", "flat"):
            setattr(self, name, getattr(self, name)[positions])
        self.losses = self.losses[positions]

    def epoch(self) -> None:
        """One pass over the rows of each member."""
        np.copyto(self.before, self.parameters)
        self.losses[:] = 0
        for step, batch in enumerate(self.batches.epoch()):
            count = len(batch.members)
            parameters, gradient = self.parameters[:count], self.gradient[:count]
            state = self.state if count == len(self.members) else self.state.head(count)
            if count not in self.evaluators:
                self.evaluators[count] = self.objective.bind(parameters, gradient)
            losses = self.evaluators[count](batch)
            self.losses[:count] += self.batches.shares[:count, step] * losses
            self._look_for_flat(gradient)
            rates = self.rates[:count]
            if self.settings.schedule is not constant:
                rates = rates * self.settings.schedule(state.steps)
            self.settings.optimizer.update(parameters, gradient, state, rates)

    def _look_for_flat(self, gradient: NDArray) -> None:
        """Note members whose gradient is zero for our purposes; the gradient of a mini-batch says nothing."""
        if self.settings.gradient_tol > 0 and self.batches.n_batches[0] == 1:
            self.flat = np.abs(gradient).max(axis=1) <= self.settings.gradient_tol

    def record(self) -> None:
        """Write down the epoch: curves, least loss, how long ago it was; undo it where it overflowed."""
        finite = np.isfinite(self.losses) & np.isfinite(self.parameters).all(axis=1)
        if not finite.all():
            self.parameters[~finite] = self.before[~finite]
        watched = self.losses
        for member, loss in zip(self.members, self.losses.tolist(), strict=True):
            self.loss_curves[member].append(loss)
        if self.validation is not None:
            watched = self.objective.value(self.parameters, self.validation).astype(float)
            for member, loss in zip(self.members, watched.tolist(), strict=True):
                self.validation_loss_curves[member].append(loss)
        self.result.n_iter[self.members] += 1
        if self.result.n_iter[self.members[0]] == 1:  # all members begin together
            self.first[:] = self.losses
        self.lost = ~finite | (self.losses > _BLOWN_UP * (self.first + 1))
        self.stale = np.where(watched < self.least - self.settings.tol, 0, self.stale + 1)
        better = watched < self.least
        self.least[better] = watched[better]
        if self.validation is not None:
            self.best[better] = self.parameters[better]

    def retire(self, everyone: Status | None) -> None:
        """Take the members that are done out of the stack: converged, diverged, or all with a given status."""
        still = self.flat | (self.stale >= self.settings.n_iter_no_change)
        done = self.lost | still | (everyone is not None)
        if not done.any():
            return
        status = np.where(still, Status.CONVERGED, Status.MAX_ITER if everyone is None else everyone)
        status[self.lost | (self.losses > _NOT_DESCENDED * self.first + 1)] = Status.DIVERGED
        final = self.parameters if self.validation is None else self.best
        members = self.members[done]
        self.result.parameters[members] = final[done]
        self.result.status[members] = status[done]
        self.take(np.flatnonzero(~done))
