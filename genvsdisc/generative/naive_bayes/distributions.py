"""A table's values as the numbers that the distributions of its columns work on."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.columns.counts import prefers_poisson
from genvsdisc.generative.naive_bayes.inference import (
    DISTRIBUTION_NAMES,
    EITHER,
    holds_integers,
    infer,
    infer_integers,
    resolve,
)


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
        return np.array([*accumulate((len(known) for known in self.categories if known is not None), initial=0)])

    def taken(self, columns: NDArray) -> tuple[ColumnKinds, NDArray]:
        """Kinds of some of the columns, and their places in the common table of categories."""
        optional = [tuple(of[j] for j in columns) if of else () for of in (self.names, self.integers)]
        kinds = (tuple(of[j] for j in columns) for of in (self.distributions, self.categories))
        starts = dict(zip(self.categorical.tolist(), self.offsets.tolist(), strict=False))
        places = [starts[j] + np.arange(len(self.categories[j])) for j in columns if self.categories[j] is not None]
        return ColumnKinds(*kinds, *optional), np.concatenate([np.arange(0), *places])

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
            integers = tuple(holds_integers(column) for _, column in X.items())
            chosen = resolve(distributions, infer(X), list(names))
        if EITHER in chosen:
            integers = tuple(whole or name == EITHER for whole, name in zip(integers, chosen, strict=True))
            chosen = tuple("gaussian" if name == EITHER else name for name in chosen)
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
        counts = {j for j in gaussian if asked[j] in ("undecided", EITHER) and prefers_poisson(X[:, j], codes)}
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
        for j, kind in enumerate(self.distributions[: frame.shape[1]]):
            if kind not in ("categorical", "bernoulli"):
                continue
            column = frame.iloc[:, j]
            if kind == "categorical":
                known = pd.Index(np.asarray(self.categories[j]))
                _check_hashable(column, self.names[j])
                codes = known.get_indexer(pd.Index(_comparable(column)))
                coded.isetitem(j, np.where(codes < 0, np.nan, codes))
            elif column.dtype.kind not in "biuf":
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
        if "poisson" not in self.distributions:
            return
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
