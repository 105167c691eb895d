"""EM over more rows than are held at once: each slice of them leaves sums of its frequent patterns, and its rare rows.

What the E-step expects of rows adds up over slices. A slice keeps sums of products for the patterns that many of its
rows have, and of the other rows with gaps the rows themselves: of a million rows of 20 columns with 5 % of the entries
missing, a tenth. Order, origin and units of the columns come from a sample, which also foresees the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from genvsdisc.functional.gaussian.moments import Moments, class_moments, merge
from genvsdisc.generative.gaussian.em import at_rest, warn_unless
from genvsdisc.generative.gaussian.expectation import JointProblem
from genvsdisc.generative.gaussian.incomplete_rows import IncompleteRows
from genvsdisc.generative.gaussian.layout import Layout, LeftOutOfSampleError
from genvsdisc.generative.gaussian.row_patterns import pattern_keys, ragged_rows
from genvsdisc.generative.gaussian.shrinkage import Regularization


class Rows(NamedTuple):
    """Some rows: X (n, d), NaN where missing, codes of their classes (n,), and weights (n,)."""

    X: NDArray
    codes: NDArray
    weights: NDArray

    def doubled(self) -> Rows:
        """Return them in double precision."""
        return Rows(self.X.astype(float, copy=False), self.codes, self.weights.astype(float, copy=False))


@dataclass
class Slices:
    """Rows with missing entries under one weighting, slice by slice."""

    parts: list[IncompleteRows]
    base: NDArray
    behind: NDArray
    missing: NDArray

    @classmethod
    def of(cls, parts: list[IncompleteRows]) -> Self:
        """Put slices together; the base is in what each expects."""
        names = ("base", "behind", "missing")
        return cls(parts, *(np.sum([getattr(part, name) for part in parts], axis=0) for name in names))

    def take(self, indices: NDArray) -> Self:  # noqa: ARG002 - there is one member, which is kept
        """Keep the only member of the stack."""
        return self

    def expect(self, intercepts: NDArray, slopes: NDArray, precision: NDArray) -> tuple[NDArray, NDArray]:
        """See `IncompleteRows`."""
        sums, log_determinants = self.parts[0].expect(intercepts, slopes, precision)
        for part in self.parts[1:]:
            more, determinants = part.expect(intercepts, slopes, precision)
            sums += more
            log_determinants = log_determinants + determinants
        return sums, log_determinants


@dataclass
class _Columns:
    """What is known of the columns so far."""

    gaps: NDArray  # whether one is missing in some row, (d,)
    value: NDArray  # the only one that a column shows, NaN where there are more, (d,)

    def filled(self, rows: Rows) -> Rows | None:
        """Rows whose gaps in columns of one value have it; None where they show more of the columns than was known."""
        holes = np.isnan(rows.X)
        used = rows.weights > 0
        constant = ~np.isnan(self.value)
        low, high = (f.reduce(np.where(used[:, None], rows.X, np.nan), axis=0) for f in (np.fmin, np.fmax))
        other = constant & ((low < self.value) | (high > self.value))
        more = holes.any(axis=0) & ~constant & ~self.gaps
        if other.any() or more.any():
            self.value[other] = np.nan
            self.gaps |= other | (holes.any(axis=0) & np.isnan(self.value))
            return None
        if not (holes & constant).any():
            return rows
        return rows._replace(X=np.where(holes & constant, self.value, rows.X))


def moments_of_slices(
    sample: Rows, slices: Callable[[], Iterable[Rows]], n_classes: int, rule: Regularization, *, tol: float
) -> tuple[Moments, NDArray]:
    """As `em_moments`, of one weighting of rows of which only a slice is there at a time.

    Parameters
    ----------
    sample : Rows
        Some of the rows, whose weights stand for those of all; each class shows each column.
    slices : callable
        All rows, from the start each time.
    n_classes : int
    rule : Regularization
        Of full structure.
    tol : float

    Raises
    ------
    LeftOutOfSampleError
        If a class does not show a column in the sample.
    SingularCovarianceError
    """
    used = np.where(sample.weights[:, None] > 0, sample.X, np.nan)
    low, high = np.fmin.reduce(used), np.fmax.reduce(used)
    columns = _Columns(np.isnan(sample.X).any(axis=0) & (low < high), np.where(low < high, np.nan, low))
    problem = None
    while problem is None:
        problem, x = _problem(sample, slices, n_classes, rule, columns)
    moments, log_likelihoods, settled = at_rest(problem, x, tol)
    warn_unless(settled)
    return moments, log_likelihoods


def _problem(
    sample: Rows, slices: Callable[[], Iterable[Rows]], n_classes: int, rule: Regularization, columns: _Columns
) -> tuple[JointProblem | None, NDArray]:
    """Problem and starting point; None where a slice shows more of the columns than was known."""
    known = columns.filled(sample)
    assert known is not None  # it is of the sample that they were known first
    X, codes, weights = known.X, known.codes, known.weights[None]
    holes = np.isnan(X)
    counts, keys = pattern_keys(holes)
    layout = Layout.of(X, holes, keys, codes, weights, n_classes, None, gaps=columns.gaps)
    if not np.isnan(layout.unseen).all():
        raise LeftOutOfSampleError
    model = JointProblem.of_rows(layout, X, holes, counts, keys, codes, weights, rule)
    parts: list[IncompleteRows] = []
    others: Moments | None = None
    weight = np.zeros((1, n_classes), X.dtype)
    for rows in slices():
        some = columns.filled(rows)
        if some is None:
            return None, weight
        holes, w = np.isnan(some.X), some.weights[None]
        counts, keys = pattern_keys(holes)
        sums = ragged_rows(some.X, holes, counts, keys, some.codes, w, layout.origin, layout.order, layout.levels)
        parts.append(sums)
        weight += np.bincount(some.codes, some.weights, n_classes).astype(X.dtype)
        if len(layout.kept):
            moments = class_moments(some.X[:, layout.kept], some.codes, w, n_classes)
            others = moments if others is None else merge(others, moments)
    problem = replace(JointProblem.of_sums(layout, weight, others, Slices.of(parts), rule), model=model)
    return problem, problem.start(layout)


class LabeledRows(NamedTuple):
    """Some rows as a user has them: features, labels and weights."""

    X: Any
    y: NDArray
    sample_weight: NDArray | None


def fit_slices(
    classifier: Any, sample: LabeledRows, slices: Callable[[], Iterable[LabeledRows]], labels: NDArray
) -> None:
    """Fit a `GaussianClassifier` of full structure and given shrinkage to rows with missing entries, slice by slice.

    Parameters
    ----------
    classifier : GaussianClassifier
        Is fitted itself, as by `fit` to all rows at once.
    sample : LabeledRows
        Every so many rows of each class; their weights stand for those of all rows.
    slices : callable
        All rows, from the start each time.
    labels : ndarray of shape (n_classes,)
        Sorted.

    Raises
    ------
    LeftOutOfSampleError
        If a class does not show a column in the sample; the classifier is as it was.
    """
    trial = clone(classifier)
    trial._learns_classes(labels)
    first = _checked(trial, sample, first=True)
    sizes = np.bincount(first.codes, first.weights, len(labels))[None]
    trial._fit_slices(first, lambda: (_checked(trial, batch, first=False) for batch in slices()), sizes)
    classifier.__dict__.update(trial.__dict__)


def _checked(classifier: Any, batch: LabeledRows, *, first: bool) -> Rows:
    X, codes = classifier._validate_batch(batch.X, batch.y, first=first)
    return Rows(X, codes, classifier._batch_weights(batch.sample_weight, X))
