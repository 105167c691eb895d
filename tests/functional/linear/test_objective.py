"""The objective of logistic and softmax regression: gradients, Hessians, bounds, products."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.losses import TRAINING_LOSSES

CASES = [(loss, n_classes) for loss in ("cross_entropy", "squared_error") for n_classes in (2, 3, 5)]


def stack(loss: str, n_classes: int, n_rows: int = 40, width: int = 3) -> tuple[SoftmaxRegression, NDArray]:
    """Four weightings, one of them without the first class, and coefficients at random."""
    rng = np.random.default_rng(n_classes)
    rows, codes = rng.normal(size=(n_rows, width)), np.arange(n_rows) % n_classes
    weights = rng.integers(1, 4, size=(4, n_rows)).astype(float)
    weights[1, codes == 0] = 0 if n_classes > 2 else 1
    weights /= weights.sum(axis=1, keepdims=True)
    penalties = np.append(rng.exponential(size=(4, width)), np.zeros((4, 1)), axis=1)
    present = weights @ (codes[:, None] == np.arange(n_classes)) > 0
    objective = SoftmaxRegression(
        rows, codes, weights, penalties, present, TRAINING_LOSSES[loss].form(n_classes), ColumnProducts(rows)
    )
    theta = rng.normal(size=objective.shape)
    theta[1, 0] = theta[1, 0] if n_classes == 2 else 0
    return objective, theta


def differences(objective: SoftmaxRegression, theta: NDArray, step: float = 1e-6) -> tuple[NDArray, NDArray]:
    """Central differences of the values (R, P) and of the gradients (R, P, P)."""
    size = theta[0].size
    slopes, curvatures = np.empty((len(theta), size)), np.empty((len(theta), size, size))
    for j in range(size):
        move = np.zeros(size)
        move[j] = step
        move = move.reshape(theta.shape[1:])
        above, below = objective.evaluate(theta + move), objective.evaluate(theta - move)
        slopes[:, j] = (above[0] - below[0]) / (2 * step)
        curvatures[:, j] = (above[1] - below[1]).reshape(len(theta), -1) / (2 * step)
    return slopes, curvatures


@pytest.mark.parametrize(("loss", "n_classes"), CASES)
def test_gradient(loss: str, n_classes: int) -> None:
    objective, theta = stack(loss, n_classes)
    gradients = objective.evaluate(theta)[1].reshape(len(theta), -1)
    np.testing.assert_allclose(gradients, differences(objective, theta)[0], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_hessian_gives_the_newton_system(n_classes: int) -> None:
    """It equals the second derivative but for directions without any: on changes that sum to zero over classes."""
    objective, theta = stack("cross_entropy", n_classes)
    hessian = objective.hessian(objective.evaluate(theta)[2])
    expected = differences(objective, theta)[1]
    width = objective.shape[2]
    for r in range(len(theta)):
        kept = objective.present[r] if n_classes > 2 else np.array([True])
        centred = np.eye(kept.sum()) - (1 / kept.sum() if n_classes > 2 else 0)
        selection = np.zeros((len(kept), kept.sum()))
        selection[kept] = centred
        basis = np.kron(selection, np.eye(width))
        np.testing.assert_allclose(basis.T @ hessian[r] @ basis, basis.T @ expected[r] @ basis, rtol=1e-6, atol=1e-8)
        assert np.linalg.eigvalsh(hessian[r])[0] > 0


@pytest.mark.parametrize(("loss", "n_classes"), CASES)
def test_no_curvature_passes_the_bound(loss: str, n_classes: int) -> None:
    objective, theta = stack(loss, n_classes)
    bounds = objective.curvature_bound()
    for scale in (0.0, 0.3, 1.0, 3.0):
        curvatures = differences(objective, scale * theta)[1]
        for bound, curvature in zip(bounds, curvatures, strict=True):
            slack = np.kron(np.eye(objective.shape[1]), bound) - (curvature + curvature.T) / 2
            assert np.linalg.eigvalsh(slack)[0] >= -1e-7
    free = replace(objective, penalties=np.zeros_like(objective.penalties))
    largest = np.linalg.eigvalsh(free.curvature_bound())[:, -1]
    assert (objective.curvature_limit() >= largest).all()
    np.testing.assert_allclose(objective.curvature_limit(), 1.1 * largest, rtol=0.01)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_blocks_of_one_class(n_classes: int) -> None:
    objective, theta = stack("cross_entropy", n_classes)
    blocks = objective.class_curvatures(objective.evaluate(theta)[2])
    expected = differences(objective, theta)[1].reshape(len(theta), *(objective.shape[1:] * 2))
    for c in range(objective.shape[1]):
        np.testing.assert_allclose(blocks[:, c], expected[:, c, :, c], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("n_rows", "width", "n_weightings"), [(30, 4, 1), (30, 4, 9), (5000, 12, 3), (2000, 12, 40)])
def test_products(n_rows: int, width: int, n_weightings: int) -> None:
    rng = np.random.default_rng(0)
    rows, weights = rng.normal(size=(n_rows, width)), rng.normal(size=(n_weightings, n_rows))
    ones = np.column_stack([rows, np.ones(n_rows)])
    expected = np.einsum("mn,nd,ne->mde", weights, ones, ones, optimize=True)
    np.testing.assert_allclose(ColumnProducts(rows).sums(weights), expected, atol=1e-9)


@pytest.mark.parametrize("n_own", [0, 1, 30, 400])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_weightings_of_few_rows(n_own: int, dtype: type) -> None:
    rng = np.random.default_rng(n_own)
    rows, weights = rng.normal(size=(800, 40)).astype(dtype), np.zeros((5, 800), dtype)
    for weighting in weights[1:]:
        weighting[rng.permutation(800)[:n_own]] = rng.exponential(size=n_own)
    ones = np.column_stack([rows, np.ones(800)]).astype(float)
    products = ColumnProducts(rows)
    sums = products.sums(weights)
    assert "_pairs" not in vars(products)  # each multiplied its own rows
    assert sums.dtype == dtype
    expected = np.einsum("mn,nd,ne->mde", weights.astype(float), ones, ones, optimize=True)
    np.testing.assert_allclose(sums, expected, atol=1e-11 if dtype == np.float64 else 1e-3)
