"""Laws with right and wrong models, and the bias and variance of models on them over independent training sets."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logsumexp

from genvsdisc.datasets import make_gaussian_pair
from genvsdisc.study.fits.refit import refit_probabilities

LOSSES = ("zero_one", "brier", "log_loss")
N_SETS, BATCH = 400, 20
FEWEST_TEST, TEST_PER_ROW = 4000, 10
"""Rows that judge the fits of the truth: ten for each row of a table, whose own luck is three times as large."""


@dataclass(frozen=True)
class Law:
    """How to draw n rows and labels, of how many classes; `n` rows make a table."""

    name: str
    draw: object
    n_classes: int
    n: int


def gaussian_pair(d, distance, n, *, shared=True):
    def draw(n, rng):
        data = make_gaussian_pair(n, d, distance=distance, shared=shared, random_state=rng)
        return data.X.to_numpy(), data.y.to_numpy()

    return Law(f"pair, d={d}, shared={shared}, n={n}", draw, 2, n)


def several(n_classes, d, n, seed):
    """Normal classes about random means, columns correlated; labels drawn, not dealt."""
    means = 1.2 * np.random.RandomState(seed).standard_normal((n_classes, d))
    factor = np.linalg.cholesky(0.7 * np.eye(d) + 0.3)

    def draw(n, rng):
        y = rng.randint(0, n_classes, n)
        return means[y] + rng.standard_normal((n, d)) @ factor.T, y

    return Law(f"{n_classes} classes, d={d}, n={n}", draw, n_classes, n)


def product(d, n):
    """A label that depends on a product, which most models lack."""

    def draw(n, rng):
        X = rng.standard_normal((n, d))
        return X, (X[:, 0] + X[:, 0] * X[:, 1] + 0.8 * rng.standard_normal(n) > 0).astype(int)

    return Law(f"product, d={d}, n={n}", draw, 2, n)


def heavy_tailed(d, df, n):
    """Student's t about two means."""

    def draw(n, rng):
        y = rng.randint(0, 2, n)
        return rng.standard_t(df, (n, d)) + 0.8 * y[:, None], y

    return Law(f"Student's t, {df} df, d={d}, n={n}", draw, 2, n)


def two_sided(d, n):
    """A class on both sides of the other."""

    def draw(n, rng):
        y, side = rng.randint(0, 2, n), rng.choice([-2.0, 2.0], n)
        X = rng.standard_normal((n, d))
        X[:, 0] += side * y
        X[:, 1] += 0.7 * y
        return X, y

    return Law(f"two-sided, d={d}, n={n}", draw, 2, n)


def logistic_law(d, n):
    """Labels by a logistic law on skewed columns."""

    def draw(n, rng):
        X = rng.exponential(size=(n, d))
        return X, (rng.random_sample(n) < expit(1.5 * (X[:, 0] - X[:, 1]))).astype(int)

    return Law(f"logistic on exponential columns, d={d}, n={n}", draw, 2, n)


def bits(d, n):
    """Columns that are 0 or 1, the second mostly a copy of the first."""

    def draw(n, rng):
        y = rng.randint(0, 2, n)
        X = (rng.random_sample((n, d)) < (0.3 + 0.3 * y)[:, None]).astype(float)
        X[:, 1] = np.where(rng.random_sample(n) < 0.7, X[:, 0], X[:, 1])
        return X, y

    return Law(f"bits, d={d}, n={n}", draw, 2, n)


def rare_class(d, share, n):
    """A class of few rows."""

    def draw(n, rng):
        y = (rng.random_sample(n) < share).astype(int)
        return rng.standard_normal((n, d)) + 1.2 * y[:, None], y

    return Law(f"rare class, {share}, d={d}, n={n}", draw, 2, n)


LAWS = (
    gaussian_pair(2, 1.5, 60),
    gaussian_pair(8, 2.0, 200),
    gaussian_pair(4, 1.5, 600, shared=False),
    several(5, 3, 400, seed=1),
    several(5, 4, 2000, seed=2),
    product(3, 600),
    heavy_tailed(4, 3, 200),
    two_sided(3, 400),
    logistic_law(4, 150),
    bits(6, 120),
    rare_class(4, 0.1, 500),
)


def true_terms(law, estimator, n_train, seed=99):
    """Loss -> (bias + noise, variance) over 400 training sets that share nothing, on rows of their own.

    So many rows judge that their own luck is small beside the errors of a table.
    """
    rng = np.random.RandomState(seed)
    X_test, y_test = law.draw(max(FEWEST_TEST, TEST_PER_ROW * law.n), rng)
    right = np.eye(law.n_classes)[y_test]
    losses, votes, means, squares, logs = dict.fromkeys(LOSSES, 0.0), 0.0, 0.0, 0.0, 0.0
    for p in (p for _ in range(N_SETS // BATCH) for p in _fits(law, estimator, n_train, X_test, rng)):
        vote, log = np.eye(law.n_classes)[p.argmax(axis=1)], np.log(np.maximum(p, np.finfo(float).eps))
        votes, means, squares, logs = votes + vote, means + p, squares + (p**2).sum(axis=1), logs + log
        of_fit = ((vote - right) ** 2).sum(axis=1) / 2, ((p - right) ** 2).sum(axis=1), -(log * right).sum(axis=1)
        losses = {loss: losses[loss] + values.mean() for loss, values in zip(LOSSES, of_fit, strict=True)}
    few = N_SETS / (N_SETS - 1)
    variances = {
        "zero_one": few * (1 - ((votes / N_SETS) ** 2).sum(axis=1)).mean() / 2,
        "brier": few * (squares / N_SETS - ((means / N_SETS) ** 2).sum(axis=1)).mean(),
        "log_loss": -few * logsumexp(logs / N_SETS, axis=1).mean(),
    }
    return {loss: (value / N_SETS - variances[loss], variances[loss]) for loss, value in losses.items()}


def _fits(law, estimator, n_train, X_test, rng):
    sets = [law.draw(n_train, rng) for _ in range(BATCH)]
    X, y = (np.concatenate(columns) for columns in zip(*sets, strict=True))
    weights = np.repeat(np.eye(BATCH, dtype=np.uint8), n_train, axis=1)
    return refit_probabilities(estimator, X, y, weights, X_test, classes=np.arange(law.n_classes), random_state=0)
