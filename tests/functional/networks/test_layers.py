"""Networks: every derivative against finite differences, and the laws of their layers."""

import tracemalloc
from itertools import product

import numpy as np
import pytest

from genvsdisc.functional.descent.batches import Batch, whole
from genvsdisc.functional.descent.optimizers import OPTIMIZERS
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.activations import ACTIVATIONS
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.layers import EPSILON, BatchNorm, Norm, fold, moments
from genvsdisc.functional.networks.objective import NetworkObjective

N_ROWS, N_FEATURES = 7, 3
HIDDEN = {0: (), 1: (4,), 2: (4, 3), 3: (3, 4, 2)}
KINDS = list(product(ACTIVATIONS, TRAINING_LOSSES, [False, True], [0.0, 0.4], HIDDEN, [2, 3]))


def network(activation, loss, batch_norm, dropout, depth, n_classes, *, n_members=2, dtype=np.float64):
    """Return an objective, parameters away from any special point, and a batch with unequal weights."""
    rng = np.random.default_rng(3)
    widths = (N_FEATURES, *HIDDEN[depth], 1 if n_classes == 2 else n_classes)
    architecture = Architecture(widths, (ACTIVATIONS[activation],) * depth, batch_norm)
    X, codes = rng.normal(size=(N_ROWS, N_FEATURES)).astype(dtype), np.arange(N_ROWS) % n_classes
    weights = rng.uniform(0.5, 2, (n_members, N_ROWS)).astype(dtype)
    parameters = rng.normal(0, 0.8, (n_members, architecture.n_parameters)).astype(dtype)
    objective = NetworkObjective(
        architecture, X, codes, weights, loss=TRAINING_LOSSES[loss], reg_lambda=0.3, dropout=dropout,
        generators=[np.random.default_rng(r) for r in range(n_members)],
    )  # fmt: skip
    return objective, parameters, whole(weights)


@pytest.mark.parametrize(("activation", "loss", "batch_norm", "dropout", "depth", "n_classes"), KINDS)
def test_gradients_are_finite_differences(activation, loss, batch_norm, dropout, depth, n_classes):
    kind = (activation, loss, batch_norm, dropout, depth, n_classes)
    objective, parameters, batch = network(*kind)
    gradient = np.empty_like(parameters)
    objective.value_and_gradient(parameters, batch, gradient)
    # Both members, moved along each parameter up and down, as one stack; same seed, so same dropout masks.
    step, n_parameters = 1e-6, parameters.shape[1]
    for r in range(2):
        moved, points, _ = network(*kind, n_members=2 * n_parameters)
        points[:] = parameters[r] + step * np.vstack([np.eye(n_parameters), -np.eye(n_parameters)])
        moved.generators = [np.random.default_rng(r) for _ in points]
        rows = np.repeat(batch.weights[[r]], len(points), axis=0)
        up, down = moved.value_and_gradient(points, whole(rows), np.empty_like(points)).reshape(2, -1)
        differences = (up - down) / (2 * step)
        assert np.linalg.norm(gradient[r] - differences) <= 1e-6 * np.linalg.norm(differences)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_large_networks_are_penalized_in_blocks_as_small_ones_at_once(monkeypatch, batch_norm):
    objective, parameters, batch = network("tanh", "cross_entropy", batch_norm, 0.0, 2, 3)
    at_once, in_blocks = np.empty((2, *parameters.shape))
    values = objective.value_and_gradient(parameters, batch, at_once)
    monkeypatch.setattr("genvsdisc.functional.networks.objective.BLOCK", 7)
    objective, _, batch = network("tanh", "cross_entropy", batch_norm, 0.0, 2, 3)
    np.testing.assert_allclose(objective.value_and_gradient(parameters, batch, in_blocks), values, rtol=1e-12)
    np.testing.assert_allclose(in_blocks, at_once, rtol=1e-10, atol=1e-13)


def test_padding_and_zero_weights_do_not_count():
    objective, parameters, batch = network("tanh", "cross_entropy", True, 0.4, 2, 3)
    rows = np.tile(np.arange(N_ROWS), (2, 1))
    padded = Batch(batch.members, np.hstack([rows, rows[:, :3]]), np.hstack([batch.weights, np.zeros((2, 3))]))
    gradients = np.empty((2, *parameters.shape))
    plain = objective.value_and_gradient(parameters, batch, gradients[0])
    objective.generators = [np.random.default_rng(r) for r in range(2)]
    with_padding = objective.value_and_gradient(parameters, padded, gradients[1])
    np.testing.assert_allclose(plain, with_padding, rtol=1e-12)
    np.testing.assert_allclose(*gradients, atol=1e-12)


def test_batch_norm_folds_into_the_affine_layer():
    rng = np.random.default_rng(0)
    weights, inputs = rng.normal(size=(2, 4, 6)), rng.normal(size=(2, 5, 30))
    norm = Norm(*rng.uniform(0.5, 2, (4, 2, 4, 1)))
    z = weights[:, :, :-1] @ inputs + weights[:, :, -1:]
    normalized = norm.scale * (z - norm.mean) / np.sqrt(norm.variance + EPSILON) + norm.shift
    folded = fold(weights, norm)
    np.testing.assert_allclose(folded[:, :, :-1] @ inputs + folded[:, :, -1:], normalized, atol=1e-12)


def test_exact_statistics_are_those_of_equal_batches_put_together():
    z, even = np.random.default_rng(0).normal(size=(1, 4, 60)), np.full((1, 60, 1), 1 / 60)
    mean, variance = moments(z, even)
    batches = z.reshape(1, 4, 6, 10)
    np.testing.assert_allclose(mean[:, :, 0], batches.mean(axis=3).mean(axis=2), rtol=1e-12)
    between = batches.mean(axis=3).var(axis=2)
    np.testing.assert_allclose(variance[:, :, 0], batches.var(axis=3).mean(axis=2) + between, rtol=1e-12)


def test_normalized_batches_have_mean_shift_and_deviation_scale():
    rng = np.random.default_rng(0)
    z, weights = 5 + 3 * rng.normal(size=(1, 4, 200)), rng.uniform(size=(1, 200, 1))
    weights /= weights.sum()
    norm = Norm(*rng.uniform(0.5, 2, (4, 1, 4, 1)))
    BatchNorm(norm, np.empty_like(z)).forward(z, weights, np.empty_like(z))
    mean, variance = moments(z, weights)
    np.testing.assert_allclose(mean, norm.shift, rtol=1e-10)
    np.testing.assert_allclose(np.sqrt(variance), norm.scale, rtol=1e-5)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_single_precision_stays_single(batch_norm):
    objective, parameters, batch = network("relu", "cross_entropy", batch_norm, 0.3, 2, 3, dtype=np.float32)
    gradient = np.empty_like(parameters)
    assert objective.value_and_gradient(parameters, batch, gradient).dtype == np.float32
    assert objective.settled(parameters, batch.members).dtype == np.float32


def test_a_training_step_allocates_nothing_that_grows_with_the_network():
    architecture = Architecture((50, 400, 400, 5), (ACTIVATIONS["relu"],) * 2)
    rng = np.random.default_rng(0)
    X, codes, weights = rng.normal(size=(300, 50)), np.arange(300) % 5, np.ones((1, 300))
    objective = NetworkObjective(architecture, X, codes, weights, loss=TRAINING_LOSSES["cross_entropy"], reg_lambda=0.1)
    parameters, batch = architecture.initial(rng, "auto")[None], whole(weights)
    gradient, state = np.empty_like(parameters), OPTIMIZERS["adam"].init(parameters)

    evaluate = objective.bind(parameters, gradient)

    def step():
        evaluate(batch)
        OPTIMIZERS["adam"].update(parameters, gradient, state, 1e-3)

    step()
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # A tenth of one hidden layer's values, 400 x 300 numbers.
    assert peak < 0.1 * 400 * 300 * 8
