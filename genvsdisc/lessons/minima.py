"""How many minima a loss has."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from genvsdisc.functional.descent.batches import whole
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines, Points

MINIMA_LOSSES = {"squared error": "squared_error", "cross-entropy": "cross_entropy"}
N_STARTS, _ROWS, _REG = 40, 6, 1e-3
_APART = 0.05  # two ends nearer than this, in w and b, are the same minimum


def run_minima(seed: int) -> Tables:
    """Where descents from many starts end, for both losses, on the same six rows."""
    rng = np.random.default_rng(seed)
    x, codes = rng.normal(scale=3.0, size=(_ROWS, 1)), rng.permutation(np.arange(_ROWS) % 2)
    starts = rng.normal(scale=4.0, size=(N_STARTS, 2))
    rows, ends = [], {}
    for name, loss in MINIMA_LOSSES.items():
        objective = NetworkObjective(
            Architecture((1, 1), ()), x, codes, np.ones((1, _ROWS)), loss=TRAINING_LOSSES[loss], reg_lambda=_REG
        )
        minima = _minima(objective, starts)
        ends[name] = objective, minima
        values = [value for value, _ in minima]
        rows.append((name, len(minima), max(values) - min(values)))
    return {"results": tidy(rows, "loss minima gap"), "slices": _slices(ends)}


def _look(objective: NetworkObjective, theta: NDArray) -> tuple[float, NDArray]:
    gradient = np.empty((1, 2))
    value = objective.value_and_gradient(theta[None], whole(np.ones((1, _ROWS))), gradient)
    return float(value[0]), gradient[0]


def _minima(objective: NetworkObjective, starts: NDArray) -> list[tuple[float, NDArray]]:
    """Distinct ends of descents that are flat and curve upward, the lowest first."""
    minima: list[tuple[float, NDArray]] = []
    look = partial(_look, objective)
    for start in starts:
        end = minimize(look, start, (), jac=True, method="BFGS", options={"gtol": 1e-9}).x
        value, gradient = _look(objective, end)
        steps = 1e-5 * np.eye(2)
        hessian = np.array([(_look(objective, end + s)[1] - _look(objective, end - s)[1]) / 2e-5 for s in steps])
        curved = np.linalg.eigvalsh((hessian + hessian.T) / 2)[0] > 0
        if np.abs(gradient).max() < 1e-6 and curved and all(np.abs(end - other).max() > _APART for _, other in minima):
            minima.append((value, end))
    return sorted(minima, key=lambda each: each[0])


def _slices(ends: dict[str, tuple[NetworkObjective, list[tuple[float, NDArray]]]]) -> pd.DataFrame:
    """Both losses on the line through the two lowest minima of the squared error, scaled to 0 to 1."""
    minima = ends["squared error"][1]
    one = minima[0][1]
    other = minima[1][1] if len(minima) > 1 else -one
    places = np.linspace(-0.5, 1.5, 41)
    curves = []
    for name, (objective, _) in ends.items():
        values = np.array([_look(objective, one + place * (other - one))[0] for place in places])
        heights = (values - values.min()) / np.ptp(values)
        curves.append(pd.DataFrame({"loss": name, "place": places, "value": heights}))
    return pd.concat(curves)


def judge_minima(tables: Tables) -> Finding:
    """One minimum for the cross-entropy, more for the squared error."""
    rows = tables["results"]
    minima, gap = ({name: per_seed(rows, column, loss=name) for name in MINIMA_LOSSES} for column in ("minima", "gap"))
    return Finding(
        (
            below("cross-entropy: one minimum, never two", abs(minima["cross-entropy"] - 1), 1e-9),
            above("squared error: more than one in most tables", (minima["squared error"] > 1).astype(float), 0.5),
            above("and the others are not as low: by a hundredth at least, on average", gap["squared error"], 0.01),
        ),
        reason="The cross-entropy of a line is a bowl: its second derivative is p (1 − p) times a square. The squared "
        "error of a sigmoid is a step for each row, and sums of steps have as many valleys as they like.",
    )


MINIMA = Lesson(
    name="several-minima",
    title="One bowl or several valleys",
    claim="With the squared error logistic regression has several minima; with the cross-entropy it has one",
    source="Andrew Ng, Logistic regression, cost function",
    experiment=(
        f"{_ROWS} rows of one column with labels at random, {N_STARTS} starts: BFGS on both losses (λ = {_REG:g}). "
        "Ends that are flat, curve upward and differ are minima. Drawn: both losses on the line through two minima of "
        "the squared error."
    ),
    run=run_minima,
    judge=judge_minima,
    by={"loss": "Loss"},
    measures=(Measure("minima", "Minima"), Measure("gap", "Highest above lowest")),
    pictures=(
        Points("minima", "loss", "Minima found", left=92),
        Lines(
            "place",
            "value",
            "loss",
            "Loss, least 0 and largest 1",
            "from one minimum, 0, to another, 1",
            table="slices",
            first_seed=True,
        ),
    ),
    formula=mathml(r'\frac{∂^2 L}{∂ z^2} = p (1 - p) > 0 ~ "against" ~ p (1 - p) (…) ~ "of either sign"'),
    try_this="Take more rows: the valleys are smoothed out, and the squared error has mostly one minimum too.",
    n_seeds=20,
)
