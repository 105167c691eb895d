"""Activation functions: value and derivative together, in place.

Every derivative here is a function of the value alone, so that a network keeps one array for each layer. `backward`
multiplies what comes from above by the derivative, in the place of the value, which nobody needs any more then:
a ← delta · f'(z), with a = f(z).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Activation(Protocol):
    """A function of each element, and its derivative."""

    rectifies: bool
    """Zero (or nearly) for half of its inputs: He's initialization is made for it."""

    def forward(self, z: NDArray, scratch: NDArray) -> None:
        """Replace z by f(z)."""
        ...

    def backward(self, delta: NDArray, a: NDArray) -> None:
        """Replace a = f(z) by delta · f'(z); `delta` may be used as scratch."""
        ...


@dataclass(frozen=True)
class Identity:
    """f(z) = z: a network of nothing else is a linear model."""

    rectifies = False

    def forward(self, z: NDArray, scratch: NDArray) -> None:
        """Leave z as it is."""

    def backward(self, delta: NDArray, a: NDArray) -> None:
        """Replace a by delta."""
        a[:] = delta


@dataclass(frozen=True)
class Sigmoid:
    """f(z) = 1 / (1 + e⁻ᶻ), f' = f (1 − f)."""

    rectifies = False

    def forward(self, z: NDArray, scratch: NDArray) -> None:  # noqa: ARG002 - one signature for all activations
        """Replace z by the sigmoid of it."""
        np.negative(z, out=z)
        with np.errstate(over="ignore"):  # e^1000 = inf gives the right value, 0
            np.exp(z, out=z)
        z += 1
        np.reciprocal(z, out=z)

    def backward(self, delta: NDArray, a: NDArray) -> None:
        """Replace a by delta · a (1 − a)."""
        delta *= a
        np.subtract(1, a, out=a)
        a *= delta


@dataclass(frozen=True)
class Tanh:
    """f(z) = tanh z, f' = 1 − f²."""

    rectifies = False

    def forward(self, z: NDArray, scratch: NDArray) -> None:  # noqa: ARG002 - one signature for all activations
        """Replace z by its hyperbolic tangent."""
        np.tanh(z, out=z)

    def backward(self, delta: NDArray, a: NDArray) -> None:
        """Replace a by delta · (1 − a²)."""
        a *= a
        np.subtract(1, a, out=a)
        a *= delta


@dataclass(frozen=True)
class Relu:
    """f(z) = max(z, 0), f' = 1 where z > 0 and 0 elsewhere."""

    rectifies = True

    def forward(self, z: NDArray, scratch: NDArray) -> None:  # noqa: ARG002 - one signature for all activations
        """Replace z by its positive part."""
        np.maximum(z, 0, out=z)

    def backward(self, delta: NDArray, a: NDArray) -> None:
        """Replace a by what of delta belongs to active units."""
        np.greater(a, 0, out=a, casting="unsafe")
        a *= delta


@dataclass(frozen=True)
class LeakyRelu:
    """f(z) = z where z > 0 and s z elsewhere, 0 < s < 1."""

    slope: float = 0.01
    rectifies = True

    def forward(self, z: NDArray, scratch: NDArray) -> None:
        """Shrink the negative part."""
        np.multiply(z, self.slope, out=scratch)
        np.maximum(z, scratch, out=z)

    def backward(self, delta: NDArray, a: NDArray) -> None:
        """Replace a by delta, less of it where the input was negative."""
        np.greater(a, 0, out=a, casting="unsafe")
        a *= 1 - self.slope
        a += self.slope
        a *= delta


ACTIVATIONS: dict[str, Activation] = {
    "relu": Relu(),
    "leaky_relu": LeakyRelu(),
    "tanh": Tanh(),
    "sigmoid": Sigmoid(),
    "identity": Identity(),
}
"""Activations by the names that the estimators take."""
