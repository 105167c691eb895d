"""A frame of numbers and words as one array, and back: for classifiers that take the words themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype


class FrameCodes:
    """Places of the words of a frame in the sorted list of each column, as numbers; NaN where an entry is missing.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n, d)

    Attributes
    ----------
    values : ndarray of shape (n, d)
    words : ndarray of bool, shape (d,)
        Columns that hold no numbers.
    """

    def __init__(self, X: Any) -> None:
        self.frame = X if isinstance(X, pd.DataFrame) else None
        self.words = np.zeros(np.shape(X)[1], dtype=bool)
        self._levels: dict[int, Any] = {}
        if self.frame is None:
            self.values = np.asarray(X)
            return
        self.words[:] = [not is_numeric_dtype(kind) for kind in self.frame.dtypes]
        self.values = np.column_stack([self._numbers(j, self.frame.iloc[:, j]) for j in range(len(self.words))])

    def _numbers(self, j: int, column: pd.Series) -> NDArray:
        if not self.words[j]:
            return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
        coded = column.astype("category")
        self._levels[j] = coded.dtype
        return np.where(coded.cat.codes < 0, np.nan, coded.cat.codes)

    def decoded(self, values: NDArray) -> Any:
        """Rows of numbers as the classifier takes them: words again, in the dtype of their column."""
        if self.frame is None:
            return values
        columns = {}
        for j in range(values.shape[1]):
            columns[j] = pd.Series(values[:, j])
            if self.words[j]:
                codes = np.where(np.isnan(values[:, j]), -1, values[:, j]).astype(int)
                columns[j] = pd.Series(pd.Categorical.from_codes(codes, dtype=self._levels[j]))
                columns[j] = columns[j].astype(self.frame.dtypes.iloc[j])
        return pd.DataFrame(columns).set_axis(self.frame.columns, axis=1)

    def centers(self, weights: NDArray) -> NDArray:
        """Mean of each column over the rows that have it, of words the most frequent one; 0 where none has."""
        seen = ~np.isnan(self.values)
        total = weights @ seen
        sums = weights @ np.where(seen, self.values, 0)
        centers: NDArray = np.divide(sums, total, out=np.zeros(len(sums)), where=total > 0)
        for j in np.flatnonzero(self.words & (total > 0)):
            rows = seen[:, j]
            centers[j] = np.bincount(self.values[rows, j].astype(int), weights[rows]).argmax()
        return centers
