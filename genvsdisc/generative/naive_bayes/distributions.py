"""Which distribution each column has, and a table's values as the numbers that the distributions work on.

The rule for "auto": string, category or object -> categorical; boolean, or integers that are all 0 or 1 -> bernoulli;
other numbers -> gaussian, except integers from 0 to 100 whose likelihood given the class prefers a Poisson distribution
to a rounded normal one, by the Bayesian information criterion. A column of a frame that holds whole numbers as floats
because it has gaps is one of integers; an array of floats has none.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from scipy.special import gammaln, ndtr, xlogy

DISTRIBUTION_NAMES = ("gaussian", "bernoulli", "categorical", "poisson")
_FEW_ROWS = 64
_MOST_COUNT = 100


@dataclass(frozen=True)
class ColumnKinds:
    """Distribution of each column, and the known categories (sorted) of each categorical one, else None."""

    distributions: tuple[str, ...]
    categories: tuple[NDArray | None, ...]
    names: tuple[Any, ...] = field(default=(), compare=False)
    """Names of the columns, for messages; their positions if they have none."""
    integers: tuple[bool, ...] = field(default=(), compare=False)
    """Which columns may be counts."""

    @cached_property
    def numeric(self) -> Any:
        """Columns with means; a slice where that is all of them."""
        return _selector([j for j, name in enumerate(self.distributions) if name != "categorical"], self.distributions)

    @cached_property
    def groups(self) -> tuple[tuple[str, Any], ...]:
        """Families of the numeric columns with the columns of each, counted among the numeric ones."""
        names = [name for name in self.distributions if name != "categorical"]
        present = [name for name in DISTRIBUTION_NAMES if name in names]
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
    def of(cls, X: Any, distributions: Any, *, integral: bool) -> ColumnKinds:
        """Kinds of the columns of an array (of integers?) or a pandas frame, from the parameter; no categories yet."""
        if isinstance(X, np.ndarray):
            names, integers = tuple(range(X.shape[1])), (integral,) * X.shape[1]
            automatic = integral and (not isinstance(distributions, str) or distributions == "auto")
            inferred = infer_integers(X) if automatic else ["gaussian"] * X.shape[1]
            chosen = resolve(distributions, inferred, None)
        else:
            names = tuple(X.columns)
            integers = tuple(_holds_integers(X.iloc[:, j]) for j in range(X.shape[1]))
            chosen = resolve(distributions, infer(X), list(names))
        return cls(chosen, (None,) * len(chosen), names, integers)

    def with_counts(self, X: NDArray, codes: NDArray, distributions: Any) -> ColumnKinds:
        """Kinds in which columns left to "auto" that look like counts are poisson.

        Parameters
        ----------
        X : ndarray of shape (n, d)
            Training rows.
        codes : ndarray of shape (n,)
            Their encoded classes.
        distributions : str, list or dict
            The parameter: what it names stays.
        """
        if not any(self.integers):
            return self
        names = None if self.names == tuple(range(len(self.names))) else list(self.names)
        gaussian = [j for j in self.columns("gaussian").tolist() if self.integers[j]]
        asked = resolve(distributions, ["undecided"] * len(self.distributions), names) if gaussian else ()
        counts = {j for j in gaussian if asked[j] == "undecided" and _prefers_poisson(X[:, j], codes)}
        if not counts:
            return self
        chosen = tuple("poisson" if j in counts else name for j, name in enumerate(self.distributions))
        return replace(self, distributions=chosen)

    def columns(self, name: str) -> NDArray:
        """List the columns with this distribution."""
        return np.array([j for j, given in enumerate(self.distributions) if given == name], dtype=np.intp)

    def learn(self, X: Any) -> ColumnKinds:
        """Kinds that also know the categories met in these rows, a float array or a pandas frame."""
        if not len(self.categorical):
            return self
        met = [
            _sorted_categories(_column(X, j), self.names[j]) if j in self.categorical else None
            for j in range(min(X.shape[1], len(self.names)))
        ]
        met += [None] * (len(self.distributions) - len(met))  # what lacks columns is refused later, with their number
        return self.union(replace(self, categories=tuple(met)))

    def union(self, other: ColumnKinds) -> ColumnKinds:
        """Kinds that know the categories of both."""
        pairs = zip(self.categories, other.categories, strict=True)
        known = tuple(_united(a, b, name) for (a, b), name in zip(pairs, self.names, strict=True))
        return replace(self, categories=known)

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
                _check_hashable(column, self.names[j])
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
            if not len(known):
                X[:, j] = np.nan
                continue
            if known.dtype.kind not in "biuf":
                raise ValueError(f"column {self.names[j]!r} was fitted with labels such as {known[0]!r}, got numbers")
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
                f"column {self.names[counts[np.argmax(negative)]]!r} is poisson but holds negative values, which count "
                "as missing; give it another distribution, such as gaussian",
                stacklevel=4,
            )


def _selector(columns: list[int], all_columns: Sequence[Any]) -> Any:
    """Index of columns that copies nothing where it takes all of them."""
    return slice(None) if len(columns) == len(all_columns) else np.array(columns, dtype=np.intp)


def typed_frame(X: Any, distributions: Any) -> Any:
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
        if name not in (*DISTRIBUTION_NAMES, "auto", "undecided"):
            raise ValueError(f'distributions must be "auto" or among {DISTRIBUTION_NAMES}, got {name!r}')
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
        return infer_integers(_numbers(column)[:, None])[0] if _holds_integers(column) else "gaussian"
    if types.is_object_dtype(column.dtype) or types.is_string_dtype(column.dtype):
        return "categorical"
    raise ValueError(f"column {column.name!r} is of type {column.dtype}; turn it into numbers or strings, or drop it")


def is_integral(X: Any) -> bool:
    """Return True if an array, or what becomes one, holds integers or truth values."""
    if not hasattr(X, "dtype"):
        X = np.asarray(X)
    return getattr(X.dtype, "kind", "O") in "iub"


def _numbers(column: Any) -> NDArray:
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _holds_integers(column: Any) -> bool:
    """Return True for a column of an integer type, or of whole numbers that are floats because some are missing."""
    from pandas.api import types

    if types.is_bool_dtype(column.dtype) or not types.is_numeric_dtype(column.dtype):
        return False
    if types.is_integer_dtype(column.dtype):
        return True
    if not column.hasnans:
        return False
    values = _numbers(column)
    values = values[np.isfinite(values)]
    return bool(len(values) and (values == np.floor(values)).all())


def infer_integers(X: NDArray) -> list[str]:
    """Distribution of each column of integers (n, d): bernoulli where all that is observed is 0 or 1, else gaussian."""
    inferred = ["gaussian"] * X.shape[1]
    first = X[:_FEW_ROWS]  # most columns are decided by these
    with np.errstate(invalid="ignore"):
        for j in np.flatnonzero(((first == 0) | (first == 1) | np.isnan(first)).all(axis=0)):
            column = X[:, j]
            observed = column[~np.isnan(column)]
            if len(observed) and ((observed == 0) | (observed == 1)).all():
                inferred[j] = "bernoulli"
    return inferred


def _prefers_poisson(column: NDArray, codes: NDArray) -> bool:
    """Return True if whole numbers from 0 to 100 have a better criterion (BIC) as Poisson than as rounded normal."""
    first = column[:_FEW_ROWS]
    if not (np.isnan(first) | ((first >= 0) & (first <= _MOST_COUNT) & (first == np.floor(first)))).all():
        return False
    seen = ~np.isnan(column)
    x, codes = column[seen].astype(np.float64), codes[seen]
    if not len(x) or x.min() < 0 or x.max() > _MOST_COUNT or (x != np.floor(x)).any():
        return False
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


def _check_hashable(column: Any, name: Any) -> None:
    if column.dtype != object:
        return
    strange = next((value for value in column if not isinstance(value, Hashable)), None)
    if strange is not None:
        raise TypeError(
            f"column {name!r} holds {strange!r}, a {type(strange).__name__}; categories must be strings or numbers"
        )


def _united(one: NDArray | None, other: NDArray | None, name: Any) -> NDArray | None:
    """Categories of both, sorted; of either, where the other has met none."""
    if one is None or other is None:
        return other if one is None else one
    if not len(one) or not len(other):
        return one if len(one) else other
    try:
        return np.union1d(one, other)
    except TypeError as error:
        raise _mixed(name, error) from error


def _mixed(name: Any, error: Exception) -> TypeError:
    return TypeError(
        f"column {name!r}: the categories must be uniformly strings or numbers ({error}); "
        "argument must be a string or a number: convert the column, for instance with astype(str)"
    )


def _column(X: Any, j: int) -> Any:
    return X[:, j] if isinstance(X, np.ndarray) else _comparable(X.iloc[:, j])


def _comparable(column: Any) -> NDArray:
    """Values of a pandas column as a plain array: numbers where they are, else objects."""
    values = np.asarray(column)
    return values if values.dtype.kind in "biuf" else values.astype(object)


def _sorted_categories(values: Any, name: Any) -> NDArray:
    import pandas as pd

    _check_hashable(values, name)
    try:
        return np.unique(values[~pd.isna(values)])
    except TypeError as error:
        raise _mixed(name, error) from error
