"""The objective between the two likelihoods: its gradient, its steps and its maximum, against SciPy."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_iris

from genvsdisc import HybridClassifier
from genvsdisc.functional.gaussian.continuum_newton import follow, follow_along
from genvsdisc.hybrid.frame import FeatureFrame

X, Y = load_iris(return_X_y=True)
CASES = [(c, s, K) for c in ("shared", "separate") for s in ("full", "diagonal") for K in (2, 3)]


def problem_of(covariance, structure, n_classes, weight, reg_lambda=0.05):
    rows = (0 if n_classes == 2 else -1) < Y
    model = HybridClassifier(weight, covariance=covariance, structure=structure, reg_lambda=reg_lambda)
    x, codes = model._validate_training(X[rows][:, :3], Y[rows])
    weights = np.random.default_rng(0).uniform(0.5, 1.5, size=(1, len(x)))
    frame = FeatureFrame.of(x, model._ends(3).features)
    return model._ends(3).problem(
        x, codes, weights, frame, model._ends(3).generative(x, codes, weights), np.array([weight])
    )


def directions(moments, rng):
    """Moves of the moments that leave their totals."""
    move = rng.normal(size=moments.shape) * 1e-3
    return move - move.mean(axis=1, keepdims=True)


@pytest.mark.parametrize(("covariance", "structure", "n_classes"), CASES)
def test_gradient_and_slope_against_finite_differences(covariance, structure, n_classes):
    problem, target = problem_of(covariance, structure, n_classes, 0.3)
    rng = np.random.default_rng(1)
    moments = target + directions(target, rng)
    _, gradient, _, _ = problem.evaluate(moments)
    for _ in range(5):
        move = 1e-3 * directions(target, rng)
        up, down = problem.evaluate(moments + move), problem.evaluate(moments - move)
        # The change of the log-odds times the gradient by them.
        change = problem.coefficients(moments + move) - problem.coefficients(moments - move)
        assert np.sum(change * gradient) == pytest.approx(float(up[0][0] - down[0][0]), rel=1e-4, abs=1e-11)


@pytest.mark.parametrize(("covariance", "structure", "n_classes"), CASES)
def test_the_maximum_is_where_scipy_finds_none_better(covariance, structure, n_classes):
    problem, target = problem_of(covariance, structure, n_classes, 0.3)
    moments, _, converged = follow(problem, target, max_iter=100, tol=1e-9)
    assert converged.all()
    values, gradient, _, _ = problem.evaluate(moments)
    assert np.abs(gradient).max() < 1e-7
    shape = target[:, 1:].shape

    def value(free):
        others = free.reshape(shape)
        first = target.sum(axis=1, keepdims=True) - others.sum(axis=1, keepdims=True)
        return min(float(problem.evaluate(np.concatenate([first, others], axis=1))[0][0]), 1e6)

    start = target[:, 1:].ravel()
    scales = 0.01 + np.abs(start)
    found = minimize(lambda z: value(start + scales * z), np.zeros(start.size), method="Powell", options={"maxiter": 3})
    assert found.fun >= float(values[0]) - 1e-10


@pytest.mark.parametrize(("covariance", "structure", "n_classes"), CASES)
def test_the_way_along_the_weights_ends_at_the_same_maximum(covariance, structure, n_classes):
    """There is one, for the objective is concave in the natural parameters."""
    problem, target = problem_of(covariance, structure, n_classes, 0.02)
    straight, _, there = follow(problem, target, max_iter=100, tol=1e-9)
    along, _, converged = follow_along(problem, target, max_iter=100, tol=1e-9)
    assert there.all()
    assert converged.all()
    np.testing.assert_allclose(problem.evaluate(along)[0], problem.evaluate(straight)[0], rtol=1e-9)
    np.testing.assert_allclose(along, straight, rtol=1e-5, atol=1e-5)
    for moments in (straight, along):  # those of all classes together are the table's, wherever the way led
        np.testing.assert_allclose(moments.sum(axis=1), target.sum(axis=1), rtol=1e-13, atol=1e-13)
