"""The toy of thirteen rows: what naive Bayes makes of a pattern that only one class has."""

from __future__ import annotations

from genvsdisc.datasets import make_naive_bayes_toy
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, per_seed, tidy
from genvsdisc.lessons.pictures import Points

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
    found = {name: per_seed(tables["results"], "probability", model=name) for name in _MODELS}
    bayes = found["naive Bayes"]
    return Finding(
        (
            below("naive Bayes gives C1 a probability that is 3/7 to twelve digits", abs(bayes - 3 / 7), 1e-12),
            below("so it puts (1, 1) in C2, which never had it", bayes, 0.5),
            above("logistic regression, which sees no independence, puts it in C1", found["logistic"], 0.5),
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
