"""Losses: values against scikit-learn's and scipy's, no overflow, flatness of the squared error."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics import brier_score_loss, log_loss

from genvsdisc.functional.losses import TRAINING_LOSSES


def problem(n_classes, spread=2.0):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, spread, (2, 1 if n_classes == 2 else n_classes, 30))
    codes, weights = np.arange(30) % n_classes, rng.uniform(size=(2, 30))
    full = np.concatenate([0 * logits, logits], axis=1) if n_classes == 2 else logits
    return logits, full, codes, weights


@pytest.mark.parametrize("n_classes", [2, 4])
def test_values_are_scikit_learns(n_classes):
    logits, full, codes, weights = problem(n_classes)
    cross_entropy = TRAINING_LOSSES["cross_entropy"].value_and_gradient(logits.copy(), codes[None], weights)
    squared_error = TRAINING_LOSSES["squared_error"].value_and_gradient(logits.copy(), codes[None], weights)
    for r in range(2):
        probabilities, total = softmax(full[r], axis=0).T, weights[r].sum()
        theirs = log_loss(codes, probabilities, sample_weight=weights[r])
        assert cross_entropy[r] / total == pytest.approx(theirs, rel=1e-12)
        brier = brier_score_loss(
            codes, probabilities, sample_weight=weights[r], labels=range(n_classes), scale_by_half=False
        )
        assert squared_error[r] / total == pytest.approx(brier / 2, rel=1e-12)


@pytest.mark.parametrize("loss", TRAINING_LOSSES)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_gradients_are_finite_differences(loss, n_classes):
    logits, _, codes, weights = problem(n_classes)
    gradient = logits.copy()
    TRAINING_LOSSES[loss].value_and_gradient(gradient, codes[None], weights)
    direction, step = np.random.default_rng(1).normal(size=logits.shape), 1e-6
    up = TRAINING_LOSSES[loss].value_and_gradient(logits + step * direction, codes[None], weights)
    down = TRAINING_LOSSES[loss].value_and_gradient(logits - step * direction, codes[None], weights)
    np.testing.assert_allclose((gradient * direction).sum(axis=(1, 2)), (up - down) / (2 * step), rtol=1e-7)


@pytest.mark.parametrize("loss", TRAINING_LOSSES)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_logits_of_any_size(loss, n_classes):
    logits, full, codes, weights = problem(n_classes, spread=1e5)
    gradient = logits.copy()
    values = TRAINING_LOSSES[loss].value_and_gradient(gradient, codes[None], weights)
    assert np.isfinite(values).all()
    assert np.isfinite(gradient).all()
    chosen = log_softmax(full, axis=1)[:, codes, np.arange(30)]
    off = softmax(full, axis=1) - np.eye(n_classes)[codes].T
    exact = {"cross_entropy": -chosen, "squared_error": (off**2).sum(axis=1) / 2}[loss]
    np.testing.assert_allclose(values, (weights * exact).sum(axis=1), rtol=1e-12)


def test_far_from_the_target_the_squared_error_is_flat_and_the_cross_entropy_is_not():
    codes, weights = np.array([1]), np.ones((1, 1))
    slopes = {}
    for name, loss in TRAINING_LOSSES.items():
        logits = np.full((1, 1, 1), -20.0)
        loss.value_and_gradient(logits, codes[None], weights)
        slopes[name] = abs(logits.item())
    assert slopes["squared_error"] < 1e-8
    assert slopes["cross_entropy"] == pytest.approx(1.0)
