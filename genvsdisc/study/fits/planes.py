"""Two columns to look at: what each class looks like to a model, and where the models draw the line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import check_random_state

from genvsdisc.features.kinds import as_numbers
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.models import Model, default_models
from genvsdisc.study.evidence import MAX_CLASSES
from genvsdisc.study.fits.weighted_fits import fit_rows
from genvsdisc.study.statistics.failures import reason
from genvsdisc.study.table import PreparedTable

GRID = 48
DIGITS = 2
"""Of the probabilities on the grid, which are looked at: in full they would be most of what a page carries."""
MAX_SHOWN = 400
MAX_FITTED = 20_000
_AT_ONCE = 256  # columns of numbers that are looked at together
_ROUNDING = 1e-28
"""Squared distances from a mean, over squares, that are rounding alone."""


def chosen_axes(table: PreparedTable) -> list[Any]:
    """Pick the two continuous columns whose class means differ most (largest one-way F)."""
    strength: dict[Any, float] = {}
    names = [name for name, kind in table.kinds.items() if kind == "continuous"]
    for first in range(0, len(names), _AT_ONCE):
        some = names[first : first + _AT_ONCE]
        numbers = np.column_stack([as_numbers(table.X[name]) for name in some])
        strength |= zip(some, _f_ratios(numbers, table), strict=True)
    return sorted((name for name in names if np.isfinite(strength[name])), key=lambda name: -strength[name])[:2]


def _f_ratios(numbers: NDArray, table: PreparedTable) -> NDArray:
    """One-way F of each column; NaN where a class has fewer than two numbers, or the column does not vary."""
    seen = ~np.isnan(numbers)
    whole = seen.all(axis=0)
    weights = np.ones(len(numbers)) if table.weights is None else table.weights
    ratios = np.full(numbers.shape[1], np.nan)
    if whole.any() and np.bincount(table.codes).min() >= 2:
        ratios[whole] = _f_ratio(numbers[:, whole], table.codes, weights)
    for j in np.flatnonzero(~whole):
        has_value = seen[:, j]
        if has_value.any() and np.bincount(table.codes[has_value], minlength=len(table.classes)).min() >= 2:
            ratios[j : j + 1] = _f_ratio(numbers[has_value, j : j + 1], table.codes[has_value], weights[has_value])
    return ratios


def _f_ratio(values: NDArray, codes: NDArray, weights: NDArray) -> NDArray:
    """One-way F of columns, infinite for one that varies between classes alone."""
    total, mean = weights.sum(), np.average(values, axis=0, weights=weights)
    between, within = np.zeros((2, values.shape[1]))
    present = np.unique(codes[weights > 0])
    for k in present:
        of_class, w = values[codes == k], weights[codes == k]
        center = np.average(of_class, axis=0, weights=w)
        between += w.sum() * (center - mean) ** 2
        within += w @ (of_class - center) ** 2
    within[within <= _ROUNDING * (weights @ values**2)] = 0
    df = (total - len(present)) / max(len(present) - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: NDArray = between / within * df
    return ratios


def view_tables(
    table: PreparedTable, random_state: Any = None
) -> tuple[list[Any], dict[str, pd.DataFrame], dict[str, str]]:
    """Decision regions, class ellipses and a scatter of rows in two columns.

    Parameters
    ----------
    table : PreparedTable
        Rows with a gap in either column are left out; of more than 20,000 the models see as many.
    random_state : int, RandomState instance or None, default=None
        Choice of the rows fitted and shown.

    Returns
    -------
    axes : list
        Names of the two columns.
    tables : dict
        "boundaries", "ellipses" and "scatter"; empty where there are not two columns, or more classes than can be told
        apart.
    failures : dict
        Picture or model -> why it is not there.
    """
    axes = chosen_axes(table)
    if len(axes) < 2 or len(table.classes) > MAX_CLASSES:
        return axes, {}, {}
    rows = np.column_stack([as_numbers(table.X[name]) for name in axes])
    order = check_random_state(random_state).permutation(np.flatnonzero(~np.isnan(rows).any(axis=1)))
    seen, shown = np.sort(order[:MAX_FITTED]), np.sort(order[:MAX_SHOWN])
    points, labels = rows[seen], table.y[seen]
    weights = None if table.weights is None else table.weights[seen]
    if len(np.unique(labels)) < 2:
        return axes, {}, {}
    grid = _grid(points, None if table.weights is None else table.sampling.masses(len(table.y))[seen])
    failures: dict[str, str] = {}
    regions = [
        (f"decision planes of {model.name}", partial(_regions, model, points, labels, grid, weights))
        for model in default_models()
        if model.form
    ]
    ellipses = [
        (f"ellipses of the {kind} Gaussian", partial(_ellipses, kind, points, labels, weights))
        for kind in ("shared", "separate")
    ]
    tables = {"boundaries": _stacked(regions, failures), "ellipses": _stacked(ellipses, failures)}
    scatter = pd.DataFrame({"label": table.y[shown], "x": rows[shown, 0], "y": rows[shown, 1]})
    return axes, {name: t for name, t in tables.items() if t is not None} | {"scatter": scatter}, failures


def _grid(points: NDArray, counts: NDArray | None) -> NDArray:
    ends = [0.005, 0.995]
    low, high = np.quantile(points, ends, axis=0) if counts is None else weighted_quantiles(points, ends, counts)
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    lines = [np.linspace(a, b, GRID) for a, b in zip(low - margin, high + margin, strict=True)]
    return np.stack([m.ravel() for m in np.meshgrid(*lines)], axis=1)


def _stacked(parts: Sequence[tuple[str, Callable[[], pd.DataFrame]]], failures: dict[str, str]) -> pd.DataFrame | None:
    """Stack the parts that can be computed; why the others cannot goes into `failures`."""
    tables = []
    for name, compute in parts:
        try:
            tables.append(compute())
        except Exception as error:
            failures[name] = reason(error)
    return pd.concat(tables, ignore_index=True) if tables else None


def weighted_quantiles(points: NDArray, shares: Sequence[float], counts: NDArray) -> NDArray:
    """Quantiles of each column where row i stands for ``counts[i]`` rows: `numpy.quantile` of the rows repeated.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_quantiles(np.array([[1.0], [2.0]]), [0.5], np.array([1.0, 2.0])).tolist()
    [[2.0]]
    """
    quantiles = np.empty((len(shares), points.shape[1]))
    for j, values in enumerate(points.T):
        order = np.argsort(values, kind="stable")
        ends = np.cumsum(counts[order])
        at = np.array(shares) * max(ends[-1] - 1, 0)
        below, above = (
            np.minimum(np.searchsorted(ends, place, side="right"), len(ends) - 1)
            for place in (np.floor(at), np.floor(at) + 1)
        )
        quantiles[:, j] = values[order[below]] + (at - np.floor(at)) * (values[order[above]] - values[order[below]])
    return quantiles


def _regions(model: Model, points: NDArray, labels: NDArray, grid: NDArray, weights: NDArray | None) -> pd.DataFrame:
    fitted = fit_rows(clone(model.estimator), points, labels, weights)
    probabilities = fitted.predict_proba(grid)
    best = probabilities.argmax(axis=1)
    return pd.DataFrame(
        {
            "model": model.name,
            "family": model.family,
            "x": grid[:, 0],
            "y": grid[:, 1],
            "label": fitted.classes_[best],
            "probability": np.take_along_axis(probabilities, best[:, None], axis=1)[:, 0].round(DIGITS),
        }
    )


def _ellipses(covariance: str, points: NDArray, labels: NDArray, weights: NDArray | None) -> pd.DataFrame:
    # As in the roster: pooling gives a class that is constant in a column a covariance all the same.
    pooling = 1e-3 if covariance == "separate" else 0.0
    classifier = GaussianClassifier(covariance, pooling=pooling, shrinkage=1e-3, standardize=True)
    fitted = fit_rows(classifier, points, labels, weights)
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
