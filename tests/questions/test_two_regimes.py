"""Ng and Jordan (2001): naive Bayes is ahead with few rows, logistic regression with many, on digits and in theory."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from genvsdisc import LogisticClassifier, NaiveBayesClassifier
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.statistics.learning_curves import CurveLosses


def ridge_logistic(m):
    """Logistic regression on m rows with C = 1 in scikit-learn's terms, at its optimum."""
    return LogisticClassifier(1 / m, optimizer="lbfgs")


def ng_jordan_gap(digit_pair, m, n_splits=200):
    """Error of naive Bayes minus error of logistic regression over random splits, in its standard errors."""
    X, y = load_digits(return_X_y=True)
    chosen = np.isin(y, digit_pair)
    X, codes = StandardScaler().fit_transform(X[chosen]), np.searchsorted(digit_pair, y[chosen])
    rng = np.random.default_rng(0)
    orders = (rng.permutation(len(codes)) for _ in range(2 * n_splits))
    orders = [order for order in orders if len(set(codes[order[:m]])) == 2][:n_splits]
    weights = np.zeros((n_splits, len(codes)), dtype=int)
    for w, order in zip(weights, orders, strict=True):
        w[order[:m]] = 1
    test_rows = [order[m:] for order in orders]
    losses = []
    for model in (NaiveBayesClassifier("gaussian", shared_variance=True, var_smoothing=1e-2), ridge_logistic(m)):
        probabilities = refit_probabilities(model, X, codes, weights, test_rows, classes=np.arange(2))
        losses.append(CurveLosses.of([probabilities], test_rows, codes, "zero_one").by_draw[0])
    gap = losses[0] - losses[1]
    print(f"{digit_pair} m={m}: {losses[0].mean():.4f} / {losses[1].mean():.4f}")
    return gap.mean() / (gap.std(ddof=1) / np.sqrt(n_splits))


@pytest.mark.slow
@pytest.mark.parametrize("digit_pair", [(0, 1), (2, 3)])
def test_naive_bayes_is_ahead_on_4_digits_and_behind_on_40(digit_pair):
    assert ng_jordan_gap(digit_pair, 4) < -3
    assert ng_jordan_gap(digit_pair, 40) > 3


# The law of Zheng et al. (2023) for two classes: means -1 and 1 in n dimensions, variances n, ..., n, 1, ..., 1 ----


def zheng_variances(n):
    return np.repeat([n, 1.0], n // 2)


def zheng_rows(m, n, rng):
    codes = np.arange(m) % 2
    return rng.standard_normal((m, n)) * np.sqrt(zheng_variances(n)) + (2 * codes - 1)[:, None], codes


def zheng_error(model, m, n, rng, n_draws=20):
    """Mean exact error of a linear classifier over training sets of m rows."""
    errors = []
    for _ in range(n_draws):
        scores = model.fit(*zheng_rows(m, n, rng)).decision_function(np.vstack([np.zeros(n), np.eye(n)]))
        b, w = scores[0], scores[1:] - scores[0]
        spread = np.sqrt(w**2 @ zheng_variances(n))
        errors.append((norm.cdf(-(w.sum() + b) / spread) + norm.cdf((b - w.sum()) / spread)) / 2)
    return np.mean(errors)


@pytest.mark.parametrize(("n", "printed"), [(2, 0.11034), (4, 0.05692), (10, 0.00951), (20, 0.00060)])
def test_bayes_error_of_the_zheng_law(n, printed):
    X, codes = zheng_rows(10**6, n, np.random.default_rng(n))
    wrong = np.mean((X @ (1 / zheng_variances(n)) > 0) != codes)
    exact = norm.cdf(-np.sqrt(2 + 2 * n) / 2)
    assert exact == pytest.approx(printed, abs=5e-6)
    assert abs(wrong - exact) < 4 * np.sqrt(exact * (1 - exact) / 10**6)


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 200, 400])
def test_rows_needed_grow_like_log_n_for_naive_bayes_and_like_n_for_logistic_regression(n):
    """To come within 0.01 of the Bayes error, which is 0 here: at most 12 rows, and between 0.9 n and 1.6 n rows."""
    rng = np.random.default_rng(n)
    assert zheng_error(NaiveBayesClassifier("gaussian", shared_variance=True), 12, n, rng) < 0.01
    sizes = [int(share * n) for share in (0.3, 0.6, 0.9, 1.6)]
    errors = np.array([zheng_error(ridge_logistic(m), m, n, rng) for m in sizes])
    print(f"n={n}: {errors.round(4)}")
    assert (np.diff(errors) < 0).all()
    assert errors[2] > 0.01 > errors[3]
