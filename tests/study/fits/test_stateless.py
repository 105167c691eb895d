"""Steps that learn nothing, and those that only look so."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, StandardScaler

from genvsdisc import GaussianClassifier
from genvsdisc.models import as_models
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.stateless import split_stateless


def centred(X):
    return X - X.mean(axis=0)


@pytest.mark.parametrize(
    ("step", "at_once"),
    [
        (FunctionTransformer(centred), False),
        (make_pipeline(Normalizer(), FunctionTransformer(centred)), False),
        (FunctionTransformer(np.square), True),
        (FunctionTransformer(), True),
        (make_pipeline("passthrough", Normalizer()), True),
        (StandardScaler(), False),
    ],
)
def test_draws_say_what_a_loop_of_fits_says(step, at_once):
    """A function of all rows was applied to the rows that are held out as well: its fits differed by up to 0.9."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 3)) + 1, np.arange(60) % 2
    X[y == 1] *= 1.5
    weights = np.array([np.bincount(rng.integers(0, 60, 60), minlength=60) for _ in range(3)])
    tests = [np.flatnonzero(w == 0) for w in weights]
    model = make_pipeline(step, GaussianClassifier("separate"))
    assert (split_stateless(model) is not None) == at_once
    found = refit_probabilities(model, X, y, weights, tests, classes=np.unique(y))
    for w, rows, p in zip(weights, tests, found, strict=True):
        drawn = np.repeat(np.arange(60), w)
        assert_allclose(p, clone(model).fit(X[drawn], y[drawn]).predict_proba(X[rows]), atol=1e-10)


def test_steps_that_are_none_pass_through():
    """As in scikit-learn; they were an AttributeError about tags."""
    inner = Pipeline([("nothing", None), ("classifier", GaussianClassifier())])
    given = Pipeline([("first", None), ("inner", inner)])
    model = as_models({"both": given})[0].estimator
    steps = [model.steps[0][1], model.steps[1][1].steps[0][1]]
    assert steps == ["passthrough"] * 2
    assert given.steps[0][1] is None  # the user's stays as it is
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.standard_normal((20, 2))), np.arange(20) % 2
    assert_allclose(clone(model).fit(X, y).predict_proba(X), clone(given).fit(X, y).predict_proba(X))
    for classifier in (inner.steps[1][1], BaggingClassifier()):
        assert as_models({"alone": classifier})[0].estimator is classifier
