"""Which distribution each column has: what the parameter says, and the rule for "auto".

The rule for "auto": string, category or object -> categorical; boolean, or integers that are all 0 or 1 -> bernoulli;
other numbers -> gaussian, except integers from 0 to 100 whose likelihood given the class prefers a Poisson distribution
to a rounded normal one, by the Bayesian information criterion. A column of a frame that holds whole numbers as floats
because it has gaps is one of integers; an array of floats has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from genvsdisc.given import dates, holds_dates

DISTRIBUTION_NAMES = ("gaussian", "bernoulli", "categorical", "poisson")
EITHER = "gaussian or poisson"
"""Whichever of the two the likelihood of the training rows prefers, for whole numbers that an array holds as floats."""
_FEW_ROWS = 64


def typed_frame(X: Any, distributions: Any) -> Any:
    """X as a pandas frame where its columns have types of their own, else None."""
    if (hasattr(X, "iloc") or hasattr(X, "to_pandas")) and hasattr(X, "columns"):
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
    return [_inferred(column) for _, column in frame.items()]


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
        if name not in (*DISTRIBUTION_NAMES, EITHER, "auto", "undecided"):
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

    if column.dtype.kind == "f" and not column.hasnans:
        return "gaussian"  # as below, in a tenth of the time
    if holds_dates(column):
        raise ValueError(dates(column.name, column.dtype))
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categorical"
    if types.is_bool_dtype(column.dtype) or types.infer_dtype(column, skipna=True) == "boolean":
        return "bernoulli"
    if types.is_numeric_dtype(column.dtype):
        return infer_integers(_numbers(column)[:, None])[0] if holds_integers(column) else "gaussian"
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


def holds_integers(column: Any) -> bool:
    """Return True for a column of an integer type, or of whole numbers that are floats because some are missing."""
    from pandas.api import types

    if column.dtype.kind == "f" and not column.hasnans:
        return False
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
