"""What the fits hand to the statistics: the draws shared by all models, and what each model predicted. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from genvsdisc.models import Model
    from genvsdisc.study.design import Design
    from genvsdisc.study.statistics.learning_curves import CurveLosses

JUDGE = 4
"""Mark of the rows that judge, in the parts of a draw; 0 to 3 mark the quarters that train."""
MAX_CLASSES = 8
"""Ellipses and regions of more classes than this cannot be told apart on a page, and are not fitted."""


@dataclass(frozen=True)
class Draws:
    """Every random choice of a comparison, made once and shared by all models.

    Attributes
    ----------
    design : Design
    cv_weights : ndarray of shape (n_repeats * n_splits, n_samples)
        1 for the training rows of a fold, 0 for those it holds out.
    cv_tests : list of integer arrays
        Indices of the rows that each fold holds out.
    sizes : ndarray of shape (n_sizes,)
        Training sizes of the learning curves.
    curve_weights : ndarray of shape (n_sizes, n_draws, n_samples)
        Nested subsamples.
    curve_tests : list of integer arrays
        Indices of the rows that each draw holds out.
    parts : ndarray of uint8, shape (n_partitions, n_samples)
        Rows dealt into judges and quarters that train, for bias and variance; from `disjoint_parts`.
    held_out : ndarray of shape (n_test,)
        Indices of the rows that judge the fits to noisy labels.
    seed : int
        Source of randomness of the models.
    """

    design: Design
    cv_weights: NDArray
    cv_tests: list[NDArray]
    sizes: NDArray
    curve_weights: NDArray
    curve_tests: list[NDArray]
    parts: NDArray
    held_out: NDArray
    seed: int

    @property
    def judges(self) -> list[NDArray]:
        """Indices of the rows that judge each draw of parts."""
        return [np.flatnonzero(row == JUDGE) for row in self.parts]

    def fingerprint(self) -> str:
        """Return the hash of all held-out rows and draws: equal hashes prove equal splits."""
        digest = sha256()
        for indices in (*self.cv_tests, *self.curve_tests, self.held_out):
            digest.update(np.ascontiguousarray(indices, dtype=np.int64).tobytes())
        for weights in (self.curve_weights, self.parts):
            digest.update(np.ascontiguousarray(weights).tobytes())
        return digest.hexdigest()


@dataclass
class Predictions:
    """Predictions and losses of one model; a stage that failed is absent and says why in `failures`."""

    model: Model
    cv: list[NDArray] = field(default_factory=list)
    curves: dict[str, CurveLosses] = field(default_factory=dict)
    quarters: list[NDArray] = field(default_factory=list)
    halves: list[NDArray] = field(default_factory=list)
    noise: pd.DataFrame | None = None
    fitted: Any = None
    descent: dict[str, pd.DataFrame] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the model could not even be cross-validated."""
        return "cross-validation" in self.failures


@dataclass
class Views:
    """Tables of two columns that models were fitted to for the eye alone, with what failed while they were drawn."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def final_step(estimator: Any) -> Any:
    """Return the classifier behind searches and pipelines."""
    while hasattr(estimator, "best_estimator_") or hasattr(estimator, "steps"):
        estimator = estimator.best_estimator_ if hasattr(estimator, "best_estimator_") else estimator[-1]
    return estimator
