"""Feature transforms: against scikit-learn, and what they are for."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import euclidean_distances
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import PrototypeDistances, QuadraticFeatures

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_LABELS = np.array([0, 1, 1, 0])


@parametrize_with_checks([QuadraticFeatures(), PrototypeDistances(), PrototypeDistances(n_prototypes=1)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("n_features", [1, 2, 5])
def test_quadratic_features_are_scikit_learns(n_features):
    X = np.random.default_rng(0).normal(size=(20, n_features))
    theirs = PolynomialFeatures(degree=2, include_bias=False).fit(X)
    ours = QuadraticFeatures().fit(X)
    np.testing.assert_array_equal(ours.transform(X), theirs.transform(X))
    assert list(ours.get_feature_names_out()) == list(theirs.get_feature_names_out())


def test_quadratic_features_need_no_fit_and_keep_names():
    assert not get_tags(QuadraticFeatures()).requires_fit
    frame = pd.DataFrame({"hp": [1.0, 2.0], "speed": [3.0, 5.0]})
    out = QuadraticFeatures().set_output(transform="pandas").fit_transform(frame)
    assert list(out.columns) == ["hp", "speed", "hp^2", "hp speed", "speed^2"]
    np.testing.assert_array_equal(out.to_numpy(), QuadraticFeatures().transform(frame.to_numpy()))


@pytest.mark.parametrize("columns", [[5], [-1], [0.5], [0, 0], [True, False], ["a"]])
def test_m05_columns_that_are_none_are_refused_in_fit_and_transform(columns):
    X = np.ones((3, 2))
    for act in (QuadraticFeatures(columns=columns).fit, QuadraticFeatures(columns=columns).transform):
        with pytest.raises(ValueError, match="columns must be different whole numbers from 0 to 1, the places of"):
            act(X)
    assert QuadraticFeatures(columns=[1]).fit_transform(X).shape == (3, 3)
    assert QuadraticFeatures(columns=np.array([1, 0])).fit_transform(X).shape == (3, 5)


def test_products_are_taken_about_origins():
    X = np.random.default_rng(0).normal(size=(9, 3))
    moved = QuadraticFeatures(origins=[20.0, -3.0]).fit(X)
    about = X - [20.0, -3.0, 0.0]
    np.testing.assert_array_equal(moved.transform(X)[:, :3], X)
    np.testing.assert_array_equal(moved.transform(X)[:, 3:], QuadraticFeatures().transform(about)[:, 3:])
    names = moved.get_feature_names_out(["f", "g", "h"])
    assert names[3:5].tolist() == ["(f - 20)^2", "(f - 20) (g + 3)"]
    assert names[5] == "(f - 20) h"


@pytest.mark.parametrize("origins", [[1.0, 2.0, 3.0], [np.nan], [[1.0]]])
def test_origins_that_are_none_are_refused(origins):
    with pytest.raises(ValueError, match="origins must be at most 2 finite numbers"):
        QuadraticFeatures(origins=origins).fit(np.ones((3, 2)))


def test_distances_are_euclidean():
    rng = np.random.default_rng(0)
    X, prototypes = rng.normal(size=(30, 4)), rng.normal(size=(3, 4))
    transform = PrototypeDistances(prototypes).fit(X)
    np.testing.assert_allclose(transform.transform(X), euclidean_distances(X, prototypes), rtol=1e-10)
    assert list(transform.get_feature_names_out()) == [f"prototypedistances{i}" for i in range(3)]


def test_prototypes_taken_from_the_rows_are_far_apart():
    prototypes = PrototypeDistances(n_prototypes=4).fit(np.vstack([XOR, XOR + 0.1])).prototypes_
    assert euclidean_distances(prototypes)[np.triu_indices(4, 1)].min() > 0.9


@pytest.mark.parametrize("prototypes", [None, [[0.0, 0.0], [1.0, 1.0]]])
def test_distances_to_prototypes_make_xor_linear(prototypes):
    linear = LogisticRegression(C=1e6)
    bent = make_pipeline(PrototypeDistances(prototypes), LogisticRegression(C=1e6))
    assert linear.fit(XOR, XOR_LABELS).score(XOR, XOR_LABELS) <= 0.75
    assert bent.fit(XOR, XOR_LABELS).score(XOR, XOR_LABELS) == 1.0


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (PrototypeDistances([[0.0, 0.0, 0.0]]), "a column for each of the 2 columns of X, got 3"),
        (PrototypeDistances(n_prototypes=5), "from 1 to n_samples = 4, got 5"),
        (PrototypeDistances(n_prototypes=1.5), "got 1.5"),
    ],
)
def test_errors_say_what_to_mend(transform, message):
    with pytest.raises(ValueError, match=message):
        transform.fit(XOR)
