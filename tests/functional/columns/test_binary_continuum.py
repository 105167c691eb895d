"""The objective of binary columns between the likelihoods: derivatives, and the value by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.special import logsumexp

from genvsdisc.functional.columns.binary_continuum import BinaryContinuum
from genvsdisc.functional.linear.gram import ColumnProducts


def problem(K=3, d=3, n=40):
    rng = np.random.default_rng(0)
    weights = rng.random((2, n))
    return BinaryContinuum(
        products=ColumnProducts(rng.integers(0, 2, (n, d)).astype(float)),
        codes=np.arange(n) % K,
        weights=weights / weights.sum(axis=1, keepdims=True),
        priors=rng.dirichlet(np.ones(K), size=2),
        means=rng.uniform(0.1, 0.9, (2, K, d)),
        penalties=rng.random((2, d)),
        one_log_odds=K == 2,
        weight=np.array([0.3, 0.8]),
    ), rng.normal(size=(2, K, d + 1))


@pytest.mark.parametrize("K", [2, 3])
def test_derivatives_are_those_of_finite_differences(K):
    objective, theta = problem(K)
    gradients, hessians = objective.expansion(theta)
    free = np.zeros((K, 4, K, 4))
    free[:, -1, :, -1] = 1 / K  # the curvature given to the sum of the constants
    for index in np.ndindex(K, 4):
        step = np.zeros((K, 4))
        step[index] = 1e-5
        slope = (objective.value(theta + step) - objective.value(theta - step)) / 2e-5
        np.testing.assert_allclose(gradients[:, *index], slope, atol=1e-8)
        bend = (objective.expansion(theta + step)[0] - objective.expansion(theta - step)[0]) / 2e-5
        exact = hessians.reshape(2, K, 4, K, 4)[:, *index] - free[index]
        np.testing.assert_allclose(exact, bend, atol=1e-8)


def test_the_joint_part_is_the_sum_over_all_cells():
    objective, theta = problem()
    cells = np.array([(*x, 1.0) for x in product((0.0, 1.0), repeat=3)])
    log_z = logsumexp(theta @ cells.T, axis=(1, 2))
    moments = np.append(objective.means, np.ones((2, 3, 1)), axis=2)
    by_hand = log_z - np.einsum("rk,rkd,rkd->r", objective.priors, moments, theta)
    np.testing.assert_allclose(replace(objective, weight=np.ones(2)).value(theta), by_hand, rtol=1e-12)
