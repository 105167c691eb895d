"""Draws of whole groups: no group ever stands on both sides of a split, and training sizes are counted in groups.

The corrected resampled t test keeps its form: with groups as the independent units its ratio is the number of test
groups over that of training groups, and over the folds of one partition of G groups into k that is, in the mean,
``(G/k) / (G - G/k) = 1 / (k - 1)``, the same as in rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.study.design import Design
from genvsdisc.study.fits.strata import stratified_order
from genvsdisc.study.sampling import Sampling

FEWEST = 2
"""Groups in a training set, where the table has as many: one could not be split any further, to tune within."""
GROUPS_PER_REPEAT = 20
"""Groups needed for each repeat of the folds. Repeats add folds to the corrected t test but no groups: with ten repeats
of folds of 14 or 40 subjects, each of one class, it called equal models different in 19 and 10 % of 300 tables at a
nominal 5 %; with one and two, as here, in 7 and 5 %."""
_ATTEMPTS = 50
"""Partitions that are tried before one with every class in every training set is given up."""


class GroupDraws:
    """Folds and nested subsamples of whole groups.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Class of each row.
    sampling : Sampling
        Of kind "groups".

    Raises
    ------
    ValueError
        From every draw that needs more groups than there are.
    """

    def __init__(self, codes: NDArray, sampling: Sampling):
        self.codes, self.groups = codes, sampling.codes
        self.n_groups = int(self.groups.max()) + 1
        self.named = sampling.named
        self.masses = sampling.masses(len(codes))
        counts = np.zeros((self.n_groups, int(codes.max()) + 1), dtype=self.masses.dtype)
        np.add.at(counts, (self.groups, codes), self.masses)
        self.holds, self.main = counts > 0, counts.argmax(axis=1)

    def folds(self, n_splits: int, n_repeats: int, rng: np.random.RandomState) -> tuple[NDArray, list[NDArray]]:
        """Stratified folds of whole groups: a repeat for every `GROUPS_PER_REPEAT`, `n_repeats` at most.

        One only where every group is a fold: all repeats would be alike.
        """
        if n_splits > self.n_groups:
            raise ValueError(
                f"{n_splits} folds need as many {self.named}, got {self.n_groups}: "
                f"use Design(n_splits={self.n_groups}) or fewer, or finer groups"
            )
        most = 1 if n_splits == self.n_groups else max(1, self.n_groups // GROUPS_PER_REPEAT)
        repeats = min(n_repeats, most)
        tests = [test for _ in range(repeats) for test in self._partition(n_splits, rng)]
        weights = np.ones((len(tests), len(self.codes)), dtype=np.uint8)
        for row, test in zip(weights, tests, strict=True):
            row[test] = 0
        return weights, tests

    def curve(self, design: Design, rng: np.random.RandomState) -> tuple[NDArray, NDArray, list[NDArray]]:
        """Sizes (mean rows), nested training sets (n_sizes, n_draws, n_samples), and the rows that judge each draw."""
        orders = [self._order(np.arange(self.n_groups), rng) for _ in range(design.n_draws)]
        n_pool = self._n_pool(design.test_size)
        smallest = max(covering for _, covering in orders)
        smallest = max(smallest, min(FEWEST, n_pool))
        if smallest > n_pool:
            raise ValueError(
                f"the {n_pool} {self.named} left beside the held-out share of {design.test_size} cannot hold every "
                "class in every draw: lower test_size, or leave out classes that live in few groups"
            )
        if isinstance(design.train_sizes, str):
            sizes = np.unique(np.geomspace(smallest, n_pool, 10).round().astype(int))
        else:
            n_rows = round(self.masses.sum())
            per_group = n_rows / self.n_groups
            wanted = np.rint(design.sizes(n_rows, int(self.codes.max()) + 1) / per_group).astype(int)
            sizes = np.unique(np.clip(wanted, smallest, n_pool))
        weights = np.stack([[self._rows(order[:size]) for order, _ in orders] for size in sizes])
        tests = [np.flatnonzero(self._rows(order[n_pool:])) for order, _ in orders]
        mean_rows = self._mean_rows(weights)
        last = np.append(np.diff(mean_rows) > 0, True)  # of sizes that are as many rows, the largest
        return mean_rows[last], weights[last], tests

    def hold_out(self, test_size: float, rng: np.random.RandomState) -> tuple[NDArray, NDArray]:
        """Rows to train on, of groups that hold every class, and rows of the other groups."""
        order, _ = self._order(np.arange(self.n_groups), rng)
        inside = self._rows(order[: self._n_pool(test_size)]) > 0
        return np.flatnonzero(inside), np.flatnonzero(~inside)

    def _partition(self, n_splits: int, rng: np.random.RandomState) -> list[NDArray]:
        """Deal groups out at random, those of one main class evenly.

        `sklearn.model_selection.StratifiedGroupKFold` places groups of unlike composition in a fixed order, whatever
        its seed: of 200 partitions of 12 groups of unequal sizes into 4 folds, 69 were different.
        """
        for _ in range(_ATTEMPTS):
            order = rng.permutation(self.n_groups)
            order = order[np.argsort(self.main[order], kind="stable")]
            fold = np.empty(self.n_groups, dtype=np.intp)
            fold[order] = rng.permutation(n_splits)[np.arange(self.n_groups) % n_splits]
            tests = [np.flatnonzero(fold[self.groups] == k) for k in range(n_splits)]
            if all(self._learnable(test) for test in tests):
                return tests
        raise ValueError(
            f"{n_splits} folds of whole {self.named} leave some training set without a class: "
            "use another number of folds (Design(n_splits=...)), or leave out classes that live in few groups"
        )

    def _learnable(self, test: NDArray) -> bool:
        """Whether the other groups hold every class."""
        others = np.setdiff1d(np.arange(self.n_groups), self.groups[test])
        return bool(self.holds[others].any(axis=0).all())

    def _order(self, groups: NDArray, rng: np.random.RandomState) -> tuple[NDArray, int]:
        """Random order of groups of which every beginning is stratified, and how many hold every class together."""
        order = rng.permutation(groups)
        order = order[stratified_order(self.main[order])]
        held = self.holds[order]
        first = np.zeros(len(order), dtype=bool)
        first[held.argmax(axis=0)[held.any(axis=0)]] = True  # the first group of each class
        return np.concatenate([order[first], order[~first]]), int(first.sum())

    def _n_pool(self, test_size: float) -> int:
        """Number of groups to train on beside the held-out share."""
        n_pool = self.n_groups - int(np.ceil(test_size * self.n_groups))
        if n_pool < 1:
            raise ValueError(
                f"a held-out share of {test_size} leaves none of {self.n_groups} {self.named} to train on: "
                "lower test_size"
            )
        return n_pool

    def _rows(self, chosen: NDArray) -> NDArray[np.uint8]:
        """1 for the rows of these groups."""
        inside = np.zeros(self.n_groups, dtype=np.uint8)
        inside[chosen] = 1
        return inside[self.groups]

    def _mean_rows(self, weights: NDArray | list[NDArray]) -> NDArray[np.intp]:
        # Halves up: rounded to even, 3.5 and 4.5 rows would be one size. Few rows of small weight are one row.
        rows = np.floor([(of_size @ self.masses).mean() + 0.5 for of_size in weights])
        return np.maximum(rows, 1).astype(np.intp)
