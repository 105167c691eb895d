"""Weights of columns: against scipy's minimizer, and a gradient by differences."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize
from scipy.special import logsumexp

from genvsdisc.functional.columns.column_weights import Block, _expansion, _penalty, fit_column_weights

OFFSETS = np.array([0.3, -0.5, 0.1, 0.7])


def problem(K, seed=0, n=60, d=3):
    rng = np.random.default_rng(seed)
    D, codes, weights = rng.normal(size=(K - 1, n, d)), rng.integers(0, K, n), rng.uniform(0.2, 2, n)
    D += 0.7 * (codes == np.arange(1, K)[:, None])[..., None]
    return D, codes, weights / weights.sum()


def mean_squares(D, weights):
    """Over rows and pairs of classes."""
    L = np.concatenate([np.zeros_like(D[:1]), D])
    return np.mean([weights @ (L[k] - L[m]) ** 2 for k, m in combinations(range(len(L)), 2)], axis=0)


def objective(point, D, codes, weights, reg_lambda):
    d = D.shape[2]
    scores = np.concatenate([np.zeros((1, len(codes))), D @ point[:d] + point[d:, None]])
    losses = logsumexp(scores, axis=0) - scores[codes, np.arange(len(codes))]
    steps = np.append(0, point[d:] - OFFSETS[: len(point) - d])
    return weights @ losses + 0.5 * reg_lambda * (
        np.sum(mean_squares(D, weights) * point[:d] ** 2) + np.sum((steps - steps.mean()) ** 2)
    )


@pytest.mark.parametrize("K", [2, 3, 5])
@pytest.mark.parametrize("reg_lambda", [1e-3, 1.0])
def test_the_minimum_is_scipys_whatever_the_blocks(K, reg_lambda):
    D, codes, weights = problem(K)
    expected = minimize(objective, np.zeros(3 + K - 1), (D, codes, weights, reg_lambda), tol=1e-12).x
    for cuts in ([], [17, 40]):
        edges = [0, *cuts, len(codes)]
        blocks = [Block(D[:, a:b], codes[a:b], weights[a:b]) for a, b in pairwise(edges)]
        found, offsets, n_iter, converged = fit_column_weights(
            blocks, OFFSETS[: K - 1], reg_lambda, max_iter=50, tol=1e-9
        )
        np.testing.assert_allclose(np.append(found, offsets), expected, atol=2e-5)
        assert converged
        assert n_iter < 15


@pytest.mark.parametrize("K", [2, 4])
def test_gradient_and_hessian_are_differences(K):
    D, codes, weights = problem(K, seed=1)
    data = D / np.sqrt(mean_squares(D, weights)), codes, weights
    block, point = [Block(*data)], np.random.default_rng(2).normal(size=3 + K - 1)
    pull = np.append(np.zeros(3), OFFSETS[: K - 1]), _penalty(3, K - 1, 0.1)
    value, gradient, hessian = _expansion(block, point, *pull)
    assert value == pytest.approx(objective(point, *data, 0.1))
    assert check_grad(lambda p: objective(p, *data, 0.1), lambda p: _expansion(block, p, *pull)[1], point) < 1e-6
    step = 1e-6 * np.eye(len(point))
    differences = [(_expansion(block, point + h, *pull)[1] - gradient) / 1e-6 for h in step]
    np.testing.assert_allclose(hessian, differences, atol=1e-5)


def test_separated_rows_of_any_size_have_a_minimum():
    D, codes, weights = problem(2)
    for scale in (1e-6, 1e9):
        D[0, :, 0] = scale * np.where(codes == 1, 1.0, -1.0)
        found, _, _, converged = fit_column_weights(
            [Block(D, codes, weights)], np.zeros(1), 1e-3, max_iter=100, tol=1e-8
        )
        assert converged
        assert np.isfinite(found).all()
