"""Newton steps of blocks of classes, against the system of all classes at once."""

import numpy as np
import pytest

from genvsdisc import HybridClassifier
from genvsdisc.functional.gaussian.class_steps import class_steps, metric_of
from genvsdisc.hybrid.frame import FeatureFrame


def problem_of(structure, n_classes):
    rng = np.random.default_rng(0)
    y = np.arange(90) % n_classes
    model = HybridClassifier(0.3, covariance="separate", structure=structure)
    x, codes = model._validate_training(rng.normal(size=(90, 3)) + y[:, None], y)
    weights = rng.uniform(0.5, 1.5, size=(2, 90))
    frame = FeatureFrame.of(x, model._features(3))
    start = model._generative(x, codes, weights)
    return model._problem(x, codes, weights, frame, start, np.full(2, 0.3))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_steps_are_those_of_the_whole_system(structure, n_classes):
    problem, target = problem_of(structure, n_classes)
    _, gradients, residuals, found = problem.evaluate(target)
    whole, slopes = problem.steps(gradients, residuals, found)
    moves, falls = class_steps(problem, gradients, residuals, metric_of(problem, found, np.float64))
    np.testing.assert_allclose(moves, whole, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(falls, slopes, rtol=1e-8)
