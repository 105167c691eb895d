"""Losses: softmax, cross-entropy against squared error, and regression taken for classification."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.datasets import make_gaussian_pair
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.posterior import softmax
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, more, per_seed, tidy
from genvsdisc.lessons.pictures import Lines, Points

# Scores and the probabilities that the notes print for them.
PRINTED = {
    "(3, 1, −3)": ((3, 1, -3), (0.88, 0.12, 0.0)),
    "(5, 2, −1, 3)": ((5, 2, -1, 3), (0.842, 0.042, 0.002, 0.114)),
}
COMPARED_LOSSES = {"cross-entropy": "cross_entropy", "squared error": "squared_error"}
FAR = -5.0
UPDATES = (1, 2, 5, 10, 20, 50, 100)
TOO_RIGHT = (0, 5, 10, 20, 40)


def run_softmax(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Softmax of the scores in the notes, beside the printed probabilities."""
    rows = []
    for name, (scores, printed) in PRINTED.items():
        found = softmax(np.array(scores, dtype=float))
        rows += [(name, f"{score:g}", p, q) for score, p, q in zip(scores, found, printed, strict=True)]
    return {"results": tidy(rows, "scores score probability printed")}


def judge_softmax(tables: Tables) -> Finding:
    """The printed digits, a sum of one, the order of the scores."""
    parts = []
    for (name, part), half in zip(tables["results"].groupby("scores", sort=False), (0.005, 0.0005), strict=True):
        gap = abs(part.probability - part.printed).max()
        parts.append(below(f"{name}: the largest difference from the printed digits is rounding", [gap], half))
        parts.append(
            below(f"{name}: the sum differs from 1 by rounding only", [abs(part.probability.sum() - 1)], 1e-12)
        )
    return Finding(tuple(parts))


def run_far(seed: int) -> Tables:
    """Slope of both losses over the score of the right class, and training from a start that is wrong everywhere."""
    scores = np.linspace(-8, 8, 33)
    slopes, rows = [], []
    data = make_gaussian_pair(400, 2, distance=3.0, random_state=seed)
    X, y = data.X.to_numpy(), data.y.to_numpy()
    for name, loss in COMPARED_LOSSES.items():
        _, derivative = TRAINING_LOSSES[loss].of_two.evaluate(-scores.reshape(1, 1, -1), np.ones(len(scores), int), 1)
        slopes.append(pd.DataFrame({"loss": name, "score": scores, "slope": np.abs(derivative[0, 0])}))
        at_far = float(slopes[-1].slope[scores == FAR].iloc[0])
        rows += [(name, updates, error, at_far) for updates, error in _recovery(loss, X, y)]
    return {"results": tidy(rows, "loss updates error slope"), "slopes": pd.concat(slopes)}


def _recovery(loss: str, X: NDArray, y: NDArray) -> list[tuple[int, float]]:
    """Training error after some updates from weights that put nearly every row in the other class, and are sure."""
    model = LogisticClassifier(0.0, optimizer="gd", learning_rate=1.0, loss=loss, tol=0, warm_start=True, max_iter=1)
    curve = []
    model.fit(X, y)
    model.coef_, model.intercept_ = np.array([[-8.0, 0.0]]), np.zeros(1)
    for before, after in zip((0, *UPDATES), UPDATES, strict=False):
        model.set_params(max_iter=after - before).fit(X, y)
        curve.append((after, 1 - model.score(X, y)))
    return curve


def judge_far(tables: Tables) -> Finding:
    """Steep against flat, and what comes of it."""
    rows = tables["results"]
    slope = {name: per_seed(rows, "slope", loss=name, updates=1) for name in COMPARED_LOSSES}
    error = {name: per_seed(rows, "error", loss=name, updates=20) for name in COMPARED_LOSSES}
    return Finding(
        (
            above(
                f"at a score of {FAR:g} for the right class the slope of the cross-entropy is large",
                slope["cross-entropy"],
                0.9,
            ),
            below("that of the squared error is small there", slope["squared error"], 0.05),
            less(
                "20 updates from a wrong start, cross-entropy errs less",
                error["cross-entropy"],
                error["squared error"],
                share=True,
            ),
        )
    )


def run_too_right(seed: int) -> Tables:
    """Error on ordinary rows when some training rows are very far on the right side."""
    n = 100
    train = make_gaussian_pair(n, 2, distance=3.0, random_state=seed)
    test = make_gaussian_pair(4000, 2, distance=3.0, random_state=1000 + seed)
    rng = np.random.default_rng(seed)
    rows = []
    for count in TOO_RIGHT:
        far = rng.normal((12.0, -12.0), 1.0, size=(count, 2))
        X = np.vstack([train.X, far])
        y = np.append(train.y, np.ones(count, dtype=int))
        errors = {
            "least squares": _least_squares_error(X, y, test.X.to_numpy(), test.y.to_numpy()),
            "logistic": 1 - LogisticClassifier(1e-3, optimizer="newton").fit(X, y).score(test.X.to_numpy(), test.y),
        }
        rows += [(model, count, error) for model, error in errors.items()]
    return {"results": tidy(rows, "model far error")}


def _least_squares_error(X: NDArray, y: NDArray, X_test: NDArray, y_test: NDArray) -> float:
    """Error of the sign of a linear regression on labels ±1."""
    design, judged = (np.column_stack([np.ones(len(rows)), rows]) for rows in (X, X_test))
    coef = np.linalg.lstsq(design, 2.0 * y - 1, rcond=None)[0]
    return float(((judged @ coef > 0) != y_test).mean())


def judge_too_right(tables: Tables) -> Finding:
    """Regression hurt, logistic regression not, or less."""
    none, many = (
        {model: per_seed(tables["results"], "error", model=model, far=count) for model in ("least squares", "logistic")}
        for count in (0, TOO_RIGHT[-1])
    )
    harm = {model: many[model] - none[model] for model in none}
    return Finding(
        (
            more(
                f"least squares errs more with {TOO_RIGHT[-1]} far rows than with none",
                many["least squares"],
                none["least squares"],
                share=True,
            ),
            less("far rows harm logistic regression less", harm["logistic"], harm["least squares"], share=True),
            below("logistic regression loses less than one point", harm["logistic"], 0.01, share=True),
        )
    )


SOFTMAX = Lesson(
    name="softmax",
    title="Softmax",
    claim="Softmax turns (3, 1, −3) into (0.88, 0.12, 0) and (5, 2, −1, 3) into (0.842, 0.042, 0.002, 0.114)",
    source="Hung-yi Lee, Logistic regression; Andrew Ng, Softmax regression",
    experiment="Compute both, and compare with the printed digits.",
    run=run_softmax,
    judge=judge_softmax,
    by={"scores": "Scores", "score": "Score"},
    measures=(Measure("probability", "Softmax"), Measure("printed", "Printed")),
    pictures=tuple(
        Points("probability", "score", f"Softmax of {name}", where={"scores": name}, left=34) for name in PRINTED
    ),
    n_seeds=1,
)

CROSS_ENTROPY = Lesson(
    name="cross-entropy",
    title="Cross-entropy or squared error",
    claim="Far from the target the cross-entropy is steep and the squared error flat, so descent gets stuck there",
    source="Hung-yi Lee, Logistic regression",
    experiment=(
        "Slope of both losses by the score of the right class; then logistic regression by descent (rate 1) on 400 "
        "rows of two Gaussians, from weights that are sure of the wrong class."
    ),
    run=run_far,
    judge=judge_far,
    by={"loss": "Loss", "updates": "Updates"},
    measures=(Measure("error", "Training error", share=True), Measure("slope", f"Slope at score {FAR:g}")),
    pictures=(
        Lines("score", "slope", "loss", "Size of the slope", "score of the right class", table="slopes"),
        Lines("updates", "error", "loss", "Training error", "updates (log scale)", log_x=True, share=True),
    ),
)

TOO_RIGHT_ROWS = Lesson(
    name="regression-as-classifier",
    title="Regression as a classifier",
    claim="Regression on labels ±1 is spoiled by rows that are too right; logistic regression is not",
    source="Hung-yi Lee, Classification; Bishop, section 4.1.3",
    experiment=(
        "Fit to 100 rows of two Gaussians and to a number of rows of class 1 far out on its own side; measure the "
        "error on 4,000 ordinary rows."
    ),
    run=run_too_right,
    judge=judge_too_right,
    by={"model": "Model", "far": "Far rows"},
    measures=(Measure("error", "Test error", share=True),),
    pictures=(Lines("far", "error", "model", "Error on ordinary rows", "rows far on the right side", share=True),),
)
