"""Where descent of a network starts: weights too small, right, or so large that its units are saturated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.functional.descent.batches import whole
from genvsdisc.functional.descent.loop import Settings, descend
from genvsdisc.functional.descent.optimizers import GradientDescent
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.activations import ACTIVATIONS
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Points

STARTS = ("0.01", "Glorot", "30 times Glorot")
DEPTHS = (1, 5)
_UNITS, _ROWS, _EPOCHS = 30, 400, 30
_SATURATED = 0.99


def first_parameters(start: str, architecture: Architecture, rng: np.random.Generator) -> NDArray:
    """A flat vector to start from, for each of the three sizes of weights."""
    drawn = architecture.initial(rng, "small" if start == "0.01" else "glorot")
    return drawn * (30.0 if start.startswith("30") else 1.0)


def run_starts(seed: int) -> Tables:
    """Saturated units and gradient at the start, training error at the end."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))[:_ROWS]
    X, codes, weights = (X[order] - 5) / 6, y[order], np.ones((1, _ROWS))
    rows = []
    for depth in DEPTHS:
        architecture = Architecture((64, *(_UNITS,) * depth, 10), (ACTIVATIONS["tanh"],) * depth)
        for start in STARTS:
            theta = first_parameters(start, architecture, np.random.default_rng(seed))[None]
            objective = NetworkObjective(architecture, X, codes, weights, loss=TRAINING_LOSSES["cross_entropy"])
            hidden = architecture.values(architecture.folded(theta), X.T[None])[-2]
            gradient = np.empty_like(theta)
            objective.value_and_gradient(theta, whole(weights), gradient)
            first, last = (architecture.layers(gradient)[i].weights for i in (0, -1))
            settings = Settings(
                GradientDescent(), 0.1, batch_size=50, max_iter=_EPOCHS, tol=0, n_iter_no_change=_EPOCHS
            )
            end = descend(objective, theta, weights, settings, generators=[np.random.default_rng(seed)]).parameters
            predicted = architecture.values(architecture.folded(end), X.T[None])[-1][0].argmax(axis=0)
            rows.append(
                (
                    start,
                    depth,
                    float((np.abs(hidden) > _SATURATED).mean()),
                    float(np.sqrt((first**2).mean() / (last**2).mean())),
                    float((predicted != codes).mean()),
                )
            )
    zeros = LogisticClassifier(0.01, optimizer="gd", tol=0, max_iter=200).fit(X, codes)
    rows.append(("zeros, logistic", 0, 0.0, 1.0, 1 - zeros.score(X, codes)))
    return {"results": tidy(rows, "start depth saturated ratio error")}


def judge_starts(tables: Tables) -> Finding:
    """Too large saturates, too small is lost on the way, the middle trains, and one layer does not care."""
    rows = tables["results"]
    shallow, deep = DEPTHS
    small, right, large = STARTS

    def of(value: str, start: str, depth: int = deep) -> NDArray:
        return per_seed(rows, value, start=start, depth=depth)

    return Finding(
        (
            above(
                f"too large: half of the units or more begin beyond ±{_SATURATED:g}",
                of("saturated", large),
                0.5,
                share=True,
            ),
            less(
                f"and {deep} layers of them learn less than from Glorot's start",
                of("error", right),
                of("error", large),
                share=True,
            ),
            below(
                f"too small: with {deep} layers the first one gets less than a thousandth of the last one's gradient",
                of("ratio", small),
                1e-3,
            ),
            above("and they do not learn: errors stay above three quarters", of("error", small), 0.75, share=True),
            below("with one hidden layer 0.01 is good enough", of("error", small, shallow), 0.1, share=True),
            below(
                "logistic regression starts from zeros and learns", of("error", "zeros, logistic", 0), 0.1, share=True
            ),
        ),
        reason="A unit at ±1 has no slope, so nothing passes back through it; a unit near 0 passes on what it gets "
        "times a small weight, layer after layer. Glorot's deviation keeps the size of what passes, both ways. "
        "Logistic regression has no units that could be alike, and a loss without a saddle.",
    )


SATURATION = Lesson(
    name="starts",
    title="Saturation and starts",
    claim="Weights that start too large saturate the units, weights of 0.01 are too small for a deep network",
    source="Andrew Ng, Random initialization: why 0.01 and not 100",
    experiment=(
        f"Networks of {DEPTHS[0]} and of {DEPTHS[1]} hidden layers of {_UNITS} tanh units on {_ROWS} digits: normal "
        "weights of deviation 0.01, Glorot's, and 30 times those. At the start: the share of values of the last hidden "
        f"layer beyond ±{_SATURATED:g}, and the gradient of the first layer over that of the last. Then the training "
        f"error after {_EPOCHS} epochs of plain descent. Beside them logistic regression, from zeros."
    ),
    run=run_starts,
    judge=judge_starts,
    by={"start": "Start", "depth": "Hidden layers"},
    measures=(
        Measure("saturated", "Saturated", share=True),
        Measure("ratio", "First over last gradient"),
        Measure("error", "Training error", share=True),
    ),
    pictures=(Points("error", "start", "Training error", by="depth", called="layers: {}", share=True, left=104),),
    formula=mathml(r'"variance of Glorot’s weights" = \frac{2}{n_"in" + n_"out"} , ~ \tanh ′ (±3) ≈ 0.01'),
    try_this="Add batch_norm=True: it undoes the scale of the weights in every layer, and 0.01 trains.",
    n_seeds=10,
)
