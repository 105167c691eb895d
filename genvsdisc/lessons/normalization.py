"""Batch normalization: speed, rows that shift, and what stands for the batch when there is none."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.functional.networks.layers import BatchNorm, Norm
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Part, Tables, above, less, more, per_seed, spread, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.network_training import (
    EPOCHS,
    N_TRAIN,
    RATES,
    TRAINED_ACTIVATIONS,
    digits_apart,
    plain_network,
)
from genvsdisc.lessons.pictures import Lines, Points

SHIFTS = (0.0, 0.5)
NORMALIZED = ("sigmoid", "tanh", "relu")
BATCHES = (4, 16, 64, 256)
STATISTICS = {"all rows": "exact", "moving": "moving", "mean over batches": "batches"}
STATISTICS_BATCHES = (4, 50)


def run_batch_norm(seed: int) -> Tables:
    """Loss and error with and without, on test inputs that are shifted; and the noise that a batch puts in."""
    X, y, X_test, y_test = digits_apart(seed)
    rows, curves = [], []
    for function, norm in product(NORMALIZED, ("without", "with")):
        activation = TRAINED_ACTIVATIONS[function]
        fits = [plain_network(seed, function, rate, batch_norm=norm == "with").fit(X, y) for rate in RATES]
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
    for activation in ("tanh", "ReLU"):
        ours = rows[rows.activation == activation]
        loss = {norm: per_seed(ours, "loss", norm=norm, shift=0.0) for norm in ("with", "without")}
        error = {norm: per_seed(ours, "error", norm=norm, shift=SHIFTS[1]) for norm in loss}
        parts += [
            less(
                f"{activation}: after {EPOCHS} epochs the training loss is lower with it", loss["with"], loss["without"]
            ),
            less(
                f"{activation}: on test rows shifted by {SHIFTS[1]:g} the network with it errs less",
                error["with"],
                error["without"],
                share=True,
            ),
        ]
    parts.append(
        more(
            f"a row's normalized value varies more in batches of {BATCHES[0]} than of {BATCHES[-1]}",
            deviation[BATCHES[0]],
            deviation[BATCHES[-1]],
        )
    )
    return Finding(
        tuple(parts),
        depends_on="whether speed in training or safety from rows that shift after it is asked for",
        reason="At test time it subtracts the means of the training rows. Rows that have shifted are normalized by the "
        "wrong means, in every layer; only a shift that training rows share is undone.",
    )


def run_statistics(seed: int) -> Tables:
    """Test error with three statistics at prediction, and their variances over those of all rows."""
    X, y, X_test, y_test = digits_apart(seed)
    rows = []
    for size in STATISTICS_BATCHES:
        variances: dict[str, NDArray] = {}
        for name, statistics in STATISTICS.items():
            settings: dict[str, Any] = {"batch_norm": True, "batch_norm_statistics": statistics}
            net = plain_network(seed, "tanh", 0.1, batch_size=size, **settings).fit(X, y)
            first = net.architecture_.layers(net.parameters_[None])[0].norm
            variances[name] = first.variance[0, :, 0]
            ratio = float(np.mean(variances[name] / variances["all rows"]))
            rows.append((size, name, ratio, 1 - net.score(X_test, y_test)))
    return {"results": tidy(rows, "size statistics ratio error")}


def judge_statistics(tables: Tables) -> Finding:
    """As good as all rows in batches of 50; too small in batches of 4."""
    rows = tables["results"]
    small, usual = STATISTICS_BATCHES

    def of(value: str, name: str, size: int) -> NDArray:
        return per_seed(rows, value, statistics=name, size=size)

    parts = []
    for name in ("mean over batches", "moving"):
        error = {each: of("error", each, usual) for each in (name, "all rows")}
        numbers = " against ".join(spread(each, share=True) for each in error.values())
        says = f"batches of {usual}: with {name} the test error is within a point of that with all rows"
        parts.append(Part(says, 0.01 - abs(error[name] - error["all rows"]), numbers))
    low, high = (of("ratio", "mean over batches", size) for size in STATISTICS_BATCHES)
    parts += [
        above(f"batches of {usual}: their mean variance is more than nine tenths of that of all rows", high, 0.9),
        above(f"batches of {small}: the same", low, 0.9),
    ]
    return Finding(
        tuple(parts),
        depends_on="the size of the batches",
        reason="Within a batch of m rows the variance is about (m − 1) / m of that of all rows: what is missing is how "
        "much the means of batches vary. Of 50 rows that is 2%, of 4 it is a quarter.",
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
    formula=mathml(r'z_"norm" = γ \frac{z − μ}{σ} + β'),
    n_seeds=15,
    try_this="Add the 0.5 to the training rows too: the first layer undoes it exactly, and nothing is shown.",
)

BATCH_STATISTICS = Lesson(
    name="batch-norm-at-test",
    title="Batch normalization at test time",
    claim="At test time, where there is no batch, the mean over the mini-batches of μ and σ² stands for it",
    source="Andrew Ng, Batch normalization at test time",
    experiment=(
        f"Three hidden layers of 30 tanh units with batch normalization on {N_TRAIN} digits, {EPOCHS} epochs in "
        f"batches of {STATISTICS_BATCHES[0]} and of {STATISTICS_BATCHES[1]}. Predict with the mean and variance over "
        "all training rows, with moving averages over the batches, and with means over the batches of the last epoch. "
        "Test error, and the variances of the first layer over those of all rows."
    ),
    run=run_statistics,
    judge=judge_statistics,
    by={"size": "Rows in a batch", "statistics": "Statistics"},
    measures=(Measure("ratio", "Variance over that of all rows"), Measure("error", "Test error", share=True)),
    pictures=(Points("error", "statistics", "Test error", by="size", called="batches of {}", share=True, left=122),),
    formula=mathml(r"μ = \frac{1}{B} ∑_b μ_b , ~ σ^2 = \frac{1}{B} ∑_b σ_b^2"),
    try_this="Predict with the statistics of the test rows themselves: then a row's class depends on its company.",
    n_seeds=10,
)
