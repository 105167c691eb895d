"""Training sets as rows of a weight matrix: folds, nested subsamples, and parts that share no row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit, train_test_split
from sklearn.utils import check_random_state

from genvsdisc.study.design import Design, partitions
from genvsdisc.study.evidence import Draws
from genvsdisc.study.fits.group_splits import GroupDraws
from genvsdisc.study.fits.parts import disjoint_parts
from genvsdisc.study.fits.strata import stratified_order
from genvsdisc.study.fits.time_splits import TimeDraws
from genvsdisc.study.sampling import Sampling


class RowDraws:
    """Folds and nested subsamples of independent rows, stratified."""

    def __init__(self, codes: NDArray, sampling: Sampling):  # noqa: ARG002 - one signature for rows, groups and time
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


DRAWS: dict[str, type[RowDraws] | type[GroupDraws] | type[TimeDraws]] = {
    "rows": RowDraws,
    "groups": GroupDraws,
    "time": TimeDraws,
}
"""Kind of sampling -> what draws from it. All have the same methods: folds, curve, hold_out, subsamples."""


def make_draws(codes: NDArray, design: Design, random_state: Any, sampling: Sampling | None = None) -> Draws:
    """Draw the folds, the nested subsamples and the parts that share no row, for rows with these classes.

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
    _, held_out = scheme.hold_out(design.test_size, rng)
    n_partitions = partitions(design.n_draws)
    parts = disjoint_parts(codes, n_partitions, test_size=design.test_size, sampling=kind, random_state=rng)
    return Draws(
        design=design,
        cv_weights=cv_weights,
        cv_tests=cv_tests,
        sizes=sizes,
        curve_weights=curve_weights,
        curve_tests=curve_tests,
        parts=parts,
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
