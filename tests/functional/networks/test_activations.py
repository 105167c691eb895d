"""Activations and initial weights: values, derivatives, variances."""

import numpy as np
import pytest
from scipy.special import expit

from genvsdisc.functional.networks.activations import ACTIVATIONS

REFERENCES = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "tanh": np.tanh,
    "sigmoid": expit,
    "identity": lambda z: z,
}
Z = np.linspace(-30, 30, 501)[None]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values(name, dtype):
    a = Z.astype(dtype)
    ACTIVATIONS[name].forward(a, np.empty_like(a))
    np.testing.assert_allclose(a, REFERENCES[name](Z.astype(dtype)), rtol=10 * np.finfo(dtype).eps)
    assert a.dtype == dtype


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_functions_of_the_value(name):
    a, step = REFERENCES[name](Z + 0.01), 1e-6
    delta = np.full_like(a, 2.0)
    ACTIVATIONS[name].backward(delta, a)
    differences = (REFERENCES[name](Z + 0.01 + step) - REFERENCES[name](Z + 0.01 - step)) / (2 * step)
    np.testing.assert_allclose(a, 2 * differences, atol=1e-8)


def test_the_sigmoid_neither_overflows_nor_loses_small_values():
    z = np.array([[-1e4, -700.0, 1e4]])
    ACTIVATIONS["sigmoid"].forward(z, np.empty_like(z))
    np.testing.assert_allclose(z, expit([[-1e4, -700.0, 1e4]]), rtol=1e-12)
