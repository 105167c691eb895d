"""What each model says of rows that it was not trained on: all that the comparison is computed from."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from threadpoolctl import threadpool_limits

from genvsdisc.models import Model
from genvsdisc.study.curves import CurveLosses, curve_probabilities
from genvsdisc.study.design import Design
from genvsdisc.study.draws import bootstrap_weights, cross_validation_draws, nested_draws
from genvsdisc.study.prepared import Prepared
from genvsdisc.study.refits import refit_probabilities, seeded
from genvsdisc.study.robustness import label_noise_losses

_COUNT = re.compile(r" \(\d+ of \d+ replicates\)")  # differs from stage to stage; the message is the same
FLEXIBLE_SHARE = 10
"""A model that is half of no pair gets one draw in this many: its curve is looked at, never tested."""
NOISE_SHARE = 10
"""Noisy labels are drawn once for so many draws of the design."""


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
    curves: dict[str, CurveLosses] = field(default_factory=dict)
    bootstraps: list[NDArray] = field(default_factory=list)
    noise: pd.DataFrame | None = None
    fitted: Any = None
    failures: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the model could not even be cross-validated."""
        return "cross-validation" in self.failures


def final_step(estimator: Any) -> Any:
    """Classifier behind searches and pipelines."""
    while hasattr(estimator, "best_estimator_") or hasattr(estimator, "steps"):
        estimator = estimator.best_estimator_ if hasattr(estimator, "best_estimator_") else estimator[-1]
    return estimator


def gather(model: Model, table: Prepared, draws: Draws) -> Evidence:
    """Fit one model to every draw and keep what it predicts.

    What a stage raises is kept as the reason why it is absent: one model that cannot be fitted is a row of the
    report, not the end of it. Without cross-validation there is nothing to compare, and the other stages are left out.
    """
    work = _Gathering(model, table, draws)
    found = Evidence(model)
    # One BLAS thread: how a sum is split over threads changes its last bits, and the result may not depend on n_jobs.
    with threadpool_limits(1), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for stage, run in STAGES.items():
            start = time.perf_counter()
            try:
                run(work, found)
            except Exception as error:
                found.failures[stage] = f"{type(error).__name__}: {error}"
            found.seconds[stage] = time.perf_counter() - start
            if found.failed:
                break
    found.warnings = list(dict.fromkeys(f"{w.category.__name__}: {_COUNT.sub('', str(w.message))}" for w in caught))
    return found


@dataclass(frozen=True)
class _Gathering:
    """The stages of one model."""

    model: Model
    table: Prepared
    draws: Draws

    @property
    def n_draws(self) -> int:
        n_draws = self.draws.design.n_draws
        return n_draws if self.model.form else max(2, n_draws // FLEXIBLE_SHARE)

    @property
    def shared(self) -> dict[str, Any]:
        return {"classes": self.table.classes, "random_state": self.draws.seed}

    def cross_validate(self, found: Evidence) -> None:
        rows, draws = self.table, self.draws
        found.cv = refit_probabilities(
            self.model.estimator, rows.X, rows.y, draws.cv_weights, draws.cv_tests, **self.shared
        )

    def fit_all_rows(self, found: Evidence) -> None:
        found.fitted = seeded(self.model.estimator, self.draws.seed).fit(self.table.X, self.table.y)

    def learning_curve(self, found: Evidence) -> None:
        rows, draws = self.table, self.draws
        weights, tests = draws.curve_weights[:, : self.n_draws], draws.curve_tests[: self.n_draws]
        predicted, errors = curve_probabilities(self.model.estimator, rows.X, rows.y, weights, tests, **self.shared)
        found.failures |= {f"learning curve at {draws.sizes[s]} rows": why for s, why in errors.items()}
        found.curves = {loss: CurveLosses.of(predicted, tests, rows.codes, loss) for loss in draws.design.losses}

    def resample(self, found: Evidence) -> None:
        rows, draws = self.table, self.draws
        held_out = rows.X.iloc[draws.held_out]
        found.bootstraps = [
            refit_probabilities(self.model.estimator, rows.X, rows.y, weights[: self.n_draws], held_out, **self.shared)
            for weights in draws.bootstraps
        ]

    def flip_labels(self, found: Evidence) -> None:
        found.noise = label_noise_losses(
            self.model.estimator,
            self.table.X,
            self.table.codes,
            self.draws.held_out,
            n_draws=max(2, self.n_draws // NOISE_SHARE),
            losses=self.draws.design.losses,
            random_state=self.draws.seed,
        )


STAGES: dict[str, Callable[[_Gathering, Evidence], None]] = {
    "cross-validation": _Gathering.cross_validate,
    "fit to all rows": _Gathering.fit_all_rows,
    "learning curve": _Gathering.learning_curve,
    "bias and variance": _Gathering.resample,
    "label noise": _Gathering.flip_labels,
}
