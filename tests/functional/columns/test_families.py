"""Families of one variable against SciPy's densities, and moments against extended precision."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from genvsdisc.functional.columns.families import (
    COLUMN_FAMILIES,
    ColumnMoments,
    categorical_estimate,
    cell_weights,
    column_moments,
    log_probability,
    poisson_log_base,
)
from genvsdisc.functional.columns.scores import AdditiveScores

CASES = {
    "gaussian": (np.array([-1.0, 0.0, 2.5]), np.array([0.3, 1.0, 9.0]), stats.norm(-1, 0.3**0.5).logpdf, [-2.0, 0.1]),
    "bernoulli": (np.array([0.2, 0.5, 0.99]), np.zeros(3), stats.bernoulli(0.2).logpmf, [0.0, 1.0]),
    "poisson": (np.array([0.7, 3.0, 40.0]), np.zeros(3), stats.poisson(0.7).logpmf, [0.0, 2.0, 11.0]),
}


def reference_moments(X, weights):
    """Weight, mean and scatter of the observed values of each column, in extended precision."""
    X, w = X.astype(np.longdouble), np.where(np.isnan(X), 0, weights[:, None]).astype(np.longdouble)
    total = w.sum(axis=0)
    mean = np.nansum(w * X, axis=0) / total
    return total, mean, np.nansum(w * (X - mean) ** 2, axis=0)


@pytest.mark.parametrize(("offset", "missing"), list(product((0.0, 1e9), (0.0, 0.3))))
def test_class_moments_are_right_to_the_spread_whatever_the_offset(offset, missing):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5000, 40)) + offset  # more rows than one block holds
    X[rng.random(X.shape) < missing] = np.nan
    codes, weights = rng.integers(3, size=5000), rng.integers(0, 4, size=(2, 5000)).astype(float)
    computed = column_moments(X, codes, weights, 3)
    for r, k in product(range(2), range(3)):
        total, mean, scatter = reference_moments(X[codes == k], weights[r, codes == k])
        assert_allclose(computed.weight[r, k], total.astype(float), rtol=1e-14)
        assert_allclose((computed.mean[r, k] - offset), (mean - offset).astype(float), atol=1e-12 + 3e-16 * offset)
        # The mean itself is only known to half a unit in its last place, 6e-8 at 1e9.
        assert_allclose(computed.scatter[r, k], scatter.astype(float), rtol=1e-11 + 5e-17 * offset)


def test_rows_that_are_all_alike_have_no_spread_under_any_weights():
    """About a center of all weightings, what rounding leaves of their squares is no variance."""
    rng = np.random.default_rng(0)
    X = rng.choice([0.06, 0.17, 1.3], size=(30, 8))
    weights = rng.integers(0, 3, size=(200, 30)) * (rng.random((200, 30)) < 0.15)
    weights[np.arange(200), rng.integers(0, 30, 200)] = 3
    found = column_moments(X, np.zeros(30, dtype=int), weights.astype(float), 1)
    alike = np.array([[len(np.unique(X[row > 0, j])) == 1 for j in range(8)] for row in weights])
    assert 50 < alike.sum() < alike.size
    assert (found.scatter[:, 0][alike] == 0).all()
    assert (found.scatter[:, 0][~alike] > 1e-3).all()


def test_class_without_rows_has_zero_weight():
    moments = column_moments(np.ones((4, 2)), np.array([0, 0, 2, 2]), np.ones((1, 4)), 3)
    assert_array_equal(moments.weight[0], [[2, 2], [0, 0], [2, 2]])
    assert np.isfinite(moments.mean).all()


def test_merge_and_pool_equal_the_moments_of_all_rows():
    rng = np.random.default_rng(1)
    X, codes, weights = rng.normal(size=(90, 4)) + 1e6, rng.integers(3, size=90), rng.random((1, 90))
    whole = column_moments(X, np.zeros(90, int), weights, 1)
    pooled = column_moments(X, codes, weights, 3).pooled(axis=1)
    halves = [column_moments(X[part], np.zeros(45, int), weights[:, part], 1) for part in (slice(45), slice(45, 90))]
    for moments in (pooled, halves[0].merge(halves[1]), halves[1].merge(halves[0])):
        assert_allclose(moments.weight, whole.weight, rtol=1e-13)
        assert_allclose(moments.mean, whole.mean, rtol=1e-15)
        assert_allclose(moments.variance(), whole.variance(), rtol=1e-9)


def test_merging_with_nothing_changes_nothing():
    some = ColumnMoments(np.array([[2.0]]), np.array([[5.0]]), np.array([[1.0]]))
    nothing = ColumnMoments(*(np.zeros((1, 1)) for _ in range(3)))
    for merged in (some.merge(nothing), nothing.merge(some)):
        assert (merged.weight, merged.mean, merged.scatter) == (2.0, 5.0, 1.0)


@pytest.mark.parametrize("n_weights", [1, 3])
def test_cell_weights_sum_what_is_inside(n_weights):
    rng = np.random.default_rng(2)
    cells, weights = rng.integers(-1, 6, size=200), rng.random((n_weights, 200))
    cells[cells == 4] = 5  # a cell that nothing falls in
    expected = [[weights[r, cells == cell].sum() for cell in range(7)] for r in range(n_weights)]
    assert_allclose(cell_weights(cells, 7, weights), expected, rtol=1e-13)


@pytest.mark.parametrize("name", COLUMN_FAMILIES)
@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_log_density_is_that_of_scipy(name, shift):
    mean, variance, reference, values = CASES[name]
    terms = COLUMN_FAMILIES[name].terms(mean, variance, np.full(3, shift))
    z = np.array(values) - shift
    base = {"poisson": lambda x: poisson_log_base(x[:, None])}.get(name, np.zeros_like)(np.array(values))
    computed = terms.quadratic[0] * z**2 + terms.linear[0] * z + terms.constant[0] + base
    assert_allclose(computed, reference(np.array(values)), rtol=1e-12)


@pytest.mark.parametrize("name", COLUMN_FAMILIES)
def test_estimate_without_smoothing_maximises_the_likelihood(name):
    mean, variance, _, _ = CASES[name]
    rng = np.random.RandomState(3)
    X = COLUMN_FAMILIES[name].draw(np.tile(mean, (500, 1)), np.tile(variance, (500, 1)), rng)
    moments = column_moments(X, np.zeros(500, int), np.ones((1, 500)), 1)[0, 0]
    m, v = COLUMN_FAMILIES[name].estimate(moments, moments, 0.0)

    def log_likelihood(m, v):
        terms = COLUMN_FAMILIES[name].terms(m, v, np.zeros(3))
        return (terms.quadratic * X**2 + terms.linear * X + terms.constant).sum(axis=0)

    for step in (0.99, 1.01):
        assert (log_likelihood(m, v) > log_likelihood(m * step, v)).all()
    assert_allclose(m, X.mean(axis=0), rtol=1e-13)


@pytest.mark.parametrize("name", COLUMN_FAMILIES)
def test_draws_have_the_mean_and_the_variance(name):
    mean, variance, _, _ = CASES[name]
    spread = {"gaussian": variance, "bernoulli": mean * (1 - mean), "poisson": mean}[name]
    X = COLUMN_FAMILIES[name].draw(np.tile(mean, (40_000, 1)), np.tile(spread, (40_000, 1)), np.random.RandomState(4))
    assert (np.abs(X.mean(axis=0) - mean) < 4 * np.sqrt(spread / 40_000)).all()
    fourth = ((X - X.mean(axis=0)) ** 4).mean(axis=0)
    assert (np.abs(X.var(axis=0) - spread) < 4 * np.sqrt((fourth - X.var(axis=0) ** 2) / 40_000)).all()


def test_categorical_estimate_counts_the_categories_that_have_weight():
    counts = np.array([[3.0, 0.0, 1.0], [0.0, 0.0, 2.0]])
    assert_allclose(categorical_estimate(counts, 1.0), [[4 / 6, np.nan, 2 / 6], [1 / 4, np.nan, 3 / 4]])
    assert_allclose(categorical_estimate(np.array([[3.0, 1.0], [0.0, 0.0]]), 0.0), [[0.75, 0.25], [0.75, 0.25]])


def test_log_of_zero_is_finite():
    for dtype in (np.float64, np.float32):
        assert np.isfinite(2 * log_probability(np.zeros(1, dtype))).all()


@pytest.mark.parametrize("first", [0.0, -2e9 - 1])  # the second makes the means cancel
def test_scores_with_means_far_apart_keep_their_digits(first):
    mean, variance = np.array([[first], [1e9], [1e9 + 1]]), np.ones((3, 1))
    X = np.array([[first + 0.5], [1e9 + 0.75], [np.nan], [1e9 - 2]])
    scores = AdditiveScores.build(mean, variance, (("gaussian", slice(None)),))(X)
    assert_allclose(scores[:, 2], 0, atol=0)
    expected = stats.norm(mean, 1).logpdf(X[[0, 1, 3]].T)
    assert_allclose(scores[:, [0, 1, 3]], expected, rtol=1e-14)


def test_scores_of_overflowing_values_are_finite():
    build = AdditiveScores.build(np.zeros((2, 2)), np.array([[1.0, 1.0], [4.0, 1.0]]), (("gaussian", slice(None)),))
    scores = build(np.array([[1e200, 0.0], [1e308, np.nan]]))
    assert np.isfinite(scores).all()
    assert (scores[1] > scores[0]).all()  # the wider class
