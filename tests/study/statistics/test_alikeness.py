import numpy as np
import pandas as pd
import pytest
from scipy import stats

from genvsdisc.study.statistics.alikeness import alike_given_level, levels_of, order_alikeness
from genvsdisc.study.table import prepare


def test_intraclass_correlation_is_that_of_its_law_and_roughness_one_for_names_zero_for_measurements():
    rng = np.random.default_rng(1)
    levels = np.repeat(np.arange(400), 6)
    effects = rng.normal(size=(400, 3))
    values = effects[levels] + 1.5 * rng.normal(size=(2400, 3))
    alike = alike_given_level(values, levels)
    assert alike.correlation == pytest.approx(1 / (1 + 1.5**2), abs=0.05)
    assert alike.roughness == pytest.approx(1, abs=0.15)
    smooth = np.sin(levels / 60)[:, None] + 0.5 * rng.normal(size=(2400, 3))
    assert alike_given_level(smooth, levels).roughness == pytest.approx(0, abs=0.05)
    f = stats.f_oneway(*[values[levels == k, 0] for k in range(400)])
    assert alike_given_level(values[:, :1], levels).pvalue == pytest.approx(f.pvalue)


def test_order_alikeness_keeps_its_level_under_exchangeable_rows():
    pvalues = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        y = pd.Series(rng.integers(0, 2, 200))
        X = pd.DataFrame(rng.normal(size=(200, 3)) + 0.8 * y.to_numpy()[:, None], columns=list("abc"))
        X["b"] += X["a"]
        pvalues.append(order_alikeness(X, prepare(X, y, n_splits=3).columns, y.to_numpy()).pvalue)
    rejected = np.mean(np.array(pvalues) < 0.05)
    assert rejected <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_levels_are_ranks_with_missing_last():
    codes, n_levels = levels_of(pd.Series([2.5, np.nan, -1.0, 2.5]))
    assert codes.tolist() == [1, 2, 0, 1]
    assert n_levels == 3
