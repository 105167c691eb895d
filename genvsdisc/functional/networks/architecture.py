"""What a network is: widths, activations, and how one flat vector holds all of its parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.networks.activations import Activation, Identity
from genvsdisc.functional.networks.initialization import initial_weights
from genvsdisc.functional.networks.layers import Norm, fold


@dataclass(frozen=True)
class Layer:
    """Parameters of one layer of R networks, as views of R flat vectors.

    Parameters
    ----------
    weights : ndarray of shape (R, outputs, inputs + 1)
        Affine map, the bias last.
    norm : Norm or None
        Batch normalization between the affine map and the activation.
    """

    weights: NDArray
    norm: Norm | None = None

    @property
    def unpenalized(self) -> list[NDArray]:
        """Arrays that an L2 penalty leaves free: biases, scales, shifts."""
        norm = self.norm
        return [self.weights[:, :, -1], *([] if norm is None else [norm.scale, norm.shift, norm.mean, norm.variance])]


@dataclass(frozen=True)
class Architecture:
    """A fully connected network.

    Parameters
    ----------
    widths : tuple of int
        Units of each layer, from the inputs to the outputs.
    activations : tuple of Activation
        One for each hidden layer.
    batch_norm : bool
        Normalize the affine sums of the hidden layers.

    Examples
    --------
    >>> from genvsdisc.functional.networks.activations import Tanh
    >>> Architecture((2, 3, 1), (Tanh(),)).n_parameters
    13
    """

    widths: tuple[int, ...]
    activations: tuple[Activation, ...]
    batch_norm: bool = False

    @cached_property
    def _pieces(self) -> list[list[tuple[int, int, tuple[int, ...]]]]:
        """Begin, end and shape of the arrays of each layer: weights, then what a `Norm` holds."""
        pieces: list[list[tuple[int, int, tuple[int, ...]]]] = []
        end = 0
        for below, above in pairwise(self.widths):
            normalizes = self.batch_norm and len(pieces) < len(self.activations)
            pieces.append([])
            for shape in ((above, below + 1), *((above, 1),) * 4 * normalizes):
                begin, end = end, end + shape[0] * shape[1]
                pieces[-1].append((begin, end, shape))
        return pieces

    @property
    def n_parameters(self) -> int:
        """Length of the flat vector."""
        return self._pieces[-1][-1][1]

    @property
    def n_learned(self) -> int:
        """Entries of the flat vector that have a gradient: all but the statistics of batch normalization."""
        return self.n_parameters - 2 * self.batch_norm * sum(self.widths[1:-1])

    @property
    def step_share(self) -> float:
        """Factor on the learning rate for z-scored inputs: 100 over their number, at most 1.

        A step moves what a unit sums up by the rate times the inputs. Those of thousands saturate it at once, and it
        stays there; so the rate falls with their number (Yang et al. 2022), from 100 on.
        """
        return min(1.0, 100 / self.widths[0])

    @property
    def largest_product(self) -> int:
        """Most multiplications that a row needs in one layer."""
        return max(below * above for below, above in pairwise(self.widths))

    def head(self, depth: int) -> Architecture:
        """Only the first `depth` hidden layers, under outputs of their own."""
        widths = (*self.widths[:-1][: depth + 1], self.widths[-1])
        return replace(self, widths=widths, activations=self.activations[:depth])

    def layers(self, flat: NDArray) -> list[Layer]:
        """View R flat vectors (R, P) as layers."""
        layers = []
        for pieces in self._pieces:
            weights, *rest = (flat[:, begin:end].reshape(len(flat), *shape) for begin, end, shape in pieces)
            layers.append(Layer(weights, Norm(*rest) if rest else None))
        return layers

    def output_biases(self, flat: NDArray) -> NDArray:
        """View (R, outputs) of the biases of the last layer in R flat vectors."""
        return self.layers(flat)[-1].weights[:, :, -1]

    def penalized(self) -> NDArray:
        """Flat vector (1, P) of booleans: True for weights; biases, scales, shifts are left free."""
        flat = np.ones((1, self.n_parameters), bool)
        for layer in self.layers(flat):
            for part in layer.unpenalized:
                part[:] = False
        return flat

    def initial(self, generator: np.random.Generator, init: str) -> NDArray:
        """Draw a flat vector (P,) to start from; see `initial_weights`. Biases are 0, scales 1."""
        flat = np.zeros((1, self.n_parameters))
        activations = (*self.activations, Identity())
        for layer, activation in zip(self.layers(flat), activations, strict=True):
            outputs, inputs = layer.weights.shape[1], layer.weights.shape[2] - 1
            layer.weights[0, :, :-1] = initial_weights(generator, inputs, outputs, init, activation)
            if layer.norm is not None:
                layer.norm.scale[:] = layer.norm.variance[:] = 1
        return flat[0]

    def folded(self, flat: NDArray) -> list[NDArray]:
        """Affine maps (R, outputs, inputs + 1) that with the activations alone make the predictions of R networks."""
        return [layer.weights if layer.norm is None else fold(layer.weights, layer.norm) for layer in self.layers(flat)]

    def values(self, maps: list[NDArray], inputs: NDArray) -> list[NDArray]:
        """Values of the hidden layers and the logits, (R, units, rows) each, for folded maps.

        Parameters
        ----------
        maps : list of ndarrays
            From `folded`.
        inputs : ndarray of shape (R or 1, features, rows)
            Rows, feature-major.
        """
        values = []
        for weights, activation in zip(maps, (*self.activations, Identity()), strict=True):
            inputs = weights[:, :, :-1] @ inputs
            inputs += weights[:, :, -1:]
            activation.forward(inputs, np.empty_like(inputs))
            values.append(inputs)
        return values
