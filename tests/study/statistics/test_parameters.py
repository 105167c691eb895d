"""Parameters under names that a reader knows: their values by NumPy and scikit-learn."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC, LinearSVC

from genvsdisc.study.statistics.parameters import parameter_table
from genvsdisc.study.statistics.tables import n_parameters


def listed(compared, model):
    return compared.parameters[compared.parameters["model"] == model].set_index("parameter")["value"]


def test_priors_and_means_of_a_gaussian_are_those_of_the_classes(pair, compared):
    values = listed(compared, "shared Gaussian")
    for label, rows in pair.X.groupby(pair.y):
        assert values[f"prior of {label}"] == pytest.approx(len(rows) / len(pair.X))
        for column in pair.X:
            assert values[f"mean of {column}, class {label}"] == pytest.approx(rows[column].mean(), rel=1e-12)


def test_coefficients_of_two_classes_are_those_of_the_second(pair, compared):
    scaler = StandardScaler().fit(pair.X)
    theirs = LogisticRegression(C=1 / (1e-3 * len(pair.X)), tol=1e-10).fit(scaler.transform(pair.X), pair.y)
    coefficients = theirs.coef_[0] / scaler.scale_
    values = listed(compared, "logistic")
    for column, coefficient in zip(pair.X, coefficients, strict=True):
        assert values[f"coefficient of {column}, class 1"] == pytest.approx(coefficient, rel=1e-4)
    assert values["intercept, class 1"] == pytest.approx(theirs.intercept_[0] - coefficients @ scaler.mean_, abs=1e-4)
    for label, share in pair.y.value_counts(normalize=True).items():
        assert values[f"prior of {label}"] == pytest.approx(share)  # which `adapt_priors` divides by
    assert len(values) == 6


def table(estimator, columns):
    return parameter_table(SimpleNamespace(fitted=estimator, model=SimpleNamespace(name="m")), columns)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_names_follow_the_steps_of_a_pipeline(n_classes):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), np.arange(60) % n_classes
    fitted = make_pipeline(PolynomialFeatures(2, include_bias=False), LogisticRegression()).fit(X, y)
    shown = table(fitted, ["u", "v"])
    classes = [1] if n_classes == 2 else [0, 1, 2]
    names = [f"coefficient of {name}, class {k}" for k in classes for name in ("u", "v", "u^2", "u v", "v^2")]
    assert shown["parameter"].tolist() == [*names, *(f"intercept, class {k}" for k in classes)]
    np.testing.assert_array_equal(shown["value"][: len(names)], fitted[-1].coef_.ravel())


@pytest.mark.parametrize("n_classes", [3, 4, 5])
def test_w12_rows_of_pairs_are_places_and_count_every_class(n_classes):
    """Of one-vs-one classifiers, whose rows are K (K - 1) / 2 pairs: with three classes as many as classes."""
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % n_classes
    machine = SVC(kernel="linear").fit(X, y)
    pairs = n_classes * (n_classes - 1) // 2
    places = [f"coef_[{row}, {column}]" for row in range(pairs) for column in range(2)]
    for fitted in (machine, make_pipeline(StandardScaler(), SVC(kernel="linear")).fit(X, y)):
        shown = table(fitted, ["u", "v"])
        assert shown["parameter"].tolist()[: len(places)] == places
        assert not shown["parameter"].str.contains("class").any()
    assert n_parameters(machine) == pairs * 2 + pairs


def test_w12_rows_against_the_rest_are_classes():
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 3
    shown = table(LinearSVC().fit(X, y), ["u", "v"])
    assert shown["parameter"][:2].tolist() == ["coefficient of u, class 0", "coefficient of v, class 0"]


def test_names_that_a_step_cannot_tell_are_places():
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 3
    shown = table(make_pipeline(FunctionTransformer(np.square), LogisticRegression()).fit(X, y), ["u", "v"])
    assert shown["parameter"][0] == "coef_[0, 0]"


def test_more_parameters_than_one_reads_are_not_listed():
    X, y = np.random.default_rng(0).normal(size=(200, 80)), np.arange(200) % 2
    shown = table(LogisticRegression().fit(X, y), [f"x{j}" for j in range(80)])
    assert shown["parameter"].tolist() == ["intercept, class 1"]
