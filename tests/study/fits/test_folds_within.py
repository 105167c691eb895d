"""Classifiers that cross-validate by themselves, where rows belong to groups: which rows judged which."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import genvsdisc as gd
from genvsdisc.models import Model
from genvsdisc.study.fits.inner_folds import InnerFolds
from genvsdisc.study.fits.tuning import respecting
from genvsdisc.study.fits.weighted_fits import fit_rows
from genvsdisc.study.sampling import Sampling

SEEN = []


class Spy(GaussianNB):
    """Keeps the first column, the group, of the rows that train it and of those that it judges."""

    def fit(self, X, y, sample_weight=None):
        self.trained_ = set(np.asarray(X)[:, 0].round(6))
        return super().fit(np.asarray(X)[:, 1:], y, sample_weight)

    def predict_proba(self, X):
        SEEN.append((self.trained_, set(np.asarray(X)[:, 0].round(6))))
        return super().predict_proba(np.asarray(X)[:, 1:])

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(15), 8)
    y = rng.integers(0, 2, 120)
    X = pd.DataFrame(np.column_stack([groups, rng.normal(size=(120, 2)) + y[:, None]]), columns=[*"gab"])
    return X, y, groups


def search(inner):
    return GridSearchCV(inner, {"var_smoothing": [1e-9, 1e-3]}, cv=4)


@pytest.mark.parametrize("kind", ["groups", "time"])
@pytest.mark.parametrize(
    "estimator",
    [
        search(Spy()),
        make_pipeline(StandardScaler(), search(Spy())),
        make_pipeline(StandardScaler(), CalibratedClassifierCV(Spy(), cv=4)),
    ],
    ids=["search", "search behind a scaler", "calibration behind a scaler"],
)
def test_no_group_judges_itself_in_inner_folds(table, estimator, kind):
    X, y, groups = table
    rows = np.random.default_rng(1).permutation(120)[:90]  # as a draw has them
    ours = respecting(Model("m", estimator), Sampling(kind, groups)).estimator
    SEEN.clear()
    fit_rows(ours, X.iloc[rows], y[rows], None)
    # A calibration forward in time stays as it is: its folds may have to hold every row out.
    asked = kind == "groups" or "calibrated" not in str(ours).lower()
    assert len(SEEN) >= 4
    assert all(not trained & judged for trained, judged in SEEN) == asked
    assert kind == "groups" or not asked or all(max(trained) < min(judged) for trained, judged in SEEN)


def test_a_stack_is_that_of_the_folds_given_by_hand(table):
    X, y, groups = table

    def stack(cv):
        return make_pipeline(StandardScaler(), StackingClassifier([("nb", GaussianNB())], GaussianNB(), cv=cv))

    folds = list(InnerFolds(Sampling("groups", groups), 3).split(X, y))
    fitted = fit_rows(respecting(Model("m", stack(3)), Sampling("groups", groups)).estimator, X, y, None)
    np.testing.assert_array_equal(fitted.predict_proba(X), stack(folds).fit(X, y).predict_proba(X))
    assert not np.array_equal(fitted.predict_proba(X), stack(3).fit(X, y).predict_proba(X))
    assert fitted[-1].cv == 3


def test_folds_that_lack_a_class_are_not_used(table):
    X, y, groups = table
    y = np.where(groups == 0, 2, y)  # a class of one group
    given = make_pipeline(StandardScaler(), StackingClassifier([("nb", GaussianNB())], GaussianNB(), cv=3))
    ours = respecting(Model("m", given), Sampling("groups", groups)).estimator
    np.testing.assert_array_equal(fit_rows(ours, X, y, None).predict_proba(X), given.fit(X, y).predict_proba(X))


def test_others_stay_as_they_are():
    sampling = Sampling("groups", np.arange(4))
    for estimator in (GaussianNB(), DummyClassifier(), make_pipeline(StandardScaler(), GaussianNB())):
        assert respecting(Model("m", estimator), sampling).estimator is estimator
    assert respecting(Model("m", LogisticRegressionCV()), Sampling()).estimator.cv is None


@pytest.mark.slow
def test_a_comparison_keeps_the_table_for_it(table):
    X, y, groups = table
    X["town"] = np.array(["A", "B", "C"])[np.random.default_rng(0).integers(0, 3, 120)]
    models = {
        "search": make_pipeline(StandardScaler(), search(GaussianNB())),
        "stack": StackingClassifier([("nb", GaussianNB())], GaussianNB(), cv=3),
        "ours": gd.LogisticClassifier(optimizer="newton"),
    }
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=4, train_sizes=(60,))
    found = gd.compare(X.drop(columns="g"), y, models, design=design, groups=groups)
    assert found.models["status"].tolist() == ["ok"] * 3, found.models["error"].tolist()
    assert found.failures.empty
    assert "InnerFolds" not in found.pipeline("search") + found.pipeline("stack")
