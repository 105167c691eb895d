"""Classifiers that are fully connected networks: from a stack of weightings to trained networks, and their scores."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genvsdisc.base import Parameters, ProbabilisticClassifier
from genvsdisc.discriminative.networks.training_set import Streams, Task
from genvsdisc.discriminative.training import (
    CallbackSupportMixin,
    blas_threads,
    class_weighted,
    column_scales,
    seeds,
    split_validation,
    warn_about,
    watched,
    with_callbacks,
)
from genvsdisc.functional import absent
from genvsdisc.functional.descent.loop import Descent, Settings, descend
from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.losses import LOSSES
from genvsdisc.functional.networks.activations import Activation
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective

# The arrays of the networks that are trained together should stay in the processor's cache.
_STACK_BYTES = 2**20
_ROWS_AT_ONCE = 4096


class NetworkClassifier(CallbackSupportMixin, ProbabilisticClassifier):
    """Base of the classifiers that are fully connected networks.

    A subclass says what the hidden layers are; it may say how they learn from a `Task`. Fitted is one flat vector,
    `parameters_`, in the layout of `architecture_`, for rows (x − `feature_mean_`) / `feature_scale_`.
    """

    _family = "discriminative"
    _score_attributes = ("architecture_", "parameters_", "feature_mean_", "feature_scale_")
    # Parameters of some subclasses.
    batch_norm: bool = False
    batch_norm_statistics: str = "exact"
    dropout: float = 0.0
    init: str = "auto"
    # Descend in standardized coordinates, whatever the objective: the same minimum, by a straighter way.
    _rescales: bool = False

    # What a subclass gives -------------------------------------------------------------------------------------

    @abstractmethod
    def _hidden_layers(self) -> tuple[tuple[int, ...], tuple[Activation, ...]]:
        """Widths and activations of the hidden layers."""

    def _learn(self, task: Task) -> tuple[Architecture, Descent]:
        """Train the networks of a task: what they are, and how that went."""
        architecture = self._architecture(task.X.shape[-1])
        return architecture, self._descend(architecture, task, self._last(architecture, task))

    def _rows_in_batch(self, n_samples: int) -> int:
        return n_samples if self.batch_size is None else min(self.batch_size, n_samples)

    def _most_epochs(self) -> int:
        return self.max_iter

    # Fitting ---------------------------------------------------------------------------------------------------

    @with_callbacks
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on rows X with labels y.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,)
            Labels of any type that sorts.
        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights of the rows in the mean loss; a row of weight 0 is as good as absent.

        Returns
        -------
        self : object
            The fitted classifier.

        Warns
        -----
        ConvergenceWarning
            If the descent diverged, or went on for `max_iter` epochs.
        """
        with watched(self, X, y, sample_weight, self._most_epochs()):
            return super().fit(X, y, sample_weight)

    def _architecture(self, n_features: int) -> Architecture:
        widths, activations = self._hidden_layers()
        n_outputs = 1 if len(self.classes_) == 2 else len(self.classes_)
        return Architecture((n_features, *widths, n_outputs), activations, self.batch_norm)

    def _fit_stack(self, X: NDArray, codes: NDArray, weights: NDArray) -> dict[str, Sequence[Any]]:
        self._validate_params()
        architecture = self._architecture(X.shape[1])
        weights = class_weighted(weights, codes, self.classes_, self.class_weight)
        sources = seeds(self.random_state, len(weights))
        rows = self._rows_in_batch(len(X))
        at_once = max(1, _STACK_BYTES // (sum(architecture.widths) * rows * X.itemsize))
        with blas_threads(rows * architecture.largest_product):
            fits = [
                self._fit_together(X, codes, weights[begin : begin + at_once], sources[begin : begin + at_once])
                for begin in range(0, len(weights), at_once)
            ]
        fitted: dict[str, Any] = {name: [value for fit in fits for value in fit[name]] for name in fits[0]}
        if not self._stopped:
            warn_about(self, np.array(fitted["converged"]), np.array(fitted["diverged"]))
        del fitted["converged"], fitted["diverged"]
        return fitted | {name: np.array(fitted[name]) for name in self._score_attributes}

    def _fit_together(
        self, X: NDArray, codes: NDArray, weights: NDArray, sources: list[int]
    ) -> dict[str, Sequence[Any]]:
        """Train one stack, small enough for the cache."""
        task = self._task(X, codes, weights, [Streams.of(seed) for seed in sources])
        architecture, descent = self._learn(task)
        return {
            "architecture_": [architecture] * len(sources),
            "parameters_": descent.parameters,
            "feature_mean_": task.center,
            "feature_scale_": task.scale,
            "n_iter_": descent.n_iter.tolist(),
            "loss_curve_": [np.array(curve) for curve in descent.loss_curves],
            "validation_loss_curve_": [np.array(curve) for curve in descent.validation_loss_curves],
            "converged": descent.converged.tolist(),
            "diverged": descent.diverged.tolist(),
        }

    def _task(self, X: NDArray, codes: NDArray, weights: NDArray, streams: list[Streams]) -> Task:
        """Set validation rows apart and standardize by the training rows."""
        training, validation = weights, None
        if self.early_stopping:
            parts = [
                split_validation(stream.split, row, codes, self.validation_fraction)
                for stream, row in zip(streams, weights, strict=True)
            ]
            training, validation = (np.array(part) for part in zip(*parts, strict=True))
        shape = (len(weights), X.shape[1])
        center, scale = np.zeros(shape, X.dtype), np.ones(shape, X.dtype)
        if self.standardize or self._rescales:
            center, scale = column_scales(X, training)
            X = (X - center[:, None]) / scale[:, None]
        units = scale if self._rescales and not self.standardize else None
        return Task(X, codes, training, validation, streams, center, scale, units)

    def _descend(self, architecture: Architecture, task: Task, start: NDArray | None = None) -> Descent:
        """Descend from new parameters, or from given ones."""
        objective = NetworkObjective(
            architecture,
            task.X,
            task.codes,
            task.training,
            loss=LOSSES[self.loss],
            reg_lambda=self.reg_lambda,
            units=task.units,
            dropout=self.dropout,
            generators=[streams.dropout for streams in task.streams],
            moving_average=self.batch_norm_statistics == "moving",
        )
        settings = Settings(
            optimizer=OPTIMIZERS[self.optimizer],
            learning_rate=self.learning_rate,
            schedule=SCHEDULES[self.schedule],
            batch_size=self._rows_in_batch(len(task.codes)),
            max_iter=self.max_iter,
            tol=self.tol,
            n_iter_no_change=self.n_iter_no_change,
        )
        watch = getattr(self, "_watch", None)
        if watch is not None:
            watch.attributes = lambda parameters: self._seen(architecture, task, objective, parameters)
        descent = descend(
            objective,
            self._new(architecture, task) if start is None else start,
            task.training,
            settings,
            generators=[streams.order for streams in task.streams],
            validation_weights=task.validation,
            hook=watch,
        )
        settled = objective.settled(descent.parameters, np.arange(len(descent.parameters)))
        return replace(descent, parameters=_with_infinite_biases(architecture, settled))

    def _seen(
        self, architecture: Architecture, task: Task, objective: NetworkObjective, parameters: NDArray
    ) -> dict[str, Any]:
        """Fitted attributes that a callback sees in the middle of a fit."""
        parameters = _with_infinite_biases(architecture, objective.settled(parameters, np.array([0])))
        architecture, whole = self._whole(architecture, task, parameters)
        return dict(zip(self._score_attributes, (architecture, whole[0], task.center[0], task.scale[0]), strict=True))

    def _whole(self, architecture: Architecture, task: Task, parameters: NDArray) -> tuple[Architecture, NDArray]:
        """The network from the rows as given on: the one that learns, on the banks below it."""
        below = [bank[: len(parameters)].reshape(len(parameters), -1) for bank in task.below]
        whole = self._architecture(task.center.shape[1]).head(len(below) + len(architecture.activations))
        return whole, np.concatenate([*below, parameters], axis=1)

    @property
    def _stopped(self) -> bool:
        """Whether a callback has asked to stop."""
        watch = getattr(self, "_watch", None)
        return watch is not None and watch.stopped

    def _new(self, architecture: Architecture, task: Task) -> NDArray:
        """Draw parameters to start from."""
        start = np.array([architecture.initial(streams.initial, self.init) for streams in task.streams])
        return _without_absent(architecture, start.astype(task.X.dtype), task)

    def _last(self, architecture: Architecture, task: Task) -> NDArray | None:
        """For a warm start, the parameters of the last fit; None if that was of another architecture."""
        if not self.warm_start or getattr(self, "architecture_", None) != architecture:
            return None
        start = np.repeat(self.parameters_[None], len(task.training), axis=0)
        start[~np.isfinite(start)] = 0
        first = architecture.layers(start)[0].weights
        # The same network in the coordinates of this task.
        first[:, :, :-1] /= self.feature_scale_
        first[:, :, -1] += np.einsum("rkd,rd->rk", first[:, :, :-1], task.center - self.feature_mean_)
        first[:, :, :-1] *= task.scale[:, None]
        return _without_absent(architecture, start.astype(task.X.dtype), task)

    # Predicting ------------------------------------------------------------------------------------------------

    def _maps(self, parameters: Parameters) -> list[NDArray]:
        """Affine maps (R, outputs, inputs + 1) for rows as given: standardization and batch normalization folded in."""
        centers, scales = np.asarray(parameters["feature_mean_"]), np.asarray(parameters["feature_scale_"])
        architecture = parameters["architecture_"][0]  # one for the whole stack
        first, *rest = architecture.folded(np.asarray(parameters["parameters_"]))
        first = first.copy()
        first[:, :, :-1] /= scales[:, None]
        first[:, :, -1] -= np.einsum("rkd,rd->rk", first[:, :, :-1], centers)
        return [first, *rest]

    def _layer_values(self, X: NDArray, parameters: Parameters, layer: int) -> NDArray:
        """Values (R, units, n) of a hidden layer, or the logits (layer -1), for rows X."""
        maps, architecture = self._maps(parameters), parameters["architecture_"][0]
        chunks = [X[begin : begin + _ROWS_AT_ONCE] for begin in range(0, len(X), _ROWS_AT_ONCE)]
        with blas_threads(_ROWS_AT_ONCE * architecture.largest_product):
            return np.concatenate([architecture.values(maps, chunk.T[None])[layer] for chunk in chunks], axis=2)

    def _log_scores(self, X: NDArray, parameters: Parameters) -> NDArray:
        logits = self._layer_values(X, parameters, -1)
        if logits.shape[1] == 1:
            logits = np.concatenate([-np.maximum(logits, 0), np.minimum(logits, 0)], axis=1)
        return logits.swapaxes(1, 2)

    def _hidden_features(self, X: NDArray, layer: int) -> NDArray:
        """Values (n, units) of a hidden layer, counted from 0 or, negative, from the last one."""
        depth = len(self.architecture_.activations)
        if not -depth <= layer < depth:
            raise ValueError(f"there are {depth} hidden layers, so none has the number {layer}; they count from 0")
        return self._layer_values(X, self._own_parameters(), layer % depth)[0].T

    @property
    def coefs_(self) -> list[NDArray]:
        """Weights (inputs, outputs) of each layer, for rows as given: the network that predicts.

        Standardization and batch normalization are folded in.
        """
        return [weights[0, :, :-1].T for weights in self._maps(self._own_parameters())]

    @property
    def intercepts_(self) -> list[NDArray]:
        """Biases (outputs,) of each layer, to go with `coefs_`."""
        return [weights[0, :, -1] for weights in self._maps(self._own_parameters())]

    @property
    def n_parameters_(self) -> int:
        """Number of learned parameters."""
        return self.architecture_.n_learned


def _without_absent(architecture: Architecture, parameters: NDArray, task: Task) -> NDArray:
    """Give classes that have no training rows a probability of zero."""
    n_classes = max(architecture.widths[-1], 2)
    present = np.array([task.training[:, task.codes == k].any(axis=1) for k in range(n_classes)]).T
    absent.exclude(architecture.layers(parameters)[-1].weights[:, :, -1], present)
    return parameters


def _with_infinite_biases(architecture: Architecture, parameters: NDArray) -> NDArray:
    """Parameters in which the biases that stand for absent classes are what they mean."""
    parameters = parameters.copy()
    absent.make_infinite(architecture.layers(parameters)[-1].weights[:, :, -1])
    return parameters
