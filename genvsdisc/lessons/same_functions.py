"""The thesis of the notes: one set of functions, fitted two ways; and what the assumptions of one way are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines

TRAINED_ROWS = (30, 100, 1000)
LAWS = ("normal", "skewed")

_TRUE_SLOPES = np.array([1.0, -1.0, 0.5, 0.0])


def _drawn(law: str, n: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Rows, labels and true log-odds, which are linear in both laws; normal given the class in one of them."""
    if law == "normal":
        y = rng.integers(0, 2, n)
        X = rng.normal(size=(n, 4)) + (y[:, None] - 0.5) * _TRUE_SLOPES
        return X, y, X @ _TRUE_SLOPES
    X = rng.exponential(size=(n, 4)) ** 1.5
    log_odds = X @ _TRUE_SLOPES - 0.3
    return X, (rng.random(n) < expit(log_odds)).astype(int), log_odds


def run_same_functions(seed: int) -> Tables:
    """Coefficients of both fits, how linear they are, and what is lost against the truth."""
    rng = np.random.default_rng(seed)
    rows = []
    for law in LAWS:
        X_test, _, log_odds = _drawn(law, 5000, rng)
        truth = expit(log_odds)
        for n in TRAINED_ROWS:
            X, y, _ = _drawn(law, n, rng)
            fits = {"generative": GaussianClassifier(shrinkage=1e-3), "discriminative": LogisticClassifier(1e-3)}
            slopes = {}
            for name, model in fits.items():
                p = np.clip(model.fit(X, y).predict_proba(X_test)[:, 1], 1e-12, 1 - 1e-12)
                lost = xlogy(truth, truth / p) + xlogy(1 - truth, (1 - truth) / (1 - p))
                plane = X_test @ model.coef_[0] + model.intercept_[0]
                bend = float(np.abs(plane - model.decision_function(X_test)).max() / (1 + np.abs(plane).max()))
                slopes[name] = np.append(model.coef_[0], model.intercept_[0])
                rows.append([law, n, name, bend, float(np.mean(lost)), 0.0])
            apart = float(np.linalg.norm(slopes["generative"] - slopes["discriminative"]))
            for row in rows[-2:]:
                row[-1] = apart / float(np.linalg.norm(slopes["discriminative"]))
    return {"results": tidy([tuple(row) for row in rows], "law n_train model bend lost apart")}


def judge_same_functions(tables: Tables) -> Finding:
    """The same lines to choose from, not the same line; and which is nearer to the truth."""
    rows = tables["results"]

    def of(value: str, law: str, n: int, model: str = "generative") -> NDArray:
        return per_seed(rows, value, law=law, n_train=n, model=model)

    worst = np.maximum(of("bend", "skewed", 1000), of("bend", "skewed", 1000, "discriminative"))
    few, most = TRAINED_ROWS[0], TRAINED_ROWS[-1]
    pair = ("generative", "discriminative")
    normal = [of("lost", "normal", few, name) for name in pair]
    skewed = [of("lost", "skewed", most, name) for name in pair]
    return Finding(
        (
            below("both log-odds are w · x + b: what is not linear is rounding", worst, 1e-9),
            above("yet w and b differ by more than a tenth, with 1,000 rows too", of("apart", "skewed", most), 0.1),
            less(f"normal columns, {few} rows: the generative w and b lose less against the truth", *normal),
            less(f"skewed columns, {most} rows: the discriminative ones lose less", *skewed[::-1]),
        ),
        reason="The generative fit reads w and b off means and covariances and uses what it assumes of the columns; "
        "the discriminative one asks the labels only. The assumption is worth rows where true, and costs where not.",
    )


SAME_FUNCTIONS = Lesson(
    name="same-functions",
    title="One set of functions, two fits",
    claim="The generative and the discriminative classifier choose from the same functions and find different w and b",
    source="Hung-yi Lee, Logistic regression, discriminative against generative",
    experiment=(
        "Gaussians with a shared covariance and logistic regression on 30, 100 and 1,000 rows of four columns whose "
        "true log-odds are linear: normal given the class, or skewed. What is lost is the divergence of the predicted "
        "from the true probabilities, in nats, over 5,000 rows."
    ),
    run=run_same_functions,
    judge=judge_same_functions,
    by={"law": "Columns", "n_train": "Rows", "model": "Fit"},
    measures=(Measure("lost", "Lost (nats)"), Measure("apart", "w and b apart"), Measure("bend", "Not linear")),
    pictures=tuple(
        Lines(
            "n_train", "lost", "model", f"Lost against the truth, {law} columns", "training rows (log scale)",
            where={"law": law}, log_x=True, log_y=True,
        )
        for law in LAWS
    ),
    formula=mathml(
        r'p(y ∣ x) = σ(w · x + b) , ~ w = Σ^{−1} (μ_1 − μ_0) ~ "or" ~ w = "argmax" ∑ \log p(y ∣ x)'
    ),
    try_this="HybridClassifier(a) goes from one fit to the other as a goes from 1 to 0: print its coef_ along the way.",
    n_seeds=40,
)  # fmt: skip
