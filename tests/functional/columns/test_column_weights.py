"""Weights of columns: against scipy's minimizer, and a gradient by differences."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.optimize import check_grad, minimize
from scipy.special import logsumexp

from genvsdisc.functional.columns import column_weights
from genvsdisc.functional.columns.column_weights import (
    Block,
    _evaluated,
    _expansions,
    _penalty,
    fit_column_weights,
)

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
@pytest.mark.parametrize(("n", "d"), [(60, 3), (4, 18)])
def test_the_minimum_is_scipys_whatever_the_blocks(K, reg_lambda, n, d, monkeypatch):
    monkeypatch.setattr(column_weights, "_FEWEST_SPANNED", 0)
    D, codes, weights = problem(K, n=n, d=d)
    given = (D, codes, weights, reg_lambda)
    expected = minimize(objective, np.zeros(d + K - 1), given, jac="3-point", tol=1e-12).x
    for cuts in ([], [1, 3]):
        edges = [0, *cuts, len(codes)]
        blocks = [Block(D[None, :, a:b], codes[a:b], weights[None, a:b]) for a, b in pairwise(edges)]
        found, offsets, n_iter, converged = fit_column_weights(
            blocks, OFFSETS[None, : K - 1], reg_lambda, max_iter=50, tol=1e-9
        )
        np.testing.assert_allclose(np.append(found[0], offsets[0]), expected, atol=2e-5)
        assert converged
        assert n_iter < 15


@pytest.mark.parametrize("K", [2, 3])
def test_training_sets_of_fewer_and_of_more_contrasts_than_columns_are_fitted_together(K, monkeypatch):
    monkeypatch.setattr(column_weights, "_FEWEST_SPANNED", 0)
    D, codes, weights = problem(K, n=30, d=25)
    some = np.where(np.arange(30) < 10, weights, 0)
    both = np.stack([some / some.sum(), weights])
    blocks = [Block(np.stack([D[:, a:b]] * 2), codes[a:b], both[:, a:b]) for a, b in ((0, 4), (4, 30))]
    found, offsets, _, converged = fit_column_weights(
        blocks, np.stack([OFFSETS[: K - 1]] * 2), 0.1, max_iter=50, tol=1e-9
    )
    assert converged.all()
    for r, row in enumerate(both):
        expected = minimize(objective, np.zeros(25 + K - 1), (D, codes, row, 0.1), tol=1e-12).x
        np.testing.assert_allclose(np.append(found[r], offsets[r]), expected, atol=2e-5)


@pytest.mark.parametrize("K", [2, 4])
def test_gradient_and_hessian_are_differences(K):
    D, codes, weights = problem(K, seed=1)
    data = D / np.sqrt(mean_squares(D, weights)), codes, weights
    block, point = [Block(data[0][None], codes, weights[None])], np.random.default_rng(2).normal(size=3 + K - 1)
    rest, penalty = np.append(np.zeros(3), OFFSETS[: K - 1]), _penalty(3, K - 1, 0.1)

    def expansion(p):
        values, said = _evaluated(block, p[None], rest[None], penalty)
        return values[0], *(found[0] for found in _expansions(block, p[None], rest[None], penalty, said))

    value, gradient, hessian = expansion(point)
    assert value == pytest.approx(objective(point, *data, 0.1))
    assert check_grad(lambda p: objective(p, *data, 0.1), lambda p: expansion(p)[1], point) < 1e-6
    step = 1e-6 * np.eye(len(point))
    differences = [(expansion(point + h)[1] - gradient) / 1e-6 for h in step]
    np.testing.assert_allclose(hessian, differences, atol=1e-5)


def test_separated_rows_of_any_size_have_a_minimum():
    D, codes, weights = problem(2)
    for scale in (1e-6, 1e9):
        D[0, :, 0] = scale * np.where(codes == 1, 1.0, -1.0)
        found, _, _, converged = fit_column_weights(
            [Block(D[None], codes, weights[None])], np.zeros((1, 1)), 1e-3, max_iter=100, tol=1e-8
        )
        assert converged
        assert np.isfinite(found).all()


def test_training_sets_of_a_stack_are_fitted_as_alone():
    D, codes, weights = problem(3)
    counts = np.random.default_rng(1).multinomial(60, weights, size=4) / 60
    stack = np.stack([D * scale for scale in (1.0, 1e-3, 40.0, 1e6)])  # they stop at different steps
    options = {"reg_lambda": 1e-3, "max_iter": 60, "tol": 1e-9}
    together = fit_column_weights([Block(stack, codes, counts)], np.tile(OFFSETS[:2], (4, 1)), **options)
    for r in range(4):
        alone = fit_column_weights([Block(stack[[r]], codes, counts[[r]])], OFFSETS[None, :2], **options)
        for whole, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(whole[r], one[0], rtol=1e-9, atol=1e-12)
