"""Classes that are too rare to be split."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc.datasets import drop_rare_classes


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


@pytest.mark.parametrize("n", [20, 50, 10_000])
def test_b16_many_rare_classes_are_counted_not_listed(n):
    y = pd.Series([f"l{i:05}" for i in range(n)] + ["l00000"] * 2, name="kind")
    with pytest.raises(ValueError, match="fewer than two classes") as caught:
        drop_rare_classes(y.to_frame(), y, minimum=5)
    assert f"0 of {n:,} classes have; the largest, 'l00000', has 3; use fewer splits" in str(caught.value)
