"""Training sets along a condition: those of the largest size of a learning curve, and the rows that judge them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from genvsdisc.datasets.targets import class_labels
from genvsdisc.features.tables import as_rows
from genvsdisc.study.design import Design
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.splits import nested_draws
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.study.statistics.training_rows import TrainedRows
from genvsdisc.validation import refuse_other_length

ConditionCurves = dict[str, tuple[NDArray, CurveLosses]]
"""Model -> values of the dial and losses along them."""


class Drawing:
    """Rows, and the training sets of the largest size."""

    def __init__(
        self, X: Any, y: ArrayLike, n_draws: int, metric: str, random_state: Any, unlabeled: Any = None
    ) -> None:
        self.X, self.y, self.unlabeled = as_rows(X), class_labels(y).to_numpy(), unlabeled
        refuse_other_length(self.X, self.y)
        self.rng, self.metric = check_random_state(random_state), metric
        self.classes, self.codes = np.unique(self.y, return_inverse=True)
        design = Design(n_draws=n_draws, losses=(metric,))
        self.largest = int(design.sizes(len(self.codes), len(self.classes))[-1])
        self.state = self.rng.get_state()
        self.n_draws, self.n_held_out = n_draws, design.n_held_out(len(self.codes), len(self.classes))
        weights, self.tests = self.nested([self.largest])
        self.weights = weights[0]
        self.units = np.arange(len(self.codes))
        self.trained = TrainedRows(weights, self.units)
        self.notes: list[str] = []  # of fits that failed
        self.seed = int(self.rng.randint(np.iinfo(np.int32).max))

    def nested(self, sizes: Sequence[int]) -> tuple[NDArray, list[NDArray]]:
        """Nested training sets, the largest of them the same whatever the others."""
        self.rng.set_state(self.state)
        weights, tests = nested_draws(
            self.codes, np.asarray(sizes), self.n_draws, test_size=self.n_held_out, random_state=self.rng
        )
        return weights, tests

    def refit(self, estimator: Any, weights: NDArray) -> list[NDArray]:
        """Fit to training sets and predict the rows that judge each."""
        return refit_probabilities(
            estimator, self.X, self.y, weights, self.tests, classes=self.classes, random_state=self.seed
        )

    def losses(self, probabilities: Sequence[Sequence[NDArray] | None], labeled: NDArray | None = None) -> CurveLosses:
        """Score the predictions of each value of the dial; `labeled` are its training sets, if each has others."""
        trained = self.trained if labeled is None else TrainedRows(labeled, self.units)
        return CurveLosses.of(probabilities, self.tests, self.codes, self.metric, training=trained)

    def begun(self, curve: CurveLosses, predicted: Sequence[NDArray]) -> CurveLosses:
        """The curve, which begins with the losses of these plain predictions: its own are theirs but for rounding."""
        plain = self.losses([predicted])
        by_draw, by_row, judged = curve.by_draw.copy(), curve.by_row.copy(), curve.judged.copy()
        by_draw[0], by_row[0] = plain.by_draw[0], plain.by_row[0]
        if judged.ndim > 1:
            judged[0] = plain.judged
        effects, begins = curve.effects, plain.effects
        if effects is not None and begins is not None:
            effects = effects.beginning(begins)
        return CurveLosses(by_draw, by_row, judged, effects)
