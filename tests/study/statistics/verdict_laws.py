"""Forty laws on which one family or the other is the better, and the true differences between the models on them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.special import expit

from genvsdisc.datasets import make_gaussian_pair, make_pokemon_style, make_xor
from genvsdisc.study.statistics.losses import pointwise_losses

STATS = ["hp", "attack", "defense", "sp_attack", "sp_defense", "speed"]


@dataclass(frozen=True)
class Law:
    """Name of a law of two classes, and how to draw n rows and labels from it."""

    name: str
    draw: Callable[[int, np.random.RandomState], tuple[Any, Any]]


def gaussian_pair(d, distance, shared):
    def draw(n, rng):
        data = make_gaussian_pair(n, d, distance=distance, shared=shared, random_state=rng)
        return data.X.to_numpy(), data.y.to_numpy()

    return Law(f"Gaussian, d={d}, distance {distance}, {'shared' if shared else 'separate'}", draw)


def xor(noise):
    def draw(n, rng):
        data = make_xor(n, noise=noise, random_state=rng)
        return data.X.to_numpy(), data.y.to_numpy()

    return Law(f"exclusive or, noise {noise}", draw)


def pokemon_style():
    def draw(n, rng):
        data = make_pokemon_style(n, random_state=rng)
        return data.X[STATS].to_numpy(dtype=float), (data.y == "water").to_numpy().astype(int)

    return Law("Pokemon-style, six stats", draw)


def equicorrelated(d, correlation):
    """Two normal classes whose means differ in one of d equally correlated columns."""
    factor = np.linalg.cholesky(correlation + (1 - correlation) * np.eye(d))

    def draw(n, rng):
        y = rng.permutation(np.arange(n) % 2)
        return rng.standard_normal((n, d)) @ factor.T + y[:, None] * np.eye(d)[0], y

    return Law(f"equicorrelated {correlation}, d={d}", draw)


def heavy_tailed(d, df):
    """Student's t about means a distance apart."""

    def draw(n, rng):
        y = rng.permutation(np.arange(n) % 2)
        return rng.standard_t(df, (n, d)) + 0.8 * y[:, None], y

    return Law(f"Student's t, {df} df, d={d}", draw)


def skewed(d, spread):
    """Lognormal columns."""

    def draw(n, rng):
        y = rng.permutation(np.arange(n) % 2)
        return np.exp(spread * (rng.standard_normal((n, d)) + 0.7 * y[:, None])), y

    return Law(f"lognormal, spread {spread}, d={d}", draw)


def logistic_law(d, slope):
    """Labels by a logistic law on columns that are 0 or 1, some of them copies of others."""

    def draw(n, rng):
        own = rng.random_sample((n, d)) < 0.4
        X = np.where(rng.random_sample((n, d)) < 0.7, np.roll(own, 1, axis=1), own) + 0.1 * rng.standard_normal((n, d))
        return X, (rng.random_sample(n) < expit(slope * (X[:, 0] - X[:, 1] + X[:, 2] - 0.4))).astype(int)

    return Law(f"logistic on dependent bits, slope {slope}, d={d}", draw)


def ring(d):
    """A class around the other."""

    def draw(n, rng):
        y = rng.permutation(np.arange(n) % 2)
        X = rng.standard_normal((n, d))
        radius = np.linalg.norm(X, axis=1, keepdims=True)
        return np.where(y[:, None] == 1, X / radius * (2 + 0.5 * rng.standard_normal((n, 1))), X), y

    return Law(f"ring, d={d}", draw)


LAWS = (
    *(gaussian_pair(*setting) for setting in product((2, 4, 8), (1.0, 2.0, 3.0), (True, False))),
    *(xor(noise) for noise in (0.3, 0.5)),
    pokemon_style(),
    *(equicorrelated(*setting) for setting in product((4, 8), (0.3, 0.6, 0.9))),
    *(heavy_tailed(*setting) for setting in product((2, 5), (2, 4))),
    *(skewed(*setting) for setting in product((2, 5), (0.5, 1.0))),
    *(logistic_law(*setting) for setting in product((3, 6), (1.5, 4.0))),
    ring(4),
)


def true_losses(law, models, n, losses, *, n_sets=40, n_test=8000, seed=12345):
    """Expected losses of fits to n rows, {(model, loss): (n_sets,)}: a value for each fresh training set, all on one
    large test set."""
    rng = np.random.RandomState(seed)
    X_test, y_test = law.draw(n_test, rng)
    found = {(model.name, loss): [] for model in models for loss in losses}
    for _ in range(n_sets):
        X, y = law.draw(n, rng)
        for model in models:
            p = model.estimator.fit(X, y).predict_proba(X_test)
            for loss in losses:
                found[model.name, loss].append(pointwise_losses(p, y_test, loss).mean())
    return {key: np.array(values) for key, values in found.items()}


# Subjects ---------------------------------------------------------------------------------------------------------


def subjects(effect, d, *, label="row", kind="shared", share=1.0):
    """Subjects of 15 rows, each with a shift of its own on a share of the columns, `effect` times the spread within.

    `label` is drawn for each row, once for each subject, or for each row with a leaning of the subject; of two classes,
    `kind` "shared" and "separate" are normal, "skewed" is lognormal, "copies" has every column twice.
    """

    def draw(n_subjects, rng):
        subject = np.repeat(np.arange(n_subjects), 15)
        leaning = {"row": np.full(n_subjects, 0.5), "subject": rng.randint(0, 2, n_subjects).astype(float)}
        leaning["leaning"] = rng.beta(1.5, 1.5, n_subjects)
        y = (rng.random_sample(len(subject)) < leaning[label][subject]).astype(int)
        spread = np.where(y[:, None] == 1, 2.0 if kind == "separate" else 1.0, 1.0)
        shifted = np.arange(d) < max(1, round(share * d))
        X = spread * rng.standard_normal((len(y), d)) + 0.6 * y[:, None]
        X += effect * (rng.standard_normal((n_subjects, d)) * shifted)[subject]
        if kind == "skewed":
            X = np.exp(0.7 * X)
        if kind == "copies":
            X = np.hstack([X, X + 0.3 * rng.standard_normal(X.shape)])
        return X, y, subject

    name = f"subjects, effect {effect} on {share:.0%} of {d} columns, label by {label}, {kind}"
    return Law(name, draw)


GROUPED = (
    *(
        subjects(effect, d, label=label, kind=kind)
        for (effect, d, label), kind in zip(
            product((0.4, 0.7, 1.5), (3, 6), ("row", "subject")), ("shared", "separate", "skewed", "copies") * 3,
            strict=True,
        )
    ),
    subjects(1.0, 6, label="leaning", kind="separate", share=0.5),
    subjects(1.0, 4, label="leaning", kind="copies"),
)  # fmt: skip
"""Laws of 40 subjects x 15 rows: `draw` takes the number of subjects, and gives whose row each is."""


def true_losses_over_subjects(law, models, losses, *, n_train=36, n_sets=40, n_test=400, seed=54321):
    """Expected losses on new subjects, as `true_losses` has them on new rows, of fits to whole subjects.

    36 of the 40 train in each of ten folds.
    """
    rng = np.random.RandomState(seed)
    X_test, y_test, _ = law.draw(n_test, rng)
    found = {(model.name, loss): [] for model in models for loss in losses}
    for _ in range(n_sets):
        X, y, _ = law.draw(n_train, rng)
        for model in models:
            p = model.estimator.fit(X, y).predict_proba(X_test)
            for loss in losses:
                found[model.name, loss].append(pointwise_losses(p, y_test, loss).mean())
    return {key: np.array(values) for key, values in found.items()}
