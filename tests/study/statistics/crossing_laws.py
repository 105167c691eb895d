"""Two laws under which naive Bayes is ahead with few rows and logistic regression with many, and fast fits of both."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from genvsdisc.study.fits.splits import nested_draws
from genvsdisc.study.statistics.learning_curves import CurveLosses


@dataclass(frozen=True)
class Law:
    """Classes N(-mean, S) and N(mean, S), equally likely; S has ones and one correlation, half the means are 0."""

    d: int
    correlation: float
    mean: float
    near: tuple[int, ...]  # sizes around the crossing, at which the truth is simulated

    @property
    def mu(self):
        return np.repeat([self.mean, 0.0], self.d // 2)

    @property
    def covariance(self):
        return np.full((self.d, self.d), self.correlation) + (1 - self.correlation) * np.eye(self.d)

    def draw(self, shape, rng):
        y = np.broadcast_to(np.arange(shape[-1]) % 2, shape)
        noise = rng.standard_normal((*shape, self.d)) @ np.linalg.cholesky(self.covariance).T
        return noise + (2 * y - 1)[..., None] * self.mu, y

    def error(self, w, b):
        """Exact error of the rule ``w x + b > 0``."""
        spread = np.sqrt(np.einsum("ri,ij,rj->r", w, self.covariance, w))
        return (norm.cdf(-(w @ self.mu + b) / spread) + norm.cdf((b - w @ self.mu) / spread)) / 2

    def true_crossing(self, n_fits, rng):
        """Size at which the expected exact errors are equal."""
        gaps = []
        for m in self.near:
            X, y = self.draw((n_fits, m), rng)
            gaps.append(np.mean(self.error(*naive_bayes(X, y)) - self.error(*logistic(X, y))))
        return np.exp(np.interp(0, gaps, np.log(self.near)))


LAWS = (Law(10, 0.2, 0.5, (44, 52, 60, 70)), Law(10, 0.2, 0.35, (50, 58, 67, 78)))


def naive_bayes(X, y):
    """Weights and intercepts of naive Bayes with shared variances for stacked training sets (R, m, d)."""
    of_class = [(y == k)[..., None] for k in (0, 1)]
    means = [np.sum(X * mask, axis=1) / mask.sum(axis=1) for mask in of_class]
    centred = X - np.where(of_class[1], means[1][:, None], means[0][:, None])
    w = (means[1] - means[0]) / np.mean(centred**2, axis=1)
    prior = np.log(y.sum(axis=1) / (1 - y).sum(axis=1))
    return w, prior - np.sum(w * (means[0] + means[1]), axis=1) / 2


def logistic(X, y, penalty=1e-4, n_steps=25):
    """Weights and intercepts of lightly penalized logistic regression, by Newton's method."""
    Z = np.concatenate([X, np.ones((*X.shape[:2], 1))], axis=2)
    ridge = np.diag(np.r_[np.full(X.shape[2], penalty), 1e-6])
    beta = np.zeros((len(Z), Z.shape[2]))
    for _ in range(n_steps):
        p = expit(np.einsum("rmd,rd->rm", Z, beta))
        gradient = np.einsum("rm,rmd->rd", p - y, Z) / Z.shape[1] + beta @ ridge
        hessian = (Z * (p * (1 - p))[..., None]).transpose(0, 2, 1) @ Z / Z.shape[1] + ridge
        step = np.clip(np.linalg.solve(hessian, gradient[..., None])[..., 0], -5, 5)
        beta -= step
        if np.abs(step).max() < 1e-6:
            break
    return beta[:, :-1], beta[:, -1]


def curves(X, y, sizes, n_draws, fits, seed):
    """Zero-one learning curves of several fits ((X, y) -> w, b) on the same nested draws of one table."""
    weights, test_rows = nested_draws(y, sizes, n_draws, random_state=seed)
    judged = X[np.array(test_rows)]
    found = []
    for fit in fits:
        probabilities = []
        for of_size in weights:
            rows = np.nonzero(of_size)[1].reshape(n_draws, -1)
            w, b = fit(X[rows], y[rows])
            p = expit(np.einsum("btd,bd->bt", judged, w) + b[:, None])
            probabilities.append(list(np.stack([1 - p, p], axis=2)))
        found.append(CurveLosses.of(probabilities, test_rows, y, "zero_one"))
    return found
