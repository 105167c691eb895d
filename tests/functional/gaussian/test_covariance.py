"""Factors of covariances: against NumPy's inverse and determinant, and the feature that makes one singular."""

import numpy as np
import pytest

from genvsdisc.functional.gaussian.covariance import SingularCovarianceError, singular_columns, whiten


def covariances(count, d, seed=0):
    roots = np.random.default_rng(seed).normal(size=(count, d, d + 3))
    return roots @ roots.swapaxes(1, 2)


@pytest.mark.parametrize("scale", [1.0, 1e-8, 1e9])
@pytest.mark.parametrize(("count", "d"), [(1, 1), (500, 2), (3, 5), (2, 30), (40, 30), (1, 60)])
def test_factors_invert_and_log_determinants_are_numpys(count, d, scale):
    units = np.geomspace(1, scale, d)
    given = covariances(count, d) * units * units[:, None]
    factors, log_determinants = whiten(given, full=True)
    identity = factors.swapaxes(1, 2) @ given @ factors
    np.testing.assert_allclose(identity, np.broadcast_to(np.eye(d), given.shape), atol=1e-7)
    np.testing.assert_allclose(log_determinants, np.linalg.slogdet(covariances(count, d))[1] + 2 * np.log(units).sum())
    below = np.tril(factors * units[:, None], -1)  # what is left of the other triangle is rounding
    assert np.abs(below).max(initial=0) <= 1e-13 * np.abs(factors * units[:, None]).max()


def test_diagonals_are_variances():
    variances = np.random.default_rng(0).uniform(0.1, 9, size=(2, 3, 4))
    factors, log_determinants = whiten(variances, full=False)
    np.testing.assert_allclose(factors, variances**-0.5)
    np.testing.assert_allclose(log_determinants, np.log(variances.prod(axis=2)))


@pytest.mark.parametrize("d", [3, 30])
@pytest.mark.parametrize("units", [1.0, 1e-6, 1e6])
def test_the_error_names_the_first_feature_that_brings_nothing_new(d, units):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, d)) * np.geomspace(1, units, d)
    X[:, d - 1] = X[:, 0] - 2 * X[:, 1]
    stack = np.stack([np.cov(rng.normal(size=(100, d)).T), np.cov(X.T)])
    with pytest.raises(SingularCovarianceError, match="linear combination") as raised:
        whiten(stack, full=True)
    assert (raised.value.index, raised.value.column, raised.value.constant) == ((1,), d - 1, False)
    assert singular_columns(stack).tolist() == [d, d - 1]


@pytest.mark.parametrize("full", [True, False])
def test_the_error_names_a_constant_feature(full):
    variances = np.ones((2, 3, 4))
    variances[1, 2, 3] = 0
    given = variances[..., None] * np.eye(4) if full else variances
    with pytest.raises(SingularCovarianceError, match="feature 3 is constant") as raised:
        whiten(given, full=full)
    assert (raised.value.index, raised.value.column, raised.value.constant) == ((1, 2), 3, True)
