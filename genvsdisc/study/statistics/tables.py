"""The tables of a comparison, computed from what the models predicted; nothing here fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.features.kinds import as_numbers
from genvsdisc.study.decision_costs import least_mistake
from genvsdisc.study.evidence import Draws, Failure, Predictions, Views
from genvsdisc.study.schema import TABLES, conformed
from genvsdisc.study.statistics.assumptions import assumption_table, priced
from genvsdisc.study.statistics.calibration import calibration_tables
from genvsdisc.study.statistics.conditions import best_pairs, condition_tables
from genvsdisc.study.statistics.confusion import confusion_table
from genvsdisc.study.statistics.count_columns import columns_told, poisson_columns
from genvsdisc.study.statistics.crossing import crossing_table
from genvsdisc.study.statistics.decomposition import PAIR, decomposition_tables, drawn_law
from genvsdisc.study.statistics.design_effects import design_effects
from genvsdisc.study.statistics.dial_table import continuum_table
from genvsdisc.study.statistics.differences import difference_table, summary_table, twins
from genvsdisc.study.statistics.expected_costs import decision_curves, decision_table
from genvsdisc.study.statistics.failures import failure_table, isolated, meaning
from genvsdisc.study.statistics.holdout_tables import holdout_tables
from genvsdisc.study.statistics.learning_curves import curve_table
from genvsdisc.study.statistics.novelty import novelties
from genvsdisc.study.statistics.parameters import n_parameters, parameter_table
from genvsdisc.study.statistics.predictive import predictive_table
from genvsdisc.study.statistics.robustness import robustness_table
from genvsdisc.study.statistics.scores import score_table
from genvsdisc.study.statistics.unlabeled_gain import unlabeled_table
from genvsdisc.study.table import PreparedTable


def comparison_tables(
    table: PreparedTable,
    draws: Draws,
    evidence: Sequence[Predictions],
    views: Views,
    posterior: Callable[[Any], NDArray] | None = None,
) -> dict[str, pd.DataFrame | None]:
    """Compute every table of a comparison, each by itself: one that fails is a row of `failures`, the rest is there.

    Parameters
    ----------
    table : PreparedTable
    draws : Draws
        What the models were fitted to.
    evidence : sequence of Predictions
        What they predicted; at least one model was cross-validated.
    views : Views
        Decision planes of two columns.
    posterior : callable X -> (n_samples, n_classes), default=None
        The true ``p(y | x)``, where it is known.

    Returns
    -------
    tables : dict of str to DataFrame or None
        The tables that `Comparison` takes; None for one that has no rows, or failed.
    """
    failures = [Failure("", stage, why, meaning(stage)) for stage, why in views.failures.items()]
    usable = [e for e in evidence if not e.failed]
    scores = score_table(usable, table, draws)
    models = with_twins(model_table(evidence, failures), scores)
    tables: dict[str, pd.DataFrame | None] = {
        "models": models,
        "scores": scores,
        "classes": table.class_counts,
    }
    known = Known(table, draws, evidence, usable, views, posterior, scores, models, tables, failures)
    for name, compute in TABLE_PARTS.items():
        part = isolated(name, partial(compute, known), failures)
        tables |= part if isinstance(part, Mapping) else {name: part}
    whole = {name: isolated(name, partial(conformed, name, tables.get(name)), failures) for name in TABLES}
    return whole | {"failures": failure_table(evidence, failures)}


@dataclass(frozen=True)
class Known:
    """What the parts of a comparison are computed from; `usable` is the evidence of models that did not fail."""

    table: PreparedTable
    draws: Draws
    evidence: Sequence[Predictions]
    usable: Sequence[Predictions]
    views: Views
    posterior: Callable[[Any], NDArray] | None
    scores: pd.DataFrame
    models: pd.DataFrame
    tables: Mapping[str, pd.DataFrame | None]  # those before this one
    failures: list[Failure]

    @property
    def ranked(self) -> pd.DataFrame:
        """Models that could be fitted."""
        return self.models[self.models["status"] == "ok"]

    @property
    def effects(self) -> dict[str, pd.DataFrame]:
        """Design effects of the differences."""
        return isolated(
            "design effects", lambda: design_effects(self.usable, self.table, self.draws), self.failures, {}
        )


TABLE_PARTS: dict[str, Callable[[Known], pd.DataFrame | Mapping[str, pd.DataFrame | None] | None]] = {
    "summary": lambda k: summary_table(
        k.scores, k.models, mistake=least_mistake(k.table.costs), rarest=float(k.table.class_sizes.min())
    ),
    "differences": lambda k: difference_table(
        k.scores, k.ranked, rope=k.draws.design.rope, mistake=least_mistake(k.table.costs), effects=k.effects
    ),
    "decisions": lambda k: costed_tables(k.usable, k.table, k.draws, k.tables["summary"]),
    "holdout": lambda k: holdout_tables(
        k.usable, k.table, k.scores, k.models, k.tables["differences"], k.table.losses(k.draws.design.losses)
    ),
    "decomposition": lambda k: decomposition(
        k.usable, k.table, k.draws, k.scores, k.tables["differences"], k.posterior
    ),
    "learning curves and crossings": lambda k: curve_tables(k.usable, k.draws),
    "calibration and confusion": lambda k: held_out_tables(k.usable, k.table, k.draws),
    "assumptions": lambda k: assumptions(k.table, k.scores, k.usable),
    "robustness": lambda k: robustness_table(
        {e.model.name: e.noise for e in k.usable if e.noise is not None}, k.models
    ),
    "conditions": lambda k: condition_tables(k.usable, k.draws, k.models, best_pairs(k.tables["differences"])),
    "unlabeled": lambda k: unlabeled_table(k.usable, k.draws),
    "novelty": lambda k: novelties(k.usable, k.table, k.models, k.draws),
    "planes": lambda k: k.views.tables,
    "predictive": lambda k: predictive_table([(e.model.name, e.predictive) for e in k.usable]),
    "hybrid": lambda k: continuum_table(next((e.dials_between for e in k.usable if e.dials_between), {})),
    "search and traces": lambda k: next((e.descent for e in k.usable if e.descent), {}),
    "parameters": lambda k: _stacked(_parameters(e, list(k.table.X.columns), k.failures) for e in k.usable),
    "columns": lambda k: columns_told(k.table, k.evidence),
    "timings": lambda k: timing_table(k.evidence),
}
"""Parts of a comparison in the order in which they read each other: one table, or several computed together."""


def _parameters(e: Predictions, columns: list[Any], failures: list[Failure]) -> pd.DataFrame:
    """Parameters of one model; a classifier of others whose attributes cannot be read costs its own rows only."""
    if e.fitted is None:
        return pd.DataFrame()
    name = f"parameters of {e.model.name}"
    return isolated(name, lambda: parameter_table(e, columns), failures, pd.DataFrame())


def model_table(evidence: Sequence[Predictions], failures: list[Failure] | None = None) -> pd.DataFrame:
    """One row a model: what it is, whether it could be fitted, and what it said while fitting.

    What cannot be read off a fitted classifier is absent, and a row of `failures`.
    """
    failures = [] if failures is None else failures

    def read(e: Predictions, what: str, function: Callable[[Any], Any], default: Any) -> Any:
        return isolated(f"{what} of {e.model.name}", lambda: function(e.fitted), failures, default)

    return pd.DataFrame(
        {
            "model": [e.model.name for e in evidence],
            "family": [e.model.family for e in evidence],
            "form": [e.model.form or "" for e in evidence],
            "n_parameters": pd.array([read(e, "size", n_parameters, pd.NA) for e in evidence], dtype="Int64"),
            "status": ["failed" if e.failed else "ok" for e in evidence],
            "error": ["; ".join(f"{stage}: {why}" for stage, why in e.failures.items()) for e in evidence],
            "tuned": [read(e, "tuning", _tuned_to, "") for e in evidence],
            "warnings": ["; ".join(e.warnings) for e in evidence],
        }
    )


def with_twins(models: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Name, among the warnings of a model, the one before it that predicts the same."""
    twin = twins(scores, models[models["status"] == "ok"])
    notes = models["model"].map(lambda name: f"the same model on this table as {twin[name]}" if name in twin else "")
    return models.assign(
        warnings=["; ".join(filter(None, both)) for both in zip(notes, models["warnings"], strict=True)]
    )


def costed_tables(
    evidence: Sequence[Predictions], table: PreparedTable, draws: Draws, summary: pd.DataFrame | None
) -> dict[str, pd.DataFrame | None]:
    """What decisions cost, and, for two classes, decision curves; nothing without costs."""
    if table.costs is None or summary is None:
        return {}
    tables: dict[str, pd.DataFrame | None] = {"decisions": decision_table(evidence, table, draws, summary)}
    if len(table.classes) == 2:
        curves = [(e.model.name, e.model.family or "", *out_of_fold(e, draws)) for e in evidence]
        tables["decision_curves"] = decision_curves(curves, table)
    return tables


def decomposition(
    evidence: Sequence[Predictions],
    table: PreparedTable,
    draws: Draws,
    scores: pd.DataFrame,
    differences: pd.DataFrame | None,
    posterior: Callable[[Any], NDArray] | None,
) -> dict[str, pd.DataFrame | None]:
    """Bias and variance of every model, and how those of each pair differ, on the rows that the parts were made of."""
    drawn = table.take(draws.resampled_rows)
    law = None if posterior is None else np.asarray(posterior(drawn.X), dtype=float)
    compared = pd.DataFrame(columns=PAIR) if differences is None else differences
    units = drawn.sampling.units(len(drawn.codes))
    masses = drawn.sampling.masses(len(drawn.codes))
    return decomposition_tables(
        evidence, drawn.codes, draws, scores, compared, law=law, units=units, weights=drawn.weights, masses=masses,
        drawn=drawn_law(table, posterior),
    )  # fmt: skip


def curve_tables(evidence: Sequence[Predictions], draws: Draws) -> dict[str, pd.DataFrame]:
    """Learning curves, and where those of each pair cross."""
    curves = {(e.model.name, loss): curve for e in evidence for loss, curve in e.curves.items()}
    models = model_table(evidence)
    return {
        "learning_curves": curve_table(draws.sizes, curves, models),
        "crossings": crossing_table(draws.sizes, curves, models, random_state=draws.seed),
    }


def assumptions(table: PreparedTable, scores: pd.DataFrame, evidence: Sequence[Predictions]) -> pd.DataFrame | None:
    """Checks of the continuous columns, each beside its cost; nothing where there is no such column."""
    continuous = [name for name, kind in table.kinds.items() if kind == "continuous"]
    if not continuous:
        return None
    numbers = np.column_stack([as_numbers(table.X[name]) for name in continuous])
    keys = {e.model.key: e.model.name for e in evidence if e.model.key}
    counts = bool(poisson_columns(table, evidence))
    whole, gaps = len(continuous) == len(table.kinds), bool(np.isnan(numbers).any())
    costs = priced(keys, numbers_only=whole, counts=counts, gaps=gaps)
    return assumption_table(numbers, table.codes, scores, costs=costs, weights=table.weights)


def held_out_tables(
    evidence: Sequence[Predictions], table: PreparedTable, draws: Draws
) -> dict[str, pd.DataFrame | None]:
    """Calibration, reliability and confusion, from the probabilities of each row in the fold that held it out."""
    parts: dict[str, list[pd.DataFrame]] = {"calibration": [], "reliability": [], "confusion": []}
    for e in evidence:
        probabilities, rows = out_of_fold(e, draws)
        codes, weights = table.codes[rows], None if table.weights is None else table.weights[rows]
        predictions = [(e.model.name, e.model.family or "", probabilities)]
        calibration, reliability = calibration_tables(predictions, codes, weights)
        parts["calibration"].append(calibration)
        parts["reliability"].append(reliability)
        parts["confusion"].append(confusion_table(e.model.name, probabilities, codes, table.classes, weights))
    return {name: _stacked(tables) for name, tables in parts.items()}


def out_of_fold(e: Predictions, draws: Draws) -> tuple[NDArray, NDArray]:
    """Probabilities of each row from the fold of the first repeat that held it out, in the order of the rows.

    Returns
    -------
    probabilities : ndarray of shape (n_judged, n_classes)
    rows : ndarray of shape (n_judged,)
        Their indices: all rows, unless one part only was held out, or folds go forward in time.
    """
    first = len(e.cv) if draws.held_out_once else min(draws.design.n_splits, len(e.cv))
    judged = np.concatenate(draws.cv_tests[:first])
    order = np.argsort(judged, kind="stable")
    return np.concatenate(e.cv[:first])[order], judged[order]


def timing_table(evidence: Sequence[Predictions]) -> pd.DataFrame:
    """Seconds of each stage of each model."""
    rows = [(stage, e.model.name, seconds) for e in evidence for stage, seconds in e.seconds.items()]
    return pd.DataFrame(rows, columns=["stage", "model", "seconds"])


def _tuned_to(fitted: Any) -> str:
    while not hasattr(fitted, "best_params_") and hasattr(fitted, "steps"):
        fitted = fitted[-1]
    best = getattr(fitted, "best_params_", {})
    return ", ".join(f"{name.rpartition('__')[2]} = {_plain(value)}" for name, value in best.items())


def _plain(value: Any) -> str:
    """Write a number in few digits, anything else as it is."""
    return f"{value:g}" if isinstance(value, Real) and not isinstance(value, bool) else str(value)


def _stacked(parts: Iterable[pd.DataFrame]) -> pd.DataFrame | None:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else None
