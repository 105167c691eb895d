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
    slots : ndarray of shape (n_slots, R, P)
        Velocities, sums of squares; zero at the start.
    steps : ndarray of shape (R, 1)
        Updates made so far, float64 whatever the parameters are.
    scratch : ndarray of shape (R, P)
        Room to work in; holds nothing between updates.
    """

    slots: NDArray
    steps: NDArray
    scratch: NDArray

    def head(self, count: int) -> State:
        """State of the first `count` members, as views."""
        return State(self.slots[:, :count], self.steps[:count], self.scratch[:count])

    def take(self, members: NDArray) -> State:
        """State of some members, copied."""
        return State(self.slots[:, members], self.steps[members], self.scratch[members])


class Optimizer(Protocol):
    """What the descent asks of an optimizer."""

    def init(self, parameters: NDArray) -> State:
        """State before the first update."""
        ...

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """Move `parameters` by one update, in place."""
        ...


class _Slots:
    """Gives `init` to optimizers that say how many vectors they keep."""

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
        return State(
            slots=np.zeros((self.n_slots, *parameters.shape), parameters.dtype),
            steps=np.zeros((len(parameters), 1)),
            scratch=np.empty_like(parameters),
        )


@dataclass(frozen=True)
class GradientDescent(_Slots):
    """w ← w − η g."""

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """One step down the gradient."""
        state.steps += 1
        gradient *= rate
        parameters -= gradient


@dataclass(frozen=True)
class Momentum(_Slots):
    """v ← μ v − η g, then w ← w + v (Polyak 1964)."""

    decay: float = 0.9
    n_slots: ClassVar[int] = 1

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """One step along the velocity."""
        (velocity,) = state.slots
        state.steps += 1
        gradient *= rate
        velocity *= self.decay
        velocity -= gradient
        parameters += velocity


@dataclass(frozen=True)
class Nesterov(_Slots):
    """v ← μ v − η g, then w ← w + μ v − η g: momentum with the gradient looked up where it leads (Nesterov 1983)."""

    decay: float = 0.9
    n_slots: ClassVar[int] = 1

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """One step along the velocity that the next step will have."""
        (velocity,) = state.slots
        state.steps += 1
        gradient *= rate
        velocity *= self.decay
        velocity -= gradient
        parameters -= gradient
        np.multiply(velocity, self.decay, out=gradient)
        parameters += gradient


@dataclass(frozen=True)
class Adagrad(_Slots):
    """w ← w − η g / √(Σ g² + ε), the sum over all updates so far (Duchi, Hazan & Singer 2011).

    With ε = 0 the first step is η sign(g) exactly: the units of a coordinate do not matter.
    """

    epsilon: float = 1e-16
    n_slots: ClassVar[int] = 1

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """One step, each coordinate scaled by its own history."""
        (total,) = state.slots
        state.steps += 1
        np.multiply(gradient, gradient, out=state.scratch)
        total += state.scratch
        np.add(total, self.epsilon, out=state.scratch)
        np.sqrt(state.scratch, out=state.scratch)
        # A coordinate that never had a gradient stands still, also for epsilon 0.
        np.divide(gradient, state.scratch, out=gradient, where=state.scratch > 0)
        gradient *= rate
        parameters -= gradient


@dataclass(frozen=True)
class RMSProp(_Slots):
    """s ← ρ s + (1 − ρ) g², then w ← w − η g / (√s + ε) (Tieleman & Hinton 2012)."""

    decay: float = 0.9
    epsilon: float = 1e-8
    n_slots: ClassVar[int] = 1

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """One step, each coordinate scaled by its recent history."""
        (square,) = state.slots
        state.steps += 1
        np.multiply(gradient, gradient, out=state.scratch)
        state.scratch *= 1 - self.decay
        square *= self.decay
        square += state.scratch
        np.sqrt(square, out=state.scratch)
        state.scratch += self.epsilon
        gradient /= state.scratch
        gradient *= rate
        parameters -= gradient


@dataclass(frozen=True)
class Adam(_Slots):
    """m ← β₁ m + (1 − β₁) g, s ← β₂ s + (1 − β₂) g², then w ← w − η a_t m / (√s + ε) (Kingma & Ba 2015, section 2).

    a_t = √(1 − β₂ᵗ) / (1 − β₁ᵗ) corrects both averages for their start at zero. As in scikit-learn, ε is added to √s
    before that correction.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_slots: ClassVar[int] = 2

    def update(self, parameters: NDArray, gradient: NDArray, state: State, rate: Rate) -> None:
        """One step along the corrected average of gradients, scaled by that of their squares."""
        mean, square = state.slots
        state.steps += 1
        # The slots hold m / (1 − β₁) and s / (1 − β₂): two passes over the vector fewer.
        mean *= self.beta_1
        mean += gradient
        square *= self.beta_2
        gradient *= gradient
        square += gradient
        scale = math.sqrt(1 - self.beta_2)
        np.sqrt(square, out=gradient)
        gradient += self.epsilon / scale
        np.divide(mean, gradient, out=gradient)
        correction = np.sqrt(1 - self.beta_2**state.steps) / (1 - self.beta_1**state.steps)
        gradient *= (rate * correction * ((1 - self.beta_1) / scale)).astype(gradient.dtype, copy=False)
        parameters -= gradient


OPTIMIZERS: dict[str, Optimizer] = {
    "gd": GradientDescent(),
    "momentum": Momentum(),
    "nesterov": Nesterov(),
    "adagrad": Adagrad(),
    "rmsprop": RMSProp(),
    "adam": Adam(),
}
"""First-order optimizers by the names that the estimators take."""
