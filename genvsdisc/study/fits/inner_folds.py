"""Folds inside a training set that respect its groups or its time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from genvsdisc.study.sampling import Sampling

MOST_STRATIFIED = 400
"""Groups beyond which chance alone spreads the classes evenly; stratifying them costs 0.1 ms for each."""


class InnerFolds:
    """Splitter for a search inside training sets drawn from one table: whole groups, or forward in time.

    The rows it is given are told by the index of the DataFrame, which sampling and repeating rows keep. So a search
    needs no groups in its `fit`, and rows that a draw repeats stay together.

    Parameters
    ----------
    sampling : Sampling
        Of all rows of the table, of kind "groups" or "time".
    n_splits : int, default=5
        Folds; fewer where the rows given have fewer groups or times.
    random_state : int, default=0
        Shuffles the groups.
    """

    def __init__(self, sampling: Sampling, n_splits: int = 5, random_state: int = 0):
        self.sampling, self.n_splits, self.random_state = sampling, n_splits, random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: ARG002 - scikit-learn's signature
        """Return the number of folds for these rows."""
        return self.n_splits if X is None else len(list(self.split(X, y)))

    def split(self, X: pd.DataFrame, y: Any = None, groups: Any = None) -> Iterator[tuple[NDArray, NDArray]]:  # noqa: ARG002 - scikit-learn's signature
        """Yield training and validation positions; rows of one group or time only are split as rows."""
        codes = np.unique(self.sampling.codes[X.index.to_numpy()], return_inverse=True)[1]
        n_units = int(codes.max()) + 1
        if n_units < 2:
            codes, n_units = np.arange(len(codes)), len(codes)
        if self.sampling.kind == "groups":
            labels = np.unique(np.asarray(y), return_inverse=True)[1]
            n_splits = max(2, min(self.n_splits, n_units, int(np.bincount(labels).max())))
            many = n_units > MOST_STRATIFIED
            folds = (GroupKFold if many else StratifiedGroupKFold)(
                n_splits, shuffle=True, random_state=self.random_state
            )
            pairs = [pair for pair in folds.split(codes, labels, codes) if len(pair[0]) and len(pair[1])]
        else:
            ends = np.linspace(0, n_units, min(self.n_splits + 1, n_units) + 1).round().astype(int)[1:]
            pairs = [
                (np.flatnonzero(codes < start), np.flatnonzero((codes >= start) & (codes < end)))
                for start, end in pairwise(ends)
            ]
        yield from pairs
