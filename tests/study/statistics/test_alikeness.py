import numpy as np
import pytest
from scipy import stats

from genvsdisc.study.statistics.alikeness import alike_given_level


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


def test_many_weak_effects_show_together_at_the_stated_level():
    rng = np.random.default_rng(3)
    levels = np.repeat(np.arange(20), 10)
    factor = np.linalg.cholesky(0.4 + 0.6 * np.eye(6))

    def pvalue(effect):
        values = rng.normal(size=(200, 6)) @ factor.T + effect * rng.normal(size=(20, 6))[levels]
        return alike_given_level((values - values.mean(axis=0)) / values.std(axis=0), levels).pvalue

    rejected = np.mean([pvalue(0.0) < 0.05 for _ in range(400)])
    assert rejected <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean([pvalue(0.35) < 0.01 for _ in range(50)]) >= 0.8
