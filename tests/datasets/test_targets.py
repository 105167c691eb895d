"""What can be a target."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.exceptions import DataConversionWarning

from genvsdisc.datasets import as_target, check_target
from genvsdisc.datasets.targets import class_labels


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


@pytest.mark.parametrize("y", [np.ones((3, 2)), 3, np.ones((2, 1, 1)), pd.DataFrame({"a": [1], "b": [2]})])
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


def test_a_continuous_target_written_as_text_is_one():
    with pytest.raises(ValueError, match=r"'t' is continuous \(60 different numbers in 60 rows\)"):
        check_target(pd.Series([f"{i},5 cm" for i in range(60)], name="t"))


NESTED = [[[1], [2, 3]], [{"a": 1}, {"a": 2}], [np.array([1, 2]), np.array([1])], [{1}, {2}]]


@pytest.mark.parametrize("labels", NESTED)
@pytest.mark.parametrize("gate", [as_target, class_labels])
def test_f16_nested_labels_are_refused_by_their_type(gate, labels):
    y = pd.Series(labels * 3, name="kind")
    with pytest.raises(ValueError, match=rf"the target 'kind' holds {type(labels[0]).__name__}s, such as"):
        gate(y)


@pytest.mark.parametrize("act", [as_target, class_labels])
@pytest.mark.parametrize("name", ["", "y", "a column", "größe"])
def test_e04_no_word_is_labels(act, name):
    with pytest.raises(ValueError, match=f"y must be the labels, got the name {name!r}: give X"):
        act(name)


def test_e04_the_name_of_a_column_is_not_its_labels():
    with pytest.raises(ValueError, match="y must be the labels, got the name 'kind': give X"):
        as_target("kind")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([dt.date(2020, 1, 1), dt.date(2021, 1, 1)], ["2020-01-01", "2021-01-01"]),
        ([2**70, 2**70 + 1], [str(2**70), str(2**70 + 1)]),
        ([1, "a"], ["1", "a"]),
        ([0.5, 1.5], ["0.5", "1.5"]),
        ([b"a", b"b"], ["a", "b"]),
        ([1.0, 2.0], [1, 2]),
        (pd.array([True, False], dtype="boolean"), [True, False]),
        (pd.Categorical(["x", "y"]), ["x", "y"]),
    ],
)
def test_f12_f16_labels_for_classifiers_are_plain(labels, expected):
    given = pd.Series(labels, dtype=object if isinstance(labels, list) else None).take([0, 1] * 30)
    plain = class_labels(given)
    assert plain.tolist() == expected * 30
    assert plain.to_numpy().dtype.kind in "iubOU"


def test_whole_numbers_are_classes_however_many_for_classifiers():
    labels = np.repeat(np.arange(40.0), 3)  # as of 40 faces with three pictures each
    assert class_labels(labels).tolist() == labels.tolist()
    assert class_labels(labels.astype(np.int8)).nunique() == 40


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([np.inf, 1.0] * 30, "holds infinite numbers: leave these rows out"),
        (np.linspace(0, 1, 60), "is continuous"),
        ([1, "1"] * 30, "holds 1 and '1', which are written alike: use one type"),
        ([0] * 60, "has one class only, 0: nothing to tell apart"),
        ([], "has no labels"),
        ([None, "a"] * 30, "30 of 60 labels in 'y' are missing, the first in row 0: leave these rows out"),
    ],
)
def test_f13_w14_the_words_are_those_of_compare(labels, words):
    with pytest.raises(ValueError, match=words):
        class_labels(pd.Series(labels, dtype=object) if isinstance(labels, list) else labels)


def test_complex_labels_are_refused():
    with pytest.raises(ValueError, match="the target 'y' holds complex numbers"):
        as_target(np.array([1j, 2.0]))


def test_w14_labels_that_are_equal_are_one_class_or_refused():
    """1 and 1.0 were two classes beside a word."""
    assert check_target(pd.Series([1, 1.0, "b"] * 20, dtype=object)).unique().tolist() == ["1", "b"]
    with pytest.raises(ValueError, match=r"holds 1 and True, of two types: use one"):
        check_target(pd.Series([1, True, 0] * 20, dtype=object, name="y"))
