"""Small matrices abreast: NumPy's factors and solutions, units 24 orders apart, NaN where one is singular."""

import numpy as np
import pytest

from genvsdisc.functional import batched_linalg


def stack(size, count, units=None):
    rng = np.random.default_rng(size)
    roots = rng.normal(size=(count, size, 2 * size + 1))
    if units is not None:
        roots *= units[:, None]
    return roots @ roots.swapaxes(1, 2), rng.normal(size=(count, size))


@pytest.mark.parametrize("size", [1, 2, 6, 24])
def test_factors_inverses_and_solutions_are_numpys(size):
    matrices, right = stack(size, 70)
    lower = batched_linalg.over_stack(batched_linalg.cholesky, matrices)
    np.testing.assert_allclose(lower, np.linalg.cholesky(matrices), rtol=1e-9, atol=1e-12)
    inverse = batched_linalg.over_stack(batched_linalg.triangular_inverse, lower)
    np.testing.assert_allclose(inverse @ lower, np.broadcast_to(np.eye(size), lower.shape), atol=1e-9)
    x = batched_linalg.solve(batched_linalg.stack_last(matrices), batched_linalg.stack_last(right)).T
    np.testing.assert_allclose(x, np.linalg.solve(matrices, right[..., None])[..., 0], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("size", [1, 4, 5, 24])
def test_swept_matrices_are_numpys_inverses_in_any_units(size):
    units = np.logspace(-12, 12, size)
    matrices, _ = stack(size, 7)
    inverse, pivots = batched_linalg.swept(batched_linalg.stack_last(matrices * np.outer(units, units)))
    found = np.moveaxis(inverse, -1, 0) * np.outer(units, units)
    np.testing.assert_allclose(found, np.linalg.inv(matrices), rtol=1e-8, atol=1e-10)
    expected = np.diagonal(np.linalg.cholesky(matrices), axis1=1, axis2=2) ** 2 * units**2
    np.testing.assert_allclose(pivots.T, expected, rtol=1e-9)


def test_units_do_not_matter():
    units = np.logspace(-12, 12, 6)
    plain, right = stack(6, 70)
    scaled, _ = stack(6, 70, units)
    solve = batched_linalg.solve
    expected = solve(batched_linalg.stack_last(plain), batched_linalg.stack_last(right))
    found = solve(batched_linalg.stack_last(scaled), batched_linalg.stack_last(right * units))
    np.testing.assert_allclose(found * units[:, None], expected, rtol=1e-9)


def test_nan_from_the_first_column_that_is_not_positive_definite():
    matrices, _ = stack(4, 3)
    matrices[1, 2] = matrices[1, :, 2] = 0
    matrices[1, 2, 2] = -1
    pivots = np.einsum("iis->si", batched_linalg.cholesky(batched_linalg.stack_last(matrices)))
    assert np.isfinite(pivots[[0, 2]]).all()
    np.testing.assert_array_equal(np.isnan(pivots[1]), [False, False, True, True])


def test_stack_axes_are_kept():
    matrices, _ = stack(3, 8)
    of_two = matrices.reshape(2, 4, 3, 3)
    factors = batched_linalg.over_stack(batched_linalg.cholesky, of_two)
    np.testing.assert_allclose(factors.reshape(8, 3, 3), np.linalg.cholesky(matrices), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("operation", [np.add, np.maximum])
@pytest.mark.parametrize(
    ("shape", "axis"), [((1, 2, 6), 1), ((1000, 2, 6), 1), ((40, 3, 7, 2), 1), ((50, 9), 1), ((2, 90), 0)]
)
def test_a_reduced_axis_is_numpys_to_the_last_bit(operation, shape, axis):
    values = np.random.default_rng(0).normal(size=shape) * 1e3
    expected = operation.reduce(values, axis=axis, keepdims=True)
    np.testing.assert_array_equal(batched_linalg.reduce_axis(operation, values, axis), expected)
