"""A comparison keeps its models: they take the user's table and answer with the user's labels."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

import genvsdisc as gd
from genvsdisc.densities import density_floor

FEW = gd.Design(n_splits=2, n_repeats=1, n_draws=3, train_sizes=(20, 40))


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "id": [f"row {i}" for i in range(120)],
            "price": [f"{value:,.2f} €".replace(",", " ").replace(".", ",") for value in rng.normal(50, 9, 120)],
            "size": rng.normal(size=120),
            "town": rng.choice(["Ulm", "Rom", "Bonn"], 120),
        }
    )
    X.loc[3, "size"] = np.nan
    return X, pd.Series(np.where(rng.random(120) < 0.5, "yes", "no"), name="bought")


@pytest.fixture(scope="module")
def kept(table):
    names = ("shared Gaussian", "naive Bayes", "logistic")
    roster = {m.name: m for m in gd.default_models(table[0]) if m.name in names}
    return gd.compare(*table, {**roster, "tree": DecisionTreeClassifier(max_depth=2)}, design=FEW)


def test_every_model_takes_the_raw_table_in_any_order(kept, table):
    X, y = table
    for model in kept.fitted.values():
        probabilities = model.predict_proba(X)
        assert list(model.classes_) == ["no", "yes"]
        shuffled = X[["town", "price", "size"]].assign(more=1)
        np.testing.assert_array_equal(model.predict_proba(shuffled), probabilities)
        assert set(model.predict(X)) <= set(y)


def test_they_are_the_classifiers_that_a_fit_to_all_rows_gives(kept, table):
    X, y = table
    typed = kept.fitted["tree"][0].transform(X)
    for name in ("shared Gaussian", "naive Bayes", "logistic"):
        model = next(m for m in gd.default_models(typed) if m.name == name)
        again = model.estimator.fit(typed, y)
        np.testing.assert_array_equal(again.predict_proba(typed), kept.fitted[name].predict_proba(X))


def test_floors_are_those_of_the_rows_of_training(kept, table):
    assert set(kept.meta["density_floors"]) == {"shared Gaussian", "naive Bayes"}
    for name, floor in kept.meta["density_floors"].items():
        assert density_floor(kept.fitted[name], table[0]) == floor


@pytest.mark.parametrize("copied", [lambda c: pickle.loads(pickle.dumps(c)), copy.deepcopy])
def test_they_travel_with_the_comparison(kept, table, copied):
    again = copied(kept)
    assert list(again.fitted) == list(kept.fitted)
    for name, model in again.fitted.items():
        np.testing.assert_array_equal(model.predict_proba(table[0]), kept.fitted[name].predict_proba(table[0]))


def test_a_model_that_is_not_kept_is_named():
    with pytest.raises(KeyError, match="no model 'x' is kept; there are: none"):
        gd.Comparison({}).fitted["x"]


def test_a_model_that_fails_on_all_rows_alone_is_named_and_the_others_are_kept(table):
    X, y = table

    class Refusing(LogisticRegression):
        def fit(self, X, y):
            if len(y) == 120:
                raise RuntimeError("too many rows")
            return super().fit(X, y)

    models = {"refusing": Refusing(), "plain": LogisticRegression()}
    compared = gd.compare(X[["size"]].fillna(0.0), y, models, design=FEW)
    assert list(compared.fitted) == ["plain"]
    failed = compared.failures
    assert failed[failed.stage == "fit to all rows"].error.tolist() == ["RuntimeError: too many rows"]


@pytest.mark.parametrize(
    "labels", [[0, 1], pytest.param([1.0, 2.0], marks=pytest.mark.slow), [True, False], ["a", "b"]]
)
def test_labels_are_those_given(labels):
    data = gd.datasets.make_gaussian_pair(60, random_state=1)
    y = np.where(data.y == data.y.iloc[0], labels[0], labels[1])
    fitted = gd.compare(data.X.to_numpy(), y, {"l": LogisticRegression()}, design=FEW).fitted["l"]
    assert set(fitted.classes_) == set(labels)
    assert set(fitted.predict(data.X.to_numpy())) <= set(labels)
