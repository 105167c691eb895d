"""Initial weights of a layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.functional.networks.activations import Activation

INITS = ("auto", "he", "glorot", "small", "zeros")


def initial_weights(
    generator: np.random.Generator, n_inputs: int, n_outputs: int, init: str, activation: Activation
) -> NDArray:
    """Draw the weights between two layers.

    Parameters
    ----------
    generator : numpy Generator
        Source.
    n_inputs, n_outputs : int
        Units below and above.
    init : str
        "he": normal with variance 2 / n_inputs, which keeps the variance of what passes through rectifiers (He et al.
        2015). "glorot": uniform with variance 2 / (n_inputs + n_outputs), which keeps that of values and gradients
        through units that are linear near 0 (Glorot & Bengio 2010). "small": normal with standard deviation 0.01.
        "zeros": 0, the start from which the units of a layer never become different. "auto": "he" if `activation`
        rectifies, else "glorot".
    activation : Activation
        What is applied to the outputs.

    Returns
    -------
    weights : ndarray of shape (n_outputs, n_inputs)

    References
    ----------
    He, Zhang, Ren, Sun (2015). Delving deep into rectifiers. ICCV.
    Glorot, Bengio (2010). Understanding the difficulty of training deep feedforward neural networks. AISTATS.

    Examples
    --------
    >>> from genvsdisc.functional.networks.activations import Relu
    >>> generator = np.random.default_rng(0)
    >>> weights = initial_weights(generator, 50, 1000, "auto", Relu())
    >>> weights.shape, float(weights.var().round(3))
    ((1000, 50), 0.04)
    """
    shape = (n_outputs, n_inputs)
    if init == "auto":
        init = "he" if activation.rectifies else "glorot"
    if init == "he":
        return generator.normal(0.0, np.sqrt(2 / n_inputs), shape)
    if init == "glorot":
        bound = np.sqrt(6 / (n_inputs + n_outputs))
        return generator.uniform(-bound, bound, shape)
    if init == "small":
        return generator.normal(0.0, 0.01, shape)
    return np.zeros(shape)
