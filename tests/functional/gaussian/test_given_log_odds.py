"""The densities that have given log-odds, for many replicates and with classes that have no rows."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from genvsdisc import HybridClassifier
from genvsdisc.functional.gaussian.given_log_odds import moments_of
from genvsdisc.hybrid.frame import FeatureFrame

X, Y = load_iris(return_X_y=True)
CASES = [(c, s, K) for c in ("shared", "separate") for s in ("full", "diagonal") for K in (2, 3)]


@pytest.mark.parametrize(("covariance", "structure", "n_classes"), CASES)
def test_they_have_them_and_the_totals_of_the_rows(covariance, structure, n_classes):
    rows = (0 if n_classes == 2 else -1) < Y
    model = HybridClassifier(0.0, covariance=covariance, structure=structure)
    x, codes = model._validate_training(X[rows][:, :3], Y[rows])
    weights = np.random.default_rng(0).uniform(0.5, 1.5, size=(4, len(x)))
    if n_classes == 3:
        weights[3, codes == 1] = 0  # a class without rows
    frame = FeatureFrame.of(x, model._ends(3).features)
    start = model._ends(3).generative(x, codes, weights)
    problem, target = model._ends(3).problem(x, codes, weights, frame, start, np.zeros(4))
    theta = problem.coefficients(target) * np.array([0.7, 0.2, 1.0, 0.8])[:, None, None]
    moments, converged = moments_of(problem, theta, max_iter=200, tol=1e-10)
    assert converged.all()
    np.testing.assert_allclose(problem.coefficients(moments), theta, atol=1e-8)
    held = problem.present[:, :, None]
    np.testing.assert_allclose(np.where(held, moments, 0).sum(axis=1), np.where(held, target, 0).sum(axis=1), atol=1e-9)
    np.testing.assert_allclose(moments[2], target[2], atol=1e-9)
    for r in range(4):
        alone, _ = moments_of(problem.take(slice(r, r + 1)), theta[r : r + 1], max_iter=200, tol=1e-10)
        np.testing.assert_allclose(alone[0], moments[r], atol=1e-8)
