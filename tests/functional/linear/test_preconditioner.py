"""Metrics and whitening: NumPy's inverses, for features whose units are far apart too."""

import numpy as np
import pytest

from genvsdisc.functional.linear.preconditioner import Metric, Whitening


def matrices(count, d, units=1.0):
    roots = np.random.default_rng(0).normal(size=(count, d, d + 2))
    scale = np.geomspace(1, units, d)
    return roots @ roots.swapaxes(1, 2) * scale * scale[:, None]


@pytest.mark.parametrize("units", [1.0, 1e6])
def test_a_metric_solves_for_the_step(units):
    given, gradients = matrices(3, 4, units), np.random.default_rng(1).normal(size=(3, 2, 4))
    steps = Metric.of(given).steps(gradients)
    np.testing.assert_allclose(steps, np.linalg.solve(given[:, None], gradients[..., None])[..., 0], rtol=1e-6)
    np.testing.assert_array_equal(Metric.of(given).take(np.array([2])).steps(gradients[[2]]), steps[[2]])


def test_a_diagonal_metric_divides():
    diagonal, gradients = np.array([[[1.0, 4.0, 0.5]]]), np.ones((1, 2, 3))
    np.testing.assert_allclose(Metric.of(diagonal).steps(gradients), [[[1, 0.25, 2]] * 2])


@pytest.mark.parametrize("units", [1.0, 1e6])
@pytest.mark.parametrize("count", [1, 3])
def test_whitened_coordinates_make_the_matrices_the_identity(count, units):
    given, d = matrices(count, 4, units), 4
    whitening = Whitening.of(given)
    for j, k in np.ndindex(d, d):
        one, other = np.zeros((2, 3, d))
        one[:, j] = other[:, k] = 1
        moves = [whitening.moves(each) for each in (one, other)]
        products = np.einsum("cd,cde,ce->c", moves[0], np.broadcast_to(given, (3, d, d)), moves[1])
        np.testing.assert_allclose(products, float(j == k), atol=1e-8)


@pytest.mark.parametrize("given", [matrices(1, 4), matrices(3, 4), np.array([[[1.0, 4.0, 0.5, 9.0]]])])
def test_gradients_go_the_other_way_than_moves(given):
    """The chain rule: the inner product of a gradient with a move is the same in both coordinates."""
    rng = np.random.default_rng(2)
    gradients, coordinates = rng.normal(size=(2, 3, 4))
    whitening = Whitening.of(given)
    here, there = gradients * whitening.moves(coordinates), whitening.gradients(gradients) * coordinates
    np.testing.assert_allclose(here.sum(axis=1), there.sum(axis=1), rtol=1e-9)
