"""The tables of a comparison, computed from the evidence; nothing here fits a model of the roster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from genvsdisc.models import Model
from genvsdisc.study.evidence import Draws, Evidence
from genvsdisc.study.metrics import pointwise_losses, roc_auc
from genvsdisc.study.prepared import Prepared

MAX_PARAMETERS = 60
"""Parameters of a model listed by name; more are counted only."""


def derive(
    table: Prepared, draws: Draws, evidence: Sequence[Evidence], posterior: Callable[[Any], NDArray] | None = None
) -> dict[str, pd.DataFrame]:
    """Compute every table of a comparison.

    Parameters
    ----------
    table : Prepared
    draws : Draws
        What the models were fitted to.
    evidence : sequence of Evidence
        What they said.
    posterior : callable X -> (n_samples, n_classes), default=None
        The true ``p(y | x)``, where it is known.

    Returns
    -------
    tables : dict of str to DataFrame
        The tables that `Comparison` takes.
    """
    usable = [e for e in evidence if not e.failed]
    models = model_table(evidence)
    scores = score_table(evidence, table.codes, draws)
    ranked = models[models["status"] == "ok"]
    return {
        "models": models,
        "scores": scores,
        "summary": summary_table(scores, models),
        "differences": difference_table(scores, ranked, draws.design.rope),
        "decomposition": decomposition_table(usable, table, draws, posterior),
        **curve_tables(usable, draws),
        **calibration_tables(usable, table, draws),
        "assumptions": assumptions(table, scores),
        "robustness": robustness(usable, draws),
        "confusion": _stacked(confusion_table(e, table, draws) for e in usable),
        "parameters": _stacked(parameter_table(e) for e in usable),
        "columns": column_table(table.columns),
        "classes": table.class_counts,
        "timings": timing_table(evidence),
    }


def model_table(evidence: Sequence[Evidence]) -> pd.DataFrame:
    """One row a model: what it is, whether it could be fitted, and what it said while fitting."""
    return pd.DataFrame(
        {
            "model": [e.model.name for e in evidence],
            "family": [e.model.family for e in evidence],
            "form": [e.model.form or "" for e in evidence],
            "n_parameters": pd.array([n_parameters(e.fitted) for e in evidence], dtype="Int64"),
            "status": ["failed" if e.failed else "ok" for e in evidence],
            "error": ["; ".join(f"{stage}: {why}" for stage, why in e.failures.items()) for e in evidence],
            "tuned": [_tuned_to(e.fitted) for e in evidence],
            "warnings": ["; ".join(e.warnings) for e in evidence],
        }
    )


def score_table(evidence: Sequence[Evidence], codes: NDArray, draws: Draws) -> pd.DataFrame:
    """Every loss, and ROC AUC, of every model on every fold."""
    parts = []
    folds = draws.design.n_splits
    for e in evidence:
        for loss in (*draws.design.losses, "roc_auc"):
            values = [
                roc_auc(p, codes[rows]) if loss == "roc_auc" else pointwise_losses(p, codes[rows], loss).mean()
                for p, rows in zip(e.cv, draws.cv_tests, strict=False)
            ]
            held_out = np.array([len(rows) for rows in draws.cv_tests[: len(values)]], dtype=int)
            parts.append(
                pd.DataFrame(
                    {
                        "model": e.model.name,
                        "repeat": np.arange(len(values)) // folds,
                        "fold": np.arange(len(values)) % folds,
                        "loss": loss,
                        "value": values,
                        "n_train": len(codes) - held_out,
                        "n_test": held_out,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def out_of_fold(e: Evidence, draws: Draws, n_rows: int) -> NDArray:
    """Probabilities of each row from the fold that held it out, first repeat, (n_rows, n_classes)."""
    full = np.empty((n_rows, e.cv[0].shape[1]))
    for p, rows in zip(e.cv[: draws.design.n_splits], draws.cv_tests, strict=False):
        full[rows] = p
    return full


def confusion_table(name: str, probabilities: NDArray, codes: NDArray, classes: NDArray) -> pd.DataFrame:
    """Share of each true class that is predicted as each class, from out-of-fold predictions."""
    shares = confusion_matrix(codes, probabilities.argmax(axis=1), labels=np.arange(len(classes)), normalize="true")
    return pd.DataFrame(
        {
            "model": name,
            "true": np.repeat(classes, len(classes)),
            "predicted": np.tile(classes, len(classes)),
            "share": shares.ravel(),
        }
    )


def parameter_table(e: Evidence, columns: Sequence[str], classes: NDArray) -> pd.DataFrame:
    """Named parameters of a model fitted to all rows, where they are few enough to read."""
    fitted = final_step(e.fitted)
    rows: list[tuple[str, str, float]] = []
    for attribute in ("class_prior_", "means_", "coef_", "intercept_"):
        values = np.asarray(getattr(fitted, attribute, ()), dtype=float)
        if 0 < values.size <= MAX_PARAMETERS:
            rows += [
                (e.model.name, f"{attribute}[{', '.join(map(str, i))}]", float(v)) for i, v in np.ndenumerate(values)
            ]
    return pd.DataFrame(rows, columns=["model", "parameter", "value"])


def timing_table(evidence: Sequence[Evidence]) -> pd.DataFrame:
    """Seconds of each stage of each model."""
    rows = [(stage, e.model.name, seconds) for e in evidence for stage, seconds in e.seconds.items()]
    return pd.DataFrame(rows, columns=["stage", "model", "seconds"])


def final_step(estimator: Any) -> Any:
    """Classifier behind searches and pipelines."""
    while hasattr(estimator, "best_estimator_") or hasattr(estimator, "steps"):
        estimator = estimator.best_estimator_ if hasattr(estimator, "best_estimator_") else estimator[-1]
    return estimator


def n_parameters(fitted: Any) -> Any:
    """Free parameters: as the classifier counts them, else coefficients and intercepts, else unknown."""
    classifier = final_step(fitted)
    if hasattr(classifier, "n_parameters_"):
        return int(classifier.n_parameters_)
    if hasattr(classifier, "coef_") and hasattr(classifier, "intercept_"):
        return int(np.size(classifier.coef_) + np.size(classifier.intercept_))
    return pd.NA


def _tuned_to(fitted: Any) -> str:
    best = getattr(fitted, "best_params_", {})
    return ", ".join(f"{name.rpartition('__')[2]} = {value:g}" for name, value in best.items())
