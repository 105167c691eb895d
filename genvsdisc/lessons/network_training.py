"""What makes networks train faster: activations, by what is left of the gradient after some layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.functional.descent.batches import whole
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.activations import ACTIVATIONS
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, per_seed, tidy
from genvsdisc.lessons.pictures import Lines

N_TRAIN, EPOCHS = 500, 20
DEEP = 6
TRAINED_ACTIVATIONS = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "leaky_relu": "leaky ReLU"}
"""Names of activations -> what they are called on the page."""
RATES = (0.03, 0.1, 0.3)


def digits_apart(seed: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Training and test rows of the digits."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    train, test = order[:N_TRAIN], order[N_TRAIN:]
    return X[train] / 16, y[train], X[test] / 16, y[test]


def plain_network(seed: int, activation: str, rate: float, *, batch_size: int = 50, **settings: Any) -> MLPClassifier:
    """Three hidden layers, trained by plain descent."""
    return MLPClassifier(
        (30, 30, 30),
        activation,
        optimizer="gd",
        learning_rate=rate,
        max_iter=EPOCHS,
        batch_size=batch_size,
        tol=0,
        n_iter_no_change=EPOCHS,  # every curve has all epochs, also where the loss stands still
        reg_lambda=0.0,
        random_state=seed,
        **settings,
    )


def run_activation_speed(seed: int) -> Tables:
    """Training loss over epochs, each activation at the best of three learning rates."""
    X, y, *_ = digits_apart(seed)
    rows = []
    for activation in TRAINED_ACTIVATIONS:
        fits = [plain_network(seed, activation, rate).fit(X, y) for rate in RATES]
        best = min(fits, key=lambda fit: fit.loss_curve_[-1])
        name = TRAINED_ACTIVATIONS[activation]
        rows += [
            (name, epoch, best.learning_rate, float(best.loss_curve_[epoch - 1]), float(best.loss_curve_.mean()))
            for epoch in (1, 2, 5, 10, EPOCHS)
        ]
    return {"results": tidy(rows, "activation epoch rate loss mean"), "gradients": _gradients(X, y, seed)}


def _gradients(X: NDArray, y: NDArray, seed: int) -> pd.DataFrame:
    """Size of the gradient of the weights of each layer at the start, in networks of six hidden layers."""
    weights, rows = np.ones((1, len(y))), []
    for name in TRAINED_ACTIVATIONS:
        architecture = Architecture((X.shape[1], *(30,) * DEEP, 10), (ACTIVATIONS[name],) * DEEP)
        objective = NetworkObjective(architecture, X, y, weights, loss=TRAINING_LOSSES["cross_entropy"])
        start = architecture.initial(np.random.default_rng(seed), "auto")[None]
        gradient = np.empty_like(start)
        objective.value_and_gradient(start, whole(weights), gradient)
        sizes = [float(np.sqrt((layer.weights**2).mean())) for layer in architecture.layers(gradient)]
        rows += [(TRAINED_ACTIVATIONS[name], i + 1, size / sizes[-1]) for i, size in enumerate(sizes)]
    return tidy(rows, "activation layer size")


def judge_activation_speed(tables: Tables) -> Finding:
    """In the order of the notes."""
    last = {
        name: per_seed(tables["results"], "mean", activation=name, epoch=EPOCHS)
        for name in dict.fromkeys(tables["results"].activation)
    }
    first = {name: per_seed(tables["gradients"], "size", activation=name, layer=1) for name in last}
    after = f"the mean training loss of {EPOCHS} epochs"
    return Finding(
        (
            less(f"{after} with tanh is below that with the sigmoid", last["tanh"], last["sigmoid"]),
            less(f"{after} with ReLU is below that with the sigmoid", last["ReLU"], last["sigmoid"]),
            less(f"{after} with ReLU is below that with tanh", last["ReLU"], last["tanh"]),
            less(f"{after} with the leaky ReLU is below that with ReLU", last["leaky ReLU"], last["ReLU"]),
            below(
                f"{DEEP} layers of sigmoids: the first gets less than a thousandth of the last one's gradient",
                first["sigmoid"],
                1e-3,
            ),
            above("of tanh and of ReLU it gets a tenth or more", np.minimum(first["tanh"], first["ReLU"]), 0.1),
        ),
        depends_on="which of them are compared",
        reason="At these rates three layers of sigmoids never leave chance (ln 10 = 2.303 nats): each layer "
        "multiplies the gradient by at most a quarter. The others keep its size. Among them tanh, whose values are "
        "centered, is ahead on this table, and the slope that the leaky ReLU has below zero changes little.",
    )


ACTIVATION_SPEED = Lesson(
    name="activation-speed",
    title="Which activation trains faster",
    claim="Tanh trains faster than the sigmoid, ReLU faster than both, and the leaky ReLU faster still",
    source="Andrew Ng, Activation functions; Hung-yi Lee, Tips for deep learning",
    experiment=(
        f"Three hidden layers of 30 units on {N_TRAIN} digits, plain descent in batches of 50 for {EPOCHS} epochs, "
        "each activation with its usual start (He or Glorot) at the best of three learning rates. Beside it, at the "
        f"start of networks of {DEEP} such layers: the gradient of each layer's weights, over that of the last."
    ),
    run=run_activation_speed,
    judge=judge_activation_speed,
    by={"activation": "Activation", "epoch": "Epoch"},
    measures=(Measure("rate", "Learning rate"), Measure("loss", "Training loss"), Measure("mean", "Mean of 20 epochs")),
    n_seeds=30,
    pictures=(
        Lines("epoch", "loss", "activation", "Training loss (nats)", "epochs (log scale)", log_x=True),
        Lines(
            "layer", "size", "activation", "Gradient, over the last one's (log)", "layer", table="gradients", log_y=True
        ),
    ),
)
