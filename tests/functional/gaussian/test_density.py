"""Gaussian log densities are scipy's, by every way that the sizes choose."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from genvsdisc.functional.gaussian.covariance import whiten
from genvsdisc.functional.gaussian.density import (
    linear_discriminants,
    linear_scores,
    log_densities,
    product_rows,
    quadratic_coefficients,
)


def problem(n, R, K, d, far=0.0, seed=0):
    rng = np.random.default_rng(seed)
    roots = rng.normal(size=(R, K, d, d + 4))
    return far + rng.normal(size=(n, d)), far + rng.normal(size=(R, K, d)), roots @ roots.swapaxes(2, 3) / d


# Few rows; many rows by whitening; many classes by products of columns; far from the origin.
@pytest.mark.parametrize("far", [0.0, 1e5])
@pytest.mark.parametrize(
    ("n", "R", "K", "d"), [(5, 2, 3, 4), (3000, 1, 2, 6), (500, 8, 6, 5), (300, 1, 1, 80), (4000, 9, 1, 1)]
)
def test_full_covariances(n, R, K, d, far):
    X, means, covariances = problem(n, R, K, d, far)
    ours = log_densities(X, means, *whiten(covariances, full=True))
    theirs = [[multivariate_normal(means[r, k], covariances[r, k]).logpdf(X) for k in range(K)] for r in range(R)]
    np.testing.assert_allclose(ours, np.reshape(theirs, ours.shape), rtol=1e-8, atol=1e-7)


@pytest.mark.parametrize("far", [0.0, 1e5])
@pytest.mark.parametrize(("n", "R", "K", "d"), [(5, 2, 3, 4), (3000, 4, 3, 6)])
def test_diagonal_covariances(n, R, K, d, far):
    X, means, covariances = problem(n, R, K, d, far)
    variances = np.einsum("rkdd->rkd", covariances)
    ours = log_densities(X, means, *whiten(variances, full=False))
    theirs = norm(means[:, :, None], np.sqrt(variances)[:, :, None]).logpdf(X).sum(axis=-1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-7)


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("d", [1, 3, 7])
@pytest.mark.parametrize("count", [1, 400])
def test_the_quadratic_form_in_products_of_columns(count, d, full):
    X, means, covariances = problem(20, count, 2, d)
    given = covariances if full else np.einsum("rkdd->rkd", covariances)
    factors, log_determinants = whiten(given, full=full)
    constants = -0.5 * (log_determinants + d * np.log(2 * np.pi))
    coefficients = quadratic_coefficients(means, factors, constants)
    rows = product_rows(X, full, np.empty((coefficients.shape[-1], len(X))))
    np.testing.assert_allclose(coefficients @ rows, log_densities(X, means, factors, log_determinants), atol=1e-9)


@pytest.mark.parametrize("far", [0.0, 1e9])
@pytest.mark.parametrize("full", [True, False])
def test_linear_scores_differ_as_log_densities_under_a_shared_covariance(full, far):
    X, means, covariances = problem(400, 3, 4, 5, far)
    shared = covariances[:, :1] if full else np.einsum("rkdd->rkd", covariances[:, :1])
    factors, log_determinants = whiten(shared, full=full)
    center = means.mean(axis=(0, 1))
    scores = linear_scores(X, center, *linear_discriminants(means, factors, center))
    densities = log_densities(X, means, factors, log_determinants)
    differences = [values[:, 1:] - values[:, :1] for values in (scores, densities)]
    np.testing.assert_allclose(*differences, rtol=1e-6, atol=1e-6)
