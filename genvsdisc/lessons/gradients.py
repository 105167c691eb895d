"""Gradients: the chain rule on a graph, activations, the backward pass, and why nobody loops over rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.functional.descent.batches import whole
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.activations import ACTIVATIONS
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.layers import affine, affine_backward, affine_gradient
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.lessons.drawings import Graph
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Part, Tables, above, below, per_seed, spread, tidy
from genvsdisc.lessons.network_training import TRAINED_ACTIVATIONS
from genvsdisc.lessons.pictures import Lines, Points

_STEP = 1e-5
# Of the notes: J = 3 (a + b c) at a = 5, b = 3, c = 2.
A, B, C = 5.0, 3.0, 2.0
DERIVED = {"dJ/dv": 3.0, "dJ/du": 3.0, "dJ/da": 3.0, "dJ/db": 6.0, "dJ/dc": 9.0}
# A clock is not the same twice: the page says which of these a ratio of times reached, the file of timings its value.
FASTER = (1, 3, 10, 30, 100)
LOOPED_ROWS = (20, 200, 2000)


def run_graph(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Values of J's graph, and its derivatives by three affine layers of the package and by finite differences."""
    # u = c b, v = 1 u + a, J = 3 v: each an affine layer with the bias in its last column.
    maps = [np.array([[[C, 0.0]]]), np.array([[[1.0, A]]]), np.array([[[3.0, 0.0]]])]
    padded = [np.array([[[B], [1.0]]]), np.ones((1, 2, 1)), np.ones((1, 2, 1)), np.ones((1, 2, 1))]
    for weights, inputs, values in zip(maps, padded, padded[1:], strict=False):
        affine(weights, inputs, values[:, :1])
    u, v, top = (float(values[0, 0, 0]) for values in padded[1:])
    delta, slopes = np.ones((1, 1, 1)), []
    for weights, inputs in zip(maps[::-1], padded[-2::-1], strict=True):
        gradient, below_it = np.empty((1, 1, 2)), np.empty((1, 1, 1))
        affine_gradient(delta, inputs, gradient)
        affine_backward(delta, weights, below_it)
        slopes.append((below_it[0, 0, 0], *gradient[0, 0]))
        delta = below_it
    (dv, *_), (du, _, da), (db, dc, _) = (tuple(map(float, each)) for each in slopes)
    chain = {"dJ/dv": dv, "dJ/du": du, "dJ/da": da, "dJ/db": db, "dJ/dc": dc}
    rows = [("J", top, 33.0, 33.0)]
    for name, printed in DERIVED.items():
        ends = [_stepped(name[-1], step) for step in (_STEP, -_STEP)]
        rows.append((name, chain[name], (ends[0] - ends[1]) / (2 * _STEP), printed))
    nodes = [
        ("a", "a", 0, 2, A, da), ("b", "b", 0, 1, B, db), ("c", "c", 0, 0, C, dc), ("u", "u = b c", 1.4, 0.5, u, du),
        ("v", "v = a + u", 2.8, 1.25, v, dv), ("J", "J = 3 v", 4.2, 1.25, top, 1.0),
    ]  # fmt: skip
    edges = [("a", "v"), ("b", "u"), ("c", "u"), ("u", "v"), ("v", "J")]
    return {
        "results": tidy(rows, "quantity layers direct notes"),
        "nodes": tidy(nodes, "name formula x y value derivative"),
        "edges": tidy(edges, "start end"),
    }


def _stepped(variable: str, step: float) -> float:
    """J where one variable, or what comes between, is a little more."""
    moved = {name: step * (name == variable) for name in "abcuv"}
    u = (B + moved["b"]) * (C + moved["c"]) + moved["u"]
    return 3 * (A + moved["a"] + u + moved["v"])


def judge_graph(tables: Tables) -> Finding:
    """All as in the notes."""
    rows = tables["results"]
    gaps, checks = abs(rows.layers - rows.notes).max(), abs(rows.layers - rows.direct).max()
    return Finding(
        (
            below("J = 33 and the derivatives 3, 3, 3, 6, 9 come out of the backward pass", [gaps], 1e-12),
            below("and out of finite differences, up to their own error", [checks], 1e-6),
        )
    )


def run_activations(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Each activation and its derivative on a grid, against finite differences."""
    z = np.linspace(-4, 4, 41) + 1e-3  # clear of the kink at 0
    curves, rows = [], []
    for name in TRAINED_ACTIVATIONS:
        values = {shift: z + shift for shift in (-_STEP, 0.0, _STEP)}
        for value in values.values():
            ACTIVATIONS[name].forward(value, np.empty_like(z))
        derivative = values[0.0].copy()
        ACTIVATIONS[name].backward(np.ones_like(z), derivative)
        gap = float(np.abs(derivative - (values[_STEP] - values[-_STEP]) / (2 * _STEP)).max())
        label = TRAINED_ACTIVATIONS[name]
        rows.append((label, float(derivative.min()), float(derivative.max()), gap))
        curves.append(pd.DataFrame({"activation": label, "z": z, "value": values[0.0], "derivative": derivative}))
    return {"results": tidy(rows, "activation least largest gap"), "curves": pd.concat(curves)}


def judge_activations(tables: Tables) -> Finding:
    """The formulas, and their extremes."""
    results = tables["results"].set_index("activation")
    largest = results.largest
    return Finding(
        (
            below("every derivative agrees with its finite difference", [results.gap.max()], 1e-8),
            below("the slope of the sigmoid is never above 1/4", [largest["sigmoid"]], 0.25 + 1e-12),
            above("and reaches it", [largest["sigmoid"]], 0.249),
            above("the slope of tanh reaches 1", [largest["tanh"]], 0.999),
            below(
                "ReLU slopes go from 0 to 1, exactly", [abs(largest["ReLU"] - 1) + abs(results.least["ReLU"])], 1e-12
            ),
            above("the leaky ReLU is never flat", [results.least["leaky ReLU"]], 1e-3),
        )
    )


def run_backward(seed: int) -> Tables:
    """Backward pass against central differences, for every activation, with and without batch normalization."""
    rng = np.random.default_rng(seed)
    X, codes, weights = rng.standard_normal((12, 3)), rng.integers(0, 3, 12), np.ones((1, 12))
    rows = []
    for name in TRAINED_ACTIVATIONS:
        for loss, form in TRAINING_LOSSES.items():
            architecture = Architecture((3, 5, 4, 3), (ACTIVATIONS[name],) * 2, batch_norm=True)
            objective = NetworkObjective(architecture, X, codes, weights, loss=form, reg_lambda=0.1)
            start = architecture.initial(rng, "glorot")[None]
            rows.append((TRAINED_ACTIVATIONS[name], loss.replace("_", " "), _gradient_error(objective, start, weights)))
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
    return Finding(
        tuple(
            below(f"{name}: the backward pass agrees with finite differences", worst[name].to_numpy(), 1e-6)
            for name in names
        )
    )


def run_vectorized(seed: int) -> Tables:
    """One gradient of logistic regression by loops and by matrix products: both values and the ratio of times."""
    rng = np.random.default_rng(seed)
    rows, times = [], []
    for n in LOOPED_ROWS:
        X, codes = rng.standard_normal((n, 20)), rng.integers(0, 2, n)
        weights, theta = np.ones((1, n)), rng.standard_normal((1, 21))
        # A network without hidden layers is logistic regression.
        objective = NetworkObjective(
            Architecture((20, 1), ()), X, codes, weights, loss=TRAINING_LOSSES["cross_entropy"]
        )
        batch, gradient = whole(weights), np.empty((1, 21))
        evaluate = objective.bind(theta, gradient)
        products = _seconds(partial(evaluate, batch))
        listed = X.tolist(), codes.tolist(), theta[0].tolist()
        looped = _seconds(partial(_looped_gradient, *listed))
        ratio = looped / products
        reached = max((grade for grade in FASTER if grade <= ratio), default=0)
        rows.append((n, n * 21 * 2, reached, float(np.abs(np.array(_looped_gradient(*listed)) - gradient[0]).max())))
        times.append((n, looped, products, ratio))
    return {"results": tidy(rows, "n steps reached gap"), "timings": tidy(times, "n loops products ratio")}


def _seconds(call: Callable[[], Any]) -> float:
    """Shortest of five times."""
    times = []
    for _ in range(5):
        began = perf_counter()
        call()
        times.append(perf_counter() - began)
    return min(times)


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


def _reached(rows: pd.DataFrame, n: int, times: int) -> Part:
    reached = per_seed(rows, "reached", n=n)
    says = (
        f"{n} rows: matrix products are at least {times} times as fast" if times > 1 else f"{n} rows: they are faster"
    )
    return Part(says, np.where(reached >= times, 1.0, -1.0), f"at least {spread(reached)} times")


def judge_vectorized(tables: Tables) -> Finding:
    """Same numbers, sooner, and the sooner the more rows."""
    rows = tables["results"]
    few, _, most = LOOPED_ROWS
    return Finding(
        (
            below("loops and matrix products give the same gradient", rows.groupby("seed").gap.max().to_numpy(), 1e-12),
            *(_reached(rows, n, times) for n, times in ((most, 10), (few, 1))),
        ),
        reason="Python decides anew at each number what kind of number it is; a matrix product decides once, and then "
        "works through memory in a row, several numbers at a time. Few rows leave little to save beside the call.",
    )


GRAPH = Lesson(
    name="computation-graph",
    title="A computation graph",
    claim="J = 3 (a + b c) is 33 at a = 5, b = 3, c = 2, and going backward gives the derivatives 3, 6 and 9",
    source="Andrew Ng, Computation graph",
    experiment=(
        "Write u = b c, v = u + a and J = 3 v as three affine layers of one unit; run the package's backward pass, and "
        "finite differences of the formula. Over each node its value, under it the derivative of J by it: each "
        "derivative is that of the node to its right times one factor."
    ),
    run=run_graph,
    judge=judge_graph,
    by={"quantity": "Quantity"},
    measures=(Measure("layers", "Backward pass"), Measure("direct", "Formula"), Measure("notes", "Notes")),
    pictures=(Graph("J = 3 (a + b c): values forward, derivatives backward"),),
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
        "The gradient of logistic regression with 20 features, by two nested loops in Python and by the package, the "
        "shortest of five times each. Times differ from run to run: the page tells which of 1, 3, 10, 30 and 100 the "
        "ratio reached; the ratios themselves are in timings.csv beside it."
    ),
    run=run_vectorized,
    judge=judge_vectorized,
    by={"n": "Rows"},
    measures=(
        Measure("steps", "Steps of the loops"),
        Measure("reached", "Times as fast, at least"),
        Measure("gap", "Difference"),
    ),
    pictures=(Points("reached", "n", "Times as fast, at least (log), by rows", left=42, log=True),),
)
