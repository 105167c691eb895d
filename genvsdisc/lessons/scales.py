"""Features of unequal scales: what they do to descent, and two cures."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.lessons.drawings import Contours
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Part, Tables, less, per_seed, spread, tidy
from genvsdisc.lessons.minimum import minimum, objective, standardized_rows
from genvsdisc.lessons.pictures import Points

STRETCHES = (1, 10, 100)
WAY_UPDATES = 12
_GRID = tuple(10.0**k for k in range(-5, 3))


def run_adagrad(seed: int) -> Tables:
    """Loss above its minimum after 100 updates, each optimizer at its best rate of a grid."""
    X, y = standardized_rows(200, seed)
    rows = []
    for stretch in STRETCHES:
        Z = X * np.geomspace(1, stretch, X.shape[1])
        least = minimum(0.0, Z, y)
        for optimizer in ("gd", "adagrad"):
            best = np.inf
            for rate in _GRID:
                model = LogisticClassifier(0.0, optimizer=optimizer, learning_rate=rate, max_iter=100, tol=0).fit(Z, y)
                best = min(best, objective(model, Z, y) - least)
            rows.append((stretch, {"gd": "plain", "adagrad": "Adagrad"}[optimizer], max(best, 1e-12)))
    return {"results": tidy(rows, "stretch optimizer excess")}


def judge_adagrad(tables: Tables) -> Finding:
    """Adagrad ahead where scales differ."""
    return Finding(
        tuple(
            _log_less(
                f"scales of the features 1 to {stretch}: Adagrad is nearer to the minimum",
                *(
                    per_seed(tables["results"], "excess", stretch=stretch, optimizer=name)
                    for name in ("Adagrad", "plain")
                ),
            )
            for stretch in STRETCHES[1:]
        )
    )


def _log_less(says: str, small: NDArray, large: NDArray) -> Part:
    """Part on the ratio of two distances that range over powers of ten."""
    return Part(says, np.log(large / small), f"{spread(small)} against {spread(large)} above it")


def run_scaling(seed: int) -> Tables:
    """Updates until the loss is within 0.001 of its minimum, at the rate that the curvature gives."""
    X, y = standardized_rows(200, seed)
    rows = []
    for stretch in STRETCHES:
        Z = X * np.geomspace(1, stretch, X.shape[1])
        least = minimum(0.0, Z, y)
        for name, standardize in (("as they are", False), ("scaled", True)):
            model = LogisticClassifier(0.0, optimizer="gd", max_iter=1000, tol=0, standardize=standardize).fit(Z, y)
            near = np.flatnonzero(np.asarray(model.loss_curve_) < least + 1e-3)
            rows.append((stretch, name, int(near[0]) if len(near) else 1000))
    return {"results": tidy(rows, "stretch features updates"), **_ways(X[:, :2], y)}


def _ways(X: NDArray, y: NDArray) -> Tables:
    """The loss over two weights, for two features of unequal and of equal scales, and the way of a descent."""
    grids, paths = [], []
    for case, stretch in (("scales 1 and 5", 5.0), ("scaled", 1.0)):
        Z = (X * [1.0, stretch]).astype(float)
        best = LogisticClassifier(0.0, optimizer="newton").fit(Z, y)
        middle, reach = best.coef_[0], np.array([2.5, 2.5])
        across, up = (np.linspace(m - r, m + r, 29) for m, r in zip(middle, reach, strict=True))
        weights = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        signed = np.where(y == best.classes_[1], 1.0, -1.0)
        losses = np.logaddexp(0, -signed[:, None] * (Z @ weights.T + best.intercept_)).mean(axis=0)
        grids.append(pd.DataFrame({"case": case, "x": weights[:, 0], "y": weights[:, 1], "value": losses}))
        # From one corner, at nine tenths of the largest rate that does not diverge.
        curvature = np.linalg.eigvalsh(Z.T @ (Z * (best.predict_proba(Z).prod(axis=1))[:, None]) / len(y))[-1]
        place, steps = middle + [-0.8, 0.8] * reach, [middle + [-0.8, 0.8] * reach]
        for _ in range(WAY_UPDATES):
            residual = 1 / (1 + np.exp(-(Z @ place + best.intercept_))) - (signed > 0)
            place = place - 0.9 / curvature * (Z.T @ residual) / len(y)
            steps.append(place)
        paths.append(pd.DataFrame(steps, columns=["x", "y"]).assign(case=case, step=np.arange(WAY_UPDATES + 1)))
    return {"grid": pd.concat(grids), "path": pd.concat(paths)}


def judge_scaling(tables: Tables) -> Finding:
    """Fewer updates when scaled."""
    return Finding(
        tuple(
            less(
                f"scales of the features 1 to {stretch}: scaled ones need fewer updates",
                *(
                    per_seed(tables["results"], "updates", stretch=stretch, features=name)
                    for name in ("scaled", "as they are")
                ),
            )
            for stretch in STRETCHES[1:]
        )
    )


ADAGRAD = Lesson(
    name="adagrad",
    title="Adagrad",
    claim="Where the features have unequal scales, Adagrad's own rate for each weight beats one rate for all",
    source="Hung-yi Lee, Gradient descent; Duchi, Hazan & Singer 2011",
    experiment=(
        "Stretch six standardized features by factors from 1 to 1, 10 or 100, descend for 100 updates with each of "
        "eight learning rates, a power of ten apart, and keep the best for each optimizer."
    ),
    run=run_adagrad,
    judge=judge_adagrad,
    by={"stretch": "Scales 1 to", "optimizer": "Descent"},
    measures=(Measure("excess", "Loss above minimum"),),
    pictures=(
        Points(
            "excess", "stretch", "Loss above its minimum (log), by largest scale", by="optimizer", log=True, left=42
        ),
    ),
)


SCALING = Lesson(
    name="feature-scaling",
    title="Feature scaling",
    claim="Scaled features have round contours, so descent needs fewer updates",
    source="Hung-yi Lee, Gradient descent; Andrew Ng",
    experiment=(
        "Stretch six standardized features by factors from 1 to 1, 10 or 100 and count the updates, 1,000 at most, "
        "until the loss is within 0.001 of its minimum, at the rate 1/L of each. Drawn: the loss over the weights of "
        f"two features, before and after scaling, and {WAY_UPDATES} updates of a descent."
    ),
    run=run_scaling,
    judge=judge_scaling,
    by={"stretch": "Scales 1 to", "features": "Features"},
    measures=(Measure("updates", "Updates"),),
    pictures=(
        Contours("scales 1 and 5"),
        Contours("scaled"),
        Points("updates", "stretch", "Updates needed (log), by largest scale", by="features", log=True, left=42),
    ),
)
