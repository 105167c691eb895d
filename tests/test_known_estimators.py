"""Families and forms of classifiers by a table of names, without importing their packages."""

import subprocess
import sys

import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import all_estimators

import genvsdisc as gd
from genvsdisc.known_estimators import KNOWN, family_and_form

G, D = "generative", "discriminative"


class Mine(GaussianNB):
    """A class that derives from a known one."""


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (GaussianNB(), (G, "additive")),
        (LinearDiscriminantAnalysis(), (G, "linear")),
        (QuadraticDiscriminantAnalysis(), (G, "quadratic")),
        (MultinomialNB(), (G, "linear")),
        (BernoulliNB(), (G, None)),
        (CategoricalNB(), (G, None)),
        (Mine(), (G, "additive")),
        (LogisticRegression(), (D, "linear")),
        (LogisticRegressionCV(), (D, "linear")),
        (SGDClassifier(loss="log_loss"), (D, "linear")),
        (SGDClassifier(loss="modified_huber"), (D, None)),
        (MLPClassifier(), (D, None)),
        (SVC(probability=True), (D, None)),
        (KNeighborsClassifier(), (D, None)),
        (RandomForestClassifier(), (D, None)),
        (HistGradientBoostingClassifier(), (D, None)),
        (DummyClassifier(), ("baseline", None)),
        (gd.GaussianClassifier(), (G, "linear")),
        (gd.GaussianClassifier("separate"), (G, "quadratic")),
        (gd.GaussianClassifier("separate", structure="diagonal"), (G, "additive")),
        (gd.GaussianClassifier("separate", structure="spherical"), (G, None)),
        (gd.NaiveBayesClassifier(shared_variance=True), (G, "linear")),
        (gd.LogisticClassifier(), (D, "linear")),
        (gd.CascadeClassifier(), (D, None)),
        (object(), ("other", None)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_families_and_forms(estimator, expected):
    assert family_and_form(estimator) == expected


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()), (G, "linear")),
        (make_pipeline(PolynomialFeatures(2), StandardScaler(), LogisticRegression()), (D, "quadratic")),
        (make_pipeline(PolynomialFeatures(3), LogisticRegression()), (D, None)),
        (make_pipeline(gd.QuadraticFeatures(interactions=False), gd.LogisticClassifier()), (D, None)),
        (make_pipeline(KBinsDiscretizer(), LogisticRegression()), (D, None)),
        # A rotation leaves planes and quadrics what they are, not sums over columns; fewer columns, or others, nothing.
        (make_pipeline(PCA(), LogisticRegression()), (D, "linear")),
        (make_pipeline(PCA(), QuadraticDiscriminantAnalysis()), (G, "quadratic")),
        (make_pipeline(PCA(), GaussianNB()), (G, None)),
        (make_pipeline(PCA(2), LogisticRegression()), (D, None)),
        (make_pipeline(SelectKBest(k=2), LinearDiscriminantAnalysis()), (G, None)),
        (make_pipeline(VarianceThreshold(), LogisticRegression()), (D, "linear")),
        (make_pipeline(VarianceThreshold(0.1), LogisticRegression()), (D, None)),
        (make_pipeline(OneHotEncoder(), LogisticRegression()), (D, None)),
        (make_pipeline(SimpleImputer(), LogisticRegression()), (D, "linear")),
        (make_pipeline(SimpleImputer(add_indicator=True), LogisticRegression()), (D, None)),
        (GridSearchCV(make_pipeline(StandardScaler(), GaussianNB()), {}), (G, "additive")),
        (CalibratedClassifierCV(GaussianNB()), (G, None)),
        (BaggingClassifier(QuadraticDiscriminantAnalysis()), (G, None)),
        (OneVsRestClassifier(LogisticRegression()), (D, None)),
        (AdaBoostClassifier(GaussianNB()), (D, None)),
        (BaggingClassifier(), (D, None)),
        (CalibratedClassifierCV(), (D, None)),
        (VotingClassifier([("a", GaussianNB()), ("b", LinearDiscriminantAnalysis())]), (G, None)),
        (VotingClassifier([("a", GaussianNB()), ("b", LogisticRegression())]), ("other", None)),
    ],
)
def test_inside_pipelines_and_meta_estimators(estimator, expected):
    assert family_and_form(estimator) == expected


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("xgboost.sklearn", "XGBClassifier"),
        ("lightgbm.sklearn", "LGBMClassifier"),
        ("catboost.core", "CatBoostClassifier"),
    ],
)
def test_classes_of_packages_that_are_not_installed(package, name):
    foreign = type(name, (), {"__module__": package, "fit": None})
    assert family_and_form(foreign()) == (D, None)
    assert family_and_form(type(name, (), {"__module__": "elsewhere"})()) == ("other", None)


def test_every_classifier_of_scikit_learn_with_probabilities_is_known():
    inside = ("CalibratedClassifierCV", "BaggingClassifier", "OneVsRestClassifier", "OneVsOneClassifier",
              "OutputCodeClassifier", "ClassifierChain", "MultiOutputClassifier", "SelfTrainingClassifier",
              "VotingClassifier", "FixedThresholdClassifier", "TunedThresholdClassifierCV")  # fmt: skip
    names = [name for name, kind in all_estimators("classifier") if hasattr(kind, "predict_proba")]
    unknown = [name for name in names if ("sklearn", name) not in KNOWN and name not in inside]
    assert unknown == []


def test_nothing_is_imported_for_it():
    code = "import sys, genvsdisc.known_estimators as k; sys.exit(any(p in sys.modules for p, _ in k.KNOWN))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
