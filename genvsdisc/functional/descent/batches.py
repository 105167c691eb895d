"""Mini-batches for a stack of training sets, each of which is a row of weights on the same data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Batch(NamedTuple):
    """The rows on which a stack of R members computes its loss.

    Parameters
    ----------
    members : ndarray of shape (R,)
        Which members of the whole stack these are: the key to what an objective keeps for each of them.
    rows : ndarray of shape (R, b) or None
        Row numbers for each member; None for all rows in their order.
    weights : ndarray of shape (R, b)
        Weight of each row: the loss of a member is Σ weights · losses. They sum to 1 (for mini-batches of unequally
        weighted rows: on average over an epoch). Rows that fill up a short batch have weight 0.
    """

    members: NDArray
    rows: NDArray | None
    weights: NDArray

    def take(self, positions: NDArray) -> Batch:
        """Batch of some of the members."""
        rows = None if self.rows is None else self.rows[positions]
        return Batch(self.members[positions], rows, self.weights[positions])


def whole(weights: NDArray) -> Batch:
    """All rows of each member in one batch.

    Parameters
    ----------
    weights : ndarray of shape (R, n)
        Non-negative weights of the rows; each member needs a positive one.

    Returns
    -------
    batch : Batch
        Weights sum to 1 for each member; rows of weight 0 are left out, as far as the members have equally many.

    Examples
    --------
    >>> whole(np.array([[1., 0., 3.]]))
    Batch(members=array([0]), rows=array([[0, 2]]), weights=array([[0.25, 0.75]]))
    """
    members = np.arange(len(weights))
    normalized = weights / weights.sum(axis=1, keepdims=True)
    absent = weights == 0
    most = weights.shape[1] - int(absent.sum(axis=1).min())
    if most == weights.shape[1]:
        return Batch(members, None, normalized)
    # Sorted by absence, stably: the rows that are there come first, in their order.
    rows = np.argsort(absent, axis=1, kind="stable")[:, :most]
    return Batch(members, rows, np.take_along_axis(normalized, rows, axis=1))


def batches_in_epoch(weights: NDArray, batch_size: int | None) -> NDArray:
    """Count the mini-batches of an epoch: ⌈m / batch_size⌉ for the m rows of positive weight of each member.

    Parameters
    ----------
    weights : ndarray of shape (R, n)
        Non-negative weights of the rows.
    batch_size : int or None
        Most rows in a batch; None for all.

    Returns
    -------
    n_batches : ndarray of shape (R,)

    Examples
    --------
    >>> batches_in_epoch(np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 0.0]]), 2)
    array([2, 1])
    """
    counts = (weights > 0).sum(axis=1)
    return -(-counts // int(min(batch_size or counts.max(), counts.max())))


class Batches:
    """Draws the mini-batches of each epoch: each row of positive weight is in exactly one.

    The m rows of a member are split into ⌈m / batch_size⌉ batches whose sizes differ by at most one. The loss of a
    batch B is Σ_B w_i l_i · m / (|B| Σ w), so that its average over the batches is the weighted mean loss. A member
    with a single batch takes its rows in their order and draws nothing.

    Parameters
    ----------
    weights : ndarray of shape (R, n)
        Non-negative weights of the rows.
    batch_size : int or None
        Most rows in a batch; None for all.
    generators : sequence of R numpy Generators
        Source of each member's order, one draw an epoch; unused by members with a single batch.

    Attributes
    ----------
    n_batches : ndarray of shape (R,)
        Batches in an epoch.
    shares : ndarray of shape (R, most batches)
        Share of its rows that a member has in each batch: sums to 1, zero where it has no batch any more.
    """

    def __init__(self, weights: NDArray, batch_size: int | None, generators: Sequence[np.random.Generator]) -> None:
        counts = (weights > 0).sum(axis=1)
        self._size = int(min(batch_size or counts.max(), counts.max()))
        self._weights = weights
        self._generators = list(generators)
        self._members = np.arange(len(weights))
        self._order = [np.flatnonzero(w) for w in weights]
        self.n_batches = batches_in_epoch(weights, batch_size)
        self._split(counts)
        self._whole = whole(weights) if self.n_batches.max() == 1 else None

    def _split(self, counts: NDArray) -> None:
        """Lay the batches of a member side by side in one row of slots, each batch `_size` slots wide."""
        most = int(self.n_batches.max())
        self.shares = np.zeros((len(counts), most))
        self._slots: list[NDArray] = []
        self._factors = np.zeros((len(counts), most * self._size), self._weights.dtype)
        for r, (count, n_batches) in enumerate(zip(counts, self.n_batches, strict=True)):
            bounds = np.arange(n_batches + 1) * count // n_batches
            sizes = np.diff(bounds)
            batch = np.repeat(np.arange(n_batches), sizes)
            slots = batch * self._size + np.arange(count) - bounds[batch]
            self.shares[r, :n_batches] = sizes / count
            self._slots.append(slots)
            self._factors[r, slots] = count / (sizes[batch] * self._weights[r].sum())
        # Where all rows weigh the same, so do the slots, whatever row is in them.
        largest = self._weights.max(axis=1, keepdims=True)
        self._alike = bool(((self._weights == largest) | (self._weights == 0)).all())
        if self._alike:
            self._factors *= largest

    def take(self, positions: NDArray) -> None:
        """Go on with some of the members, in the given order."""
        if self._whole is not None:
            self._whole = self._whole.take(positions)
        self._members, self.n_batches, self.shares = (
            self._members[positions],
            self.n_batches[positions],
            self.shares[positions],
        )
        self._weights, self._factors = self._weights[positions], self._factors[positions]
        self._generators, self._order, self._slots = (
            [kept[i] for i in positions] for kept in (self._generators, self._order, self._slots)
        )

    def epoch(self) -> Iterator[Batch]:
        """Draw one epoch. Its later batches are of the first members only, when others have no batch left.

        Members must have been put in order of falling `n_batches`.
        """
        if self._whole is not None:
            yield self._whole
            return
        rows = np.zeros(self._factors.shape, np.intp)
        for r, (generator, order, slots) in enumerate(zip(self._generators, self._order, self._slots, strict=True)):
            rows[r, slots] = generator.permutation(order) if self.n_batches[r] > 1 else order
        weights = self._factors
        if not self._alike:
            weights = weights * np.take_along_axis(self._weights, rows, axis=1)
        for step, count in enumerate(self._counts()):
            window = slice(step * self._size, (step + 1) * self._size)
            yield Batch(self._members[:count], rows[:count, window], weights[:count, window])

    def _counts(self) -> list[int]:
        """Members that have a batch number 0, 1, ...: as `n_batches` falls along the stack, they are its head."""
        if len(self.n_batches) == 1:
            return [1] * int(self.n_batches[0])
        counts: list[int] = np.searchsorted(-self.n_batches, -np.arange(self.n_batches[0]), side="left").tolist()
        return counts
