"""Shapes of networks: deep against wide, parity, and shared layers against separate networks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, less, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines, Points

# Hidden layers of about the same number of parameters, counted by the experiment.
DIGIT_SHAPES = {"wide": (25,), "deep": (17, 17, 17)}
RING_SHAPES = {"wide": (60,), "deep": (10, 10, 9)}
BITS = (4, 6, 8)


def _rings(n: int, seed: int) -> tuple[NDArray, NDArray]:
    """Rows in the plane whose class changes with every ring."""
    X = np.random.default_rng(seed).uniform(-1, 1, size=(n, 2))
    return X, (np.floor(3.5 * np.hypot(*X.T)) % 2).astype(int)


def run_depth(seed: int) -> Tables:
    """Test error and number of parameters of deep and wide networks."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    train, test = order[:600], order[600:]
    tables = {
        "digits": (X[train] / 16, y[train], X[test] / 16, y[test], DIGIT_SHAPES),
        "rings": (*_rings(600, seed), *_rings(2000, 1000 + seed), RING_SHAPES),
    }
    rows = []
    for name, (X_train, y_train, X_test, y_test, shapes) in tables.items():
        for shape, widths in shapes.items():
            model = MLPClassifier(widths, learning_rate=0.01, max_iter=100, batch_size=50, tol=0, random_state=seed)
            model.fit(X_train, y_train)
            rows.append((name, shape, model.n_parameters_, 1 - model.score(X_test, y_test)))
    return {"results": tidy(rows, "data shape parameters error")}


def judge_depth(tables: Tables) -> Finding:
    """Deep below wide, on each table."""
    parts = []
    for name, part in tables["results"].groupby("data", sort=False):
        error = {shape: per_seed(part, "error", shape=shape) for shape in ("deep", "wide")}
        size = {shape: int(per_seed(part, "parameters", shape=shape)[0]) for shape in error}
        says = f"{name}: three hidden layers ({size['deep']} parameters) err less than one ({size['wide']})"
        parts.append(less(says, error["deep"], error["wide"], share=True))
    return Finding(
        tuple(parts),
        depends_on="the table",
        reason="Rings are a function of a function, the distance and then a zigzag, which layers can share; digits "
        "hardly are, and there a wide layer has more features to choose from.",
    )


def parity_of_one_layer(X: NDArray) -> tuple[NDArray, int]:
    """Parity by one layer of d ReLU units, written down: s - 2 (s - 1)+ + 2 (s - 2)+ - ..., s the number of ones."""
    bits = X.shape[1]
    hidden = np.maximum(X.sum(axis=1)[:, None] - np.arange(bits), 0)
    signs = np.where(np.arange(bits) == 0, 1.0, 2.0 * (-1.0) ** np.arange(bits))
    return (hidden @ signs > 0.5).astype(int), bits


def parity_of_a_tree(X: NDArray) -> tuple[NDArray, int]:
    """Parity by a tree of exclusive ors, two ReLU units each: (a + b)+ - 2 (a + b - 1)+, in log2(d) layers."""
    layer, units = X.astype(float), 0
    while layer.shape[1] > 1:
        odd = layer[:, layer.shape[1] // 2 * 2 :]
        sums = layer[:, 0 : layer.shape[1] // 2 * 2 : 2] + layer[:, 1 : layer.shape[1] // 2 * 2 : 2]
        units += 2 * sums.shape[1]
        layer = np.hstack([np.maximum(sums, 0) - 2 * np.maximum(sums - 1, 0), odd])
    return (layer[:, 0] > 0.5).astype(int), units


def run_parity(seed: int) -> Tables:
    """Units and error on the whole table of parity, by number of bits: written down, and trained."""
    rows = []
    for bits in BITS:
        X = (np.arange(2**bits)[:, None] >> np.arange(bits)) & 1
        for shape, build in (("one layer, by hand", parity_of_one_layer), ("tree, by hand", parity_of_a_tree)):
            predicted, units = build(X)
            rows.append((shape, bits, units, float((predicted != X.sum(axis=1) % 2).mean())))
        shapes = {"wide": (4 * bits,), "deep": (2 * bits, bits, bits)}
        for shape, widths in shapes.items():
            model = MLPClassifier(
                widths, learning_rate=0.02, max_iter=300, batch_size=32, reg_lambda=0.0, tol=0, random_state=seed
            ).fit(2.0 * X - 1, X.sum(axis=1) % 2)
            rows.append((f"{shape}, trained", bits, sum(widths), 1 - model.score(2.0 * X - 1, X.sum(axis=1) % 2)))
    return {"results": tidy(rows, "shape bits units error")}


def judge_parity(tables: Tables) -> Finding:
    """What can be computed, and what is found by training."""
    rows, most = tables["results"], BITS[-1]
    error = {shape: per_seed(rows, "error", shape=shape, bits=most) for shape in rows["shape"].unique()}
    units = {shape: per_seed(rows, "units", shape=shape, bits=most) for shape in error}
    parts = [
        above(
            f"{most} bits: one layer of {most} units, written down, leaves rows wrong", error["one layer, by hand"], 0.0
        ),
        less(
            f"{most} bits: a tree of exclusive ors needs fewer units",
            units["tree, by hand"],
            units["one layer, by hand"],
        ),
    ]
    for bits in BITS[1:]:
        deep, wide = (per_seed(rows, "error", shape=f"{name}, trained", bits=bits) for name in ("deep", "wide"))
        parts.append(less(f"{bits} bits: trained, three layers fit better than one", deep, wide, share=True))
    return Finding(
        tuple(parts),
        reason="The count of ones is a sum, and one layer of d ReLU units makes the zigzag over it. Circuits of gates "
        "without sums need 2^d of them in two layers; networks do not.",
    )


def _attributes(count: int, rare: int, rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    """Rows with two hidden attributes, each an exclusive or of two measurements; few rows have both."""
    a = np.repeat([0, 0, 1, 1], [count, count, count, rare])
    b = np.repeat([0, 1, 0, 1], [count, count, count, rare])
    first = rng.integers(0, 2, (2, len(a)))
    corners = np.stack([first[0], first[0] ^ a, first[1], first[1] ^ b], axis=1)
    return 2.0 * corners - 1 + 0.35 * rng.standard_normal(corners.shape), a, b


def run_modules(seed: int) -> Tables:
    """Share of the rare combination that is found, and error in all, by one network and by four."""
    rng = np.random.default_rng(seed)
    X_test, a_test, b_test = _attributes(500, 500, rng)
    truth = 2 * a_test + b_test
    rows = []
    for rare in (5, 15, 150):
        X, a, b = _attributes(150, rare, rng)
        y = 2 * a + b
        settings: dict[str, Any] = {
            "learning_rate": 0.02,
            "max_iter": 60,
            "batch_size": 32,
            "tol": 0,
            "random_state": seed,
        }
        shared = MLPClassifier((16, 16), **settings).fit(X, y).predict_proba(X_test)
        by_class = [MLPClassifier((16, 16), **settings).fit(X, y == k).predict_proba(X_test)[:, 1] for k in range(4)]
        for name, scores in (("one network", shared), ("four networks", np.stack(by_class, axis=1))):
            wrong = scores.argmax(axis=1) != truth
            rows.append((rare, name, float(wrong[truth == 3].mean()), float(wrong.mean())))
    return {"results": tidy(rows, "rare model missed error")}


def judge_modules(tables: Tables) -> Finding:
    """One network misses fewer of the rare class."""
    rows = tables["results"]
    return Finding(
        tuple(
            less(
                f"{rare} training rows of the rare combination: one network misses fewer of it than four",
                *(per_seed(rows, "missed", rare=rare, model=name) for name in ("one network", "four networks")),
                share=True,
            )
            for rare in (5, 15)
        )
    )


DEPTH = Lesson(
    name="deep-or-wide",
    title="Deep or wide",
    claim="With the same number of parameters, a deep network beats a wide one",
    source="Hung-yi Lee, Why deep?",
    experiment=(
        "One hidden layer against three, ReLU units, about as many parameters, 600 training rows, 100 epochs: digits, "
        "and points of the plane whose class changes with every ring."
    ),
    run=run_depth,
    judge=judge_depth,
    by={"data": "Table", "shape": "Shape"},
    measures=(Measure("parameters", "Parameters"), Measure("error", "Test error", share=True)),
    n_seeds=15,
    pictures=(Points("error", "data", "Test error", by="shape", share=True, left=50),),
)

PARITY = Lesson(
    name="parity",
    title="Parity",
    claim="Parity needs depth: a deep network has it with few units, one layer needs far more",
    source="Hung-yi Lee, Why deep?, analogy to logic circuits; Andrew Ng",
    experiment=(
        "All rows of the parity of d bits. Two networks of ReLU units written down, one layer of d units and a tree of "
        "exclusive ors; and two trained for 300 epochs, one layer of 4 d units and three layers of 2 d, d and d."
    ),
    run=run_parity,
    judge=judge_parity,
    by={"shape": "Network", "bits": "Bits"},
    measures=(Measure("units", "Units"), Measure("error", "Error", share=True)),
    pictures=(
        Lines("bits", "error", "shape", "Rows that are wrong", "bits", share=True),
        Lines("bits", "units", "shape", "Hidden units", "bits"),
    ),
    formula=mathml(r"s − 2 {(s − 1)}_+ + 2 {(s − 2)}_+ − … , ~ s = x_1 + … + x_d"),
    try_this="Replace the sum by gates of two inputs: now depth pays.",
    n_seeds=16,
)

MODULES = Lesson(
    name="modules",
    title="Shared layers",
    claim=(
        "Where classes are made of attributes and one combination is rare, one network with shared layers beats one "
        "network for each class"
    ),
    source="Hung-yi Lee, Why deep?, modularization",
    experiment=(
        "Four classes from two attributes, each hidden in an exclusive or of two measurements; 150 rows of three "
        "combinations and 5, 15 or 150 of the fourth. One network with four outputs against four with one each, all "
        "with two layers of 16 units. The share of the rare combination that is missed."
    ),
    run=run_modules,
    judge=judge_modules,
    by={"rare": "Rare rows", "model": "Model"},
    measures=(Measure("missed", "Rare class missed", share=True), Measure("error", "Test error", share=True)),
    pictures=(
        Points("missed", "rare", "Rare combination missed, by its training rows", by="model", share=True, left=34),
    ),
)
