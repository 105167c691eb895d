"""Newton steps of blocks of classes, against the system of all classes at once."""

import numpy as np
import pytest

from genvsdisc import HybridClassifier
from genvsdisc.functional.gaussian.class_steps import class_steps, metric_of
from genvsdisc.functional.gaussian.continuum_newton import _by_single_systems, _in_double
from genvsdisc.hybrid.frame import FeatureFrame


def problem_of(structure, n_classes, *, skewed=False):
    rng = np.random.default_rng(0)
    y = np.arange(90) % n_classes
    model = HybridClassifier(0.3, covariance="separate", structure=structure)
    X = rng.normal(size=(90, 3)) + y[:, None]
    x, codes = model._validate_training(np.exp(1.5 * X) if skewed else X, y)
    weights = rng.uniform(0.5, 1.5, size=(2, 90))
    frame = FeatureFrame.of(x, model._ends(3).features)
    start = model._ends(3).generative(x, codes, weights)
    return model._ends(3).problem(x, codes, weights, frame, start, np.full(2, 0.3))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_steps_are_those_of_the_whole_system(structure, n_classes):
    problem, target = problem_of(structure, n_classes)
    _, gradients, residuals, found = problem.evaluate(target)
    whole, slopes = problem.steps(gradients, residuals, found)
    moves, falls = class_steps(problem, gradients, residuals, metric_of(problem, found, np.float64))
    np.testing.assert_allclose(moves, whole, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(falls, slopes, rtol=1e-8)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_steps_of_single_precision_end_where_those_of_double_do(structure, n_classes):
    """From gradients in double precision: the system decides on the way, not on the end."""
    problem, target = problem_of(structure, n_classes)
    single, steps, converged = _by_single_systems(problem, target, np.full(2, 20), 1e-8)
    double, _, _ = _in_double(problem, target, np.full(2, 50), 1e-10)
    assert converged.all()
    assert (steps <= 9).all()
    np.testing.assert_allclose(single, double, atol=1e-9)
    np.testing.assert_allclose(single.sum(axis=1), target.sum(axis=1), rtol=1e-13, atol=1e-13)


def test_what_single_precision_cannot_end_is_left_to_double():
    problem, target = problem_of("full", 3, skewed=True)
    problem = problem.at(np.full(2, 0.003))
    single, steps, converged = _by_single_systems(problem, target, np.full(2, 20), 1e-8)
    _, _, reached = _in_double(problem, single, np.full(2, 200), 1e-8)
    before, after = (problem.evaluate(moments)[0] for moments in (target, single))
    assert (after <= before).all()
    assert (steps > 0).all()
    assert (converged | reached).all()
