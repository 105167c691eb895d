"""What can be a target, and which classes are too rare."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.exceptions import DataConversionWarning

from genvsdisc.datasets import as_target, check_target, drop_rare_classes


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (["b", "a", "b"], ["b", "a", "b"]),
        ([1.0, 3.0, 1.0], [1, 3, 1]),
        ([True, False, True], [True, False, True]),
        ([0.5, 1.5, 0.5, 1.5], ["0.5", "1.5", "0.5", "1.5"]),
        (pd.Categorical(["x", "y", "x"]), ["x", "y", "x"]),
        (pd.Categorical([2, 1, 2]), [2, 1, 2]),
        ([True, "maybe", "maybe"], ["True", "maybe", "maybe"]),
        (list(range(30)) * 20, list(range(30)) * 20),
    ],
)
def test_labels_get_a_plain_type(values, labels):
    checked = check_target(pd.Series(values, name="t"))
    assert checked.tolist() == labels
    assert checked.name == "t"
    np.unique(checked)  # they sort


@pytest.mark.parametrize(
    "values",
    [
        np.linspace(0, 1, 200),
        np.repeat(np.linspace(0, 1, 21), 50),
        list(range(30)) * 19,
        [0.1, 0.2, 0.3, 0.4],
        pd.date_range("2020-01-01", periods=30),
    ],
)
def test_a_continuous_target_is_refused_with_a_remedy(values):
    with pytest.raises(ValueError, match=r"'t' is continuous .*pandas.cut.*write them as words"):
        check_target(pd.Series(values, name="t"))


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="'t' has one class only, 'a'"):
        check_target(pd.Series(["a", "a"], name="t"))


def test_rare_classes_are_left_out_and_named():
    X, y = pd.DataFrame({"x": range(10)}), pd.Series(list("aaaabbbbcd"))
    kept, labels, rare = drop_rare_classes(X, y, minimum=2)
    assert rare == {"c": 1, "d": 1}
    assert kept["x"].tolist() == list(range(8))
    assert labels.tolist() == list("aaaabbbb")
    array, _, _ = drop_rare_classes(X.to_numpy(), y, minimum=2)
    np.testing.assert_array_equal(array, kept)


def test_nothing_is_left_out_at_the_minimum():
    X, y = pd.DataFrame({"x": range(4)}), pd.Series(list("aabb"))
    kept, labels, rare = drop_rare_classes(X, y, minimum=2)
    pd.testing.assert_frame_equal(kept, X)
    pd.testing.assert_series_equal(labels, y)
    assert rare == {}


def test_two_classes_must_remain():
    y = pd.Series(list("aaaabc"), name="kind")
    with pytest.raises(ValueError, match=r"fewer than two classes of 'kind' have the 3 rows .*'b' has 1, 'c' has 1"):
        drop_rare_classes(y.to_frame(), y, minimum=3)


def label_table(labels):
    return pd.Series(np.array(labels, dtype=object)[np.arange(60) % len(labels)], name="t")


@pytest.mark.parametrize(
    ("labels", "exact"),
    [
        (np.array([2**63 + 5, 2**63 + 6], np.uint64), [2**63 + 5, 2**63 + 6]),
        (np.array(["2020-01-01", "2021-01-01"], "M8[us]"), ["2020-01-01", "2021-01-01"]),
        (np.array(["2020-01-01T10:30", "2021-01-01"], "M8[s]"), ["2020-01-01 10:30:00", "2021-01-01 00:00:00"]),
        (np.array([dt.date(2020, 1, 1), dt.date(1021, 1, 1)], object), ["2020-01-01", "1021-01-01"]),
        (np.array([2**70, 2**70 + 1], object), ["1180591620717411303424", "1180591620717411303425"]),
        (np.array([2**62 + 1, 2**62 + 2], object), [2**62 + 1, 2**62 + 2]),
        (np.array([dt.time(1), dt.time(2)], object), ["01:00:00", "02:00:00"]),
        (np.array([" a", "b "]), ["a", "b"]),
        (np.array([b"x", b"y"]), ["x", "y"]),
        (pd.PeriodIndex(["2020-01", "2020-02"], freq="M"), ["2020-01", "2020-02"]),
        (pd.array(["a", "b"], dtype="string[pyarrow]"), ["a", "b"]),
        (pd.array([2**62 + 1, 2**62 + 2], dtype="int64[pyarrow]"), [2**62 + 1, 2**62 + 2]),
        (pd.array([dt.date(2020, 1, 1), dt.date(2021, 1, 1)], dtype="date32[pyarrow]"), ["2020-01-01", "2021-01-01"]),
    ],
)
def test_f16_labels_are_as_written(labels, exact):
    y = pd.Series(labels).take(np.arange(6) % 2).reset_index(drop=True)
    checked = check_target(y)
    assert checked.tolist() == exact * 3
    assert np.unique(checked).tolist() == sorted(exact)


@pytest.mark.parametrize("labels", [[1, "1"], [1, "1", "b"], [True, "True", "b"], [2.5, "2.5 "]])
def test_w14_labels_that_are_written_alike_are_refused(labels):
    with pytest.raises(ValueError, match=r"'t' holds .* and .*, which are written alike: use one type"):
        check_target(label_table(labels))


def test_w14_labels_of_two_types_stay_apart_where_they_can():
    assert sorted(set(check_target(label_table([1, "b"])))) == ["1", "b"]


def test_f16_infinite_labels_are_refused():
    with pytest.raises(ValueError, match="'t' holds infinite numbers: leave these rows out"):
        check_target(pd.Series([1.0, np.inf, 1.0], name="t"))


@pytest.mark.parametrize(
    "y",
    [
        np.array([["a"], ["b"], ["a"]]),
        pd.DataFrame({"kind": ["a", "b", "a"]}),
        [["a"], ["b"], ["a"]],
        pl.DataFrame({"kind": ["a", "b", "a"]}),
        pl.DataFrame({"kind": ["a", "b", "a"]}).lazy(),
        pa.table({"kind": ["a", "b", "a"]}),
    ],
)
def test_f12_a_column_is_raveled_with_scikit_learns_warning(y):
    with pytest.warns(DataConversionWarning, match="column-vector y was passed"):
        labels = as_target(y)
    assert labels.tolist() == ["a", "b", "a"]
    assert labels.name == ("y" if isinstance(y, np.ndarray | list) else "kind")


@pytest.mark.parametrize(
    "y",
    [
        ["a", "b"],
        ("a", "b"),
        np.array(["a", "b"]),
        pd.Series(["a", "b"], index=[5, 5]),
        pd.Index(["a", "b"]),
        pd.Categorical(["a", "b"]),
        pl.Series(["a", "b"]),
        pa.array(["a", "b"]),
        pa.chunked_array([["a"], ["b"]]),
    ],
)
def test_f12_labels_of_every_library(y):
    labels = as_target(y, name="kind")
    assert labels.tolist() == ["a", "b"]
    assert labels.index.tolist() == [0, 1]
    assert labels.name == "kind"


@pytest.mark.parametrize("y", [np.ones((3, 2)), 3, "label", np.ones((2, 1, 1)), pd.DataFrame({"a": [1], "b": [2]})])
def test_f12_what_is_no_column_is_refused(y):
    with pytest.raises(ValueError, match=r"y must be one column of labels, of shape \(n_samples,\), got shape"):
        as_target(y)


@pytest.mark.parametrize(
    "y",
    [
        ["a", None, "b", None],
        ["a", np.nan, "b", np.nan],
        [1.0, np.nan, 2.0, np.nan],
        pd.Series(["a", pd.NA, "b", pd.NA], dtype="string"),
        np.array(["2020-01-01", "NaT", "2020-01-02", "NaT"], "M8[D]"),
        pl.Series([1, None, 2, None]),
    ],
)
def test_f13_missing_labels_are_counted_and_placed(y):
    with pytest.raises(ValueError, match=r"2 of 4 labels in 'y' are missing, the first in row 1: leave these rows out"):
        as_target(y)
    assert as_target(y, allow_missing=True).isna().tolist() == [False, True, False, True]


@pytest.mark.parametrize("n", [50, 10_000])
def test_b16_many_rare_classes_are_counted_not_listed(n):
    y = pd.Series([f"l{i:05}" for i in range(n)] + ["l00000"] * 2, name="kind")
    with pytest.raises(ValueError, match="fewer than two classes") as caught:
        drop_rare_classes(y.to_frame(), y, minimum=5)
    assert f"0 of {n:,} classes have; the largest, 'l00000', has 3; use fewer splits" in str(caught.value)


def test_a_continuous_target_written_as_text_is_one():
    with pytest.raises(ValueError, match=r"'t' is continuous \(60 different numbers in 60 rows\)"):
        check_target(pd.Series([f"{i},5 cm" for i in range(60)], name="t"))
