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
