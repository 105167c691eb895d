"""A fit by batches is the fit to all rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline

import genvsdisc as gd
from genvsdisc.features.encoding import TableEncoder
from genvsdisc.generative.gaussian.layout import Sample
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
        (gd.GaussianClassifier("separate", shrinkage="oas"), GAPPY),
        (gd.GaussianClassifier("separate", structure="diagonal"), GAPPY),
        (gd.GaussianClassifier(shrinkage="auto"), X),
        (gd.LogisticClassifier(), X),
        (LinearDiscriminantAnalysis(), X),
    ],
)
def test_what_needs_all_rows_at_once_gets_them(classifier, table):
    assert not fits_in_batches(piped(classifier, table), table)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("options", [{"covariance": "separate"}, {"pooling": 0.3, "shrinkage": 0.1}])
def test_batches_of_rows_with_gaps_end_where_all_rows_do(options, weighted, monkeypatch):
    """A column shows a gap late, another its second value: what was known of the columns is put right."""
    monkeypatch.setattr(row_batches, "BATCH_ROWS", 400)
    rng = np.random.default_rng(1)
    y = np.arange(1920) % 3
    rows = rng.normal(size=(1920, 4)) @ rng.normal(size=(4, 4)) + rng.normal(size=(3, 4))[y]
    table = pd.DataFrame(rows, columns=list("abcd")).assign(e=1.0)
    table = table.mask(rng.random(table.shape) < [0.1, 0.2, 0, 0, 0.1])
    late = np.setdiff1d(np.arange(1400, 1700), Sample.every(y, np.ones((1, 1920)), 3).rows)
    table.loc[1801, "c"], table.loc[late, "e"] = np.nan, rng.normal(size=len(late))
    weights = rng.uniform(0.5, 2, 1920) if weighted else None
    classifier = gd.GaussianClassifier(**options, tol=1e-12)
    assert fits_in_batches(classifier, table)
    whole, parts = (fit_many_rows(clone(classifier), table, y, weights, most=most) for most in (1920, 1919))
    np.testing.assert_allclose(parts.means_, whole.means_, atol=1e-5)  # the end is one of the likelihood
    np.testing.assert_allclose(parts.covariances_, whole.covariances_, atol=1e-5)


def test_a_class_that_does_not_show_a_column_in_the_sample_is_fitted_at_once():
    table = pd.DataFrame(RNG.normal(size=(300, 3)))
    table.iloc[0:300:2, 0] = np.where(np.arange(150) == 1, 1.0, np.nan)
    classifier = gd.GaussianClassifier(shrinkage=0.1)
    np.testing.assert_array_equal(
        fit_many_rows(clone(classifier), table, Y, most=299).means_, classifier.fit(table, Y).means_
    )


def test_gaps_of_too_many_rows_are_not_kept(monkeypatch):
    monkeypatch.setattr(row_batches, "MOST_KEPT", 50)
    assert not fits_in_batches(piped(gd.GaussianClassifier("separate"), GAPPY), GAPPY)
