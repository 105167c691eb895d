"""Draws forward in time: every training row is older than every row that judges it; equal times stay on one side.

Folds are forward chaining (`sklearn.model_selection.TimeSeriesSplit`, with equal times kept together): the rows in
order of time are cut into a first part and k blocks, and each block is judged by what was learned from all rows before
it. They cannot be repeated, so there is one repeat. The corrected t test takes the mean over the folds of n_test /
(n_train + n_test), of which the first, learned from little, is the largest.

Learning curves take the most recent m rows before a moment, and judge by the rows after it; the moments are spread
evenly over the second half. Bias and variance resample blocks of successive rows before one moment (Künsch, Annals of
Statistics 17, 1989), and judge by all rows after it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.study.design import Design
from genvsdisc.study.sampling import Sampling


class TimeDraws:
    """Folds and windows forward in time.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Class of each row.
    sampling : Sampling
        Of kind "time".
    """

    def __init__(self, codes: NDArray, sampling: Sampling):
        self.codes, self.named = codes, sampling.named
        self.order = np.argsort(sampling.codes, kind="stable")
        # Positions in time count rows, each as often as it counts.
        masses = sampling.masses(len(codes))[self.order]
        self.ends = np.cumsum(masses)
        self.starts = self.ends - masses
        self.n_rows = self.ends[-1]
        self.cuts = self.starts[1:][np.diff(sampling.codes[self.order]) > 0]
        # Position by which every class has been seen.
        last = np.unique(codes[self.order], return_index=True)[1].max()
        self.complete = self.starts[last] + min(1, masses[last])

    def folds(self, n_splits: int, n_repeats: int, rng: np.random.RandomState) -> tuple[NDArray, list[NDArray]]:  # noqa: ARG002 - one signature for rows, groups and time
        """Forward chaining: weights of all rows before each block, and the rows of the block."""
        first = max(self.complete, -(-self.n_rows // (n_splits + 1)))
        starts = np.unique(self._nearest(np.linspace(first, self.n_rows, n_splits + 1)[:-1], at_least=self.complete))
        if len(starts) < 2:
            raise ValueError(
                f"folds forward in time need at least 3 different {self.named} once every class has appeared, "
                f"got {len(starts) + 1}: use a finer time, or groups"
            )
        ends = [*starts[1:], self.n_rows]
        weights = np.stack([self._rows(0, start) for start in starts])
        return weights, [np.sort(self._between(start, end)) for start, end in zip(starts, ends, strict=True)]

    def curve(self, design: Design, rng: np.random.RandomState) -> tuple[NDArray, NDArray, list[NDArray]]:  # noqa: ARG002 - one signature for rows, groups and time
        """Sizes, the most recent rows before each of `n_draws` moments, and the rows after that judge."""
        n_classes, horizon = int(self.codes.max()) + 1, max(1, int(np.ceil(design.test_size * self.n_rows / 2)))
        if isinstance(design.train_sizes, str):
            largest = max(1, int(self.n_rows // 2))
            sizes = np.unique(np.geomspace(min(max(6, 2 * n_classes), largest), largest, 10).round().astype(int))
        else:
            sizes = design.sizes(round(self.n_rows), n_classes)
        latest = max(sizes[-1], self.n_rows - horizon)
        moments = self._nearest(np.linspace(sizes[-1], latest, design.n_draws))
        weights = np.stack([[self._rows(max(0, moment - size), moment) for moment in moments] for size in sizes])
        return sizes, weights, [np.sort(self._between(moment, moment + horizon)) for moment in moments]

    def hold_out(self, test_size: float, rng: np.random.RandomState) -> tuple[NDArray, NDArray]:  # noqa: ARG002 - one signature for rows, groups and time
        """Rows before and after one moment; every class has been seen before it."""
        wanted = self.n_rows - int(np.ceil(test_size * self.n_rows))
        moment = self._nearest(np.array([wanted]), at_least=self.complete)[0]
        return np.sort(self._between(0, moment)), np.sort(self._between(moment, self.n_rows))

    def _nearest(self, positions: NDArray, *, at_least: float = 0) -> NDArray:
        """Nearest positions between rows of different times, each after the row at which every class is seen."""
        allowed = self.cuts[self.cuts >= at_least]
        if not len(allowed):
            raise ValueError(
                f"no moment has every class before it and rows after it: the {self.named} are too few, or a class "
                "appears only at the last of them"
            )
        return allowed[np.abs(allowed[:, None] - positions).argmin(axis=0)]

    def _between(self, start: float, end: float) -> NDArray[np.intp]:
        """Rows that begin at these positions in time, in order."""
        return self.order[(self.starts >= start) & (self.starts < end)]

    def _rows(self, start: float, end: float) -> NDArray[np.uint8]:
        """1 for the rows at these positions in time."""
        weights = np.zeros(len(self.codes), dtype=np.uint8)
        weights[self._between(start, end)] = 1
        return weights
