"""Sums over rows by pairs of classes, against a loop over the rows."""

import numpy as np
import pytest

from genvsdisc.functional.linear.gram import ColumnProducts
from genvsdisc.functional.linear.newton import _newton_steps, _steps_of_pairs
from genvsdisc.functional.linear.objective import SoftmaxRegression
from genvsdisc.functional.linear.pair_sums import pair_sums
from genvsdisc.functional.losses import TRAINING_LOSSES


@pytest.mark.parametrize("n_classes", [2, 4])
def test_sums_are_those_of_a_loop(n_classes):
    rng = np.random.default_rng(0)
    rows, codes = rng.normal(size=(30, 2)), np.arange(30) % n_classes
    weights = rng.dirichlet(np.ones(30), size=3)
    conditional = SoftmaxRegression(
        rows=rows, codes=codes, weights=weights, penalties=np.zeros((3, 3)), present=np.ones((3, n_classes), bool),
        loss=TRAINING_LOSSES["cross_entropy"].form(n_classes), products=ColumnProducts(rows),
    )  # fmt: skip
    outputs = 1 if n_classes == 2 else n_classes
    theta = rng.normal(size=(3, outputs, 3))
    found = pair_sums(conditional, conditional.evaluate(theta)[2])
    columns = np.append(rows, np.ones((30, 1)), axis=1)
    for r in range(3):
        logits = columns @ theta[r].T
        logits = np.hstack([np.zeros((30, 1)), logits]) if outputs == 1 else logits
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        pairs = [(j, k) for j in range(n_classes) for k in range(j + 1, n_classes)]
        for place, (j, k) in enumerate(pairs):
            expected = sum(weights[r, i] * p[i, j] * p[i, k] * np.outer(columns[i], columns[i]) for i in range(30))
            np.testing.assert_allclose(found[r, place], expected, atol=1e-12)


@pytest.mark.parametrize("n_classes", [3, 5])
def test_steps_by_pairs_are_those_of_the_whole_hessian(n_classes):
    rng = np.random.default_rng(0)
    rows, codes = rng.normal(size=(40, 2)), np.arange(40) % n_classes
    objective = SoftmaxRegression(
        rows=rows, codes=codes, weights=rng.dirichlet(np.ones(40), size=3), penalties=np.tile([0.1, 0.2, 0.0], (3, 1)),
        present=np.ones((3, n_classes), bool), loss=TRAINING_LOSSES["cross_entropy"].form(n_classes),
        products=ColumnProducts(rows),
    )  # fmt: skip
    theta = rng.normal(size=(3, n_classes, 3))
    theta -= theta.mean(axis=1, keepdims=True)
    _, gradients, residuals = objective.evaluate(theta)
    expected = _newton_steps(objective.hessian(residuals), gradients)
    np.testing.assert_allclose(_steps_of_pairs(objective, residuals, gradients), expected, atol=1e-10)
    # A penalized mean of all classes goes to 0 at once; that of the intercepts changes nothing.
    off = theta + np.array([0.3, -0.2, 0.7])
    _, gradients, residuals = objective.evaluate(off)
    np.testing.assert_allclose(
        _steps_of_pairs(objective, residuals, gradients), expected - np.array([0.3, -0.2, 0]), atol=1e-10
    )
