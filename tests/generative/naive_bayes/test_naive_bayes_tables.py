"""Tables of mixed types: which distribution a column gets, what becomes of its labels, what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from genvsdisc import NaiveBayesClassifier


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    y = np.array(["no", "yes"])[np.arange(120) % 2]
    frame = pd.DataFrame(
        {
            "height": rng.normal(y == "yes"),
            "color": np.where(y == "yes", rng.choice(["red", "green"], 120), rng.choice(["red", "blue"], 120)),
            "winged": rng.random(120) < 0.3,
            "kind": pd.Categorical(rng.choice(["u", "v"], 120)),
            "eggs": rng.poisson(3, 120),
        }
    )
    return frame, y


def coded(frame):
    """The same table as a float array."""
    numbers = frame.assign(color=frame["color"].map({"blue": 0, "green": 1, "red": 2}), kind=frame["kind"].cat.codes)
    return numbers.to_numpy(dtype=np.float64)


def test_kinds_follow_the_types_of_columns(table):
    X, y = table
    model = NaiveBayesClassifier().fit(X, y)
    assert model.distributions_ == ("gaussian", "categorical", "bernoulli", "categorical", "poisson")
    assert_array_equal(model.categories_[1], ["blue", "green", "red"])
    assert_array_equal(model.feature_names_in_, X.columns)
    assert NaiveBayesClassifier().fit(coded(X), y).distributions_ == ("gaussian",) * 5


@pytest.mark.parametrize("column", [pd.array([True, None, False] * 40, dtype="boolean"), [True, None, False] * 40])
def test_truth_values_may_be_missing(table, column):
    X, y = table
    model = NaiveBayesClassifier().fit(X.assign(winged=column), y)
    assert model.distributions_[2] == "bernoulli"
    assert_allclose(model.class_count_, 60)
    assert_allclose(model.means_[:, 2], 0.5, atol=0.03)


def test_labels_and_codes_give_the_same_model(table):
    X, y = table
    named = NaiveBayesClassifier({"poisson": ["eggs"]}).fit(X, y)
    listed = NaiveBayesClassifier(["gaussian", "categorical", "bernoulli", "categorical", "poisson"])
    assert_allclose(listed.fit(coded(X), y).predict_proba(coded(X)), named.predict_proba(X), atol=1e-12)
    assert_allclose(listed.fit(X, y).predict_proba(X), named.predict_proba(X), atol=1e-12)


def test_polars_and_object_arrays_give_the_same_model(table):
    X, y = table
    expected = NaiveBayesClassifier().fit(X, y).predict_proba(X)
    frame = pl.from_pandas(X)
    assert_allclose(NaiveBayesClassifier().fit(frame, y).predict_proba(frame), expected, atol=1e-12)
    array = X.astype(object).to_numpy()
    model = NaiveBayesClassifier({"categorical": [1, 3], "bernoulli": [2]}).fit(array, y)
    assert_allclose(model.predict_proba(array), expected, atol=1e-12)


@pytest.mark.parametrize("value", ["violet", None])
def test_unknown_and_missing_categories_drop_their_factor(table, value):
    X, y = table
    smaller = NaiveBayesClassifier().fit(X.drop(columns="color"), y).predict_proba(X.drop(columns="color"))
    model = NaiveBayesClassifier().fit(X, y)
    assert_allclose(model.predict_proba(X.assign(color=value)), smaller, atol=1e-12)


def test_unknown_numbers_drop_their_factor():
    X, y = np.array([[0.0, 1.0], [2.0, 1.0], [0.0, 5.0], [2.0, 5.0]]), [0, 1, 0, 1]
    model = NaiveBayesClassifier("categorical").fit(X, y)
    assert_allclose(model.predict_proba([[1.0, 1.0], [9.0, 5.0], [-1.0, 7.0]]), 0.5)


def test_batches_of_a_frame_may_bring_new_labels(table):
    X, y = table
    rows = np.argsort(X["color"], kind="stable").to_numpy()
    model = NaiveBayesClassifier()
    for part in np.array_split(rows, 4):
        model.partial_fit(X.iloc[part], y[part], classes=["no", "yes"])
    assert_allclose(model.predict_proba(X), NaiveBayesClassifier().fit(X, y).predict_proba(X), atol=1e-10)


def test_draws_have_labels_and_names(table):
    X, y = table
    model = NaiveBayesClassifier({"poisson": ["eggs"]}).fit(X, y)
    drawn, labels = model.sample(50, random_state=0)
    assert list(drawn.columns) == list(X.columns)
    assert set(drawn["color"]) <= {"red", "green", "blue"}
    assert set(labels) == {"no", "yes"}
    assert np.isfinite(model.score_samples(drawn)).all()


def test_statistics_are_named_after_columns(table):
    X, y = table
    statistics, _, _ = (
        NaiveBayesClassifier({"poisson": ["eggs"]}).fit(X[["height", "color", "eggs"]], y).linear_log_odds()
    )
    expected = ["height", "eggs", "height^2", "color=blue", "color=green", "color=red"]
    assert [*statistics.get_feature_names_out()] == [*expected, "height missing", "eggs missing"]


def test_discriminative_twin_has_the_same_posterior_and_can_be_fitted_itself(table):
    X, y = table
    X = X.mask(np.random.default_rng(1).random(X.shape) < 0.1)
    model = NaiveBayesClassifier({"poisson": ["eggs"], "bernoulli": ["winged"]}).fit(X, y)
    twin = model.as_discriminative()
    assert_allclose(twin.predict_proba(X), model.predict_proba(X), atol=1e-9)
    assert_array_equal(twin.predict(X), model.predict(X))
    truth = np.arange(120), np.searchsorted(model.classes_, y)
    refitted = clone(twin).fit(X, y).predict_proba(X)
    assert np.log(refitted[truth]).mean() > np.log(twin.predict_proba(X)[truth]).mean()


def test_negative_counts_are_missing_with_a_warning():
    X, y = np.array([[1.0], [3.0], [2.0], [-4.0]]), [0, 0, 1, 1]
    with pytest.warns(UserWarning, match="column 0 is poisson but holds negative values"):
        model = NaiveBayesClassifier("poisson", alpha=0.0).fit(X, y)
    assert_allclose(model.means_, [[2.0], [2.0]])


def test_poisson_smoothing_adds_rows_with_the_mean_count():
    X, y = np.array([[0.0], [0.0], [6.0], [10.0]]), [0, 0, 1, 1]
    assert_allclose(NaiveBayesClassifier("poisson", alpha=2.0).fit(X, y).means_, [[2.0], [6.0]])


@pytest.mark.parametrize(
    ("distributions", "message"),
    [
        ("normal", "distributions must be"),
        (["gaussian"], "one entry for each column of X, n_features = 2, got 1"),
        ({"poisson": [2]}, "column 2, which X with n_features = 2"),
        ({"poisson": ["height"]}, "column 'height', which X"),
        ({"poisson": [0], "bernoulli": [0]}, "column 0 twice"),
        ({"normal": [0]}, "distributions must be"),
        (3, "The 'distributions' parameter"),
    ],
)
def test_wrong_distributions_are_explained(distributions, message):
    with pytest.raises(ValueError, match=message):
        NaiveBayesClassifier(distributions).fit(np.eye(2), [0, 1])


@pytest.mark.parametrize("parameter", [{"alpha": -1.0}, {"var_smoothing": -1e-3}, {"shared_variance": "yes"}])
def test_wrong_parameters_are_explained(parameter):
    (name,) = parameter
    with pytest.raises(ValueError, match=f"The '{name}' parameter"):
        NaiveBayesClassifier(**parameter).fit(np.eye(2), [0, 1])


def test_unusable_columns_are_explained(table):
    X, y = table
    with pytest.raises(ValueError, match=r"column 'day' holds dates or times .datetime64.*TableEncoder in front"):
        NaiveBayesClassifier().fit(X.assign(day=pd.Timestamp("2020-01-01")), y)
    with pytest.raises(TypeError, match="uniformly strings or numbers"):
        NaiveBayesClassifier().fit(X.assign(color=[1, "red"] * 60), y)
    with pytest.raises(ValueError, match="fitted with labels such as 'blue', got numbers"):
        NaiveBayesClassifier({"categorical": [1]}).fit(X.to_numpy(object)[:, :2], y).predict(np.ones((1, 2)))
