"""Rows completed for many members at once: the textbook's conditional means, and the moments of what they become."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from genvsdisc.functional.gaussian.moments import class_moments
from genvsdisc.generative.gaussian import completed
from genvsdisc.generative.gaussian.completed import CompletedRows
from genvsdisc.generative.gaussian.shrinkage import Regularization

RNG = np.random.default_rng(2)
Y = np.arange(50) % 3
WHOLE = RNG.normal(size=(50, 4)) @ RNG.normal(size=(4, 4)) * [1, 1e6, 1e-3, 1] + Y[:, None]
X = np.where(RNG.random(WHOLE.shape) < 0.2, np.nan, WHOLE)
X[0] = np.nan  # nothing is seen: the mean of the class
WEIGHTS = RNG.integers(0, 3, size=(7, 50)).astype(float)


def conditional_means(row, mean, covariance):
    gone = np.isnan(row)
    slopes = covariance[np.ix_(gone, ~gone)] @ np.linalg.inv(covariance[np.ix_(~gone, ~gone)])
    whole = row.copy()
    whole[gone] = mean[gone] + slopes @ (row[~gone] - mean[~gone])
    return whole


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("structure", ["full", "diagonal"])
def test_rows_have_the_means_given_what_they_show(shared, structure, monkeypatch):
    monkeypatch.setattr(completed, "_CHUNK", 300)  # two members at a time
    rule = Regularization(shared, structure, 0.1, 0.0)
    moments = class_moments(WHOLE, Y, WEIGHTS, 3, full=structure == "full")
    covariances = np.broadcast_to(rule.covariances(moments)[0], (7, 3, *moments.second.shape[2:]))
    rows = CompletedRows.build(X, Y, moments, rule)
    unit = np.array([1, 1e6, 1e-3, 1])
    for r, found in enumerate(rows.each()):
        for i, (row, k) in enumerate(zip(X, Y, strict=True)):
            mean, C = moments.center[r, k], covariances[r, k]
            C = (np.diag(C) if structure == "diagonal" else C) / np.outer(unit, unit)
            assert_allclose(found[i] / unit, conditional_means(row / unit, mean / unit, C), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("unit", [1.0, 2.0**20])
def test_moments_are_those_of_the_rows(unit):
    rule = Regularization(False, "full", 0.5, 0.1)
    rows = CompletedRows.build(X, Y, class_moments(WHOLE, Y, WEIGHTS, 3), rule)
    found = rows.moments(WEIGHTS, fourth=True, unit=unit)
    for r, whole in enumerate(rows.each()):
        expected = class_moments(whole / unit, Y, WEIGHTS[r : r + 1], 3, fourth=True)
        for name in ("weight", "center", "second", "cubic", "quartic"):
            values = getattr(expected, name)[0]
            assert_allclose(getattr(found, name)[r], values, rtol=1e-9, atol=1e-9 * np.abs(values).max())
