"""Find where, along a condition, two models change places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.types import is_numeric_dtype

from genvsdisc.datasets.targets import class_labels
from genvsdisc.features.tables import as_frame
from genvsdisc.models import check_probabilities
from genvsdisc.preparation import takes_gaps
from genvsdisc.questions.condition_drawing import ConditionCurves, Drawing
from genvsdisc.questions.crossing import learning_curve_crossing
from genvsdisc.questions.unlabeled import EVENLY, HIDDEN, added_rows, hidden_labels, with_and_without
from genvsdisc.study.fits.frame_codes import FrameCodes
from genvsdisc.study.fits.gaps import GAP_SHARES, gap_losses, gap_rows
from genvsdisc.study.fits.label_noise import FLIP_RATES, label_noise_curves
from genvsdisc.study.fits.learned_priors import learned_priors
from genvsdisc.study.statistics.class_shares import CLASS_SHIFTS, class_share_losses
from genvsdisc.study.statistics.conditions import rows_of
from genvsdisc.study.statistics.crossing import Crossing, crossing_from_losses
from genvsdisc.study.statistics.dials import (
    ADDED_ROWS,
    CONDITIONAL,
    DIALS,
    ESTIMATED_PRIORS,
    GAPS,
    ITERATIVE,
    NOISE,
    SHARES,
    TRAINING_ROWS,
    TRUE_PRIORS,
    UNLABELED,
)

_SIDES = ("generative", "discriminative")


def condition_curve(
    generative: Any,
    discriminative: Any,
    X: Any,
    y: ArrayLike,
    *,
    dial: str,
    values: Any = "auto",
    n_draws: int = 40,
    level: float = 0.95,
    metric: str = "zero_one",
    random_state: Any = None,
    unlabeled: Any = None,
) -> Crossing:
    """Turn one condition up from 0 and estimate where the better of two classifiers changes.

    Both are fitted to the same draws of three quarters of the rows, those of `learning_curve_crossing` at its largest
    size with the same `random_state`: at 0 the losses are the same.

    Parameters
    ----------
    generative, discriminative : classifiers with ``predict_proba``
        Any two; the first is the one that learns from rows without a label.
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows; numbers, for gaps.
    y : array-like of shape (n_samples,)
        Labels; some may be missing where the dial is "unlabeled rows, added".
    dial : str
        ``"rows"``: training rows (`learning_curve_crossing`). ``"label noise"``: share of the training labels flipped.
        ``"gaps"``: share of the entries missing at prediction, where the mean of the training rows stands in for a
        classifier that takes no gaps; ``"gaps, iterative imputer"`` and ``"gaps, conditional mean"``: what stands in is
        predicted from the other entries. ``"class shares"``: share of the rows whose place rows of the rarest class
        take, with the posteriors as they are; ``"class shares, true priors"`` and ``"class shares, estimated priors"``:
        reweighted for them. ``"unlabeled rows"``: share of the training rows whose label is hidden; ``"unlabeled rows,
        added"``: share of the training rows that have none, as more and more of them are added. Classifier one learns
        from them by EM, with a weight chosen inside. ``"unlabeled"``: the latter where there are rows without a label.
    values : "auto" or sequence of float, default="auto"
        Values of the dial, shares below 1; 0 is added. For rows, as `train_sizes`.
    n_draws : int, default=40
        Training sets.
    level : float, default=0.95
        Confidence of the interval.
    metric : {"zero_one", "brier", "log_loss"}, default="zero_one"
        Loss that is compared.
    random_state : int, RandomState instance or None, default=None
        Source of randomness.
    unlabeled : DataFrame or array-like of shape (n_rows, n_features), default=None
        Rows without a label, beside those of X that have none.

    Returns
    -------
    crossing : Crossing
        ``.estimate .lower .upper`` on the dial (None where none was found), ``.finding`` a sentence, and ``.curves``
        with columns model, value, mean, se, lower, upper. ``.notes`` say what could not be fitted.

    Raises
    ------
    ValueError
        If the dial is unknown, a value is impossible, X holds words where entries are to be deleted, or there are no
        rows without a label to be added.

    References
    ----------
    Saerens, Latinne & Decaestecker (2002), Neural Computation 14, 21-41, on class shares.
    O'Neill (1978), JASA 73, 821-826, on rows without a label.

    Examples
    --------
    >>> import genvsdisc as gd
    >>> data = gd.datasets.make_gaussian_pair(200, n_features=4, random_state=0)
    >>> logistic = gd.LogisticClassifier(optimizer="newton")
    >>> found = gd.condition_curve(
    ...     gd.GaussianClassifier(), logistic, data.X, data.y, dial="gaps", n_draws=10, random_state=0)
    >>> found.curves["value"].unique().tolist()
    [0.0, 0.1, 0.25, 0.5, 0.75]
    """
    X, y, more = with_and_without(X, y, unlabeled, dial)
    if dial == "unlabeled":
        dial = UNLABELED if more is None else ADDED_ROWS
    if dial not in _TURN and dial != TRAINING_ROWS:
        known = ", ".join(map(repr, (TRAINING_ROWS, *_TURN, "unlabeled")))
        raise ValueError(f"dial must be one of {known}, got {dial!r}")
    if dial == ADDED_ROWS and more is None:
        raise ValueError(f"dial={dial!r} needs rows without a label: give unlabeled=, or rows of X with none in y")
    if unlabeled is not None and dial != ADDED_ROWS:
        raise ValueError(f"unlabeled= goes with dial={ADDED_ROWS!r}, got dial={dial!r}: leave it out")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level!r}")
    if isinstance(values, str) and values != "auto":
        raise ValueError(f"values must be 'auto' or numbers on the dial, got {values!r}")
    for estimator in (generative, discriminative):
        check_probabilities(estimator, type(estimator).__name__)
    _check_classes(y)
    if dial == TRAINING_ROWS:
        crossing = learning_curve_crossing(
            generative, discriminative, X, y, train_sizes=values, n_draws=n_draws, level=level, metric=metric,
            random_state=random_state,
        )  # fmt: skip
        return replace(crossing, curves=crossing.curves.rename(columns={"n_train": "value"}).drop(columns="n_draws"))
    turn, automatic = _TURN[dial]
    pair = {"generative": generative, "discriminative": discriminative}
    drawing = Drawing(X, y, n_draws, metric, random_state, more)
    at = (
        EVENLY
        if dial == ADDED_ROWS and isinstance(values, str)
        else _checked(automatic if isinstance(values, str) else values)
    )
    curves = turn(drawing, pair, at, dial)
    along = next(iter(curves.values()))[0]
    ordered = [curves[name][1] for name in _SIDES]
    crossing = crossing_from_losses(along, *ordered, level=level, random_state=drawing.rng, dial=DIALS[dial])
    tables = [rows_of(along, curve, metric, level).assign(model=name) for name, (_, curve) in curves.items()]
    columns = ["model", "value", "mean", "se", "lower", "upper"]
    return replace(crossing, curves=pd.concat(tables, ignore_index=True)[columns], notes=tuple(drawing.notes))


def _check_classes(y: ArrayLike) -> None:
    """Refuse classes of a single row, which cannot be in training sets and among the rows that judge them."""
    counts = class_labels(y).value_counts()
    alone = [str(label) for label, count in counts.items() if count < 2]
    if alone:
        named = f"{', '.join(sorted(alone)[:5])}{' and others' if len(alone) > 5 else ''}"
        raise ValueError(
            f"each class needs 2 rows at least, one to learn from and one to judge by; of {named} there is one: leave "
            "its row out"
        )


def _checked(values: Any) -> NDArray:
    try:
        given = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"values must be shares from 0 to below 1, got {values!r}") from None
    if given.ndim != 1 or not len(given) or not ((given >= 0) & (given < 1)).all():
        raise ValueError(f"values must be shares from 0 to below 1, got {values!r}")
    return np.unique(np.append(given, 0.0))


def _noise(drawing: Drawing, pair: Mapping[str, Any], at: NDArray, dial: str) -> ConditionCurves:  # noqa: ARG001 - one signature for all dials
    training = [np.flatnonzero(row) for row in drawing.weights]
    curves = {}
    for name, estimator in pair.items():
        noise_curves = label_noise_curves(
            estimator, drawing.X, drawing.codes, training, drawing.tests, rates=at.tolist(), losses=(drawing.metric,),
            flips=drawing.seed, random_state=drawing.seed,
        )  # fmt: skip
        plain = drawing.refit(estimator, drawing.weights)  # fitted beside flipped labels, it may round otherwise
        curves[name] = (at, drawing.begun(noise_curves[drawing.metric], plain))
    return curves


def _gaps(drawing: Drawing, pair: Mapping[str, Any], at: NDArray, dial: str) -> ConditionCurves:
    drawing.X = _numbers(drawing.X, dial)
    matrix = np.asarray(FrameCodes(drawing.X).values, dtype=float)
    names = list(getattr(drawing.X, "columns", range(matrix.shape[1])))
    blocks = [range(j, j + 1) for j in range(matrix.shape[1])]
    gaps = gap_rows(
        matrix, drawing.codes, names, blocks, drawing.weights, drawing.tests, size=0, shares=at.tolist(),
        impute=dial != GAPS, taken=(), random_state=drawing.seed,
    )  # fmt: skip
    curves = {}
    for name, estimator in pair.items():
        takes = takes_gaps(estimator)
        losses = gap_losses(
            estimator, drawing.X, drawing.codes, drawing.y, drawing.weights, gaps, classes=drawing.classes,
            losses=(drawing.metric,), exact=takes and name == "generative", takes_gaps=takes, shares=at.tolist(),
            random_state=drawing.seed,
        )  # fmt: skip
        plain = drawing.refit(estimator, drawing.weights)
        curves[name] = (at, drawing.begun(losses[dial].curves[drawing.metric], plain))
    return curves


def _numbers(X: Any, dial: str) -> Any:
    """Rows as pandas or an array have them, every column of numbers: objects are categories to some classifiers."""
    frame = as_frame(X)
    for name in frame.columns[[not is_numeric_dtype(kind) for kind in frame.dtypes]]:
        raise ValueError(
            f"dial={dial!r} deletes numbers, and column {name!r} of X is of type {frame[name].dtype}: encode it with "
            "TableEncoder, or give numbers as such (X.infer_objects())"
        )
    return frame if hasattr(X, "columns") or X.dtype.kind == "O" else X


def _shares(drawing: Drawing, pair: Mapping[str, Any], at: NDArray, dial: str) -> ConditionCurves:
    counts = drawing.weights.astype(float) @ (drawing.codes[:, None] == np.arange(len(drawing.classes)))
    shares = counts / counts.sum(axis=1, keepdims=True)
    curves = {}
    for name, estimator in pair.items():
        predicted = drawing.refit(estimator, drawing.weights)
        old = learned_priors(estimator, shares, drawing.classes)
        losses = class_share_losses(
            predicted, drawing.tests, drawing.codes, old, (drawing.metric,),
            training=drawing.trained, shifts=at.tolist(),
        )  # fmt: skip
        curves[name] = (at, drawing.begun(losses[dial].curves[drawing.metric], predicted))
    return curves


_TURN: dict[str, tuple[Callable[[Drawing, Mapping[str, Any], NDArray, str], ConditionCurves], Sequence[float]]] = {
    NOISE: (_noise, FLIP_RATES),
    GAPS: (_gaps, GAP_SHARES),
    ITERATIVE: (_gaps, GAP_SHARES),
    CONDITIONAL: (_gaps, GAP_SHARES),
    SHARES: (_shares, CLASS_SHIFTS),
    TRUE_PRIORS: (_shares, CLASS_SHIFTS),
    ESTIMATED_PRIORS: (_shares, CLASS_SHIFTS),
    UNLABELED: (hidden_labels, HIDDEN),
    ADDED_ROWS: (added_rows, ()),
}
