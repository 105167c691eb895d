"""Networks: every derivative against finite differences, and the laws of their layers."""

from itertools import product

import numpy as np
import pytest

from genvsdisc.functional.activations import ACTIVATIONS
from genvsdisc.functional.architecture import Architecture
from genvsdisc.functional.batches import whole
from genvsdisc.functional.losses import LOSSES
from genvsdisc.functional.network import NetworkObjective

N_ROWS, N_FEATURES = 7, 3
HIDDEN = {0: (), 1: (4,), 2: (4, 3), 3: (3, 4, 2)}
KINDS = list(product(ACTIVATIONS, LOSSES, [False, True], [0.0, 0.4], HIDDEN, [2, 3]))


def network(activation, loss, batch_norm, dropout, depth, n_classes, *, n_members=2, dtype=np.float64):
    """Return an objective, parameters away from any special point, and a batch with unequal weights."""
    rng = np.random.default_rng(3)
    widths = (N_FEATURES, *HIDDEN[depth], 1 if n_classes == 2 else n_classes)
    architecture = Architecture(widths, (ACTIVATIONS[activation],) * depth, batch_norm)
    X, codes = rng.normal(size=(N_ROWS, N_FEATURES)).astype(dtype), np.arange(N_ROWS) % n_classes
    weights = rng.uniform(0.5, 2, (n_members, N_ROWS)).astype(dtype)
    parameters = rng.normal(0, 0.8, (n_members, architecture.n_parameters)).astype(dtype)
    objective = NetworkObjective(
        architecture, X, codes, weights, loss=LOSSES[loss], reg_lambda=0.3, dropout=dropout,
        generators=[np.random.default_rng(r) for r in range(n_members)],
    )  # fmt: skip
    return objective, parameters, whole(weights)


def losses_at(objective, parameters, batch):
    """Losses under the dropout masks of the first draw."""
    objective.generators = [np.random.default_rng(r) for r in range(len(parameters))]
    return objective.value_and_gradient(parameters, batch, np.empty_like(parameters))


@pytest.mark.parametrize(("activation", "loss", "batch_norm", "dropout", "depth", "n_classes"), KINDS)
def test_gradients_are_finite_differences(activation, loss, batch_norm, dropout, depth, n_classes):
    objective, parameters, batch = network(activation, loss, batch_norm, dropout, depth, n_classes)
    gradient = np.empty_like(parameters)
    objective.value_and_gradient(parameters, batch, gradient)
    step = 1e-6
    differences = np.empty_like(gradient)
    for p in range(parameters.shape[1]):
        up, down = parameters.copy(), parameters.copy()
        up[:, p] += step
        down[:, p] -= step
        differences[:, p] = (losses_at(objective, up, batch) - losses_at(objective, down, batch)) / (2 * step)
    for ours, theirs in zip(gradient, differences, strict=True):
        assert np.linalg.norm(ours - theirs) <= 1e-6 * np.linalg.norm(theirs)
