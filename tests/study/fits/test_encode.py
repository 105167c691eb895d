"""The steps without a state are applied once: same probabilities as the whole pipeline, one matrix for all."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.fits.encode import benches
from genvsdisc.study.table import prepare


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 80)
    X = pd.DataFrame(
        {"x": rng.normal(size=80) + y, "color": np.array(["red", "green", "blue"])[rng.integers(3, size=80)]}
    )
    return prepare(X, y, n_splits=2)


def test_a_bench_and_its_whole_give_the_probabilities_of_the_pipeline(table):
    roster = [model for model in gd.default_models(table.X) if model.form]
    for model, bench in zip(roster, benches(roster, table), strict=True):
        expected = model.estimator.fit(table.X, table.y).predict_proba(table.X)
        fitted = bench.model.estimator.fit(bench.table.X, table.y)
        np.testing.assert_allclose(fitted.predict_proba(bench.table.X), expected, atol=1e-9, err_msg=model.name)
        whole = bench.whole(Predictions(model, fitted=fitted), model).fitted
        np.testing.assert_allclose(whole.predict_proba(table.X), expected, atol=1e-9, err_msg=model.name)


def test_models_with_the_same_steps_share_one_matrix(table):
    names = ("shared Gaussian", "separate Gaussian", "logistic")
    roster = [model for model in gd.default_models(table.X) if model.name in names]
    matrices = {id(bench.table.X) for bench in benches(roster, table)}
    assert len(roster) == 3
    assert len(matrices) == 1
