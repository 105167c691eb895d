"""The tables of a comparison, computed from what the models predicted; nothing here fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from genvsdisc.features.kinds import column_table
from genvsdisc.study.evidence import Draws, Predictions, Views, final_step
from genvsdisc.study.statistics.assumptions import assumption_table
from genvsdisc.study.statistics.bias_variance import decompose
from genvsdisc.study.statistics.calibration import calibration_tables
from genvsdisc.study.statistics.crossing import crossing_table
from genvsdisc.study.statistics.differences import pair_table, summary_table
from genvsdisc.study.statistics.learning_curves import curve_table
from genvsdisc.study.statistics.losses import pointwise_losses, roc_auc
from genvsdisc.study.statistics.parameters import parameter_table
from genvsdisc.study.statistics.robustness import robustness_table
from genvsdisc.study.statistics.verdict import BEST
from genvsdisc.study.table import Table

PAIRED = ("generative", "discriminative")


def comparison_tables(
    table: Table,
    draws: Draws,
    evidence: Sequence[Predictions],
    views: Views,
    posterior: Callable[[Any], NDArray] | None = None,
) -> dict[str, pd.DataFrame | None]:
    """Compute every table of a comparison.

    Parameters
    ----------
    table : Table
    draws : Draws
        What the models were fitted to.
    evidence : sequence of Predictions
        What they predicted.
    views : Views
        Decision planes of two columns.
    posterior : callable X -> (n_samples, n_classes), default=None
        The true ``p(y | x)``, where it is known.

    Returns
    -------
    tables : dict of str to DataFrame or None
        The tables that `Comparison` takes; None for one that has no rows.
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
        **held_out_tables(usable, table, draws),
        "assumptions": assumptions(table, scores),
        "robustness": robustness_table({e.model.name: e.noise for e in usable if e.noise is not None}, models),
        **views.tables,
        **next((e.descent for e in usable if e.descent), {}),
        "parameters": _stacked(parameter_table(e, list(table.X.columns)) for e in usable),
        "columns": column_table(table.columns),
        "classes": table.class_counts,
        "timings": timing_table(evidence),
    }


def model_table(evidence: Sequence[Predictions]) -> pd.DataFrame:
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


def score_table(evidence: Sequence[Predictions], codes: NDArray, draws: Draws) -> pd.DataFrame:
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
                        "n_train": [np.count_nonzero(w) for w in draws.cv_weights[: len(values)]],
                        "n_test": held_out,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def difference_table(scores: pd.DataFrame, models: pd.DataFrame, rope: float) -> pd.DataFrame:
    """Pairs of one form, then the best of each family (lowest mean log loss, or first loss) as a pair of its own.

    The two best are chosen on the folds that also judge them, which flatters both by about as much.
    """
    loss = "log_loss" if (scores["loss"] == "log_loss").any() else scores["loss"].iloc[0]
    means = scores[scores["loss"] == loss].groupby("model")["value"].mean()
    families = models.set_index("model")["family"]
    best = [means[families[means.index] == family].idxmin() for family in PAIRED if (families == family).any()]
    headline = models[models["model"].isin(best)].assign(form=BEST)
    parts = [pair_table(scores, chosen, rope=rope) for chosen in (headline, models)]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def decomposition_table(
    evidence: Sequence[Predictions], table: Table, draws: Draws, posterior: Callable[[Any], NDArray] | None
) -> pd.DataFrame | None:
    """Bias, variance and, where the true posterior is known, noise of every model at every bootstrap size."""
    truth = table.codes[draws.held_out] if posterior is None else posterior(table.X.iloc[draws.held_out])
    parts = []
    for e in evidence:
        for size, predicted in zip(draws.bootstrap_sizes, e.bootstraps, strict=False):
            terms = decompose(predicted, truth, draws.design.losses)
            parts.append(terms.assign(model=e.model.name, family=e.model.family, n_train=size))
    return _stacked(parts)


def curve_tables(evidence: Sequence[Predictions], draws: Draws) -> dict[str, pd.DataFrame]:
    """Learning curves, and where those of each pair cross."""
    curves = {(e.model.name, loss): curve for e in evidence for loss, curve in e.curves.items()}
    models = model_table(evidence)
    return {
        "learning_curves": curve_table(draws.sizes, curves, models),
        "crossings": crossing_table(draws.sizes, curves, models, random_state=draws.seed),
    }


def assumptions(table: Table, scores: pd.DataFrame) -> pd.DataFrame | None:
    """Checks of the continuous columns, each beside its cost; nothing where there is no such column."""
    continuous = [name for name, kind in table.kinds.items() if kind == "continuous"]
    if not continuous:
        return None
    return assumption_table(table.X[continuous].to_numpy(dtype=float), table.codes, scores)


def held_out_tables(evidence: Sequence[Predictions], table: Table, draws: Draws) -> dict[str, pd.DataFrame | None]:
    """Calibration, reliability and confusion, from the probabilities of each row in the fold that held it out."""
    codes, classes = table.codes, table.classes
    judged = np.sort(np.concatenate(draws.cv_tests[: draws.design.n_splits]))  # forward in time the oldest rows are not
    predictions = [(e.model, out_of_fold(e, draws, len(codes))[judged]) for e in evidence]
    codes = codes[judged]
    calibration, reliability = calibration_tables(
        ((model.name, model.family or "", p) for model, p in predictions), codes
    )
    confusion = [confusion_table(model.name, p, codes, classes) for model, p in predictions]
    return {"calibration": calibration, "reliability": reliability, "confusion": _stacked(confusion)}


def out_of_fold(e: Predictions, draws: Draws, n_rows: int) -> NDArray:
    """Probabilities of each row from the fold that held it out, first repeat, (n_rows, n_classes); NaN if in none."""
    full = np.full((n_rows, e.cv[0].shape[1]), np.nan)
    for p, rows in zip(e.cv[: draws.design.n_splits], draws.cv_tests, strict=False):
        full[rows] = p
    return full


def confusion_table(name: str, probabilities: NDArray, codes: NDArray, classes: NDArray) -> pd.DataFrame:
    """Share of each true class that is predicted as each class, from out-of-fold predictions."""
    labels = np.arange(len(classes))
    shares = confusion_matrix(codes, probabilities.argmax(axis=1), labels=labels, normalize="true")
    return pd.DataFrame(
        {
            "model": name,
            "true": np.repeat(classes, len(classes)),
            "predicted": np.tile(classes, len(classes)),
            "share": shares.ravel(),
        }
    )


def timing_table(evidence: Sequence[Predictions]) -> pd.DataFrame:
    """Seconds of each stage of each model."""
    rows = [(stage, e.model.name, seconds) for e in evidence for stage, seconds in e.seconds.items()]
    return pd.DataFrame(rows, columns=["stage", "model", "seconds"])


def n_parameters(fitted: Any) -> Any:
    """Free parameters: as the classifier counts them, else coefficients and intercepts, else unknown."""
    classifier = final_step(fitted)
    if hasattr(classifier, "n_parameters_"):
        return int(classifier.n_parameters_)
    if hasattr(classifier, "coef_"):
        return (len(classifier.classes_) - 1) * (np.shape(classifier.coef_)[-1] + 1)
    return pd.NA


def _tuned_to(fitted: Any) -> str:
    best = getattr(fitted, "best_params_", {})
    return ", ".join(f"{name.rpartition('__')[2]} = {value:g}" for name, value in best.items())


def _stacked(parts: Iterable[pd.DataFrame]) -> pd.DataFrame | None:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else None
