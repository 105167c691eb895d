"""The mean loss of a stack of networks and its gradient, layer by layer: what `descend` minimizes for an MLP."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.descent.batches import Batch, batches_in_epoch, whole
from genvsdisc.functional.descent.optimizers import BLOCK
from genvsdisc.functional.losses import Loss
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.layers import BatchNorm, affine, affine_backward, affine_gradient, moments

_SMALL_TABLE = 2**20  # entries of a table of which a copy costs nothing
_SMALL_PRODUCT = 2**20  # multiplications of a product that is faster on rows laid one after the other (measured)
MOVING_DECAY = 0.9
"""Weight of the past in moving averages of batch statistics."""


class NetworkObjective:
    """Mean loss + (λ/2) ‖weights‖² of a stack of networks on the same data.

    Parameters
    ----------
    architecture : Architecture
        The network; its last width is the number of classes, or 1 for two classes.
    X : ndarray of shape (n, features) or (R, n, features)
        Rows, shared or for each member.
    codes : ndarray of shape (n,)
        Class numbers.
    weights : ndarray of shape (R, n)
        Weights of the training rows, over which the statistics of batch normalization are taken.
    loss : Loss
        Loss of the logits.
    reg_lambda : float
        λ. Biases and the parameters of batch normalization are free.
    units : ndarray of shape (R, features), optional
        What the columns of X were divided by, if the penalty is to be that of the weights for columns not divided.
    dropout : float
        Share of hidden units left out at random, for each row anew; the others are scaled up by 1 / (1 − dropout).
    generators : sequence of R numpy Generators
        Of the dropout.
    statistics : {"exact", "moving", "batches"}
        Of batch normalization at prediction: of all training rows, or averages of the batches', moving or of an epoch.
    batch_size : int or None
        Most rows in a mini-batch: how many an epoch has.
    """

    def __init__(
        self, architecture: Architecture, X: NDArray, codes: NDArray, weights: NDArray, *, loss: Loss,
        reg_lambda: float = 0.0, units: NDArray | None = None, dropout: float = 0.0,
        generators: Sequence[np.random.Generator] = (), statistics: str = "exact", batch_size: int | None = None,
    ) -> None:  # fmt: skip
        self.architecture, self.loss, self.dropout, self.generators = architecture, loss, dropout, generators
        self._X, self._codes = X[None] if X.ndim == 2 else X, codes
        self.penalizes, self._reg_lambda = reg_lambda > 0, reg_lambda
        self._penalties: NDArray | None = None  # of each parameter, where they are not the same for all weights
        if units is not None:
            self._penalties = np.repeat(architecture.penalized() * X.dtype.type(reg_lambda), len(units), axis=0)
            first = architecture.layers(self._penalties)[0].weights[:, :, :-1]
            for _ in range(2):  # the square of large units would overflow
                first /= units[:, None]
        self._statistics, self._in_epoch = statistics, batches_in_epoch(weights, batch_size)
        self.updates, self._training = np.zeros(len(weights), int), whole(weights)

    @property
    def alike(self) -> bool:
        """Whether all weights have the same penalty."""
        return self._penalties is None

    def bind(self, parameters: NDArray, gradient: NDArray) -> Callable[[Batch], NDArray]:
        """Return a function of batches: the losses (R,) at what `parameters` hold then, their gradient in `gradient`.

        It keeps its arrays to work in, one set for each size of batch, so that a training step allocates nothing that
        grows with the network.

        Parameters
        ----------
        parameters, gradient : ndarray of shape (R, P)
            Arrays that the caller changes in place between evaluations.
        """
        passes: dict[int, Pass] = {}

        def evaluate(batch: Batch) -> NDArray:
            size = batch.weights.shape[1]
            if size not in passes:
                passes[size] = Pass(self, parameters, gradient, size)
            work = passes[size]
            work.load(batch)
            work.forward(batch)
            losses = self.loss.value_and_gradient(work.logits, work.codes, batch.weights)
            work.backward()
            if work.norms and self._statistics != "exact":
                self._follow(work, batch.members)
            if self.penalizes:
                losses += self._penalize(parameters, batch.members, gradient, work)
            return losses

        return evaluate

    def value_and_gradient(self, parameters: NDArray, batch: Batch, gradient: NDArray) -> NDArray:
        """Losses (R,) on a batch; the gradient (R, P) is written. For many evaluations, `bind` the arrays."""
        return self.bind(parameters, gradient)(batch)

    def value(self, parameters: NDArray, batch: Batch) -> NDArray:
        """Losses (R,) at prediction: no dropout, no penalty, statistics as in `settled`."""
        maps = self.architecture.folded(self.settled(parameters, batch.members))
        logits = self.architecture.values(maps, self._columns(batch))[-1]
        return self.loss.value_and_gradient(logits, self.gather_codes(batch), batch.weights)

    def settled(self, parameters: NDArray, members: NDArray) -> NDArray:
        """Parameters with the statistics that prediction uses: layer after layer, those of all training rows.

        Parameters
        ----------
        parameters : ndarray of shape (R', P)
            Networks.
        members : ndarray of shape (R',)
            Which members of the stack they are.
        """
        if not self.architecture.batch_norm or self._statistics != "exact":
            return parameters
        settled, batch = parameters.copy(), self._training.take(members)
        values, weights = self._columns(batch), batch.weights[:, :, None]
        for layer, activation in zip(self.architecture.layers(settled), self.architecture.activations, strict=False):
            values = layer.weights[:, :, :-1] @ values
            values += layer.weights[:, :, -1:]
            scratch = np.empty_like(values)
            if layer.norm is not None:
                layer.norm.mean[:], layer.norm.variance[:] = moments(values, weights)
                BatchNorm(layer.norm, np.empty_like(values)).forward(values, weights, scratch)
            activation.forward(values, scratch)
        return settled

    def _penalize(self, parameters: NDArray, members: NDArray, gradient: NDArray, work: Pass) -> NDArray:
        """Penalties (R,), whose gradient is added; block by block, so that each is fetched from memory once."""
        if work.free:
            penalty_slope = np.multiply(parameters, self._reg_lambda, out=work.penalty_gradient)
            for parameter in work.free:
                parameter[:] = 0
            gradient += penalty_slope
            return np.vecdot(penalty_slope, parameters) / 2
        penalties = None if self._penalties is None else self._penalties[members]
        values = np.zeros(len(parameters), parameters.dtype)
        for begin in range(0, parameters.shape[1], BLOCK):
            block = np.s_[:, begin : begin + BLOCK]
            here, slope = parameters[block], gradient[block]
            factor = self._reg_lambda if penalties is None else penalties[block]
            penalty_slope = np.multiply(here, factor, out=work.penalty_gradient[:, : here.shape[1]])
            values += np.vecdot(penalty_slope, here)
            slope += penalty_slope
        if penalties is None:  # it is cheaper to take back what the biases got than to fetch a mask
            for layer, slopes in zip(work.layers, work.gradients, strict=True):
                for here, slope in zip(layer.unpenalized, slopes.unpenalized, strict=True):
                    penalty_slope = self._reg_lambda * here
                    slope -= penalty_slope
                    values -= np.vecdot(penalty_slope.reshape(len(values), -1), here.reshape(len(values), -1))
        return values / 2

    def _follow(self, work: Pass, members: NDArray) -> None:
        """Move the averages toward the batch's statistics; the first batches, or all of an epoch, count alike."""
        if self._statistics == "batches":
            self.updates[members] %= self._in_epoch[members]  # each epoch begins anew
        self.updates[members] += 1
        least = 1 - MOVING_DECAY if self._statistics == "moving" else 0.0
        step = np.maximum(least, 1 / self.updates[members])[:, None, None]
        for seen in work.norms:
            seen.norm.mean[:] += step * (seen.mean - seen.norm.mean)
            seen.norm.variance[:] += step * (seen.variance - seen.norm.variance)

    def gather(self, batch: Batch, out: NDArray | None = None) -> NDArray:
        """Rows of a batch and a last 1, (R, b, features + 1); (1, n, features + 1) where all members share all rows.

        `out` may be given where rows are drawn; its last column must hold ones.
        """
        shared = len(self._X) == 1
        if batch.rows is None:
            return self._padded if shared else self._padded[batch.members]
        _, n, width = self._X.shape
        rows = batch.rows if shared else batch.rows + batch.members[:, None] * n
        if out is None or self._X.size <= _SMALL_TABLE:
            return self._padded.reshape(-1, width + 1).take(rows, axis=0, out=out, mode="clip")
        np.copyto(out[:, :, :-1], self._X.reshape(-1, width).take(rows, axis=0, mode="clip"))
        return out

    @cached_property
    def _padded(self) -> NDArray:
        """The rows with a last 1, for the bias of the first layer; a copy, which large tables do without."""
        return np.concatenate([self._X, np.ones((*self._X.shape[:2], 1), self._X.dtype)], axis=2)

    def gather_codes(self, batch: Batch) -> NDArray:
        """Class numbers of a batch, (R, b) or (1, n)."""
        return self._codes[None] if batch.rows is None else self._codes[batch.rows]

    def _columns(self, batch: Batch) -> NDArray:
        """Rows of a batch, feature-major, without the 1."""
        return self.gather(batch).swapaxes(1, 2)[:, :-1]


class Pass:
    """One forward and one backward pass through a stack of networks, in arrays that are used again and again."""

    def __init__(self, objective: NetworkObjective, parameters: NDArray, gradient: NDArray, size: int) -> None:
        self.objective = objective
        architecture = objective.architecture
        self.activations = architecture.activations
        self.layers, self.gradients = architecture.layers(parameters), architecture.layers(gradient)
        count, dtype = len(parameters), parameters.dtype
        hidden = architecture.widths[1:-1]
        # Each layer's values have a last unit that stays 1, for the bias of the layer above.
        self.padded = [np.ones((count, width + 1, size), dtype) for width in hidden]
        self.values = [padded[:, :-1] for padded in self.padded]
        # All layers work in the same two buffers, and gradients take the place of values: all of it stays in the cache.
        n_block = min(BLOCK, parameters.shape[1])
        buffers = np.empty((2, count * max(max(hidden, default=0) * size, n_block)), dtype)
        shapes = [values.shape for values in self.values]
        self.arriving, self.scratch = (
            [buffer[: math.prod(shape)].reshape(shape) for shape in shapes] for buffer in buffers
        )
        self.penalty_gradient = buffers[0, : count * n_block].reshape(count, n_block)
        # Where the penalty is the same for all weights, these parts of a vector are set free of it.
        self.free: list[NDArray] = []
        if objective.alike and n_block == parameters.shape[1]:
            self.free = [part for layer in architecture.layers(self.penalty_gradient) for part in layer.unpenalized]
        products = [0, *(math.prod(layer.weights.shape[1:]) * size for layer in self.layers[1:])]
        self.turned = [
            buffer.reshape(count, size, -1) if 0 < product <= _SMALL_PRODUCT else None
            for buffer, product in zip(self.scratch, products, strict=False)
        ]
        self.logits = np.empty((count, architecture.widths[-1], size), dtype)
        self.batch: Batch | None = None
        norms = [layer.norm for layer in self.layers if layer.norm is not None]
        self.norms = [BatchNorm(norm, np.empty(shape, dtype)) for norm, shape in zip(norms, shapes, strict=False)]
        self.norm_gradients = [layer.norm for layer in self.gradients if layer.norm is not None]
        # Dropout is applied to a copy: the derivative of an activation needs its own value.
        self.masks = [np.zeros(shape, dtype) for shape in shapes] if objective.dropout else []
        self.active = [np.empty(shape, dtype) for shape in shapes] if objective.dropout else self.values
        self.fetched = np.empty((count, 0, architecture.widths[0] + 1), dtype)  # made where rows are drawn

    def load(self, batch: Batch) -> None:
        """Fetch the rows and classes of a batch, unless they are those of the last one."""
        if batch is self.batch:
            return
        self.batch = batch
        if batch.rows is not None and not self.fetched.size:
            self.fetched = np.ones((len(self.fetched), self.logits.shape[2], self.fetched.shape[2]), self.logits.dtype)
        self.inputs = [self.objective.gather(batch, self.fetched).swapaxes(1, 2), *self.padded]
        self.codes = self.objective.gather_codes(batch)
        if self.norms:
            self.row_weights = (batch.weights / batch.weights.sum(axis=1, keepdims=True))[:, :, None]

    def forward(self, batch: Batch) -> None:
        """Compute the logits of a loaded batch."""
        for i, activation in enumerate(self.activations):
            active, scratch = self.active[i], self.scratch[i]
            affine(self.layers[i].weights, self.inputs[i], active)
            if self.norms:
                self.norms[i].forward(active, self.row_weights, scratch)
            activation.forward(active, scratch)
            if self.masks:
                self._draw_mask(self.masks[i], batch)
                np.multiply(active, self.masks[i], out=self.values[i])
        affine(self.layers[-1].weights, self.inputs[-1], self.logits)

    def backward(self) -> None:
        """Compute the gradient of all parameters from that of the logits, which `logits` holds now."""
        delta = self.logits
        affine_gradient(delta, self.inputs[-1], self.gradients[-1].weights)
        for i in range(len(self.activations) - 1, -1, -1):
            affine_backward(delta, self.layers[i + 1].weights, self.arriving[i])
            if self.masks:
                self.arriving[i] *= self.masks[i]
            delta = self.active[i]
            self.activations[i].backward(self.arriving[i], delta)
            gradient = self.gradients[i]
            if self.norms:
                self.norms[i].backward(delta, self.norm_gradients[i], self.scratch[i])
            affine_gradient(delta, self.inputs[i], gradient.weights, self.turned[i])
            if self.norms:
                gradient.weights[:, :, -1] = 0  # normalization takes the bias out; rounding would leave a trace of it

    def _draw_mask(self, mask: NDArray, batch: Batch) -> None:
        """Draw which units each row keeps. Padding draws nothing, so a member has the same masks in any stack."""
        keep = 1 - self.objective.dropout
        for r, member in enumerate(batch.members):
            present = np.flatnonzero(batch.weights[r])
            draws = self.objective.generators[member].random((mask.shape[1], len(present)), dtype=mask.dtype)
            mask[r][:, present] = (draws < keep) / mask.dtype.type(keep)
