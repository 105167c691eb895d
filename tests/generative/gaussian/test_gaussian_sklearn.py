"""GaussianClassifier is a scikit-learn classifier, and agrees with scikit-learn's where both have the model."""

from itertools import product

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose
from sklearn.covariance import OAS, LedoitWolf
from sklearn.datasets import load_iris, load_wine
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import GaussianClassifier

OPTIONS = [
    GaussianClassifier(covariance, structure=structure, pooling=pooling, shrinkage=shrinkage)
    for covariance, structure, pooling, shrinkage in product(
        ("shared", "separate"),
        ("full", "diagonal", "spherical"),
        (0.0, 0.5, 1.0),
        (0.0, 0.3, 1.0, "auto", "oas", "ledoit_wolf"),
    )
    if structure == "full" or shrinkage not in ("oas", "ledoit_wolf")
]
DEFAULTS = [GaussianClassifier(), GaussianClassifier("separate", shrinkage="auto")]
TABLES = [load_iris(return_X_y=True), load_wine(return_X_y=True)]


@parametrize_with_checks(DEFAULTS)
def test_is_a_scikit_learn_classifier(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(OPTIONS)
def test_is_a_scikit_learn_classifier_with_any_options(estimator, check):
    check(estimator)


@pytest.fixture(params=[*range(len(TABLES)), "random"])
def table(request):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 300)
    random = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)) + rng.normal(size=(4, 5))[y], y
    return {**dict(enumerate(TABLES)), "random": random}[request.param]


def test_shared_covariance_is_lda(table):
    X, y = table
    ours, theirs = GaussianClassifier().fit(X, y), LinearDiscriminantAnalysis(solver="lsqr").fit(X, y)
    assert_allclose(ours.covariances_, theirs.covariance_, rtol=1e-8)
    # Softmax does not see what all classes have in common; ours leave it out.
    scores = X @ theirs.coef_.T + theirs.intercept_
    assert_allclose(ours.coef_, theirs.coef_ - theirs.coef_.mean(axis=0), rtol=1e-8)
    assert_allclose(np.diff(ours.decision_function(X)), np.diff(scores), rtol=1e-8, atol=1e-8)
    assert_allclose(np.diff(X @ ours.coef_.T + ours.intercept_), np.diff(scores), rtol=1e-8, atol=1e-8)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-8, atol=1e-12)


def test_two_classes_have_the_coefficients_of_the_log_odds(table):
    X, y = table
    X, y = X[y < 2], y[y < 2]
    ours, theirs = GaussianClassifier().fit(X, y), LinearDiscriminantAnalysis(solver="lsqr").fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, rtol=1e-8, atol=1e-10)
    assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-8)
    assert_allclose(ours.decision_function(X), X @ ours.coef_[0] + ours.intercept_, rtol=1e-8, atol=1e-9)


def test_separate_covariances_are_qda(table):
    X, y = table
    ours, theirs = (
        GaussianClassifier("separate").fit(X, y),
        QuadraticDiscriminantAnalysis(store_covariance=True).fit(X, y),
    )
    assert_allclose(ours.covariances_, theirs.covariance_, rtol=1e-8, atol=1e-10)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-8, atol=1e-12)


def test_separate_variances_are_gaussian_naive_bayes(table):
    X, y = table
    weight = np.random.default_rng(1).uniform(size=len(y))
    ours = GaussianClassifier("separate", structure="diagonal").fit(X, y, weight)
    theirs = GaussianNB(var_smoothing=0).fit(X, y, weight)
    assert_allclose(ours.covariances_, theirs.var_, rtol=1e-8)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-8, atol=1e-12)
    assert_allclose(ours.predict_joint_log_proba(X), theirs.predict_joint_log_proba(X), rtol=1e-8)


@pytest.mark.parametrize(("name", "reference"), [("oas", OAS), ("ledoit_wolf", LedoitWolf)])
def test_estimated_shrinkage_is_that_of_scikit_learn(table, name, reference):
    X, y = table
    separate, shared = GaussianClassifier("separate", shrinkage=name), GaussianClassifier(shrinkage=name)
    separate.fit(X, y)
    theirs = [reference().fit(X[y == k]) for k in separate.classes_]
    assert_allclose(separate.shrinkage_, [est.shrinkage_ for est in theirs], rtol=1e-8)
    assert_allclose(separate.covariances_, [est.covariance_ for est in theirs], rtol=1e-8, atol=1e-10)
    shared.fit(X, y)
    pooled = reference(assume_centered=True).fit(X - shared.means_[y])
    assert_allclose(shared.covariances_, pooled.covariance_, rtol=1e-8, atol=1e-10)


def test_corners_of_regularised_discriminant_analysis(table):
    X, y = table
    corner = lambda pooling, shrinkage: GaussianClassifier("separate", pooling=pooling, shrinkage=shrinkage).fit(X, y)  # noqa: E731
    assert_allclose(corner(0, 0).predict_proba(X), GaussianClassifier("separate").fit(X, y).predict_proba(X))
    assert_allclose(corner(1, 0).predict_proba(X), GaussianClassifier().fit(X, y).predict_proba(X), atol=1e-10)
    nearest = corner(1, 1).set_priors(np.full(len(np.unique(y)), 1 / len(np.unique(y))))
    assert (nearest.predict(X) == NearestCentroid().fit(X, y).predict(X)).all()


@pytest.mark.parametrize(("pooling", "shrinkage"), [(0.3, 0.0), (0.3, 0.2), (0.0, 0.2)])
def test_between_the_corners_friedman(table, pooling, shrinkage):
    X, y = table
    model = GaussianClassifier("separate", pooling=pooling, shrinkage=shrinkage).fit(X, y)
    d, counts = X.shape[1], np.bincount(y)
    scatters = np.array([np.cov(X[y == k].T, bias=True) * counts[k] for k in model.classes_])
    mixed = (1 - pooling) * scatters + pooling * scatters.sum(axis=0)
    mixed /= ((1 - pooling) * counts + pooling * counts.sum())[:, None, None]
    trace = np.trace(mixed, axis1=1, axis2=2)[:, None, None]
    assert_allclose(
        model.covariances_, (1 - shrinkage) * mixed + shrinkage * trace / d * np.eye(d), rtol=1e-9, atol=1e-11
    )


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_and_labels_of_any_type(frame):
    X, y = TABLES[0]
    table = frame({f"c{j}": column for j, column in enumerate(X.T)})
    labels = np.array(["setosa", "versicolor", "virginica"])[y]
    model = GaussianClassifier("separate").fit(table, labels)
    assert model.feature_names_in_.tolist() == ["c0", "c1", "c2", "c3"]
    assert model.predict(table)[0] == "setosa"
    assert_allclose(model.predict_proba(table), GaussianClassifier("separate").fit(X, y).predict_proba(X))


def test_float32_stays_float32():
    X, y = TABLES[0]
    single, double = X.astype(np.float32), GaussianClassifier("separate").fit(X, y)
    for options in ({}, {"covariance": "separate"}, {"structure": "diagonal"}, {"shrinkage": "auto"}):
        model = GaussianClassifier(**options).fit(single, y)
        assert {getattr(model, name).dtype for name in ("means_", "covariances_", "class_prior_")} == {
            np.dtype(np.float32)
        }
        assert model.predict_proba(single).dtype == np.float32
    assert_allclose(
        GaussianClassifier("separate").fit(single, y).predict_proba(single), double.predict_proba(X), atol=2e-3
    )
