"""A fit by batches is the fit to all rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline

import genvsdisc as gd
from genvsdisc.features.encoding import TableEncoder
from genvsdisc.study.fits import row_batches
from genvsdisc.study.fits.row_batches import fit_many_rows, fits_in_batches

RNG = np.random.default_rng(0)
Y = np.arange(300) % 2
X = pd.DataFrame({"a": RNG.normal(size=300) + Y, "b": np.array(list("uvw"))[RNG.integers(0, 3, 300)]})
GAPPY = X.mask(RNG.random(X.shape) < 0.1)


def piped(classifier, table):
    return make_pipeline(TableEncoder.for_table(table), classifier)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("classifier", "table"),
    [
        (gd.GaussianClassifier("separate"), X),
        (gd.GaussianClassifier("shared", shrinkage=0.1), X),
        (gd.NaiveBayesClassifier(), GAPPY),
    ],
)
def test_batches_are_the_fit_to_all_rows(classifier, table, weighted, monkeypatch):
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 70)
    weights = RNG.uniform(0.5, 2, 300) if weighted else None
    assert fits_in_batches(piped(classifier, table), table)
    whole, parts = (
        fit_many_rows(piped(classifier, table), table, Y, weights, most=most).predict_proba(table)
        for most in (300, 299)
    )
    np.testing.assert_allclose(parts, whole, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("classifier", "table"),
    [
        (gd.GaussianClassifier("separate"), GAPPY),  # EM
        (gd.GaussianClassifier(shrinkage="auto"), X),
        (gd.LogisticClassifier(), X),
        (LinearDiscriminantAnalysis(), X),
    ],
)
def test_what_needs_all_rows_at_once_gets_them(classifier, table):
    assert not fits_in_batches(piped(classifier, table), table)
