"""The table as classifiers see it, made once: steps without a state are applied before rows are drawn, and shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from genvsdisc.features.encoding import TableEncoder
from genvsdisc.features.kinds import Column
from genvsdisc.files import no_exit
from genvsdisc.models import Model
from genvsdisc.study.drawn_tables import DrawnTables
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.fits.inner_folds import InnerFolds
from genvsdisc.study.holdout_rows import TestRows
from genvsdisc.study.statistics.failures import columns_seen
from genvsdisc.study.table import PreparedTable
from genvsdisc.study.unlabeled_rows import UnlabeledRows

Made = dict[str, tuple[NDArray, TestRows | None, UnlabeledRows | None, DrawnTables | None]]
"""Steps that were applied -> the matrix that they made of the table, of rows to test on, without a label, and drawn."""

MOST_SHARED_CELLS = 20_000_000
"""A step that makes more numbers than this (160 MB) is applied to the rows of each fit instead."""
MOST_ENCODED_CELLS = 10_000_000
"""A table of more cells than this is encoded for each fit, as far as it needs it, and not held twice in memory."""


@dataclass(frozen=True)
class Bench:
    """A model without the steps that were applied once, the table that they made, and what goes in front again.

    Attributes
    ----------
    model : Model
        Its estimator takes `table`.
    table : PreparedTable
    before : tuple of (name, transformer)
        The steps applied.
    columns : tuple of str
        Names of the columns of `table`, for messages.
    """

    model: Model
    table: PreparedTable
    before: tuple[tuple[str, Any], ...]
    columns: tuple[Any, ...]

    def whole(self, result: Predictions, model: Model) -> Predictions:
        """Put the steps back in front of the fitted classifier, so that it takes the table as it was."""
        fitted = result.fitted
        if fitted is not None and self.before:
            steps = fitted.steps if isinstance(fitted, Pipeline) else [("search", fitted)]
            fitted = Pipeline([*((name, clone(step)) for name, step in self.before), *steps])
        return replace(result, model=model, fitted=fitted)


def behind_reader(fitted: Any, table: PreparedTable) -> Pipeline:
    """Fitted classifier as a pipeline that takes rows as the user has them: any order, text, columns left out."""
    steps = fitted.steps if isinstance(fitted, Pipeline) else [("classifier", fitted)]
    return Pipeline([("table", clone(table.reader)), *steps])


def benches(
    roster: Sequence[Model],
    table: PreparedTable,
    made: Made | None = None,
    *,
    encode_only: bool = False,
) -> list[Bench]:
    """Apply the leading steps without a state of every pipeline (`TableEncoder` with its schema, `QuadraticFeatures`).

    Models with the same steps share one matrix. What cannot be applied stays where it is, and fails there with the
    model's name. `made` keeps the matrices, for another call; `encode_only` leaves all steps but encoders.
    """
    made = {} if made is None else made
    return [_bench(model, table, made, encode_only) for model in roster]


def _bench(model: Model, table: PreparedTable, made: Made, encode_only: bool) -> Bench:
    pipeline = model.estimator if isinstance(model.estimator, Pipeline) else getattr(model.estimator, "estimator", None)
    steps = list(pipeline.steps) if isinstance(pipeline, Pipeline) else []
    inside = any(isinstance(value, InnerFolds) for value in model.estimator.get_params().values())
    if (pipeline is not model.estimator or inside) and table.sampling.kind != "rows":
        steps = []  # folds inside a search tell groups and times by the index of the frame (`InnerFolds`)
    X, test, unlabeled, drawn = cast(Any, table.X), table.test, table.unlabeled, table.drawn
    before: list[tuple[str, Any]] = []
    while len(steps) > 1 and _shareable(steps[0][1], X):
        if encode_only and not isinstance(steps[0][1], TableEncoder):
            break
        key = _key([step for _, step in [*before, steps[0]]], table)
        try:
            if key not in made:
                with no_exit():
                    step = clone(steps[0][1]).fit(X)
                beside = [rows and replace(rows, X=step.transform(rows.X)) for rows in (test, unlabeled, drawn)]
                made[key] = (step.transform(X), *beside)
        except Exception:  # it will be raised again, with the model's name, where the model is fitted
            break
        X, test, unlabeled, drawn = made[key]
        before.append(steps.pop(0))
    columns = tuple(columns_seen(Pipeline([*before, ("last", None)]), list(table.X.columns))) if before else ()
    if not before:
        return Bench(model, table, (), tuple(columns_seen(model.estimator, list(table.X.columns))))
    estimator = Pipeline(steps)
    if pipeline is not model.estimator:
        estimator = clone(model.estimator).set_params(estimator=estimator)
    seen = replace(table, X=X, test=test, unlabeled=unlabeled, drawn=drawn)
    return Bench(replace(model, estimator=estimator), seen, tuple(before), columns)


def _key(steps: Sequence[Any], table: PreparedTable) -> str:
    """Hash of steps; of an encoder for this table without its schema, whose hash takes as long as many fits."""
    parts: list[Any] = []
    for step in steps:
        of_table = isinstance(step, TableEncoder) and step.columns == _seen(table)
        parts.append((type(step).__name__, step.categories) if of_table else step)
    return str(joblib.hash(parts))


def _seen(table: PreparedTable) -> dict[Any, Column]:
    """Schema of the columns that stand in the table."""
    return {name: table.columns[name] for name in table.X.columns if name in table.columns}


def _shareable(step: Any, X: Any) -> bool:
    """Whether a step is ours, learns nothing from rows, and makes a matrix that may be kept."""
    if isinstance(step, str) or get_tags(step).requires_fit or not type(step).__module__.startswith("genvsdisc."):
        return False
    if isinstance(step, TableEncoder):
        return int(np.prod(np.shape(X))) <= MOST_ENCODED_CELLS
    return len(X) * len(step._factors(np.shape(X)[1])[0]) <= MOST_SHARED_CELLS if hasattr(step, "_factors") else False
