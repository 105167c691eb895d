"""The rows and columns that a comparison works on, and what was left out before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from genvsdisc.datasets.rare_classes import drop_rare_classes
from genvsdisc.datasets.targets import as_target, check_target
from genvsdisc.features.kept_formats import kept_formats
from genvsdisc.features.kinds import Column, column_kinds
from genvsdisc.features.reader import TableReader
from genvsdisc.features.tables import as_frame
from genvsdisc.features.typed import typed_table
from genvsdisc.study.holdout_rows import TestRows
from genvsdisc.study.left_out import left_out_sentences
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.losses import COST
from genvsdisc.study.unlabeled_rows import UnlabeledRows
from genvsdisc.study.weights import row_counts
from genvsdisc.validation import refuse_other_length

if TYPE_CHECKING:
    from genvsdisc.study.drawn_tables import DrawnTables


@dataclass(frozen=True)
class PreparedTable:
    """Rows with a label of a class that can be learned, and the columns that can be used.

    Attributes
    ----------
    X : DataFrame of shape (n_samples, n_columns)
        Or what steps without a state made of it, where a classifier is handed a table of its own.
    y : ndarray of shape (n_samples,)
    codes : ndarray of shape (n_samples,)
        Index of each label in `classes`.
    classes : ndarray of shape (n_classes,)
    target : str
        Name of the target.
    columns : dict of column name to Column
        What each column is, those left out too.
    class_counts : DataFrame
        Columns label, rows, used, note.
    left_out : tuple of str
        What was left out and why, how text was read, and what was lumped, a sentence each.
    sampling : Sampling
        What draws of the rows have to respect: nothing, whole groups, or time.
    reader : TableReader
        Brings a table as it was given to the columns of X.
    weights : ndarray of shape (n_samples,) or None
        Weight of each row, above 0; None where all count alike.
    test : TestRows or None
        Rows of the user's own that the fitted models are scored on, once.
    costs : ndarray of shape (n_classes, n_classes) or None
        What each answer costs: ``costs[true, said]``.
    unlabeled : UnlabeledRows or None
        Rows without a label, which generative models may learn from too.
    drawn : DrawnTables or None
        Tables drawn from the law, where it is known.
    """

    X: pd.DataFrame
    y: NDArray
    codes: NDArray
    classes: NDArray
    target: str
    columns: dict[Any, Column]
    class_counts: pd.DataFrame
    left_out: tuple[str, ...]
    sampling: Sampling = field(default_factory=Sampling)
    reader: TableReader = field(default_factory=lambda: TableReader({}))
    weights: NDArray | None = None
    test: TestRows | None = None
    costs: NDArray | None = None
    unlabeled: UnlabeledRows | None = None
    drawn: DrawnTables | None = None

    def losses(self, given: Sequence[str]) -> tuple[str, ...]:
        """Losses that are means over rows: those of a design, and the cost of decisions where there are costs."""
        return (*given, COST) if self.costs is not None else tuple(given)

    @property
    def kinds(self) -> dict[Any, str]:
        """Kind of each column that is used."""
        return {name: column.kind for name, column in self.columns.items() if column.used}

    @property
    def class_sizes(self) -> NDArray:
        """Rows of each class, as many as each stands for."""
        return np.bincount(self.codes, self.sampling.masses(len(self.codes)), minlength=len(self.classes))

    def take(self, indices: NDArray | None) -> PreparedTable:
        """Keep some rows, in the order given; None keeps all. The index of a DataFrame tells which rows they were."""
        if indices is None:
            return self
        rows = _as_slice(indices)
        X = self.X.iloc[rows] if isinstance(self.X, pd.DataFrame) else self.X[rows]
        sampling = self.sampling.take(indices)
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, X=X, y=self.y[rows], codes=self.codes[rows], sampling=sampling, weights=weights)

    def repeated(self, rows: NDArray) -> PreparedTable:
        """Rows in place of their weights, each repeated; the copies of a row, or of its group, are one group."""
        drawn = self.take(rows)
        return replace(drawn, sampling=replace(drawn.sampling, counts=None, single=False), weights=None)


def prepare(
    X: Any, y: Any, *, n_splits: int, sampling: Sampling | None = None, weights: NDArray | None = None
) -> PreparedTable:
    """Drop rows without a label, classes too rare to split, and columns that say nothing.

    Parameters
    ----------
    X : DataFrame (pandas, polars) or array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
    n_splits : int
        A class with fewer rows cannot stand in every fold and is left out, as long as two classes remain.
    sampling : Sampling, default=None
        Groups or times of the rows of X; None for independent rows. A class that its splits cannot both learn and test
        (in fewer groups than folds, or late in time) is left out too.
    weights : ndarray of shape (n_samples,), default=None
        Weights of the rows of X; rows of weight 0 are left out. None where all count alike.

    Returns
    -------
    prepared : PreparedTable

    Raises
    ------
    ValueError
        If lengths differ, the target is continuous, fewer than two classes remain, or no column does.
    """
    frame, labels = as_frame(X), as_target(y, allow_missing=True)
    refuse_other_length(frame, labels)
    labelled = labels.notna().to_numpy()
    if not labelled.any():
        raise ValueError(f"the target {labels.name!r} has only missing values")
    weightless = 0
    if weights is not None:
        weightless = int((labelled & (weights == 0)).sum())
        labelled = labelled & (weights > 0)
        if not labelled.any():
            raise ValueError(f"every row with a label in {labels.name!r} has the weight 0: no row counts")
    frame, labels = _kept(frame, labelled), check_target(labels[labelled].infer_objects())
    counts = labels.value_counts().sort_index()
    sampling = (sampling or Sampling()).take(np.flatnonzero(labelled))
    if weights is not None:
        sampling = sampling.weighted(row_counts(weights[labelled]))
    lonely = sampling.unlearnable(labels, n_splits)
    if len(counts) - len(lonely) < 2:
        reasons = "; ".join(f"{label} ({why})" for label, why in lonely.items())
        raise ValueError(f"fewer than two classes can be both learned and tested: {reasons}; use fewer splits")
    learnable = ~labels.isin(list(lonely)).to_numpy()
    frame, labels, sampling = _kept(frame, learnable), labels[learnable], sampling.take(np.flatnonzero(learnable))
    common = (~labels.isin(counts.index[counts < n_splits])).to_numpy()
    _, labels, rare = drop_rare_classes(np.empty((len(labels), 0)), labels, minimum=n_splits)
    frame = _kept(frame, common)
    sampling = sampling.take(np.flatnonzero(common))
    kept = kept_formats(frame)
    typed = typed_table(frame)  # once the rows are those that stay: a footer makes no text of numbers
    frame, columns = typed.table, column_kinds(typed.table)
    used = [name for name, column in columns.items() if column.used]
    if not used:
        reasons = "; ".join(f"{name} ({column.note})" for name, column in columns.items())
        raise ValueError(f"no column of X can be used: {reasons}")
    classes, codes = np.unique(labels.to_numpy(), return_inverse=True)
    why = dict.fromkeys(rare, f"fewer than {n_splits} rows, one for each fold") | lonely
    unlabelled = int((~labelled).sum()) - weightless
    return PreparedTable(
        X=frame[used].reset_index(drop=True),
        y=classes[codes],  # of text, an object for each class and not for each row
        codes=codes,
        classes=classes,
        target=str(labels.name),
        columns=columns,
        class_counts=pd.DataFrame(
            {
                "label": counts.index.astype(str),
                "rows": counts.to_numpy(),
                "used": ~counts.index.isin(list(why)),
                "note": [why.get(label, "") for label in counts.index],
            }
        ),
        left_out=left_out_sentences(unlabelled, weightless, why, counts, columns, typed.notes),
        sampling=sampling,
        reader=TableReader.for_table(frame[used], names=list(frame.columns), formats={**kept, **typed.formats}),
        weights=None if weights is None else weights[frame.index.to_numpy()],
    )


def _as_slice(indices: NDArray) -> NDArray | slice:
    """The first rows as a slice, which copies nothing; other indices as they are."""
    n = len(indices)
    return slice(n) if n and indices[0] == 0 and np.array_equal(indices, np.arange(n)) else indices


def _kept(frame: pd.DataFrame, rows: NDArray[np.bool_]) -> pd.DataFrame:
    """Some rows; all of them without a copy, for a large table fits in memory once."""
    return frame if rows.all() else frame[rows]


def check_posterior(posterior: Any, table: PreparedTable) -> None:
    """Refuse a true posterior that is none, before anything is fitted.

    Raises
    ------
    TypeError
        If it cannot be called.
    ValueError
        If it does not give a probability of each sorted class for each row.
    """
    if posterior is None:
        return
    if not callable(posterior):
        raise TypeError(f"posterior must be a function of X that gives p(y | x), got {type(posterior).__name__}")
    checked_posterior(posterior(table.X), len(table.y), table.classes)


def checked_posterior(posterior: ArrayLike, n_rows: int, classes: NDArray) -> NDArray[np.float64]:
    """Return p(y | x) as an array (n_rows, n_classes).

    Raises
    ------
    ValueError
        If it has another shape, or a row is no set of probabilities; the message says which.
    """
    law = np.asarray(posterior, dtype=float)
    rule = (
        f"posterior must give probabilities of shape {(n_rows, len(classes))}, a column for each of the sorted classes "
        f"{classes.tolist()[:20]}, rows that sum to 1"
    )
    if law.shape != (n_rows, len(classes)):
        raise ValueError(f"{rule}; got shape {law.shape}")
    wrong = ~(law >= 0).all(axis=1) | ~np.isclose(law.sum(axis=1), 1, atol=1e-6)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"{rule}; got {law[row].tolist()} in row {row}, and {int(wrong.sum())} such rows")
    return law
