"""Densities of rows with missing entries are scipy's of the entries that are there."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

from genvsdisc.functional.gaussian.covariance import whiten
from genvsdisc.functional.gaussian.missing import marginal_log_densities, patterns, symmetric_inverse


def with_gaps(n, d, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    X[rng.random(X.shape) < 0.4] = np.nan
    X[0], X[1, 0], X[2] = np.nan, 1.0, 0.5  # nothing, something, everything
    return X


@pytest.mark.parametrize("d", [1, 3, 70])
def test_patterns_hold_every_row_that_misses_something_once(d):
    missing = np.isnan(with_gaps(50, d))
    seen = np.zeros_like(missing)
    for group in patterns(missing):
        seen[group.rows[:, None], group.columns[group.which]] = True
        assert len(np.unique(group.columns, axis=0)) == len(group.columns)
    np.testing.assert_array_equal(seen, missing)
    rows = np.concatenate([group.rows for group in patterns(missing)])
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(missing.any(axis=1)))


def of_the_observed(X, mean, covariance, scale=1.0):
    """Log densities of rows in other units: those of X, less the logarithms of the units of what is there."""
    values = np.zeros(len(X))
    for i, row in enumerate(X):
        seen = ~np.isnan(row)
        if seen.any():
            values[i] = multivariate_normal(mean[seen], covariance[np.ix_(seen, seen)]).logpdf(row[seen])
    return values - (~np.isnan(X) * np.log(scale)).sum(axis=1)


# Also features that the others all but determine, and units that are a million apart.
@pytest.mark.parametrize("units", [1.0, 1e6])
@pytest.mark.parametrize("ridge", [1.0, 1e-6])
@pytest.mark.parametrize("classes", [1, 2])
@pytest.mark.parametrize("d", [1, 2, 6])
def test_full_covariances(d, classes, ridge, units):
    rng = np.random.default_rng(d)
    X, scale = with_gaps(40, d), np.geomspace(1, units, d)
    roots = rng.normal(size=(2, classes, d, max(d - 1, 1)))
    covariances = roots @ roots.swapaxes(2, 3) + ridge * np.eye(d)
    means = rng.normal(size=(2, 2, d))
    ours = marginal_log_densities(X * scale, means * scale, *whiten(covariances * scale * scale[:, None], full=True))
    for r, k in np.ndindex(2, 2):
        theirs = of_the_observed(X, means[r, k], covariances[r, min(k, classes - 1)], scale)
        np.testing.assert_allclose(ours[r, k], theirs, rtol=1e-6, atol=1e-7)


def test_variances():
    rng = np.random.default_rng(0)
    X, means, variances = with_gaps(40, 5), rng.normal(size=(2, 3, 5)), rng.uniform(0.5, 2, size=(2, 3, 5))
    ours = marginal_log_densities(X, means, *whiten(variances, full=False))
    for r, k in np.ndindex(2, 3):
        np.testing.assert_allclose(ours[r, k], of_the_observed(X, means[r, k], np.diag(variances[r, k])), atol=1e-10)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("m", range(1, 7))
@pytest.mark.parametrize("n", [2, 500])
def test_a_singular_block_spoils_no_other(m, n):
    """It was a LinAlgError for all of them, or a RuntimeWarning."""
    blocks = np.repeat(2 * np.eye(m)[..., None], n, axis=2)
    blocks[..., 0] = 1
    inverse, log_determinant = symmetric_inverse(blocks)
    assert_allclose(inverse[..., 1], np.eye(m) / 2)
    assert_allclose(log_determinant[1:], m * np.log(2))
