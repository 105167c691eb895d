"""Time of NaiveBayesClassifier against scikit-learn's GaussianNB, as ratios: above 1 is faster than scikit-learn.

python benchmarks/naive_bayes.py [--rounds 15]

The two are timed in turn, so that a busy machine slows both; the ratio is of the shortest times. One BLAS thread.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from statistics import geometric_mean
from time import perf_counter

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sklearn.naive_bayes import GaussianNB

from genvsdisc import NaiveBayesClassifier

SHAPES = ((140, 6, 2), (800, 6, 18), (10_000, 50, 10), (200_000, 20, 2), (60_000, 256, 10))
TASKS = ("fit", "predict_proba", "one row")


def seconds(task: Callable[[], object], repeats: int) -> float:
    start = perf_counter()
    for _ in range(repeats):
        task()
    return (perf_counter() - start) / repeats


def ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> float:
    repeats = max(1, int(0.01 / seconds(theirs, 2)))
    times = [(seconds(ours, repeats), seconds(theirs, repeats)) for _ in range(rounds)]
    return min(theirs for _, theirs in times) / min(ours for ours, _ in times)


def measure(n: int, d: int, n_classes: int, rounds: int) -> list[float]:
    rng = np.random.default_rng(0)
    y = rng.integers(n_classes, size=n)
    X = rng.normal(size=(n, d)) + rng.normal(size=(n_classes, d))[y]
    ours, theirs = NaiveBayesClassifier().fit(X, y), GaussianNB().fit(X, y)
    return [
        ratio(lambda: ours.fit(X, y), lambda: theirs.fit(X, y), rounds),
        ratio(lambda: ours.predict_proba(X), lambda: theirs.predict_proba(X), rounds),
        ratio(lambda: ours.predict_proba(X[:1]), lambda: theirs.predict_proba(X[:1]), rounds),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of timing for each cell (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="three rounds")
    options = parser.parse_args()
    rounds = 3 if options.quick else options.rounds
    table = []
    print(f"{'rows x columns x classes':<26}" + "".join(f"{task:>15}" for task in TASKS))
    for shape in SHAPES:
        table.append(measure(*shape, rounds))
        print(f"{' x '.join(map(str, shape)):<26}" + "".join(f"{value:>15.2f}" for value in table[-1]), flush=True)
    for task, column in zip(TASKS, zip(*table, strict=True), strict=True):
        print(f"-> naive Bayes / GaussianNB, {task}, geometric mean: {geometric_mean(column):.2f}")


if __name__ == "__main__":
    main()
