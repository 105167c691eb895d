"""Descent of logistic regression: learning rates, batches, a rate that shrinks."""

from __future__ import annotations

import numpy as np

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, more, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.minimum import minimum, objective, standardized_rows
from genvsdisc.lessons.pictures import Lines

REG = 0.01
# In units of 1 / L, L the largest curvature of the objective anywhere: two a decade, none picked.
SWEEP = tuple(float(f"{10 ** (k / 2):.3g}") for k in range(-6, 10))
CEILING = 1e3
SWEPT_UPDATES = 50
PASSES = (1, 2, 4, 8)


def run_rates(seed: int) -> Tables:
    """Loss above its minimum after 50 updates, for learning rates from far too small to far too large."""
    X, y = standardized_rows(200, seed)
    least = minimum(REG, X, y)
    bound = np.linalg.eigvalsh(np.cov(X.T, ddof=0))[-1] / 4 + REG
    rows = []
    for factor in SWEEP:
        model = LogisticClassifier(REG, optimizer="gd", learning_rate=factor / bound, max_iter=SWEPT_UPDATES + 1, tol=0)
        # Element t of the curve is the loss after t updates; it ends where the loss blows up.
        curve = np.nan_to_num(np.asarray(model.fit(X, y).loss_curve_) - least, nan=CEILING).clip(1e-9, CEILING)
        rows.append(
            (factor, float(curve[min(SWEPT_UPDATES, len(curve) - 1)]), float(curve[0]), float(curve[-5:].std()))
        )
    return {"results": tidy(rows, "rate excess start swing").assign(what="after 50 updates")}


def judge_rates(tables: Tables) -> Finding:
    """The curve over rates is a valley: a slow side, a bottom, a side that stays above the minimum, and divergence."""
    excess = np.stack([per_seed(tables["results"], "excess", rate=rate) for rate in SWEEP])
    start = per_seed(tables["results"], "start", rate=SWEEP[0])
    best = excess.argmin(axis=0)
    seeds = np.arange(len(start))
    larger = np.where(np.arange(len(SWEEP))[:, None] > best, excess, np.nan)
    stuck = np.where((larger > 1e-2) & (larger < start), larger, np.nan)
    distance = np.where(np.isfinite(stuck).any(axis=0), np.nanmax(np.nan_to_num(stuck, nan=-1.0), axis=0), 0.0)
    after = f"after {SWEPT_UPDATES} updates"
    return Finding(
        (
            below(f"some rate is right: {after} the loss is within 0.001 of its minimum", excess[best, seeds], 1e-3),
            above(f"a rate can be too small: {after} the loss is still far above it", excess[0], 1e-2),
            above("some larger rate never gets there, though it stays below where it began", distance, 1e-2),
            more(f"a rate can be too large: {after} the loss is above where it began", excess[-1], start),
        ),
        reason="A step along the slope is right only while the slope stays what it is: up to about 2 / L the loss "
        "falls, beyond it each step lands higher on the other side of the valley.",
    )


def run_stochastic(seed: int) -> Tables:
    """Loss above its minimum after each of some passes over the rows."""
    X, y = standardized_rows(400, seed)
    least = minimum(REG, X, y)
    rows = []
    for name, size in (("full batch", None), ("batches of 20", 20), ("single rows", 1)):
        for passes in PASSES:
            model = LogisticClassifier(
                REG, optimizer="gd", batch_size=size, max_iter=passes, tol=0, random_state=seed
            ).fit(X, y)
            rows.append((name, passes, objective(model, X, y) - least))
    return {"results": tidy(rows, "batches passes excess")}


def judge_stochastic(tables: Tables) -> Finding:
    """Stochastic ahead early; whether still after some passes."""
    parts = []
    for passes in (PASSES[0], PASSES[-1]):
        losses = {
            name: per_seed(tables["results"], "excess", batches=name, passes=passes)
            for name in ("full batch", "batches of 20", "single rows")
        }
        for name in ("single rows", "batches of 20"):
            says = f"after {passes} pass{'es' * (passes > 1)}, {name} are nearer to the minimum than the full batch"
            parts.append(less(says, losses[name], losses["full batch"]))
    return Finding(
        tuple(parts),
        depends_on="the number of passes",
        reason="Early on the slope of few rows is as good a guide as that of all, and many steps beat one; later a "
        "constant rate keeps shaking about the minimum (see the rate that shrinks).",
    )


def run_shrinking_steps(seed: int) -> Tables:
    """Loss above its minimum after passes of single-row descent, at a constant and at a shrinking rate."""
    X, y = standardized_rows(400, seed)
    least = minimum(REG, X, y)
    rows = []
    for passes in (1, 5, 20, 50):
        for name, schedule in (("constant", "constant"), ("1 / sqrt(t + 1)", "inverse_sqrt")):
            model = LogisticClassifier(
                REG, optimizer="gd", learning_rate=0.3, schedule=schedule, batch_size=1, max_iter=passes, tol=0.0,
                n_iter_no_change=passes, random_state=seed,
            ).fit(X, y)  # fmt: skip
            rows.append((name, passes, objective(model, X, y) - least))
    return {"results": tidy(rows, "rate passes excess")}


def judge_shrinking_steps(tables: Tables) -> Finding:
    """A constant rate goes on shaking, a shrinking one settles."""
    constant, shrinking = (
        per_seed(tables["results"], "excess", rate=rate, passes=50) for rate in ("constant", "1 / sqrt(t + 1)")
    )
    return Finding(
        (
            less("after 50 passes the shrinking rate is nearer to the minimum", shrinking, constant),
            below("it is within 0.002 of it", shrinking, 0.002),
            above("the constant rate stays more than 0.01 above it", constant, 0.01),
        ),
        reason="The slope of a single row never vanishes, not even at the minimum; only shorter steps make it settle.",
    )  # fmt: skip


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
    formula=mathml("w ← w − η ∇ L(w)"),
    try_this="Scale the columns first (standardize=True): a rate that diverged before is now slow.",
    n_seeds=20,
)  # fmt: skip


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


SHRINKING_STEPS = Lesson(
    name="shrinking-steps",
    title="A rate that shrinks",
    claim="Descent by single rows settles at the minimum only if the learning rate shrinks, as 1 / sqrt(t + 1)",
    source="Hung-yi Lee, Gradient descent, adaptive learning rates",
    experiment=(
        "Logistic regression (λ = 0.01) on 400 Pokemon-style rows, an update for each row, rate 0.3: constant, or "
        "divided by the root of the number of updates. Loss above its minimum after 1, 5, 20 and 50 passes."
    ),
    run=run_shrinking_steps,
    judge=judge_shrinking_steps,
    by={"rate": "Rate", "passes": "Passes"},
    measures=(Measure("excess", "Loss above minimum"),),
    pictures=(
        Lines("passes", "excess", "rate", "Loss above its minimum (log)", "passes (log scale)", log_x=True, log_y=True),
    ),
    formula=mathml(r"η_t = \frac{η}{\sqrt{t + 1}}"),
    try_this="Shrink as 1 / t instead: it settles too, but may stop moving before it has arrived.",
)
