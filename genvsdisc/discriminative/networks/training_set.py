"""What a stack of networks is trained on, and its random streams."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional import absent
from genvsdisc.functional.networks.activations import Activation


@dataclass(frozen=True)
class Streams:
    """Random streams of one training, all from one seed; what one draws does not depend on another."""

    split: np.random.Generator
    initial: np.random.Generator
    order: np.random.Generator
    dropout: np.random.Generator

    @classmethod
    def of(cls, seed: int) -> Streams:
        """Make the streams of a seed."""
        return cls(*np.random.default_rng(seed).spawn(4))

    def spawn(self, count: int) -> list[Streams]:
        """Make streams for `count` trainings on the same split."""
        sources = zip(*(source.spawn(count) for source in (self.initial, self.order, self.dropout)), strict=True)
        return [Streams(self.split, *three) for three in sources]


@dataclass(frozen=True)
class TrainingSet:
    """Rows, weights and random streams on which a stack of R networks is trained.

    Parameters
    ----------
    X : ndarray of shape (n, d) or (R, n, d)
        Rows, shared or for each: (rows as given − center) / scale.
    codes : ndarray of shape (n,)
        Class of each row.
    training, validation : ndarray of shape (R, n)
        Weights of the rows; `validation` is None without early stopping.
    streams : list of R Streams
        Random streams.
    center, scale : ndarray of shape (R, d)
        0 and 1 if the rows are as given.
    units : ndarray of shape (R, d) or None
        `scale` if the penalty is to be that of weights for rows as given.
    below : tuple of ndarrays of shape (R, outputs, inputs + 1)
        Trained banks that the rows have been through.
    """

    X: NDArray
    codes: NDArray
    training: NDArray
    validation: NDArray | None
    streams: list[Streams]
    center: NDArray
    scale: NDArray
    units: NDArray | None
    below: tuple[NDArray, ...] = ()

    def present(self, n_classes: int) -> NDArray:
        """Mask (R, K) of the classes that have training rows."""
        return absent.present_classes(self.training, self.codes, n_classes)

    def repeat(self, count: int) -> TrainingSet:
        """Give each member `count` times, to be started and shuffled differently."""
        return replace(
            self,
            X=self.X if self.X.ndim == 2 or count == 1 else np.repeat(self.X, count, axis=0),
            training=np.repeat(self.training, count, axis=0),
            validation=None if self.validation is None else np.repeat(self.validation, count, axis=0),
            streams=[each for streams in self.streams for each in streams.spawn(count)],
            center=np.repeat(self.center, count, axis=0),
            scale=np.repeat(self.scale, count, axis=0),
            units=None if self.units is None else np.repeat(self.units, count, axis=0),
            below=tuple(np.repeat(bank, count, axis=0) for bank in self.below),
        )

    def above(self, bank: NDArray, activation: Activation) -> TrainingSet:
        """Give what the units of a trained bank (R, outputs, inputs + 1) make of the rows."""
        values = self.X @ bank[:, :, :-1].swapaxes(1, 2) + bank[:, None, :, -1]
        activation.forward(values, np.empty_like(values))
        return replace(self, X=values, units=None, below=(*self.below, bank))
