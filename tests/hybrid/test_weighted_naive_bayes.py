"""WeightedNaiveBayesClassifier: between naive Bayes and logistic regression on its log ratios."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_softmax
from scipy.stats import norm
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import NaiveBayesClassifier, WeightedNaiveBayesClassifier
from genvsdisc.hybrid.contrasts import MOST_EVIDENCE


@parametrize_with_checks(
    [
        WeightedNaiveBayesClassifier(),
        WeightedNaiveBayesClassifier(1.0, shared_variance=True),
        WeightedNaiveBayesClassifier(distributions="bernoulli"),
        WeightedNaiveBayesClassifier(distributions={"categorical": [0]}),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def mixed(n=300, seed=0, n_classes=2):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    X = pd.DataFrame(
        {
            "x": rng.normal(size=n) * (1 + y) + y,
            "flag": rng.random(n) < 0.2 + 0.2 * y,
            "color": np.array(["red", "green", "blue"])[(rng.integers(0, 3, n) * (y > 0)) % 3],
            "visits": rng.poisson(1.0 + 2 * y),
        }
    )
    return X, np.array(["a", "b", "c"])[y]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_weights_of_one_are_naive_bayes(n_classes):
    X, y = mixed(n_classes=n_classes)
    model = WeightedNaiveBayesClassifier().fit(X, y)
    naive = NaiveBayesClassifier().fit(X, y)
    model.column_weights_, model.intercept_ = np.ones(4), np.log(naive.class_prior_)
    assert model.distributions_ == naive.distributions_ == ("gaussian", "bernoulli", "categorical", "poisson")
    near = X[(X.x.abs() < 2) & (X.visits < 5)]
    np.testing.assert_allclose(model.predict_log_proba(near), naive.predict_log_proba(near), atol=1e-9)
    far = X.assign(x=1e3)  # no column has more than ten nats of evidence
    assert naive.predict_log_proba(far).min() < -1e5 < -40 < model.predict_log_proba(far).min()


def log_ratios(X, y):
    """Of columns of numbers, by hand."""
    ratios = []
    for j in range(X.shape[1]):
        one, two = X[y == 0, j], X[y == 1, j]
        ratios.append(
            -np.log(two.std()) - 0.5 * ((X[:, j] - two.mean()) / two.std()) ** 2
            + np.log(one.std()) + 0.5 * ((X[:, j] - one.mean()) / one.std()) ** 2
        )  # fmt: skip
    return np.clip(np.column_stack(ratios), -10, 10)


def test_it_is_logistic_regression_on_log_ratios_of_densities():
    X, y = load_breast_cancer(return_X_y=True)
    X = X[:, :5]
    ratios = log_ratios(X, y)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000, solver="newton-cholesky").fit(ratios, y)
    model = WeightedNaiveBayesClassifier(1e-12, var_smoothing=0).fit(X, y)
    np.testing.assert_allclose(model.column_weights_, peer.coef_[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(ratios), atol=1e-6)


def test_copies_of_a_column_share_its_weight_and_noise_gets_little():
    rng = np.random.default_rng(0)
    y = np.arange(4000) % 3
    x = rng.normal(size=(4000, 3)) + np.column_stack([y, y, np.zeros(4000)])
    X = np.column_stack([x[:, [0, 0, 0]], x[:, 1:]])
    weights = WeightedNaiveBayesClassifier().fit(X, y).column_weights_
    np.testing.assert_allclose(weights[:3].sum(), 1, atol=0.1)
    np.testing.assert_allclose(weights[:3], weights[0], atol=1e-6)
    assert weights[3] == pytest.approx(1, abs=0.1)


def test_a_missing_entry_and_an_unknown_category_say_nothing():
    X, y = mixed()
    model = WeightedNaiveBayesClassifier().fit(X.mask(np.random.default_rng(1).random(X.shape) < 0.1), y)
    none = pd.DataFrame({name: pd.Series([None], dtype="object") for name in X})
    odds = model.decision_function(none.astype({"x": float, "visits": float}))[0]
    assert odds == pytest.approx(model.intercept_[1] - model.intercept_[0])
    both = model.decision_function(X[:1].assign(color=["mauve"])), model.decision_function(X[:1].assign(color=[None]))
    assert both[0] == both[1]


def test_replicates_are_plain_fits_and_weights_are_repeated_rows():
    X, y = load_iris(return_X_y=True)
    counts = np.random.default_rng(0).multinomial(150, np.full(150, 1 / 150), size=4).astype(float)
    counts[3, y == 1] = 0  # a class without rows
    replicates = WeightedNaiveBayesClassifier().fit_replicates(X, y, counts)
    probabilities = replicates.predict_proba(X)
    assert (probabilities[3][:, 1] == 0).all()
    for r in range(3):
        alone = WeightedNaiveBayesClassifier().fit(X, y, sample_weight=counts[r])
        np.testing.assert_allclose(probabilities[r], alone.predict_proba(X), atol=1e-7)
        rows = np.repeat(np.arange(150), counts[r].astype(int))
        repeated = WeightedNaiveBayesClassifier().fit(X[rows], y[rows])
        np.testing.assert_allclose(probabilities[r], repeated.predict_proba(X), atol=1e-6)


def test_too_few_steps_warn_and_no_penalty_is_refused():
    X, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="max_iter=1 "):
        WeightedNaiveBayesClassifier(max_iter=1).fit(X, y)
    with pytest.raises(ValueError, match="reg_lambda"):
        WeightedNaiveBayesClassifier(0.0).fit(X, y)


def test_priors_are_swapped_in_the_posterior_and_found_in_rows_without_labels():
    X, y = mixed(n_classes=3)
    X["x"] = X["x"] + np.select([y == "b", y == "c"], [3, 6], 0)
    model = WeightedNaiveBayesClassifier().fit(X, y)
    before, old = model.predict_proba(X), model.class_prior_
    new = np.array([0.7, 0.2, 0.1])
    by_hand = before * new / old
    np.testing.assert_allclose(
        model.set_priors(new).predict_proba(X), by_hand / by_hand.sum(axis=1, keepdims=True), atol=1e-12
    )
    rows = np.concatenate([np.flatnonzero(y == "a"), np.flatnonzero(y != "a")[:40]])
    shares = np.array([(y[rows] == name).mean() for name in "abc"])
    found = model.adapt_priors(X.iloc[rows]).class_prior_
    np.testing.assert_allclose(found, shares, atol=0.06)
    np.testing.assert_allclose(found, model.predict_proba(X.iloc[rows]).mean(axis=0), atol=1e-6)  # Saerens' fixed point
    with pytest.raises(ValueError, match="sum to 1"):
        model.set_priors([0.5, 0.2, 0.1])


def test_a_class_without_rows_or_prior_is_left_out_by_other_priors():
    X, y = mixed(n_classes=3)
    model = WeightedNaiveBayesClassifier().fit(X, y, sample_weight=(y != "b").astype(float))
    probabilities = model.set_priors([0.5, 0.4, 0.1]).predict_proba(X)
    assert (probabilities[:, 1] == 0).all()
    np.testing.assert_allclose(model.set_priors([0, 0.5, 0.5]).predict_proba(X)[:, 2], 1)


@pytest.mark.parametrize("seed", range(6))
def test_a_column_that_hardly_varies_in_a_class_costs_no_digits(seed):
    # Class 0 varies little in a column, about a value far from the mean: its squares about that mean are millions.
    rng = np.random.default_rng(seed)
    y = np.arange(24) % 3
    X = np.column_stack(
        [
            rng.normal(13, 1, 24),
            np.where(y == 0, rng.normal(0.37, 1e-4, 24), rng.gamma(1, 1, 24)),
            rng.normal(70, 2, 24),
        ]
    )
    weights = rng.integers(1, 4, 24)
    copies = np.repeat(np.arange(24), weights)
    weighted = WeightedNaiveBayesClassifier().fit(X, y, sample_weight=weights)
    repeated = WeightedNaiveBayesClassifier().fit(X[copies], y[copies])
    with np.errstate(divide="ignore"):
        said = np.log(weighted.predict_proba(X)), np.log(repeated.predict_proba(X))
    np.testing.assert_allclose(*said, rtol=1e-12, atol=1e-12)
    # The contrasts are those of the densities of scipy.
    means, deviations = weighted.means_, np.sqrt(weighted.variances_)
    logs = np.array([[norm.logpdf(X[:, j], means[k, j], deviations[k, j]) for j in range(3)] for k in range(3)])
    logs = np.maximum(logs - logs.max(axis=0), -MOST_EVIDENCE)
    scores = weighted.intercept_[:, None] + np.einsum("kjn,j->kn", logs, weighted.column_weights_)
    np.testing.assert_allclose(log_softmax(scores, axis=0).T, said[0], rtol=1e-10, atol=1e-10)
