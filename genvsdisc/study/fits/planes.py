"""Two columns to look at: what each class looks like to a model, and where the models draw the line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.feature_selection import f_classif
from sklearn.utils import check_random_state

from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.models import Model, default_models
from genvsdisc.study.evidence import MAX_CLASSES
from genvsdisc.study.table import Table

GRID = 48
MAX_POINTS = 400


def chosen_axes(table: Table) -> list[Any]:
    """Pick the two continuous columns whose class means differ most (largest one-way F)."""
    strength = {}
    for name, kind in table.kinds.items():
        values = table.X[name].to_numpy(dtype=float) if kind == "continuous" else np.empty(0)
        seen = ~np.isnan(values)
        if seen.any() and np.bincount(table.codes[seen], minlength=len(table.classes)).min() >= 2:
            strength[name] = f_classif(values[seen, None], table.codes[seen])[0][0]
    strongest = sorted(strength, key=lambda name: -strength[name])
    return [name for name in strongest if np.isfinite(strength[name])][:2]


def view_tables(table: Table, random_state: Any = None) -> dict[str, pd.DataFrame]:
    """Decision regions, class ellipses and a scatter of rows in two columns.

    Parameters
    ----------
    table : Table
        Rows with a gap in either column are left out.
    random_state : int, RandomState instance or None, default=None
        Choice of the rows shown.

    Returns
    -------
    tables : dict
        "boundaries", "ellipses" and "scatter"; empty where there are not two columns, or more classes than can be told
        apart.
    """
    axes = chosen_axes(table)
    if len(axes) < 2 or len(table.classes) > MAX_CLASSES:
        return {}
    rows = table.X[axes].to_numpy(dtype=float)
    seen = ~np.isnan(rows).any(axis=1)
    points, labels = rows[seen], table.y[seen]
    if len(np.unique(labels)) < 2:
        return {}
    low, high = np.quantile(points, [0.005, 0.995], axis=0)
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    lines = [np.linspace(a, b, GRID) for a, b in zip(low - margin, high + margin, strict=True)]
    grid = np.stack([m.ravel() for m in np.meshgrid(*lines)], axis=1)
    pairs = [model for model in default_models(points) if model.form]
    chosen = np.sort(check_random_state(random_state).permutation(len(points))[:MAX_POINTS])
    return {
        "boundaries": pd.concat([_regions(model, points, labels, grid) for model in pairs], ignore_index=True),
        "ellipses": pd.concat([_ellipses(kind, points, labels) for kind in ("shared", "separate")], ignore_index=True),
        "scatter": pd.DataFrame({"label": labels[chosen], "x": points[chosen, 0], "y": points[chosen, 1]}),
    }


def _regions(model: Model, points: NDArray, labels: NDArray, grid: NDArray) -> pd.DataFrame:
    fitted = clone(model.estimator).fit(points, labels)
    probabilities = fitted.predict_proba(grid)
    best = probabilities.argmax(axis=1)
    return pd.DataFrame(
        {
            "model": model.name,
            "family": model.family,
            "x": grid[:, 0],
            "y": grid[:, 1],
            "label": fitted.classes_[best],
            "probability": np.take_along_axis(probabilities, best[:, None], axis=1)[:, 0],
        }
    )


def _ellipses(covariance: str, points: NDArray, labels: NDArray) -> pd.DataFrame:
    fitted = GaussianClassifier(covariance, shrinkage=1e-3).fit(points, labels)
    covariances = np.broadcast_to(fitted.covariances_, (len(fitted.classes_), 2, 2))
    return pd.DataFrame(
        {
            "model": f"{covariance} Gaussian",
            "label": fitted.classes_,
            "mean_x": fitted.means_[:, 0],
            "mean_y": fitted.means_[:, 1],
            "cov_xx": covariances[:, 0, 0],
            "cov_xy": covariances[:, 0, 1],
            "cov_yy": covariances[:, 1, 1],
        }
    )
