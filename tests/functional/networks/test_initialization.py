"""Initial weights: the laws that the papers give, and what they are for."""

import numpy as np
import pytest
from scipy.stats import kstest, norm, uniform

from genvsdisc.functional.networks.activations import ACTIVATIONS
from genvsdisc.functional.networks.initialization import INITS, initial_weights


def drawn(init, activation="tanh", n_inputs=300, n_outputs=500):
    return initial_weights(np.random.default_rng(0), n_inputs, n_outputs, init, ACTIVATIONS[activation])


@pytest.mark.parametrize(
    ("init", "law"),
    [
        ("he", norm(0, np.sqrt(2 / 300))),
        ("glorot", uniform(-np.sqrt(6 / 800), 2 * np.sqrt(6 / 800))),
        ("small", norm(0, 0.01)),
    ],
)
def test_laws(init, law):
    weights = drawn(init)
    assert weights.shape == (500, 300)
    assert kstest(weights.ravel(), law.cdf).pvalue > 1e-4


def test_zeros_and_auto():
    assert not drawn("zeros").any()
    for activation, init in [("relu", "he"), ("leaky_relu", "he"), ("tanh", "glorot"), ("sigmoid", "glorot")]:
        np.testing.assert_array_equal(drawn("auto", activation), drawn(init, activation))
    assert {"he", "glorot", "small", "zeros"} == set(INITS) - {"auto"}


def test_he_keeps_the_second_moment_through_ten_layers_of_rectifiers():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(500, 2000))
    before = np.mean(values**2)
    for _ in range(10):
        values = np.maximum(initial_weights(rng, 500, 500, "he", ACTIVATIONS["relu"]) @ values, 0)
    # Half of the sums are cut off, and what is left has half of the second moment 2 / n n E[x^2]; over ten layers of
    # 500 units chance moves it by sqrt(10 * 5 / 500) = 0.3 standard errors.
    assert np.log(np.mean(values**2) / before) == pytest.approx(0, abs=4 * np.sqrt(10 * 5 / 500))
