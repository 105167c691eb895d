"""The error of a difference where rows are held out once.

Nadeau & Bengio's correction for one split says ``var(mean) = s^2 (1 / n_test + 1 / n_train)``, with s^2 the variance of
the paired differences over the rows held out. The corrected test of ``corrected_ttest`` over J blocks of those rows is
the same: the mean of a block has the variance ``s^2 J / n_test``, and ``1/J + n_block / n_train`` times that is
``s^2 (1 / n_test + 1 / n_train)``. So scores of blocks go through every statistic that scores of folds go through.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

N_BLOCKS = 50
"""Blocks of the rows held out: 49 degrees of freedom, and large blocks."""


def holdout_blocks(
    held_out: NDArray, codes: NDArray, units: NDArray | None = None, *, n_blocks: int = N_BLOCKS
) -> list[NDArray]:
    """Deal the rows held out into blocks of about one size with the class shares of the whole.

    Parameters
    ----------
    held_out : integer array of shape (n_test,)
        Indices of the rows, in random order.
    codes : ndarray of shape (n_samples,)
        Class of each row of the table.
    units : ndarray of shape (n_samples,), default=None
        Index of the independent unit of each row (`Sampling.units`); a unit is never divided. None for the rows.
    n_blocks : int, default=50
        As many blocks, or fewer where a block would have fewer than two rows or units.

    Returns
    -------
    blocks : list of integer arrays
        Disjoint; together `held_out`.

    Examples
    --------
    >>> import numpy as np
    >>> blocks = holdout_blocks(np.arange(6), np.array([0, 0, 0, 0, 1, 1]), n_blocks=2)
    >>> [block.tolist() for block in blocks]
    [[0, 2, 4], [1, 3, 5]]
    """
    if units is None:
        n_blocks = max(1, min(n_blocks, len(held_out) // 2))
        by_class = held_out[np.argsort(codes[held_out], kind="stable")]
        return [by_class[first::n_blocks] for first in range(n_blocks)]
    _, places, counts = np.unique(units[held_out], return_inverse=True, return_counts=True)
    n_blocks = max(1, min(n_blocks, len(counts) // 2))
    block, filled = np.empty(len(counts), dtype=int), np.zeros(n_blocks, dtype=int)
    for unit in np.argsort(-counts, kind="stable"):  # the largest first, each into the block that has least
        block[unit] = filled.argmin()
        filled[block[unit]] += counts[unit]
    return [held_out[block[places] == b] for b in range(n_blocks)]
