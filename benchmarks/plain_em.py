"""Hold EM of the roster's Gaussians against plain EM, on tables with missing entries.

Run ``OMP_NUM_THREADS=1 python benchmarks/plain_em.py TABLE.csv TARGET [TABLE.csv TARGET ...]``. Plain EM is the
textbook (Little & Rubin 2002, section 11.2) with the same M-step, written out here, from what the observed entries show
of each column. It stops when a step changes the log likelihood of the observed entries by less than 1e-10 of it, or
after 100,000 steps. A regularized M-step does not maximize that likelihood: it may rise to a peak and fall to that of
the fixed point, by less in a step than any such bound long before it is there. So two more numbers are given: how much
plain EM's last step still moves a mean or covariance, in standard deviations, and how much one plain step from our end
does.
"""

import sys
import time
import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc import default_models

SHARE, MOST = 1e-10, 100_000


class PlainEM:
    """Rows with missing entries by class and pattern, and steps of EM on them."""

    def __init__(self, X: NDArray, y: NDArray, model: object) -> None:
        self.X, self.y, self.model, self.counts = X, y, model, np.bincount(y).astype(float)
        holes = np.isnan(X)
        patterns, which = np.unique(np.column_stack([y, holes]), axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        rows = np.split(order, np.cumsum(np.bincount(which.ravel()))[:-1])
        self.groups = [
            (p[0], np.flatnonzero(p[1:]), np.flatnonzero(p[1:] == 0), r) for p, r in zip(patterns, rows, strict=True)
        ]
        self.unit = np.nanstd(X, axis=0) + (np.nanstd(X, axis=0) == 0)

    def start(self) -> tuple[NDArray, NDArray]:
        """Means of what each class shows, and columns without covariance."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of a column that a class never shows
            means = np.array([np.nanmean(self.X[self.y == k], axis=0) for k in range(len(self.counts))])
        means = np.where(np.isnan(means), np.nanmean(self.X, axis=0), means)
        self.unseen = np.array([np.isnan(self.X[self.y == k]).all(axis=0) for k in range(len(means))])
        self.fallback = means
        return means, np.array([np.diag(self.unit**2)] * len(means))

    def step(self, means: NDArray, covariances: NDArray) -> tuple[float, NDArray, NDArray]:
        """Log likelihood of the observed entries, and the next means and covariances."""
        filled, scatters, total = self.X.copy(), np.zeros_like(covariances), 0.0
        for k, gone, seen, rows in self.groups:
            S, z = covariances[k][np.ix_(seen, seen)], self.X[np.ix_(rows, seen)] - means[k][seen]
            scale = np.sqrt(np.diag(S))
            factor = np.linalg.cholesky(S / np.outer(scale, scale))
            white = np.linalg.solve(factor, (z / scale).T)
            total -= 0.5 * (white**2).sum() + len(rows) * (
                np.log(np.diag(factor)).sum() + np.log(scale).sum() + 0.5 * len(seen) * np.log(2 * np.pi)
            )
            if len(gone):
                across = np.linalg.solve(factor, covariances[k][np.ix_(seen, gone)] / scale[:, None])
                filled[np.ix_(rows, gone)] = means[k][gone] + white.T @ across
                rest = covariances[k][np.ix_(gone, gone)] - across.T @ across
                scatters[k][np.ix_(gone, gone)] += len(rows) * rest
        new = np.array([filled[self.y == k].mean(axis=0) for k in range(len(means))])
        for k, mean in enumerate(new):
            z = filled[self.y == k] - mean
            scatters[k] += z.T @ z
        new = np.where(self.unseen, self.fallback, new)
        return total, new, self.covariances(new, scatters)

    def covariances(self, means: NDArray, scatters: NDArray) -> NDArray:
        """M-step of the model (Friedman 1989), on the scale on which all columns have variance 1."""
        n, shared = len(self.y), self.model.covariance == "shared"
        a, g = 1.0 if shared else self.model.pooling, self.model.shrinkage
        weights = (1 - a) * self.counts + a * n
        result = ((1 - a) * scatters + a * scatters.sum(axis=0)) / weights[:, None, None]
        away = means - self.counts @ means / n
        scale = np.einsum("kii->i", scatters) / n + self.counts @ away**2 / n
        level = (np.einsum("kii->ki", result) / scale).mean(axis=1)
        return (1 - g) * result + g * level[:, None, None] * np.diag(scale)

    def moved(self, one: tuple[NDArray, NDArray], two: tuple[NDArray, NDArray]) -> float:
        """Largest difference of means and covariances, in standard deviations."""
        means, covariances = (np.abs(a - b) for a, b in zip(one, two, strict=True))
        return float(max((means / self.unit).max(), (covariances / np.outer(self.unit, self.unit)).max()))


def compare(name: str, table: pd.DataFrame, target: str) -> None:
    """Print a line for each of the roster's Gaussians of which the shrinkage is given."""
    table = table[table[target].notna()]
    y = np.unique(table.pop(target).astype(str), return_inverse=True)[1]
    for model in default_models(table):
        if model.key not in ("shared", "separate"):
            continue
        *front, classifier = model.estimator if hasattr(model.estimator, "steps") else [model.estimator]
        X = table
        for step in front:
            X = step.fit_transform(X, y)
        X = np.asarray(X, dtype=float)
        X = X[:, np.nanvar(X, axis=0) > 0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            start = time.process_time()
            classifier.fit(X, y)
            seconds = time.process_time() - start
        plain = PlainEM(X, y, classifier)
        here = plain.start()
        before, n = -np.inf, 0
        while n < MOST:
            n += 1
            likelihood, *there = plain.step(*here)
            moves, here, rise = plain.moved(here, tuple(there)), tuple(there), likelihood - before
            before = likelihood
            if abs(rise) < SHARE * abs(likelihood):
                break
        ends = classifier.means_, np.broadcast_to(classifier.covariances_, here[1].shape)
        ours, *there = plain.step(*ends)
        print(
            f"{name:<18}{model.key:<10}{X.shape[0]:>6} x {X.shape[1]:<4}ours {ours:.6f} in {seconds:.3f} s, "
            f"a plain step moves it by {plain.moved(ends, tuple(there)):.0e}; "
            f"plain {likelihood:.6f} after {n} steps, moves by {moves:.0e}",
            flush=True,
        )


if __name__ == "__main__":
    for file, target in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        compare(file.rsplit("/", 1)[-1].removesuffix(".csv"), pd.read_csv(file, na_values=["?"]), target)
