"""One fit to very many rows: where sums are all that a classifier needs, or nearly, they are taken batch by batch.

A matrix of a million encoded rows and its copies would not fit beside the table; a batch of it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.multiclass import unique_labels

from genvsdisc.generative.gaussian.layout import LeftOutOfSampleError, Sample
from genvsdisc.generative.gaussian.slices import LabeledRows, fit_slices
from genvsdisc.study.costs import cost_kind, last_step
from genvsdisc.study.fits.stateless import split_stateless, through
from genvsdisc.study.fits.weighted_fits import fit_rows
from genvsdisc.study.stage_costs import MOST_AT_ONCE

BATCH_ROWS = 50_000
MOST_KEPT = 1 << 25
"""Numbers of encoded rows with missing entries that EM may keep: a quarter of a gigabyte."""


def fits_in_batches(estimator: Any, X: Any) -> bool:
    """Whether the fit to batches of rows is the fit to all of them.

    So it is for this package's generative classifiers, unless shrinkage is estimated from rows. Gaussians whose entries
    are missing keep sums of the frequent patterns, and rows of the rare ones: with so many of these that they would
    not fit beside the table, all rows are needed at once.
    """
    split = split_stateless(estimator)
    if split is None or not cost_kind(split[1]) or not hasattr(split[1], "partial_fit"):
        return False
    if cost_kind(split[1]) == "naive Bayes":
        return True
    gaps = pd.DataFrame(X, copy=False).isna().any(axis=1).to_numpy()
    if not gaps.any():
        return True
    options = split[1].get_params(deep=False)
    if options["structure"] != "full" or isinstance(options["shrinkage"], str):
        return False
    width = np.shape(through(split[0], _safe_indexing(X, slice(0, 8))))[1]
    return int(np.count_nonzero(gaps)) * (1 + width) <= MOST_KEPT


def fit_many_rows(
    estimator: Any, X: Any, y: NDArray, sample_weight: NDArray | None = None, *, most: int = MOST_AT_ONCE
) -> Any:
    """Fit a classifier, by batches where there are more than `most` rows and these are all that it needs.

    Parameters
    ----------
    estimator : classifier
        Is fitted itself; alone, or behind transformers without a state.
    X : DataFrame or array-like of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    sample_weight : ndarray of shape (n_samples,), default=None
    most : int, default=MOST_AT_ONCE
        Rows of a fit at once.

    Returns
    -------
    fitted : classifier
    """
    if len(y) <= most or not fits_in_batches(estimator, X):
        return fit_rows(estimator, X, y, sample_weight)
    source = _Source(estimator, X, y, sample_weight)
    if cost_kind(estimator) != "naive Bayes" and bool(pd.DataFrame(X, copy=False).isna().any(axis=None)):
        return estimator if source.fit_slices() else fit_rows(estimator, X, y, sample_weight)
    for batch, labels, weights in source.batches(fitted=False):
        last_step(estimator).partial_fit(batch, labels, classes=unique_labels(y), sample_weight=weights)
    return estimator


@dataclass
class _Source:
    """Rows of a table, as the classifier behind transformers gets them."""

    estimator: Any
    X: Any
    y: NDArray
    sample_weight: NDArray | None

    def some(self, rows: slice | NDArray, *, fitted: bool) -> LabeledRows:
        """These rows, through transformers that are fitted or are now."""
        batch = _safe_indexing(self.X, rows)
        for _, step in self.estimator.steps[:-1] if isinstance(self.estimator, Pipeline) else []:
            if step != "passthrough":
                batch = step.transform(batch) if fitted else step.fit(batch).transform(batch)
        return LabeledRows(batch, self.y[rows], None if self.sample_weight is None else self.sample_weight[rows])

    def batches(self, *, fitted: bool) -> Iterator[LabeledRows]:
        """All rows."""
        for start in range(0, len(self.y), BATCH_ROWS):
            yield self.some(slice(start, start + BATCH_ROWS), fitted=fitted or start > 0)

    def fit_slices(self) -> bool:
        """Fit to rows with gaps; whether that could be done."""
        classes, codes = np.unique(self.y, return_inverse=True)
        weights = np.ones(len(codes)) if self.sample_weight is None else self.sample_weight.astype(float)
        sample = Sample.every(codes.ravel(), weights[None], len(classes))
        if sample is None:
            return False
        rows = self.some(sample.rows, fitted=False)._replace(sample_weight=sample.weights[0])
        try:
            fit_slices(last_step(self.estimator), rows, partial(self.batches, fitted=True), classes)
        except LeftOutOfSampleError:
            return False
        return True
