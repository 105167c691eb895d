"""The way around scikit-learn's checks takes nothing that they would refuse."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvsdisc import GaussianClassifier, LogisticClassifier, MLPClassifier, NaiveBayesClassifier, QuadraticFeatures
from genvsdisc.given import given_labels
from genvsdisc.validation import column_name, encoded_labels

X, Y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
quick = pytest.mark.filterwarnings("ignore:.*reached max_iter")


@quick
@pytest.mark.parametrize(
    ("classifier", "container", "change"),
    [
        (MLPClassifier((3,), max_iter=2), {"activation": ["relu"]}, lambda names: names.__setitem__(0, "softplus")),
        (MLPClassifier((3,), max_iter=2), {"hidden_layer_sizes": [3]}, lambda sizes: sizes.__setitem__(0, 0)),
        (NaiveBayesClassifier(), {"distributions": ["gaussian"] * 2}, lambda names: names.__setitem__(0, "cauchy")),
        (LogisticClassifier(), {"class_weight": {0: 1.0}}, lambda weights: weights.__setitem__(0, -1.0)),
    ],
)
def test_a_parameter_that_changed_inside_is_checked_again(classifier, container, change):
    classifier.set_params(**container).fit(X, Y)
    change(next(iter(container.values())))
    with pytest.raises(ValueError, match=next(iter(container)).split("_")[0]):
        classifier.fit(X, Y)


@pytest.mark.parametrize("bad", [{"tol": "small"}, {"max_iter": 0}])
def test_a_parameter_that_was_replaced_is_checked_again(bad):
    classifier = LogisticClassifier().fit(X, Y)
    with pytest.raises(ValueError, match=next(iter(bad))):
        classifier.set_params(**bad).fit(X, Y)
    with pytest.raises(ValueError, match=next(iter(bad))):
        classifier.fit(X, Y)


@pytest.mark.filterwarnings("ignore:The number of unique classes")
@given(st.lists(st.integers(-200, 200), min_size=1, max_size=40), st.sampled_from(["i1", "i2", "u1", "u8", "i8"]))
def test_labels_are_encoded_as_by_numpy(values, dtype):
    y = np.array(values).astype(dtype)
    classes, codes = encoded_labels(y)
    expected, inverse = np.unique(y, return_inverse=True)
    np.testing.assert_array_equal(classes, expected)
    np.testing.assert_array_equal(codes, inverse)
    assert classes.dtype == y.dtype


@given(st.lists(st.text(max_size=3), min_size=1, max_size=40))
def test_words_are_encoded_as_by_numpy_and_blank_ones_refused(values):
    """By their distinct values alone, whose order is that of Python's text: code points, not letters."""
    y = np.array(values, dtype=object)
    if not all(word.strip() for word in values):
        with pytest.raises(ValueError, match="y contains NaN"):
            given_labels(y)
        return
    assert given_labels(y) is y
    classes, codes = encoded_labels(y)
    expected, inverse = np.unique(y, return_inverse=True)
    np.testing.assert_array_equal(classes, expected)
    np.testing.assert_array_equal(codes, inverse)
    assert classes.dtype == object
    np.testing.assert_array_equal(given_labels(pd.Series(y)), y)


@pytest.mark.parametrize("other", [None, np.nan, pd.NA, 1, 2.5, b"a", ("a",), dt.date(2020, 1, 1)])
def test_one_label_among_words_that_is_none_is_found(other):
    y = np.array(["a", "b"] * 30, dtype=object)
    y[57] = other
    for labels in (y, pd.Series(y), list(y)):
        with pytest.raises(ValueError, match=r"NaN|missing|types|type"):
            GaussianClassifier().fit(np.arange(60.0)[:, None], labels)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [float, np.float32])
def test_plain_arrays_that_are_not_finite_are_refused(dtype, bad):
    rows = X.astype(dtype)
    rows[7, 1] = bad
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        LogisticClassifier().fit(rows, Y)


def test_columns_are_named_as_the_user_names_them():
    classifier = GaussianClassifier()
    assert column_name(classifier, 3) == "column 3 of X"
    classifier.feature_names_in_ = np.array(["age", "height"], dtype=object)
    assert column_name(classifier, 1) == "column 'height'"


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan, 10**400])
@pytest.mark.parametrize("make", [LogisticClassifier, MLPClassifier, QuadraticFeatures])
def test_f26_what_is_not_finite_is_named_with_its_column_and_row(make, bad):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)), columns=["a", "b", "c"]).astype(object)
    y = np.arange(30) % 2
    X.loc[7, "b"] = bad
    for table, name in ((X, "'b'"), (X.to_numpy(), "1 of X")):
        with pytest.raises(ValueError, match=f"^Input X contains (NaN|infinity).*, column {name} in row 7 first[.]"):
            make().fit(table, y)
