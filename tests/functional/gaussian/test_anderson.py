"""Anderson's step of linear maps, whose fixed points are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from genvsdisc.functional.gaussian.anderson import AndersonHistory


@pytest.mark.parametrize("R", [3, 200])
def test_as_many_differences_as_parameters_lead_to_the_fixed_point(R):
    rng, p = np.random.default_rng(0), 3
    slopes, end = 0.3 * rng.normal(size=(R, p, p)), rng.normal(size=(R, p))
    residual = lambda x: ((slopes - np.eye(p)) @ (x - end)[..., None])[..., 0]  # noqa: E731
    history = AndersonHistory.empty(R, p, np.dtype(float))
    x = rng.normal(size=(R, p))
    for _ in range(p):
        before, x = x, x + rng.normal(size=(R, p))
        history.add(x - before, residual(x) - residual(before), np.arange(R) != 1)
    jump, possible = history.jump(residual(x))
    assert possible.tolist() == [r != 1 for r in range(R)]
    assert_allclose(np.delete(x + residual(x) - jump, 1, axis=0), np.delete(end, 1, axis=0), atol=1e-6)
    assert_allclose(jump[1], 0)
    history.clear(np.arange(R) == 0)
    kept = history.take(np.array([0, 2]))
    assert kept.jump(residual(x)[[0, 2]])[1].tolist() == [False, True]
    assert_allclose(kept.jump(residual(x)[[0, 2]])[0][1], jump[2])
