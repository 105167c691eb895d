import numpy as np
import pandas as pd
import pytest

from genvsdisc.study.statistics.group_leaks import row_order
from genvsdisc.study.statistics.row_order import order_alikeness
from genvsdisc.study.table import prepare


def test_order_alikeness_keeps_its_level_under_exchangeable_rows():
    pvalues = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        y = pd.Series(rng.integers(0, 2, 200))
        X = pd.DataFrame(rng.normal(size=(200, 3)) + 0.8 * y.to_numpy()[:, None], columns=list("abc"))
        X["b"] += X["a"]
        pvalues.append(order_alikeness(X, prepare(X, y, n_splits=3).columns, y.to_numpy()).pvalue)
    rejected = np.mean(np.array(pvalues) < 0.05)
    assert rejected <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_its_correlation_is_that_of_the_rows_whatever_trends_are_taken_off():
    """Autoregressive columns: what is taken off makes neighbors differ, which is put right."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n, r = 300, 0.3
        X = rng.normal(size=(n, 4))
        for t in range(1, n):
            X[t] = r * X[t - 1] + np.sqrt(1 - r**2) * X[t]
        y = pd.Series(rng.integers(0, 2, n))
        X = pd.DataFrame(X, columns=list("abcd"))
        found.append(order_alikeness(X, prepare(X, y, n_splits=3).columns, y.to_numpy()).correlation)
    # Of ranks: Spearman's, 6 / pi arcsin(r / 2) = 0.288.
    assert np.mean(found) == pytest.approx(6 / np.pi * np.arcsin(r / 2), abs=0.025)


def test_a_file_ordered_by_one_column_is_told_apart_from_subjects():
    rng = np.random.default_rng(0)
    y, x = np.arange(240) % 2, rng.normal(size=(240, 3))
    region = rng.permutation(np.repeat(["north", "south", "east"], 10)).repeat(8)  # stands in blocks, and is not sorted
    by_region = prepare(pd.DataFrame(x, columns=list("abc")).assign(region=region), y, n_splits=3)
    (told,) = row_order(by_region)
    assert "alike in 'region' (correlation 0." in told.message
    assert "for certain in no other column" in told.message
    of_subjects = pd.DataFrame(x + 2 * rng.normal(size=(30, 3)).repeat(8, axis=0), columns=list("abc"))
    (told,) = row_order(prepare(of_subjects.assign(region=region), y, n_splits=3))
    assert "no other column" not in told.message
