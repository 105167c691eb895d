"""The fixed point of the whole EM map where missing entries are few: against plain EM, and its derivative."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from genvsdisc import GaussianClassifier
from genvsdisc.generative.gaussian import completion_newton
from genvsdisc.generative.gaussian.completion import Completion
from genvsdisc.generative.gaussian.completion_newton import completed, derivative
from genvsdisc.generative.gaussian.em import em_moments
from genvsdisc.generative.gaussian.shrinkage import Regularization


def cars(n=60, n_numbers=3, hot=(6, 4), n_classes=3, share=0.1, seed=0):
    """Numbers with gaps and one-hot groups, as autos is encoded: more columns than a class has rows."""
    rng = np.random.default_rng(seed)
    y = np.sort(np.concatenate([np.repeat(np.arange(n_classes), 3), rng.integers(0, n_classes, n - 3 * n_classes)]))
    numbers = rng.normal(size=(n, n_numbers)) @ rng.normal(size=(n_numbers, n_numbers)) * 10.0 ** np.arange(n_numbers)
    numbers = np.where(rng.random(numbers.shape) < share, np.nan, numbers)
    groups = [np.eye(width)[rng.integers(0, width, n)] for width in hot]
    return np.column_stack([numbers, *groups]), y


def log_likelihood(X, y, means, covariances):
    total = 0.0
    for row, k in zip(X, y, strict=True):
        seen = ~np.isnan(row)
        factor = np.linalg.cholesky(covariances[k][np.ix_(seen, seen)])
        white = np.linalg.solve(factor, row[seen] - means[k][seen])
        total += -0.5 * (white @ white + seen.sum() * np.log(2 * np.pi)) - np.log(np.diag(factor)).sum()
    return total


def m_step(X, y, means, scatters, shared, pooling, shrinkage, standardize):
    """Friedman's covariances (1989), written out."""
    counts = np.bincount(y).astype(float)
    a = 1.0 if shared else pooling
    weights = (1 - a) * counts + a * len(y)
    covariances = ((1 - a) * scatters + a * scatters.sum(axis=0)) / weights[:, None, None]
    within = np.einsum("kii->i", scatters) / len(y)
    unit = within + np.average((means - np.average(means, axis=0, weights=counts)) ** 2, axis=0, weights=counts)
    unit = np.where(unit > 0, unit, 1) if standardize else np.ones(X.shape[1])
    levels = (np.einsum("kii->ki", covariances) / unit).mean(axis=1)
    return (1 - shrinkage) * covariances + shrinkage * levels[:, None, None] * np.diag(unit)


def plain_em(X, y, shared, pooling, shrinkage, standardize, tol=1e-10, most=100_000):
    """The textbook E-step (Little & Rubin 2002, section 11.2) and the model's own M-step, until nothing moves."""
    K, d = y.max() + 1, X.shape[1]
    holes, unit = np.isnan(X), np.sqrt(np.nanvar(X, axis=0)) + (np.nanvar(X, axis=0) == 0)
    patterns, which = np.unique(np.column_stack([y, holes]), axis=0, return_inverse=True)
    groups = [(patterns[p, 0], np.flatnonzero(which.ravel() == p)) for p in range(len(patterns))]
    overall = np.nanmean(X, axis=0)
    means = np.array([np.where(holes[y == k].all(axis=0), overall, 0) for k in range(K)])
    for k, j in np.argwhere(means == 0):
        means[k, j] = np.nanmean(X[y == k, j]) if not holes[y == k, j].all() else means[k, j]
    covariances = np.array([np.diag(unit**2)] * K)
    for _ in range(most):
        filled, extra = X.copy(), np.zeros((K, d, d))
        for k, rows in groups:
            gone, seen = np.flatnonzero(holes[rows[0]]), np.flatnonzero(~holes[rows[0]])
            if not len(gone):
                continue
            slopes = np.linalg.solve(covariances[k][np.ix_(seen, seen)], covariances[k][np.ix_(seen, gone)])
            filled[np.ix_(rows, gone)] = means[k, gone] + (X[np.ix_(rows, seen)] - means[k, seen]) @ slopes
            rest = covariances[k][np.ix_(gone, gone)] - covariances[k][np.ix_(gone, seen)] @ slopes
            extra[k][np.ix_(gone, gone)] += len(rows) * rest
        new_means = np.array([filled[y == k].mean(axis=0) for k in range(K)])
        away = [filled[y == k] - new_means[k] for k in range(K)]
        scatters = np.array([z.T @ z for z in away]) + extra
        new = m_step(X, y, new_means, scatters, shared, pooling, shrinkage, standardize)
        moved = max(np.abs((new_means - means) / unit).max(), np.abs((new - covariances) / np.outer(unit, unit)).max())
        means, covariances = new_means, new
        if moved < tol:
            return means, covariances
    raise AssertionError(f"plain EM still moves by {moved:.1e}")


RULES = [
    ("shared", 0.0, 1e-3, True),
    ("separate", 1e-3, 1e-2, True),
    ("separate", 0.1, 1e-2, True),
    ("separate", 0.1, 0.1, True),
    ("separate", 0.0, 0.1, False),
    ("shared", 0.0, 0.1, False),
]


def assert_ends_with_plain_em(X, y, covariance, pooling, shrinkage, standardize):
    model = GaussianClassifier(covariance, pooling=pooling, shrinkage=shrinkage, standardize=standardize).fit(X, y)
    means, covariances = plain_em(X, y, covariance == "shared", pooling, shrinkage, standardize)
    ours = np.broadcast_to(model.covariances_, covariances.shape)
    assert log_likelihood(X, y, model.means_, ours) == pytest.approx(log_likelihood(X, y, means, covariances), abs=1e-6)
    unit = np.sqrt(np.nanvar(X, axis=0))
    assert_allclose(model.means_ / unit, means / unit, atol=1e-6)
    assert_allclose(ours / np.outer(unit, unit), covariances / np.outer(unit, unit), atol=1e-6)


@pytest.mark.parametrize(("covariance", "pooling", "shrinkage", "standardize"), RULES[3:])
def test_fewer_rows_than_columns_end_where_plain_em_does(covariance, pooling, shrinkage, standardize):
    assert_ends_with_plain_em(*cars(36), covariance, pooling, shrinkage, standardize)


def numbers(n, d, share, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 2 * rng.normal(size=(2, d))[y]
    return np.where(rng.random(X.shape) < share, np.nan, X), y


COUPLED = [*RULES, ("separate", 0.2, 0.0, False), ("shared", 0.0, 0.9, True), ("separate", 0.0, 1.0, True)]


@pytest.mark.parametrize(("covariance", "pooling", "shrinkage", "standardize"), COUPLED)
def test_many_rows_end_where_plain_em_does(covariance, pooling, shrinkage, standardize):
    """By steps: the targets of a regularization are those of their own solution."""
    assert_ends_with_plain_em(*numbers(60, 3, 0.2, 2), covariance, pooling, shrinkage, standardize)


@pytest.mark.slow
@pytest.mark.parametrize(("covariance", "pooling", "shrinkage", "standardize"), COUPLED)
def test_rows_that_show_half_of_their_entries_end_where_plain_em_does(covariance, pooling, shrinkage, standardize):
    assert_ends_with_plain_em(*numbers(300, 5, 0.5, 3), covariance, pooling, shrinkage, standardize)


@pytest.mark.slow
@pytest.mark.parametrize(("covariance", "pooling", "shrinkage", "standardize"), RULES)
@pytest.mark.parametrize("n", [60, 120])
def test_the_likelihood_is_that_of_plain_em_run_to_the_end(n, covariance, pooling, shrinkage, standardize):
    assert_ends_with_plain_em(*cars(n, 5, (9, 5), 4, seed=n), covariance, pooling, shrinkage, standardize)


def problem(X, y, rule, weights=None):
    weights = np.ones(len(y)) if weights is None else weights
    return Completion.build(X, np.isnan(X), y, weights, y.max() + 1, rule)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize(("shared", "pooling", "shrinkage"), [(True, 0.0, 0.1), (False, 0.3, 0.1), (False, 0.3, 0.0)])
def test_the_derivative_is_that_of_finite_differences(shared, pooling, shrinkage, standardize):
    X, y = cars(45, 4, (2,), share=0.2)
    X = X[:, :5]  # one column of the group, so that pooling alone keeps covariances regular
    X[y == 1, 1] = np.nan  # never seen in a class
    weights = np.random.default_rng(1).uniform(0, 2, len(y)).round()
    weights[y == 2] = np.maximum(weights[y == 2], 1)
    whole = problem(X, y, Regularization(shared, "full", pooling, shrinkage, standardize), weights)
    state = whole.start
    for _ in range(3):
        state = state + whole.step(state).residual
    matrix, width = derivative(whole, whole.step(state)), 1e-6
    for along in np.random.default_rng(0).normal(size=(3, len(state))):
        ahead, behind = (whole.step(state + sign * width * along).residual for sign in (1, -1))
        expected = (ahead - behind) / (2 * width) + along
        assert_allclose(matrix @ along, expected, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("shared", [True, False])
def test_the_log_likelihood_is_that_of_the_observed_entries(shared):
    X, y = cars()
    rule = Regularization(shared, "full", 0.1, 0.05, standardize=True)
    step, trace = completed(problem(X, y, rule), 1e-8)
    covariances = np.broadcast_to(rule.covariances(step.moments)[0][0], (3, *X.shape[1:] * 2))
    assert trace[-1] == pytest.approx(log_likelihood(X, y, step.moments.center[0], covariances), rel=1e-11)
    assert np.abs(step.residual).max() < 1e-12


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_steps_and_newton_agree(covariance, monkeypatch):
    X, y = cars(140, 5, (3,), 2)
    options = {"pooling": 0.01, "shrinkage": 0.01, "standardize": True}
    model = GaussianClassifier(covariance, tol=1e-10, **options).fit(X, y)
    monkeypatch.setattr(completion_newton, "_SLOW", 1e9 if completion_newton._SLOW * X.shape[1] < len(y) / 2 else 0)
    other = GaussianClassifier(covariance, tol=1e-10, **options).fit(X, y)
    assert (model.covariances_ != other.covariances_).any()
    unit = np.sqrt(np.nanvar(X, axis=0))
    assert_allclose(model.covariances_ / unit / unit[:, None], other.covariances_ / unit / unit[:, None], atol=1e-7)


def test_members_of_a_stack_go_their_own_ways():
    """One has so few rows that Newton's method is the way, one a class without gaps, one no gaps at all."""
    X, y = cars(90, 3, (4,), 2)
    complete = ~np.isnan(X).any(axis=1)
    weights = np.ones((4, len(y)))
    weights[1, ::2] = 0
    weights[2] = complete | (y == 0)
    weights[3] = complete
    rule = Regularization(False, "full", 0.1, 0.1, True)
    moments, trace = em_moments(X, y, weights, 2, rule)
    assert np.isfinite(trace).all()
    for r in range(4):
        alone, _ = em_moments(X, y, weights[r : r + 1], 2, rule)
        assert_allclose(moments.center[r], alone.center[0], rtol=1e-9)
        assert_allclose(moments.second[r], alone.second[0], rtol=1e-7, atol=1e-7)


def test_rows_without_weight_and_float32_change_nothing():
    X, y = cars()
    model = GaussianClassifier("separate", pooling=0.1, shrinkage=0.1, standardize=True)
    expected = model.fit(X, y).predict_proba(X)
    more = np.vstack([X, np.full((3, X.shape[1]), np.nan)])
    weight = np.append(np.ones(len(y)), np.zeros(3))
    assert_allclose(model.fit(more, np.append(y, [0, 1, 2]), weight).predict_proba(X), expected, rtol=1e-7)
    single = model.fit(X.astype(np.float32), y).predict_proba(X)
    assert_allclose(single, expected, atol=1e-3)


@pytest.mark.parametrize("structure", ["full", "diagonal"])
@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_a_column_that_shows_one_value_has_it_in_its_gaps(covariance, structure):
    """In a stack too, where only one member has no row with another value."""
    X, y = cars(60, 3, ())
    X[:, 2] = np.where(np.isnan(X[:, 2]), np.nan, 1.0)
    X[7, 2] = 2.0
    weights = np.stack([np.ones(60), np.arange(60) != 7]).astype(float)
    model = GaussianClassifier(covariance, structure=structure, shrinkage=0.01, standardize=True)
    replicates = model.fit_replicates(X, y, weights)
    filled = np.where(np.isnan(X) & (np.arange(3) == 2), 1.0, X)
    expected = model.fit(filled, y, weights[1])
    assert_allclose(replicates[1].covariances_, expected.covariances_, rtol=1e-8, atol=1e-12)
    assert_allclose(replicates[1].means_[:, 2], 1.0)
    varies = model.fit(X, y, weights[0])
    assert_allclose(replicates[0].covariances_, varies.covariances_, rtol=1e-8, atol=1e-12)


@pytest.mark.filterwarnings("ignore:EM for missing entries still moves")  # by rounding, in units of that column
def test_units_so_apart_that_newton_has_no_step_are_left_to_plain_steps():
    """The shrinkage toward one variance for all columns is 20 orders above that of the smallest."""
    rng = np.random.default_rng(1)
    y = np.arange(24) % 2
    X = (rng.normal(size=(24, 5)) + rng.normal(size=(24, 1))) * [1e7, 1e8, 1e9, 1e-4, 1e-6]
    X = np.where(rng.random(X.shape) < 0.3, np.nan, X)
    model = GaussianClassifier("separate", shrinkage=1e-3).fit(X, y)
    shrunk = (
        1e-3 * np.trace(model.covariances_, axis1=1, axis2=2) / 5
    )  # of the column, and its missing entries have more
    missing = np.array([np.isnan(X[y == k, 4]).mean() for k in range(2)])
    assert_allclose(model.covariances_[:, 4, 4], shrunk / (1 - (1 - 1e-3) * missing), rtol=1e-6)
