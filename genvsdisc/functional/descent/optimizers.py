"""Optimizers: settings that never change, an explicit state, updates in place.

All work on a stack of R flat parameter vectors at once, arrays of shape (R, P). An optimizer does one thing, the
update; it never decides when to stop and prints nothing. The use is

    state = optimizer.init(parameters)
    optimizer.update(parameters, gradient, state, rate)     # parameters and state change in place

where `rate` is a float or an array (R, 1) in the dtype of the parameters. `gradient` is used as scratch: its values
are gone after the update. Nothing is allocated apart from what `init` makes.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

Rate = float | NDArray
"""A learning rate for the whole stack, or one for each of its members, shape (R, 1)."""


@dataclass
class State:
    """What an optimizer remembers of a stack of R parameter vectors.

    Parameters
    ----------
    slots : tuple of ndarrays of shape (R, P)
        Velocities, sums of squares; zero at the start. Some optimizers keep one to work in.
    steps : ndarray of shape (R, 1)
        Updates made so far, float64 whatever the parameters are.
    """

    slots: tuple[NDArray, ...]
    steps: NDArray

    def head(self, count: int) -> State:
        """State of the first `count` members, as views."""
        return State(tuple(slot[:count] for slot in self.slots), self.steps[:count])

    def take(self, members: NDArray) -> State:
        """State of some members, copied."""
        return State(tuple(slot[members] for slot in self.slots), self.steps[members])


class Optimizer(Protocol):
    """What the descent asks of an optimizer."""

    def init(self, parameters: NDArray) -> State:
        """State before the first update."""
        ...

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """Move `parameters` by one update, in place."""
        ...


BLOCK = 65_536
"""Parameters treated at a time: the arrays of one block stay in the processor's cache."""


class _Elementwise(ABC):
    """Makes an optimizer of a rule that moves each parameter by its own gradient and memory."""

    n_slots: ClassVar[int] = 0

    def init(self, parameters: NDArray) -> State:
        """State before the first update: zeros.

        Parameters
        ----------
        parameters : ndarray of shape (R, P)
            Stack of flat parameter vectors.

        Returns
        -------
        state : State
        """
        slots = tuple(np.zeros_like(parameters) for _ in range(self.n_slots))
        return State(slots, steps=np.zeros((len(parameters), 1)))

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """Move the parameters by one update, in place.

        Parameters
        ----------
        parameters, gradient : ndarray of shape (R, P)
            Where, and the slope there; the gradient is overwritten.
        state : State
            Memory, which is updated.
        rate : float or ndarray of shape (R, 1)
            Learning rate.
        """
        state.steps += 1
        if state.steps.size == 1:  # arithmetic with numbers costs a tenth of that with arrays of one
            rate = (rate.item() if isinstance(rate, np.ndarray) else rate) * self._factor(state.steps.item())
        else:
            factors = np.array([[self._factor(steps)] for (steps,) in state.steps.tolist()])
            rate = (rate * factors).astype(parameters.dtype, copy=False)
        if parameters.shape[1] <= BLOCK:
            self._move(parameters, gradient, state.slots, rate)
            return
        for begin in range(0, parameters.shape[1], BLOCK):
            block = np.s_[:, begin : begin + BLOCK]
            self._move(parameters[block], gradient[block], tuple(slot[block] for slot in state.slots), rate)

    def _factor(self, steps: float) -> float:  # noqa: ARG002 - one signature for all rules
        """What multiplies the learning rate at this update."""
        return 1.0

    @abstractmethod
    def _move(self, parameters: NDArray, gradient: NDArray, slots: tuple[NDArray, ...], rate: Rate) -> None:
        """Move parameters and slots in place by the rule."""


@dataclass(frozen=True)
class GradientDescent(_Elementwise):
    """w ← w − η g."""

    def _move(self, parameters: NDArray, gradient: NDArray, slots: tuple[NDArray, ...], rate: Rate) -> None:  # noqa: ARG002 - one signature for all rules
        gradient *= rate
        parameters -= gradient


@dataclass(frozen=True)
class Momentum(_Elementwise):
    """v ← μ v − η g, then w ← w + v (Polyak 1964)."""

    decay: float = 0.9
    n_slots: ClassVar[int] = 1

    def _move(self, parameters: NDArray, gradient: NDArray, slots: tuple[NDArray, ...], rate: Rate) -> None:
        (velocity,) = slots
        gradient *= rate
        velocity *= self.decay
        velocity -= gradient
        parameters += velocity


@dataclass(frozen=True)
class Nesterov(_Elementwise):
    """v ← μ v − η g, then w ← w + μ v − η g: momentum with the gradient looked up where it leads (Nesterov 1983)."""

    decay: float = 0.9
    n_slots: ClassVar[int] = 1

    def _move(self, parameters: NDArray, gradient: NDArray, slots: tuple[NDArray, ...], rate: Rate) -> None:
        (velocity,) = slots
        gradient *= rate
        velocity *= self.decay
        velocity -= gradient
        parameters -= gradient
        np.multiply(velocity, self.decay, out=gradient)
        parameters += gradient


@dataclass(frozen=True)
class Adagrad(_Elementwise):
    """w ← w − η g / √(Σ g² + ε), the sum over all updates so far (Duchi, Hazan & Singer 2011).

    With ε = 0 the first step is η sign(g) exactly: the units of a coordinate do not matter.
    """

    epsilon: float = 1e-16
    n_slots: ClassVar[int] = 2

    def _move(self, parameters: NDArray, gradient: NDArray, slots: tuple[NDArray, ...], rate: Rate) -> None:
        total, scratch = slots
        np.multiply(gradient, gradient, out=scratch)
        total += scratch
        np.add(total, self.epsilon, out=scratch)
        np.sqrt(scratch, out=scratch)
        # A coordinate that never had a gradient stands still, also for epsilon 0.
        np.divide(gradient, scratch, out=gradient, where=scratch > 0)
        gradient *= rate
        parameters -= gradient


@dataclass(frozen=True)
class RMSProp(_Elementwise):
    """s ← ρ s + (1 − ρ) g², then w ← w − η g / (√s + ε) (Tieleman & Hinton 2012)."""

    decay: float = 0.9
    epsilon: float = 1e-8
    n_slots: ClassVar[int] = 2

    def _move(self, parameters: NDArray, gradient: NDArray, slots: tuple[NDArray, ...], rate: Rate) -> None:
        square, scratch = slots
        np.multiply(gradient, gradient, out=scratch)
        scratch *= 1 - self.decay
        square *= self.decay
        square += scratch
        np.sqrt(square, out=scratch)
        scratch += self.epsilon
        gradient /= scratch
        gradient *= rate
        parameters -= gradient


@dataclass(frozen=True)
class Adam(_Elementwise):
    """m ← β₁ m + (1 − β₁) g, s ← β₂ s + (1 − β₂) g², then w ← w − η a_t m / (√s + ε) (Kingma & Ba 2015, section 2).

    a_t = √(1 − β₂ᵗ) / (1 − β₁ᵗ) corrects both averages for their start at zero. As in scikit-learn, ε is added to √s
    before that correction.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_slots: ClassVar[int] = 2

    def _move(self, parameters: NDArray, gradient: NDArray, slots: tuple[NDArray, ...], rate: Rate) -> None:
        mean, square = slots
        # The slots hold m / (1 − β₁) and s / (1 − β₂): two passes over the vector fewer.
        mean *= self.beta_1
        mean += gradient
        square *= self.beta_2
        gradient *= gradient
        square += gradient
        np.sqrt(square, out=gradient)
        gradient += self.epsilon / math.sqrt(1 - self.beta_2)
        np.divide(mean, gradient, out=gradient)
        gradient *= rate
        parameters -= gradient

    def _factor(self, steps: float) -> float:
        unbiased = math.sqrt((1 - self.beta_2**steps) / (1 - self.beta_2)) / (1 - self.beta_1**steps)
        return (1 - self.beta_1) * unbiased


OPTIMIZERS: dict[str, Optimizer] = {
    "gd": GradientDescent(),
    "momentum": Momentum(),
    "nesterov": Nesterov(),
    "adagrad": Adagrad(),
    "rmsprop": RMSProp(),
    "adam": Adam(),
}
"""First-order optimizers by the names that the estimators take."""
