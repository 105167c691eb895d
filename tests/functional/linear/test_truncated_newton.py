"""Newton's method by conjugate gradients: the products, the optimum, its limits."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from genvsdisc import LogisticClassifier
from genvsdisc.discriminative.logistic.fit import forms_hessian
from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.newton import newton
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.linear.truncated_newton import truncated_newton
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.solution import Status


def problem(n_classes, n=120, width=6, penalty=1e-2, absent=False, seed=0):
    rng = np.random.default_rng(seed)
    rows, codes = rng.normal(size=(n, width)), np.arange(n) % n_classes
    rows[:, 0] += codes
    weights = rng.integers(1, 4, size=(1, n)).astype(float)
    if absent:
        weights[0, codes == 0] = 0
    weights /= weights.sum()
    present = weights @ (codes[:, None] == np.arange(n_classes)) > 0
    penalties = np.append(np.full((1, width), penalty), [[0.0]], axis=1)
    loss = TRAINING_LOSSES["cross_entropy"].form(n_classes)
    objective = SoftmaxRegression(rows, codes, weights, penalties, present, loss, ColumnProducts(rows))
    start = np.zeros(objective.shape)
    start[:, :, -1] = objective.prior_logits()
    return objective, start


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize(("dtype", "accuracy"), [(np.float64, 1e-10), (np.float32, 1e-5)])
def test_products_are_those_of_the_hessian(n_classes, dtype, accuracy):
    objective, theta = problem(n_classes)
    theta = theta + np.random.default_rng(1).normal(size=theta.shape)
    residuals = objective.evaluate(theta)[2]
    vector = np.random.default_rng(2).normal(size=theta.shape)
    vector -= vector.mean(axis=1, keepdims=True) if n_classes > 2 else 0  # the directions that have curvature
    expected = (objective.hessian(residuals)[0] @ vector.ravel()).reshape(theta.shape)
    np.testing.assert_allclose(objective.hessian_product(residuals, dtype)(vector), expected, atol=accuracy)


@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize("n_classes", [3, 5])
@pytest.mark.parametrize("penalty", [0.0, 1e-4, 1.0])
def test_the_optimum_is_that_of_the_formed_hessian(penalty, n_classes, absent):
    objective, start = problem(n_classes, penalty=penalty, absent=absent)
    formed = newton(objective, start, max_iter=100, tol=1e-10)
    truncated = truncated_newton(objective, start, max_iter=100, tol=1e-8)
    assert truncated.status[0] == Status.CONVERGED
    assert truncated.n_iter[0] < 25
    np.testing.assert_allclose(truncated.parameters, formed.parameters, atol=1e-6)


@pytest.mark.parametrize(("n", "width", "n_classes"), [(60, 700, 3), (90, 300, 2), (50, 2200, 2), (400, 40, 12)])
def test_the_optimum_is_scikit_learns(n, width, n_classes):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, width)), np.arange(n) % n_classes
    peer = LogisticRegression(C=1 / (0.1 * n), tol=1e-10, max_iter=20_000).fit(X, y)
    ours = LogisticClassifier(0.1, optimizer="newton").fit(X, y)
    np.testing.assert_allclose(ours.coef_, peer.coef_, atol=1e-6)
    np.testing.assert_allclose(ours.predict_proba(X), peer.predict_proba(X), atol=1e-6)


def test_replicates_on_both_sides_of_the_rule_equal_plain_fits():
    """A replicate with few rows forms its Hessian among others that do not, as its plain fit does."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(600, 15)), np.arange(600) % 6
    weights = rng.multinomial(600, np.full(600, 1 / 600), size=4).astype(float)
    weights[[0, 2], 100:] = 0
    size = 6 * (X.shape[1] + 1)
    assert forms_hessian((weights > 0).sum(axis=1), size, 6).tolist() == [True, False, True, False]
    replicates = LogisticClassifier(0.05, optimizer="newton").fit_replicates(X, y, weights)
    for r in range(4):
        plain = LogisticClassifier(0.05, optimizer="newton").fit(X, y, weights[r])
        np.testing.assert_allclose(replicates[r].coef_, plain.coef_, atol=1e-8)
        assert replicates[r].n_iter_ == plain.n_iter_


def test_tolerances_bound_what_is_left_of_the_objective():
    objective, start = problem(8, n=500, width=40, penalty=1e-3)
    best = objective.evaluate(truncated_newton(objective, start, max_iter=100, tol=1e-10).parameters)[0][0]
    for tol in (1e-1, 1e-2, 1e-3, 1e-4):
        value = objective.evaluate(truncated_newton(objective, start, max_iter=100, tol=tol).parameters)[0][0]
        assert -1e-12 <= value - best <= tol**2


def test_replicates_equal_plain_fits_and_hold_one_copy_of_their_rows():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(3000, 60)), rng.integers(0, 5, 3000)
    weights = rng.multinomial(3000, np.full(3000, 1 / 3000), size=12).astype(float)
    classifier = LogisticClassifier(1e-2, optimizer="newton", standardize=True)
    tracemalloc.start()
    replicates = classifier.fit_replicates(X, y, weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * X.nbytes  # twelve copies of two thirds of the rows would be more
    for r in (0, 7, 11):
        plain = LogisticClassifier(1e-2, optimizer="newton", standardize=True).fit(X, y, weights[r])
        np.testing.assert_allclose(replicates[r].coef_, plain.coef_, atol=1e-8)
        assert replicates[r].n_iter_ == plain.n_iter_


def test_descents_of_many_standardized_replicates_go_in_blocks():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2000, 100)), rng.integers(0, 2, 2000)
    weights = rng.multinomial(2000, np.full(2000, 1 / 2000), size=60).astype(float)
    classifier = LogisticClassifier(0.1, optimizer="gd", standardize=True, max_iter=3, tol=10.0)
    tracemalloc.start()
    replicates = classifier.fit_replicates(X, y, weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * X.nbytes  # of sixty copies at once, twice over
    plain = LogisticClassifier(0.1, optimizer="gd", standardize=True, max_iter=3, tol=10.0).fit(X, y, weights[59])
    np.testing.assert_allclose(replicates[59].coef_, plain.coef_, rtol=1e-8)
