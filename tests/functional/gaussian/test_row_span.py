"""Gaussians in the span of their rows are those whose covariances are written out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

from genvsdisc.functional.gaussian.row_span import SpanGaussians, coordinates, span_log_densities

N, D, K, KEPT, LEVEL = 20, 60, 2, 0.8, 0.3


def rows_and_span(scaled, groups=K, seed=0):
    """Rows, and their densities: each class has a covariance of its own rows, or all have one."""
    rng = np.random.default_rng(seed)
    rows, codes = rng.normal(size=(N, D)) + 3, np.arange(N) % K
    weights = rng.integers(1, 4, N).astype(float)
    scale = rng.uniform(0.5, 2, D) if scaled else None
    own = codes == np.arange(K)[:, None]
    mixes = own * weights / (own @ weights)[:, None]
    shares = own * mixes if groups == K else weights[None] / weights.sum()
    origin = rows.mean(axis=0)
    B = (rows - origin) / (1 if scale is None else scale)
    g, level = np.full(groups, KEPT), np.full(groups, LEVEL)
    used = np.arange(N)
    span = SpanGaussians.of(
        rows, used, codes, weights, origin, scale, mixes, np.sqrt(shares), g, level, B @ B.T
    )  # fmt: skip
    units = np.ones(D) if scale is None else scale
    away = rows - (mixes @ rows)[codes]
    covariances = [KEPT * (away.T * s) @ away + LEVEL * np.diag(units**2) for s in shares]
    return rows, mixes @ rows, covariances, span


@pytest.mark.parametrize("groups", [1, K])
@pytest.mark.parametrize("scaled", [False, True])
def test_densities_are_scipys(scaled, groups):
    _, means, covariances, span = rows_and_span(scaled, groups)
    X = np.random.default_rng(1).normal(size=(15, D)) + 3
    assert_allclose(span.covariances(), covariances, rtol=1e-12, atol=1e-14)
    X[3:12][np.random.default_rng(2).random((9, D)) < 0.4] = np.nan
    X[3:6] = X[3]  # a pattern of several rows
    X[12] = np.nan
    found = span_log_densities([span, span], X)
    for k in range(K):
        covariance = covariances[min(k, groups - 1)]
        for i, x in enumerate(X):
            seen = ~np.isnan(x)
            expected = 0.0
            if seen.any():
                expected = multivariate_normal(means[k][seen], covariance[np.ix_(seen, seen)]).logpdf(x[seen])
            assert_allclose(found[:, k, i], expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("scaled", [False, True])
def test_discriminants_and_lengths_are_those_of_the_inverse(scaled):
    _, means, covariances, span = rows_and_span(scaled, 1)
    center = means.mean(axis=0) + 0.5
    slopes, offsets = span.discriminants(means, center)
    expected = np.linalg.solve(covariances[0], (means - center).T).T
    assert_allclose(slopes, expected, rtol=1e-10, atol=1e-12)
    assert_allclose(offsets, -0.5 * ((means - center) * expected).sum(axis=1), rtol=1e-11)
    v = np.random.default_rng(3).normal(size=(4, D))
    z = span.scaled(v)
    found = span.squares(1, z @ span.spanning().T, (z * z).sum(axis=1))
    assert_allclose(found, (v * np.linalg.solve(covariances[0], v.T).T).sum(axis=1), rtol=1e-11)


def test_what_is_drawn_has_the_covariance():
    _, _, covariances, span = rows_and_span(scaled=True)
    drawn = span.deviations_drawn(np.ones(40_000, dtype=int), np.random.RandomState(0))
    variances = np.diag(covariances[1])
    error = np.sqrt((covariances[1] ** 2 + np.outer(variances, variances)) / len(drawn))
    assert np.abs((drawn.T @ drawn / len(drawn) - covariances[1]) / error).max() < 5
    assert np.abs(drawn.mean(axis=0) / np.sqrt(variances / len(drawn))).max() < 5


def test_coordinates_have_the_products_of_the_rows():
    rows = np.random.default_rng(4).normal(size=(9, 40))
    rows -= rows.mean(axis=0)
    found = coordinates(rows @ rows.T)
    assert found.shape == (9, 8)
    assert_allclose(found @ found.T, rows @ rows.T, atol=1e-12)


def test_squares_that_overflow_have_no_density():
    *_, span = rows_and_span(scaled=False)
    with np.errstate(over="ignore", invalid="ignore"):
        assert (span_log_densities([span], np.full((2, D), 1e200)) == -np.inf).all()
