"""What a draw of rows has to respect: nothing, whole groups (subjects, files), or the order of time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.kinds import as_numbers, is_number
from genvsdisc.features.marks import listed, quoted

SamplingKind = Literal["rows", "groups", "time"]
NOTES = {
    "rows": "Rows are taken to be independent.",
    "groups": "No split divides a group. Folds are repeated once for every 20 groups: more repeats would make tests "
    "surer than so few groups allow. Training sizes are the mean numbers of rows of whole groups, and errors are "
    "computed over groups. Inside training rows, searches, stacks, calibration and automatic shrinkage leave "
    "out whole groups; what a model holds back for early stopping, or automatic shrinkage beside rows without a label, "
    "is still single rows.",
    "time": "Every training row is older than every row that judges it. Folds go forward in time and cannot be "
    "repeated: their number of rows grows. Learning curves take the most recent rows; errors are computed over blocks "
    "of successive rows. Inside training rows, searches and automatic shrinkage are judged by later rows; "
    "what a model holds back for early stopping is not the latest.",
}
"""Kind -> what holds, and what cannot be done, for the page."""
WEIGHTED = (
    "Rows are taken to be independent. A row stays whole, with all its weight, on one side of every split, as the "
    "copies that it may stand for would; folds are repeated once for every 20 rows. Means are weighted, and errors are "
    "computed over rows, each with its weight, so that they grow with the unevenness of the weights."
)
"""What holds where rows are weighted and belong to no groups."""
LATEST_START = 0.5
"""A class that appears later than after this share of the rows cannot be learned by training sets before it."""


@dataclass(frozen=True)
class Sampling:
    """How the rows of a table came about, which every draw of them has to respect.

    Attributes
    ----------
    kind : {"rows", "groups", "time"}
        Rows are independent; rows of one group are alike, groups are independent; or rows follow one another in time.
    codes : ndarray of shape (n_samples,)
        Index of the group of each row, or the rank of its time (equal times share a rank); empty for "rows".
    column : str
        Name of the column they came from; "" for an array without a name.
    counts : ndarray of shape (n_samples,) or None
        How many rows each row stands for, where rows are weighted (`genvsdisc.study.weights.row_counts`).
    single : bool
        Whether each row is a group by itself: rows are weighted, and belong to no groups.

    Examples
    --------
    >>> import numpy as np
    >>> Sampling("groups", np.array([0, 0, 1, 1, 2]), "patient").facts()["n_groups"]
    3
    """

    kind: SamplingKind = "rows"
    codes: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    column: str = ""
    counts: NDArray[np.float64] | None = None
    single: bool = False

    def weighted(self, counts: NDArray[np.float64]) -> Sampling:
        """Let each row stand for so many; independent rows become groups of their copies."""
        if self.kind != "rows":
            return replace(self, counts=counts)
        return Sampling("groups", np.arange(len(counts)), "", counts, single=True)

    @property
    def independent(self) -> bool:
        """Whether rows are independent, weighted or not."""
        return self.kind == "rows" or self.single

    @property
    def named(self) -> str:
        """What to call groups or times in a message."""
        word = "rows of a weight above 0" if self.single else "times" if self.kind == "time" else "groups"
        return f"{word} of {self.column!r}" if self.column else word

    def masses(self, n_rows: int) -> NDArray[np.float64] | NDArray[np.intp]:
        """How many rows each of `n_rows` stands for: 1 unless they are weighted."""
        return np.ones(n_rows, dtype=np.intp) if self.counts is None else self.counts

    def take(self, indices: NDArray) -> Sampling:
        """Keep some of the rows; groups and times that lose all rows are forgotten."""
        if self.kind == "rows":
            return self
        # Groups are numbered as they appear: what is left is numbered as if the others had never been.
        kept, counts = self.codes[indices], None if self.counts is None else self.counts[indices]
        codes = pd.factorize(kept)[0] if self.kind == "groups" else np.unique(kept, return_inverse=True)[1]
        return replace(self, codes=np.asarray(codes, dtype=np.intp), counts=counts)

    def units(self, n_rows: int) -> NDArray[np.intp]:
        """Index of the independent unit of each row: errors are computed over units.

        The row itself, or its group. Under time, blocks of about sqrt(n) successive rows, whose means are nearly
        independent where dependence is short (batch means: Flegal & Jones, Annals of Statistics 38, 2010). Equal
        times stay together.
        """
        if self.kind == "rows":
            return np.arange(n_rows)
        if self.kind == "groups":
            return self.codes
        masses = self.masses(n_rows)
        first = np.concatenate([[0], np.cumsum(np.bincount(self.codes, masses))])[
            self.codes
        ]  # position of the first equal time
        return np.unique(first // max(1, round(np.sqrt(masses.sum()))), return_inverse=True)[1]

    def most_splits(self, y: Any, n_splits: int) -> int:
        """Lower a number of folds to what the groups allow: at least two classes need one group for each fold."""
        if self.kind != "groups":
            return n_splits
        labels = pd.Series(np.asarray(y))
        n_groups = sorted(pd.Series(self.codes)[labels.notna()].groupby(labels[labels.notna()]).nunique())
        return max(2, min(n_splits, n_groups[-2] if len(n_groups) > 1 else n_splits))

    def unlearnable(self, labels: pd.Series, n_splits: int) -> dict[Any, str]:
        """Find the classes that no split of this kind can both learn and test: label -> why.

        In groups, a class in fewer groups than there are folds; in time, one that first appears after half of the rows.
        """
        if self.kind == "groups":
            n_groups = pd.Series(self.codes).groupby(labels.to_numpy()).nunique()
            few = n_groups[n_groups < n_splits]
            named = f" of {self.column!r}" if self.column else ""
            what = "rows of a weight above 0" if self.single else "groups"
            return {
                label: f"in {n} {what}{named}, fewer than {n_splits}, one for each fold" for label, n in few.items()
            }
        if self.kind == "time":
            place = pd.Series(np.argsort(np.argsort(self.codes, kind="stable"), kind="stable"))
            first = place.groupby(labels.to_numpy()).min() / len(labels)
            late = first[first > LATEST_START]
            return {label: f"it first appears after {share:.0%} of the rows" for label, share in late.items()}
        return {}

    def facts(self) -> dict[str, Any]:
        """Plain values, for ``meta["sampling"]``."""
        if self.single:
            return {"kind": "rows", "note": WEIGHTED}
        facts = {"kind": self.kind, "note": NOTES[self.kind]}
        if self.kind == "rows":
            return facts
        count = "n_groups" if self.kind == "groups" else "n_times"
        return facts | {"column": self.column, count: int(self.codes.max()) + 1}


def read_sampling(X: pd.DataFrame, *, groups: Any = None, time: Any = None) -> tuple[pd.DataFrame, Sampling]:
    """Read groups or times, and take their column out of the table.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_columns)
    groups, time : array-like of shape (n_samples,), or the name of a column of X, default=None
        Any values that can be told apart; or numbers, dates, or text that reads as dates.

    Returns
    -------
    X : DataFrame
        Without the column, where a name was given.
    sampling : Sampling

    Raises
    ------
    ValueError
        If both are given, there is no such column, the length is another, a value is missing, there is one group or
        time only, or times have no order.
    """
    if groups is not None and time is not None:
        raise ValueError(
            "give groups or time, not both: folds of whole groups and folds forward in time judge different questions; "
            "choose what will be new when the model is used, the groups or the moment"
        )
    if groups is None and time is None:
        return X, Sampling()
    word, given = ("time", time) if groups is None else ("groups", groups)
    X, values, name = column_or_values(X, given, word)
    codes = _codes(values, word, name)
    if codes.max() == 0:
        called = f"{word} {name!r}" if name else word
        raise ValueError(f"{called} has one value only, {values.iloc[0]}: no split can separate its rows; leave it out")
    return X, Sampling("time" if groups is None else "groups", codes, name)


def column_or_values(X: pd.DataFrame, given: Any, word: str) -> tuple[pd.DataFrame, pd.Series, str]:
    """Read what is given as an array, or as the name of a column, which then leaves X: table, values and name."""
    if np.isscalar(given):
        if given not in X.columns:
            names = [str(column) for column in X.columns]
            lower = {column.casefold(): column for column in names}
            close = [lower[c] for c in get_close_matches(str(given).casefold(), lower, n=3)]
            guess = f"did you mean {' or '.join(map(quoted, close))}?" if close else f"it has {listed(names)}"
            raise ValueError(f"{word}={quoted(str(given))} is not a column of X; {guess}")
        return X.drop(columns=[given]), X[given].reset_index(drop=True), str(given)
    name = getattr(given, "name", None)
    array = given.to_numpy() if hasattr(given, "to_numpy") else np.asarray(given)
    if array.shape != (len(X),):
        raise ValueError(
            f"{word} must hold a value for each of the {len(X)} rows of X, or name one of its columns, "
            f"got shape {array.shape}"
        )
    return X, pd.Series(array).infer_objects(), "" if name is None else str(name)


def _codes(values: pd.Series, word: str, name: str) -> NDArray[np.intp]:
    missing = np.flatnonzero(values.isna())
    if len(missing):
        raise ValueError(
            f"{word} {name!r} has no value in {len(missing)} rows, the first of them row {missing[0]}: "
            "give these rows a value, or leave them out"
        )
    if word == "groups":
        return np.asarray(pd.factorize(values)[0], dtype=np.intp)
    return np.unique(_times(values, name), return_inverse=True)[1]


def _times(values: pd.Series, name: str) -> NDArray:
    if is_number(values):
        return as_numbers(values)
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.notna().all():
        return numbers.to_numpy(float)
    dates = pd.to_datetime(values.astype(str), format="ISO8601", errors="coerce", utc=True)
    if dates.isna().any():
        raise ValueError(
            f"time {name!r} must hold numbers or dates such as 2024-01-31, got {values[dates.isna()].iloc[0]!r}: "
            "turn it into dates first (pandas.to_datetime)"
        )
    return as_numbers(dates)
