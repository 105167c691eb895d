"""What can be a target, and which classes are too rare."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc.datasets import check_target, drop_rare_classes


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
