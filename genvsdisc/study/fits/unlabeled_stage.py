"""The stage in which generative models learn from rows without a label too: those that have none, or hidden ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

from genvsdisc.known_estimators import GENERATIVE
from genvsdisc.models import Model
from genvsdisc.study.evidence import Draws, Predictions
from genvsdisc.study.fits.condition_stages import copied, thinned
from genvsdisc.study.fits.held_out_shrinkage import leaving_out_rows
from genvsdisc.study.fits.unlabeled import NEED, fits_weights, semi_supervised_probabilities, without_weights
from genvsdisc.study.stage_costs import FEWEST_LABELED, N_PLACES, most_added
from genvsdisc.study.statistics.dials import ADDED_ROWS, UNLABELED
from genvsdisc.study.statistics.failures import reason
from genvsdisc.study.statistics.learning_curves import CurveLosses, DialLosses
from genvsdisc.study.statistics.training_rows import TrainedRows
from genvsdisc.study.table import PreparedTable
from genvsdisc.study.unlabeled_rows import MOST_TRAINING, UnlabeledRows

NO_LEARNER = "No generative model here can be fitted to weighted rows: none learns from the rows without a label."
ADDED_SHARES = (0.0, 0.125, 0.25, 0.5, 1.0)
"""Shares of the rows without a label that are added."""


def can_learn(model: Model) -> bool:
    """Whether a model is generative and can be fitted to weighted rows."""
    return model.family == GENERATIVE and fits_weights(model.estimator)


def cannot_learn(roster: Sequence[Model], *, given: bool) -> list[str]:
    """Say which generative models learn from no rows without a label, and if rows are `given` and none does."""
    reasons: dict[str, list[str]] = {}
    for model in roster:
        if model.family == GENERATIVE and not can_learn(model):
            reasons.setdefault(without_weights(model.estimator), []).append(model.name)
    sentences = [
        f"{step} takes no sample_weight, which {NEED}: {', '.join(names)} learns from rows with a label only."
        for step, names in reasons.items()
    ]
    return [*sentences, NO_LEARNER] if given and not any(can_learn(model) for model in roster) else sentences


def learn_unlabeled(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Learn from rows without a label: those that the table has, else training rows whose label is hidden.

    Nothing is done for a model that cannot learn from them.
    """
    if not can_learn(model):
        return
    model = replace(model, estimator=leaving_out_rows(model.estimator))
    if table.unlabeled is not None:
        add_rows(model, table, table.unlabeled, draws, result)
    else:
        hide_labels(model, table, draws, result)


def add_rows(model: Model, table: PreparedTable, unlabeled: UnlabeledRows, draws: Draws, result: Predictions) -> None:
    """Add rows without a label to the training sets of the largest size of 1,000 rows at most, more and more of them.

    Each training set has rows of its own, unless there are few enough for all to be used.
    """
    allowed = np.flatnonzero(np.asarray(draws.sizes) <= MOST_TRAINING)
    if not len(allowed):
        return
    drawn, training, judges = copied(table, draws)
    size, tests = int(allowed[-1]), thinned(judges)
    labeled = training[size] > 0
    keep = np.unique(np.concatenate([np.flatnonzero(labeled.any(axis=0)), *tests]))
    n, n_more = len(keep), min(len(unlabeled), most_added(len(drawn.classes)))
    orders = added_orders(len(unlabeled), n_more, len(labeled), draws.seed)
    used = np.unique(orders)
    X = joined_rows(_safe_indexing(drawn.X, keep), _safe_indexing(unlabeled.X, used))
    known = np.hstack([labeled[:, keep], np.zeros((len(labeled), len(used)), dtype=bool)])
    counts = _counts(drawn.weights, unlabeled.weights, keep, used)
    judged = [np.searchsorted(keep, rows) for rows in tests]
    of_value, chosen = [], []
    steps = sorted({round(share * n_more) for share in ADDED_SHARES})
    for more in steps:
        added = np.zeros_like(known)
        for row, order in zip(added, orders, strict=True):
            row[n + np.searchsorted(used, order[:more])] = True
        posteriors, weights = semi_supervised_probabilities(
            model.estimator, X, np.append(drawn.codes[keep], np.zeros(len(used), dtype=int)), known, added, judged,
            n_classes=len(drawn.classes), random_state=draws.seed, sample_weight=counts,
            units=_units(drawn, keep, len(used)),
        )  # fmt: skip
        of_value.append(posteriors)
        chosen.append(float(weights.mean()))
    values = tuple(float(more / (more + draws.sizes[size])) for more in steps)
    curves = _curves(of_value, tests, drawn, draws, training[[size]])
    result.dials[ADDED_ROWS] = DialLosses(values, size, curves, (size,) * len(steps), tuple(chosen))


def added_orders(n_unlabeled: int, n_more: int, n_draws: int, seed: int) -> NDArray[np.intp]:
    """Rows that each draw adds, (n_draws, n_more), in the order in which it adds them."""
    rng = np.random.default_rng(seed)
    return np.stack([rng.permutation(n_unlabeled)[:n_more] for _ in range(n_draws)])


def joined_rows(first: Any, second: Any) -> Any:
    """Rows of two tables of the same columns, one below the other."""
    if isinstance(first, pd.DataFrame):
        return pd.concat([first, second], ignore_index=True)
    return np.concatenate([first, np.asarray(second, dtype=np.asarray(first).dtype)])


def _counts(labeled: NDArray | None, unlabeled: NDArray | None, keep: NDArray, used: NDArray) -> NDArray | None:
    """How much each row counts in the fits; rows that stand as often as they count have no weight of their own."""
    if labeled is None and unlabeled is None:
        return None
    kept_weights = np.ones(len(keep)) if labeled is None else labeled[keep]
    return np.append(kept_weights, np.ones(len(used)) if unlabeled is None else unlabeled[used])


def _units(drawn: PreparedTable, keep: NDArray, n_added: int = 0) -> NDArray | None:
    """Groups, or blocks of time, of the rows that are kept, and of added ones each its own; None for plain rows."""
    if drawn.sampling.kind == "rows":
        return None
    units = drawn.sampling.units(len(drawn.codes))
    return np.append(units[keep], units.max() + 1 + np.arange(n_added))


def _curves(
    of_value: list[Any], tests: list[NDArray], drawn: PreparedTable, draws: Draws, labeled: NDArray
) -> dict[str, CurveLosses]:
    """Losses, with the error that the labeled rows leave, of which draws share some."""
    units = drawn.sampling.units(len(drawn.codes))
    trained = TrainedRows(labeled, units, drawn.weights)
    return {
        loss: CurveLosses.of(of_value, tests, drawn.codes, loss, units, weights=drawn.weights, training=trained)
        for loss in draws.design.losses
    }


def hide_labels(model: Model, table: PreparedTable, draws: Draws, result: Predictions) -> None:
    """Fit to training rows of which some have lost their label.

    Rows that keep theirs are the smaller training sets of the learning curve. Nothing is done where all training sets
    are too small to leave any out; those that cannot be fitted to are left out, as from the learning curve.
    """
    drawn, training, judges = copied(table, draws)
    used = hidden_sizes(draws, len(drawn.classes))
    if not used:
        return
    size, tests = used[0], thinned(judges)
    whole = training[size] > 0
    keep = np.unique(np.concatenate([np.flatnonzero(whole.any(axis=0)), *tests]))
    X, codes = _safe_indexing(drawn.X, keep), drawn.codes[keep]
    counts = None if drawn.weights is None else drawn.weights[keep]
    judged = [np.searchsorted(keep, rows) for rows in tests]
    of_value: list[list[NDArray] | None] = []
    chosen = []
    for s in used:
        labeled = training[s][:, keep] > 0
        hidden = whole[:, keep] & ~labeled
        try:
            posteriors, weights = semi_supervised_probabilities(
                model.estimator, X, codes, labeled, hidden, judged, n_classes=len(drawn.classes),
                random_state=draws.seed, sample_weight=counts, units=_units(drawn, keep),
            )  # fmt: skip
        except Exception as error:  # classifiers of others raise any; the first, of all labels, fails the stage
            if not of_value:
                raise
            result.failures[f"unlabeled rows beside {draws.sizes[s]} with a label"] = reason(error, result.columns)
            posteriors, weights = None, np.array([np.nan])
        of_value.append(posteriors)
        chosen.append(float(weights.mean()))
    curves = _curves(of_value, tests, drawn, draws, training[used])
    values = tuple(float(1 - draws.sizes[s] / draws.sizes[size]) for s in used)
    result.dials[UNLABELED] = DialLosses(values, size, curves, tuple(used), tuple(chosen))


def hidden_sizes(draws: Draws, n_classes: int) -> list[int]:
    """Indices of the training sizes whose rows keep their labels: the largest of 1,000 rows at most, and four below."""
    sizes = np.asarray(draws.sizes)
    allowed = np.flatnonzero((sizes <= MOST_TRAINING) & (sizes >= FEWEST_LABELED * n_classes))
    if len(allowed) < 2:
        return []
    places = np.linspace(0, len(allowed) - 1, min(len(allowed), N_PLACES + 1)).round().astype(int)
    return sorted({int(s) for s in allowed[places]}, reverse=True)
