"""Training sets of one table that share no row, drawn many times over: the basis of bias and variance.

Two subsets of the rows that share none are independent training sets, as two tables would be; bootstrap samples of one
table are not, for they share its luck. In every draw a share of the rows is held out to judge, and the others are dealt
into four quarters. Two quarters together are a half: a draw so holds two independent training sets of the larger size
and four of the smaller one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from genvsdisc.study.evidence import JUDGE
from genvsdisc.study.fits.time_splits import TimeDraws
from genvsdisc.study.sampling import Sampling

N_QUARTERS = 4
UNUSED = 5
"""Mark of rows left over because quarters are of one size."""
TOO_FEW = "bias and variance need at least five rows, groups or blocks: four to train on and one to judge"
_ATTEMPTS = 50


def disjoint_parts(
    codes: NDArray,
    n_draws: int,
    *,
    test_size: float = 0.25,
    sampling: Sampling | None = None,
    random_state: Any = None,
) -> NDArray:
    """Deal the rows of a table into judges and four quarters, many times over.

    Class shares are kept in every part where the classes are equally frequent in the table, as whoever made it chose
    their numbers; elsewhere the labels are as random as the columns, and parts are simple random samples. Keeping the
    shares there would take the variance of the intercept away.

    Parameters
    ----------
    codes : ndarray of shape (n_samples,)
        Class of each row, 0 to K - 1.
    n_draws : int
        Number of draws.
    test_size : float, default=0.25
        Share of the rows that judge.
    sampling : Sampling, default=None
        Whole groups stay in one part, and parts differ in size by up to the largest group. Under time, rows after one
        moment judge, and blocks of successive rows before it are dealt. None for independent rows.
    random_state : int, RandomState instance or None, default=None
        Source of randomness.

    Returns
    -------
    parts : ndarray of uint8, shape (n_draws, n_samples)
        Part of each row: 0 to 3 for the quarters, 4 for the judges, 5 for rows left over. No draw at all where there
        are fewer than five rows, groups or blocks.


    Examples
    --------
    >>> import numpy as np
    >>> parts = disjoint_parts(np.arange(40) % 2, 2, random_state=0)
    >>> [np.bincount(row, minlength=6).tolist() for row in parts]
    [[7, 7, 7, 7, 10, 2], [7, 7, 7, 7, 10, 2]]
    """
    rng, sampling = check_random_state(random_state), sampling or Sampling()
    units = sampling.units(len(codes))
    n_units = len(np.unique(units))
    if n_units <= N_QUARTERS:
        return np.empty((0, len(codes)), dtype=np.uint8)
    if sampling.kind == "time":
        pool, judges = TimeDraws(codes, sampling).hold_out(test_size, rng)
        return np.stack([_part_blocks(units, pool, judges, rng) for _ in range(n_draws)])
    if sampling.kind == "groups":
        sizes = np.bincount(units, sampling.masses(len(codes)))
        draw = partial(_part_groups, units, sizes, test_size, rng)
        return np.stack([_with_all_classes(codes, draw, sampling.masses(len(codes))) for _ in range(n_draws)])
    counts = np.bincount(codes)
    designed = bool(np.ptp(counts[counts > 0]) <= 1)
    return np.stack([_part_rows(codes, designed, test_size, rng) for _ in range(n_draws)])


def training_weights(parts: NDArray, n_joined: int) -> NDArray:
    """Make training sets of quarters: 1 for the rows of each set, 0 for the others.

    Parameters
    ----------
    parts : ndarray of shape (n_draws, n_samples)
        From `disjoint_parts`.
    n_joined : {1, 2}
        Quarters in a set: 1 gives the four quarters of each draw, 2 its two halves.

    Returns
    -------
    weights : ndarray of uint8, shape (n_draws * 4 // n_joined, n_samples)
        Sets of one draw stand together.
    """
    sets = np.arange(N_QUARTERS // n_joined)
    inside = (parts[:, None, :] // n_joined == sets[None, :, None]) & (parts[:, None, :] < N_QUARTERS)
    return inside.reshape(-1, parts.shape[1]).astype(np.uint8)


def _part_rows(codes: NDArray, stratified: bool, test_size: float, rng: np.random.RandomState) -> NDArray:
    """Parts of one draw of independent rows."""
    marks = _sizes(len(codes), test_size)
    if stratified:
        return _spread(codes, marks, rng)
    parts = _with_all_classes(codes, lambda: rng.permutation(marks))
    return parts if _complete(codes, parts) else _spread(codes, marks, rng)


def _part_groups(units: NDArray, sizes: NDArray, test_size: float, rng: np.random.RandomState) -> NDArray:
    """Parts of whole groups: in random order, two to each part where there are ten, then where most rows are wanted.

    A training set of one group could not be tuned on inside, by folds of groups.
    """
    wanted = sizes.sum() * np.append(np.repeat((1 - test_size) / N_QUARTERS, N_QUARTERS), test_size)
    parts = np.empty(len(sizes), dtype=np.uint8)
    dealt = (N_QUARTERS + 1) * min(2, len(sizes) // (N_QUARTERS + 1))
    for place, group in enumerate(rng.permutation(len(sizes))):
        parts[group] = place % (N_QUARTERS + 1) if place < dealt else np.argmax(wanted)
        wanted[parts[group]] -= sizes[group]
    return parts[units]


def _part_blocks(units: NDArray, pool: NDArray, judges: NDArray, rng: np.random.RandomState) -> NDArray:
    """Parts of blocks of successive rows, before the moment from which rows judge."""
    parts = np.full(len(units), JUDGE, dtype=np.uint8)
    blocks, members = np.unique(units[pool], return_inverse=True)
    parts[pool] = rng.permutation(np.arange(len(blocks)) % N_QUARTERS)[members]
    parts[judges] = JUDGE
    return parts


def _with_all_classes(codes: NDArray, draw: Callable[[], NDArray], masses: NDArray | None = None) -> NDArray:
    """Draw until every quarter has every class that could fill all of them, where chance lets it."""
    parts = draw()
    for _ in range(_ATTEMPTS):
        if _complete(codes, parts, masses):
            break
        parts = draw()
    return parts


def _complete(codes: NDArray, parts: NDArray, masses: NDArray | None = None) -> bool:
    must = np.flatnonzero(np.bincount(codes, masses) >= 2 * N_QUARTERS)
    return all(np.isin(must, codes[parts == quarter]).all() for quarter in range(N_QUARTERS))


def _sizes(n: int, test_size: float) -> NDArray:
    """Marks of n rows in any order: judges first, then quarters of one size, then what is left over."""
    n_judges = max(1, round(test_size * n))
    quarter = max(1, (n - n_judges) // N_QUARTERS)
    marks = np.full(n, UNUSED, dtype=np.uint8)
    marks[:n_judges] = JUDGE
    marks[n_judges : n_judges + N_QUARTERS * quarter] = np.repeat(np.arange(N_QUARTERS), quarter)[: n - n_judges]
    return marks


def _spread(codes: NDArray, marks: NDArray, rng: np.random.RandomState) -> NDArray:
    """Parts that keep the class shares: every mark is spread evenly over the rows in random order within classes."""
    counts = np.bincount(marks)
    ticks = np.concatenate([(np.arange(count) + rng.random_sample()) / count for count in counts if count])
    order = rng.permutation(len(codes))
    parts = np.empty(len(codes), dtype=np.uint8)
    parts[order[np.argsort(codes[order], kind="stable")]] = np.repeat(np.arange(len(counts)), counts)[np.argsort(ticks)]
    return parts
