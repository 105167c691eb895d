"""What each model says of rows that it was not trained on: all that the comparison is computed from."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state

from genvsdisc.models import Model
from genvsdisc.study.design import Design
from genvsdisc.study.draws import bootstrap_weights, cross_validation_draws, nested_draws
from genvsdisc.study.metrics import pointwise_losses
from genvsdisc.study.prepared import Prepared
from genvsdisc.study.refits import refit_probabilities
from genvsdisc.study.robustness import label_noise_losses

FLEXIBLE_SHARE = 10
"""A model that is half of no pair gets one draw in this many: its curve is looked at, never tested."""


@dataclass(frozen=True)
class Draws:
    """Every random choice of a comparison, made once and shared by all models."""

    design: Design
    cv_weights: NDArray
    cv_tests: list[NDArray]
    sizes: NDArray
    curve_weights: NDArray
    curve_tests: list[NDArray]
    bootstrap_sizes: tuple[int, ...]
    bootstraps: list[NDArray]
    held_out: NDArray
    seed: int

    @classmethod
    def make(cls, codes: NDArray, design: Design, random_state: Any) -> Draws:
        """Draw the folds, the nested subsamples and the bootstrap samples for rows with these classes."""
        rng = check_random_state(random_state)
        n_classes = int(codes.max()) + 1
        cv_weights, cv_tests = cross_validation_draws(codes, design.n_splits, design.n_repeats, rng)
        sizes = design.sizes(len(codes), n_classes)
        curve_weights, curve_tests = nested_draws(
            codes, sizes, design.n_draws, test_size=design.test_size, random_state=rng
        )
        pool, held_out = train_test_split(
            np.arange(len(codes)), test_size=design.test_size, stratify=codes, random_state=rng
        )
        few = max(3 * n_classes, len(pool) // 5)
        bootstraps = []
        for size in (few, len(pool)):
            weights = np.zeros((design.n_draws, len(codes)), dtype=np.uint16)
            weights[:, pool] = bootstrap_weights(
                codes[pool], design.n_draws, size=size, stratified=True, random_state=rng
            )
            bootstraps.append(weights)
        seed = int(rng.randint(np.iinfo(np.int32).max))
        return cls(
            design,
            cv_weights,
            cv_tests,
            sizes,
            curve_weights,
            curve_tests,
            (few, len(pool)),
            bootstraps,
            held_out,
            seed,
        )

    def fingerprint(self) -> str:
        """Hash of all held-out rows and draws: equal hashes prove equal splits."""
        digest = sha256()
        for rows in (*self.cv_tests, *self.curve_tests, self.held_out):
            digest.update(np.ascontiguousarray(rows, dtype=np.int64).tobytes())
        for weights in (self.curve_weights, *self.bootstraps):
            digest.update(np.ascontiguousarray(weights).tobytes())
        return digest.hexdigest()


@dataclass
class Evidence:
    """Predictions and losses of one model; a stage that failed is absent and says why in `failures`."""

    model: Model
    cv: list[NDArray] = field(default_factory=list)
    curve_losses: dict[str, NDArray] = field(default_factory=dict)
    bootstraps: list[NDArray] = field(default_factory=list)
    noise_losses: Any = None
    fitted: Any = None
    failures: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the model could not even be cross-validated."""
        return "cross-validation" in self.failures


def gather(model: Model, table: Prepared, draws: Draws) -> Evidence:
    """Fit one model to every draw and keep what it predicts."""
    found = Evidence(model)
    X, y, codes = table.X, table.y, table.codes

    def refit(weights: NDArray, evaluate: Any) -> list[NDArray]:
        return refit_probabilities(
            model.estimator, X, y, weights, evaluate, classes=table.classes, random_state=draws.seed
        )

    def fit_whole() -> None:
        found.fitted = clone(model.estimator).fit(X, y)

    def cross_validate() -> None:
        found.cv = refit(draws.cv_weights, draws.cv_tests)

    def learning_curve() -> None:
        found.curve_losses = _curve_losses(model, codes, draws, refit, found.failures)

    def resample() -> None:
        rows = [draws.held_out] * draws.design.n_draws
        count = _n_draws(model, draws.design)
        found.bootstraps = [np.stack(refit(w[:count], rows[:count])) for w in draws.bootstraps]

    def flip_labels() -> None:
        found.noise_losses = label_noise_losses(
            model.estimator, X, codes, draws.held_out, losses=draws.design.losses, random_state=draws.seed
        )

    stages: list[tuple[str, Callable[[], None]]] = [
        ("cross-validation", cross_validate),
        ("fit to all rows", fit_whole),
        ("learning curve", learning_curve),
        ("bias and variance", resample),
        ("label noise", flip_labels),
    ]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for stage, run in stages:
            start = time.perf_counter()
            try:
                run()
            except Exception as error:  # a model that fails is a row of the report, not the end of it
                found.failures[stage] = f"{type(error).__name__}: {error}"
            found.seconds[stage] = time.perf_counter() - start
            if found.failed:
                break
    found.warnings = list(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught))
    return found


def _n_draws(model: Model, design: Design) -> int:
    return design.n_draws if model.form else max(2, design.n_draws // FLEXIBLE_SHARE)


def _curve_losses(
    model: Model, codes: NDArray, draws: Draws, refit: Callable[[NDArray, Any], list[NDArray]], failures: dict[str, str]
) -> dict[str, NDArray]:
    """Mean loss on the held-out rows, (n_sizes, n_draws) for each loss; NaN at sizes where the model has no fit."""
    count = _n_draws(model, draws.design)
    out = {loss: np.full((len(draws.sizes), count), np.nan) for loss in draws.design.losses}
    for s, size in enumerate(draws.sizes):
        try:
            predicted = refit(draws.curve_weights[s, :count], draws.curve_tests[:count])
        except Exception as error:  # too few rows for this model: the curve starts later
            failures[f"learning curve at {size} rows"] = f"{type(error).__name__}: {error}"
            continue
        for loss, values in out.items():
            values[s] = [
                pointwise_losses(p, codes[rows], loss).mean()
                for p, rows in zip(predicted, draws.curve_tests, strict=False)
            ]
    return out
