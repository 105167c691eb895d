"""What the fits hand to the statistics: the draws shared by all models, and what each model predicted. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.study.plan import DIAL_STAGES

if TYPE_CHECKING:
    from genvsdisc.models import Model
    from genvsdisc.study.design import Design
    from genvsdisc.study.fits.gaps import GapRows
    from genvsdisc.study.statistics.learning_curves import CurveLosses, DialLosses

JUDGE = 4
"""Mark of the rows that judge, in the parts of a draw; 0 to 3 mark the quarters that train."""
OF_FOLDS = ("cross-validation", "descent paths", *DIAL_STAGES)
"""Stages that look at the folds."""
MAX_CLASSES = 8
"""Ellipses and regions of more classes than this cannot be told apart on a page, and are not fitted."""


@dataclass(frozen=True)
class Draws:
    """Every random choice of a comparison, made once and shared by all models.

    Attributes
    ----------
    design : Design
    cv_weights : ndarray of shape (n_repeats * n_splits, n_samples)
        1 for the training rows of a fold, 0 for the others; no rows where one part is held out once.
    cv_tests : list of integer arrays
        Indices of the rows that each fold holds out; where rows are held out once, the blocks of those
        (`holdout_blocks`), all judged by the one fit.
    sizes : ndarray of shape (n_sizes,)
        Training sizes of the learning curves.
    curve_weights : ndarray of shape (n_sizes, n_draws, n_curve_rows)
        Nested subsamples.
    curve_tests : list of integer arrays
        Indices, among `curve_rows`, of the rows that each draw holds out.
    parts : ndarray of uint8, shape (n_partitions, n_resampled_rows)
        Rows dealt into judges and quarters that train, for bias and variance; from `disjoint_parts`.
    held_out : ndarray of shape (n_test,)
        Indices, among all rows, of those that judge the fits to noisy labels.
    seed : int
        Source of randomness of the models.
    curve_rows, resampled_rows : ndarray or None, default=None
        Indices of the rows that learning curves, and bias, variance and label noise, are drawn from; None for all.
    gaps : GapRows or None, default=None
        Entries deleted from the rows that judge, where the plan has a share of them missing.
    cv_train : ndarray or None, default=None
        Where one part is held out once: indices of the other rows, in an order of which every beginning has the class
        shares of the whole; a model is trained on as many as its plan says.
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
    curve_rows: NDArray | None = None
    resampled_rows: NDArray | None = None
    cv_train: NDArray | None = None
    gaps: GapRows | None = None

    @property
    def held_out_once(self) -> bool:
        """Whether one fit judges all blocks of one held-out part."""
        return self.cv_train is not None

    def part(self, stage: str, start: int, stop: int) -> Draws:
        """Draws `start` to `stop` of those that a stage is fitted to; the seed follows the first of them."""
        cut = slice(start, stop)
        seed = self.seed if start == 0 else int(np.random.SeedSequence([self.seed, start]).generate_state(1)[0] >> 1)
        match stage:
            case "cross-validation" if self.cv_train is not None:
                return replace(self, cv_train=self.cv_train[:stop])
            case "fit to all rows" | "rows of the model" if self.cv_train is not None:
                return replace(self, cv_train=self.cv_train[:stop] if stop <= len(self.cv_train) else None)
            case "cross-validation":
                return replace(self, cv_weights=self.cv_weights[cut], cv_tests=self.cv_tests[cut], seed=seed)
            case "learning curve":
                return replace(
                    self, curve_weights=self.curve_weights[:, cut], curve_tests=self.curve_tests[cut], seed=seed
                )
            case _ if stage in DIAL_STAGES:
                return replace(self, cv_weights=self.cv_weights[cut], cv_tests=self.cv_tests[cut])
            case "bias and variance":
                return replace(self, parts=self.parts[cut], seed=seed)
            case "label noise" | "gaps at prediction" | "unlabeled rows" | "classes left out":
                gaps = None if self.gaps is None else self.gaps.first(stop)
                weights, tests = self.curve_weights[:, :stop], self.curve_tests[:stop]
                return replace(self, gaps=gaps, curve_weights=weights, curve_tests=tests)
            case _:
                return self

    @property
    def judges(self) -> list[NDArray]:
        """Indices of the rows that judge each draw of parts."""
        return [np.flatnonzero(row == JUDGE) for row in self.parts]

    def fingerprint(self) -> str:
        """Return the hash of all held-out rows and draws: equal hashes prove equal splits."""
        digest = self._digest_of_folds()
        subtables = [rows for rows in (self.curve_rows, self.resampled_rows) if rows is not None]
        for indices in (*self.curve_tests, self.held_out, *subtables):
            digest.update(np.ascontiguousarray(indices, dtype=np.int64).tobytes())
        for weights in (self.curve_weights, self.parts):
            digest.update(np.ascontiguousarray(weights).tobytes())
        return digest.hexdigest()

    def folds_fingerprint(self) -> str:
        """Return the hash of the rows that judge in cross-validation, whatever else is drawn."""
        return self._digest_of_folds().hexdigest()

    def _digest_of_folds(self) -> Any:
        digest = sha256()
        for indices in (*([] if self.cv_train is None else [self.cv_train]), *self.cv_tests):
            digest.update(np.ascontiguousarray(indices, dtype=np.int64).tobytes())
        return digest


@dataclass(frozen=True)
class Failure:
    """A part that is missing: which model and stage (model "" for a part of the page), the error, what it means."""

    model: str
    stage: str
    error: str
    meaning: str


@dataclass
class Predictions:
    """Predictions and losses of one model; a stage that failed is absent and says why in `failures`."""

    model: Model
    n_train: int | None = None
    cv: list[NDArray] = field(default_factory=list)
    curves: dict[str, CurveLosses] = field(default_factory=dict)
    quarters: list[NDArray] = field(default_factory=list)
    halves: list[NDArray] = field(default_factory=list)
    swapped: dict[str, NDArray] = field(default_factory=dict)
    tables: list[NDArray] = field(default_factory=list)
    noise: pd.DataFrame | None = None
    dials: dict[str, DialLosses] = field(default_factory=dict)
    novelty: pd.DataFrame | None = None
    fitted: Any = None
    test: NDArray | None = None
    density_floor: float | None = None
    descent: dict[str, pd.DataFrame] = field(default_factory=dict)
    dials_between: dict[str, pd.DataFrame] = field(default_factory=dict)
    columns: tuple[Any, ...] = ()
    predictive: tuple[pd.DataFrame, pd.DataFrame] | None = None
    failures: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the model could not even be cross-validated."""
        return "cross-validation" in self.failures

    def in_one_piece(self) -> Predictions:
        """Return them as they come from another process, arrays in one piece: sums depend on it in the last bit."""
        names = [each.name for each in fields(self) if each.name not in ("model", "fitted")]
        return replace(self, **{name: _in_one_piece(getattr(self, name)) for name in names})


def _in_one_piece(value: Any) -> Any:
    """Return an array in one piece, and so those of a collection or record."""
    if isinstance(value, np.ndarray):
        return value if value.flags.forc else np.ascontiguousarray(value)
    if isinstance(value, list):
        return [_in_one_piece(each) for each in value]
    if isinstance(value, dict):
        return {name: _in_one_piece(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _in_one_piece(getattr(value, each.name)) for each in fields(value)})
    return value


@dataclass
class Views:
    """Tables of two columns that models were fitted to for the eye alone, with what failed while they were drawn."""

    axes: list[Any] = field(default_factory=list)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def final_step(estimator: Any) -> Any:
    """Return the classifier behind searches and pipelines."""
    while hasattr(estimator, "best_estimator_") or hasattr(estimator, "steps"):
        estimator = estimator.best_estimator_ if hasattr(estimator, "best_estimator_") else estimator[-1]
    return estimator
