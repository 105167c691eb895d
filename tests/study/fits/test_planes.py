"""Planes of two columns: the columns, the regions and the ellipses, computed again with scikit-learn and NumPy."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import f_classif

import genvsdisc as gd
from genvsdisc.study.fits.planes import chosen_axes
from genvsdisc.study.table import prepare


@pytest.fixture
def axes(compared):
    return compared.meta["boundary_axes"]


def test_the_columns_are_those_whose_class_means_differ_most(pair, axes):
    strength, _ = f_classif(pair.X, pair.y)
    assert axes == [pair.X.columns[j] for j in np.argsort(-strength)[:2]]


def test_columns_that_cannot_be_ranked_come_after_all_that_can():
    y = np.arange(40) % 2
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 5)) + y[:, None] * [0, 1, 0, 3, 0]).add_prefix("x")
    for name in ("x0", "x2", "x4"):  # one number in the second class
        X[name] = X[name].where((y == 0) | (np.arange(40) == 1))
    assert chosen_axes(prepare(X, y, n_splits=3)) == ["x3", "x1"]


@pytest.mark.parametrize("weighted", [False, True])
def test_a_column_that_is_constant_within_the_classes_is_no_axis_and_warns_of_nothing(weighted):
    """Its F ratio is infinite, up to the rounding of the means: a copy of the target in other units."""
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    X = pd.DataFrame({"a": rng.normal(size=90) + y, "copy": y * 0.1 + 0.7, "b": rng.normal(size=90), "one": 0.3})
    table = prepare(X, y, n_splits=3, weights=rng.uniform(0.5, 2, 90) if weighted else None)
    assert chosen_axes(table) == ["a", "b"]


@pytest.mark.parametrize("name", ["shared Gaussian", "naive Bayes", "logistic", "logistic, quadratic features"])
def test_regions_are_the_predictions_of_the_model_fitted_to_the_two_columns(pair, compared, axes, name):
    estimator = next(model.estimator for model in gd.default_models() if model.name == name)
    fitted = estimator.fit(pair.X[axes].to_numpy(), pair.y.to_numpy())
    region = compared.boundaries[compared.boundaries["model"] == name]
    probabilities = fitted.predict_proba(region[["x", "y"]].to_numpy())
    np.testing.assert_array_equal(region["label"], fitted.classes_[probabilities.argmax(axis=1)].astype(str))
    np.testing.assert_array_equal(region["probability"], probabilities.max(axis=1).round(2))


def test_the_grid_covers_the_rows(pair, compared, axes):
    grid = compared.boundaries[["x", "y"]]
    low, high = np.quantile(pair.X[axes], [0.01, 0.99], axis=0)
    assert (grid.min().to_numpy() < low).all()
    assert (grid.max().to_numpy() > high).all()


def test_ellipses_are_means_and_covariances_of_the_classes(pair, compared, axes):
    X, y = pair.X[axes], pair.y.astype(str)
    within = sum(np.cov(X[y == label].T, ddof=0) * (y == label).mean() for label in ("0", "1"))
    for row in compared.ellipses.itertuples():
        rows = X[y == row.label]
        np.testing.assert_allclose([row.mean_x, row.mean_y], rows.mean(), rtol=1e-12)
        expected = within if row.model == "shared Gaussian" else np.cov(rows.T, ddof=0)
        # The models are regularized: shrinkage and pooling of 0.001 each.
        np.testing.assert_allclose([row.cov_xx, row.cov_xy, row.cov_yy], expected[[0, 0, 1], [0, 1, 1]], atol=4e-3)


def test_the_scatter_shows_rows_of_the_table_with_their_labels(pair, compared, axes):
    shown = {tuple(row) for row in compared.scatter[["x", "y", "label"]].itertuples(index=False)}
    rows = zip(pair.X[axes[0]], pair.X[axes[1]], pair.y.astype(str), strict=True)
    assert shown == set(rows)
