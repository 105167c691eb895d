"""Time the generative classifiers against scikit-learn's, in one process, on tables of several shapes.

Run ``python benchmarks/generative.py``; every ratio is scikit-learn's time over ours, so above 1 we are faster.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.naive_bayes import GaussianNB

from genvsdisc import GaussianClassifier, NaiveBayesClassifier

SHAPES = [(140, 6, 2), (800, 6, 18), (10_000, 50, 10), (200_000, 20, 2), (60_000, 256, 10)]


def table(n: int, d: int, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.arange(n) % n_classes
    X = rng.normal(size=(n, d)) @ (np.eye(d) + 0.3 * rng.normal(size=(d, d)) / np.sqrt(d))
    return X + rng.normal(size=(n_classes, d))[y], y


def seconds(calls: list[Callable[[], object]], budget: float) -> list[float]:
    """Best time of each call; the calls take turns, so that a busy machine slows them alike."""
    best = [np.inf] * len(calls)
    start = time.perf_counter()
    while time.perf_counter() - start < budget or np.inf in best:
        for i, call in enumerate(calls):
            began = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - began)
    return best


def ratios(ours: Any, theirs: Any, X: np.ndarray, y: np.ndarray, budget: float) -> list[float]:
    """Speed ratios of fit, predict_proba, and predict_proba of one row."""
    pairs = [
        (lambda: ours.fit(X, y), lambda: theirs.fit(X, y)),
        (lambda: ours.predict_proba(X), lambda: theirs.predict_proba(X)),
        (lambda: ours.predict_proba(X[:1]), lambda: theirs.predict_proba(X[:1])),
    ]
    times = [seconds(list(pair), budget) for pair in pairs]
    return [theirs_ / ours_ for ours_, theirs_ in times]


def missing_ratio(budget: float) -> float:
    """Time of predict_proba on 100,000 x 20 rows with 10 % missing, over that on complete rows."""
    X, y = table(100_000, 20, 2)
    holes = np.where(np.random.default_rng(1).random(X.shape) < 0.1, np.nan, X)
    model = GaussianClassifier("separate").fit(X, y)
    with_holes, complete = seconds([lambda: model.predict_proba(holes), lambda: model.predict_proba(X)], budget)
    return with_holes / complete


def em_ratios(budget: float) -> list[tuple[str, float]]:
    """Times of EM with 10 % missing entries over those of fits to complete rows: a large table, 200 small fits."""
    rows = []
    for covariance in ("shared", "separate"):
        model = GaussianClassifier(covariance)
        X, y = table(100_000, 20, 2)
        holes = np.where(np.random.default_rng(1).random(X.shape) < 0.1, np.nan, X)
        gaps, complete = seconds(
            [lambda m=model, X=holes, y=y: m.fit(X, y), lambda m=model, X=X, y=y: m.fit(X, y)], budget
        )
        rows.append((f"fit with 10 % missing, {covariance}, 100000x20, over complete", gaps / complete))
        X, y = table(140, 6, 2)
        holes = np.where(np.random.default_rng(1).random(X.shape) < 0.1, np.nan, X)
        weights = np.random.default_rng(2).multinomial(140, np.full(140, 1 / 140), size=200).astype(float)
        calls = [lambda m=model, X=X, y=y, w=weights: m.fit_replicates(X, y, w) for X in (holes, X)]
        gaps, complete = seconds(calls, budget)
        rows.append((f"200 replicates with 10 % missing, {covariance}, 140x6, over complete", gaps / complete))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=float, default=1.0, help="seconds for each measurement")
    parser.add_argument("--quick", action="store_true", help="a tenth of a second for each")
    options = parser.parse_args()
    budget = 0.1 if options.quick else options.budget
    matches = {
        "separate / QDA": (GaussianClassifier("separate"), QuadraticDiscriminantAnalysis()),
        "shared / LDA(lsqr)": (GaussianClassifier("shared"), LinearDiscriminantAnalysis(solver="lsqr")),
        "naive Bayes / GaussianNB": (NaiveBayesClassifier(), GaussianNB()),
    }
    for name, (ours, theirs) in matches.items():
        print(f"{name:<26}{'fit':>8}{'proba':>8}{'one row':>9}")
        rows = []
        for shape in SHAPES:
            rows.append(ratios(ours, theirs, *table(*shape), budget))
            print(f"{'x'.join(map(str, shape)):<26}{rows[-1][0]:8.2f}{rows[-1][1]:8.2f}{rows[-1][2]:9.2f}", flush=True)
        mean = np.exp(np.log(rows).mean(axis=0))
        for task, ratio in zip(("fit", "predict_proba", "one row"), mean, strict=True):
            print(f"-> {name}, {task}, geometric mean: {ratio:.2f}")
    print(f"predict_proba with 10 % missing, 100000x20, over complete: {missing_ratio(budget):.2f}")
    for what, ratio in em_ratios(budget):
        print(f"{what}: {ratio:.1f}")


if __name__ == "__main__":
    main()
