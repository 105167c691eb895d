"""Features by hand and learned: exclusive or, networks without a bend, hidden units that never part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from genvsdisc.datasets import make_pokemon_style, make_xor
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.discriminative.networks.cascade import CascadeClassifier
from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.features.transforms import PrototypeDistances
from genvsdisc.lessons.drawings import Regions
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Points

_NOISE = 0.12
BY_HAND = "distances by hand"
_CORNERS = 0.05  # spread around the corners: the four points of the notes, as clouds
SELDOM = 0.02


def _plane(models: dict[str, Any], X: pd.DataFrame, y: pd.Series) -> Tables:
    """Classes that fitted models predict on a grid around the rows, and the rows."""
    axis = np.linspace(-0.5, 1.5, 25)
    grid = pd.DataFrame(np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2), columns=X.columns)
    regions = [
        pd.DataFrame(
            {
                "model": name,
                "x": grid["x1"],
                "y": grid["x2"],
                "label": model.predict(grid).astype(str),
                "probability": model.predict_proba(grid).max(axis=1),
            }
        )
        for name, model in models.items()
    ]
    rows = pd.DataFrame({"label": y.astype(str), "x": X["x1"], "y": X["x2"]})
    return {"regions": pd.concat(regions), "rows": rows}


def run_xor(seed: int) -> Tables:
    """Test error of a line, of a line on distances to two corners, and of a cascade."""
    train, test = (make_xor(n, noise=_CORNERS, random_state=each) for n, each in ((200, seed), (2000, 1000 + seed)))
    models = {
        "logistic": LogisticClassifier(1e-3),
        BY_HAND: make_pipeline(PrototypeDistances([[0.0, 0.0], [1.0, 1.0]]), LogisticClassifier(1e-3)),
        "cascade": CascadeClassifier((2,), max_iter=300, n_restarts=10, random_state=seed),
    }
    rows = [(name, 1 - model.fit(train.X, train.y).score(test.X, test.y)) for name, model in models.items()]
    return {"results": tidy(rows, "model error")} | _plane(models, train.X, train.y)


def judge_xor(tables: Tables) -> Finding:
    """A line fails, the others do not."""
    error = {name: per_seed(tables["results"], "error", model=name) for name in ("logistic", BY_HAND, "cascade")}
    return Finding(
        (
            above("a line errs on a quarter of the rows or more", error["logistic"], 0.25, share=True),
            below(
                "a line on the distances to (0, 0) and (1, 1) does what no line can", error[BY_HAND], 0.25, share=True
            ),
            below("a line on those distances errs seldom", error[BY_HAND], SELDOM, share=True),
            below(
                "a cascade of two logistic regressions and a third errs seldom", error["cascade"], SELDOM, share=True
            ),
        ),
        reason="No line has (0, 0) and (1, 1) on one side and the other corners on the other; in the plane of the two "
        "distances the equal corners fall on the same side.",
    )


def run_linear(seed: int) -> Tables:
    """Bend of the log-odds and test error, with and without a nonlinear activation."""
    train, test = (make_xor(n, noise=_NOISE, random_state=each) for n, each in ((200, seed), (2000, 1000 + seed)))
    design = np.column_stack([np.ones(len(test.X)), test.X])
    rows = []
    for name in ("identity", "tanh"):
        model = MLPClassifier((16, 16), name, learning_rate=0.02, max_iter=60, batch_size=50, random_state=seed)
        logits = model.fit(train.X, train.y).decision_function(test.X)
        residual = logits - design @ np.linalg.lstsq(design, logits, rcond=None)[0]
        bend = float(np.sqrt((residual**2).mean() / logits.var()))
        rows.append((name, bend, 1 - model.score(test.X, test.y)))
    rows.append(("logistic", 0.0, 1 - LogisticClassifier(1e-3).fit(train.X, train.y).score(test.X, test.y)))
    return {"results": tidy(rows, "activation bend error")}


def judge_linear(tables: Tables) -> Finding:
    """Straight to rounding, and as bad as a line."""
    rows = tables["results"]
    return Finding(
        (
            below(
                "identity: the share of the log-odds that is not linear in x is rounding",
                per_seed(rows, "bend", activation="identity"),
                1e-9,
            ),
            above(
                "so on exclusive or it errs on a quarter or more, as a line must",
                per_seed(rows, "error", activation="identity"),
                0.25,
                share=True,
            ),
            below(
                "with tanh the same network errs seldom", per_seed(rows, "error", activation="tanh"), SELDOM, share=True
            ),
        )
    )


def run_zeros(seed: int) -> Tables:
    """Largest difference between hidden units after training, and training error, from three starts."""
    xor = make_xor(200, noise=_NOISE, random_state=seed)
    pokemon = make_pokemon_style(200, random_state=seed)
    tables = {"exclusive or": (xor.X, xor.y), "Pokemon-style": (pokemon.X.iloc[:, :6], pokemon.y)}
    rows = []
    for name, (X, y) in tables.items():
        for init in ("zeros", "small", "glorot"):
            model = MLPClassifier(
                (8,),
                "sigmoid",
                init=init,
                learning_rate=0.05,
                max_iter=200,
                batch_size=50,
                tol=0,
                standardize=True,
                random_state=seed,
            ).fit(X, y)
            apart = float(np.ptp(model.hidden_features(X), axis=1).max())
            rows.append((name, init, apart, 1 - model.score(X, y)))
    return {"results": tidy(rows, "data init apart error")}


def judge_zeros(tables: Tables) -> Finding:
    """Equal units from zeros, different ones from chance."""
    rows = tables["results"]
    parts = []
    for name in dict.fromkeys(rows.data):
        apart = {init: per_seed(rows, "apart", data=name, init=init) for init in ("zeros", "small")}
        parts.append(
            below(f"{name}: from zeros the values of any two hidden units differ by rounding", apart["zeros"], 1e-9)
        )
        parts.append(above(f"{name}: from small random weights they part", apart["small"], 0.1))
    error = {init: per_seed(rows, "error", data="exclusive or", init=init) for init in ("zeros", "small")}
    parts.append(
        less("exclusive or: random weights lead to a lower training error", error["small"], error["zeros"], share=True)
    )
    return Finding(tuple(parts))


XOR = Lesson(
    name="xor",
    title="Exclusive or",
    claim="Logistic regression cannot do exclusive or; on good features it can, and a cascade learns such features",
    source="Hung-yi Lee, Logistic regression, limitation",
    experiment=(
        f"200 training and 2,000 test rows around the corners of a square (standard deviation {_CORNERS}): "
        "logistic regression, the same on distances to (0, 0) and (1, 1), and a cascade of two and one."
    ),
    run=run_xor,
    judge=judge_xor,
    by={"model": "Model"},
    measures=(Measure("error", "Test error", share=True),),
    pictures=(Regions("logistic"), Regions(BY_HAND), Regions("cascade")),
    formula=mathml("y = x_1 ⊕ x_2"),
    try_this="Spread the corners (noise=0.2): now rows cross over, and no classifier is right about them.",
)

LINEAR = Lesson(
    name="linear-activations",
    title="Linear activations",
    claim="A deep network with linear activations is a linear model",
    source="Andrew Ng, Why nonlinear activation functions",
    experiment=(
        "Train two hidden layers of 16 units on exclusive or, with the identity and with tanh; approximate the "
        "log-odds by a plane. The bend is the root mean square of what is left over, relative to the log-odds."
    ),
    run=run_linear,
    judge=judge_linear,
    by={"activation": "Activation"},
    measures=(Measure("bend", "Bend"), Measure("error", "Test error", share=True)),
    pictures=(Points("error", "activation", "Test error on exclusive or", share=True, left=70),),
)

ZEROS = Lesson(
    name="zero-initialization",
    title="Starting from zeros",
    claim="Hidden units that start at zero stay equal for ever, so the start must be random",
    source="Andrew Ng, Random initialization",
    experiment=(
        "Train eight sigmoid units for 200 epochs from zeros, from small normal weights (0.01) and from Glorot's; "
        "measure the largest difference between two hidden units on any row, and the training error."
    ),
    run=run_zeros,
    judge=judge_zeros,
    by={"data": "Table", "init": "Start"},
    measures=(Measure("apart", "Largest difference"), Measure("error", "Training error", share=True)),
    pictures=(
        Points("apart", "init", "Largest difference of hidden units", by="data", left=52),
        Points("error", "init", "Training error", by="data", share=True, left=52),
    ),
)
