"""What the questions take: the words are those of `compare`."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

import genvsdisc as gd

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 2)), np.arange(60) % 2
ONE, TWO = gd.GaussianClassifier(), gd.LogisticClassifier(optimizer="newton")


def bias_variance(X, y, **options):
    return gd.bias_variance(ONE, X, y, X, y, n_repeats=2, random_state=0, **options)


def crossing(X, y, **options):
    return gd.learning_curve_crossing(ONE, TWO, X, y, n_draws=2, random_state=0, **options)


def compare(X, y, **options):
    design = gd.Design(n_splits=2, n_repeats=1, n_draws=2)
    return gd.compare(X, y, {"one": ONE, "two": TWO}, design=design, random_state=0, **options)


QUESTIONS = [bias_variance, crossing, compare]


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize("n_jobs", [0, 1.5, "two", True])
def test_c01_n_jobs_is_checked_first(ask, n_jobs):
    with pytest.raises(ValueError, match="n_jobs must be a number of processes, -1 for all cores, or None, got"):
        ask(X, Y, n_jobs=n_jobs)


@pytest.mark.parametrize("ask", QUESTIONS)
def test_f23_sparse_rows_are_refused_with_what_to_do(ask):
    with pytest.raises(ValueError, match=r"X is a sparse matrix of shape \(60, 2\): give X.toarray\(\)"):
        ask(sparse.csr_matrix(X), Y)


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([[1], [2, 3]], "holds lists, such as"),
        ([1, "1"], "which are written alike: use one type"),
        ([np.inf, 1.0], "holds infinite numbers"),
        ([3, 3], "has one class only, 3"),
    ],
)
def test_f12_f16_bad_labels_have_the_same_words_everywhere(ask, labels, words):
    with pytest.raises(ValueError, match=words):
        ask(X, pd.Series(labels * 30, dtype=object))


@pytest.mark.parametrize(
    "labels", [[dt.date(2020, 1, 1), dt.date(2021, 1, 1)], [1, "a"], [0.5, 1.5], [b"a", b"b"], [2**70, 2**70 + 1]]
)
def test_f16_labels_of_any_type_give_the_numbers_of_plain_ones(labels):
    given = np.array(labels, dtype=object)[Y]
    pd.testing.assert_frame_equal(bias_variance(X, given), bias_variance(X, Y))
    assert crossing(X, given).finding == crossing(X, Y).finding


def test_labels_of_training_and_test_rows_may_differ_in_type():
    words = np.array(["a", "b"])[Y]
    mixed = gd.bias_variance(ONE, X, words, X, pd.Categorical(words), n_repeats=2, random_state=0)
    pd.testing.assert_frame_equal(mixed, bias_variance(X, Y))
    floats = gd.bias_variance(ONE, X, Y, X, Y.astype(float), n_repeats=2, random_state=0)
    pd.testing.assert_frame_equal(floats, bias_variance(X, Y))


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame(X, schema=["a", "b"]),
        pa.table({"a": X[:, 0], "b": X[:, 1]}),
        pl.LazyFrame({"a": X[:, 0], "b": X[:, 1]}),
    ],
)
def test_f14_f23_tables_of_every_library_give_the_numbers_of_an_array(table):
    np.testing.assert_allclose(bias_variance(table, pl.Series("y", Y)), bias_variance(X, Y), rtol=1e-12)
    assert crossing(table, pa.array(Y)).finding == crossing(X, Y).finding


@pytest.mark.parametrize(
    "estimator", [gd.GaussianClassifier(), gd.NaiveBayesClassifier(), gd.LogisticClassifier(), gd.MLPClassifier((3,))]
)
def test_f13_f23_estimators_name_lazy_frames_and_missing_words(estimator):
    with pytest.raises(ValueError, match=r"X is a lazy frame, which has no rows yet: give X.collect\(\)"):
        estimator.fit(pl.LazyFrame({"a": X[:, 0]}), Y)
    with pytest.raises(ValueError, match="Input y contains NaN: 30 of 60 labels are missing, the first in row 1"):
        estimator.fit(X, np.array(["a", None], dtype=object)[Y])
    with pytest.raises(ValueError, match="got 1 class: 0"):
        estimator.fit(X, 0 * Y)
