"""Training sets of one table that share no row, drawn many times over: the basis of bias and variance.

Two subsets of the rows that share none are independent training sets, as two tables would be; bootstrap samples of one
table are not, for they share its luck. In every draw a share of the rows is held out to judge, and the others are dealt
into four quarters. Two quarters together are a half: a draw so holds two independent training sets of the larger size
and four of the smaller one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

N_QUARTERS = 4
JUDGE = 4
"""Mark of the rows that judge; 0 to 3 mark the quarters."""
UNUSED = 5
"""Mark of rows left over because quarters are of one size."""
_ATTEMPTS = 50


def disjoint_parts(
    codes: NDArray,
    n_draws: int,
    *,
    test_size: float = 0.25,
    groups: ArrayLike | None = None,
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
    groups : array-like of shape (n_samples,), default=None
        Rows of one group stay in one part. Parts then differ in size by up to the largest group.
    random_state : int, RandomState instance or None, default=None
        Source of randomness.

    Returns
    -------
    parts : ndarray of uint8, shape (n_draws, n_samples)
        Part of each row: 0 to 3 for the quarters, 4 for the judges, 5 for rows left over.

    Raises
    ------
    ValueError
        If there are fewer than five rows, or groups.

    Examples
    --------
    >>> import numpy as np
    >>> parts = disjoint_parts(np.arange(40) % 2, 2, random_state=0)
    >>> [np.bincount(row, minlength=6).tolist() for row in parts]
    [[7, 7, 7, 7, 10, 2], [7, 7, 7, 7, 10, 2]]
    """
    rng = check_random_state(random_state)
    members = np.arange(len(codes)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    n_units = len(np.unique(members))
    if n_units <= N_QUARTERS:
        units = "rows" if groups is None else "groups"
        raise ValueError(
            f"bias and variance need at least {N_QUARTERS + 1} {units}, to train and to judge apart; got {n_units}"
        )
    if groups is not None:
        return np.stack([_part_groups(members, test_size, rng)[members] for _ in range(n_draws)])
    counts = np.bincount(codes)
    designed = np.ptp(counts[counts > 0]) <= 1
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


def judging_rows(parts: NDArray) -> list[NDArray]:
    """Indices of the judges of each draw."""
    return [np.flatnonzero(row == JUDGE) for row in parts]


def _part_rows(codes: NDArray, stratified: bool, test_size: float, rng: np.random.RandomState) -> NDArray:
    """Parts of one draw; each quarter has every class that fills all of them, where chance lets it."""
    n = len(codes)
    order = rng.permutation(n)
    if stratified:
        return _in_place(order, _interleaved(codes[order], test_size, rng))
    must = np.flatnonzero(np.bincount(codes) >= 2 * N_QUARTERS)
    for _ in range(_ATTEMPTS):
        parts = _in_place(order, _sizes(n, test_size))
        if all(np.isin(must, codes[parts == quarter]).all() for quarter in range(N_QUARTERS)):
            return parts
        order = rng.permutation(n)
    return _in_place(order, _interleaved(codes[order], test_size, rng))


def _part_groups(members: NDArray, test_size: float, rng: np.random.RandomState) -> NDArray:
    """Parts of one draw for each group: in random order, each goes where most rows are still wanted."""
    sizes = np.bincount(members)
    wanted = len(members) * np.append(np.repeat((1 - test_size) / N_QUARTERS, N_QUARTERS), test_size)
    parts = np.empty(len(sizes), dtype=np.uint8)
    for group in rng.permutation(len(sizes)):
        parts[group] = np.argmax(wanted)
        wanted[parts[group]] -= sizes[group]
    return parts


def _sizes(n: int, test_size: float) -> NDArray:
    """Marks of n rows in any order: judges first, then quarters of one size, then what is left over."""
    n_judges = max(1, round(test_size * n))
    quarter = max(1, (n - n_judges) // N_QUARTERS)
    marks = np.full(n, UNUSED, dtype=np.uint8)
    marks[:n_judges] = JUDGE
    marks[n_judges : n_judges + N_QUARTERS * quarter] = np.repeat(np.arange(N_QUARTERS), quarter)[: n - n_judges]
    return marks


def _interleaved(codes: NDArray, test_size: float, rng: np.random.RandomState) -> NDArray:
    """Marks that keep the class shares: every part is spread evenly over the rows sorted by class."""
    marks = _sizes(len(codes), test_size)
    counts = np.bincount(marks)
    ticks = np.concatenate([(np.arange(count) + rng.random_sample()) / count for count in counts if count])
    out = np.empty(len(codes), dtype=np.uint8)
    out[np.argsort(codes, kind="stable")] = np.repeat(np.arange(len(counts)), counts)[np.argsort(ticks)]
    return out


def _in_place(order: NDArray, marks: NDArray) -> NDArray:
    parts = np.empty(len(order), dtype=np.uint8)
    parts[order] = marks
    return parts
