"""Blocks of rows that are held out once: the error of paired rows, units kept whole, coverage."""

import numpy as np
import pytest
from scipy import stats

from genvsdisc.study.statistics.holdout import holdout_blocks
from genvsdisc.study.statistics.paired_tests import corrected_ttest


def test_blocks_of_held_out_rows_give_the_corrected_error_of_paired_rows():
    r = np.random.default_rng(0)
    n_test, n_train = 20_000, 60_000
    codes = r.integers(0, 3, n_test)
    rows = 0.02 + 0.3 * r.normal(size=n_test)
    blocks = holdout_blocks(r.permutation(n_test), codes)
    assert sorted(np.concatenate(blocks)) == list(range(n_test))
    shares = np.array([np.bincount(codes[b], minlength=3) / len(b) for b in blocks])
    assert np.ptp(shares, axis=0).max() < 0.01
    means = [rows[block].mean() for block in blocks]
    test = corrected_ttest(means, test_fraction=400 / (400 + n_train))
    expected = rows.std(ddof=1) * np.sqrt(1 / n_test + 1 / n_train)
    assert test.mean == pytest.approx(rows.mean())
    # 49 degrees of freedom: the relative error of a standard deviation is 1 / sqrt(98).
    assert abs(test.standard_error / expected - 1) < 3 / np.sqrt(98)
    assert test.df == 49


def test_blocks_keep_units_whole():
    r = np.random.default_rng(0)
    units = r.integers(0, 300, 5000)
    held_out = np.flatnonzero(units < 200)
    blocks = holdout_blocks(held_out, np.zeros(5000, int), units)
    assert sorted(np.concatenate(blocks)) == held_out.tolist()
    assert sum(len(np.unique(units[b])) for b in blocks) == len(np.unique(units[held_out]))
    assert max(map(len, blocks)) < 1.6 * min(map(len, blocks))


def test_an_interval_of_blocks_covers_as_often_as_it_says():
    r = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        rows = r.standard_t(5, size=4000)
        means = [rows[block].mean() for block in holdout_blocks(np.arange(4000), np.zeros(4000, int))]
        test = corrected_ttest(means, test_fraction=0.0)
        inside += test.lower <= 0 <= test.upper
    assert stats.binomtest(inside, 400, 0.95).pvalue > 0.001
