"""Naive Bayes where its assumption is wrong: a pattern that only one class has, columns that go together."""

from __future__ import annotations

import numpy as np

from genvsdisc.datasets import make_naive_bayes_toy
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, more, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines, Points

_MODELS = {
    "naive Bayes": NaiveBayesClassifier("bernoulli", alpha=0),
    "naive Bayes, smoothed": NaiveBayesClassifier("bernoulli", alpha=1),
    "logistic": LogisticClassifier(1e-3, optimizer="newton"),
}


def run_thirteen_rows(seed: int) -> Tables:  # noqa: ARG001 - every lesson is given a seed
    """Probability of the first class at (1, 1)."""
    toy = make_naive_bayes_toy()
    both = toy.X[(toy.X == 1).all(axis=1)]
    rows = [("the data", float(toy.posterior(both)[0, 0]))] if toy.posterior else []
    rows += [(name, float(model.fit(toy.X, toy.y).predict_proba(both)[0, 0])) for name, model in _MODELS.items()]
    return {"results": tidy(rows, "model probability")}


def judge_thirteen_rows(tables: Tables) -> Finding:
    """3/7 and with it the wrong class."""
    by_model = {name: per_seed(tables["results"], "probability", model=name) for name in _MODELS}
    bayes = by_model["naive Bayes"]
    return Finding(
        (
            below("naive Bayes gives C1 a probability that is 3/7 to twelve digits", abs(bayes - 3 / 7), 1e-12),
            below("so it puts (1, 1) in C2, which never had it", bayes, 0.5),
            above("logistic regression, which sees no independence, puts it in C1", by_model["logistic"], 0.5),
        )
    )


THIRTEEN_ROWS = Lesson(
    name="naive-bayes-toy",
    title="Thirteen rows",
    claim="Naive Bayes invents data: it puts (1, 1) in the class that never had it",
    source="Hung-yi Lee, Logistic regression, generative against discriminative",
    experiment=(
        "Class C1 has one row, (1, 1); class C2 has four each of (1, 0), (0, 1) and (0, 0). Fit, and ask for the "
        "probability of C1 at (1, 1)."
    ),
    run=run_thirteen_rows,
    judge=judge_thirteen_rows,
    by={"model": "Model"},
    measures=(Measure("probability", "P(C1 | (1, 1))"),),
    pictures=(Points("probability", "model", "P(C1 | (1, 1))", left=140),),
    n_seeds=1,
)


CORRELATIONS = (0.0, 0.3, 0.6, 0.9)


def run_correlated(seed: int) -> Tables:
    """Error of naive Bayes and of a full covariance, as the columns of each class go together more and more."""
    rng = np.random.default_rng(seed)
    rows = []
    for rho in CORRELATIONS:
        covariance = np.full((2, 2), rho) + (1 - rho) * np.eye(2)
        root = np.linalg.cholesky(covariance)
        y = rng.integers(0, 2, 8200)
        X = rng.normal(size=(8200, 2)) @ root.T + np.outer(y, [1.0, 0.0])
        for name, structure in (("naive Bayes", "diagonal"), ("full covariance", "full")):
            model = GaussianClassifier(structure=structure).fit(X[:200], y[:200])
            rows.append((rho, name, 1 - model.score(X[200:], y[200:])))
    return {"results": tidy(rows, "correlation model error")}


def judge_correlated(tables: Tables) -> Finding:
    """Harmless at 0, costly at 0.9."""
    error = {
        (rho, name): per_seed(tables["results"], "error", correlation=rho, model=name)
        for rho in CORRELATIONS
        for name in ("naive Bayes", "full covariance")
    }
    gap = {rho: error[rho, "naive Bayes"] - error[rho, "full covariance"] for rho in CORRELATIONS}
    return Finding(
        (
            below("independent columns: naive Bayes costs less than a point", gap[0.0], 0.01, share=True),
            above("correlation 0.9: it costs more than five points", gap[0.9], 0.05, share=True),
            more("it costs more at 0.9 than at 0.3", gap[0.9], gap[0.3], share=True),
        ),
        reason="A full covariance can subtract what the second column shares with the first and sees the rest; naive "
        "Bayes takes the second column for evidence of its own, which here it is not.",
    )


CORRELATED = Lesson(
    name="naive-bayes-correlated",
    title="Naive Bayes and columns that go together",
    claim="Naive Bayes is fine where columns are independent within the classes, and biased where they are not",
    source="Hung-yi Lee, Classification, naive Bayes",
    experiment=(
        "Two normal columns whose correlation within the classes grows from 0 to 0.9; only the first has a mean that "
        "differs. 200 training rows, naive Bayes against a full shared covariance, error on 8,000 rows."
    ),
    run=run_correlated,
    judge=judge_correlated,
    by={"correlation": "Correlation", "model": "Model"},
    measures=(Measure("error", "Test error", share=True),),
    pictures=(Lines("correlation", "error", "model", "Test error", "correlation within the classes", share=True),),
    formula=mathml(r"p(x ∣ y) = ∏_j p(x_j ∣ y)"),
    try_this="Let both means differ: naive Bayes then counts the same evidence twice, and is too sure of itself.",
    n_seeds=10,
)
