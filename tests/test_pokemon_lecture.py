"""The water against normal lecture example on its real rows: what the slides print and what the formulas give.

The slides are Hung-yi Lee's ("Classification"); numbers to more digits than theirs were computed outside this package.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from pokemon_rows import courses_table, lecture
from scipy.special import expit
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier

SIX = list(range(6))
TWO = [2, 4]  # Defense and Sp. Def
SEPARATE, SHARED = GaussianClassifier("separate"), GaussianClassifier("shared")
NAIVE, LOGISTIC = NaiveBayesClassifier("gaussian"), LogisticClassifier(0, optimizer="newton", tol=1e-10)


@pytest.fixture(scope="module")
def rows():
    return lecture()


def water_minus_normal(model):
    """Slopes and intercept of log p(water) - log p(normal); the labels sort the other way round already."""
    return model.coef_[0], model.intercept_[0]


def squared_distance(model):
    difference = model.means_[1] - model.means_[0]
    return difference @ np.linalg.solve(model.covariances_, difference)


# The rows, and how many of them are right ------------------------------------------------------------------------


def test_rows_are_those_of_the_lecture(rows):
    assert len(courses_table()) == 800
    counts = [np.unique(labels, return_counts=True)[1].tolist() for labels in (rows.y, rows.y_test)]
    assert counts == [[61, 79], [37, 33]]  # normal, water


def with_the_slides_covariance(X, y):
    """Move the normal rows until their covariance is the slides': the moment about the mean of water."""
    X, normal = X.copy(), y == "normal"
    mean, covariance = X[normal].mean(axis=0), np.cov(X[normal].T, bias=True)
    difference = X[~normal].mean(axis=0) - mean
    factor = np.linalg.cholesky(covariance + np.outer(difference, difference))
    X[normal] = mean + (X[normal] - mean) @ (factor @ np.linalg.inv(np.linalg.cholesky(covariance))).T
    return X


def unchanged(X, _):
    return X


@pytest.mark.parametrize(
    ("model", "columns", "training", "by_counts", "equal"),
    [
        (SEPARATE, TWO, unchanged, 36, 38),
        (SHARED, TWO, unchanged, 34, 33),
        (SEPARATE, SIX, unchanged, 45, 45),
        (SHARED, SIX, unchanged, 54, 51),
        (SEPARATE, TWO, with_the_slides_covariance, 34, 36),
        (SHARED, TWO, with_the_slides_covariance, 36, 33),
        (SEPARATE, SIX, with_the_slides_covariance, 49, 45),
        (SHARED, SIX, with_the_slides_covariance, 54, 51),
    ],
)
def test_right_of_70_test_rows(rows, model, columns, training, by_counts, equal):
    """With priors by counts and with equal ones; no row is so near the boundary that rounding could decide."""
    fitted = clone(model).fit(training(rows.X[:, columns], rows.y), rows.y)
    right = []
    for priors in ([61 / 140, 79 / 140], [0.5, 0.5]):
        fitted.set_priors(priors)
        right.append(np.sum(fitted.predict(rows.X_test[:, columns]) == rows.y_test))
        assert np.abs(fitted.decision_function(rows.X_test[:, columns])).min() > 1e-3
    assert right == [by_counts, equal]


@pytest.mark.parametrize(
    ("model", "right", "loss"),
    [
        (LOGISTIC, 55, 0.6029),
        (LogisticClassifier(0, optimizer="newton", class_weight="balanced"), 54, 0.5968),
        (SHARED, 54, 0.6081),
        (SEPARATE, 45, 0.8358),
        (NAIVE, 40, 0.9899),
        (GaussianClassifier("separate", structure="diagonal"), 40, 0.9899),
    ],
)
def test_right_and_log_loss_with_six_features(rows, model, right, loss):
    fitted = clone(model).fit(rows.X, rows.y)
    assert np.sum(fitted.predict(rows.X_test) == rows.y_test) == right
    assert log_loss(rows.y_test, fitted.predict_proba(rows.X_test)) == pytest.approx(loss, abs=5e-5)


# Logistic regression ---------------------------------------------------------------------------------------------


def test_logistic_regression_without_penalty(rows):
    fitted = clone(LOGISTIC).fit(rows.X, rows.y)
    residuals = fitted.predict_proba(rows.X)[:, 1] - (rows.y == "water")
    assert_allclose(residuals @ np.column_stack([rows.X, np.ones(140)]) / 140, 0, atol=1e-8)
    slopes, intercept = water_minus_normal(fitted)
    assert_allclose(slopes, [-0.02116, -0.01610, 0.03643, 0.03878, 0.00112, -0.01908], atol=5e-6)
    assert intercept == pytest.approx(-0.60333, abs=5e-6)


def test_descent_obeys_its_bounds_and_newton_takes_seven_steps(rows):
    """Columns of variance 1 and one of ones, so that the intercept is penalized too, as the bounds have it.

    With every row comes its mirror image of the other class: the objective stays, and the free intercept is 0.
    """
    reg_lambda, y = 0.01, (rows.y == "water").astype(int)
    half = np.column_stack([(rows.X - rows.X.mean(axis=0)) / rows.X.std(axis=0), np.ones(140)])
    X, y = np.vstack([half, -half]), np.concatenate([y, 1 - y])
    newton = LogisticClassifier(reg_lambda, optimizer="newton", tol=1e-12).fit(X, y)
    best = log_loss(y, newton.predict_proba(X)) + reg_lambda / 2 * np.sum(newton.coef_**2)
    assert best == pytest.approx(0.550228230608, abs=1e-11)
    assert newton.n_iter_ <= 7
    assert newton.intercept_ == pytest.approx(0, abs=1e-12)
    with pytest.warns(ConvergenceWarning, match="max_iter=3000"):
        curve = LogisticClassifier(reg_lambda, optimizer="gd", max_iter=3000, tol=0).fit(X, y).loss_curve_
    steepest = np.linalg.eigvalsh(half.T @ half)[-1] / (4 * 140) + reg_lambda
    assert steepest == pytest.approx(0.7020, abs=5e-5)
    gaps, steps, rounding = curve - best, np.arange(3000), 1e-15
    assert (gaps <= (1 - reg_lambda / steepest) ** steps * gaps[0] + rounding).all()
    assert (gaps <= steepest * np.sum(newton.coef_**2) / (4 * steps + 2) + rounding).all()
    assert (np.diff(gaps) <= rounding).all()
    assert_allclose(gaps[[10, 100]], [5.1e-3, 1.2e-8], rtol=0.02)
    assert_allclose(gaps[500:], 0, atol=rounding)


# Means, covariances and what follows from them -------------------------------------------------------------------


def test_means_and_covariances(rows):
    X, y, *_ = rows
    model = GaussianClassifier("separate").fit(X[:, TWO], y)
    assert model.classes_.tolist() == ["normal", "water"]
    assert_allclose(model.means_[::-1], [[75.037975, 71.329114], [55.557377, 59.836066]], atol=1e-6)
    assert_allclose(model.means_[::-1], [[75.0, 71.3], [55.6, 59.8]], atol=0.05)
    assert_allclose(model.covariances_[1], [[873.8593, 327.2027], [327.2027, 928.6765]], atol=1e-4)
    assert_allclose(model.covariances_[0], [[468.2795, 197.7635], [197.7635, 552.6944]], atol=1e-4)
    assert_allclose(model.class_prior_, [61 / 140, 79 / 140], rtol=1e-12)


def test_the_printed_covariance_of_normal_is_about_the_mean_of_water(rows):
    X, y, *_ = rows
    model = GaussianClassifier("separate").fit(X[:, TWO], y)
    difference = model.means_[1] - model.means_[0]
    about_water = model.covariances_[0] + np.outer(difference, difference)
    assert_allclose(about_water, [[847, 422], [422, 685]], atol=1.0)
    shared = np.average([about_water, model.covariances_[1]], axis=0, weights=[61, 79])
    direction = np.linalg.solve(shared, difference)
    ours = GaussianClassifier().fit(X[:, TWO], y).coef_[0]
    cosine = direction @ ours / np.linalg.norm(direction) / np.linalg.norm(ours)
    assert cosine == pytest.approx(1, abs=1e-12)


def test_two_features_shared_covariance(rows):
    X, y, *_ = rows
    model = GaussianClassifier().fit(X[:, TWO], y)
    slopes, intercept = water_minus_normal(model)
    assert_allclose(slopes, [0.02563173, 0.00595128], atol=1e-7)
    assert intercept == pytest.approx(-1.80541866, abs=1e-7)
    assert squared_distance(model) == pytest.approx(0.56771977, abs=1e-7)


def test_six_features_shared_covariance(rows):
    X, y, *_ = rows
    model = GaussianClassifier().fit(X, y)
    slopes, intercept = water_minus_normal(model)
    expected = [-0.01784845, -0.01215023, 0.02407923, 0.02956168, 0.00900934, -0.01822378]
    assert_allclose(slopes, expected, atol=1e-7)
    assert intercept == pytest.approx(-0.39615839, abs=1e-7)
    assert squared_distance(model) == pytest.approx(1.23568256, abs=1e-7)


@pytest.mark.parametrize(("model", "expected"), [(SEPARATE, 0.889727), (SHARED, 0.750720), (NAIVE, 0.812899)])
def test_the_turtle(rows, model, expected):
    fitted = clone(model).fit(rows.X[:, TWO], rows.y)
    assert fitted.predict_proba([[103, 45]])[0, 1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("columns", "constant"), [(TWO, 0.43150378), (SIX, 0.37715096)])
def test_least_squares_on_signs_is_a_multiple_of_lda(rows, columns, constant):
    X, y, *_ = rows
    model = GaussianClassifier().fit(X[:, columns], y)
    design = np.column_stack([np.ones(len(X)), X[:, columns]])
    slopes = np.linalg.lstsq(design, np.where(y == "water", 1.0, -1.0))[0][1:]
    share = np.prod(model.class_prior_)
    factor = 2 * share / (1 + share * squared_distance(model))
    assert_allclose(slopes, factor * model.coef_[0], rtol=1e-10)
    assert factor == pytest.approx(constant, abs=1e-8)


def test_posterior_is_the_sigmoid_and_bayes_rule(rows):
    X, y, *_ = rows
    model = GaussianClassifier().fit(X, y)
    anywhere = np.random.default_rng(3).normal(70, 30, size=(50, 6))
    joint = np.exp(model.predict_joint_log_proba(anywhere))
    sigmoid = expit(anywhere @ model.coef_[0] + model.intercept_)
    assert_allclose(model.predict_proba(anywhere)[:, 1], sigmoid, rtol=1e-10)
    assert_allclose(model.predict_proba(anywhere), joint / joint.sum(axis=1, keepdims=True), rtol=1e-10)


def test_coefficients_and_posteriors_of_scikit_learn(rows):
    X, y, *_ = rows
    lda, qda = LinearDiscriminantAnalysis(solver="lsqr").fit(X, y), QuadraticDiscriminantAnalysis().fit(X, y)
    shared, separate = GaussianClassifier().fit(X, y), GaussianClassifier("separate").fit(X, y)
    assert_allclose(shared.coef_, lda.coef_, rtol=1e-8)
    assert_allclose(shared.intercept_, lda.intercept_, rtol=1e-8)
    assert_allclose(separate.predict_proba(X), qda.predict_proba(X), rtol=1e-8)


def test_parameter_counts(rows):
    X, y, *_ = rows
    count = lambda **options: GaussianClassifier(**options).fit(X, y).n_parameters_  # noqa: E731
    assert (count(covariance="separate"), count(), count(covariance="separate", structure="diagonal")) == (55, 34, 25)
