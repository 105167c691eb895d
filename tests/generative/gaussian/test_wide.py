"""Fewer rows than columns: the fit in the span of the rows is the fit to the columns."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal
from sklearn.base import clone

from genvsdisc import GaussianClassifier
from genvsdisc.generative.gaussian import wide
from genvsdisc.generative.gaussian.held_out import held_out_losses
from genvsdisc.generative.gaussian.shrinkage import Regularization
from genvsdisc.hybrid.classifier import HybridClassifier

SHRINKAGES = [1e-3, 0.1, 1.0, "auto", "oas", "ledoit_wolf"]


def table(n, d, K, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % K
    spread = np.exp(0.5 * rng.normal(size=d))
    X = spread * (rng.normal(size=(n, d)) + 0.3 * rng.normal(size=(K, d))[y]) + 5
    return X, y, 5 + spread * rng.normal(size=(12, d))


@pytest.fixture
def both(monkeypatch):
    """Fit in the span of the rows and to the columns."""

    def fits(model, *data):
        found = []
        for dense in (False, True):
            monkeypatch.setattr(wide, "_FEWEST_COLUMNS", np.inf if dense else 1)
            monkeypatch.setattr(wide, "_COLUMNS_PER_ROW", 0.1)
            found.append(clone(model).fit(*data))
            assert (found[-1]._span is None) == dense
        return found

    return fits


def assert_same(one, two, rows, rtol=1e-9):
    assert_allclose(one.predict_proba(rows), two.predict_proba(rows), atol=1e-9)
    assert_allclose(one.predict_joint_log_proba(rows), two.predict_joint_log_proba(rows), rtol=rtol, atol=1e-9)
    assert_allclose(one.score_samples(rows), two.score_samples(rows), rtol=rtol, atol=1e-9)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("shrinkage", SHRINKAGES)
@pytest.mark.parametrize(("covariance", "pooling"), [("shared", 0.0), ("separate", 0.0), ("separate", 0.3)])
def test_the_fit_is_that_to_the_columns(both, standardize, shrinkage, covariance, pooling):
    size = (60, 130, 4) if pooling else (40, 160, 3) if covariance == "shared" else (20, 70, 2)
    if standardize and shrinkage in ("oas", "ledoit_wolf"):
        return
    X, y, rows = table(*size)
    holes = np.where(np.random.default_rng(1).random(rows.shape) < 0.3, np.nan, rows)
    holes[0] = np.nan
    model = GaussianClassifier(covariance, pooling=pooling, shrinkage=shrinkage, standardize=standardize)
    weights = np.random.default_rng(2).integers(0, 3, len(y)).astype(float)
    for data in ((X, y), (X, y, weights)):
        one, two = both(model, *data)
        assert_same(one, two, rows)
        assert_same(one, two, holes)
        assert_allclose(one.decision_function(rows), two.decision_function(rows), rtol=1e-9, atol=1e-9)
        for name in ("class_prior_", "means_", "pooling_", "shrinkage_", "n_parameters_"):
            assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-12)
        assert_allclose(one.covariances_, two.covariances_, rtol=1e-10, atol=1e-12)
        if covariance == "shared":
            assert_allclose(one.coef_, two.coef_, rtol=1e-8, atol=1e-9 * np.abs(two.coef_).max())
            assert_allclose(one.intercept_, two.intercept_, rtol=1e-9, atol=1e-9 * np.abs(two.intercept_).max())
        priors = np.arange(1, 1 + size[2]) / np.arange(1, 1 + size[2]).sum()
        assert_same(one.set_priors(priors), two.set_priors(priors), rows)


def test_densities_are_scipys():
    X, y, rows = table(20, 140, 2)
    fitted = GaussianClassifier("separate", shrinkage=0.2, standardize=True).fit(X, y)
    assert fitted._span is not None
    for k in range(2):
        z = X[y == k] - X[y == k].mean(axis=0)
        covariance = z.T @ z / len(z)
        level = (np.diag(covariance) / X.var(axis=0)).mean()
        law = multivariate_normal(X[y == k].mean(axis=0), 0.8 * covariance + 0.2 * level * np.diag(X.var(axis=0)))
        assert_allclose(fitted.predict_joint_log_proba(rows)[:, k], np.log(0.5) + law.logpdf(rows), rtol=1e-10)


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_without_shrinkage_the_least_that_keeps_six_digits_is_used(both, covariance):
    X, y, rows = table(20, 140, 2)
    one, two = both(GaussianClassifier(covariance), X, y)
    assert_allclose(one.shrinkage_, np.finfo(float).eps ** (3 / 8))
    assert_allclose(one.shrinkage_, two.shrinkage_)
    assert_allclose(one.predict_joint_log_proba(rows), two.predict_joint_log_proba(rows), rtol=1e-6)


def test_what_only_the_columns_can_tell_is_left_to_them(monkeypatch):
    X, y, _ = table(20, 140, 2)
    monkeypatch.setattr(wide, "_FEWEST_COLUMNS", 1)
    assert GaussianClassifier(shrinkage=1e-8).fit(X, y)._span is None  # too many digits would be lost
    assert GaussianClassifier(structure="diagonal").fit(X, y)._span is None
    with pytest.raises(ValueError, match="set shrinkage > 0"):
        GaussianClassifier().fit(X, y, np.full(20, 50.0))  # as many rows as a thousand: singular all the same
    constant = X[:, :8].copy()
    constant[y == 0, 2:] = 1.0  # 2 columns vary in class 0, among 10 rows
    constant[y == 1, :2] = 1.0
    monkeypatch.setattr(wide, "_COLUMNS_PER_ROW", 0.1)
    fitted = GaussianClassifier("separate").fit(constant, y)
    assert fitted._span is None
    assert (fitted.shrinkage_ == 0).all()


@pytest.mark.parametrize("shrinkage", [0.05, "auto", "oas"])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_replicates_are_fits_by_themselves_and_weights_are_copies(covariance, standardize, shrinkage):
    if standardize and shrinkage == "oas":
        return
    X, y, rows = table(30, 150, 3)
    W = np.random.default_rng(3).integers(0, 4, (4, 30))
    W[1, y == 2] = 0  # a class without rows
    model = GaussianClassifier(covariance, shrinkage=shrinkage, standardize=standardize)
    replicates = model.fit_replicates(X, y, W)
    holes = np.where(np.random.default_rng(1).random(rows.shape) < 0.3, np.nan, rows)
    for r, w in enumerate(W):
        for member in (replicates[r], pickle.loads(pickle.dumps(replicates[r]))):
            alone = clone(model).fit(X, y, w)
            assert alone._span is not None
            assert_same(member, alone, rows)
            assert_same(member, alone, holes)
            assert_allclose(replicates.predict_proba(rows)[r], alone.predict_proba(rows), atol=1e-9)
            assert_allclose(member.covariances_, alone.covariances_, rtol=1e-10, atol=1e-12)
        if r != 1:
            copies = clone(model).fit(np.repeat(X, w, axis=0), np.repeat(y, w))
            assert_same(copies, alone, rows)
    parts = replicates.predict_proba_of(rows, [np.arange(5), np.arange(9), np.arange(12), np.arange(2)])
    assert_allclose(parts[1], replicates.predict_proba(rows)[1, :9], atol=1e-12)


def test_a_class_of_one_row_or_of_equal_rows_is_shrunk_to_the_spread_of_all(both):
    X, y, rows = table(20, 140, 2)
    y = np.where(np.arange(20) < 3, 2, y)
    X[:3] = X[0]
    for shrinkage in (0.1, "auto", "oas", "ledoit_wolf"):
        one, two = both(GaussianClassifier("separate", shrinkage=shrinkage), X, y)
        assert_allclose(one.shrinkage_, two.shrinkage_, rtol=1e-9)
        assert_same(one, two, rows)


def test_constant_columns(both):
    X, y, rows = table(20, 140, 2)
    X[:, 0] = rows[:, 0] = 7
    X[y == 0, 1] = 3
    for standardize in (False, True):
        for covariance in ("shared", "separate"):
            model = GaussianClassifier(covariance, shrinkage=1e-3, standardize=standardize)
            one, two = both(model, X, y)
            assert_same(one, two, rows)
            assert_allclose(one.covariances_, two.covariances_, rtol=1e-10, atol=1e-12)


def test_single_precision(both):
    X, y, rows = table(40, 200, 2)
    for model in (GaussianClassifier(shrinkage=0.1), GaussianClassifier("separate", shrinkage=0.3, standardize=True)):
        one, two = both(model, X.astype(np.float32), y)
        assert one.means_.dtype == one.predict_proba(rows.astype(np.float32)).dtype == np.float32
        assert one.covariances_.dtype == two.covariances_.dtype
        exact = clone(model).fit(X, y)
        assert_allclose(one.predict_proba(rows.astype(np.float32)), exact.predict_proba(rows), atol=1e-3)
        assert_allclose(one.covariances_, two.covariances_, atol=1e-3)


def test_rows_far_out_go_to_the_nearest_class(both):
    X, y, rows = table(20, 140, 2)
    one, two = both(GaussianClassifier("separate", shrinkage=0.1), X, y)
    far = np.concatenate([rows[:4] * 1e170, np.where(rows[4:8] < 5, np.nan, rows[4:8] * 1e200)])
    assert_allclose(one.predict_proba(far), two.predict_proba(far), atol=1e-9)


def test_further_rows_and_merging():
    X, y, rows = table(40, 200, 2)
    model = GaussianClassifier(shrinkage=0.1)
    whole = clone(model).fit(X, y)
    first, second = clone(model).fit(X[:26], y[:26]), clone(model).fit(X[26:], y[26:])
    assert first._span is not None
    assert_same(clone(model).fit(X[:26], y[:26]).partial_fit(X[26:], y[26:]), whole, rows)
    assert_same(first.merge(second), whole, rows)


def test_drawn_rows_have_the_law_of_the_fit():
    X, y, _ = table(20, 130, 2)
    fitted = GaussianClassifier("separate", shrinkage=0.3, standardize=True).fit(X, y)
    drawn, _ = fitted.sample(20_000, y=1, random_state=0)
    covariance = fitted.covariances_[1]
    error = np.sqrt((covariance**2 + np.outer(np.diag(covariance), np.diag(covariance))) / len(drawn))
    assert np.abs((np.cov(drawn.T) - covariance) / error).max() < 5.5
    assert np.abs((drawn.mean(axis=0) - fitted.means_[1]) / np.sqrt(np.diag(covariance) / len(drawn))).max() < 4.5
    some = [77, 3, 120]
    few, _ = fitted.sample(20_000, y=1, random_state=1, columns=some)
    part = covariance[np.ix_(some, some)]
    assert np.abs((np.cov(few.T) - part) / error[np.ix_(some, some)]).max() < 4.5
    assert np.abs((few.mean(axis=0) - fitted.means_[1, some]) / np.sqrt(np.diag(part) / len(few))).max() < 4.5


@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_the_discriminative_twin_has_the_posterior(covariance):
    X, y, rows = table(15, 130, 2)
    fitted = GaussianClassifier(covariance, shrinkage=0.5, standardize=True).fit(X, y)
    assert_allclose(fitted.as_discriminative().predict_proba(rows), fitted.predict_proba(rows), atol=1e-8)


def test_the_generative_end_of_the_hybrid_is_the_fit():
    X, y, rows = table(20, 140, 2)
    hybrid = HybridClassifier(1.0, covariance="shared", structure="full", shrinkage=0.5, standardize=True).fit(X, y)
    fitted = GaussianClassifier(shrinkage=0.5, standardize=True).fit(X, y)
    assert fitted._span is not None
    assert_allclose(hybrid.predict_proba(rows), fitted.predict_proba(rows), atol=1e-6)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
def test_losses_of_held_out_rows_are_those_of_the_columns(monkeypatch, shared, standardize):
    X, y, _ = table(30, 150, 3)
    fold, rule = (np.arange(22), np.arange(22, 30)), Regularization(shared, "full", 0.0, 0.0, standardize)
    one = held_out_losses(X, y, np.ones(30), fold, rule)
    monkeypatch.setattr(wide, "_FEWEST_COLUMNS", np.inf)
    assert_allclose(one, held_out_losses(X, y, np.ones(30), fold, rule), rtol=1e-9, atol=1e-9)
