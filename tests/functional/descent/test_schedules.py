"""Schedules of the learning rate, by their formulas."""

import numpy as np
import pytest

from genvsdisc.functional.descent.schedules import SCHEDULES


@pytest.mark.parametrize(("name", "values"), [("constant", [1, 1, 1]), ("inverse_sqrt", [1, 2**-0.5, 0.1])])
def test_factors(name, values):
    np.testing.assert_allclose(SCHEDULES[name](np.array([0.0, 1.0, 99.0])), values, rtol=1e-15)


def test_the_squares_of_the_decaying_rates_sum_as_the_harmonic_series():
    """As stochastic descent needs: the rates sum to infinity, their squares grow with the logarithm only."""
    squares = SCHEDULES["inverse_sqrt"](np.arange(100_000.0)) ** 2
    assert squares.sum() == pytest.approx(np.log(100_000) + np.euler_gamma, abs=1e-4)
