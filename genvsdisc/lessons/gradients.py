"""Gradients: the chain rule on a graph, activations, the backward pass, and why nobody loops over rows."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.functional.descent.batches import whole
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.activations import ACTIVATIONS
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.layers import affine, affine_backward, affine_gradient
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, per_seed, tidy
from genvsdisc.lessons.pictures import Lines, Points

_STEP = 1e-5
# Of the notes: J = 3 (a + b c) at a = 5, b = 3, c = 2.
A, B, C = 5.0, 3.0, 2.0
DERIVED = {"dJ/da": 3.0, "dJ/db": 6.0, "dJ/dc": 9.0}
# A clock is not the same twice: the page says only that a ratio of times reached this.
FASTER = 10


def run_graph(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Derivatives of J by two affine layers of the package, and by finite differences."""
    inner, outer = np.array([[[C, A]]]), np.array([[[3.0, 0.0]]])  # v = c b + a, then J = 3 v
    inputs, hidden, value = np.array([[[B], [1.0]]]), np.ones((1, 2, 1)), np.empty((1, 1, 1))
    affine(inner, inputs, hidden[:, :1])
    affine(outer, hidden, value)
    delta, by_inner, by_input = np.empty((1, 1, 1)), np.empty((1, 1, 2)), np.empty((1, 1, 1))
    affine_backward(np.ones((1, 1, 1)), outer, delta)
    affine_gradient(delta, inputs, by_inner)
    affine_backward(delta, inner, by_input)
    chain = {"dJ/da": by_inner[0, 0, 1], "dJ/db": by_input[0, 0, 0], "dJ/dc": by_inner[0, 0, 0]}
    point, differences = np.array([A, B, C]), {}
    for name, direction in zip(DERIVED, np.eye(3), strict=True):
        (a, b, c), (a0, b0, c0) = point + _STEP * direction, point - _STEP * direction
        differences[name] = (3 * (a + b * c) - 3 * (a0 + b0 * c0)) / (2 * _STEP)
    rows = [(name, float(chain[name]), float(differences[name]), DERIVED[name]) for name in DERIVED]
    return {"results": tidy([("J", float(value[0, 0, 0]), 33.0, 33.0), *rows], "quantity layers direct notes")}


def judge_graph(tables: Tables) -> Finding:
    """All as in the notes."""
    rows = tables["results"]
    gaps, checks = abs(rows.layers - rows.notes).max(), abs(rows.layers - rows.direct).max()
    return Finding(
        (
            below("J = 33 and the derivatives 3, 6, 9 come out of the backward pass", [gaps], 1e-12),
            below("and out of finite differences, up to their own error", [checks], 1e-6),
        )
    )


def run_activations(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Each activation and its derivative on a grid, against finite differences."""
    z = np.linspace(-4, 4, 41) + 1e-3  # clear of the kink at 0
    curves, rows = [], []
    for name in ("sigmoid", "tanh", "relu", "leaky_relu"):
        values = {shift: z + shift for shift in (-_STEP, 0.0, _STEP)}
        for value in values.values():
            ACTIVATIONS[name].forward(value, np.empty_like(z))
        derivative = values[0.0].copy()
        ACTIVATIONS[name].backward(np.ones_like(z), derivative)
        gap = float(np.abs(derivative - (values[_STEP] - values[-_STEP]) / (2 * _STEP)).max())
        said = name.replace("_", " ")
        rows.append((said, float(derivative.min()), float(derivative.max()), gap))
        curves.append(pd.DataFrame({"activation": said, "z": z, "value": values[0.0], "derivative": derivative}))
    return {"results": tidy(rows, "activation least largest gap"), "curves": pd.concat(curves)}


def judge_activations(tables: Tables) -> Finding:
    """The formulas, and their extremes."""
    found = tables["results"].set_index("activation")
    largest = found.largest
    return Finding(
        (
            below("largest difference between a derivative and its finite difference", [found.gap.max()], 1e-8),
            below("the slope of the sigmoid is never above 1/4", [largest["sigmoid"]], 0.25 + 1e-12),
            above("and reaches it", [largest["sigmoid"]], 0.249),
            above("the slope of tanh reaches 1", [largest["tanh"]], 0.999),
            below("the slope of the ReLU is 0 or 1", [abs(largest["relu"] - 1) + abs(found.least["relu"])], 1e-12),
            above("the leaky ReLU is never flat", [found.least["leaky relu"]], 1e-3),
        )
    )


def run_backward(seed: int) -> Tables:
    """Backward pass against central differences, for every activation, with and without batch normalization."""
    rng = np.random.default_rng(seed)
    X, codes, weights = rng.standard_normal((12, 3)), rng.integers(0, 3, 12), np.ones((1, 12))
    rows = []
    for name in ("sigmoid", "tanh", "relu", "leaky_relu"):
        for loss, form in TRAINING_LOSSES.items():
            architecture = Architecture((3, 5, 4, 3), (ACTIVATIONS[name],) * 2, batch_norm=True)
            objective = NetworkObjective(architecture, X, codes, weights, loss=form, reg_lambda=0.1)
            start = architecture.initial(rng, "glorot")[None]
            rows.append((name.replace("_", " "), loss.replace("_", " "), _gradient_error(objective, start, weights)))
    return {"results": tidy(rows, "activation loss error")}


def _gradient_error(objective: NetworkObjective, start: NDArray, weights: NDArray) -> float:
    """Largest difference between both gradients, relative to the largest component."""
    batch, scratch = whole(weights), np.empty_like(start)

    def value(theta: NDArray) -> float:
        return float(objective.value_and_gradient(theta, batch, scratch)[0])

    gradient = np.empty_like(start)
    objective.value_and_gradient(start, batch, gradient)
    numeric = np.array([(value(start + e) - value(start - e)) / (2 * _STEP) for e in _STEP * np.eye(start.shape[1])])
    return float(np.abs(numeric - gradient[0]).max() / np.abs(gradient).max())


def judge_backward(tables: Tables) -> Finding:
    """Small for all."""
    worst = tables["results"].groupby(["activation", "seed"], sort=False)["error"].max()
    names = dict.fromkeys(tables["results"].activation)
    return Finding(tuple(below(f"{name}: largest relative error", worst[name].to_numpy(), 1e-6) for name in names))


def run_vectorized(seed: int) -> Tables:
    """One gradient of logistic regression by loops and by matrix products: both values and the ratio of times."""
    rng = np.random.default_rng(seed)
    rows = []
    for n in (200, 2000):
        X, codes = rng.standard_normal((n, 20)), rng.integers(0, 2, n)
        weights, theta = np.ones((1, n)), rng.standard_normal((1, 21))
        # A network without hidden layers is logistic regression.
        objective = NetworkObjective(
            Architecture((20, 1), ()), X, codes, weights, loss=TRAINING_LOSSES["cross_entropy"]
        )
        batch, gradient = whole(weights), np.empty((1, 21))
        evaluate = objective.bind(theta, gradient)
        began = perf_counter()
        looped = _looped_gradient(X.tolist(), codes.tolist(), theta[0].tolist())
        loops = perf_counter() - began
        times = []
        for _ in range(5):
            began = perf_counter()
            evaluate(batch)
            times.append(perf_counter() - began)
        gap = float(np.abs(np.array(looped) - gradient[0]).max())
        rows.append((n, n * 21 * 2, min(loops / min(times), FASTER), gap))
    return {"results": tidy(rows, "n steps ratio gap")}


def _looped_gradient(X: list[list[float]], codes: list[int], theta: list[float]) -> list[float]:
    """Gradient of the mean cross-entropy, one number at a time."""
    total = [0.0] * len(theta)
    for row, code in zip(X, codes, strict=True):
        z = theta[-1]
        for weight, x in zip(theta, row, strict=False):
            z += weight * x
        residual = 1 / (1 + np.exp(-z)) - code
        for j, x in enumerate(row):
            total[j] += residual * x
        total[-1] += residual
    return [each / len(X) for each in total]


def judge_vectorized(tables: Tables) -> Finding:
    """Same numbers, sooner."""
    rows = tables["results"]
    sizes = tuple(dict.fromkeys(rows.n))
    return Finding(
        (
            below("largest difference between the two gradients", rows.groupby("seed").gap.max().to_numpy(), 1e-12),
            *(
                above(
                    f"{n} rows: matrix products are at least {FASTER} times as fast (ratios count up to {FASTER})",
                    per_seed(rows, "ratio", n=n),
                    FASTER - 1e-9,
                )
                for n in sizes
            ),
        )
    )


GRAPH = Lesson(
    name="computation-graph",
    title="A computation graph",
    claim="J = 3 (a + b c) is 33 at a = 5, b = 3, c = 2, and going backward gives the derivatives 3, 6 and 9",
    source="Andrew Ng, Computation graph",
    experiment=(
        "Write v = a + b c as an affine layer with weight c and bias a on the input b, and J = 3 v as a second one; "
        "run the package's backward pass, and finite differences of the formula."
    ),
    run=run_graph,
    judge=judge_graph,
    by={"quantity": "Quantity"},
    measures=(Measure("layers", "Backward pass"), Measure("direct", "Formula"), Measure("notes", "Notes")),
    pictures=(Points("layers", "quantity", "J and its derivatives", left=52),),
    n_seeds=1,
)

ACTIVATION_SLOPES = Lesson(
    name="activation-functions",
    title="Activation functions",
    claim="Sigmoid has a slope of at most 1/4 and tanh of at most 1; ReLU has 0 or 1, and the leaky ReLU is never flat",
    source="Andrew Ng, Activation functions and their derivatives",
    experiment="Evaluate the package's activations and derivatives on a grid from −4 to 4, and finite differences.",
    run=run_activations,
    judge=judge_activations,
    by={"activation": "Activation"},
    measures=(Measure("least", "Least slope"), Measure("largest", "Largest slope"), Measure("gap", "Difference")),
    pictures=(
        Lines("z", "value", "activation", "Value", "z", table="curves"),
        Lines("z", "derivative", "activation", "Derivative", "z", table="curves"),
    ),
    n_seeds=1,
)

BACKWARD = Lesson(
    name="backward-pass",
    title="The backward pass",
    claim="The backward pass computes the gradient",
    source="Hung-yi Lee, Backpropagation; Andrew Ng, Gradient checking",
    experiment=(
        "A network with two hidden layers, batch normalization and a penalty, at random weights: every component of "
        "the gradient against a central difference with a step of 0.00001."
    ),
    run=run_backward,
    judge=judge_backward,
    by={"activation": "Activation", "loss": "Loss"},
    measures=(Measure("error", "Relative error"),),
    pictures=(Points("error", "activation", "Relative error of the gradient (log)", by="loss", log=True, left=76),),
)

VECTORIZED = Lesson(
    name="vectorization",
    title="Loops or matrix products",
    claim="A gradient by matrix products is many times as fast as the same gradient by loops",
    source="Andrew Ng, Vectorization",
    experiment=(
        "The gradient of logistic regression with 20 features, by two nested loops in Python and by the package. Times "
        f"differ from run to run, so a ratio is counted up to {FASTER} only, and steps are shown in place of seconds."
    ),
    run=run_vectorized,
    judge=judge_vectorized,
    by={"n": "Rows"},
    measures=(
        Measure("steps", "Steps of the loops"),
        Measure("ratio", f"Times as fast, up to {FASTER}"),
        Measure("gap", "Difference"),
    ),
    pictures=(Points("ratio", "n", f"Times as fast (counted up to {FASTER}), by rows", left=42),),
)
