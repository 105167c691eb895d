"""How flexible a model may be: larger penalties, more features."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.preprocessing import PolynomialFeatures

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.features.transforms import QuadraticFeatures
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, less, more, per_seed, tidy
from genvsdisc.lessons.pictures import Lines
from genvsdisc.study.statistics.bias_variance import decompose
from genvsdisc.study.statistics.losses import pointwise_losses

_LAMBDAS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
DEGREES = (1, 2, 3, 4, 5)
_TERMS = {"noise": "noise", "bias": "bias", "variance": "variance", "expected": "mean loss"}
N_PER_SET, N_SETS = 60, 30


def run_penalty(seed: int) -> Tables:
    """Training and test loss over lambda, on few rows with many features."""
    data = make_pokemon_style(20 * N_PER_SET + 4000, random_state=seed)
    X = QuadraticFeatures().fit_transform((data.X.iloc[:, :6].to_numpy(dtype=float) - 70) / 30)
    classes, codes = np.unique(data.y, return_inverse=True)
    weights = np.kron(np.eye(20), np.ones(N_PER_SET))
    X_train, X_test = X[: weights.shape[1]], X[weights.shape[1] :]
    codes_train, codes_test = codes[: weights.shape[1]], codes[weights.shape[1] :]
    rows = []
    for reg_lambda in _LAMBDAS:
        model = LogisticClassifier(reg_lambda, optimizer="newton", max_iter=100)
        fits = model.fit_replicates(X_train, classes[codes_train], weights)
        for loss in ("log_loss", "zero_one"):
            train = (pointwise_losses(fits.predict_proba(X_train), codes_train, loss) * weights).sum() / weights.sum()
            test = pointwise_losses(fits.predict_proba(X_test), codes_test, loss).mean()
            rows += [(reg_lambda, loss, "training", float(train)), (reg_lambda, loss, "test", float(test))]
    return {"results": tidy(rows, "reg_lambda loss split value")}


def judge_penalty(tables: Tables) -> Finding:
    """Up, and down then up, where the turn is taken from the mean curve."""
    rows = tables["results"]
    parts = []
    for loss, name in (("log_loss", "log loss"), ("zero_one", "0-1 error")):
        train, test = (
            {each: per_seed(rows, "value", loss=loss, split=split, reg_lambda=each) for each in _LAMBDAS}
            for split in ("training", "test")
        )
        turn = min(_LAMBDAS, key=lambda each: test[each].mean())
        share = loss == "zero_one"
        parts += [
            more(
                f"training {name} is higher at λ = {_LAMBDAS[-1]:g} than at {_LAMBDAS[0]:g}",
                train[_LAMBDAS[-1]],
                train[_LAMBDAS[0]],
                share=share,
            ),
            less(
                f"test {name} is lower at λ = {turn:g} than at {_LAMBDAS[0]:g}",
                test[turn],
                test[_LAMBDAS[0]],
                share=share,
            ),
            more(
                f"test {name} is higher at λ = {_LAMBDAS[-1]:g} than at {turn:g}",
                test[_LAMBDAS[-1]],
                test[turn],
                share=share,
            ),
        ]
    return Finding(tuple(parts))


def _waves(n: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Rows whose log-odds no polynomial has, their labels and true probabilities."""
    X = rng.uniform(-1, 1, size=(n, 2))
    p = expit(2.5 * np.sin(3 * X[:, 0]) + 2.5 * np.cos(4 * X[:, 1]) - 1)
    return X, (rng.random(n) < p).astype(int), np.column_stack([1 - p, p])


def run_complexity(seed: int) -> Tables:
    """Noise, bias and variance of the Brier score over the degree of a polynomial."""
    rng = np.random.default_rng(seed)
    X, y, _ = _waves(N_SETS * N_PER_SET, rng)
    X_test, _, truth = _waves(1000, rng)
    weights = np.kron(np.eye(N_SETS), np.ones(N_PER_SET))
    rows = []
    for degree in DEGREES:
        powers = PolynomialFeatures(degree, include_bias=False)
        model = LogisticClassifier(1e-3, optimizer="newton")
        fits = model.fit_replicates(powers.fit_transform(X), y, weights)
        terms = decompose(fits.predict_proba(powers.transform(X_test)), truth, ["brier"]).iloc[0]
        rows += [(degree, words, float(terms[term])) for term, words in _TERMS.items()]
    return {"results": tidy(rows, "degree term value")}


def judge_complexity(tables: Tables) -> Finding:
    """From each degree to the next; and the sum."""
    rows = tables["results"]
    _, bias, variance, mean = (
        {degree: per_seed(rows, "value", degree=degree, term=term) for degree in DEGREES} for term in _TERMS.values()
    )
    steps = list(pairwise(DEGREES))
    best = min(DEGREES, key=lambda degree: mean[degree].mean())
    return Finding(
        (
            *(less(f"degree {b} has less bias than degree {a}", bias[b], bias[a]) for a, b in steps),
            *(more(f"degree {b} has more variance than degree {a}", variance[b], variance[a]) for a, b in steps),
        ),
        reason=f"More powers come nearer to waves that no polynomial has, and each has a coefficient to estimate from "
        f"{N_PER_SET} rows. The noise is the same for all; the sum of the three is least at degree {best}.",
    )


PENALTY = Lesson(
    name="regularization",
    title="A larger penalty",
    claim="With a larger λ the training error goes up, and the test error down and then up",
    source="Hung-yi Lee, Regression",
    experiment=(
        f"Logistic regression on all products of two of six Pokemon-style stats, 27 features, from {N_PER_SET} rows: "
        "mean over 20 training sets a seed, tested on 4,000 rows."
    ),
    run=run_penalty,
    judge=judge_penalty,
    by={"reg_lambda": "λ", "loss": "Loss", "split": "Rows"},
    measures=(Measure("value", "Value"),),
    pictures=(
        Lines(
            "reg_lambda", "value", "split", "Log loss (nats)", "λ (log scale)", where={"loss": "log_loss"}, log_x=True
        ),
        Lines(
            "reg_lambda",
            "value",
            "split",
            "0-1 error",
            "λ (log scale)",
            where={"loss": "zero_one"},
            log_x=True,
            share=True,
        ),
    ),
)

COMPLEXITY = Lesson(
    name="complexity",
    title="A more complex model",
    claim="With a more complex model the bias goes down and the variance up",
    source="Hung-yi Lee, Where does the error come from?",
    experiment=(
        f"Logistic regression on polynomials of two features of degree {DEGREES[0]} to {DEGREES[-1]}; the true "
        f"log-odds are waves, which no polynomial has. {N_SETS} training sets of {N_PER_SET} rows a seed that share no "
        "row; noise, bias and variance of the Brier score against the true posterior."
    ),
    run=run_complexity,
    judge=judge_complexity,
    by={"degree": "Degree", "term": "Term"},
    measures=(Measure("value", "Brier score"),),
    pictures=(Lines("degree", "value", "term", "Brier score and its parts", "degree of the polynomial"),),
    n_seeds=15,
)
