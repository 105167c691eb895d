"""Losses: softmax, cross-entropy against squared error, and regression taken for classification."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import xlogy

from genvsdisc.datasets import make_gaussian_pair
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.posterior import softmax
from genvsdisc.lessons.drawings import Regions
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, more, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
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
        probabilities = softmax(np.array(scores, dtype=float))
        rows += [
            (name, f"{score:g}".replace("-", "−"), p, q)
            for score, p, q in zip(scores, probabilities, printed, strict=True)
        ]
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
                f"at a score of −{-FAR:g} for the right class the slope of the cross-entropy is large",
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
            "least squares": float(((_least_squares(X, y, test.X.to_numpy()) > 0) != test.y).mean()),
            "logistic": 1 - LogisticClassifier(1e-3, optimizer="newton").fit(X, y).score(test.X.to_numpy(), test.y),
        }
        rows += [(model, count, error) for model, error in errors.items()]
    return {"results": tidy(rows, "model far error"), **_far_plane(X, y)}


def _far_plane(X: NDArray, y: NDArray) -> Tables:
    """What both classifiers say over the plane, with the rows that are too right in it."""
    across, up = np.linspace(-4, 14, 37), np.linspace(-14, 4, 37)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    logistic = LogisticClassifier(1e-3, optimizer="newton").fit(X, y).predict_proba(grid)[:, 1]
    squares = np.clip((_least_squares(X, y, grid) + 1) / 2, 0, 1)
    regions = [
        pd.DataFrame({"model": model, "x": grid[:, 0], "y": grid[:, 1], "label": np.where(p > 0.5, "1", "0"),
                      "probability": np.maximum(p, 1 - p)})
        for model, p in (("least squares", squares), ("logistic", logistic))
    ]  # fmt: skip
    rows = pd.DataFrame({"label": y.astype(str), "x": X[:, 0], "y": X[:, 1]})
    return {"regions": pd.concat(regions), "rows": rows}


def _least_squares(X: NDArray, y: NDArray, X_test: NDArray) -> NDArray:
    """Predictions of a linear regression on labels ±1."""
    design, judged = (np.column_stack([np.ones(len(rows)), rows]) for rows in (X, X_test))
    return judged @ np.linalg.lstsq(design, 2.0 * y - 1, rcond=None)[0]


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
    pictures=(
        Points("probability", "score", "Softmax of (5, 2, −1, 3)", where={"scores": list(PRINTED)[-1]}, left=34),
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
    measures=(Measure("error", "Training error", share=True), Measure("slope", f"Slope at score −{-FAR:g}")),
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
    pictures=(
        Regions("least squares"),
        Regions("logistic"),
        Lines("far", "error", "model", "Error on ordinary rows", "rows far on the right side", share=True),
    ),
)


def run_entropy(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Cross-entropy H(p, q) over q, for one p."""
    rows = [("at q = p", p, float(-xlogy(p, p) - xlogy(1 - p, 1 - p))) for p in (0.0, 0.3, 0.5, 0.7)]
    q = np.round(np.arange(0.05, 1.0, 0.05), 2)
    curve = [("H(0.7, q)", float(each), float(-0.7 * np.log(each) - 0.3 * np.log(1 - each))) for each in q]
    return {"results": tidy(rows, "what p entropy"), "curve": tidy(curve, "what q entropy")}


def judge_entropy(tables: Tables) -> Finding:
    """The least is at q = p, and it is the entropy of p, not 0."""
    values = {p: per_seed(tables["results"], "entropy", p=p) for p in (0.3, 0.5, 0.7)}
    return Finding(
        tuple(below(f"p = {p:g}: the cross-entropy of p with itself is 0", v, 1e-9) for p, v in values.items()),
        reason="H(p, q) is least at q = p, where it is the entropy of p; what is 0 there is the divergence, H(p, q) - "
        "H(p). Only for labels that are sure, p = 0 or 1, are the two the same.",
    )


ENTROPY = Lesson(
    name="entropy",
    title="The cross-entropy of equal distributions",
    claim="The cross-entropy of two equal distributions is 0",
    source="Hung-yi Lee, Logistic regression, aside",
    experiment="Compute H(p, q) = −p log q − (1 − p) log(1 − q), in nats, at q = p for several p, and over q.",
    run=run_entropy,
    judge=judge_entropy,
    by={"what": "Where", "p": "p"},
    measures=(Measure("entropy", "H(p, p) (nats)"),),
    pictures=(Lines("q", "entropy", "what", "Cross-entropy (nats)", "q", table="curve"),),
    formula=mathml(r"H(p, q) = − ∑_k p_k \log q_k"),
    try_this="Plot H(p, q) - H(p): that is 0 at q = p, and the reason why both are minimized by the same q.",
    n_seeds=1,
)  # fmt: skip
