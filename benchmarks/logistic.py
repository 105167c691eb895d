"""LogisticClassifier against scikit-learn's LogisticRegression with its default solver, to the same objective.

Run as ``python benchmarks/logistic.py``. Each of ours stops as early as it may: at the first tolerance of a ladder with
which its objective is not above the one that scikit-learn reaches. Each side has the best of one and two BLAS threads;
the two take turns, and the least of several times counts. The second table is 1,000 bootstrap refits.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from genvsdisc import LogisticClassifier

LADDERS = {
    "newton": (1.0, 0.1, 1e-2, 1e-3, 1e-4),
    "lbfgs": (100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 1e-2, 1e-3),
    "nesterov": (1e-2, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6),
}


def draw(n_samples: int, n_features: int, n_classes: int, seed: int = 0) -> tuple[NDArray, NDArray]:
    """Draw correlated features, and labels from a softmax regression on them."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(n_features) + 0.3 * rng.normal(size=(n_features, n_features)) / np.sqrt(n_features)
    X = rng.normal(size=(n_samples, n_features)) @ mixing
    coef = 2 * rng.normal(size=(n_classes, n_features)) / np.sqrt(n_features)
    return X, (X @ coef.T + rng.gumbel(size=(n_samples, n_classes))).argmax(axis=1)


def tables(quick: bool) -> Iterator[tuple[NDArray, NDArray]]:
    """Give the shapes: 140 x 6 x 2, and 800 x 6 x 18, 1,797 x 64 x 10, 10,000 x 50 x 10, 200,000 x 20 x 2."""
    yield draw(140, 6, 2)
    if quick:
        return
    yield draw(800, 6, 18)
    digits, labels = load_digits(return_X_y=True)
    yield digits / 16, labels
    yield draw(10_000, 50, 10)
    yield draw(200_000, 20, 2)


def objective(classifier: Any, X: NDArray, codes: NDArray, reg_lambda: float) -> float:
    """Mean loss and penalty of a fitted classifier."""
    log_p = classifier.predict_log_proba(X)[np.arange(len(X)), codes]
    return float(-log_p.mean() + reg_lambda / 2 * (classifier.coef_**2).sum())


def least_times(*fits: Callable[[], Any], repeats: int) -> list[float]:
    """Time fits in turn, with one and two BLAS threads, and give the least time of each."""
    times: list[list[float]] = [[] for _ in fits]
    for threads in (1, 2):
        with threadpool_limits(threads):
            for _ in range(repeats):
                for fit, spent in zip(fits, times, strict=True):
                    begin = perf_counter()
                    fit()
                    spent.append(perf_counter() - begin)
    return [min(spent) for spent in times]


def loosest(optimizer: str, X: NDArray, y: NDArray, reg_lambda: float, target: float) -> LogisticClassifier | None:
    """Find the loosest tolerance that gets down to the target."""
    for tol in LADDERS[optimizer]:
        classifier = LogisticClassifier(reg_lambda, optimizer=optimizer, tol=tol).fit(X, y)
        if objective(classifier, X, y, reg_lambda) <= target:
            return classifier
    return None


def compare_shapes(quick: bool) -> None:
    """Print a line for each shape, and the geometric mean of the ratios."""
    best_ratios = []
    for X, y in tables(quick):
        reg_lambda = 1 / len(X)
        peer = LogisticRegression()
        target = objective(peer.fit(X, y), X, y, reg_lambda)
        ours = {name: loosest(name, X, y, reg_lambda, target) for name in LADDERS}
        candidates = {name: each for name, each in ours.items() if each is not None}
        theirs, *times = least_times(
            lambda peer=peer, X=X, y=y: peer.fit(X, y),
            *(lambda each=each, X=X, y=y: each.fit(X, y) for each in candidates.values()),
            repeats=2 if quick else 4 if len(X) > 50_000 else 10,
        )
        ratios = {name: theirs / time for name, time in zip(candidates, times, strict=True)}
        best_ratios.append(max(ratios.values()))
        shape = f"{len(X):,} x {X.shape[1]} x {len(np.unique(y))}"
        ladder = "  ".join(f"{name} {ratio:5.2f}x (tol {candidates[name].tol:g})" for name, ratio in ratios.items())
        print(f"{shape:>18}  scikit-learn {1e3 * theirs:7.1f} ms  {ladder}")
    print(f"-> logistic, best optimizer, fit, geometric mean: {np.exp(np.mean(np.log(best_ratios))):.2f}")


def compare_refits(quick: bool) -> None:
    """Print the times of 1,000 bootstrap refits on 140 x 6 rows, with the scale of body measures and z-scored."""
    X, y = draw(140, 6, 2)
    raw = 25 * X + 70
    counts = np.random.default_rng(1).multinomial(140, np.full(140, 1 / 140), size=1000).astype(float)
    part = counts[:20]  # a fiftieth
    peer, names = LogisticRegression(), ("newton", "nesterov")
    on_raw, on_scaled, *times = least_times(
        lambda: [peer.fit(raw, y, sample_weight=row) for row in part],
        lambda: [peer.fit(X, y, sample_weight=row) for row in part],
        *(lambda name=name: LogisticClassifier(optimizer=name).fit_replicates(raw, y, counts) for name in names),
        repeats=1 if quick else 5,
    )
    for name, time in zip(names, times, strict=True):
        print(
            f"1,000 refits of 140 x 6 by {name:>8}: {1e3 * time:6.1f} ms, {50 * on_raw / time:.0f}x scikit-learn one "
            f"after the other, {50 * on_scaled / time:.0f}x if it is given scaled features"
        )
        print(f"-> logistic, 1,000 refits of 140 x 6 by {name}, scaled features: {50 * on_scaled / time:.1f}")


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the smallest shape, few times")
    options = parser.parse_args()
    compare_shapes(options.quick)
    compare_refits(options.quick)
