"""Classifiers that are fully connected networks: from a stack of weightings to trained networks, and their scores."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.base import Parameters
from genvsdisc.discriminative.classifier import DiscriminativeClassifier
from genvsdisc.discriminative.networks.training_set import Streams, TrainingSet
from genvsdisc.discriminative.sampling import class_shares, class_weighted, seeds, split_validation
from genvsdisc.discriminative.threads import blas_threads
from genvsdisc.functional import absent
from genvsdisc.functional.descent.loop import Settings, descend
from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.descent.schedules import SCHEDULES
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.activations import Activation
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.functional.posterior import two_log_scores
from genvsdisc.functional.scaling import means_and_deviations
from genvsdisc.functional.solution import Solution
from genvsdisc.validation import column_name

# The arrays of the networks that are trained together should stay in the processor's cache.
_STACK_BYTES = 2**20
_ROWS_AT_ONCE = 4096


class NetworkClassifier(DiscriminativeClassifier):
    """Base of the classifiers that are fully connected networks.

    A subclass gives the hidden layers, and may override how they learn from a `TrainingSet`. Fitted is one flat
    vector, `parameters_`, in the layout of `architecture_`, for rows (x − `feature_mean_`) / `feature_scale_`.
    """

    _score_attributes = ("architecture_", "parameters_", "feature_mean_", "feature_scale_")
    parameters_: NDArray
    learning_rate: float
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

    def _learn(self, data: TrainingSet) -> tuple[Architecture, Solution]:
        """Train the networks of a data: what they are, and how that went."""
        architecture = self._architecture(data.X.shape[-1])
        return architecture, self._descend(architecture, data, self._last(architecture, data))

    def _rows_in_batch(self, n_samples: int) -> int:
        return n_samples if self.batch_size is None else min(self.batch_size, n_samples)

    # Fitting ---------------------------------------------------------------------------------------------------

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
        self._warn_of(np.array(fitted.pop("status")))
        fitted["class_prior_"] = class_shares(weights, codes, len(self.classes_)).astype(X.dtype)
        return fitted | {name: np.array(fitted[name]) for name in self._score_attributes}

    def _fit_together(
        self, X: NDArray, codes: NDArray, weights: NDArray, sources: list[int]
    ) -> dict[str, Sequence[Any]]:
        """Train one stack, small enough for the cache."""
        data = self._training_set(X, codes, weights, [Streams.of(seed) for seed in sources])
        architecture, solution = self._learn(data)
        return {
            "architecture_": [architecture] * len(sources),
            "parameters_": solution.parameters,
            "feature_mean_": data.center,
            "feature_scale_": data.scale,
            "n_iter_": solution.n_iter.tolist(),
            "loss_curve_": [np.array(curve) for curve in solution.loss_curves],
            "validation_loss_curve_": [np.array(curve) for curve in solution.validation_loss_curves],
            "status": solution.status.tolist(),
        }

    def _training_set(self, X: NDArray, codes: NDArray, weights: NDArray, streams: list[Streams]) -> TrainingSet:
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
            shares = training.astype(float) / training.sum(axis=1, keepdims=True)
            center, scale = (moments.astype(X.dtype) for moments in means_and_deviations(X, shares))
            self._check_deviations(scale)
            X = np.divide(centered := X - center[:, None], scale[:, None], out=centered)
        else:
            self._check_squares(X)
        units = None
        if self._rescales and not self.standardize:
            units = scale
            self._check_penalties(scale)
        return TrainingSet(X, codes, training, validation, streams, center, scale, units)

    def _check_deviations(self, scale: NDArray) -> None:
        """Raise if a column cannot be divided by its standard deviation."""
        smallest = scale.min(axis=0)
        j = int(smallest.argmin())
        if smallest[j] < np.finfo(scale.dtype).tiny:
            raise ValueError(
                f"{column_name(self, j)} has standard deviation {smallest[j]:.3g}, which {scale.dtype} cannot divide "
                "by: multiply it by a power of ten"
            )

    def _check_penalties(self, scale: NDArray) -> None:
        """Raise if the penalty of a column's weights, on the scale of X, leaves the range of its dtype."""
        smallest = scale.min(axis=0)
        if self.reg_lambda and (smallest < 1e3 * np.sqrt(np.finfo(scale.dtype).tiny)).any():
            j = int(smallest.argmin())
            raise ValueError(
                f"{column_name(self, j)} has standard deviation {smallest[j]:.3g}, so that the penalty of its weights "
                f"overflows {scale.dtype}: multiply it by a power of ten, or use standardize=True"
            )

    def _descend(self, architecture: Architecture, data: TrainingSet, start: NDArray | None = None) -> Solution:
        """Descend from new parameters, or from given ones."""
        objective = NetworkObjective(
            architecture,
            data.X,
            data.codes,
            data.training,
            loss=TRAINING_LOSSES[self.loss],
            reg_lambda=self.reg_lambda,
            units=data.units,
            dropout=self.dropout,
            generators=[streams.dropout for streams in data.streams],
            statistics=self.batch_norm_statistics,
            batch_size=self._rows_in_batch(len(data.codes)),
        )
        settings = Settings(
            optimizer=OPTIMIZERS[self.optimizer],
            learning_rate=self.learning_rate * (architecture.step_share if self.standardize or self._rescales else 1),
            schedule=SCHEDULES[self.schedule],
            batch_size=self._rows_in_batch(len(data.codes)),
            max_iter=self.max_iter,
            tol=self.tol,
            n_iter_no_change=self.n_iter_no_change,
        )
        watch = getattr(self, "_watch", None)
        if watch is not None:
            watch.attributes = lambda parameters: self._seen(architecture, data, objective, parameters)
        solution = descend(
            objective,
            self._new(architecture, data) if start is None else start,
            data.training,
            settings,
            generators=[streams.order for streams in data.streams],
            validation_weights=data.validation,
            hook=watch,
        )
        settled = objective.settled(solution.parameters, np.arange(len(solution.parameters)))
        return replace(solution, parameters=_final(architecture, settled, data.present(self._n_classes)))

    def _seen(
        self, architecture: Architecture, data: TrainingSet, objective: NetworkObjective, parameters: NDArray
    ) -> dict[str, Any]:
        """Fitted attributes that a callback sees in the middle of a fit."""
        settled = objective.settled(parameters, np.array([0]))
        parameters = _final(architecture, settled, data.present(self._n_classes)[: len(settled)])
        architecture, whole = self._whole(architecture, data, parameters)
        return dict(zip(self._score_attributes, (architecture, whole[0], data.center[0], data.scale[0]), strict=True))

    def _whole(
        self, architecture: Architecture, data: TrainingSet, parameters: NDArray
    ) -> tuple[Architecture, NDArray]:
        """The network from the rows as given on: the one that learns, on the banks below it."""
        below = [bank[: len(parameters)].reshape(len(parameters), -1) for bank in data.below]
        whole = self._architecture(data.center.shape[1]).head(len(below) + len(architecture.activations))
        return whole, np.concatenate([*below, parameters], axis=1)

    @property
    def _n_classes(self) -> int:
        return len(self.classes_)

    @property
    def _stopped(self) -> bool:
        """Whether a callback has asked to stop."""
        watch = getattr(self, "_watch", None)
        return watch is not None and watch.stopped

    def _new(self, architecture: Architecture, data: TrainingSet) -> NDArray:
        """Draw parameters to start from."""
        start = np.array([architecture.initial(streams.initial, self.init) for streams in data.streams])
        start = start.astype(data.X.dtype)
        absent.exclude(architecture.output_biases(start), data.present(self._n_classes))
        return start

    def _last(self, architecture: Architecture, data: TrainingSet) -> NDArray | None:
        """For a warm start, the parameters of the last fit; None if that was of another architecture."""
        if not self.warm_start or getattr(self, "architecture_", None) != architecture:
            return None
        start = np.repeat(self.parameters_[None], len(data.training), axis=0)
        start[~np.isfinite(start)] = 0
        first = architecture.layers(start)[0].weights
        # The same network in the coordinates of this data.
        first[:, :, :-1] /= self.feature_scale_
        first[:, :, -1] += np.einsum("rkd,rd->rk", first[:, :, :-1], data.center - self.feature_mean_)
        first[:, :, :-1] *= data.scale[:, None]
        start = start.astype(data.X.dtype)
        absent.exclude(architecture.output_biases(start), data.present(self._n_classes))
        return start

    def _shift_log_odds(self, shift: NDArray) -> None:
        self.parameters_ = self.parameters_.copy()
        biases = self.architecture_.output_biases(self.parameters_[None])[0]  # a view
        biases += shift[1:] - shift[:1] if len(biases) == 1 else shift

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
            logits = two_log_scores(logits)
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


def _final(architecture: Architecture, parameters: NDArray, present: NDArray) -> NDArray:
    """Parameters in which absent classes have infinite biases, as at prediction."""
    parameters = parameters.copy()
    absent.exclude(architecture.output_biases(parameters), present, -np.inf)
    return parameters
