"""The condition of rows without a label: labels are hidden, or rows that have none are added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import _safe_indexing

from genvsdisc.datasets.targets import as_target
from genvsdisc.features.tables import as_frame, as_rows
from genvsdisc.questions.condition_drawing import ConditionCurves, Drawing
from genvsdisc.study.fits.unlabeled import semi_supervised_probabilities
from genvsdisc.study.fits.unlabeled_stage import ADDED_SHARES, added_orders, joined_rows
from genvsdisc.study.stage_costs import most_added
from genvsdisc.study.statistics.dials import ADDED_ROWS
from genvsdisc.study.statistics.failures import reason
from genvsdisc.study.statistics.learning_curves import CurveLosses
from genvsdisc.validation import refuse_other_length

HIDDEN = (0.0, 0.5, 0.75, 0.9, 0.95)
"""Shares of the training labels that are hidden."""
EVENLY = np.array([0.0])
"""Stands for shares that depend on how many rows without a label there are."""


def with_and_without(X: Any, y: ArrayLike, unlabeled: Any, dial: str) -> tuple[Any, Any, Any]:
    """Rows with a label, their labels, and the rows without one, None where there are none or the dial has no use."""
    if dial not in ("unlabeled", ADDED_ROWS):
        return X, y, None
    X, labels = as_frame(X) if hasattr(X, "columns") else as_rows(X), as_target(y, allow_missing=True)
    refuse_other_length(X, labels)
    missing = labels.isna().to_numpy()
    more = None if unlabeled is None else _with_columns(unlabeled, X)
    if missing.any():
        without_label = _safe_indexing(X, np.flatnonzero(missing))
        more = without_label if more is None else joined_rows(without_label, more)
        X, labels = _safe_indexing(X, np.flatnonzero(~missing)), labels[~missing].infer_objects()
    return X, labels, more


def _with_columns(rows: Any, X: Any) -> Any:
    """Rows with the columns of X, in its order.

    Raises
    ------
    ValueError
        If they lack some of them, or are no rows.
    """
    frame = as_frame(rows) if hasattr(rows, "columns") else None
    rows = as_rows(rows) if frame is None else frame
    if hasattr(X, "columns") and frame is not None:
        lacking = [str(name) for name in X.columns if name not in rows.columns]
        if lacking:
            raise ValueError(f"unlabeled lacks the columns {', '.join(map(repr, lacking[:5]))} of X")
        rows = frame[list(X.columns)]
    if len(np.shape(rows)) != 2 or not len(rows) or np.shape(rows)[1] != np.shape(X)[1]:
        raise ValueError(
            f"unlabeled must be rows with the {np.shape(X)[1]} columns of X, got an array of shape {np.shape(rows)}"
        )
    return pd.DataFrame(np.asarray(rows), columns=X.columns) if hasattr(X, "columns") and frame is None else rows


def hidden_labels(drawing: Drawing, pair: Mapping[str, Any], at: NDArray, dial: str) -> ConditionCurves:  # noqa: ARG001 - one signature for all dials
    """Losses as more and more training rows lose their label; where too few keep it to be fitted to, there are none."""
    fewest = min(2 * len(drawing.classes), drawing.largest)
    rows = np.unique(np.maximum((drawing.largest * (1 - at)).round().astype(int), fewest))
    state = drawing.rng.get_state()
    weights, _ = drawing.nested(rows.tolist())
    drawing.rng.set_state(state)
    weights, values = weights[::-1], 1 - rows[::-1] / drawing.largest
    whole = weights[0] > 0
    learned = _fitted(drawing, "generative", weights, lambda row: _with_hidden(drawing, pair["generative"], row, whole))
    alone = _fitted(drawing, "discriminative", weights, lambda row: drawing.refit(pair["discriminative"], row))
    return {
        "generative": (values, _begun(drawing, pair["generative"], learned, weights)),
        "discriminative": (values, drawing.losses(alone, weights)),
    }


def _fitted(
    drawing: Drawing, name: str, weights: NDArray, fit: Callable[[NDArray], list[NDArray]]
) -> list[list[NDArray] | None]:
    """Fit to the training sets of each size; of one that cannot be fitted to, but the first, there is a note."""
    fitted: list[list[NDArray] | None] = []
    for row in weights:
        try:
            fitted.append(fit(row))
        except Exception as error:  # classifiers of others raise any
            if not fitted:
                raise
            why = str(error) if isinstance(error, ValueError) else reason(error)
            n_labeled = int((row[0] > 0).sum())
            drawing.notes.append(f"the {name} model could not be fitted to {n_labeled} rows with a label: {why}")
            fitted.append(None)
    return fitted


def _with_hidden(drawing: Drawing, estimator: Any, labeled: NDArray, whole: NDArray) -> list[NDArray]:
    """Fit to training sets of which these rows keep their labels."""
    return semi_supervised_probabilities(
        estimator, drawing.X, drawing.codes, labeled > 0, whole & (labeled == 0), drawing.tests,
        n_classes=len(drawing.classes), random_state=drawing.seed,
    )[0]  # fmt: skip


def added_rows(drawing: Drawing, pair: Mapping[str, Any], at: NDArray, dial: str) -> ConditionCurves:  # noqa: ARG001 - one signature for all dials
    """Losses as more and more rows without a label are added to the training rows."""
    n, n_more, K = len(drawing.codes), len(drawing.unlabeled), len(drawing.classes)
    most = min(n_more, most_added(K))
    steps = sorted({min(most, round(drawing.largest * share / (1 - share))) for share in at})
    if at is EVENLY:
        steps = sorted({round(share * most) for share in ADDED_SHARES})
    orders = n + added_orders(n_more, most, len(drawing.weights), drawing.seed)
    X = joined_rows(drawing.X, drawing.unlabeled)
    codes = np.append(drawing.codes, np.zeros(n_more, dtype=int))
    labeled = np.hstack([drawing.weights > 0, np.zeros((len(drawing.weights), n_more), dtype=bool)])
    learned = []
    for more in steps:
        added = np.zeros_like(labeled)
        np.put_along_axis(added, orders[:, :more], True, axis=1)
        probabilities, _ = semi_supervised_probabilities(
            pair["generative"], X, codes, labeled, added, drawing.tests, n_classes=K, random_state=drawing.seed
        )
        learned.append(probabilities)
    values = np.array([more / (more + drawing.largest) for more in steps])
    alone = drawing.refit(pair["discriminative"], drawing.weights)
    return {
        "generative": (values, _begun(drawing, pair["generative"], learned)),
        "discriminative": (values, drawing.losses([alone] * len(steps))),
    }


def _begun(
    drawing: Drawing, estimator: Any, learned: Sequence[list[NDArray] | None], labeled: NDArray | None = None
) -> CurveLosses:
    """Losses along the dial from those of the plain fit: among copies of the rows it may round otherwise."""
    return drawing.begun(drawing.losses(learned, labeled), drawing.refit(estimator, drawing.weights))
