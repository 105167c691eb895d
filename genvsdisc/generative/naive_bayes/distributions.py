"""Which distribution each column has, and a table's values as the numbers that the distributions work on.

The rule for "auto": a frame's columns are judged by their type: boolean -> bernoulli; string, category or object ->
categorical; any number -> gaussian. The columns of a plain array are all gaussian.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

DISTRIBUTIONS = ("gaussian", "bernoulli", "categorical", "poisson")


@dataclass(frozen=True)
class ColumnKinds:
    """Distribution of each column, and the known categories (sorted) of each categorical one, else None."""

    distributions: tuple[str, ...]
    categories: tuple[NDArray | None, ...]

    @cached_property
    def numeric(self) -> Any:
        """Columns with means; a slice where that is all of them."""
        return _selector([j for j, name in enumerate(self.distributions) if name != "categorical"], self.distributions)

    @cached_property
    def groups(self) -> tuple[tuple[str, Any], ...]:
        """Families of the numeric columns with the columns of each, counted among the numeric ones."""
        names = [name for name in self.distributions if name != "categorical"]
        present = [name for name in DISTRIBUTIONS if name in names]
        return tuple((name, _selector([i for i, n in enumerate(names) if n == name], names)) for name in present)

    @cached_property
    def categorical(self) -> NDArray:
        """Columns with categories."""
        return self.columns("categorical")

    @cached_property
    def offsets(self) -> NDArray:
        """Where each categorical column starts in the common table of categories, and where the last one ends."""
        return np.cumsum([0, *(len(known) for known in self.categories if known is not None)])

    @classmethod
    def of(cls, X: Any, distributions: Any) -> ColumnKinds:
        """Kinds of the columns of a float array or a pandas frame, from the parameter; no categories yet."""
        if isinstance(X, np.ndarray):
            chosen = resolve(distributions, ["gaussian"] * X.shape[1], None)
        else:
            chosen = resolve(distributions, infer(X), list(X.columns))
        return cls(chosen, (None,) * len(chosen))

    def columns(self, name: str) -> NDArray:
        """List the columns with this distribution."""
        return np.array([j for j, given in enumerate(self.distributions) if given == name], dtype=np.intp)

    def learn(self, X: Any) -> ColumnKinds:
        """Kinds that also know the categories met in these rows, a float array or a pandas frame."""
        if not len(self.categorical):
            return self
        met = [_sorted_categories(_column(X, j), j) if j in self.categorical else None for j in range(X.shape[1])]
        return self.union(ColumnKinds(self.distributions, tuple(met)))

    def union(self, other: ColumnKinds) -> ColumnKinds:
        """Kinds that know the categories of both."""
        pairs = zip(self.categories, other.categories, strict=True)
        known = tuple(b if a is None else a if b is None else np.union1d(a, b) for a, b in pairs)
        return ColumnKinds(self.distributions, known)

    def positions_in(self, other: ColumnKinds) -> NDArray:
        """Where each category of the common table is in the table of kinds that know all of them."""
        known = [
            (other.categories[j], self.categories[j], at)
            for j, at in zip(self.categorical, other.offsets, strict=False)
        ]
        return np.concatenate([np.zeros(0, np.intp), *(at + np.searchsorted(new, old) for new, old, at in known)])

    def code_frame(self, frame: Any) -> Any:
        """Copy of a frame with numbers for categories and truth values; unknown and missing ones become NaN."""
        import pandas as pd

        coded = frame.copy(deep=False)
        for j in range(min(frame.shape[1], len(self.distributions))):
            column, kind = frame.iloc[:, j], self.distributions[j]
            if kind == "categorical":
                known = pd.Index(np.asarray(self.categories[j]))
                codes = known.get_indexer(pd.Index(_comparable(column)))
                coded.isetitem(j, np.where(codes < 0, np.nan, codes))
            elif kind == "bernoulli" and column.dtype.kind not in "biuf":
                coded.isetitem(j, column.astype("boolean").to_numpy(dtype=np.float64, na_value=np.nan))
        return coded

    def code_array(self, X: NDArray) -> NDArray:
        """Copy of a float array with numbers for categories; unknown and missing ones become NaN."""
        if not len(self.categorical):
            return X
        X = X.copy()
        for j in self.categorical:
            known = self.categories[j]
            assert known is not None
            if known.dtype.kind not in "biuf":
                raise ValueError(f"column {j} was fitted with labels such as {known[0]!r}, got numbers")
            codes = np.searchsorted(known, X[:, j]).clip(max=len(known) - 1)
            X[:, j] = np.where(known[codes] == X[:, j], codes, np.nan)
        return X

    def support(self, X: NDArray) -> NDArray:
        """Bring values to where distributions have mass: for bernoulli above 0 is 1, for poisson below 0 is missing."""
        if "bernoulli" not in self.distributions and "poisson" not in self.distributions:
            return X
        X, binary, counts = X.copy(), self.columns("bernoulli"), self.columns("poisson")
        X[:, binary] = np.where(np.isnan(X[:, binary]), np.nan, X[:, binary] > 0)
        X[:, counts] = np.where(X[:, counts] < 0, np.nan, X[:, counts])
        return X

    def warn_of_negative_counts(self, X: NDArray) -> None:
        """Say so when a poisson column holds values that are none of its own."""
        counts = self.columns("poisson")
        negative = (X[:, counts] < 0).any(axis=0)
        if negative.any():
            warnings.warn(
                f"column {counts[np.argmax(negative)]} is poisson but holds negative values, which count as missing; "
                "give it another distribution, such as gaussian",
                stacklevel=4,
            )


def _selector(columns: list[int], all_columns: Sequence[Any]) -> Any:
    """Index of columns that copies nothing where it takes all of them."""
    return slice(None) if len(columns) == len(all_columns) else np.array(columns, dtype=np.intp)


def as_frame(X: Any, distributions: Any) -> Any:
    """X as a pandas frame where its columns have types of their own, else None."""
    if hasattr(X, "columns") and hasattr(X, "dtypes"):
        return X if hasattr(X, "iloc") else X.to_pandas()
    if issparse(X) or "categorical" not in declared(distributions):
        return None
    values = np.asarray(X)
    if values.ndim != 2 or values.dtype.kind not in "OUST":
        return None
    import pandas as pd

    return pd.DataFrame(values).infer_objects()


def declared(distributions: Any) -> tuple[str, ...]:
    """Names that the parameter `distributions` mentions."""
    return (distributions,) if isinstance(distributions, str) else tuple(distributions)


def infer(frame: Any) -> list[str]:
    """Distribution of each column of a pandas frame, by its type."""
    return [_inferred(frame.iloc[:, j]) for j in range(frame.shape[1])]


def resolve(distributions: Any, inferred: Sequence[str], names: Sequence[Any] | None) -> tuple[str, ...]:
    """Distribution of each column from the parameter, `inferred` standing in for "auto" and for columns not named."""
    d = len(inferred)
    if isinstance(distributions, str):
        chosen = [distributions] * d
    elif isinstance(distributions, Mapping):
        chosen = _from_mapping(distributions, d, names)
    else:
        chosen = list(distributions)
    if len(chosen) != d:
        raise ValueError(f"distributions must have one entry for each column of X, n_features = {d}, got {len(chosen)}")
    for name in chosen:
        if name not in (*DISTRIBUTIONS, "auto"):
            raise ValueError(f'distributions must be "auto" or among {DISTRIBUTIONS}, got {name!r}')
    return tuple(inferred[j] if name == "auto" else name for j, name in enumerate(chosen))


def _from_mapping(distributions: Mapping[str, Any], d: int, names: Sequence[Any] | None) -> list[str]:
    chosen = ["auto"] * d
    positions = {} if names is None else {name: j for j, name in enumerate(names)}
    for distribution, columns in distributions.items():
        for column in [columns] if isinstance(columns, str | int | np.integer) else columns:
            j = positions.get(column, column)
            if isinstance(j, str) or not -d <= j < d:
                raise ValueError(f"distributions names column {column!r}, which X with n_features = {d} does not have")
            if chosen[j] != "auto":
                raise ValueError(f"distributions names column {column!r} twice: {chosen[j]!r} and {distribution!r}")
            chosen[j] = distribution
    return chosen


def _inferred(column: Any) -> str:
    import pandas as pd
    from pandas.api import types

    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categorical"
    if types.is_bool_dtype(column.dtype) or types.infer_dtype(column, skipna=True) == "boolean":
        return "bernoulli"
    if types.is_numeric_dtype(column.dtype):
        return "gaussian"
    if types.is_object_dtype(column.dtype) or types.is_string_dtype(column.dtype):
        return "categorical"
    raise ValueError(f"column {column.name!r} is of type {column.dtype}; turn it into numbers or strings, or drop it")


def _column(X: Any, j: int) -> Any:
    return X[:, j] if isinstance(X, np.ndarray) else _comparable(X.iloc[:, j])


def _comparable(column: Any) -> NDArray:
    """Values of a pandas column as a plain array: numbers where they are, else objects."""
    values = np.asarray(column)
    return values if values.dtype.kind in "biuf" else values.astype(object)


def _sorted_categories(values: Any, j: int) -> NDArray:
    import pandas as pd

    try:
        return np.unique(values[~pd.isna(values)])
    except TypeError as error:
        raise TypeError(
            f"column {j}: the categories must be uniformly strings or numbers ({error}); "
            "argument must be a string or a number: convert the column, for instance with astype(str)"
        ) from error
