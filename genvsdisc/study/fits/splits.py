"""Training sets as rows of a weight matrix: folds, bootstrap draws, nested subsamples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit, train_test_split
from sklearn.utils import check_random_state

from genvsdisc.study.design import Design
from genvsdisc.study.evidence import Draws
from genvsdisc.study.fits.group_splits import GroupDraws
from genvsdisc.study.fits.strata import stratified_order
from genvsdisc.study.fits.time_splits import TimeDraws
from genvsdisc.study.sampling import Sampling


class RowDraws:
    """Folds, nested subsamples and bootstrap samples of independent rows, stratified."""

    def __init__(self, codes: NDArray, sampling: Sampling):  # noqa: ARG002
        self.codes = codes
        self.n_classes = int(codes.max()) + 1

    def folds(self, n_splits: int, n_repeats: int, rng: np.random.RandomState) -> tuple[NDArray, list[NDArray]]:
        """Training weights and held-out rows of each fold."""
        return cross_validation_draws(self.codes, n_splits, n_repeats, rng)

    def curve(self, design: Design, rng: np.random.RandomState) -> tuple[NDArray, NDArray, list[NDArray]]:
        """Sizes, nested training sets (n_sizes, n_draws, n_samples), and the rows that judge each draw."""
        sizes = design.sizes(len(self.codes), self.n_classes)
        n_held_out = design.n_held_out(len(self.codes), self.n_classes)
        nested = nested_draws(self.codes, sizes, design.n_draws, test_size=n_held_out, random_state=rng)
        return sizes, *nested

    def hold_out(self, test_size: float, rng: np.random.RandomState) -> tuple[NDArray, NDArray]:
        """Rows to train on, and rows that judge."""
        rows = np.arange(len(self.codes))
        n_held_out = max(int(np.ceil(test_size * len(rows))), self.n_classes)
        pool, held_out = train_test_split(rows, test_size=n_held_out, stratify=self.codes, random_state=rng)
        return pool, held_out

    def bootstraps(
        self, pool: NDArray, n_draws: int, rng: np.random.RandomState
    ) -> tuple[tuple[int, ...], list[NDArray]]:
        """Rows of the pool drawn with replacement, a few and as many as there are: sizes, and counts of each row."""
        few = min(max(3 * self.n_classes, len(pool) // 5), len(pool))
        sizes = tuple(sorted({few, len(pool)}))
        draws = []
        for size in sizes:
            weights = np.zeros((n_draws, len(self.codes)), dtype=np.uint16)
            weights[:, pool] = bootstrap_weights(
                self.codes[pool], n_draws, size=size, stratified=True, random_state=rng
            )
            draws.append(weights)
        return sizes, draws

    def subsamples(self, pool: NDArray, size: int, n_draws: int, rng: np.random.RandomState) -> list[NDArray]:
        """Rows of each draw, stratified, without replacement."""
        if size == len(pool):
            return [pool] * n_draws
        splits = StratifiedShuffleSplit(n_splits=n_draws, train_size=size, test_size=len(pool) - size, random_state=rng)
        return [pool[chosen] for chosen, _ in splits.split(np.empty((len(pool), 0)), self.codes[pool])]


DRAWS: dict[str, type[RowDraws] | type[GroupDraws] | type[TimeDraws]] = {
    "rows": RowDraws,
    "groups": GroupDraws,
    "time": TimeDraws,
}
"""Kind of sampling -> what draws from it. All have the same methods: folds, curve, hold_out, bootstraps, subsamples."""


def make_draws(codes: NDArray, design: Design, random_state: Any, sampling: Sampling | None = None) -> Draws:
    """Draw the folds, the nested subsamples and the bootstrap samples for rows with these classes.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Class of each row.
    design : Design
    random_state : int, RandomState instance or None
        Source of randomness.
    sampling : Sampling, default=None
        What every draw has to respect; None for independent rows.

    Returns
    -------
    draws : Draws
        Its design says how many folds and repeats there are, which groups and times may bring down.
    """
    rng = check_random_state(random_state)
    kind = sampling or Sampling()
    scheme = DRAWS[kind.kind](codes, kind)
    cv_weights, cv_tests = scheme.folds(design.n_splits, design.n_repeats, rng)
    n_repeats = design.n_repeats if kind.kind == "rows" else max(1, len(cv_tests) // design.n_splits)
    design = replace(design, n_splits=len(cv_tests) // n_repeats, n_repeats=n_repeats)
    sizes, curve_weights, curve_tests = scheme.curve(design, rng)
    pool, held_out = scheme.hold_out(design.test_size, rng)
    bootstrap_sizes, bootstraps = scheme.bootstraps(pool, design.n_draws, rng)
    return Draws(
        design=design,
        cv_weights=cv_weights,
        cv_tests=cv_tests,
        sizes=sizes,
        curve_weights=curve_weights,
        curve_tests=curve_tests,
        bootstrap_sizes=bootstrap_sizes,
        bootstraps=bootstraps,
        held_out=held_out,
        seed=int(rng.randint(np.iinfo(np.int32).max)),
    )


def cross_validation_draws(
    codes: NDArray, n_splits: int, n_repeats: int, random_state: Any = None
) -> tuple[NDArray, list[NDArray]]:
    """Repeated stratified folds.

    Returns
    -------
    weights : ndarray of uint8, shape (n_repeats * n_splits, n_samples)
        1 for training rows; folds of one repeat stand together.
    test_rows : list of integer arrays
        The rows held out of each.
    """
    folds = RepeatedStratifiedKFold(n_splits=n_splits, n_repeats=n_repeats, random_state=random_state)
    test_rows = [test for _, test in folds.split(np.empty((len(codes), 0)), codes)]
    weights = np.ones((len(test_rows), len(codes)), dtype=np.uint8)
    for row, test in zip(weights, test_rows, strict=True):
        row[test] = 0
    return weights, test_rows


def bootstrap_weights(
    codes: NDArray, n_draws: int, *, size: int | None = None, stratified: bool = False, random_state: Any = None
) -> NDArray:
    """Bootstrap counts, (n_draws, n_samples): rows drawn with replacement.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Class of each row.
    n_draws : int
        Number of training sets.
    size : int, default=None
        Rows in each; None for as many as there are.
    stratified : bool, default=False
        Keep the class counts of the whole (in proportion to `size`, at least one row a class), so that no class is
        ever missing.
    random_state : int, RandomState instance or None, default=None
        Source of randomness.
    """
    rng = check_random_state(random_state)
    size = len(codes) if size is None else size
    if not stratified:
        return rng.multinomial(size, np.full(len(codes), 1 / len(codes)), size=n_draws).astype(np.uint16)
    weights = np.zeros((n_draws, len(codes)), dtype=np.uint16)
    drawn = codes[stratified_order(codes)[np.arange(size) % len(codes)]]
    for k in np.unique(codes):
        rows, count = np.flatnonzero(codes == k), np.count_nonzero(drawn == k)
        weights[:, rows] = rng.multinomial(count, np.full(len(rows), 1 / len(rows)), size=n_draws)
    return weights


def nested_draws(
    codes: NDArray, sizes: NDArray, n_draws: int, *, test_size: float | int = 0.25, random_state: Any = None
) -> tuple[NDArray, list[NDArray]]:
    """Nested stratified subsamples, each draw with a test set of its own.

    Returns
    -------
    weights : ndarray of uint8, shape (n_sizes, n_draws, n_samples)
        1 for training rows; in each draw the rows of a size contain those of every smaller size.
    test_rows : list of n_draws integer arrays
        Rows never trained on in that draw.
    """
    rng = check_random_state(random_state)
    splits = StratifiedShuffleSplit(n_splits=n_draws, test_size=test_size, random_state=rng)
    weights = np.zeros((len(sizes), n_draws, len(codes)), dtype=np.uint8)
    test_rows = []
    for b, (pool, test) in enumerate(splits.split(np.empty((len(codes), 0)), codes)):
        test_rows.append(test)
        pool = rng.permutation(pool)
        order = pool[stratified_order(codes[pool])]
        for s, size in enumerate(sizes):
            weights[s, b, order[:size]] = 1
    return weights, test_rows
