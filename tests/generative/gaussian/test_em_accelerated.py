"""EM that converges: against plain EM, the stated objective, and what it does where no row determines an entry."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

from genvsdisc import GaussianClassifier
from genvsdisc.generative.gaussian import expectation, layout, row_patterns


def draw(n=160, d=4, n_classes=2, share=0.2, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    X = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 2 * rng.normal(size=(n_classes, d))[y]
    return np.where(rng.random(X.shape) < share, np.nan, X), y


def log_likelihood(X, y, means, covariances):
    total = 0.0
    for row, k in zip(X, y, strict=True):
        seen = ~np.isnan(row)
        total += multivariate_normal.logpdf(row[seen], means[k][seen], covariances[k][np.ix_(seen, seen)])
    return total


def plain_em(X, y, shared, steps):
    """The textbook, row by row (Little & Rubin 2002, section 11.2)."""
    K, d = y.max() + 1, X.shape[1]
    means = np.array([np.nanmean(X[y == k], axis=0) for k in range(K)])
    covariances = np.array([np.diag(np.nanvar(X, axis=0))] * K)
    for _ in range(steps):
        filled, extra = X.copy(), np.zeros((K, d, d))
        for i, (row, k) in enumerate(zip(X, y, strict=True)):
            gone = np.isnan(row)
            slopes = covariances[k][np.ix_(gone, ~gone)] @ np.linalg.inv(covariances[k][np.ix_(~gone, ~gone)])
            filled[i, gone] = means[k][gone] + slopes @ (row[~gone] - means[k][~gone])
            extra[k][np.ix_(gone, gone)] += (
                covariances[k][np.ix_(gone, gone)] - slopes @ covariances[k][np.ix_(~gone, gone)]
            )
        means = np.array([filled[y == k].mean(axis=0) for k in range(K)])
        scatters = np.array([(filled[y == k] - means[k]).T @ (filled[y == k] - means[k]) for k in range(K)]) + extra
        counts = np.bincount(y)[:, None, None]
        covariances = np.broadcast_to(scatters.sum(axis=0) / len(y), scatters.shape) if shared else scatters / counts
    return means, covariances


@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize("share", [0.1, 0.35])
def test_the_maximum_is_that_of_plain_em(covariance, share):
    X, y = draw(90, 3, share=share)
    X[np.isnan(X).all(axis=1), 0] = 0.0
    model = GaussianClassifier(covariance).fit(X, y)
    means, covariances = plain_em(X, y, covariance == "shared", 300)
    ours = np.broadcast_to(model.covariances_, covariances.shape)
    assert log_likelihood(X, y, model.means_, ours) >= log_likelihood(X, y, means, covariances) - 1e-6
    assert_allclose(model.means_, means, atol=1e-5)
    assert_allclose(ours, covariances, atol=1e-4)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize(
    ("covariance", "pooling", "shrinkage"),
    [
        ("shared", 0.0, 0.2),
        ("separate", 0.0, 0.2),
        ("separate", 0.3, 0.0),
        ("separate", 0.3, 0.2),
        ("shared", 0.0, 1e-3),
    ],
)
def test_the_penalized_likelihood_is_stationary(covariance, pooling, shrinkage, standardize):
    """The objective of the module, with the targets that the solution gives, by finite differences."""
    X, y = draw(seed=3)
    options = {"pooling": pooling, "shrinkage": shrinkage, "standardize": standardize}
    model = GaussianClassifier(covariance, tol=1e-11, **options).fit(X, y)
    counts, shared = np.bincount(y).astype(float), covariance == "shared"
    means = model.means_
    covariances = np.broadcast_to(model.covariances_, (2, 4, 4)).copy()
    scatters = np.zeros((2, 4, 4))
    for row, k in zip(X, y, strict=True):
        gone = np.isnan(row)
        slopes = covariances[k][np.ix_(gone, ~gone)] @ np.linalg.pinv(covariances[k][np.ix_(~gone, ~gone)])
        z = np.where(gone, 0, row - means[k])
        z[gone] = slopes @ z[~gone]
        scatters[k] += np.outer(z, z)
        rest = covariances[k][np.ix_(gone, gone)] - slopes @ covariances[k][np.ix_(~gone, gone)]
        scatters[k][np.ix_(gone, gone)] += rest
    groups = [np.arange(2)] if shared else [np.array([0]), np.array([1])]
    for members in groups:
        size = counts[members].sum()
        c = (1 - shrinkage) / (size if shared else (1 - pooling) * size + pooling * counts.sum())
        target = covariances[members[0]] - c * scatters[members].sum(axis=0)
        mine = np.isin(y, members)

        def objective(C, mine=mine, members=members, size=size, c=c, target=target):
            stack = covariances.copy()
            stack[members] = C
            prior = (1 / c - size) * np.linalg.slogdet(C)[1] + np.trace(np.linalg.solve(C, target)) / c
            return log_likelihood(X[mine], y[mine], means, stack) - prior / 2

        C, step = covariances[members[0]], 1e-4
        for i in range(4):
            for j in range(i + 1):
                bump = step * np.sqrt(C[i, i] * C[j, j]) * (np.eye(4)[[i]].T @ np.eye(4)[[j]])
                bump = bump + bump.T
                slope = (objective(C + bump) - objective(C - bump)) / (2 * step)
                curvature = (objective(C + bump) - 2 * objective(C) + objective(C - bump)) / step**2
                assert curvature < 0
                assert abs(slope) < 2e-4 * abs(curvature)


def never_together(n=120, seed=1):
    """Columns 2 and 3 are missing exactly where column 1 is 1: no row says how they go together there."""
    rng = np.random.default_rng(seed)
    y, flag = np.arange(n) % 2, (np.arange(n) % 7 == 0).astype(float)
    X = np.column_stack([rng.normal(size=(n, 1)), flag, rng.normal(size=(n, 2))])
    X[:, 2] += X[:, 0] + y
    X[flag == 1, 2:] = np.nan
    return X, y


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_entries_without_a_say_are_left_to_the_prior(covariance):
    X, y = never_together()
    model = GaussianClassifier(covariance, pooling=1e-3, shrinkage=1e-3, standardize=True).fit(X, y)
    proba = model.predict_proba(X)
    assert np.isfinite(proba).all()
    flag = X[:, 1] == 1  # their marginal densities do not depend on what is never seen
    alone = GaussianClassifier(covariance, pooling=1e-3, shrinkage=1e-3, standardize=True).fit(X[:, :2], y)
    assert_allclose(proba[flag], alone.predict_proba(X[flag, :2]), atol=0.05)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_without_regularization_a_singular_covariance_is_a_warning(covariance):
    X, y = never_together()
    X = np.column_stack([X, X[:, 0]])
    with pytest.warns(
        UserWarning, match="fitted with the smallest pooling and shrinkage that keep six digits, 1.3e-06"
    ):
        model = GaussianClassifier(covariance).fit(X, y)
    assert np.isfinite(model.predict_proba(X)).all()


@pytest.mark.parametrize("options", [{"shrinkage": 1e-3}, {"covariance": "separate", "pooling": 0.1}])
def test_a_feature_never_seen_in_a_class_has_the_mean_of_all(options):
    X, y = draw(n_classes=3)
    X[y == 1, 2] = np.nan
    with pytest.warns(UserWarning, match="feature 2 is missing in all rows of class 1.*mean of all classes"):
        model = GaussianClassifier(**options).fit(X, y)
    assert_allclose(model.means_[1, 2], np.nanmean(X[:, 2]), rtol=1e-12)


def test_many_replicates_of_rows_with_gaps_are_the_plain_fits():
    X, y = draw(100, 5)
    weights = np.random.default_rng(2).multinomial(100, np.full(100, 0.01), size=40).astype(float)
    for model in (GaussianClassifier(), GaussianClassifier("separate", pooling=0.1, shrinkage=0.1)):
        replicates = model.fit_replicates(X, y, weights)
        for r in (0, 17, 39):
            plain = GaussianClassifier(**model.get_params()).fit(X, y, sample_weight=weights[r])
            assert_allclose(replicates[r].covariances_, plain.covariances_, rtol=1e-6, atol=1e-9)
            assert_allclose(replicates[r].predict_proba(X), plain.predict_proba(X), atol=1e-7)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_a_replicate_without_a_row_of_a_frequent_pattern_is_the_plain_fit(covariance):
    X, y = draw(90, 3, share=0.0, seed=3)
    X[:30:2, 0] = np.nan  # one pattern of many rows of the first class, none of which the first replicate has
    weights = np.stack([np.isfinite(X).all(axis=1), np.ones(90)]).astype(float)
    replicates = GaussianClassifier(covariance).fit_replicates(X, y, weights)
    for r in range(2):
        plain = GaussianClassifier(covariance).fit(X, y, sample_weight=weights[r])
        assert_allclose(replicates[r].covariances_, plain.covariances_, rtol=1e-6)


def step_by_patterns(X, groups, y, means, covariances):
    """The textbook (Little & Rubin 2002, section 11.2), by patterns: log likelihood and one step of plain EM."""
    total = 0.0
    filled, extra = X.copy(), np.zeros_like(covariances)
    for k, rows in groups:
        gone = np.isnan(X[rows[0]])
        seen = np.flatnonzero(~gone)
        S, z = covariances[k][np.ix_(seen, seen)], X[np.ix_(rows, seen)] - means[k][seen]
        slopes = np.linalg.solve(S, covariances[k][seen])
        total -= 0.5 * (len(rows) * (len(seen) * np.log(2 * np.pi) + np.linalg.slogdet(S)[1]))
        total -= 0.5 * (z * np.linalg.solve(S, z.T).T).sum()
        filled[np.ix_(rows, np.flatnonzero(gone))] = (means[k] + z @ slopes)[:, gone]
        extra[k] += len(rows) * (covariances[k] - covariances[k][:, seen] @ slopes) * np.outer(gone, gone)
    means = np.array([filled[y == k].mean(axis=0) for k in range(len(means))])
    scatters = [(filled[y == k] - means[k]).T @ (filled[y == k] - means[k]) + extra[k] for k in range(len(means))]
    return total, means, np.array(scatters) / np.bincount(y)[:, None, None]


def test_a_sample_that_foresees_the_steps_ends_where_plain_em_does():
    X, y = draw(18_500, 8, share=0.25, seed=5)
    X[:, 0] = np.where(np.isnan(X[:, 0]), 0.5, X[:, 0])
    model = GaussianClassifier("separate").fit(X, y)
    keys = np.isnan(X) @ (1 << np.arange(8)) + 256 * y
    order = np.argsort(keys, kind="stable")
    groups = [(y[part[0]], part) for part in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)]
    means = np.array([np.nanmean(X[y == k], axis=0) for k in range(2)])
    covariances, totals = np.array([np.diag(np.nanvar(X, axis=0))] * 2), []
    while len(totals) < 2 or totals[-1] - totals[-2] > 1e-4:
        total, means, covariances = step_by_patterns(X, groups, y, means, covariances)
        totals.append(total)
    ours = step_by_patterns(X, groups, y, model.means_, model.covariances_)[0]
    assert ours > totals[-1] - 1e-8 * abs(totals[-1])
    errors = np.sqrt(np.einsum("kii->ki", covariances) / 9_250)  # of the means
    assert_allclose(model.means_ / errors, means / errors, atol=0.02)


@pytest.mark.parametrize("options", [{}, {"covariance": "separate", "shrinkage": 0.1}])
def test_a_small_tolerance_is_reached_with_a_sample_too(options, monkeypatch):
    X, y = draw(20_000, 5, share=0.3, seed=6)
    sampled = GaussianClassifier(tol=1e-12, **options).fit(X, y)
    monkeypatch.setattr(layout, "_MANY", 1 << 40)
    exact = GaussianClassifier(tol=1e-12, **options).fit(X, y)
    assert_allclose(sampled.covariances_, exact.covariances_, atol=1e-5 * np.abs(exact.covariances_).max())
    assert_allclose(sampled.predict_proba(X[:500]), exact.predict_proba(X[:500]), atol=1e-5)


def test_a_class_that_the_sample_would_miss_is_fitted_from_all_rows():
    X, y = draw(20_000, 4, share=0.3, seed=7)
    y[:5] = 2
    X[:5, 1] = np.arange(5.0)
    X[1:5, 0] = np.nan
    means = GaussianClassifier(shrinkage=0.1).fit(X, y).means_
    assert_allclose(means[2, 1], 2, atol=1e-9)


def test_patterns_of_many_columns_are_those_of_few(monkeypatch):
    X, y = draw(300, 6, share=0.2, seed=8)
    few = GaussianClassifier().fit(X, y)
    monkeypatch.setattr(row_patterns, "_MOST_BITS", 3)
    assert_allclose(GaussianClassifier().fit(X, y).covariances_, few.covariances_, rtol=1e-7)


@pytest.mark.parametrize("limit", [0, 1 << 40])
def test_sums_of_patterns_stand_for_their_rows(limit, monkeypatch):
    X, y = draw(400, 4, share=0.1, seed=9)
    weight = np.random.default_rng(0).random(400)
    usual = GaussianClassifier("separate").fit(X, y, weight)
    monkeypatch.setattr(row_patterns, "_FREQUENT", limit)
    assert_allclose(GaussianClassifier("separate").fit(X, y, weight).covariances_, usual.covariances_, rtol=1e-7)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize("kind", ["some columns", "levels", "every column"])
def test_missing_entries_of_few_rows_and_rows_completed_one_by_one_agree(covariance, kind, monkeypatch):
    X, y = draw(300, 6, share=0.15, seed=11)
    if kind != "every column":
        X[:, :3] = draw(300, 6, share=0.0, seed=11)[0][:, :3]
    if kind == "levels":
        X[:150, 4:] = np.nan  # half of the rows end at an earlier column
    weight = np.random.default_rng(0).random(300)
    entries = GaussianClassifier(covariance, tol=1e-10).fit(X, y, weight)
    monkeypatch.setattr(expectation, "_MANY_ROWS", 0)
    rows = GaussianClassifier(covariance, tol=1e-10).fit(X, y, weight)
    assert_allclose(rows.means_, entries.means_, rtol=1e-7, atol=1e-9)
    assert_allclose(rows.covariances_, entries.covariances_, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_slices_of_rows_add_up_to_all_of_them(covariance, monkeypatch):
    X, y = draw(1500, 4, share=0.2, seed=12)
    X[np.isnan(X[:, 0]), 0] = 0.5
    weight = np.random.default_rng(0).random(1500)
    monkeypatch.setattr(expectation, "_MANY_ROWS", 0)
    whole = GaussianClassifier(covariance, tol=1e-10).fit(X, y, weight)
    monkeypatch.setattr(expectation, "_AT_ONCE", 400)
    parts = GaussianClassifier(covariance, tol=1e-10).fit(X, y, weight)
    assert_allclose(parts.covariances_, whole.covariances_, rtol=1e-7, atol=1e-9)


def test_a_sample_in_which_a_column_hardly_varies_is_left_behind(monkeypatch):
    X, y = draw(1600, 3, share=0.2, seed=13)
    sample = layout.Sample.every(y, np.ones((1, 1600)), 2).rows
    X[sample, 1] = np.where(np.arange(len(sample)) % 50 == 0, np.nan, 1.0)
    expected = GaussianClassifier("separate").fit(X, y)
    monkeypatch.setattr(layout, "_MANY", 0)
    found = GaussianClassifier("separate").fit(X, y)
    assert_allclose(found.covariances_, expected.covariances_, rtol=1e-4, atol=1e-5)
