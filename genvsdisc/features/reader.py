"""New rows as the rows of training stood: the same columns, text read the same way, the same types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from genvsdisc.features.cells import CellFormat, Reading
from genvsdisc.features.date_text import DateFormat
from genvsdisc.features.dtypes import is_number, is_text, undeclared, usual_dtype
from genvsdisc.features.marks import clean, quoted
from genvsdisc.features.number_text import NumberFormat
from genvsdisc.features.tables import as_frame
from genvsdisc.features.typed import read_columns

_MOST_NAMED = 5
_WITH_GAPS = {
    "words": "object", "truth values": "boolean", "numbers": "float64", "dates": "datetime64[us]",
    "durations": "timedelta64[us]",
}  # fmt: skip
_PLAIN = {
    "numbers": ("number", CellFormat(NumberFormat())), "dates": ("date", CellFormat(DateFormat())),
    "durations": ("time", CellFormat(None)),
}  # fmt: skip
"""What a column holds -> the word for a cell of it, and how it is read where no cell tells."""


@dataclass(frozen=True)
class GivenColumn:
    """How one column of the training table stood, once its text was read.

    Attributes
    ----------
    dtype : str
        Name of its dtype: of pandas, or "category".
    cells : CellFormat or None
        How its text was read, where it was text that stands for numbers or dates.
    levels : tuple
        Categories of a category type, in order.
    ordered : bool
        Whether these are ordered.
    """

    dtype: str
    cells: CellFormat | None = None
    levels: tuple[Any, ...] = ()
    ordered: bool = False

    def __deepcopy__(self, _: Any) -> GivenColumn:
        """Return itself, which nothing changes: every `clone` of a reader would copy thousands of columns."""
        return self

    @classmethod
    def of(cls, values: pd.Series, cells: CellFormat | None = None) -> GivenColumn:
        """Take note of a column as classifiers were given it."""
        if isinstance(values.dtype, pd.CategoricalDtype):
            return cls("category", cells, tuple(values.cat.categories), bool(values.cat.ordered))
        return cls(str(values.dtype), cells)

    @property
    def read(self) -> bool:
        """Whether its text stands for something else than words."""
        return self.holds in ("numbers", "dates", "durations")

    @property
    def holds(self) -> str:
        """What its cells are: "numbers", "dates", "durations", "truth values" or "words"."""
        if self.dtype == "category" or self.dtype in ("object", "str", "string") or self.dtype.startswith("string"):
            return "words"
        if self.dtype.startswith("datetime"):
            return "dates"
        if self.dtype.startswith("timedelta"):
            return "durations"
        return "truth values" if self.dtype.startswith("bool") else "numbers"


class TableReader(TransformerMixin, BaseEstimator):
    """Bring a table to the columns, order and types of the table that a classifier was fitted to.

    Columns are found by their names, in any order; others are left out. Text is read as the text of training was, or,
    where that does not fit, by its own cells (``1,5`` where training had ``1.5``). Nothing is learned: the schema is
    given.

    Parameters
    ----------
    columns : mapping of column name to GivenColumn
        The columns that are used, in the order of training.
    names : sequence
        All columns of the table of training, those left out too.

    Examples
    --------
    >>> import pandas as pd
    >>> trained = pd.DataFrame({"name": ["Ann", "Bob"], "age": [31, 44]})
    >>> reader = TableReader.for_table(trained[["age"]], names=trained.columns)
    >>> reader.transform(pd.DataFrame({"age": ["1 031", " 7"], "town": ["Ulm", "Rom"]}))
        age
    0  1031
    1     7
    """

    def __init__(self, columns: Mapping[Any, GivenColumn], names: Sequence[Any] = ()) -> None:
        self.columns = columns
        self.names = names

    @classmethod
    def for_table(
        cls, table: pd.DataFrame, *, names: Sequence[Any] = (), formats: Mapping[Any, CellFormat] | None = None
    ) -> Self:
        """Make the reader whose rows look like those of `table`, whose text was read by `formats`."""
        formats = formats or {}
        return cls({name: GivenColumn.of(table[name], formats.get(name)) for name in table.columns}, list(names))

    @property
    def written(self) -> list[str]:
        """Columns whose cells have to be told by their text, even if they look like numbers: 007, or 1.234 for 1234."""
        return [str(name) for name, given in self.columns.items() if given.holds == "words" or given.cells is not None]

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Do nothing: the schema is given."""
        return self

    @property
    def n_features_in_(self) -> int:
        """Number of columns of the table of training."""
        return len(self.names) or len(self.columns)

    def transform(self, X: Any) -> pd.DataFrame:
        """Take the columns out of a table.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_columns)
            Named columns in any order, or as many columns as the table of training had, if that had no names.

        Returns
        -------
        table : DataFrame

        Raises
        ------
        ValueError
            If a column is lacking, or one that held numbers or dates holds words.
        """
        frame = as_frame(X)
        if not _named(X):
            if len(frame.columns) != self.n_features_in_:
                raise ValueError(f"X has {len(frame.columns)} columns, the table of training {self.n_features_in_}")
            frame.columns = pd.Index(list(self.names) or list(self.columns), dtype=object)
        places = self._places(frame)
        cells = {name: clean(usual_dtype(frame[places[name]])) for name in self.columns}
        readings = read_columns({name: undeclared(cells[name]) for name, given in self.columns.items() if given.read})
        table = {name: _as_given(name, cells[name], given, readings.get(name)) for name, given in self.columns.items()}
        return pd.DataFrame(table, columns=list(self.columns))

    def other_units(self, X: Any) -> dict[Any, tuple[str, str]]:
        """Columns whose numbers have another unit than in training, or one where they had none ("")."""
        frame = as_frame(X)
        numbers = {name: given.cells for name, given in self.columns.items() if given.holds == "numbers"}
        units = {name: cells.unit if cells else "" for name, cells in numbers.items()}
        now = {name: usual_dtype(frame[name]) for name in units if name in frame}
        readings = read_columns({name: clean(cells) for name, cells in now.items() if not is_number(cells)})
        units_now = {name: reading.format.unit for name, reading in readings.items() if reading.format is not None}
        return {name: (units[name], unit) for name, unit in units_now.items() if unit not in ("", units[name])}

    def notes_of_units(self, X: Any) -> list[str]:
        """Say which columns have another unit than in training."""
        return [
            f"Column {str(name)!r}: its numbers {f'were in {old}' if old else 'had no unit'} in training and are in "
            f"{new} now; they are taken as they are."
            for name, (old, new) in self.other_units(X).items()
        ]

    def _places(self, frame: pd.DataFrame) -> dict[Any, Any]:
        """Name of each column in the new table: the same, or the same once written."""
        written = {str(name).strip(): name for name in reversed(frame.columns)}
        places = {name: name if name in frame.columns else written.get(str(name).strip()) for name in self.columns}
        absent = [str(name) for name, place in places.items() if place is None]
        if absent:
            raise ValueError(_lacking(absent, [str(name) for name in frame.columns]))
        return places

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:  # noqa: ARG002 - scikit-learn's signature
        """Names of the columns that are used."""
        return np.array([str(name) for name in self.columns], dtype=object)


def _named(X: Any) -> bool:
    """Whether the columns of a table have names."""
    return not isinstance(X, np.ndarray | list | tuple) or bool(getattr(getattr(X, "dtype", None), "names", None))


def _lacking(absent: list[str], names: list[str]) -> str:
    """Say which columns are not there, and what may be meant."""
    folded = {name.casefold(): name for name in names}
    close = [folded[near] for near in get_close_matches(absent[0].casefold(), folded, n=1)]
    named = ", ".join(map(repr, absent[:_MOST_NAMED])) + (", ..." if len(absent) > _MOST_NAMED else "")
    what = f"column {named}" if len(absent) == 1 else f"columns {named}"
    hint = f"; is {close[0]!r} what {absent[0]!r} was in training?" if close else ""
    has = ", ".join(map(repr, names[:_MOST_NAMED])) + (", ..." if len(names) > _MOST_NAMED else "")
    return f"the table lacks the {what} that the model was trained on; it has {has}{hint}"


def _as_given(name: Any, cells: pd.Series, given: GivenColumn, reading: Reading | None) -> pd.Series:
    """A column with the type that it had in training."""
    if cells.isna().all():
        return _cast(pd.Series(np.full(len(cells), None), index=cells.index, dtype=object), given)
    if given.holds == "words":
        return _cast(cells if given.dtype == "category" else _words(cells), given)
    if given.holds == "truth values":
        return _cast(_truth(name, cells), given)
    cells = _read(name, cells, given, reading) if reading is not None else undeclared(cells)
    kind = "dates" if cells.dtype.kind == "M" else "durations" if cells.dtype.kind == "m" else "numbers"
    if kind != given.holds and "numbers" in (kind, given.holds):
        raise ValueError(f"column {str(name)!r} held {given.holds} in training, but now {kind}")
    return _cast(cells, given)


def _read(name: Any, cells: pd.Series, given: GivenColumn, reading: Reading) -> pd.Series:
    """Text as numbers or dates: as in training, else as its own cells tell; a word that is neither is refused."""
    for form in (given.cells, reading.format and replace(reading.format, lenient=False)):
        if form is not None:
            with suppress(ValueError):
                return form.read(cells)
    what, plain = _PLAIN[given.holds]
    form = given.cells or reading.format or plain
    with suppress(ValueError):
        if (read := form.read(cells)).isna().all():  # nothing but marks of missing entries
            return read
    words = cells.dropna()
    odd = next((word for word in pd.unique(words) if not _reads(form, word)), words.iloc[0])
    raise ValueError(f"column {str(name)!r} held {given.holds} in training, but now {quoted(str(odd))} is no {what}")


def _reads(form: CellFormat, word: Any) -> bool:
    try:
        replace(form, lenient=False).read(pd.Series([word], dtype=object))
    except ValueError:
        return False
    return True


def _truth(name: Any, cells: pd.Series) -> pd.Series:
    """Truth values, however they are written."""
    known = {"true": True, "1": True, "1.0": True, "yes": True, "false": False, "0": False, "0.0": False, "no": False}
    truth = cells.map(lambda value: known.get(str(value).casefold()), na_action="ignore")
    odd = truth.isna() & cells.notna()
    if odd.any():
        word = quoted(str(cells[odd].iloc[0]))
        raise ValueError(f"column {str(name)!r} held truth values in training, but now {word}")
    return truth


def _words(cells: pd.Series) -> pd.Series:
    """Levels as text: what was words in training may be read as numbers from another file."""
    if is_text(cells):
        return cells
    cells = cells.astype(object)
    return cells.map(lambda value: str(int(value)) if _whole(value) else str(value), na_action="ignore")


def _whole(value: Any) -> bool:
    return isinstance(value, float | np.floating) and float(value).is_integer()


def _cast(cells: pd.Series, given: GivenColumn) -> pd.Series:
    """The dtype of training, or, where gaps or fractions do not fit into it, floats."""
    if given.dtype == "category":
        levels = pd.Index(given.levels)
        known = cells.astype(object)
        if is_text(levels.to_series()) and not is_text(cells):
            known = _words(undeclared(cells))
        unseen = [value for value in pd.unique(known.dropna()) if value not in levels]
        return known.astype(pd.CategoricalDtype([*given.levels, *unseen], ordered=given.ordered))
    if given.holds == "numbers" and cells.dtype.kind in "fOb":  # fractions and gaps are no integers
        numbers = cells.to_numpy(dtype=float, na_value=np.nan)
        if given.dtype.lower().startswith(("int", "uint")) and not np.array_equal(numbers, np.rint(numbers)):
            return pd.Series(numbers, index=cells.index)
        cells = pd.Series(numbers, index=cells.index)
    dtype: Any = given.dtype
    try:
        return cells.astype(dtype)
    except (ValueError, TypeError, OverflowError):
        dtype = _WITH_GAPS[given.holds]
        return cells.astype(dtype)
