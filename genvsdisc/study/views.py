"""Two columns to look at: what each class looks like to a model, and where the models draw the line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.feature_selection import f_classif
from sklearn.utils import check_random_state

from genvsdisc.generative.gaussian import GaussianClassifier
from genvsdisc.models import Model, default_models

GRID = 48
MAX_POINTS = 400
MAX_CLASSES = 8
"""Ellipses and regions of more classes than this cannot be told apart on a page."""


def chosen_axes(X: pd.DataFrame, kinds: dict[str, str], codes: NDArray) -> list[str]:
    """Pick the two continuous columns whose class means differ most (largest one-way F)."""
    columns = [column for column in X.columns if kinds.get(column) == "continuous"]
    complete = [c for c in columns if X[c].notna().groupby(codes).sum().min() >= 2]
    f = {c: f_classif(X.loc[X[c].notna(), [c]], codes[X[c].notna()])[0][0] for c in complete}
    finite = [c for c in complete if np.isfinite(f[c])]
    return sorted(finite, key=lambda c: -f[c])[:2]


def view_tables(
    X: pd.DataFrame, codes: NDArray, classes: NDArray, axes: list[str], random_state: Any = None
) -> dict[str, pd.DataFrame]:
    """Decision regions, class ellipses and a scatter of rows in two columns.

    Parameters
    ----------
    X : DataFrame
        The table.
    codes, classes : ndarray
        Class index of each row, and the labels.
    axes : list of two column names
        Where to look; rows with a gap in either are left out.
    random_state : int, RandomState instance or None, default=None
        Choice of the rows shown.

    Returns
    -------
    tables : dict
        "boundaries", "ellipses" and "scatter"; empty where fewer than two axes are given.
    """
    if len(axes) < 2 or len(classes) > MAX_CLASSES:
        return {}
    seen = X[axes].notna().all(axis=1).to_numpy()
    points, labels = X.loc[seen, axes].to_numpy(dtype=float), classes[codes[seen]]
    if len(np.unique(labels)) < 2:
        return {}
    low, high = np.quantile(points, [0.005, 0.995], axis=0)
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    lines = [np.linspace(a, b, GRID) for a, b in zip(low - margin, high + margin, strict=True)]
    grid = np.stack([m.ravel() for m in np.meshgrid(*lines)], axis=1)
    pairs = [model for model in default_models() if model.form]
    chosen = check_random_state(random_state).permutation(len(points))[:MAX_POINTS]
    return {
        "boundaries": pd.concat([_regions(model, points, labels, grid) for model in pairs], ignore_index=True),
        "ellipses": pd.concat([_ellipses(kind, points, labels) for kind in ("shared", "separate")], ignore_index=True),
        "scatter": pd.DataFrame({"label": labels, "x": points[:, 0], "y": points[:, 1]}).iloc[np.sort(chosen)],
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
