"""The code of a model, executed, gives a pipeline with the same parameters, and the same fit."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import genvsdisc as gd
from genvsdisc.practice.code import pipeline_code

FEW = gd.Design(n_splits=2, n_repeats=1, n_draws=3, train_sizes=(20, 40))


def executed(code):
    names = {}
    exec(compile(code, "code", "exec"), names)
    return names["pipeline"]


def parameters(estimator):
    """Deep parameters as text; those that are estimators themselves are told by theirs."""
    return {name: repr(value) for name, value in estimator.get_params().items()}


def mixed():
    rng = np.random.default_rng(1)
    X = pd.DataFrame(
        {
            "price": [f"{value:.2f} €".replace(".", ",") for value in rng.normal(50, 9, 90)],
            'it\'s "odd"\n#': rng.normal(size=90),
            "town": rng.choice(["Ulm", "Rom", "naïve\n'''"], 90),
            "member": rng.choice([True, False], 90),
        }
    )
    X.iloc[4, 1] = np.nan
    return X, pd.Series(np.where(rng.random(90) < 0.5, "yes", "no"))


def numbers():
    data = gd.datasets.make_gaussian_pair(90, random_state=0)
    return data.X, data.y


def digits():
    data = gd.datasets.load("iris")
    return data.X, data.y


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("table", [mixed, numbers, digits])
def test_every_model_of_the_roster(table):
    X, y = table()
    compared = gd.compare(X, y, design=FEW)
    assert list(compared.fitted) == [model.name for model in gd.default_models()]
    for name, fitted in compared.fitted.items():
        again = executed(compared.pipeline(name))
        assert parameters(again) == parameters(fitted)
        np.testing.assert_array_equal(again.fit(X, y).predict_proba(X), fitted.predict_proba(X))


@pytest.mark.parametrize(
    "estimator",
    [
        GridSearchCV(LogisticRegression(), {"C": [0.1, np.float64(1.0)]}, cv=StratifiedKFold(3, shuffle=True)),
        VotingClassifier([("a", LogisticRegression()), ("b", make_pipeline(StandardScaler(), gd.MLPClassifier()))]),
        make_pipeline(FunctionTransformer(np.log1p), MLPClassifier((3, 4))),
        gd.GaussianClassifier(priors=np.array([0.25, 0.75])),
        gd.LogisticClassifier(class_weight={"a": 1.0, "b": float("inf")}),
        make_pipeline(gd.MLPClassifier((5,)), MLPClassifier((5,))),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_other_estimators_and_two_classes_of_one_name(estimator):
    again = executed(pipeline_code("x", estimator))
    assert type(again) is type(estimator)
    assert parameters(again) == parameters(estimator)


@pytest.mark.parametrize("name", ["xgboost.XGBClassifier", "lightgbm.LGBMClassifier"])
def test_classifiers_of_other_packages(name):
    module, _, kind = name.partition(".")
    estimator = getattr(pytest.importorskip(module), kind)(n_estimators=3, max_depth=2)
    again = executed(pipeline_code("x", estimator))
    assert {k: v for k, v in again.get_params().items() if v == v} == {
        k: v for k, v in estimator.get_params().items() if v == v
    }


def test_a_name_cannot_leave_its_comment():
    code = pipeline_code("x\nimport os", LogisticRegression())
    assert "import os" not in code.splitlines()


class Local(ClassifierMixin, BaseEstimator):
    def __init__(self, rule=None):
        self.rule = rule


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (FunctionTransformer(lambda x: x), "has no name that code could import"),
        (
            LogisticRegression(random_state=np.random.RandomState(0)),
            "RandomState keeps no parameter",
        ),
        (type("Lost", (Local,), {"__module__": "sklearn.base"})(), "'Lost' cannot be imported from 'sklearn.base'"),
    ],
)
def test_what_code_cannot_name_is_said(estimator, message):
    with pytest.raises(ValueError, match=message):
        pipeline_code("x", estimator)
