"""The table of scores: weights count in sizes, and rare classes are told."""

import numpy as np
import pandas as pd
import pytest

from genvsdisc.study.statistics.scores import rare_classes
from genvsdisc.study.table import prepare


@pytest.mark.parametrize(("weight", "rare"), [(1.0, {"a": 0.05}), (3.0, {})])
def test_a_class_is_rare_by_its_share_of_the_weight(weight, rare):
    y = np.where(np.arange(100) < 5, "a", "b")
    X = pd.DataFrame({"x": np.random.default_rng(0).normal(size=100)})
    table = prepare(X, y, n_splits=2, weights=np.where(y == "a", weight, 1.0))
    assert rare_classes(table) == pytest.approx(rare)


@pytest.mark.parametrize(("sizes", "rare"), [((50,) * 12, []), ((50,) * 11 + (9,), ["l"]), ((50, 50, 50, 9), ["d"])])
def test_of_many_equal_classes_none_is_rare(sizes, rare):
    y = np.repeat(list("abcdefghijkl")[: len(sizes)], sizes)
    table = prepare(pd.DataFrame({"x": np.random.default_rng(0).normal(size=len(y))}), y, n_splits=2)
    assert list(rare_classes(table)) == rare
