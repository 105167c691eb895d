"""Training time of MLPs against scikit-learn and, if installed, PyTorch: the same architecture, batches, epochs, Adam.

Run as ``python benchmarks/networks.py [--rounds 5]``. Each side is timed with one and with two BLAS threads, in turns,
and its least time counts; all are in double precision. A ratio above 1 is how many times faster this package is. Last
comes the accuracy on digits, with and without regularization, which is chosen on the training half only.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier as TheirMLPClassifier
from threadpoolctl import threadpool_limits

from genvsdisc import MLPClassifier

Sides = dict[str, Callable[[int], object]]
THREADS = (1, 2)
FOREVER = {"tol": 0.0, "n_iter_no_change": 10**6}
REGULARIZED = {"batch_norm": True, "learning_rate": 3e-3, "batch_size": 100, "max_iter": 60}
# Among these, two-fold cross-validation within each training half chooses.
GRID = {"hidden_layer_sizes": [(200,), (200, 200)], "dropout": [0.0, 0.3]}


def report(name: str, sides: Sides, rounds: int) -> None:
    """Time the sides in turns; print the least time of each, and the ratios to ours."""
    times = dict.fromkeys(sides, np.inf)
    for _ in range(rounds):
        for threads in THREADS:
            for side, fit in sides.items():
                with threadpool_limits(threads, user_api="blas"):
                    start = time.perf_counter()
                    fit(threads)
                    times[side] = min(times[side], time.perf_counter() - start)
    ours = times.pop("genvsdisc")
    print(f"{name}: {ours:.3f} s", flush=True)
    for side, seconds in times.items():
        print(f"-> {name}, {side} {seconds:.3f} s: {seconds / ours:.2f}", flush=True)


def eager_torch(X: NDArray, y: NDArray, hidden: tuple[int, ...], epochs: int) -> Sides:
    """PyTorch's eager training on the processor, if there is PyTorch."""
    try:
        import torch
    except ImportError:
        return {}
    rows, labels = torch.from_numpy(X), torch.from_numpy(y.astype(np.int64))

    def fit(threads: int) -> None:
        torch.set_num_threads(threads)
        layers: list[torch.nn.Module] = []
        for below, above in pairwise((X.shape[1], *hidden)):
            layers += [torch.nn.Linear(below, above, dtype=rows.dtype), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers, torch.nn.Linear(hidden[-1], int(y.max()) + 1, dtype=rows.dtype))
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
        loss = torch.nn.CrossEntropyLoss()
        for _ in range(epochs):
            for batch in torch.randperm(len(rows)).split(200):
                optimizer.zero_grad()
                loss(model(rows[batch]), labels[batch]).backward()
                optimizer.step()

    return {"PyTorch": fit}


def compare_training(X: NDArray, y: NDArray, hidden: tuple[int, ...], epochs: int, rounds: int) -> None:
    """Print the ratios of one training."""
    settings = {"max_iter": epochs, "random_state": 0, **FOREVER}
    sides: Sides = {
        "genvsdisc": lambda _: MLPClassifier(hidden, **settings).fit(X, y),
        "scikit-learn": lambda _: TheirMLPClassifier(hidden, **settings).fit(X, y),
    }
    report(f"{len(X):,} x {X.shape[1]} {hidden}", sides | eager_torch(X, y, hidden, epochs), rounds)


def compare_replicates(rounds: int, n_replicates: int = 200) -> None:
    """Print the ratio for bootstrap replicates of a small network."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(140, 6))
    y = (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=140) > 0).astype(int)
    weights = rng.multinomial(140, np.full(140, 1 / 140), size=n_replicates).astype(float)
    settings = {"hidden_layer_sizes": (16,), "max_iter": 100, "random_state": 0, **FOREVER}
    sides: Sides = {
        "genvsdisc": lambda _: MLPClassifier(**settings).fit_replicates(X, y, weights),
        "scikit-learn": lambda _: [TheirMLPClassifier(**settings).fit(X, y, sample_weight=row) for row in weights],
    }
    report(f"{n_replicates} replicates, 140 x 6 (16,)", sides, rounds)


def digits_accuracy() -> None:
    """Print test accuracies over five stratified halves, ours beside scikit-learn's."""
    X, y = load_digits(return_X_y=True)
    scores: dict[str, list[float]] = {}
    for seed in range(5):
        train, test, train_labels, test_labels = train_test_split(
            X / 16, y, test_size=0.5, stratify=y, random_state=seed
        )
        for name, classifier in {
            "plain (100,)": MLPClassifier((100,), random_state=seed),
            "scikit-learn (100,)": TheirMLPClassifier((100,), random_state=seed),
            "regularized": GridSearchCV(MLPClassifier(random_state=seed, **REGULARIZED), GRID, cv=2),
        }.items():
            score = classifier.fit(train, train_labels).score(test, test_labels)
            scores.setdefault(name, []).append(score)
    for name, values in scores.items():
        print(f"digits, test accuracy, {name}: {np.mean(values):.4f} (s.e. {np.std(values, ddof=1) / np.sqrt(5):.4f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round of tiny problems: does it run?")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    X, y = load_digits(return_X_y=True)
    if options.quick:
        compare_training(X[:200] / 16, y[:200], (20,), 2, 1)
        compare_replicates(1, n_replicates=5)
        return
    rounds = options.rounds
    for hidden in ((100,), (64, 64, 64)):
        compare_training(X / 16, y, hidden, 20, rounds)
    rng = np.random.default_rng(0)
    compare_training(rng.normal(size=(20_000, 784)), rng.integers(0, 10, 20_000), (256, 128), 1, max(1, rounds // 2))
    compare_replicates(max(1, rounds // 4))
    digits_accuracy()


if __name__ == "__main__":
    main()
