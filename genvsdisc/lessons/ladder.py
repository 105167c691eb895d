"""Bias and variance: a ladder of generative models, and what cures which of the two."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.features.transforms import QuadraticFeatures
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, more, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines, Points
from genvsdisc.study.statistics.bias_variance import decompose

# From few parameters to many.
LADDER_RUNGS = {
    "spherical": GaussianClassifier("shared", structure="spherical"),
    "naive Bayes, shared": GaussianClassifier("shared", structure="diagonal"),
    "shared Σ": GaussianClassifier("shared"),
    "separate Σ": GaussianClassifier("separate"),
}
LADDER_ROWS = (60, 400)
_SETS = 30
CURED_ROWS = (60, 240, 960)


def run_ladder(seed: int) -> Tables:
    """Bias and variance of the Brier score of each Gaussian, from training sets that share no row."""
    test = make_pokemon_style(1000, random_state=1000 + seed)
    truth = test.posterior(test.X) if test.posterior else np.empty(0)
    stats = list(test.X.columns[:6])
    rows = []
    for n in LADDER_ROWS:
        data = make_pokemon_style(_SETS * n, random_state=seed)
        weights = np.kron(np.eye(_SETS), np.ones(n))
        for name, model in LADDER_RUNGS.items():
            fits = model.fit_replicates(data.X[stats], data.y, weights)
            terms = decompose(fits.predict_proba(test.X[stats]), truth, ["brier"]).iloc[0]
            rows.append((name, n, fits[0].n_parameters_, *(float(terms[each]) for each in ("bias", "variance"))))
    table = tidy(rows, "model n_train parameters bias variance")
    return {"results": table, "terms": _long(table, ["model", "n_train"])}


def _long(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return table.melt(keys, ["bias", "variance"], var_name="term")


def judge_ladder(tables: Tables) -> Finding:
    """From each rung to the next, with few rows; and from the first to the last with many."""
    rows = tables["results"]
    few, many = LADDER_ROWS

    def of(value: str, name: str, n: int) -> NDArray:
        return per_seed(rows, value, model=name, n_train=n)

    steps = list(pairwise(LADDER_RUNGS))
    last = "separate Σ"
    return Finding(
        (
            *(
                less(f"{b} has less bias than {a}, {many} rows", of("bias", b, many), of("bias", a, many))
                for a, b in steps
            ),
            *(
                more(f"{b} has more variance than {a}, {few} rows", of("variance", b, few), of("variance", a, few))
                for a, b in steps
            ),
            less(
                f"{many} rows instead of {few} take away more than half of the variance of {last}",
                of("variance", last, many),
                of("variance", last, few) / 2,
            ),
        ),
        depends_on="whether a rung adds something that the classes have",
        reason="Each rung has more numbers to estimate. The columns of a class do go together, so the step to a full "
        "covariance takes bias away, and variance too: naive Bayes, which counts the same evidence twice, is too sure "
        "of itself, differently in each training set. The two classes are of one shape, so separate covariances only "
        "cost.",
    )


def _wavy(n: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Rows whose log-odds hold a product of two columns, which a plane does not have."""
    X = rng.normal(size=(n, 3))
    p = expit(1.5 * X[:, 0] * X[:, 1] + X[:, 2])
    return X, (rng.random(n) < p).astype(int), np.column_stack([1 - p, p])


def run_cures(seed: int) -> Tables:
    """Bias and variance of three logistic regressions, by the number of rows."""
    rng = np.random.default_rng(seed)
    X_test, _, truth = _wavy(1500, rng)
    squares = QuadraticFeatures().fit(X_test)
    models: dict[str, tuple[Any, float]] = {
        "three columns": (None, 1e-3),
        "their products too": (squares, 1e-3),
        "products and a penalty": (squares, 0.1),
    }
    rows = []
    for n in CURED_ROWS:
        X, y, _ = _wavy(_SETS * n, rng)
        weights = np.kron(np.eye(_SETS), np.ones(n))
        for name, (transform, reg_lambda) in models.items():
            seen, asked = (X, X_test) if transform is None else (transform.transform(X), transform.transform(X_test))
            fits = LogisticClassifier(reg_lambda, optimizer="newton").fit_replicates(seen, y, weights)
            terms = decompose(fits.predict_proba(asked), truth, ["brier"]).iloc[0]
            rows.append((name, n, float(terms["bias"]), float(terms["variance"])))
    table = tidy(rows, "model n_train bias variance")
    return {"results": table, "terms": _long(table, ["model", "n_train"])}


def judge_cures(tables: Tables) -> Finding:
    """What each cure does to each of the two."""
    rows = tables["results"]
    few, more_rows, most = CURED_ROWS

    def of(value: str, name: str, n: int = few) -> NDArray:
        return per_seed(rows, value, model=name, n_train=n)

    plain, products, held = "three columns", "their products too", "products and a penalty"
    return Finding(
        (
            less(
                f"{more_rows} rows instead of {few} take away half of the variance",
                of("variance", products, more_rows),
                of("variance", products) / 2,
            ),
            above(
                f"and leave the bias of a model that lacks a feature: with {most} rows too it is high",
                of("bias", plain, most),
                0.03,
            ),
            below("more features take nearly all of that bias away", of("bias", products, most), 0.002),
            more("but raise the variance", of("variance", products), of("variance", plain)),
            less("a penalty lowers the variance", of("variance", held), of("variance", products)),
            more(
                "and raises the bias, which more rows then do not cure",
                of("bias", held, most),
                of("bias", products, most),
            ),
        ),
        reason="Variance is what changes from one training set to the next, so more rows average it out; bias is what "
        "all training sets get wrong together, and only another model mends that.",
    )


LADDER = Lesson(
    name="generative-ladder",
    title="A ladder of Gaussians",
    claim="A simple distribution has a large bias, a complex one a large variance",
    source="Hung-yi Lee, Classification, how to choose the distribution",
    experiment=(
        "Four Gaussian classifiers on six Pokemon-style stats, from one variance in all to a covariance for each "
        f"class: {_SETS} training sets of {LADDER_ROWS[0]} and of {LADDER_ROWS[1]} rows a seed that share no row. Bias "
        "and variance of the Brier score against the true posterior, over 1,000 rows."
    ),
    run=run_ladder,
    judge=judge_ladder,
    by={"model": "Model", "n_train": "Rows"},
    measures=(Measure("parameters", "Parameters"), Measure("bias", "Bias"), Measure("variance", "Variance")),
    pictures=tuple(
        Points(
            "value",
            "model",
            f"Brier score (log), {n} rows",
            by="term",
            table="terms",
            where={"n_train": n},
            left=118,
            log=True,
        )
        for n in LADDER_ROWS
    ),
    formula=mathml(
        r'"loss" = "noise" + "bias" + "variance" ~ "entries of Σ" : 1 , ~ d , ~ d (d + 1) / 2 , ~ d (d + 1)'
    ),
    try_this="Between two rungs: GaussianClassifier('separate', pooling=0.5), and look for the least sum of the two.",
    n_seeds=30,
)

CURES = Lesson(
    name="cures",
    title="Cures of bias and of variance",
    claim="More rows cure variance and not bias; more features cure bias; a penalty lowers variance and raises bias",
    source="Hung-yi Lee, Where does the error come from?",
    experiment=(
        "Labels whose log-odds are 1.5 x1 x2 + x3. Logistic regression on the three columns, on their squares and "
        f"products too (λ = 0.001), and with λ = 0.1: {_SETS} training sets of {', '.join(map(str, CURED_ROWS))} rows "
        "a seed. Bias and variance of the Brier score against the true posterior."
    ),
    run=run_cures,
    judge=judge_cures,
    by={"model": "Model", "n_train": "Rows"},
    measures=(Measure("bias", "Bias"), Measure("variance", "Variance")),
    pictures=tuple(
        Lines(
            "n_train",
            "value",
            "model",
            f"{term.capitalize()} (Brier score)",
            "training rows (log scale)",
            table="terms",
            where={"term": term},
            log_x=True,
        )
        for term in ("bias", "variance")
    ),
    formula=mathml(
        r'"bias" = E_x (\hat{p}_"mean" - p)^2 , ~ "variance" = E_x E (\hat{p} - \hat{p}_"mean")^2 ∝ \frac{1}{n}'
    ),
    try_this="Give the plain model 10,000 rows: its loss stands still, and a learning curve that is flat says bias.",
)
