"""Training sets as rows of a weight matrix: folds, bootstrap draws, nested subsamples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedShuffleSplit, train_test_split
from sklearn.utils import check_random_state

from genvsdisc.study.design import Design
from genvsdisc.study.evidence import Draws


def make_draws(codes: NDArray, design: Design, random_state: Any) -> Draws:
    """Draw the folds, the nested subsamples and the bootstrap samples for rows with these classes."""
    rng = check_random_state(random_state)
    n_classes = int(codes.max()) + 1
    cv_weights, cv_tests = cross_validation_draws(codes, design.n_splits, design.n_repeats, rng)
    sizes = design.sizes(len(codes), n_classes)
    curve_weights, curve_tests = nested_draws(
        codes, sizes, design.n_draws, test_size=design.n_held_out(len(codes), n_classes), random_state=rng
    )
    pool, held_out = train_test_split(
        np.arange(len(codes)), test_size=design.n_held_out(len(codes), n_classes), stratify=codes, random_state=rng
    )
    few = max(3 * n_classes, len(pool) // 5)
    bootstrap_sizes = tuple(sorted({min(few, len(pool)), len(pool)}))
    bootstraps = []
    for size in bootstrap_sizes:
        weights = np.zeros((design.n_draws, len(codes)), dtype=np.uint16)
        weights[:, pool] = bootstrap_weights(codes[pool], design.n_draws, size=size, stratified=True, random_state=rng)
        bootstraps.append(weights)
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
    drawn = codes[_stratified_order(codes)[np.arange(size) % len(codes)]]
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
        order = pool[_stratified_order(codes[pool])]
        for s, size in enumerate(sizes):
            weights[s, b, order[:size]] = 1
    return weights, test_rows


def _stratified_order(codes: NDArray) -> NDArray:
    """Order of rows of which every beginning has the class shares of the whole, and each class once first of all.

    Webster's divisor method: unlike largest remainders it never takes a row away when the size grows.
    """
    key = np.empty(len(codes))
    for k in np.unique(codes):
        rows = np.flatnonzero(codes == k)
        key[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
        key[rows[0]] = -1
    return np.argsort(key, kind="stable")
