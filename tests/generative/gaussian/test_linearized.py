"""Replicates whose steps are foreseen by the derivative under the mean of their weightings are the plain fits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from genvsdisc import GaussianClassifier
from genvsdisc.generative.gaussian import linearized
from genvsdisc.generative.gaussian.em import em_moments
from genvsdisc.generative.gaussian.expectation import JointProblem
from genvsdisc.generative.gaussian.shrinkage import Regularization

RNG = np.random.default_rng(4)
Y = np.arange(60) % 2
X = RNG.normal(size=(60, 3)) @ RNG.normal(size=(3, 3)) + Y[:, None]
X = np.where(RNG.random(X.shape) < 0.15, np.nan, X)
WEIGHTS = RNG.multinomial(60, np.full(60, 1 / 60), size=60).astype(float)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"covariance": "separate"},
        {"covariance": "separate", "pooling": 0.3, "shrinkage": 0.01, "standardize": True},
        {"covariance": "separate", "shrinkage": "oas"},
        {"covariance": "shared", "shrinkage": "ledoit_wolf"},
    ],
)
def test_replicates_are_the_plain_fits(options):
    model = GaussianClassifier(**options)
    replicates = model.fit_replicates(X, Y, WEIGHTS)
    for r in (0, 31, 59):
        plain = GaussianClassifier(**options).fit(X, Y, WEIGHTS[r])
        assert_allclose(replicates[r].shrinkage_, plain.shrinkage_, atol=1e-7)
        assert_allclose(replicates[r].means_, plain.means_, atol=2e-7)
        assert_allclose(replicates[r].covariances_, plain.covariances_, atol=1e-6)


def test_members_without_pooling_end_after_those_with_some():
    """The blocks of a stack stay what they are when all that couples classes has come to rest."""
    rule = Regularization(False, "full", np.array([[0.3]] * 4 + [[0.0]]), 0.0)
    weights = np.concatenate([np.ones((4, 60)), 1.0 + (np.arange(60) % 7 == 0)[None]])
    moments, _ = em_moments(X, Y, weights, 2, rule, tol=1e-10)
    alone, _ = em_moments(X, Y, weights[4:], 2, rule.of_members([4], 5), tol=1e-10)
    assert_allclose(moments.second[4], alone.second[0], rtol=1e-7, atol=1e-8)


def test_a_foresight_that_leads_astray_is_left_behind(monkeypatch):
    usual = GaussianClassifier().fit_replicates(X, Y, WEIGHTS)
    build = linearized._linearized

    def astray(problem: JointProblem, x):
        return -np.abs(build(problem, x)[0]), np.zeros((1, x.shape[2], x.shape[2]))

    monkeypatch.setattr(linearized, "_linearized", astray)
    found = GaussianClassifier().fit_replicates(X, Y, WEIGHTS)
    assert_allclose(found[7].covariances_, usual[7].covariances_, atol=1e-6)
