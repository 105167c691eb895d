"""Log densities of single columns in one class against another: what the weights of columns are learned on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.columns.column_weights import Block
from genvsdisc.functional.columns.families import looked_up
from genvsdisc.functional.columns.scores import Groups, limits, tame, terms_about
from genvsdisc.generative.naive_bayes.distributions import ColumnKinds

MOST_EVIDENCE = 10.0
"""How far, in nats, a column's log density in a class lies below that in the best class, at most: odds of 22,000."""
_BLOCK_CELLS = 2**18  # contrasts of a block of rows: a few MB with what is computed of them


class Contrasts:
    """Log densities of single columns in each class but the first, less those in the first.

    Parameters
    ----------
    kinds : ColumnKinds
    densities : mapping
        Means and variances (K, d) and log probabilities of categories (K, C) of the classes, in this order.
    """

    def __init__(self, kinds: ColumnKinds, densities: Mapping[str, Any]) -> None:
        self.kinds = kinds
        means, variances, tables = (np.asarray(values, float) for values in densities.values())
        means, variances = means[:, kinds.numeric], variances[:, kinds.numeric]
        self.centers = _centers(means, kinds.groups)
        self.terms = terms_about(self.centers, means, variances, kinds.groups)
        self.tables = np.nan_to_num(tables)

    def of(self, X: NDArray) -> NDArray:
        """Contrasts (K - 1, n, d) of rows; 0 for what is missing or a category not met."""
        kinds, terms = self.kinds, self.terms
        logs = np.zeros((len(self.tables), len(X), X.shape[1]))
        observed = ~np.isnan(X[:, kinds.numeric])
        Z = tame(X[:, kinds.numeric] - self.centers[:, None], ~observed, limits(terms))
        numbers = terms.quadratic[:, None] * Z
        numbers += terms.linear[:, None]
        numbers *= Z
        numbers += terms.constant[:, None] * observed
        logs[:, :, kinds.numeric] = numbers
        for j, start, stop in zip(kinds.categorical, kinds.offsets, kinds.offsets[1:], strict=False):
            logs[:, :, j] = looked_up(self.tables[:, start:stop], X[:, j])
        logs -= logs.max(axis=0)
        np.maximum(logs, -MOST_EVIDENCE, out=logs)
        contrasts: NDArray = logs[1:] - logs[:1]
        return contrasts

    def parts(self, n_rows: int) -> list[slice]:
        """Rows that are worked through together."""
        step = max(256, _BLOCK_CELLS // max(1, len(self.tables) * len(self.kinds.distributions)))
        return [slice(start, start + step) for start in range(0, n_rows, step)]


def _centers(means: NDArray, groups: Groups) -> NDArray:
    """Points (K, d) to compute log densities about: the mean of each class where they are normal, 0 where not.

    Single columns of a class may vary little: about any other point their squares would cost the digits that tell rows
    apart, and the weights of columns would follow the rounding of the moments.
    """
    centers = np.zeros_like(means)
    for name, columns in groups:
        if name == "gaussian":
            centers[:, columns] = means[:, columns]
    return centers


def stacked_blocks(each: Sequence[Contrasts], X: NDArray, codes: NDArray, weights: NDArray) -> list[Block]:
    """Rows that weigh something for one of the training sets (R, n) at least, with the contrasts of each."""
    rows = np.flatnonzero(weights.any(axis=0))
    shares = weights[:, rows].astype(float)
    shares /= shares.sum(axis=1, keepdims=True)
    blocks = []
    for part in each[0].parts(len(rows)):
        some = X[rows[part]].astype(float)
        blocks.append(Block(np.stack([contrasts.of(some) for contrasts in each]), codes[rows[part]], shares[:, part]))
    return blocks
