"""Training sets drawn from one table for the study of bias and variance, as rows of counts."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import _check_sample_weight

from genvsdisc.study.fits.strata import stratified_order

_BLOCK_CELLS = 2**14  # drawn rows that stay in cache
DEFAULT_SHARES = {"bootstrap": 1.0, "subsample": 0.5}


def training_draws(
    codes: NDArray,
    n_repeats: int,
    resample: str | ArrayLike,
    *,
    size: int | float | None = None,
    sample_weight: ArrayLike | None = None,
    random_state: Any = None,
) -> NDArray:
    """Draw training sets from a table: the counts of each row in each.

    Parameters
    ----------
    codes : ndarray of shape (n,)
        Class of each row.
    n_repeats : int
        Number of draws, at least 2.
    resample : {"bootstrap", "subsample", "disjoint"} or array-like of shape (n_repeats, n)
        With replacement; without, keeping the shares of the classes; without any row shared by two draws, shares
        kept; or the counts themselves, which are returned.
    size : int or float, default=None
        Rows of a draw, or their share of n. None: all, half of them, ``n // n_repeats``.
    sample_weight : array-like of shape (n,), default=None
        How likely a row is to be drawn, in proportion; rows of weight 0 never are.
    random_state : int, RandomState instance or None, default=None
        Source of randomness.

    Returns
    -------
    counts : ndarray of shape (n_repeats, n)

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([0, 0, 0, 1, 1, 1])
    >>> training_draws(codes, 3, "disjoint", random_state=0).sum(axis=0).tolist()
    [1, 1, 1, 1, 1, 1]
    """
    if not isinstance(resample, str):
        return _given(resample, len(codes))
    if resample not in ("bootstrap", "subsample", "disjoint"):
        raise ValueError(
            f"resample must be 'bootstrap', 'subsample', 'disjoint' or an array of counts, got {resample!r}"
        )
    if not isinstance(n_repeats, Integral) or n_repeats < 2:
        raise ValueError(f"n_repeats must be an integer of at least 2, got {n_repeats!r}")
    rng = check_random_state(random_state)
    likely = np.ones(len(codes))
    if sample_weight is not None:
        likely = _check_sample_weight(sample_weight, codes, dtype=np.float64, ensure_non_negative=True)
    size = _size(size, DEFAULT_SHARES.get(resample, 1 / n_repeats), len(codes))
    if resample == "bootstrap":
        return _bootstrap(likely, n_repeats, size, rng)
    needed, available = size * (n_repeats if resample == "disjoint" else 1), int(np.count_nonzero(likely))
    if needed > available:
        raise ValueError(
            f"resample={resample!r} with n_repeats={n_repeats} and train_size={size} needs {needed} rows, "
            f"got {available} that can be drawn; lower train_size or n_repeats"
        )
    counts = np.zeros((n_repeats, len(codes)), dtype=np.uint16)
    if resample == "disjoint":
        order = _order(codes, likely, rng)[: size * n_repeats]
        order = order[np.argsort(codes[order], kind="stable")]  # dealt out class by class, like cards
        counts[np.arange(len(order)) % n_repeats, order] = 1
    else:
        for row in counts:
            row[_order(codes, likely, rng)[:size]] = 1
    return counts


def _given(resample: ArrayLike, n: int) -> NDArray:
    counts: NDArray = check_array(
        resample, dtype=None, ensure_min_samples=2, ensure_non_negative=True, input_name="resample"
    )
    if counts.shape[1] != n or not np.array_equal(counts, np.rint(counts)):
        raise ValueError(f"resample must hold whole numbers in {n} columns, one for each row of X, got {counts.shape}")
    return counts.astype(np.intp)


def _size(size: int | float | None, default: float, n: int) -> int:
    share = default if size is None else size
    if size is not None and isinstance(size, Integral):
        if size < 1:
            raise ValueError(f"train_size must be at least 1 row, got {size}")
        return int(size)
    if not 0 < share <= 1:
        raise ValueError(f"train_size must be a number of rows or a share in (0, 1], got {size!r}")
    return max(1, int(share * n + 1e-9))


def _bootstrap(likely: NDArray, n_repeats: int, size: int, rng: np.random.RandomState) -> NDArray:
    n = len(likely)
    if np.ptp(likely) > 0:
        return rng.multinomial(size, likely / likely.sum(), size=n_repeats)
    fast = np.random.default_rng(rng.randint(np.iinfo(np.int32).max))
    counts = np.empty((n_repeats, n), dtype=np.min_scalar_type(size))
    step = max(1, _BLOCK_CELLS // size)
    for block in (counts[first : first + step] for first in range(0, n_repeats, step)):
        drawn = fast.integers(n, size=(len(block), size))
        drawn += np.arange(len(block))[:, None] * n
        block[:] = np.bincount(drawn.ravel(), minlength=block.size).reshape(-1, n)
    return counts


def _order(codes: NDArray, likely: NDArray, rng: np.random.RandomState) -> NDArray:
    """Random order of the rows that can be drawn, likely rows first, of which every beginning is stratified."""
    # The first of exponential clocks with these rates is that of row i with probability likely[i] / sum.
    with np.errstate(divide="ignore"):
        clocks = rng.standard_exponential(len(codes)) / likely
    order = np.argsort(clocks)[: np.count_nonzero(likely)]
    return order[stratified_order(codes[order])]
