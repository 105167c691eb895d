"""How well a model tells rows of a class that it never saw: by p(x), and by its doubt between the classes it knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from genvsdisc.study.fits.refit import seeded
from genvsdisc.study.fits.stateless import split_stateless, through
from genvsdisc.study.fits.weighted_fits import fit_rows
from genvsdisc.study.stage_costs import LEFT_OUT_IN_TURN
from genvsdisc.study.statistics.losses import roc_auc

DENSITY, UNSURE = "p(x)", "1 - max p"
_COLUMNS = ["left_out", "score", "draw", "auroc"]


def left_out_scores(
    estimator: Any,
    X: Any,
    codes: NDArray,
    weights: NDArray,
    tests: Sequence[NDArray],
    *,
    n_classes: int,
    random_state: int | None = None,
    sample_weight: NDArray | None = None,
) -> pd.DataFrame:
    """Fit without each class in turn, and rank the rows that judge, those of that class among them.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
        ``p(x)`` is asked for where it has ``score_samples``.
    X : array-like of shape (n, d)
    codes : ndarray of shape (n,)
    weights : ndarray of shape (n_draws, n)
        Training sets, of which the rows of the class are left out.
    tests : sequence of integer arrays
        Rows that judge each draw.
    n_classes : int
    random_state : int or None, default=None
    sample_weight : ndarray of shape (n,), default=None
        How much each row counts in the fits.

    Returns
    -------
    scores : DataFrame
        Columns left_out (a code), score ("p(x)" or "1 - max p"), draw, auroc: the probability that a row of the class
        left out looks stranger than a row of another, ties counting half. A draw without such rows is absent. With two
        classes one is left, of which a posterior is always sure: "1 - max p" is then 0 everywhere, and its area 1/2;
        that alone is told of a classifier that cannot be fitted to a single class.
    """
    split = split_stateless(estimator)
    if n_classes == 2 and not (
        hasattr(estimator, "score_samples")
        and (split is not None or _fits_one_class(estimator, X, codes, weights[0], sample_weight))
    ):
        return _never_unsure(codes, tests)
    if split is not None:
        X = through(split[0], X)
    rows = []
    for k in np.argsort(-np.bincount(codes, minlength=n_classes), kind="stable")[:LEFT_OUT_IN_TURN]:
        without = np.where(codes == k, 0, weights)
        if split is not None:
            counted = without if sample_weight is None else without * sample_weight
            fits = seeded(split[1], random_state).fit_replicates(X, codes, counted)
        for draw, judges in enumerate(tests):
            new = codes[judges] == k
            if new.all() or not new.any():
                continue
            X_judged = _safe_indexing(X, judges)
            if split is not None:
                fitted = fits[draw]
            else:
                known = np.flatnonzero(without[draw])
                known_weights = None if sample_weight is None else sample_weight[known]
                fitted = fit_rows(
                    seeded(estimator, random_state), _safe_indexing(X, known), codes[known], known_weights
                )
            for score, values in strangeness(fitted, X_judged).items():
                rows.append((int(k), score, draw, roc_auc(np.column_stack([-values, values]), new.astype(int))))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _never_unsure(codes: NDArray, tests: Sequence[NDArray]) -> pd.DataFrame:
    """Areas of a posterior that knows one of two classes."""
    both = [draw for draw, judges in enumerate(tests) if len(np.unique(codes[judges])) == 2]
    return pd.DataFrame([(k, UNSURE, draw, 0.5) for k in range(2) for draw in both], columns=_COLUMNS)


def _fits_one_class(estimator: Any, X: Any, codes: NDArray, weights: NDArray, sample_weight: NDArray | None) -> bool:
    """Whether a classifier learns from rows of a single class.

    One that does not raises a ValueError that says "class", as scikit-learn asks of it (check_classifiers_one_label).
    """
    rows = np.flatnonzero((codes == codes[np.argmax(weights)]) * weights)
    row_weights = None if sample_weight is None else sample_weight[rows]
    try:
        fit_rows(clone(estimator), _safe_indexing(X, rows), codes[rows], row_weights)
    except ValueError as error:
        if "class" in str(error):
            return False
        raise
    return True


def strangeness(fitted: Any, X: Any) -> dict[str, NDArray]:
    """Scores that are high for rows unlike any class: ``-log p(x)`` where the classifier has it, and ``1 - max p``."""
    scores = {UNSURE: 1 - fitted.predict_proba(X).max(axis=1)}
    if hasattr(fitted, "score_samples"):
        density = fitted.score_samples(X)
        finite = np.isfinite(density)
        lowest = density[finite].min() if finite.any() else 0.0
        scores[DENSITY] = -np.where(finite, density, lowest - 1)
    return scores
