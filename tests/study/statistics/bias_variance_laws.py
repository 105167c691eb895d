"""Laws with right and wrong models, and the bias and variance of models on them over independent training sets."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from genvsdisc.datasets import make_gaussian_pair
from genvsdisc.study.fits.refit import refit_probabilities

N_SETS = 400
N_TEST = 4000


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


LAWS = (
    gaussian_pair(2, 1.5, 60),
    gaussian_pair(8, 2.0, 200),
    gaussian_pair(4, 1.5, 600, shared=False),
    several(5, 3, 400, seed=1),
    several(5, 4, 2000, seed=2),
    product(3, 600),
)


def true_terms(law, estimator, n_train, seed=99):
    """Loss -> (bias + noise, variance) over 400 training sets that share nothing, on rows of their own."""
    rng = np.random.RandomState(seed)
    X_test, y_test = law.draw(N_TEST, rng)
    sets = [law.draw(n_train, rng) for _ in range(N_SETS)]
    X, y = (np.concatenate(columns) for columns in zip(*sets, strict=True))
    weights = np.zeros((N_SETS, len(y)), dtype=np.uint8)
    for s, row in enumerate(weights):
        row[s * n_train : (s + 1) * n_train] = 1
    p = refit_probabilities(estimator, X, y, weights, X_test, classes=np.arange(law.n_classes), random_state=0)
    right, few = np.eye(law.n_classes)[y_test], N_SETS / (N_SETS - 1)
    votes = np.eye(law.n_classes)[p.argmax(axis=2)]
    logs = np.log(np.maximum(p, np.finfo(float).eps))
    losses = {
        "zero_one": ((votes - right) ** 2).sum(axis=2).mean() / 2,
        "brier": ((p - right) ** 2).sum(axis=2).mean(),
        "log_loss": -(logs * right).sum(axis=2).mean(),
    }
    variances = {
        "zero_one": few * votes.var(axis=0).sum(axis=1).mean() / 2,
        "brier": few * p.var(axis=0).sum(axis=1).mean(),
        "log_loss": -few * logsumexp(logs.mean(axis=0), axis=1).mean(),
    }
    return {loss: (value - variances[loss], variances[loss]) for loss, value in losses.items()}
