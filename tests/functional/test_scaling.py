"""Means and deviations of columns, against scikit-learn and exact arithmetic."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from genvsdisc.functional.scaling import means_and_deviations

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)) * [1, 1e3, 1e-3, 5] + [0, 1e6, 3, -40]
SHARES = RNG.multinomial(50, np.full(50, 1 / 50), size=6) / 50


def test_they_are_scikit_learns():
    means, deviations = means_and_deviations(X, SHARES)
    for r, share in enumerate(SHARES):
        scaler = StandardScaler().fit(X, sample_weight=share)
        np.testing.assert_allclose(means[r], scaler.mean_, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(deviations[r], scaler.scale_, rtol=1e-10)


@pytest.mark.parametrize("exponent", [-1000, -550, -520, 520, 550, 1000])
def test_powers_of_two_pass_through_exactly(exponent):
    means, deviations = means_and_deviations(X, SHARES)
    far_means, far_deviations = means_and_deviations(np.ldexp(X, exponent), SHARES)
    np.testing.assert_allclose(np.ldexp(far_means, -exponent), means, rtol=1e-12)
    np.testing.assert_allclose(np.ldexp(far_deviations, -exponent), deviations, rtol=1e-9)


def test_weightings_far_from_the_common_mean_lose_no_digits():
    rows = np.concatenate([RNG.normal(size=30), 1e9 + RNG.normal(size=30)])[:, None]
    shares = np.kron(np.eye(2), np.full(30, 1 / 30))
    means, deviations = means_and_deviations(rows, shares)
    np.testing.assert_allclose(means[:, 0], [rows[:30].mean(), rows[30:].mean()], rtol=1e-14)
    np.testing.assert_allclose(deviations[:, 0], [rows[:30].std(), rows[30:].std()], rtol=1e-7)


@pytest.mark.parametrize("value", [0.0, 0.1, -0.047, 1e6 + 0.1, 1e200, 1e-200])
def test_constant_columns_have_their_value_as_mean_and_deviation_one(value):
    rows = np.full((339, 1), value)
    rows[0] = 7.0  # without weight
    shares = np.append(0, np.full(338, 1 / 338))[None]
    means, deviations = means_and_deviations(rows, shares)
    assert means[0, 0] == value
    assert deviations[0, 0] == 1


def test_a_small_deviation_beside_a_large_mean_is_no_constant():
    rows = 1e12 + np.arange(5.0)[:, None]
    means, deviations = means_and_deviations(rows, np.full((1, 5), 0.2))
    assert means[0, 0] == pytest.approx(1e12 + 2, abs=1e-3)
    assert deviations[0, 0] == pytest.approx(np.sqrt(2), rel=1e-3)
