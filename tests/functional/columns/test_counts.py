"""Counts against whole numbers that are none, by an independent computation of both criteria."""

import numpy as np
import pytest
from scipy import stats

from genvsdisc.functional.columns.counts import may_be_counts, prefers_poisson

RNG = np.random.default_rng(0)
CODES = np.arange(400) % 2


def by_scipy(x, codes):
    """Criteria of the two laws, a mean a class, and for the normal one a deviation a class."""
    poisson = normal = 0.0
    for k in np.unique(codes):
        own = x[codes == k]
        poisson += stats.poisson(own.mean()).logpmf(own).sum()
        law = stats.norm(own.mean(), own.std())
        normal += np.log(law.cdf(own + 0.5) - law.cdf(own - 0.5)).sum()
    return poisson > normal - 0.5 * len(np.unique(codes)) * np.log(len(x))


@pytest.mark.parametrize(
    "column",
    [
        RNG.poisson(0.8 + CODES),
        RNG.poisson(5.0 + 3 * CODES),
        np.clip(np.rint(RNG.normal(50, 3, 400)), 0, 100),
        RNG.integers(0, 12, 400),
        RNG.negative_binomial(1, 0.2, 400).clip(max=100),
    ],
)
def test_the_criteria_are_those_of_scipys_laws(column):
    x = column.astype(float)
    assert prefers_poisson(x, CODES) == by_scipy(x, CODES)
    gaps = x.copy()
    gaps[::7] = np.nan
    assert prefers_poisson(gaps, CODES) == by_scipy(gaps[~np.isnan(gaps)], CODES[~np.isnan(gaps)])


@pytest.mark.parametrize(
    ("value", "expected"), [(3.0, True), (np.nan, True), (0.5, False), (-1.0, False), (101.0, False), (np.inf, False)]
)
def test_only_small_whole_numbers_may_be_counts(value, expected):
    late = np.append(np.arange(80.0), value)
    assert may_be_counts(late) == may_be_counts(late[::-1]) == expected
    assert not may_be_counts(np.full(5, np.nan))
