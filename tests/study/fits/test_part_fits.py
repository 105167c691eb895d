"""Fits to quarters and halves: what they say of the rows that judge, and of the quarters of the same draw."""

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import log_loss

import genvsdisc as gd
from genvsdisc.study.evidence import Predictions
from genvsdisc.study.fits.part_fits import QUARTERS, fit_parts
from genvsdisc.study.fits.splits import make_draws
from genvsdisc.study.table import prepare


@pytest.fixture
def prepared():
    rng = np.random.default_rng(0)
    y = rng.permutation(np.arange(60) % 2)
    table = prepare(pd.DataFrame(rng.normal(size=(60, 2)) + y[:, None]), y, n_splits=3)
    return table, make_draws(table.codes, gd.Design(n_splits=3, n_draws=2, train_sizes=(20,)), 0)


def test_quarters_judge_each_other_as_fits_of_scikit_learn_do(prepared):
    table, draws = prepared
    found = Predictions(gd.Model("shared", gd.GaussianClassifier(), "generative"))
    fit_parts(found.model, table, draws, found)
    X, parts = table.X.to_numpy(), draws.parts[1]
    fits = [LinearDiscriminantAnalysis(solver="lsqr").fit(X[parts == q], table.codes[parts == q]) for q in range(4)]
    judges = np.flatnonzero(parts == 4)
    np.testing.assert_allclose(found.quarters[1], [fit.predict_proba(X[judges]) for fit in fits], atol=1e-8)
    assert found.halves[1].shape == (2, len(judges), 2)
    for trained, fit in enumerate(fits):
        for judged in set(range(4)) - {trained}:
            rows = parts == judged
            expected = log_loss(table.codes[rows], fit.predict_proba(X[rows]))
            assert found.swapped["log_loss"][1, trained, judged] == pytest.approx(expected, rel=1e-8)
    assert np.isnan(found.swapped["log_loss"][1].diagonal()).all()


class WantsRows(LinearDiscriminantAnalysis):
    """Refuses fewer than 15 rows."""

    def fit(self, X, y):
        if len(X) < 15:
            raise ValueError("too few rows")
        return super().fit(X, y)


def test_a_model_may_fail_the_quarters_alone(prepared):
    found = Predictions(gd.Model("wants rows", WantsRows(), "generative"))
    fit_parts(found.model, *prepared, found)
    assert found.failures == {QUARTERS: "ValueError: too few rows"}
    assert len(found.halves) == 2
    assert (found.quarters, found.swapped) == ([], {})
