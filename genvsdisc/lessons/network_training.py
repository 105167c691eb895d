"""What makes networks train faster: activations and batch normalization."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.functional.networks.layers import BatchNorm, Norm
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, less, more, per_seed, tidy
from genvsdisc.lessons.pictures import Lines, Points

N_TRAIN, EPOCHS = 500, 20
TRAINED_ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu")
_RATES = (0.03, 0.1, 0.3)
SHIFTS = (0.0, 0.5)
NORMALIZED = ("sigmoid", "tanh", "relu")
BATCHES = (4, 16, 64, 256)


def _digits(seed: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    train, test = order[:N_TRAIN], order[N_TRAIN:]
    return X[train] / 16, y[train], X[test] / 16, y[test]


def _network(seed: int, activation: str, rate: float, **settings: Any) -> MLPClassifier:
    return MLPClassifier(
        (30, 30, 30),
        activation,
        optimizer="gd",
        learning_rate=rate,
        max_iter=EPOCHS,
        batch_size=50,
        tol=0,
        n_iter_no_change=EPOCHS,  # every curve has all epochs, also where the loss stands still
        reg_lambda=0.0,
        random_state=seed,
        **settings,
    )


def run_activation_speed(seed: int) -> Tables:
    """Training loss over epochs, each activation at the best of three learning rates."""
    X, y, *_ = _digits(seed)
    rows = []
    for activation in TRAINED_ACTIVATIONS:
        fits = [_network(seed, activation, rate).fit(X, y) for rate in _RATES]
        best = min(fits, key=lambda fit: fit.loss_curve_[-1])
        name = activation.replace("_", " ")
        rows += [
            (name, epoch, best.learning_rate, float(best.loss_curve_[epoch - 1])) for epoch in (1, 2, 5, 10, EPOCHS)
        ]
    return {"results": tidy(rows, "activation epoch rate loss")}


def judge_activation_speed(tables: Tables) -> Finding:
    """In the order of the notes."""
    last = {
        name: per_seed(tables["results"], "loss", activation=name, epoch=EPOCHS)
        for name in dict.fromkeys(tables["results"].activation)
    }
    after = f"after {EPOCHS} epochs the training loss"
    return Finding(
        (
            less(f"{after} of tanh is below that of the sigmoid", last["tanh"], last["sigmoid"]),
            less(f"{after} of ReLU is below that of the sigmoid", last["relu"], last["sigmoid"]),
            less(f"{after} of ReLU is below that of tanh", last["relu"], last["tanh"]),
            less(f"{after} of the leaky ReLU is below that of ReLU", last["leaky relu"], last["relu"]),
        ),
        depends_on="which of them are compared",
        reason="At these rates three layers of sigmoids never leave chance (ln 10 = 2.303 nats): each layer "
        "multiplies the gradient by at most a quarter. The others keep its size, and are then much alike.",
    )


def run_batch_norm(seed: int) -> Tables:
    """Loss and error with and without, on test inputs that are shifted; and the noise that a batch puts in."""
    X, y, X_test, y_test = _digits(seed)
    rows, curves = [], []
    for activation, norm in product(NORMALIZED, ("without", "with")):
        fits = [_network(seed, activation, rate, batch_norm=norm == "with").fit(X, y) for rate in _RATES]
        best = min(fits, key=lambda fit: fit.loss_curve_[-1])
        for shift in SHIFTS:
            error = 1 - best.score(X_test + shift, y_test)
            rows.append((activation, shift, norm, best.learning_rate, float(best.loss_curve_[-1]), error))
        curve = {"network": f"{activation}, {norm}", "epoch": np.arange(1, EPOCHS + 1)}
        curves.append(pd.DataFrame(curve | {"loss": best.loss_curve_}).iloc[::3])
    return {
        "results": tidy(rows, "activation shift norm rate loss error"),
        "curves": pd.concat(curves),
        "noise": _noise(X, seed),
    }


def _noise(X: NDArray, seed: int) -> pd.DataFrame:
    """How much a row's normalized values vary with the company that it has in its batch."""
    rng = np.random.default_rng(seed)
    sums = rng.standard_normal((30, X.shape[1])) @ X.T  # one affine layer, (units, rows)
    norm = Norm(*(np.full((1, 30, 1), value) for value in (1.0, 0.0, 0.0, 1.0)))
    rows = []
    for size in BATCHES:
        seen = []
        for _ in range(60):
            others = rng.choice(np.arange(1, len(X)), size - 1, replace=False)
            z = sums[None, :, np.append(0, others)].copy()
            BatchNorm(norm, np.empty_like(z)).forward(z, np.full((1, size, 1), 1 / size), np.empty_like(z))
            seen.append(z[0, :, 0])
        rows.append(("a hidden unit", size, float(np.std(seen, axis=0).mean())))
    return tidy(rows, "what size deviation")


def judge_batch_norm(tables: Tables) -> Finding:
    """Faster; noisier in small batches; and worse off where the test rows shift."""
    rows, noise = tables["results"], tables["noise"]
    deviation = {size: per_seed(noise, "deviation", size=size) for size in BATCHES}
    parts = []
    for activation in ("tanh", "relu"):
        ours = rows[rows.activation == activation]
        loss = {norm: per_seed(ours, "loss", norm=norm, shift=0.0) for norm in ("with", "without")}
        error = {norm: per_seed(ours, "error", norm=norm, shift=SHIFTS[1]) for norm in loss}
        parts += [
            less(
                f"{activation}: after {EPOCHS} epochs the training loss is lower with it", loss["with"], loss["without"]
            ),
            less(
                f"{activation}: on test rows shifted by {SHIFTS[1]:g} the network with it errs less",
                error["with"], error["without"], share=True,
            ),
        ]  # fmt: skip
    parts.append(
        more(
            f"a row's normalized value varies more in batches of {BATCHES[0]} than of {BATCHES[-1]}",
            deviation[BATCHES[0]], deviation[BATCHES[-1]],
        )
    )  # fmt: skip
    return Finding(
        tuple(parts),
        depends_on="whether speed in training or safety from rows that shift after it is asked for",
        reason="At test time it subtracts the means of the training rows. Rows that have shifted are normalized by the "
        "wrong means, in every layer; only a shift that training rows share is undone.",
    )


ACTIVATION_SPEED = Lesson(
    name="activation-speed",
    title="Which activation trains faster",
    claim="Tanh trains faster than the sigmoid, ReLU faster than both, and the leaky ReLU faster still",
    source="Andrew Ng, Activation functions; Hung-yi Lee, Tips for deep learning",
    experiment=(
        f"Three hidden layers of 30 units on {N_TRAIN} digits, plain descent in batches of 50 for {EPOCHS} epochs, "
        "each activation with its usual start (He or Glorot) at the best of three learning rates."
    ),
    run=run_activation_speed,
    judge=judge_activation_speed,
    by={"activation": "Activation", "epoch": "Epoch"},
    measures=(Measure("rate", "Learning rate"), Measure("loss", "Training loss")),
    n_seeds=20,
    pictures=(Lines("epoch", "loss", "activation", "Training loss (nats)", "epochs (log scale)", log_x=True),),
)

BATCH_NORM = Lesson(
    name="batch-normalization",
    title="Batch normalization",
    claim=(
        "Batch normalization trains faster and protects against inputs that shift; the smaller the batch, the more "
        "noise it adds"
    ),
    source="Andrew Ng, Batch normalization; Ioffe & Szegedy 2015",
    experiment=(
        f"Three hidden layers of 30 sigmoid, tanh or ReLU units on {N_TRAIN} digits, {EPOCHS} epochs of plain descent "
        "at the best of three learning rates, judged on test rows as they are (inputs 0 to 1) and with 0.5 added to "
        "the test rows alone; and the standard deviation of one row's normalized values over batches drawn around it."
    ),
    run=run_batch_norm,
    judge=judge_batch_norm,
    by={"activation": "Activation", "shift": "Shift", "norm": "Batch norm"},
    measures=(
        Measure("loss", "Training loss"),
        Measure("error", "Test error", share=True),
        Measure("rate", "Learning rate"),
    ),
    pictures=(
        Lines("epoch", "loss", "network", "Training loss (nats)", "epoch", table="curves"),
        Points("error", "activation", "Error on test rows shifted by 0.5", by="norm", where={"shift": 0.5}, share=True),
        Lines(
            "size",
            "deviation",
            "what",
            "Noise of a normalized value",
            "rows in a batch (log scale)",
            table="noise",
            log_x=True,
        ),
    ),
    formula=(
        "<msub><mi>z</mi><mtext>norm</mtext></msub><mo>=</mo><mi>γ</mi><mfrac><mrow><mi>z</mi><mo>−</mo><mi>μ</mi></mrow>"
        "<mi>σ</mi></mfrac><mo>+</mo><mi>β</mi>"
    ),
    code=(
        "from sklearn.datasets import load_digits\n"
        "from genvsdisc import MLPClassifier\n"
        "X, y = load_digits(return_X_y=True)\n"
        "for norm in (False, True):\n"
        "    m = MLPClassifier((30, 30, 30), 'tanh', batch_norm=norm, random_state=0).fit(X[:500] / 16, y[:500])\n"
        "    print(norm, m.score(X[500:] / 16, y[500:]), m.score(X[500:] / 16 + 0.5, y[500:]))"
    ),
    n_seeds=15,
    try_this="Add the 0.5 to the training rows too: the first layer undoes it exactly, and nothing is shown.",
)
