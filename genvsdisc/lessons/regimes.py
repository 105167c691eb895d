"""The two regimes of Ng and Jordan: how fast each family is as good as it gets, and how good that is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, less, more, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines

REGIME_LAWS = ("independent columns", "columns in pairs")
REGIME_ROWS = (10, 30, 100, 300, 1000)
REGIME_COLUMNS = (10, 40)
_LIMIT_ROWS, _TEST_ROWS, _WITHIN = 20_000, 4000, 0.03
_CORRELATION = 0.4


def _drawn(law: str, d: int, n: int, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """Two normal classes whose means differ in every other column; in pairs, each has a silent neighbor."""
    y = rng.integers(0, 2, n)
    X = rng.normal(size=(n, d))
    if law != REGIME_LAWS[0]:
        X[:, 1::2] = _CORRELATION * X[:, ::2] + np.sqrt(1 - _CORRELATION**2) * X[:, 1::2]
    X[:, ::2] += np.outer(y - 0.5, np.full(d // 2, 2.0 / np.sqrt(d / 2)))
    return X, y


def run_regimes(seed: int) -> Tables:
    """Error over rows, the error with 20,000 rows, and the fewest rows that come within three points of it."""
    rng = np.random.default_rng(seed)
    rows, needed = [], []
    for law in REGIME_LAWS:
        for d in REGIME_COLUMNS:
            X_test, y_test = _drawn(law, d, _TEST_ROWS, rng)
            X, y = _drawn(law, d, _LIMIT_ROWS, rng)
            for name, model in (
                ("generative", GaussianClassifier("shared", structure="diagonal")),
                ("discriminative", LogisticClassifier(1e-3, optimizer="newton")),
            ):
                limit = 1 - model.fit(X, y).score(X_test, y_test)
                errors = [_mean_error(model, X, y, n, X_test, y_test) for n in REGIME_ROWS]
                rows += [(law, d, name, n, error, error - limit) for n, error in zip(REGIME_ROWS, errors, strict=True)]
                needed.append((law, d, name, _rows_needed(np.array(errors) - limit)))
    return {
        "results": tidy(rows, "law d model n_train error above"),
        "needed": tidy(needed, "law d model rows"),
    }


def _mean_error(
    model: GaussianClassifier | LogisticClassifier, X: NDArray, y: NDArray, n: int, *test: NDArray
) -> float:
    """Mean error of fits to training sets of n rows that share none."""
    n_sets = min(20, len(X) // n)
    fits = model.fit_replicates(X[: n_sets * n], y[: n_sets * n], np.kron(np.eye(n_sets), np.ones(n)))
    return float((fits.predict(test[0]) != test[1]).mean())


def _rows_needed(above: NDArray) -> float:
    """Rows at which the error is within three points of its limit, between two sizes by the logarithm."""
    near = np.flatnonzero(above <= _WITHIN)
    if not len(near):
        return float(REGIME_ROWS[-1])
    i = int(near[0])
    if i == 0:
        return float(REGIME_ROWS[0])
    part = (above[i - 1] - _WITHIN) / (above[i - 1] - above[i])
    return float(np.exp(np.interp(part, [0, 1], np.log(REGIME_ROWS[i - 1 : i + 1]))))


def judge_regimes(tables: Tables) -> Finding:
    """Sooner there, and not always as good; and how the rows that are needed grow with the columns."""
    rows, needed = tables["results"], tables["needed"]
    narrow, wide = REGIME_COLUMNS
    few, most = REGIME_ROWS[1], REGIME_ROWS[-1]

    def error(law: str, n: int) -> list[NDArray]:
        return [
            per_seed(rows, "error", law=law, d=wide, n_train=n, model=name) for name in ("generative", "discriminative")
        ]

    def growth(name: str) -> NDArray:
        one, other = (per_seed(needed, "rows", law=REGIME_LAWS[0], d=d, model=name) for d in REGIME_COLUMNS)
        return other / one

    independent, pairs = REGIME_LAWS
    return Finding(
        (
            *(
                less(f"{law}, {few} rows: the generative classifier errs less", *error(law, few), share=True)
                for law in REGIME_LAWS
            ),
            less(
                f"{pairs}, {most:,} rows: the discriminative one errs less",
                *error(pairs, most)[::-1],
                share=True,
            ),
            less(f"{independent}, {most:,} rows: the same", *error(independent, most)[::-1], share=True),
            more(
                f"from {narrow} to {wide} columns the rows that are needed grow more for the discriminative one",
                growth("discriminative"),
                growth("generative"),
            ),
        ),
        depends_on="whether the columns of a class are independent",
        reason="Naive Bayes estimates each column by itself and needs of the order of log d rows; logistic regression "
        "weighs the columns against each other and needs of the order of d. Then the limits count: where the columns "
        "are independent both have the same one and the first never falls behind.",
    )


REGIMES = Lesson(
    name="two-regimes",
    title="Two regimes",
    claim="The generative classifier is sooner as good as it gets; the discriminative one gets better in the end",
    source="Ng & Jordan 2001, On discriminative vs. generative classifiers",
    experiment=(
        f"Naive Bayes with shared variances and logistic regression on {REGIME_ROWS[0]} to {REGIME_ROWS[-1]:,} rows of "
        f"{REGIME_COLUMNS[0]} and of {REGIME_COLUMNS[1]} normal columns of which every other one tells something: all "
        f"independent within the classes, or each with a silent neighbor (correlation {_CORRELATION:g}). Means of up "
        f"to 20 training sets; the limit is the error with {_LIMIT_ROWS:,} rows, rows are needed until "
        "the error is within three points of it."
    ),
    run=run_regimes,
    judge=judge_regimes,
    by={"law": "Law", "d": "Columns", "model": "Model", "n_train": "Rows"},
    measures=(Measure("error", "Test error", share=True), Measure("above", "Above its limit", share=True)),
    pictures=tuple(
        Lines(
            "n_train",
            "error",
            "model",
            f"{law}, {REGIME_COLUMNS[1]}",
            "training rows (log scale)",
            where={"law": law, "d": REGIME_COLUMNS[1]},
            log_x=True,
            share=True,
        )
        for law in REGIME_LAWS
    ),
    formula=mathml(r'n_"gen" ∝ \log d ~ "and" ~ n_"dis" ∝ d , ~ ε_"dis"(∞) ≤ ε_"gen"(∞)'),
    try_this="Give logistic regression λ = 0.1: it starts as if it knew something, and the first regime gets shorter.",
    n_seeds=15,
)
