"""HybridClassifier: both ends exact, the dial continuous, replicates as plain fits."""

import warnings

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import GaussianClassifier, HybridClassifier, LogisticClassifier, QuadraticFeatures
from genvsdisc.hybrid.dial import DIAL

TABLES = {
    "iris": load_iris(return_X_y=True),
    "wine": load_wine(return_X_y=True),
    "cancer": load_breast_cancer(return_X_y=True),
}
FORMS = [(c, s) for c in ("shared", "separate") for s in ("full", "diagonal")]


@parametrize_with_checks([HybridClassifier()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(
    [
        HybridClassifier(0.0),
        HybridClassifier(0.9, covariance="separate", structure="diagonal", standardize=True),
    ]
)
def test_scikit_learn_checks_with_other_options(estimator, check):
    check(estimator)


@pytest.mark.parametrize("structure", ["diagonal", "full"])
def test_folds_that_leave_a_class_too_few_rows_do_not_choose(structure):
    """A class of as few rows as can be fitted: in the folds that take one of them it cannot."""
    rng = np.random.default_rng(0)
    few = 2 if structure == "diagonal" else 4
    y = np.repeat([0, 1, 2], [30, few, 20])
    X = rng.normal(size=(len(y), 3)) + y[:, None]
    model = HybridClassifier("auto", covariance="separate", structure=structure).fit(X, y)
    assert model.generative_weight_ in DIAL
    assert np.isfinite(model.predict_log_proba(X)).all()


def discriminative(covariance, structure, reg_lambda, standardize):
    logistic = LogisticClassifier(reg_lambda, optimizer="newton", tol=1e-10, standardize=standardize)
    if covariance == "shared":
        return logistic
    return make_pipeline(QuadraticFeatures(interactions=structure == "full"), logistic)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("covariance", "structure"), FORMS)
@pytest.mark.parametrize(("reg_lambda", "standardize"), [(1e-3, False), (1e-2, True)])
def test_both_ends(table, covariance, structure, reg_lambda, standardize):
    X, y = TABLES[table]
    X = X[:, :8]
    form = {"covariance": covariance, "structure": structure, "standardize": standardize}
    one = HybridClassifier(1.0, reg_lambda=reg_lambda, shrinkage=0.01, **form).fit(X, y)
    gaussian = GaussianClassifier(shrinkage=0.01, **form).fit(X, y)
    np.testing.assert_allclose(one.predict_proba(X), gaussian.predict_proba(X), atol=1e-9)
    np.testing.assert_allclose(one.predict_joint_log_proba(X), gaussian.predict_joint_log_proba(X), rtol=1e-8)
    zero = HybridClassifier(0.0, reg_lambda=reg_lambda, **form).fit(X, y)
    logistic = discriminative(covariance, structure, reg_lambda, standardize).fit(X, y)
    np.testing.assert_allclose(zero.predict_proba(X), logistic.predict_proba(X), atol=1e-7)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("covariance", "structure"), FORMS)
def test_the_loss_is_continuous_along_the_dial(table, covariance, structure):
    X, y = TABLES[table]
    X = X[:, :8]
    rows = np.arange(len(X)) % 3 > 0

    def fitted(a):
        model = HybridClassifier(a, covariance=covariance, structure=structure, standardize=True)
        return model.fit(X[rows], y[rows]).predict_proba(X[~rows])

    for a in (0.0, 0.01, 0.3, 0.999):
        here, near, nearer = (fitted(a + step) for step in (0.0, 1e-4, 1e-6))
        wide, narrow = np.abs(near - here).max(), np.abs(nearer - here).max()
        assert narrow <= 0.1 * wide + 1e-9
        assert narrow < 1e-3
        losses = [log_loss(y[~rows], p) for p in (here, nearer)]
        assert losses[1] == pytest.approx(losses[0], rel=1e-2, abs=1e-5)


@pytest.mark.parametrize(("covariance", "structure"), FORMS)
def test_training_likelihoods_change_one_way_along_the_dial(covariance, structure):
    """The more weight a likelihood has, the greater it is (a property of weighted sums of objectives)."""
    X, y = TABLES["iris"]
    X, y = X[50:, :3], np.where(np.arange(100) % 10 == 3, 3 - y[50:], y[50:])  # some labels swapped: not separable
    joint, conditional = [], []
    for a in (0.0, 0.05, 0.3, 0.7, 1.0):
        model = HybridClassifier(a, covariance=covariance, structure=structure, reg_lambda=0).fit(X, y)
        scores = model.predict_joint_log_proba(X)
        joint.append(scores[np.arange(100), y - 1].mean())
        conditional.append(-log_loss(y, model.predict_proba(X)))
        np.testing.assert_allclose(softmax(scores, axis=1), model.predict_proba(X), atol=1e-9)
    assert (np.diff(joint) > -1e-9).all()
    assert (np.diff(conditional) < 1e-9).all()


@pytest.mark.parametrize("a", [0.0, 0.2, 1.0, "auto"])
@pytest.mark.parametrize(("covariance", "structure"), FORMS)
def test_replicates_are_plain_fits(covariance, structure, a):
    X, y = TABLES["iris"]
    counts = np.random.default_rng(0).multinomial(150, np.full(150, 1 / 150), size=4).astype(float)
    counts[3, y == 1] = 0  # a class without rows
    model = HybridClassifier(a, covariance=covariance, structure=structure, standardize=True)
    replicates = model.fit_replicates(X, y, counts)
    probabilities = replicates.predict_proba(X)
    assert (probabilities[3][:, 1] == 0).all()
    for r in range(4):
        alone = model.fit(X, y, sample_weight=counts[r])
        np.testing.assert_allclose(probabilities[r], alone.predict_proba(X), atol=1e-7)
        np.testing.assert_allclose(replicates[r].means_, alone.means_, rtol=1e-6, atol=1e-7)


def test_the_weight_is_chosen_by_cross_validated_log_loss():
    """Normal rows ask for the generative end; a label that bends away from the densities for the other."""
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    right = rng.normal(size=(40, 20)) + 0.5 * y[:, None]
    chosen = HybridClassifier("auto", structure="diagonal").fit(right, y).generative_weight_
    assert chosen >= 0.1
    X = np.exp(rng.normal(size=(3000, 2)))
    wrong = (X[:, 0] + 0.3 * rng.logistic(size=3000) > 1).astype(int)
    assert HybridClassifier("auto").fit(X, wrong).generative_weight_ <= 0.01
    assert chosen in DIAL


def test_separable_rows_without_penalty_warn():
    X, y = TABLES["iris"]
    with pytest.warns(ConvergenceWarning, match="separated"):
        HybridClassifier(0.0, reg_lambda=0.0).fit(X[:100], y[:100])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        HybridClassifier(0.1, reg_lambda=0.0).fit(X[:100], y[:100])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"generative_weight": 1.5}, "generative_weight"),
        ({"generative_weight": "best"}, "generative_weight"),
        ({"structure": "spherical"}, "structure"),
        ({"reg_lambda": -1.0}, "reg_lambda"),
    ],
)
def test_bad_options_are_named(options, message):
    X, y = TABLES["iris"]
    with pytest.raises(ValueError, match=message):
        HybridClassifier(**options).fit(X, y)


def test_too_many_coefficients_are_refused_with_the_remedy():
    X = np.random.default_rng(0).normal(size=(300, 100))
    with pytest.raises(ValueError, match="structure='diagonal'"):
        HybridClassifier(covariance="separate").fit(X, np.arange(300) % 2)
