"""The numbers of the water against normal lecture example, from the moments of its training rows alone.

Rows with exactly these moments stand in for the table: the parameters and posteriors depend on nothing else.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis

from genvsdisc import GaussianClassifier

# HP, Attack, Defense, Sp. Atk, Sp. Def, Speed; rounded, and exact below because the statistics are whole numbers.
MEANS = np.array(
    [
        [70.962, 74.7722, 75.038, 72.7975, 71.3291, 63.3165],
        [77.082, 68.7705, 55.5574, 54.3115, 59.8361, 67.7213],
    ]
)
UPPER = np.array(
    [
        [807.4543, 342.8648, 191.1407, 412.1315, 431.4682, 21.0373, 920.7582, 438.4517, 484.1564, 335.075, 143.8443,
         873.8593, 408.4634, 327.2027, -9.9867, 881.1995, 582.2059, 165.2666, 928.6765, 188.9845, 435.3049],
        [1763.1244, 15.8549, -43.2588, 321.0564, 615.9151, -76.846, 855.7178, 478.8984, 290.9076, 157.7984, 406.4934,
         468.2795, 221.9084, 197.7635, 301.0406, 482.1489, 260.756, 135.8573, 552.6944, 97.9215, 762.0043],
    ]
)  # fmt: skip
COUNTS = np.array([79, 61])
TWO = [2, 4]
TURTLE = [[103, 45]]


def exact_moments():
    means = np.round(MEANS * COUNTS[:, None]) / COUNTS[:, None]
    covariances = np.empty((2, 6, 6))
    i, j = np.triu_indices(6)
    products = np.round((UPPER + means[:, i] * means[:, j]) * COUNTS[:, None]) / COUNTS[:, None]
    covariances[:, i, j] = covariances[:, j, i] = products - means[:, i] * means[:, j]
    return means, covariances


def rows_with_moments(mean, covariance, n, seed):
    Z = np.random.default_rng(seed).normal(size=(n, len(mean)))
    Z -= Z.mean(axis=0)
    Z = Z @ np.linalg.inv(np.linalg.cholesky(Z.T @ Z / n)).T
    return mean + Z @ np.linalg.cholesky(covariance).T


@pytest.fixture(scope="module")
def table():
    means, covariances = exact_moments()
    X = np.vstack([rows_with_moments(*moments) for moments in zip(means, covariances, COUNTS, (0, 1), strict=True)])
    return X, np.repeat(["water", "normal"], COUNTS)


def water_minus_normal(model):
    """Slopes and intercept of log p(water) - log p(normal); the labels sort the other way round already."""
    return model.coef_[0], model.intercept_[0]


def squared_distance(model):
    difference = model.means_[1] - model.means_[0]
    return difference @ np.linalg.solve(model.covariances_, difference)


def test_means_and_covariances(table):
    X, y = table
    model = GaussianClassifier("separate").fit(X[:, TWO], y)
    assert model.classes_.tolist() == ["normal", "water"]
    assert_allclose(model.means_[::-1], [[75.037975, 71.329114], [55.557377, 59.836066]], atol=1e-6)
    assert_allclose(model.means_[::-1], [[75.0, 71.3], [55.6, 59.8]], atol=0.05)
    assert_allclose(model.covariances_[1], [[873.8593, 327.2027], [327.2027, 928.6765]], atol=1e-4)
    assert_allclose(model.covariances_[0], [[468.2795, 197.7635], [197.7635, 552.6944]], atol=1e-4)
    assert_allclose(model.class_prior_, [61 / 140, 79 / 140], rtol=1e-12)


def test_the_printed_covariance_of_normal_is_about_the_mean_of_water(table):
    X, y = table
    model = GaussianClassifier("separate").fit(X[:, TWO], y)
    difference = model.means_[1] - model.means_[0]
    about_water = model.covariances_[0] + np.outer(difference, difference)
    assert_allclose(about_water, [[847, 422], [422, 685]], atol=1.0)
    shared = np.average([about_water, model.covariances_[1]], axis=0, weights=[61, 79])
    direction = np.linalg.solve(shared, difference)
    ours = GaussianClassifier().fit(X[:, TWO], y).coef_[0]
    cosine = direction @ ours / np.linalg.norm(direction) / np.linalg.norm(ours)
    assert cosine == pytest.approx(1, abs=1e-12)


def test_two_features_shared_covariance(table):
    X, y = table
    model = GaussianClassifier().fit(X[:, TWO], y)
    slopes, intercept = water_minus_normal(model)
    assert_allclose(slopes, [0.02563173, 0.00595128], atol=1e-7)
    assert intercept == pytest.approx(-1.80541866, abs=1e-7)
    assert squared_distance(model) == pytest.approx(0.56771977, abs=1e-7)


def test_six_features_shared_covariance(table):
    X, y = table
    model = GaussianClassifier().fit(X, y)
    slopes, intercept = water_minus_normal(model)
    expected = [-0.01784845, -0.01215023, 0.02407923, 0.02956168, 0.00900934, -0.01822378]
    assert_allclose(slopes, expected, atol=1e-7)
    assert intercept == pytest.approx(-0.39615839, abs=1e-7)
    assert squared_distance(model) == pytest.approx(1.23568256, abs=1e-7)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"covariance": "separate"}, 0.889727),
        ({"covariance": "shared"}, 0.750720),
        ({"covariance": "separate", "structure": "diagonal"}, 0.812899),
    ],
)
def test_the_turtle(table, options, expected):
    X, y = table
    model = GaussianClassifier(**options).fit(X[:, TWO], y)
    assert model.predict_proba(TURTLE)[0, 1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("columns", "constant"), [(TWO, 0.43150378), (list(range(6)), 0.37715096)])
def test_least_squares_on_signs_is_a_multiple_of_lda(table, columns, constant):
    X, y = table
    model = GaussianClassifier().fit(X[:, columns], y)
    design = np.column_stack([np.ones(len(X)), X[:, columns]])
    slopes = np.linalg.lstsq(design, np.where(y == "water", 1.0, -1.0))[0][1:]
    share = np.prod(model.class_prior_)
    factor = 2 * share / (1 + share * squared_distance(model))
    assert_allclose(slopes, factor * model.coef_[0], rtol=1e-10)
    assert factor == pytest.approx(constant, abs=1e-8)


def test_posterior_is_the_sigmoid_and_bayes_rule(table):
    X, y = table
    model = GaussianClassifier().fit(X, y)
    rows = np.random.default_rng(3).normal(70, 30, size=(50, 6))
    joint = np.exp(model.predict_joint_log_proba(rows))
    sigmoid = expit(rows @ model.coef_[0] + model.intercept_)
    assert_allclose(model.predict_proba(rows)[:, 1], sigmoid, rtol=1e-10)
    assert_allclose(model.predict_proba(rows), joint / joint.sum(axis=1, keepdims=True), rtol=1e-10)


def test_coefficients_and_posteriors_of_scikit_learn(table):
    X, y = table
    lda, qda = LinearDiscriminantAnalysis(solver="lsqr").fit(X, y), QuadraticDiscriminantAnalysis().fit(X, y)
    shared, separate = GaussianClassifier().fit(X, y), GaussianClassifier("separate").fit(X, y)
    assert_allclose(shared.coef_, lda.coef_, rtol=1e-8)
    assert_allclose(shared.intercept_, lda.intercept_, rtol=1e-8)
    assert_allclose(separate.predict_proba(X), qda.predict_proba(X), rtol=1e-8)


def test_parameter_counts(table):
    X, y = table
    count = lambda **options: GaussianClassifier(**options).fit(X, y).n_parameters_  # noqa: E731
    assert (count(covariance="separate"), count(), count(covariance="separate", structure="diagonal")) == (55, 34, 25)
