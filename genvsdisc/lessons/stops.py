"""Where descent stops: a minimum, a saddle, a plateau."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genvsdisc.datasets import make_gaussian_pair
from genvsdisc.functional.descent.batches import whole
from genvsdisc.functional.descent.loop import Settings, descend
from genvsdisc.functional.descent.optimizers import GradientDescent
from genvsdisc.functional.losses import TRAINING_LOSSES
from genvsdisc.functional.networks.activations import Tanh
from genvsdisc.functional.networks.architecture import Architecture
from genvsdisc.functional.networks.objective import NetworkObjective
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, per_seed, tidy
from genvsdisc.lessons.pictures import Lines, Points

_STEP = 1e-4
_AWAY = np.linspace(-3, 3, 31)
PLACES = ("minimum", "saddle", "plateau")


def run_stops(seed: int) -> Tables:
    """Gradient, loss and curvature where 500 updates end, from a random start, from zero and from far off."""
    data = make_gaussian_pair(200, 2, distance=2.0, random_state=seed)
    X, codes, weights = data.X.to_numpy(), data.y.to_numpy(), np.ones((1, 200))
    network, line = Architecture((2, 2, 1), (Tanh(),)), Architecture((2, 1), ())
    starts = {
        "minimum": (line, "cross_entropy", np.zeros((1, 3))),
        "saddle": (network, "cross_entropy", np.zeros((1, network.n_parameters))),
        "plateau": (line, "squared_error", np.array([[-20.0, 0.0, 0.0]])),
    }
    rows, slices = [], []
    for place, (architecture, loss, start) in starts.items():
        objective = NetworkObjective(architecture, X, codes, weights, loss=TRAINING_LOSSES[loss])
        settings = Settings(GradientDescent(), learning_rate=0.5, max_iter=500, tol=0, n_iter_no_change=501)
        end = descend(objective, start, weights, settings).parameters
        best = descend(objective, np.eye(1, start.shape[1]), weights, settings)  # from a start that is not special
        value, gradient = _look(objective, end, weights)
        curvature, directions = np.linalg.eigh(_hessian(objective, end, weights))
        excess = value - best.loss_curves[0][-1]
        rows.append((place, float(np.abs(gradient).max()), excess, float(curvature[0]), float(curvature[-1])))
        slices += [
            (place, across, float(away), _look(objective, end + away * direction, weights)[0] - value)
            for across, direction in (("least", directions[:, 0]), ("largest", directions[:, -1]))
            for away in _AWAY
        ]
    results = tidy(rows, "place gradient excess least_curvature curvature")
    return {"results": results, "slices": pd.DataFrame(slices, columns=["place", "across", "away", "above"])}


def _look(objective: NetworkObjective, theta: NDArray, weights: NDArray) -> tuple[float, NDArray]:
    gradient = np.empty_like(theta)
    return float(objective.value_and_gradient(theta, whole(weights), gradient)[0]), gradient[0]


def _hessian(objective: NetworkObjective, theta: NDArray, weights: NDArray) -> NDArray:
    """Second derivatives by central differences of the gradient."""
    steps = _STEP * np.eye(theta.shape[1])
    columns = [
        (_look(objective, theta + step, weights)[1] - _look(objective, theta - step, weights)[1]) / (2 * _STEP)
        for step in steps
    ]
    matrix = np.array(columns)
    return (matrix + matrix.T) / 2


def judge_stops(tables: Tables) -> Finding:
    """Flat three times, lowest once."""
    results = tables["results"]
    measured = {
        (place, column): per_seed(results, column, place=place)
        for place in PLACES
        for column in ("gradient", "excess", "least_curvature", "curvature")
    }
    return Finding(
        (
            *(
                below(f"{place}: no component of the gradient is above 0.01", measured[place, "gradient"], 0.01)
                for place in PLACES
            ),
            above("minimum: the loss curves upward in every direction", measured["minimum", "least_curvature"], 0.0),
            less(
                "saddle: it curves down in one direction",
                measured["saddle", "least_curvature"],
                np.zeros_like(measured["saddle", "excess"]),
            ),
            above("saddle: the loss is above what another start reaches", measured["saddle", "excess"], 0.1),
            below("plateau: no curvature to speak of", measured["plateau", "curvature"], 0.05),
            above("plateau: the loss is above what another start reaches", measured["plateau", "excess"], 0.1),
        )
    )


STOPS = Lesson(
    name="where-descent-stops",
    title="Where descent stops",
    claim="Descent stops where the gradient is small, and that may be a minimum, a saddle or a plateau",
    source="Hung-yi Lee, Gradient descent",
    experiment=(
        "500 updates on 200 rows of two Gaussians: logistic regression from zero; a network with two tanh units from "
        "zero; logistic regression with the squared error from weights that are sure of the wrong class. Gradient and "
        "second derivatives at the end; the loss above that reached from a start that is not special. Drawn: cuts "
        "through the surface of the loss where descent ended, along the directions that curve least and most."
    ),
    run=run_stops,
    judge=judge_stops,
    by={"place": "Place"},
    measures=(
        Measure("gradient", "Gradient"),
        Measure("excess", "Loss above best"),
        Measure("least_curvature", "Least curvature"),
        Measure("curvature", "Largest curvature"),
    ),
    pictures=(
        *(
            Lines(
                "away",
                "above",
                "place",
                f"Loss above the end, {across} curvature",
                "distance in the weights from the end",
                table="slices",
                where={"across": across},
                first_seed=True,
            )
            for across in ("least", "largest")
        ),
        Points("excess", "place", "Loss above the best", left=60),
        Points("least_curvature", "place", "Least curvature", left=60),
    ),
)
