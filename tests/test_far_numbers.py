"""Numbers beyond what squares can hold, and rows far away: an answer, or one error with the name of the column."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

import genvsdisc as gd

RNG = np.random.default_rng(0)
Y = np.arange(60) % 3
ROWS = RNG.normal(size=(60, 3)) + Y[:, None] * np.array([2.0, 1.0, 0.0])
SHORT = {"max_iter": 10, "random_state": 0}
ESTIMATORS = {
    "shared": gd.GaussianClassifier(),
    "separate": gd.GaussianClassifier("separate"),
    "auto": gd.GaussianClassifier(shrinkage="auto"),
    "spherical": gd.GaussianClassifier(structure="spherical"),
    "naive Bayes": gd.NaiveBayesClassifier(),
    "ledoit_wolf": gd.GaussianClassifier(shrinkage="ledoit_wolf"),
    "oas": gd.GaussianClassifier("separate", shrinkage="oas"),
    "pooled diagonal": gd.GaussianClassifier("separate", structure="diagonal", pooling=0.5),
    "hybrid": gd.HybridClassifier(),
    "separate hybrid": gd.HybridClassifier(covariance="separate"),
    "weighted naive Bayes": gd.WeightedNaiveBayesClassifier(),
    "counts": gd.NaiveBayesClassifier(["gaussian", "gaussian", "bernoulli"], alpha=0.5),
    "shared variance": gd.NaiveBayesClassifier(shared_variance=True),
    "newton": gd.LogisticClassifier(optimizer="newton"),
    "standardized": gd.LogisticClassifier(optimizer="newton", standardize=True),
    "adam": gd.LogisticClassifier(optimizer="adam", learning_rate=0.01, max_iter=10),
    "network": gd.MLPClassifier((4,), **SHORT),
    "standardized network": gd.MLPClassifier((4,), standardize=True, **SHORT),
    "cascade": gd.CascadeClassifier(n_restarts=1, **SHORT),
    "standardized cascade": gd.CascadeClassifier(n_restarts=1, standardize=True, **SHORT),
}


def table(scale=1.0):
    return pd.DataFrame(ROWS * np.array([1.0, scale, 1.0]), columns=["age", "people", "size"])


def fitted(name, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return clone(ESTIMATORS[name]).fit(X, Y)


def tried(act):
    """What it gives, and the words of its refusal."""
    try:
        return act(), ""
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize("scale", [1e155, 1e300, 1e-100, 1e-155, 1e-310])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_f26_w10_an_answer_or_the_name_of_the_column(name, scale):
    X = table(scale)
    classifier, refusal = tried(lambda: fitted(name, X))
    if classifier is None:
        assert re.search("'people'.*(scale|power of ten)", refusal)
        return
    probabilities = classifier.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert np.isfinite(probabilities).all()


@pytest.mark.parametrize("scale", [1e22])
@pytest.mark.parametrize("name", ["hybrid", "separate hybrid"])
def test_w10_single_precision_whose_squares_leave_its_range(name, scale):
    X = ROWS / np.abs(ROWS).max() * scale
    single, double = fitted(name, X.astype(np.float32)), fitted(name, X)
    assert np.isfinite(single.covariances_).all()
    np.testing.assert_allclose(single.predict_proba(X.astype(np.float32)), double.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("row", [[1.0, 0, 0], [1.0, 1, 1], [1.0, -1, 1], [0, -1.0, np.nan]])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_f27_w10_rows_however_far_have_probabilities_or_a_name(name, row):
    classifier = fitted(name, table())
    gaps = bool(np.isnan(row).any())
    for far in (1e20, 1e154, 1e200, 1e300, 1.7e308):
        rows = pd.DataFrame([np.zeros(3), np.array(row) * far], columns=["age", "people", "size"])
        found, refusal = tried(lambda: (classifier.predict_proba(rows), classifier.predict_log_proba(rows)))  # noqa: B023
        if found is not None:
            np.testing.assert_allclose(found[0].sum(axis=1), 1)
            with np.errstate(under="ignore"):
                np.testing.assert_allclose(np.exp(found[1]), found[0], atol=1e-12)
        elif gaps and not classifier.__sklearn_tags__().input_tags.allow_nan:
            assert "contains NaN" in refusal
        else:
            assert far > (1e154 if gaps or name == "separate hybrid" else 1e300)  # whose features are squares
            assert "row 1 of X lies too far out for floating-point numbers: column '" in refusal


@pytest.mark.parametrize("name", ESTIMATORS)
def test_infinite_rows_are_refused_without_a_word_on_names(name):
    rows = table().to_numpy()[:2].copy()
    rows[1, 1] = np.inf
    classifier = fitted(name, ROWS)
    with pytest.raises(ValueError, match="infinity"):
        classifier.predict_proba(rows)
    named = fitted(name, table())
    with pytest.raises(ValueError, match="infinity"):
        named.predict_proba(pd.DataFrame(rows, columns=["age", "people", "size"]))
