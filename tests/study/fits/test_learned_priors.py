"""Priors behind posteriors: with them divided out, a classifier that was given others is the plain one again."""

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from numpy.testing import assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import genvsdisc as gd
from genvsdisc.study.fits.learned_priors import learned_priors
from genvsdisc.study.statistics.class_shares import reweighted

CLASSES = np.array(["a", "b", "c"])
SHARES = np.array([[0.6, 0.3, 0.1]])


@pytest.fixture(scope="module")
def law():
    rng = np.random.default_rng(0)
    codes = rng.choice(3, size=600, p=SHARES[0])
    return rng.normal(size=(600, 2)) + np.array([[0, 0], [1.5, 0], [0, 1.5]])[codes], CLASSES[codes]


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        (gd.GaussianClassifier(), gd.GaussianClassifier(priors=[0.2, 0.3, 0.5])),
        (gd.NaiveBayesClassifier(), make_pipeline(StandardScaler(), gd.NaiveBayesClassifier(priors=[0.1, 0.1, 0.8]))),
        (GaussianNB(), GaussianNB(priors=[0.2, 0.3, 0.5])),
        (BernoulliNB(), BernoulliNB(fit_prior=False)),
        (BernoulliNB(), BernoulliNB(class_prior=[0.2, 0.3, 0.5])),
    ],
)
def test_priors_that_were_given_are_divided_out(law, plain, other):
    X, y = law
    shares = np.unique(y, return_counts=True)[1][None] / len(y)
    expected, found = plain.fit(X, y).predict_proba(X), other.fit(X, y).predict_proba(X)
    assert np.abs(found - expected).max() > 0.1
    assert reweighted(found, shares, learned_priors(other, shares, CLASSES)) == pytest.approx(expected, abs=1e-9)


def test_weights_of_classes_are_a_factor_of_the_shares_and_what_is_calibrated_again_has_none():
    weights = {"a": 1, "b": 2, "c": 4}
    balanced = LogisticRegression(class_weight="balanced")
    for estimator, priors in (
        (balanced, [1, 1, 1]),
        (GridSearchCV(make_pipeline(StandardScaler(), balanced), {}), [1, 1, 1]),
        (gd.LogisticClassifier(class_weight=weights), [0.6, 0.6, 0.4]),
        (CalibratedClassifierCV(balanced), SHARES[0]),
        (SVC(class_weight="balanced", probability=True), SHARES[0]),
        (LogisticRegression(), SHARES[0]),
        (BaggingClassifier(make_pipeline(StandardScaler(), balanced)), [1, 1, 1]),
        (BaggingClassifier(), SHARES[0]),
        (StackingClassifier([("a", GaussianNB())], final_estimator=balanced), [1, 1, 1]),
        (StackingClassifier([("a", balanced)]), SHARES[0]),
        (VotingClassifier([("a", balanced), ("b", balanced), ("c", "drop")], voting="soft"), [1, 1, 1]),
        (VotingClassifier([("a", balanced), ("b", GaussianNB())], voting="soft", weights=[3, 1]), [0.4, 0.325, 0.275]),
    ):
        expected = np.array([priors]) / np.sum(priors)
        assert learned_priors(estimator, SHARES, CLASSES) == pytest.approx(expected)
    absent = np.array([[0.8, 0.0, 0.2]])
    assert learned_priors(balanced, absent, CLASSES) == pytest.approx(np.array([[0.5, 0, 0.5]]))
    assert learned_priors(GaussianNB(priors=[0.2, 0.6, 0.2]), absent, CLASSES) == pytest.approx(
        np.array([[0.5, 0, 0.5]])
    )


@pytest.mark.parametrize("how", [{"is_unbalance": True}, {"unbalance": True}, {"scale_pos_weight": 9.0}, {}])
def test_boosted_trees_of_balanced_classes_are_brought_back_to_the_shares(how):
    """The mean posterior of the training rows is the share of the class, once the priors learned are divided out."""
    rng = np.random.default_rng(0)
    codes = (rng.random(4000) < 0.1).astype(int)
    X = rng.normal(size=(4000, 1)) + codes[:, None]
    trees = LGBMClassifier(n_estimators=60, num_leaves=4, verbose=-1, **how).fit(X, codes)
    shares = np.array([[1 - codes.mean(), codes.mean()]])
    found = reweighted(trees.predict_proba(X), shares, learned_priors(trees, shares, np.array([0, 1])))
    assert found[:, 1].mean() == pytest.approx(codes.mean(), abs=0.01)


def test_boosted_trees_of_three_classes_ignore_that_they_are_unbalanced(law):
    X, y = law
    trees = LGBMClassifier(n_estimators=5, verbose=-1, is_unbalance=True)
    plain = LGBMClassifier(n_estimators=5, verbose=-1)
    assert_array_equal(trees.fit(X, y).predict_proba(X), plain.fit(X, y).predict_proba(X))
    assert_array_equal(learned_priors(trees, SHARES, CLASSES), SHARES)


@pytest.mark.parametrize("dial", ["class shares, true priors", "class shares, estimated priors"])
def test_other_class_shares_do_not_count_given_priors_twice(law, dial):
    X, y = law
    options = {"dial": dial, "values": [0.5, 0.9], "n_draws": 3, "metric": "brier", "random_state": 0}
    plain = gd.condition_curve(gd.GaussianClassifier(), LogisticRegression(), X, y, **options).curves
    given = gd.condition_curve(
        gd.GaussianClassifier(priors=[0.2, 0.3, 0.5]), LogisticRegression(class_weight="balanced"), X, y, **options
    ).curves
    for curves, abs_tol in ((lambda t: t[t.model == "generative"], 1e-4), (lambda t: t[t.model != "generative"], 0.02)):
        one, two = (curves(t[t.value > 0])["mean"].to_numpy() for t in (plain, given))
        assert two == pytest.approx(one, abs=abs_tol)


class CatBoostClassifier:
    """Keeps its parameters to itself, as CatBoost's does: no attributes, only `get_params`."""

    def __init__(self, **given):
        self._init_params = given

    def get_params(self, deep=True):  # noqa: ARG002 - as scikit-learn asks for it
        return self._init_params

    def fit(self, X, y):  # noqa: ARG002 - never called
        return self


@pytest.mark.parametrize(
    ("how", "priors"),
    [
        ({}, SHARES[0]),
        ({"auto_class_weights": None}, SHARES[0]),
        ({"auto_class_weights": "Balanced"}, [1, 1, 1]),
        ({"auto_class_weights": "SqrtBalanced"}, np.sqrt(SHARES[0])),
        ({"class_weights": [1, 2, 4]}, [0.6, 0.6, 0.4]),
        ({"class_weights": {"c": 4, "b": 2, "a": 1}}, [0.6, 0.6, 0.4]),
        ({"class_weights": [4, 2, 1], "class_names": ["c", "b", "a"]}, [0.6, 0.6, 0.4]),
        ({"scale_pos_weight": 3.0}, SHARES[0]),  # of two classes only
    ],
)
def test_class_weights_of_catboost_are_a_factor_of_the_shares(how, priors):
    """Checked with CatBoost 1.2.10, which the tests do without: trees of few leaves come back to the shares."""
    expected = np.array([priors]) / np.sum(priors)
    for estimator in (CatBoostClassifier(**how), make_pipeline(StandardScaler(), CatBoostClassifier(**how))):
        assert learned_priors(estimator, SHARES, CLASSES) == pytest.approx(expected)
    absent = np.array([[0.8, 0.0, 0.2]])
    assert learned_priors(CatBoostClassifier(**how), absent, CLASSES)[0, 1] == 0
    two = learned_priors(CatBoostClassifier(scale_pos_weight=3.0), np.array([[0.75, 0.25]]), np.array([0, 1]))
    assert two == pytest.approx(np.array([[0.5, 0.5]]))
