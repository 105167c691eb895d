"""Gaps of rows to come where the training rows had none: the mean of the training rows stands in."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from genvsdisc.features.encoding import TableEncoder
from genvsdisc.preparation import takes_gaps
from genvsdisc.study.fits.weighted_fits import copies, stand_for_copies


def with_means(fitted: Any, X: Any, weights: NDArray | None, new: Any) -> Any:
    """Put column means in front of a fitted classifier that new rows with gaps would stop.

    Of rows without gaps an imputer takes away nothing: the classifier is the one that a fit behind it gives.

    Parameters
    ----------
    fitted : classifier
        A pipeline that begins with a `TableEncoder`, or, of numbers, a classifier without steps; any other is
        returned as it is.
    X : DataFrame or array of shape (n_samples, n_columns)
        Its training rows.
    weights : ndarray of shape (n_samples,) or None
        Whole ones count in the means.
    new : DataFrame or array of shape (n_rows, n_columns)
        Rows to judge.

    Returns
    -------
    fitted : classifier
        The same one where it takes gaps, the new rows have none, or the training rows have some.
    """
    steps = list(fitted.steps) if isinstance(fitted, Pipeline) else [("classifier", fitted)]
    encoded = isinstance(steps[0][1], TableEncoder)
    front, behind = (steps[:1], steps[1:]) if encoded else ([], steps)
    if takes_gaps(Pipeline(behind)) or not (encoded or (isinstance(X, np.ndarray) and len(behind) == 1)):
        return fitted
    before, after = (front[0][1].transform(rows) if encoded else rows for rows in (X, new))
    lost = np.isnan(np.asarray(after, dtype=float))
    if not lost.any() or np.isnan(np.asarray(before, dtype=float)).any():
        return fitted
    if weights is not None and stand_for_copies(weights):
        before = _safe_indexing(before, copies(weights))
    imputer = SimpleImputer(keep_empty_features=True).fit(before)
    n = int(lost.any(axis=1).sum())
    warnings.warn(
        f"{n} of {len(lost)} rows to test on {'have' if n > 1 else 'has'} a gap, or a word that was not met in "
        "training, where no training row has one: the mean of the training rows stands in",
        stacklevel=2,
    )
    return Pipeline([*front, ("simpleimputer", imputer), *behind])
