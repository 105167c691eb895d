"""From a table with columns of several kinds to the matrix of floats that classifiers take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from genvsdisc.features.date_parts import date_part
from genvsdisc.features.kinds import Column, as_numbers, column_kinds
from genvsdisc.features.level_codes import MISSING_CODE, level_codes, read_as_judged
from genvsdisc.features.marks import listed
from genvsdisc.features.tables import as_frame
from genvsdisc.features.words import held_words
from genvsdisc.given import refuse_repeated, refuse_sparse

_AT_ONCE = 256  # columns of numbers that are copied together


class TableEncoder(TransformerMixin, BaseEstimator):
    """Encode the columns of a table as floats, by rules that hold for each row alone.

    ============ =============================================================================================
    kind         becomes
    ============ =============================================================================================
    continuous   the number; dates as days since 1970, and their month, weekday (Monday is 0) and hour where the
                 schema says so; missing as NaN
    binary       0 for the first level, 1 for the second; unknown as NaN. If the column had missing entries, one
                 more indicator for those, which are 0 in the first. With one level: 1 if present, 0 if missing
    categorical  an indicator for every level but the first; if the column had missing entries, one more
                 indicator for those; if it had too many levels, one more for the lumped ones. A value never
                 seen before is zero in all of them
    text         an indicator for each word of the schema: whether the entry holds it
    others       left out: identifiers, constants, empty columns
    ============ =============================================================================================

    NaN is kept: generative classifiers integrate it out. For classifiers that cannot, let
    ``SimpleImputer(strategy="mean", add_indicator=True, keep_empty_features=True)`` of scikit-learn follow.

    Parameters
    ----------
    columns : mapping of column name to Column, default=None
        The schema, as `column_kinds` gives it. With it the encoder has no state: nothing is learned from rows, so it
        can be applied before rows are split. None learns the schema in `fit`.

    Attributes
    ----------
    columns_ : mapping of column name to Column
        The schema in use, after `fit`.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Their names, where all are strings.

    See Also
    --------
    genvsdisc.features.kinds.column_kinds : The rules that judge what a column is.

    Examples
    --------
    >>> import pandas as pd
    >>> from genvsdisc import TableEncoder
    >>> table = pd.DataFrame({"age": [31, None, 29, 44, 31], "sex": list("fmmfm")})
    >>> table["town"] = ["Ulm", "Rom", "Ulm", None, "Bonn"]
    >>> encoder = TableEncoder.for_table(table)
    >>> list(encoder.get_feature_names_out())
    ['age', 'sex=m', 'town=Rom', 'town=Ulm', 'town=(missing)']
    >>> encoder.transform(table)[:2]
    array([[31.,  0.,  0.,  1.,  0.],
           [nan,  1.,  1.,  0.,  0.]])
    """

    def __init__(self, columns: Mapping[Any, Column] | None = None, *, categories: str = "indicators") -> None:
        self.columns = columns
        self.categories = categories

    @classmethod
    def for_table(cls, X: Any, *, categories: str = "indicators") -> Self:
        """Make the encoder that a table's columns call for; it needs no `fit`."""
        encoder = cls()
        return cls(encoder._learn(encoder._table(X)), categories=categories)

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the schema, unless it was given.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_columns)
            The table.
        y : ignored
            The kinds of columns never depend on the labels.

        Returns
        -------
        self : TableEncoder

        Raises
        ------
        ValueError
            If no column of X can be used.
        """
        table = self._table(X, reset=True)
        self.columns_ = self._learn(table) if self.columns is None else self.columns
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Encode rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_columns)
            A table with the columns of the schema.

        Returns
        -------
        matrix : ndarray of shape (n_samples, n_features_out)

        Raises
        ------
        ValueError
            If X lacks a column of the schema, a number is infinite, or a column of numbers holds words.
        """
        schema = self._schema()
        table = self._table(X)
        absent = [name for name, column in schema.items() if column.used and name not in table.columns]
        if absent:
            raise ValueError(f"X lacks the column {absent[0]!r}; it has {listed(table.columns, 20)}")
        coded = self._coded()
        used = {name: column for name, column in schema.items() if column.used}
        ends = np.cumsum([0, *(encoded_width(column, coded=coded) for column in used.values())]).tolist()
        places = {name: slice(*ends[j : j + 2]) for j, name in enumerate(used)}
        matrix = np.empty((len(table), ends[-1]))
        plain = {name for name, dtype in table.dtypes.items() if name in used and _is_plain(used[name], dtype)}
        numbers = [name for name in used if name in plain]
        for first in range(0, len(numbers), _AT_ONCE):  # one by one, thousands take a thousand times as long
            some = numbers[first : first + _AT_ONCE]
            matrix[:, [places[name].start for name in some]] = block = table[some].to_numpy(dtype=float)
            _refuse_infinite(some, block)
        for name in [name for name in used if name not in plain]:
            _encode(name, table[name], used[name], matrix[:, places[name]], coded)
        return matrix

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002 - scikit-learn's signature
        """Name the columns of the matrix: ``name``, or ``name=level`` for an indicator.

        Parameters
        ----------
        input_features : ignored
            The names come from the schema.

        Returns
        -------
        names : ndarray of str
        """
        coded, schema = self._coded(), self._schema()
        return np.array([out for name, column in schema.items() for out in _names(name, column, coded)], dtype=object)

    def _coded(self) -> bool:
        if self.categories not in ("indicators", "codes"):
            raise ValueError(f"categories must be 'indicators' or 'codes', got {self.categories!r}")
        return self.categories == "codes"

    def _schema(self) -> Mapping[Any, Column]:
        if self.columns is not None:
            return self.columns
        check_is_fitted(self)
        return self.columns_

    def _learn(self, table: pd.DataFrame) -> dict[Any, Column]:
        schema = column_kinds(table)
        if not any(column.used for column in schema.values()):
            kinds = ", ".join(f"{name} ({column.kind})" for name, column in schema.items()) or "no columns"
            raise ValueError(
                f"no column of X can be used in its {len(table)} sample(s), n_samples = {len(table)}: {kinds}"
            )
        return schema

    def _table(self, X: Any, *, reset: bool = False) -> pd.DataFrame:
        """X as a pandas table; an array gets the schema's names, or x0, x1, ..."""
        check = reset or hasattr(self, "n_features_in_")
        refuse_sparse(X)
        of_columns = hasattr(X, "__arrow_c_stream__") or hasattr(X, "collect_schema") or isinstance(X, Mapping)
        if not isinstance(X, pd.DataFrame) and (of_columns or getattr(getattr(X, "dtype", None), "names", None)):
            X = as_frame(X)
        if isinstance(X, pd.DataFrame):
            refuse_repeated(X.columns)
            if check and self.columns is None:
                validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        rules: dict[str, Any] = {"dtype": None, "ensure_all_finite": "allow-nan"}
        rows = validate_data(self, X, reset=reset, **rules) if check else np.asarray(X)
        schema = self.columns if self.columns is not None else getattr(self, "columns_", {})
        names = list(schema) or [f"x{j}" for j in range(rows.shape[1])]
        return pd.DataFrame(rows, columns=names).infer_objects()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = self.columns is None
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _extra_levels(column: Column) -> Iterator[str]:
    """Levels of a categorical column beyond its own."""
    if column.lumped:
        yield "(other)"
    if column.missing:
        yield "(missing)"


def _names(name: Any, column: Column, coded: bool) -> list[str]:
    """Names of the encoded columns of one column."""
    match column.kind:
        case "continuous":
            return [str(name), *(f"{name} ({part})" for part in column.parts)]
        case "text":
            return [f"{name}~{word}" for word in column.levels]
        case "binary":
            upper = column.levels[-1]
            first = f"{name}={upper}" if isinstance(upper, str) else str(name)
            once = coded or not column.missing or len(column.levels) == 1
            return [first] if once else [first, f"{name}=(missing)"]
        case "categorical" if coded:
            return [str(name)]
        case "categorical":
            return [f"{name}={level}" for level in (*column.levels[1:], *_extra_levels(column))]
        case _:
            return []


def encoded_width(column: Column, *, coded: bool = False) -> int:
    """Count the columns that `TableEncoder` makes of one; `coded`: with ``categories="codes"``."""
    return len(_names("", column, coded))


def encoded(values: pd.Series, column: Column) -> NDArray[np.float64]:
    """Encode one column by itself, (n_samples, n_features_out): what `TableEncoder` makes of it."""
    out = np.empty((len(values), encoded_width(column)))
    _encode(values.name, values, column, out, False)
    return out


def _is_plain(column: Column, dtype: Any) -> bool:
    return column.kind == "continuous" and not column.parts and isinstance(dtype, np.dtype) and dtype.kind in "iuf"


def _refuse_infinite(names: list[Any], numbers: NDArray) -> None:
    infinite = np.isinf(numbers).any(axis=0)
    if infinite.any():
        raise ValueError(f"column {names[int(infinite.argmax())]!r} holds infinite values: replace or remove them")


def _encode(name: Any, values: pd.Series, column: Column, out: NDArray, coded: bool) -> None:
    """Write the encoded column into its slice of the matrix."""
    match column.kind:
        case "continuous":
            _encode_numbers(name, values, column, out)
        case "text":
            codes, entries = pd.factorize(read_as_judged(values, column))
            held = held_words(entries, [str(word) for word in column.levels])
            out[:] = np.vstack([held, np.zeros(out.shape[1])])[codes]  # the last row is for -1, a missing entry
        case "binary" if len(column.levels) == 1:
            out[:, 0] = read_as_judged(values, column).notna()
        case "binary":
            codes = level_codes(values, column)
            of_missing = np.nan if out.shape[1] == 1 else 0.0
            out[:, 0] = np.array([0.0, 1.0, of_missing, np.nan])[codes]  # the last two are -2 and -1
            out[:, 1:] = (codes == MISSING_CODE)[:, None]
        case "categorical" if coded:
            places = np.arange(len(column.levels) + 2, dtype=float)
            places[MISSING_CODE] = np.nan
            places[-1] = len(column.levels) if column.lumped else np.nan
            out[:, 0] = places[level_codes(values, column)]
        case "categorical":
            indicators = np.zeros((len(column.levels) + 2, out.shape[1]))
            n_indicators = len(column.levels) - 1
            indicators[np.arange(1, n_indicators + 1), np.arange(n_indicators)] = 1
            if column.lumped:
                indicators[-1, n_indicators] = 1
            if column.missing:
                indicators[MISSING_CODE, -1] = 1
            out[:] = indicators[level_codes(values, column)]


def _encode_numbers(name: Any, values: pd.Series, column: Column, out: NDArray) -> None:
    """Write numbers, or days and the parts of dates."""
    try:
        out[:, 0] = as_numbers(read_as_judged(values, column))
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {name!r} should hold numbers: {error}") from None
    _refuse_infinite([name], out[:, :1])
    for place, part in enumerate(column.parts, start=1):
        out[:, place] = date_part(out[:, 0], part)
