"""Whether whole numbers are counts: their likelihood as Poisson against that as rounded normal, given the class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, xlogy

_FEW_ROWS = 64
_MOST_COUNT = 100


def may_be_counts(column: NDArray) -> bool:
    """Return True if all that is observed is whole numbers from 0 to 100."""
    for values in (column[:_FEW_ROWS], column):  # most columns are decided by the first rows
        if not (np.isnan(values) | ((values >= 0) & (values <= _MOST_COUNT) & (values == np.floor(values)))).all():
            return False
    return not bool(np.isnan(column).all())


def prefers_poisson(column: NDArray, codes: NDArray) -> bool:
    """Return True if whole numbers from 0 to 100 have a better criterion (BIC) as Poisson than as rounded normal."""
    if not may_be_counts(column):
        return False
    seen = ~np.isnan(column)
    x, codes = column[seen].astype(np.float64), codes[seen]
    size = np.bincount(codes)
    mean = np.bincount(codes, x) / np.maximum(size, 1)
    deviation = np.sqrt(np.bincount(codes, (x - mean[codes]) ** 2) / np.maximum(size, 1))
    if not (deviation[size > 0] > 0).all():  # a class with one value only tells nothing of the spread
        return False
    center, spread = mean[codes], deviation[codes]
    poisson = (xlogy(x, center) - center - gammaln(x + 1)).sum()
    # The distance of the upper tails loses no digits where the lower ones are both nearly 1.
    low, high = (x - 0.5 - center) / spread, (x + 0.5 - center) / spread
    flip = low > 0
    low, high = np.where(flip, -high, low), np.where(flip, -low, high)
    normal = np.log(np.maximum(ndtr(high) - ndtr(low), np.finfo(float).tiny)).sum()
    return bool(poisson > normal - 0.5 * np.count_nonzero(size) * np.log(len(x)))
