"""HybridClassifier of binary columns: between Bernoulli naive Bayes and logistic regression."""

import warnings

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import BernoulliNB
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import HybridClassifier, LogisticClassifier, NaiveBayesClassifier
from genvsdisc.hybrid.dial import DIAL


@parametrize_with_checks([HybridClassifier(0.5, distributions="bernoulli")])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks([HybridClassifier(a, distributions="bernoulli") for a in (0.0, 1.0)])
def test_scikit_learn_checks_at_the_ends(estimator, check):
    check(estimator)


def binary(n=300, n_classes=3, seed=0):
    """Columns of which the second copies most of the first, so that naive Bayes is wrong."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    X = (rng.random((n, 6)) < 0.2 + 0.25 * ((y[:, None] + np.arange(6)) % 3)).astype(float)
    X[:, 1] = np.where(rng.random(n) < 0.9, X[:, 0], X[:, 1])
    return X, y


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("alpha", [0.5, 1.0])
def test_the_generative_end_is_naive_bayes(n_classes, alpha):
    X, y = binary(n_classes=n_classes)
    model = HybridClassifier(1.0, distributions="bernoulli", alpha=alpha).fit(X, y)
    ours = NaiveBayesClassifier("bernoulli", alpha=alpha).fit(X, y)
    peer = BernoulliNB(alpha=alpha).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), atol=1e-9)
    np.testing.assert_allclose(model.predict_joint_log_proba(X), peer.predict_joint_log_proba(X), atol=1e-9)
    np.testing.assert_allclose(model.means_, ours.means_, atol=1e-9)
    np.testing.assert_allclose(model.score_samples(X), ours.score_samples(X), atol=1e-9)
    np.testing.assert_allclose(model.class_prior_, ours.class_prior_, atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("standardize", [False, True])
def test_the_discriminative_end_is_logistic_regression(n_classes, standardize):
    X, y = binary(n_classes=n_classes)
    options = {"reg_lambda": 1e-2, "standardize": standardize}
    model = HybridClassifier(0.0, distributions="bernoulli", **options).fit(X, y)
    logistic = LogisticClassifier(optimizer="newton", tol=1e-10, **options).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), logistic.predict_proba(X), atol=1e-7)
    np.testing.assert_allclose(model.coef_, logistic.coef_, atol=1e-6)
    np.testing.assert_allclose(softmax(model.predict_joint_log_proba(X), axis=1), model.predict_proba(X), atol=1e-9)
    scale = X.std(axis=0) if standardize else np.ones(6)
    peer = LogisticRegression(C=100 / len(X), tol=1e-10, max_iter=10_000).fit(X / scale, y)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X / scale), atol=1e-5)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_loss_is_continuous_and_likelihoods_change_one_way(n_classes):
    X, y = binary(n_classes=n_classes)

    def fitted(a):
        return HybridClassifier(a, distributions="bernoulli", reg_lambda=0, alpha=1e-9).fit(X, y)

    joint, conditional = [], []
    for a in (0.0, 1e-3, 0.05, 0.3, 0.7, 0.999, 1.0):
        here, near = (fitted(b).predict_proba(X) for b in (a, abs(a - 1e-6)))
        assert np.abs(near - here).max() < 1e-3
        scores = fitted(a).predict_joint_log_proba(X)
        joint.append(scores[np.arange(len(X)), y].mean())
        conditional.append(-log_loss(y, here))
    assert (np.diff(joint) > -1e-9).all()
    assert (np.diff(conditional) < 1e-9).all()
    assert conditional[0] - conditional[-1] > 1e-3


@pytest.mark.parametrize("a", [0.0, 0.2, 1.0, "auto"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_replicates_are_plain_fits(a, n_classes):
    X, y = binary(150, n_classes)
    counts = np.random.default_rng(0).multinomial(150, np.full(150, 1 / 150), size=4).astype(float)
    counts[3, y == 1] = 0  # a class without rows
    model = HybridClassifier(a, distributions="bernoulli")
    replicates = model.fit_replicates(X, y, counts)
    probabilities = replicates.predict_proba(X)
    assert (probabilities[3][:, 1] == 0).all()
    for r in range(4):
        alone = model.fit(X, y, sample_weight=counts[r])
        np.testing.assert_allclose(probabilities[r], alone.predict_proba(X), atol=1e-7)
        np.testing.assert_allclose(replicates[r].means_, alone.means_, atol=1e-7)
    assert a != "auto" or alone.generative_weight_ in DIAL


def test_auto_takes_naive_bayes_where_it_is_right_and_rows_are_few():
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    X = (rng.random((40, 20)) < 0.35 + 0.3 * y[:, None]).astype(float)
    assert HybridClassifier("auto", distributions="bernoulli").fit(X, y).generative_weight_ >= 0.1
    X = rng.integers(0, 2, (3000, 3)).astype(float)
    X = np.column_stack([X[:, :1]] * 4 + [X])
    y = (X[:, 0] + X[:, 5] + rng.logistic(size=3000) > 1).astype(int)
    assert HybridClassifier("auto", distributions="bernoulli").fit(X, y).generative_weight_ <= 0.1


def test_separable_rows_without_penalty_warn_at_the_discriminative_end_only():
    X, y = binary(n_classes=2)
    y = X[:, 2].astype(int)
    with pytest.warns(ConvergenceWarning, match="separated"):
        HybridClassifier(0.0, distributions="bernoulli", reg_lambda=0).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        HybridClassifier(0.01, distributions="bernoulli", reg_lambda=0).fit(X, y)
        HybridClassifier(0.0, distributions="bernoulli").fit(X, y)
