"""Layers of a network, forward and backward, on a stack of R networks at once.

Values are feature-major, (R, units, rows): a batch of rows lies along the last axis, so that softmax, batch statistics
and everything elementwise run over contiguous memory. The input of an affine layer has a last unit that is always 1;
its weights (R, outputs, inputs + 1) have the bias as last column, and one product gives the gradient of both.

Arrays named `out` are written, nothing else is allocated that grows with the layer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-5
"""Added to the variance by which a batch is normalized (Ioffe & Szegedy 2015)."""


def affine(weights: NDArray, inputs: NDArray, out: NDArray) -> None:
    """Weighted sums of the inputs, W a.

    Parameters
    ----------
    weights : ndarray of shape (R, outputs, inputs + 1)
        Weights, the bias last.
    inputs : ndarray of shape (R, inputs + 1, rows)
        Inputs, 1 last.
    out : ndarray of shape (R, outputs, rows)
        Becomes the sums.
    """
    np.matmul(weights, inputs, out=out)


def affine_gradient(delta: NDArray, inputs: NDArray, out: NDArray, turned: NDArray | None = None) -> None:
    """Gradient with respect to the weights, delta aᵀ: (R, outputs, inputs + 1) into `out`.

    `turned` is room for delta row by row, (R, rows, outputs): small products sum faster over what lies like that.
    """
    if turned is not None:
        np.copyto(turned, delta.swapaxes(1, 2))
        delta = turned.swapaxes(1, 2)
    np.matmul(delta, inputs.swapaxes(1, 2), out=out)


def affine_backward(delta: NDArray, weights: NDArray, out: NDArray) -> None:
    """Gradient with respect to the inputs, Wᵀ delta without the bias: (R, inputs, rows) into `out`."""
    np.matmul(weights[:, :, :-1].swapaxes(1, 2), delta, out=out)


@dataclass(frozen=True)
class Norm:
    """Parameters of a batch normalization, all of shape (R, units, 1).

    Parameters
    ----------
    scale, shift : ndarray
        γ and β, learned.
    mean, variance : ndarray
        Statistics used at prediction; they have no gradient.
    """

    scale: NDArray
    shift: NDArray
    mean: NDArray
    variance: NDArray


class BatchNorm:
    """Batch normalization: y = γ (z − μ) / √(σ² + ε) + β with the mean and the variance of the batch.

    Rows count by their weight. What `backward` needs is kept from `forward`.

    Parameters
    ----------
    norm : Norm
        γ and β.
    normalized : ndarray of shape (R, units, rows)
        Room for (z − μ) / √(σ² + ε).
    """

    def __init__(self, norm: Norm, normalized: NDArray) -> None:
        self.norm, self.normalized = norm, normalized

    def forward(self, z: NDArray, weights: NDArray, scratch: NDArray) -> None:
        """Replace z (R, units, rows) by y; `weights` (R, rows, 1) sum to 1."""
        self.weights = weights
        self.mean = z @ weights
        np.subtract(z, self.mean, out=self.normalized)
        np.multiply(self.normalized, self.normalized, out=scratch)
        self.variance = scratch @ weights
        self.inverse = 1 / np.sqrt(self.variance + EPSILON)
        self.normalized *= self.inverse
        np.multiply(self.normalized, self.norm.scale, out=z)
        z += self.norm.shift

    def backward(self, delta: NDArray, gradient: Norm, scratch: NDArray) -> None:
        """Replace delta by the gradient with respect to z; that of the parameters is written."""
        np.multiply(delta, self.normalized, out=scratch)
        np.sum(scratch, axis=2, keepdims=True, out=gradient.scale)
        np.sum(delta, axis=2, keepdims=True, out=gradient.shift)
        gradient.mean[:] = gradient.variance[:] = 0
        # The batch's mean and variance move with each of its rows, by the row's weight.
        np.multiply(self.normalized, gradient.scale, out=scratch)
        scratch += gradient.shift
        scratch *= self.weights.swapaxes(1, 2)
        delta -= scratch
        delta *= self.norm.scale * self.inverse


def moments(z: NDArray, weights: NDArray) -> tuple[NDArray, NDArray]:
    """Weighted mean and variance of each unit over the rows.

    For equal batches this mean is the mean of the batches' means, and this variance the mean of their variances plus
    the variance of their means: the exact statistics of all rows, where Ioffe & Szegedy leave out the second term.

    Parameters
    ----------
    z : ndarray of shape (R, units, rows)
        Values.
    weights : ndarray of shape (R, rows, 1)
        Weights of the rows, which sum to 1.

    Returns
    -------
    mean, variance : ndarray of shape (R, units, 1)
    """
    mean = z @ weights
    return mean, np.square(z - mean) @ weights


def fold(weights: NDArray, norm: Norm) -> NDArray:
    """Fold batch normalization with fixed statistics into the affine layer before it.

    Parameters
    ----------
    weights : ndarray of shape (R, outputs, inputs + 1)
        Weights, the bias last.
    norm : Norm
        γ, β, μ, σ².

    Returns
    -------
    weights : ndarray of shape (R, outputs, inputs + 1)
        Of the affine layer that gives the normalized values.
    """
    factor = norm.scale / np.sqrt(norm.variance + EPSILON)
    folded = weights * factor
    folded[:, :, -1:] += norm.shift - factor * norm.mean
    return folded
