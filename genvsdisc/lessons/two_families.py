"""Generative against discriminative: few rows against many, clean labels against noisy ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import scale

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, less, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines
from genvsdisc.questions.crossing import learning_curve_crossing

SIZES = (4, 10, 30, 100)
# λ of one, shrinkage of the other. Who is ahead with few rows hangs on them, so there are two pairs of settings.
SETTINGS = {"λ 0.01, shrinkage 0.01": (0.01, 0.01), "λ 0.001, shrinkage 0.1": (0.001, 0.1)}
FLIPS = (0.0, 0.1, 0.2, 0.3, 0.4)
NOISE_LAWS, NOISE_SIZES = ("independent columns", "Pokemon-style"), (30, 300)


@cache
def _digits() -> tuple[NDArray, NDArray]:
    X, y = load_digits(return_X_y=True)
    kept = np.isin(y, [2, 3])
    return scale(X[kept]), y[kept]


@cache
def _tumors() -> tuple[NDArray, NDArray]:
    X, y = load_breast_cancer(return_X_y=True)
    return scale(X), y


@cache
def _pokemon() -> tuple[NDArray, NDArray]:
    data = make_pokemon_style(800, random_state=0)
    return scale(data.X.iloc[:, :6].to_numpy(float)), data.y.to_numpy()


_TABLES: dict[str, Callable[[], tuple[NDArray, NDArray]]] = {
    "digits 2 and 3": _digits,
    "tumors": _tumors,
    "Pokemon-style": _pokemon,
}


def run_crossing(seed: int) -> Tables:
    """Learning curves of the pair of Ng & Jordan."""
    curves = []
    for (name, load), (setting, (reg_lambda, shrinkage)) in product(_TABLES.items(), SETTINGS.items()):
        crossing = learning_curve_crossing(
            GaussianClassifier("shared", structure="diagonal", shrinkage=shrinkage),
            LogisticClassifier(reg_lambda, optimizer="newton"),
            *load(),
            train_sizes=SIZES,
            n_draws=40,
            random_state=seed,
        )
        curves.append(crossing.curves[["model", "n_train", "mean"]].assign(data=name, setting=setting))
    table = pd.concat(curves).rename(columns={"mean": "error"})
    return {"results": table[["data", "setting", "model", "n_train", "error"]]}


def judge_crossing(tables: Tables) -> Finding:
    """Generative ahead at the fewest rows, discriminative at the most."""
    parts = []
    for name, setting in product(_TABLES, SETTINGS):
        few, many = (
            [
                per_seed(tables["results"], "error", data=name, setting=setting, model=model, n_train=n)
                for model in ("generative", "discriminative")
            ]
            for n in (SIZES[0], SIZES[-1])
        )
        case = f"{name}, {setting}"
        parts.append(less(f"{case}: with {SIZES[0]} rows the generative model errs less", *few, share=True))
        parts.append(less(f"{case}: with {SIZES[-1]} rows the discriminative model errs less", *many[::-1], share=True))
    return Finding(
        tuple(parts),
        depends_on="the table and on how strongly each model is regularized",
        reason="The generative model has less to learn from the rows and is sooner as good as it gets; how good that "
        "is hangs on whether its assumption fits the table, and a penalty gives the other model a head start too.",
    )


def run_noise(seed: int) -> Tables:
    """Error on clean rows after training on flipped labels."""
    rows = []
    for law, n_train in product(NOISE_LAWS, NOISE_SIZES):
        for flip, errors in _noise_curve(law, n_train, seed):
            rows += [(law, n_train, model, flip, error) for model, error in errors.items()]
    return {"results": tidy(rows, "law n_train model flip error")}


def _noise_curve(law: str, n_train: int, seed: int) -> list[tuple[float, dict[str, float]]]:
    """Mean error over many training sets, whose labels are flipped more and more."""
    n_sets, n_test = max(8, 1200 // n_train), 4000
    size = n_sets * n_train + n_test
    rng = np.random.default_rng(seed)
    if law == "Pokemon-style":
        data = make_pokemon_style(size, random_state=seed)
        X, codes = scale(data.X.iloc[:, :6].to_numpy(float)), np.unique(data.y, return_inverse=True)[1]
    else:
        codes = rng.integers(0, 2, size)
        X = rng.normal(size=(size, 10)) + 0.6 * codes[:, None]
    X_test, truth = X[-n_test:], codes[-n_test:]
    X_train, codes = X[:-n_test], codes[:-n_test]
    draws = rng.random(len(codes))
    weights = np.kron(np.eye(n_sets), np.ones(n_train))
    curve = []
    for flip in FLIPS:
        y = np.where(draws < flip, 1 - codes, codes)
        pair = {
            "generative": GaussianClassifier("shared", structure="diagonal"),
            "discriminative": LogisticClassifier(1e-3, optimizer="newton"),
        }
        predicted = {name: model.fit_replicates(X_train, y, weights).predict(X_test) for name, model in pair.items()}
        curve.append((flip, {name: float((labels != truth).mean()) for name, labels in predicted.items()}))
    return curve


def judge_noise(tables: Tables) -> Finding:
    """What flips cost each, and who is ahead under them: to be more robust is not to be better."""
    costly, ahead = [], []
    for (law, n_train), part in tables["results"].groupby(["law", "n_train"], sort=False):
        generative, discriminative = (
            {flip: per_seed(part, "error", model=model, flip=flip) for flip in (0.0, 0.3)}
            for model in ("generative", "discriminative")
        )
        costs = [errors[0.3] - errors[0.0] for errors in (generative, discriminative)]
        says = f"{law}, {n_train} rows: flipping 30% of the labels costs the generative model less"
        costly.append(less(says, *costs, share=True))
        says = f"{law}, {n_train} rows: with 30% flipped it errs less"
        ahead.append(less(says, generative[0.3], discriminative[0.3], share=True))
    return Finding(
        (*costly, *ahead),
        depends_on="the question, what flipped labels cost or who errs less with them",
        reason="Random flips shorten the distance of the class means but leave its direction, for both families alike. "
        "Naive Bayes estimates each column by itself, so that worse labels add less variance to that. What its "
        "assumption costs where it is wrong is there with clean labels and with noisy ones.",
    )


CROSSING = Lesson(
    name="crossing",
    title="Few rows, many rows",
    claim="The generative classifier is ahead with few rows, the discriminative one with many",
    source="Ng & Jordan 2001; Hung-yi Lee",
    experiment=(
        "Learning curves of diagonal Gaussians with a shared covariance and of logistic regression, which have the "
        "same linear boundary, on standardized features: 40 nested draws of training rows a seed, with two pairs of "
        "settings of how strongly each is regularized."
    ),
    run=run_crossing,
    judge=judge_crossing,
    by={"data": "Table", "setting": "Settings", "model": "Model", "n_train": "Rows"},
    measures=(Measure("error", "Test error", share=True),),
    pictures=tuple(
        Lines(
            "n_train",
            "error",
            "model",
            f"{name}, {setting}",
            "training rows (log scale)",
            where={"data": name, "setting": setting},
            log_x=True,
            share=True,
        )
        for name, setting in [*product(list(_TABLES)[:1], SETTINGS), *product(list(_TABLES)[1:], list(SETTINGS)[1:])]
    ),
)

NOISY_LABELS = Lesson(
    name="noisy-labels",
    title="Noisy labels",
    claim="With noisy labels the generative classifier is the more robust one",
    source="Hung-yi Lee, benefits of generative models",
    experiment=(
        "Flip a share of the training labels and measure the error on clean rows, for naive Bayes with shared "
        "variances and for logistic regression (λ = 0.001): training sets of 30 and of 300 rows, from ten independent "
        "columns, where naive Bayes is right, and from the Pokemon-style table, whose columns go together."
    ),
    run=run_noise,
    judge=judge_noise,
    by={"law": "Law", "n_train": "Rows", "model": "Model", "flip": "Flipped"},
    measures=(Measure("error", "Error on clean rows", share=True),),
    pictures=tuple(
        Lines(
            "flip",
            "error",
            "model",
            f"Error, {law}, {n_train} rows",
            "share of flipped labels",
            where={"law": law, "n_train": n_train},
            share=True,
        )
        for law, n_train in product(NOISE_LAWS, NOISE_SIZES)
    ),
    formula=mathml(r'p_"noisy"(1 ∣ x) = (1 − ρ) p(1 ∣ x) + ρ p(0 ∣ x)'),
    try_this="Put GaussianClassifier() in the place of naive Bayes: it has as many slopes to find as the logistic "
    "regression, and hardly a lead.",
    n_seeds=20,
)
