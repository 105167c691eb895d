"""The shape of a network: its flat vector, its layers, its predictions against a network written out."""

import numpy as np
import pytest

from genvsdisc.functional.networks.activations import ACTIVATIONS
from genvsdisc.functional.networks.architecture import Architecture

WIDTHS = (4, 5, 3, 2)


def network(batch_norm=False):
    return Architecture(WIDTHS, (ACTIVATIONS["tanh"], ACTIVATIONS["relu"]), batch_norm)


@pytest.mark.parametrize(("n_inputs", "share"), [(1, 1), (100, 1), (200, 0.5), (5000, 0.02)])
def test_a_step_moves_units_no_more_than_that_of_a_hundred_inputs(n_inputs, share):
    assert Architecture((n_inputs, 4, 2), (ACTIVATIONS["relu"],)).step_share == share


@pytest.mark.parametrize("batch_norm", [False, True])
def test_parameters_are_counted_and_laid_out_without_overlap(batch_norm):
    plain = (4 + 1) * 5 + (5 + 1) * 3 + (3 + 1) * 2
    architecture = network(batch_norm)
    assert architecture.n_parameters == plain + batch_norm * 4 * (5 + 3)
    assert architecture.n_learned == plain + batch_norm * 2 * (5 + 3)
    assert architecture.largest_product == 20
    flat = np.zeros((2, architecture.n_parameters))
    for layer in architecture.layers(flat):
        for part in (layer.weights[:, :, :-1], *layer.unpenalized):
            part += 1
    assert np.all(flat == 1)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_penalty_is_on_weights_only(batch_norm):
    assert network(batch_norm).penalized().sum() == 4 * 5 + 5 * 3 + 3 * 2
    flat = network(batch_norm).penalized()
    for layer in network(batch_norm).layers(flat):
        assert layer.weights[:, :, :-1].all()
        assert not any(part.any() for part in layer.unpenalized)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_values_are_those_of_the_network_written_out(batch_norm):
    rng = np.random.default_rng(0)
    architecture = network(batch_norm)
    flat = rng.normal(size=(2, architecture.n_parameters))
    for layer in architecture.layers(flat):
        if layer.norm is not None:
            layer.norm.variance[:] = rng.uniform(0.5, 2, size=layer.norm.variance.shape)
    inputs = rng.normal(size=(1, 4, 7))
    *_, logits = architecture.values(architecture.folded(flat), inputs)
    for r in range(2):
        values = inputs[0]
        for layer, activation in zip(
            architecture.layers(flat), [np.tanh, lambda z: np.maximum(z, 0), lambda z: z], strict=True
        ):
            values = layer.weights[r, :, :-1] @ values + layer.weights[r, :, -1:]
            if layer.norm is not None:
                scale, shift, mean, variance = (
                    part[r] for part in (layer.norm.scale, layer.norm.shift, layer.norm.mean, layer.norm.variance)
                )
                values = scale * (values - mean) / np.sqrt(variance + 1e-5) + shift
            values = activation(values)
        np.testing.assert_allclose(logits[r], values, rtol=1e-6, atol=1e-6)


def test_initial_vectors_have_no_bias_and_unit_scales():
    flat = network(batch_norm=True).initial(np.random.default_rng(0), "he")
    *hidden, top = network(batch_norm=True).layers(flat[None])
    for layer in hidden:
        assert not layer.weights[:, :, -1].any()
        assert np.all(layer.norm.scale == 1)
        assert not layer.norm.shift.any()
    assert not top.weights[:, :, -1].any()
    assert top.weights[:, :, :-1].all()


def test_the_head_keeps_the_first_hidden_layers_under_new_outputs():
    head = network().head(1)
    assert head.widths == (4, 5, 2)
    assert head.activations == (ACTIVATIONS["tanh"],)
