"""Models that cannot take a table get what they need in front, and a note; the others are left alone."""

import inspect

import numpy as np
import pandas as pd
import pytest
from examples import few
from lightgbm import LGBMClassifier
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import CategoricalNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils import all_estimators

import genvsdisc as gd
from genvsdisc.models import as_models, default_models
from genvsdisc.study.fits.coded_labels import CodedLabels
from genvsdisc.study.fits.trial import suited_to
from genvsdisc.study.run import NothingToCompare


def table_of(columns, n, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    X = pd.DataFrame(
        {
            "x": rng.normal(size=n) + y,
            "z": rng.lognormal(size=n) * 1e3,
            "flag": rng.random(n) < 0.2 + 0.2 * y,
            "color": np.array(["red", "green", "blue", "gray"])[(rng.integers(0, 4, n) + y) % 4],
            "town": np.array(["Ulm", "Rom", "Bonn"])[(rng.integers(0, 3, n) * (y > 0))],
        }
    )
    return X[list(columns)], y


@pytest.mark.parametrize(
    ("columns", "gaps", "how"),
    few(
        [
            (("x", "color"), False, "as numbers and indicators,"),
            (("x", "z"), True, "with missing entries filled"),
            (("x", "flag", "town"), True, "with missing entries filled"),
        ]
    ),
)
def test_models_that_cannot_take_the_table_get_an_encoder_and_a_note(columns, gaps, how):
    X, y = table_of(columns, n=120)
    if gaps:
        X.loc[::7, "x"] = np.nan
    models = [LinearDiscriminantAnalysis(), GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-3]}, cv=3)]
    result = gd.compare(X, y, models, design=gd.Design(n_splits=3, n_repeats=1, n_draws=4))
    assert (result.models["status"] == "ok").all()
    notes = [note for note in result.meta["notes"] if "as it cannot take the table itself" in note]
    assert len(notes) == 2
    assert all(how in note for note in notes)


def test_models_that_can_take_the_table_are_left_alone():
    X, y = table_of(("x", "z", "color"), n=90)
    ours = default_models(X)
    assert suited_to(ours, X, y) == (ours, [])
    plain = as_models([GaussianNB()])
    assert suited_to(plain, X[["x", "z"]], y) == (plain, [])


class NoBrackets(GaussianNB):
    """Refuses names with brackets, as XGBoost and LightGBM do."""

    def fit(self, X, y, sample_weight=None):
        if any("[" in str(name) for name in getattr(X, "columns", ())):
            raise ValueError("feature names must not contain [")
        return super().fit(X, y, sample_weight)


def test_names_that_a_classifier_refuses_are_kept_from_it():
    """On a table of numbers nothing was tried in front of it: both boosters failed on every fold."""
    X, y = table_of(("x", "z"), n=90)
    named = X.rename(columns={"x": "x [cm]"})
    found, notes = suited_to(as_models({"boosted": NoBrackets()}), named, y)
    assert notes == ["boosted is given the columns without their names, as it cannot take the table itself."]
    fitted = found[0].estimator.fit(named, y)
    plain = GaussianNB().fit(X.to_numpy(), y)
    np.testing.assert_array_equal(fitted.predict_proba(named), plain.predict_proba(X.to_numpy()))
    failing = as_models({"none": GaussianNB(var_smoothing=-1)})
    assert suited_to(failing, named, y) == (failing, [])


@pytest.mark.slow
def test_boosted_trees_take_a_table_of_numbers_whatever_its_names():
    X, y = table_of(("x", "z"), n=90)
    models = as_models({"lightgbm": LGBMClassifier(n_estimators=2, verbose=-1, n_jobs=1)})
    named = X.rename(columns={"x": '{"x": [1]}'})
    found, _ = suited_to(models, named, y)
    assert found[0].estimator.fit(named, y).predict_proba(named).shape == (90, 3)


@pytest.mark.slow
def test_a_classifier_that_takes_no_weights_learns_nothing_from_rows_without_a_label_and_fails_nothing():
    X, y = table_of(("x", "z"), n=200)
    models = {
        "LDA": LinearDiscriminantAnalysis(),
        "PCA": make_pipeline(PCA(1), GaussianNB()),
        "encoded": make_pipeline(StandardScaler(), GaussianNB()),
        "ours": gd.NaiveBayesClassifier(),
    }
    result = gd.compare(X, y, models, design=gd.Design(n_splits=3, n_repeats=1, n_draws=3))
    assert result.failures.empty
    learned = result.conditions.query("dial == 'unlabeled rows'")["model"]
    assert set(learned) == {"encoded", "ours"}


class Counting(GaussianNB):
    """Takes the labels 0 to K - 1 only, as XGBoost does."""

    def fit(self, X, y, sample_weight=None):
        if not np.array_equal(np.unique(y), np.arange(len(np.unique(y)))):
            raise ValueError(f"expected 0, 1, ..., got {np.unique(y)}")
        return super().fit(X, y, sample_weight)


LABELS = {"words": ["a", "b", "c"], "gaps": [2, 4, 9], "counting": [0, 1, 2]}


@pytest.mark.slow
@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("columns", [("x", "z"), ("x", "color")])
def test_classifiers_that_take_numbers_as_labels_are_given_them(labels, columns):
    X, y = table_of(columns, n=120)
    y = np.array(labels)[y]
    models = as_models([Counting(), make_pipeline(Counting()), GaussianNB()])
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=4)
    result = gd.compare(X, y, models, design=design)
    assert (result.models["status"] == "ok").all()
    assert sum("the classes as the numbers 0, 1, ..." in note for note in result.meta["notes"]) == 2
    losses = result.summary.pivot_table(index="model", columns="loss", values="mean")
    np.testing.assert_array_equal(losses.loc["Counting"], losses.loc["GaussianNB"])
    np.testing.assert_array_equal(losses.loc["Counting 2"], losses.loc["GaussianNB"])


def test_coded_labels_hand_weights_on_and_speak_of_the_labels():
    X, y = table_of(("x", "z"), n=60)
    y = np.array(["a", "b", "c"])[y]
    weights = np.arange(60.0)
    coded, plain = CodedLabels(Counting()).fit(X, y, weights), GaussianNB().fit(X, y, weights)
    np.testing.assert_array_equal(coded.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(coded.predict(X), plain.predict(X))
    assert not hasattr(CodedLabels(LinearSVC()), "predict_proba")


@pytest.mark.slow
def test_what_a_trial_has_too_few_rows_for_is_still_given_numbers():
    """Each class has 20 rows in the trial, fewer than there are indicators, but enough in the table."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 30)), rng.integers(0, 2, 400)
    X = pd.DataFrame(X).assign(color=np.array(["red", "blue"])[rng.integers(0, 2, 400)]).rename(columns=str)
    few = gd.Design(n_splits=3, n_repeats=1, n_draws=4, train_sizes=(200,))
    result = gd.compare(X, y, [QuadraticDiscriminantAnalysis(), GaussianNB()], design=few)
    assert (result.models["status"] == "ok").all()
    few = gd.Design(n_splits=3, n_repeats=1, n_draws=4, train_sizes=(20,))
    small = gd.compare(X[:60], y[:60], [QuadraticDiscriminantAnalysis(), GaussianNB()], design=few)
    assert small.models["status"].tolist() == ["failed", "ok"]
    assert "not full rank" in small.failures["error"].iloc[0]


@pytest.mark.parametrize(
    "columns", [("color", "town"), pytest.param(("x", "z", "flag", "color"), marks=pytest.mark.slow)]
)
def test_a_classifier_of_categories_takes_words_and_numbers_and_categories_that_a_fold_lacks(columns):
    X, y = table_of(columns, n=120)
    X.loc[5, "color"] = "seen once"
    result = gd.compare(
        X, y, [CategoricalNB(), GaussianNB()], design=gd.Design(n_splits=5, n_repeats=1, n_draws=4, train_sizes=(30,))
    )
    assert (result.models["status"] == "ok").all()
    assert not result.failures["stage"].isin(["cross-validation", "bias and variance", "learning curve"]).any()
    assert any("CategoricalNB is given" in note and "in 10 equal bins" in note for note in result.meta["notes"])


@pytest.mark.parametrize(
    ("columns", "gaps"), [(("x", "z"), False), (("x", "color"), False), (("x", "flag", "town"), True)]
)
def test_a_classifier_of_counts_is_given_numbers_below_zero_from_zero_to_one(columns, gaps):
    X, y = table_of(columns, n=60)
    X.loc[X.index[::9], "x"] = np.nan if gaps else -1.0
    (model,), (note,) = suited_to(as_models([MultinomialNB()]), X, y)
    assert "each from 0 to 1" in note
    assert model.form == "linear"
    assert model.estimator.fit(X, y).predict_proba(X).shape == (60, 3)
    _, notes = suited_to(as_models([MultinomialNB()]), X[[columns[-1]]].replace(np.nan, 0), y)
    assert not any("from 0 to 1" in note for note in notes)


def classifiers():
    """Every classifier of scikit-learn, and LightGBM's, that a person may pass."""
    inner = {"VotingClassifier": [("a", LogisticRegression()), ("b", GaussianNB())]}
    inner["StackingClassifier"] = inner["VotingClassifier"]
    for name, kind in all_estimators("classifier"):
        needs = {"estimator", "estimators"} & set(inspect.signature(kind).parameters)
        given = inner.get(name, LogisticRegression()) if needs else None
        yield name, kind(given) if needs else kind()
        if needs and name in ("AdaBoostClassifier", "BaggingClassifier", "CalibratedClassifierCV"):
            yield f"{name}()", kind()
    yield "LGBMClassifier", LGBMClassifier(n_estimators=5, verbose=-1)


IN_WORDS = {
    "has no predict_proba": [
        "LinearSVC", "NuSVC", "OneVsOneClassifier", "OutputCodeClassifier", "PassiveAggressiveClassifier", "Perceptron",
        "RidgeClassifier", "RidgeClassifierCV", "SGDClassifier", "SVC", "VotingClassifier",
    ],
    "is for several targets at once": ["ClassifierChain", "MultiOutputClassifier"],
    "Only binary classification is supported": ["FixedThresholdClassifier", "TunedThresholdClassifierCV"],
    "not full rank": ["QuadraticDiscriminantAnalysis"],
    "No neighbors found for test samples": ["RadiusNeighborsClassifier"],
}  # fmt: skip
"""What is said of those that cannot be compared as they are."""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_every_classifier_takes_words_and_gaps_or_says_in_words_why_not():
    X, y = table_of(("x", "flag", "town"), n=90)
    X.loc[::7, "x"] = np.nan
    design = gd.Design(n_splits=2, n_repeats=1, n_draws=2, train_sizes=(40,), losses=("zero_one", "log_loss"))
    said = {name: what for what, names in IN_WORDS.items() for name in names}
    for name, classifier in classifiers():
        if name in said:
            with pytest.raises((TypeError, NothingToCompare), match=said[name]):
                gd.compare(X, y, {name: classifier}, design=design)
        else:
            result = gd.compare(X, y, {name: classifier}, design=design)
            assert result.models["status"].tolist() == ["ok"], name
            assert result.meta["verdict_card"]["sentence"].startswith("No verdict between the families: "), name


def test_durations_are_no_numbers_below_zero():
    X = pd.DataFrame({"size": np.arange(12.0), "took": pd.to_timedelta(np.arange(12), unit="D")})
    X["took"] -= pd.Timedelta(days=3)
    _, notes = suited_to([gd.Model("bayes", MultinomialNB())], X, np.arange(12) % 2)
    assert "as numbers and indicators" in notes[0]
