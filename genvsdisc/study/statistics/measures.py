"""Measures of a fold that are no mean over its rows: those of rare classes, and any scorer of scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import get_scorer, get_scorer_names

from genvsdisc.files import no_exit
from genvsdisc.study.statistics.losses import RARE_CLASS_MEASURES

Scorer = str | Callable[..., float]
SAME_LOG_ODDS = 1e-10
"""Difference in log odds below which two rows have one score."""


def measure_name(measure: Scorer) -> str:
    """Name of a measure: its own, that of the scorer's function, or of the function.

    Examples
    --------
    >>> from sklearn.metrics import fbeta_score, make_scorer
    >>> measure_name("f1_weighted"), measure_name(make_scorer(fbeta_score, beta=2))
    ('f1_weighted', 'fbeta_score')
    """
    if isinstance(measure, str):
        return measure
    function = getattr(measure, "_score_func", measure)
    return str(getattr(function, "__name__", type(function).__name__))


def is_measure(measure: Any) -> bool:
    """Whether this is a measure of rare classes, or a scorer of scikit-learn by name or as a function."""
    return callable(measure) or measure in RARE_CLASS_MEASURES or measure in get_scorer_names()


def measured(
    measure: Scorer, probabilities: NDArray, codes: NDArray, weights: NDArray | None, X: Any, classes: NDArray
) -> float:
    """Value of a measure on the rows of a fold.

    Parameters
    ----------
    measure : str or scorer
        A key of `RARE_CLASS_MEASURES`, the name of a scorer of scikit-learn, or a function ``(estimator, X, y)``.
    probabilities : ndarray of shape (n, n_classes)
    codes : ndarray of shape (n,)
        Index of the true class. Scorers by name are given these, so that the second class is the positive one; a
        function is given the labels.
    weights : ndarray of shape (n,) or None
    X : DataFrame of shape (n, n_columns)
    classes : ndarray of shape (n_classes,)

    Returns
    -------
    value : float
        NaN where the measure is not defined on these rows.

    Examples
    --------
    >>> import numpy as np
    >>> p, codes = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), np.array([0, 1, 1])
    >>> measured("balanced_error", p, codes, None, None, np.array([0, 1])), measured("accuracy", p, codes, None,
    ...     pd.DataFrame({"x": [1, 2, 3]}), np.array([0, 1]))
    (0.25, 0.6666666666666666)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that a fold lacks: scikit-learn says what it takes instead
        if isinstance(measure, str) and measure in RARE_CLASS_MEASURES:
            return _of_rare_classes(measure, probabilities, codes, weights)
        by_name = isinstance(measure, str)
        labels = np.arange(len(classes)) if by_name else classes
        scorer = get_scorer(measure)
        scorer_options = {} if weights is None else {"sample_weight": weights}
        try:
            return float(scorer(Told(labels, probabilities), X, labels[codes], **scorer_options))
        except ValueError:
            return float("nan")


class Told(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose predictions of the rows of a fold are known."""

    def __init__(self, classes: NDArray, probabilities: NDArray) -> None:
        self.classes, self.probabilities = classes, probabilities

    @property
    def classes_(self) -> NDArray:
        """Labels."""
        return self.classes

    def fit(self, X: Any, y: Any) -> Told:  # noqa: ARG002 - scikit-learn's signature
        """Do nothing."""
        return self

    def predict_proba(self, X: Any) -> NDArray:
        """Return the probabilities, if these are as many rows."""
        if len(X) != len(self.probabilities):
            raise TypeError("a scorer must look at the rows that it is given, all of them")
        return self.probabilities

    def predict(self, X: Any) -> NDArray:
        """Return the most probable labels."""
        return self.classes[self.predict_proba(X).argmax(axis=1)]


def check_measures(
    measures: Sequence[Scorer], X: pd.DataFrame, codes: NDArray, classes: NDArray, *, weighted: bool
) -> None:
    """Try every scorer on a row of each class, before anything is fitted.

    Raises
    ------
    ValueError
        If one is no scorer, or takes no weights where rows are weighted.
    """
    rows = np.sort(np.concatenate([np.flatnonzero(codes == k)[:2] for k in range(len(classes))]))
    p = np.full((len(rows), len(classes)), 0.1 / len(classes))
    p[np.arange(len(rows)), codes[rows]] += 0.9
    p /= p.sum(axis=1, keepdims=True)
    for measure in measures:
        if isinstance(measure, str):
            continue
        scorer_options = {"sample_weight": np.ones(len(rows))} if weighted else {}
        try:
            with no_exit(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                float(measure(Told(classes, p), X.iloc[rows], classes[codes[rows]], **scorer_options))
        except Exception as error:
            raise ValueError(
                f"{measure_name(measure)!r} in losses is no scorer that can judge this table "
                f"({type(error).__name__}: {error}): give a function (estimator, X, y{', sample_weight' * weighted}) "
                "that returns a number, such as sklearn.metrics.make_scorer(...) with the labels of the table"
            ) from error


def _of_rare_classes(measure: str, p: NDArray, codes: NDArray, weights: NDArray | None) -> float:
    """Measures that give every class the same say, over the classes that the rows have."""
    n_classes = p.shape[1]
    if measure == "average_precision":
        present = [k for k in ([1] if n_classes == 2 else range(n_classes)) if (codes == k).any()]
        values = [_average_precision(codes == k, p[:, k], weights) for k in present]
        return float(np.mean(values)) if values else float("nan")
    cells = np.bincount(codes * n_classes + p.argmax(axis=1), weights, minlength=n_classes**2)
    counts = cells.reshape(n_classes, n_classes).astype(float)
    true, predicted, right = counts.sum(axis=1), counts.sum(axis=0), np.diag(counts)
    if measure == "balanced_error":
        return float(1 - np.mean(right[true > 0] / true[true > 0]))
    if measure == "f1_macro":
        some = true + predicted > 0
        return float(np.mean(2 * right[some] / (true + predicted)[some]))
    total = counts.sum()
    spread = (total**2 - predicted @ predicted) * (total**2 - true @ true)
    return float((right.sum() * total - true @ predicted) / np.sqrt(spread)) if spread > 0 else 0.0


def _average_precision(positive: NDArray, score: NDArray, weights: NDArray | None) -> float:
    """Sum over thresholds of the recall won times the precision there, as scikit-learn's `average_precision_score`.

    That one checks its input for longer than it computes, and this is called for every class, model and fold. Rows
    whose log odds differ by rounding only have one score: a product of matrices gives two copies of a row other last
    digits, and a threshold between the copies would count for more than the row's weight of two.
    """
    order = np.argsort(-score, kind="stable")
    ranked_weights = np.ones(len(order)) if weights is None else np.asarray(weights, dtype=float)[order]
    ranked = score[order]
    falls = ranked[:-1] - ranked[1:] > SAME_LOG_ODDS * ranked[:-1] * (1 - ranked[:-1])
    last = np.append(np.flatnonzero(falls), len(order) - 1)  # of rows with one score
    right, taken = np.cumsum(ranked_weights * positive[order])[last], np.cumsum(ranked_weights)[last]
    total = right[-1]
    if total <= 0:
        return 0.0
    precision = np.divide(right, taken, out=np.zeros(len(last)), where=taken > 0)
    return float(np.diff(right, prepend=0.0) @ precision / total)
