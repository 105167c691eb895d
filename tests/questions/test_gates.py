"""What the questions take: the words are those of `compare`."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from examples import few
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

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
@pytest.mark.parametrize("n_jobs", [0, 1.5, "two", True, 10**9])
def test_c01_n_jobs_is_checked_first(ask, n_jobs):
    with pytest.raises(ValueError, match="n_jobs must be a number of processes, -1 for all cores, or None, got"):
        ask(X, Y, n_jobs=n_jobs)


@pytest.mark.parametrize("ask", QUESTIONS)
def test_f23_sparse_rows_are_refused_with_what_to_do(ask):
    with pytest.raises(ValueError, match=r"X is a sparse matrix of shape \(60, 2\): give X.toarray\(\)"):
        ask(sparse.csr_matrix(X), Y)


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize(
    "shape", few([lambda y: y[:, None], lambda y: pd.DataFrame({"y": y}), lambda y: y[:, None].tolist()])
)
def test_m02_labels_in_a_column_are_labels(ask, shape):
    with pytest.warns(DataConversionWarning, match="column-vector y"):
        found = ask(X, shape(Y))
    plain = ask(X, Y)
    if isinstance(found, pd.DataFrame):
        pd.testing.assert_frame_equal(found, plain)
    else:
        said = "verdict" if hasattr(found, "verdict") else "finding"
        assert getattr(found, said) == getattr(plain, said)


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize("infinite", [np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [float, np.float32, object])
def test_m02_infinite_labels_are_named(ask, infinite, dtype):
    labels = Y.astype(float)
    labels[3] = infinite
    with pytest.raises(ValueError, match="holds infinite numbers: leave these rows out, or write classes as words"):
        ask(X, labels.astype(dtype))


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
    with pytest.raises(ValueError, match="Input y contains NaN: 30 of 60 labels in 'y' are missing, the first in"):
        estimator.fit(X, np.array(["a", None], dtype=object)[Y])
    with pytest.raises(ValueError, match="the target 'y' has one class only, 0: nothing to tell apart"):
        estimator.fit(X, 0 * Y)


@pytest.mark.parametrize(("n", "k"), [(40, 21), (3, 2), (60, 60)])
def test_m01_fewer_than_two_rows_a_class_are_told_with_what_to_do(n, k):
    with pytest.raises(
        ValueError, match=rf"{n} rows of {k} classes cannot be split: .*merge classes or leave the rarest"
    ):
        crossing(RNG.normal(size=(n, 2)), np.arange(n) % k)


def test_m01_two_rows_a_class_can_be_split():
    assert len(crossing(RNG.normal(size=(40, 2)), np.arange(40) % 20, train_sizes=[20]).curves)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"posterior": np.full((60, 2), 0.5)}, "posterior must be a function"),
        ({"losses": ()}, "losses is empty"),
        ({"losses": ("zero",)}, "losses must be among zero_one"),
        ({"losses": "zero"}, "losses must be among zero_one"),
    ],
)
def test_m03_bias_variance_says_what_it_takes(options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        bias_variance(X, Y, **options)


@pytest.mark.parametrize(
    "options", [{"level": 0}, {"level": 1}, {"level": 1.5}, {"level": np.nan}, {"train_sizes": []}]
)
def test_m03_a_crossing_says_what_it_takes(options):
    with pytest.raises(ValueError, match=r"level must be between 0 and 1|train_sizes is empty"):
        crossing(X, Y, **options)


@pytest.mark.parametrize(
    "option", [{"n_splits": 2.5}, {"n_splits": True}, {"rope": np.nan}, {"rope": -1}, {"n_draws": 1.5}]
)
def test_m04_a_design_of_no_numbers_is_refused(option):
    with pytest.raises(ValueError, match=f"{next(iter(option))} must be"):
        gd.Design(**option)


def test_m06_categories_that_are_lists_are_named():
    lists = pd.DataFrame({"c": [[1], [2]] * 30, "x": X[:, 0]})
    with pytest.raises((ValueError, TypeError), match=r"column 'c' holds \[1\], a list"):
        gd.NaiveBayesClassifier().fit(lists, Y)
    for act in (gd.TableEncoder().fit, lambda table: compare(table, Y)):
        with pytest.raises(ValueError, match="column 'c' holds lists or other nested values: unfold or remove it"):
            act(lists)


@pytest.mark.parametrize("cells", [[1], (1, 2), {1}, {"a": 1}, np.array([1]), frozenset("a")], ids=repr)
def test_m06_categories_that_hold_anything_nested_are_named(cells):
    nested = pd.DataFrame({"c": pd.Series([cells] * 60, dtype=object), "x": X[:, 0]})
    for act in (gd.TableEncoder().fit, lambda table: compare(table, Y)):
        with pytest.raises(ValueError, match="column 'c' holds lists or other nested values: unfold or remove it"):
            act(nested)


@pytest.mark.parametrize("place", [0, 3, 59])
@pytest.mark.parametrize("cell", [np.nan, 1e100, -1e100])
def test_m07_rows_of_weight_0_may_hold_anything(place, cell):
    rows, weights = X.copy(), np.ones(60)
    rows[place], weights[place] = cell, 0
    one = gd.GaussianClassifier().fit(rows, Y, sample_weight=weights).partial_fit(X, Y)
    other = gd.GaussianClassifier().fit(np.delete(X, place, 0), np.delete(Y, place)).partial_fit(X, Y)
    np.testing.assert_allclose(one.covariances_, other.covariances_)
