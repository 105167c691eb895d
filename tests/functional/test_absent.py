"""Classes without rows get no probability, by the softmax that everybody knows."""

import numpy as np
from scipy.special import expit, softmax

from genvsdisc.functional.absent import exclude

PRESENT = np.array([[True, True, True], [False, True, True], [True, False, False]])


def test_more_classes():
    biases = np.random.default_rng(0).normal(size=(3, 3))
    logits = biases.copy()
    exclude(logits, PRESENT)
    expected = np.where(PRESENT, np.exp(biases), 0)
    np.testing.assert_allclose(softmax(logits, axis=1), expected / expected.sum(axis=1, keepdims=True), rtol=1e-12)
    assert np.isfinite(logits).all()


def test_two_classes_have_the_log_odds_of_the_second():
    biases = np.full((3, 1), 0.3)
    exclude(biases, np.array([[True, False], [False, True], [True, True]]))
    np.testing.assert_allclose(expit(biases[:, 0]), [0, 1, expit(0.3)], atol=1e-15)
