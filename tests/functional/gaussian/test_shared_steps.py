"""The derivative of log-odds against the last class, and that of all log scores."""

import numpy as np
import pytest

from genvsdisc.functional.gaussian.natural import Features
from genvsdisc.functional.gaussian.shared_steps import relative_derivative


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_it_is_that_of_the_log_scores_less_the_last_class(full, n_classes):
    rng, features = np.random.default_rng(0), Features(3, True, full)
    shares, means = rng.dirichlet(np.full(n_classes, 4.0), size=5), rng.normal(size=(5, n_classes, 3))
    spread = rng.normal(size=(5, 3, 3))
    spread = spread @ spread.swapaxes(1, 2) + np.eye(3)
    covariances = (spread if full else np.einsum("rii->ri", spread))[:, None]
    total = np.einsum("rk,rk...->r...", shares, covariances + features.outer(means, means))
    found = features.densities(features.moments(shares, means, covariances), total)
    whole = features.derivative(found)
    rows = whole[:, :-1] - whole[:, -1:]
    expected = rows[:, :, :, :-1] - rows[:, :, :, -1:]
    np.testing.assert_allclose(relative_derivative(found, full=full), expected, atol=1e-11)
