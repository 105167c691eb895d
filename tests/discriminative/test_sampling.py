"""Shares of the classes in the weight of training sets of any unit."""

import numpy as np
import pytest

from genvsdisc.discriminative.sampling import class_shares


@pytest.mark.parametrize("unit", [5e-324, 1e-310, 1e-300, 1.0, 1e300, 5e307])
def test_the_unit_of_the_weights_does_not_matter(unit):
    codes, whole = np.array([0, 0, 1, 2, 2, 2]), np.array([[1, 1, 2, 0, 1, 3], [3, 0, 0, 1, 0, 0]])
    shares = class_shares(whole * unit, codes, 3)
    np.testing.assert_allclose(shares, [[0.25, 0.25, 0.5], [0.75, 0, 0.25]], rtol=1e-12)
