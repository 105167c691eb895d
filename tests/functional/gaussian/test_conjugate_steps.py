"""Steps by conjugate gradients against those by factorization, and the rows and replicates that they leave to it."""

import numpy as np
import pytest

from genvsdisc import HybridClassifier
from genvsdisc.functional.gaussian.class_steps import class_steps, decrement_bounds, metric_of
from genvsdisc.functional.gaussian.conjugate_steps import conjugate_steps
from genvsdisc.functional.gaussian.continuum_newton import _in_double, _in_single
from genvsdisc.hybrid.frame import FeatureFrame


def problem_of(structure, n_classes, weight, *, n=90, skewed=False):
    rng = np.random.default_rng(0)
    y = np.arange(n) % n_classes
    X = rng.normal(size=(n, 3)) + 0.8 * y[:, None]
    X = np.exp(3 * X) if skewed else X
    model = HybridClassifier(weight, covariance="separate", structure=structure)
    x, codes = model._validate_training(X, y)
    weights = rng.uniform(0.5, 1.5, size=(2, n))
    frame = FeatureFrame.of(x, model._ends(3).features)
    a = np.full(2, weight)
    return model._ends(3).problem(x, codes, weights, frame, model._ends(3).generative(x, codes, weights), a)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_both_ends_are_one(structure, n_classes):
    problem, target = problem_of(structure, n_classes, 0.3)
    single, steps, converged = _in_single(problem, target, 15, 1e-8)
    double, _, _ = _in_double(problem, target, np.full(2, 50), 1e-10)
    assert converged.all()
    assert (steps > 2).all()
    np.testing.assert_allclose(single, double, atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_a_step_is_the_factorization_s_and_the_bound_is_above_its_decrement(structure, n_classes):
    problem, target = problem_of(structure, n_classes, 0.3)
    moments = target
    for _ in range(3):  # the nearer, the more of the residual goes
        _, gradients, residuals, found = problem.evaluate(moments)
        exact, slopes = class_steps(problem, gradients, residuals, metric_of(problem, found, np.float64))
        metric = metric_of(problem, found, np.float32)
        moves, falls = conjugate_steps(problem, gradients, residuals, metric, 1e-10)
        allowed = 2 * np.sqrt(np.minimum(-slopes, 0.01)) + 1e-5
        assert (np.abs(moves - exact).max(axis=(1, 2)) <= allowed * np.abs(exact).max(axis=(1, 2))).all()
        np.testing.assert_allclose(falls, slopes, rtol=0.03)
        np.testing.assert_allclose(moves.sum(axis=1), 0, atol=1e-7)
        assert (decrement_bounds(problem, gradients, metric) >= -slopes * (1 - 1e-5)).all()
        moments = moments + moves


def test_far_from_the_maximum_no_step_of_single_precision_is_tried():
    problem, target = problem_of("full", 2, 0.3, skewed=True)
    moments, steps, converged = _in_single(problem, target, 15, 1e-8)
    assert not converged.any()
    assert (moments[steps == 0] == target[steps == 0]).all()
