"""What EM fixes before its first step: order and units of the columns, and, of many rows, a sample of them.

With many rows a step of EM over a sample tells nearly what a step over all of them will do next. Solving on the sample
what the step over all rows leaves open takes the place of most steps over all rows; where they end, all rows decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from genvsdisc.generative.gaussian.diagonal import starting_point
from genvsdisc.generative.gaussian.row_patterns import columns_in, shared_levels

_MANY = 1 << 14  # rows with missing entries from which on a sample pays
_EVERY = 16  # row that is in the sample
_FIRST_ROWS = 256


@dataclass
class Layout:
    """Order, origin and units of the columns, those without missing entries (O) before the others (V)."""

    kept: NDArray  # columns O
    gone: NDArray  # columns V, those with the fewest gaps first
    levels: NDArray  # number of columns of V up to the last observed one of some rows; v at the end
    origin: NDArray  # (K, d), in the order O, V
    shift: NDArray  # means of what is observed, from the origin, (R, K, d)
    variances: NDArray  # about these means, (R, d)
    unseen: NDArray  # means of V that no row determines, from the origin, NaN elsewhere, (R, K, v)

    @classmethod
    def of(
        cls,
        X: NDArray,
        holes: NDArray,
        keys: NDArray,
        codes: NDArray,
        weights: NDArray,
        n_classes: int,
        sample: Sample | None,
        gaps: NDArray | None = None,
    ) -> Self:
        """Layout of rows X (n, d) with missing entries, in these columns; by the sample where there is one."""
        gaps = columns_in(keys, holes) if gaps is None else gaps
        kept, gone = np.flatnonzero(~gaps), np.flatnonzero(gaps)
        rows: slice | NDArray = slice(None)
        if sample is not None:
            rows, weights = sample.rows, sample.weights
        holes, codes = holes[rows], codes[rows]
        gone = gone[np.argsort(holes[:, gone].sum(axis=0), kind="stable")]
        levels = shared_levels(holes[:, gone])
        if len(levels) == 1:
            gone = np.sort(gone)
        order, o = np.concatenate([kept, gone]), len(kept)
        origin, shift, variances = starting_point(X[rows][:, order], codes, weights, n_classes)
        seen = (~holes[:, gone]).astype(X.dtype)
        counts = np.stack([weights[:, codes == k] @ seen[codes == k] for k in range(n_classes)], axis=1)
        if sample is not None and not counts.all():
            raise LeftOutOfSampleError
        return cls(kept, gone, levels, origin, shift, variances, np.where(counts > 0, np.nan, shift[..., o:]))

    @property
    def order(self) -> NDArray:
        """Columns O, V."""
        return np.concatenate([self.kept, self.gone])


class LeftOutOfSampleError(LookupError):
    """A column of a class is not observed in the sample."""


@dataclass
class Sample:
    """Every so many rows of each class, that stand for all of them."""

    rows: NDArray
    weights: NDArray  # (1, n)

    @classmethod
    def of(cls, counts: NDArray, codes: NDArray, weights: NDArray, n_classes: int) -> Self | None:
        """Sample of rows of a single weighting, or None where few miss something or a class would not be in it.

        `counts` are the missing entries of each row.
        """
        if len(weights) > 1 or np.count_nonzero(counts) < _MANY:
            return None
        return cls.every(codes, weights, n_classes)

    @classmethod
    def every(cls, codes: NDArray, weights: NDArray, n_classes: int) -> Self | None:
        """Every sixteenth row of each class, whatever it shows; weights (1, n)."""
        small = codes.astype(np.uint16) if n_classes < 1 << 16 else codes  # which sort by counting
        rows = np.sort(np.argsort(small, kind="stable")[::_EVERY])
        sampled = np.bincount(codes[rows], weights[0, rows], n_classes)
        total = np.bincount(codes, weights[0], n_classes)
        if not sampled.all():
            return None
        return cls(rows, (weights[0, rows] * (total / sampled)[codes[rows]])[None].astype(weights.dtype))


def constant_columns(X: NDArray, holes: NDArray, weights: NDArray) -> NDArray:
    """Whether a column with gaps has the same value wherever the rows of a member show it, (R, d)."""
    result = np.zeros((len(weights), X.shape[1]), dtype=bool)
    common = X[:_FIRST_ROWS][(weights[:, :_FIRST_ROWS] > 0).all(axis=0)]
    if len(common) and (np.fmin.reduce(common) < np.fmax.reduce(common)).all():
        return result
    for j in np.flatnonzero(holes.any(axis=0)):
        for rows in (slice(_FIRST_ROWS), slice(None)):  # a few rows tell of nearly all columns
            seen = ~holes[rows, j]
            values, used = X[rows, j][seen], weights[:, rows][:, seen] > 0
            if not len(values):
                continue
            varies = ((values != values[used.argmax(axis=1)][:, None]) & used).any(axis=1)
            result[:, j] = used.any(axis=1) & ~varies
            if varies.all():
                break
    return result
