"""One fit to very many rows: where sums are all that a classifier needs, they are taken batch by batch.

A matrix of a million encoded rows and its copies would not fit beside the table; a batch of it does.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.multiclass import unique_labels

from genvsdisc.study.costs import cost_kind
from genvsdisc.study.fits.refit import _split_stateless
from genvsdisc.study.fits.weighted_fits import fit_rows
from genvsdisc.study.stage_costs import MOST_AT_ONCE

BATCH_ROWS = 50_000


def fits_in_batches(estimator: Any, X: Any) -> bool:
    """Whether sums over batches of rows give the fit to all of them.

    So do those of this package's generative classifiers, unless shrinkage is automatic, and, for Gaussians, unless
    entries are missing: EM goes over all rows again and again.
    """
    split = _split_stateless(estimator)
    if split is None or not cost_kind(split[1]) or not hasattr(split[1], "partial_fit"):
        return False
    return cost_kind(split[1]) == "naive Bayes" or not bool(pd.DataFrame(X, copy=False).isna().any(axis=None))


def fit_many_rows(
    estimator: Any, X: Any, y: NDArray, sample_weight: NDArray | None = None, *, most: int = MOST_AT_ONCE
) -> Any:
    """Fit a classifier, by batches where there are more than `most` rows and sums are all that it needs.

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
    classes, steps = unique_labels(y), list(estimator.steps) if isinstance(estimator, Pipeline) else [("", estimator)]
    for start in range(0, len(y), BATCH_ROWS):
        rows = slice(start, start + BATCH_ROWS)
        batch = _safe_indexing(X, rows)
        for _, step in steps[:-1]:
            if step != "passthrough":
                batch = step.fit(batch).transform(batch) if start == 0 else step.transform(batch)
        weights = None if sample_weight is None else sample_weight[rows]
        steps[-1][1].partial_fit(batch, y[rows], classes=classes, sample_weight=weights)
    return estimator
