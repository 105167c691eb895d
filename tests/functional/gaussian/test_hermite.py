"""Polynomials that are orthonormal under a normal density."""

from itertools import product

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss

from genvsdisc.functional.gaussian.hermite import scaled_features, scaled_polynomials
from genvsdisc.functional.gaussian.natural import Features


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("d", [1, 3])
def test_their_second_moment_under_a_mass_is_its_inverse_square(full, d):
    """By quadrature, exact for polynomials of this degree."""
    rng = np.random.default_rng(0)
    mean, share = rng.normal(size=d), 0.3
    spread = rng.normal(size=(d, d)) + 2 * np.eye(d) if full else np.exp(rng.normal(size=d))
    factor = np.linalg.inv(spread).T if full else 1 / spread
    points, weights = hermegauss(4)
    z = np.array(list(product(points, repeat=d)))
    w = np.prod(list(product(weights / weights.sum(), repeat=d)), axis=1)
    x = mean + (z @ spread.T if full else z * spread)
    rows = np.column_stack([Features(d, False, full).of(x), np.ones(len(x))])
    h = rows @ scaled_polynomials(np.array(share), mean, factor, full=full).T
    np.testing.assert_allclose(h.T @ (h * w[:, None]), np.eye(h.shape[1]) / share, atol=1e-10)


@pytest.mark.parametrize("full", [True, False])
def test_features_in_the_polynomials_are_the_inverse(full):
    rng = np.random.default_rng(1)
    spread = rng.normal(size=(5, 3, 3)) + 2 * np.eye(3) if full else np.exp(rng.normal(size=(5, 3)))
    covariances = spread @ spread.swapaxes(1, 2) if full else spread
    factors = np.linalg.cholesky(np.linalg.inv(covariances)) if full else covariances**-0.5
    shares, means = rng.uniform(size=5), rng.normal(size=(5, 3))
    forth = scaled_polynomials(shares, means, factors, full=full)
    back = scaled_features(shares, means, covariances, factors, full=full)
    np.testing.assert_allclose(forth @ back, np.broadcast_to(np.eye(forth.shape[-1]), forth.shape), atol=1e-10)
