"""Descent of logistic regression: learning rates, optimizers, batches, scales of the features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from genvsdisc.datasets import make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.lessons.lesson import (
    Finding,
    Lesson,
    Measure,
    Part,
    Tables,
    above,
    below,
    less,
    more,
    per_seed,
    spread,
    tidy,
)
from genvsdisc.lessons.pictures import Lines, Points

REG = 0.01
# In units of 1 / L, L the largest curvature of the objective anywhere: two a decade, none picked.
SWEEP = tuple(float(f"{10 ** (k / 2):.3g}") for k in range(-6, 10))
CEILING = 1e3
UPDATES = 50
PASSES = (1, 2, 4, 8)
STRETCHES = (1, 10, 100)
_GRID = tuple(10.0**k for k in range(-5, 3))


def _rows(n: int, seed: int) -> tuple[NDArray, NDArray]:
    data = make_pokemon_style(n, random_state=seed)
    X = data.X.iloc[:, :6].to_numpy(dtype=float)
    return (X - X.mean(axis=0)) / X.std(axis=0), data.y.to_numpy()


def _objective(model: LogisticClassifier, X: NDArray, y: NDArray) -> float:
    losses = -model.predict_log_proba(X)[np.arange(len(y)), np.searchsorted(model.classes_, y)]
    return float(losses.mean() + model.reg_lambda / 2 * (model.coef_**2).sum())


def run_rates(seed: int) -> Tables:
    """Loss above its minimum after 50 updates, for learning rates from far too small to far too large."""
    X, y = _rows(200, seed)
    minimum = _objective(LogisticClassifier(REG, optimizer="newton").fit(X, y), X, y)
    bound = np.linalg.eigvalsh(np.cov(X.T, ddof=0))[-1] / 4 + REG
    rows = []
    for factor in SWEEP:
        model = LogisticClassifier(REG, optimizer="gd", learning_rate=factor / bound, max_iter=UPDATES + 1, tol=0)
        # Element t of the curve is the loss after t updates; it ends where the loss blows up.
        curve = np.nan_to_num(np.asarray(model.fit(X, y).loss_curve_) - minimum, nan=CEILING).clip(1e-9, CEILING)
        rows.append((factor, float(curve[min(UPDATES, len(curve) - 1)]), float(curve[0]), float(curve[-5:].std())))
    return {"results": tidy(rows, "rate excess start swing").assign(what="after 50 updates")}


def judge_rates(tables: Tables) -> Finding:
    """The curve over rates is a valley: a slow side, a bottom, a side that stays above the minimum, and divergence."""
    excess = np.stack([per_seed(tables["results"], "excess", rate=rate) for rate in SWEEP])
    start = per_seed(tables["results"], "start", rate=SWEEP[0])
    best = excess.argmin(axis=0)
    seeds = np.arange(len(start))
    larger = np.where(np.arange(len(SWEEP))[:, None] > best, excess, np.nan)
    stuck = np.where((larger > 1e-2) & (larger < start), larger, np.nan)
    found = np.where(np.isfinite(stuck).any(axis=0), np.nanmax(np.nan_to_num(stuck, nan=-1.0), axis=0), 0.0)
    after = f"after {UPDATES} updates"
    return Finding(
        (
            below(f"some rate is right: {after} the loss is within 0.001 of its minimum", excess[best, seeds], 1e-3),
            above(f"a rate can be too small: {after} the loss is still far above it", excess[0], 1e-2),
            above("some larger rate never gets there, though it stays below where it began", found, 1e-2),
            more(f"a rate can be too large: {after} the loss is above where it began", excess[-1], start),
        ),
        reason="A step along the slope is right only while the slope stays what it is: up to about 2 / L the loss "
        "falls, beyond it each step lands higher on the other side of the valley.",
    )


def run_adagrad(seed: int) -> Tables:
    """Loss above its minimum after 100 updates, each optimizer at its best rate of a grid."""
    X, y = _rows(200, seed)
    rows = []
    for stretch in STRETCHES:
        Z = X * np.geomspace(1, stretch, X.shape[1])
        minimum = _objective(LogisticClassifier(0.0, optimizer="newton").fit(Z, y), Z, y)
        for optimizer in ("gd", "adagrad"):
            best = np.inf
            for rate in _GRID:
                model = LogisticClassifier(0.0, optimizer=optimizer, learning_rate=rate, max_iter=100, tol=0).fit(Z, y)
                best = min(best, _objective(model, Z, y) - minimum)
            rows.append((stretch, {"gd": "plain", "adagrad": "Adagrad"}[optimizer], max(best, 1e-12)))
    return {"results": tidy(rows, "stretch optimizer excess")}


def judge_adagrad(tables: Tables) -> Finding:
    """Adagrad ahead where scales differ."""
    return Finding(
        tuple(
            _log_less(
                f"scales of the features 1 to {stretch}: Adagrad is nearer to the minimum",
                *(
                    per_seed(tables["results"], "excess", stretch=stretch, optimizer=name)
                    for name in ("Adagrad", "plain")
                ),
            )
            for stretch in STRETCHES[1:]
        )
    )


def _log_less(says: str, small: NDArray, large: NDArray) -> Part:
    """Part on the ratio of two distances that range over powers of ten."""
    return Part(says, np.log(large / small), f"{spread(small)} against {spread(large)} above it")


def run_stochastic(seed: int) -> Tables:
    """Loss above its minimum after each of some passes over the rows."""
    X, y = _rows(400, seed)
    minimum = _objective(LogisticClassifier(REG, optimizer="newton").fit(X, y), X, y)
    rows = []
    for name, size in (("full batch", None), ("batches of 20", 20), ("single rows", 1)):
        for passes in PASSES:
            model = LogisticClassifier(
                REG, optimizer="gd", batch_size=size, max_iter=passes, tol=0, random_state=seed
            ).fit(X, y)
            rows.append((name, passes, _objective(model, X, y) - minimum))
    return {"results": tidy(rows, "batches passes excess")}


def judge_stochastic(tables: Tables) -> Finding:
    """Stochastic ahead early; whether still after some passes."""
    parts = []
    for passes in (PASSES[0], PASSES[-1]):
        found = {
            name: per_seed(tables["results"], "excess", batches=name, passes=passes)
            for name in ("full batch", "batches of 20", "single rows")
        }
        for name in ("single rows", "batches of 20"):
            says = f"after {passes} pass{'es' * (passes > 1)}, {name} are nearer to the minimum than the full batch"
            parts.append(less(says, found[name], found["full batch"]))
    return Finding(
        tuple(parts),
        depends_on="the number of passes",
        reason="Early on the slope of few rows is as good a guide as that of all, and many steps beat one; later a "
        "constant rate keeps shaking about the minimum (see the rate that shrinks).",
    )


def run_scaling(seed: int) -> Tables:
    """Updates until the loss is within 0.001 of its minimum, at the rate that the curvature gives."""
    X, y = _rows(200, seed)
    rows = []
    for stretch in STRETCHES:
        Z = X * np.geomspace(1, stretch, X.shape[1])
        minimum = _objective(LogisticClassifier(0.0, optimizer="newton").fit(Z, y), Z, y)
        for name, standardize in (("as they are", False), ("scaled", True)):
            model = LogisticClassifier(0.0, optimizer="gd", max_iter=1000, tol=0, standardize=standardize).fit(Z, y)
            near = np.flatnonzero(np.asarray(model.loss_curve_) < minimum + 1e-3)
            rows.append((stretch, name, int(near[0]) if len(near) else 1000))
    return {"results": tidy(rows, "stretch features updates")}


def judge_scaling(tables: Tables) -> Finding:
    """Fewer updates when scaled."""
    return Finding(
        tuple(
            less(
                f"scales of the features 1 to {stretch}: scaled ones need fewer updates",
                *(
                    per_seed(tables["results"], "updates", stretch=stretch, features=name)
                    for name in ("scaled", "as they are")
                ),
            )
            for stretch in STRETCHES[1:]
        )
    )


LEARNING_RATES = Lesson(
    name="learning-rates",
    title="Learning rates",
    claim="A learning rate can be too small, right, too large, or so large that descent diverges",
    source="Hung-yi Lee, Gradient descent, four curves",
    experiment=(
        "Gradient descent of logistic regression (λ = 0.01) on 200 Pokemon-style rows, 50 updates at each of 16 rates, "
        "from a thousandth of 1/L to 30,000 times 1/L, where L is the largest curvature that the loss has anywhere."
    ),
    run=run_rates,
    judge=judge_rates,
    by={"rate": "Rate, in 1/L", "what": "Measured"},
    measures=(Measure("excess", "Loss above minimum"), Measure("start", "At the start")),
    pictures=(
        Lines(
            "rate", "excess", "what", "Loss above its minimum (log)", "rate, in units of 1/L (log)", log_x=True,
            log_y=True,
        ),
    ),
    formula="<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi><mo>∇</mo><mi>L</mi><mo>(</mo><mi>w</mi><mo>)</mo>",
    code=(
        "from genvsdisc import LogisticClassifier\n"
        "from genvsdisc.datasets import make_pokemon_style\n"
        "data = make_pokemon_style(200, random_state=0)\n"
        "for rate in (1e-6, 1e-4, 1e-2):\n"
        "    m = LogisticClassifier(0.01, optimizer='gd', learning_rate=rate, max_iter=50)\n"
        "    print(rate, m.fit(data.X.iloc[:, :6], data.y).loss_curve_[-1])"
    ),
    try_this="Scale the columns first (standardize=True): a rate that diverged before is now slow.",
    n_seeds=20,
)  # fmt: skip

ADAGRAD = Lesson(
    name="adagrad",
    title="Adagrad",
    claim="Where the features have unequal scales, Adagrad's own rate for each weight beats one rate for all",
    source="Hung-yi Lee, Gradient descent; Duchi, Hazan & Singer 2011",
    experiment=(
        "Stretch six standardized features by factors from 1 to 1, 10 or 100, descend for 100 updates with each of "
        "eight learning rates, a power of ten apart, and keep the best for each optimizer."
    ),
    run=run_adagrad,
    judge=judge_adagrad,
    by={"stretch": "Scales 1 to", "optimizer": "Descent"},
    measures=(Measure("excess", "Loss above minimum"),),
    pictures=(
        Points(
            "excess", "stretch", "Loss above its minimum (log), by largest scale", by="optimizer", log=True, left=42
        ),
    ),
)

STOCHASTIC = Lesson(
    name="stochastic",
    title="Stochastic descent",
    claim="For the same number of passes over the rows, stochastic descent gets further than full-batch descent",
    source="Hung-yi Lee, Gradient descent",
    experiment=(
        "Logistic regression on 400 rows: all rows for one update, batches of 20, or one row for each update, with "
        "the constant rate that the curvature allows."
    ),
    run=run_stochastic,
    judge=judge_stochastic,
    by={"batches": "Update from", "passes": "Passes"},
    measures=(Measure("excess", "Loss above minimum"),),
    n_seeds=30,
    pictures=(
        Lines("passes", "excess", "batches", "Loss above its minimum (log)", "passes over the rows", log_y=True),
    ),
)

SCALING = Lesson(
    name="feature-scaling",
    title="Feature scaling",
    claim="Scaled features have round contours, so descent needs fewer updates",
    source="Hung-yi Lee, Gradient descent; Andrew Ng",
    experiment=(
        "Stretch six standardized features by factors from 1 to 1, 10 or 100 and count the updates, 1,000 at most, "
        "until the loss is within 0.001 of its minimum, at the rate 1/L of each."
    ),
    run=run_scaling,
    judge=judge_scaling,
    by={"stretch": "Scales 1 to", "features": "Features"},
    measures=(Measure("updates", "Updates"),),
    pictures=(
        Points("updates", "stretch", "Updates needed (log), by largest scale", by="features", log=True, left=42),
    ),
)
