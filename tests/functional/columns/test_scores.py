"""Sums of one-variable log densities are scipy's, also where expanding the squares would lose the digits."""

import numpy as np
import pytest
from scipy.stats import bernoulli, norm, poisson

from genvsdisc.functional.columns.families import poisson_log_base
from genvsdisc.functional.columns.scores import AdditiveScores

GROUPS = (("gaussian", np.array([0, 3])), ("bernoulli", np.array([1])), ("poisson", np.array([2])))


def problem(n, n_classes, far=0.0):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(far, 1, n), rng.integers(0, 2, n), rng.poisson(3, n), rng.normal(0, 2, n)])
    mean = np.column_stack(
        [
            rng.normal(far, 1, n_classes),
            rng.uniform(0.1, 0.9, n_classes),
            rng.uniform(1, 5, n_classes),
            rng.normal(size=n_classes),
        ]
    )
    return X, mean, rng.uniform(0.5, 2, size=(n_classes, 4))


def written_out(X, mean, variance):
    """Log densities (M, n, 4) by column."""
    deviation = np.sqrt(variance)
    return np.stack(
        [
            [
                norm.logpdf(X[:, 0], m[0], s[0]),
                bernoulli.logpmf(X[:, 1], m[1]),
                poisson.logpmf(X[:, 2], m[2]),
                norm.logpdf(X[:, 3], m[3], s[3]),
            ]
            for m, s in zip(mean, deviation, strict=True)
        ]
    ).swapaxes(1, 2)


@pytest.mark.parametrize("far", [0.0, 1e7])
@pytest.mark.parametrize(("n", "n_classes"), [(2, 5), (400, 3), (5000, 1)])
def test_all_families_together(n, n_classes, far):
    X, mean, variance = problem(n, n_classes, far)
    ours = AdditiveScores.build(mean, variance, GROUPS)(X)
    # What does not depend on the class, 1 / x! of a Poisson column, is left out.
    theirs = written_out(X, mean, variance).sum(axis=2) - poisson_log_base(X[:, [2]])
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("n", [2, 400])
def test_a_missing_value_drops_its_factor(n):
    X, mean, variance = problem(n, 3)
    whole = written_out(X, mean, variance)
    whole[:, :, 2] -= poisson_log_base(X[:, [2]])
    gaps = np.random.default_rng(1).random(X.shape) < 0.3
    ours = AdditiveScores.build(mean, variance, GROUPS)(np.where(gaps, np.nan, X))
    np.testing.assert_allclose(ours, np.where(gaps, 0, whole).sum(axis=2), atol=1e-9)


def test_means_many_deviations_apart_keep_their_digits():
    """One class lies a million deviations from the other: squares of a million have six digits less."""
    X, variance = np.array([[1e6 + 0.5], [0.5]]), np.ones((2, 1))
    mean = np.array([[0.0], [1e6]])
    ours = AdditiveScores.build(mean, variance, (("gaussian", slice(None)),))(np.repeat(X, 50, axis=0))
    np.testing.assert_allclose(ours[:, [0, 50]], norm.logpdf(X[:, 0], mean, 1), rtol=1e-12)
