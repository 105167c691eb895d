"""Hidden layers as features, and networks that grow with their rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from genvsdisc.datasets import make_xor
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.lessons.drawings import Regions
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, more, per_seed, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines

RAW, LEARNED = "as measured", "hidden layer"
GROWING_WIDTHS = (2, 8, 64)
GROWING_ROWS = (50, 200, 1200)


def run_hidden(seed: int) -> Tables:
    """Error of logistic regression on rows as they are and on what the last hidden layer makes of them."""
    rows = []
    tables: Tables = {}
    train, test = (make_xor(n, noise=0.1, random_state=each) for n, each in ((200, seed), (2000, 1000 + seed)))
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    X, y = X[order] / 16, y[order]
    drawn = {
        "exclusive or": (train.X.to_numpy(), train.y.to_numpy(), test.X.to_numpy(), test.y.to_numpy(), (8, 2)),
        "digits": (X[:700], y[:700], X[700:], y[700:], (40,)),
    }
    for name, (X_train, y_train, X_test, y_test, widths) in drawn.items():
        half = len(X_train) // 2  # the layer is learned on one half, the logistic regression on the other
        nets = [
            MLPClassifier(
                widths, "tanh", learning_rate=0.02, batch_size=25, max_iter=100, tol=0, random_state=seed + 100 * start
            ).fit(X_train[:half], y_train[:half])
            for start in range(3)
        ]
        net = min(nets, key=lambda each: each.loss_curve_[-1])
        seen = {RAW: lambda Z: Z, LEARNED: net.hidden_features}
        for features, transform in seen.items():
            model = LogisticClassifier(1e-3).fit(transform(X_train[half:]), y_train[half:])
            rows.append((name, features, 1 - model.score(transform(X_test), y_test)))
            if name == "exclusive or":
                tables |= _plane(features, model, transform(X_train), y_train)
    return {"results": tidy(rows, "data features error"), **tables}


def _plane(features: str, model: LogisticClassifier, X: NDArray, y: NDArray) -> Tables:
    """What the line says over the plane of two features, and the rows in it."""
    low, high = X.min(axis=0) - 0.15, X.max(axis=0) + 0.15
    across, up = (np.linspace(*ends, 25) for ends in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    surest = model.predict_proba(grid).max(axis=1)
    regions = pd.DataFrame({"model": features, "x": grid[:, 0], "y": grid[:, 1], "probability": surest})
    name = features.partition(" ")[0]
    return {
        f"{name} regions": regions.assign(label=model.predict(grid).astype(str)),
        f"{name} rows": pd.DataFrame({"label": y.astype(str), "x": X[:, 0], "y": X[:, 1]}),
    }


def judge_hidden(tables: Tables) -> Finding:
    """Lines fail on what was measured, and not on the hidden layer."""
    error = {
        (name, features): per_seed(tables["results"], "error", data=name, features=features)
        for name in ("exclusive or", "digits")
        for features in (RAW, LEARNED)
    }
    xor, digits = "exclusive or", "digits"
    return Finding(
        (
            above("exclusive or: a line on the columns errs on a quarter or more", error[xor, RAW], 0.25, share=True),
            below("a line on two hidden units errs seldom", error[xor, LEARNED], 0.05, share=True),
            less(
                "digits: the line errs less on the hidden layer than on the pixels",
                error[digits, LEARNED],
                error[digits, RAW],
                share=True,
            ),
        ),
        reason="The last layer of a network is logistic regression, and the layers below it are trained until that is "
        "enough: they move the rows to where planes can part them. Exclusive or needs it; digits, which planes nearly "
        "part in their 64 pixels, gain a point or two.",
    )


def run_growth(seed: int) -> Tables:
    """Test error by rows, for three widths of the hidden layer."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    X, y = X[order] / 16, y[order]
    rows = []
    for width in GROWING_WIDTHS:
        for n in GROWING_ROWS:
            epochs = 12_000 // n + 20  # about as many updates for few rows as for many
            net = MLPClassifier(
                (width,), learning_rate=0.01, batch_size=25, max_iter=epochs, tol=0, reg_lambda=1e-3, random_state=seed
            ).fit(X[:n], y[:n])
            rows.append((f"{width} units", n, net.n_parameters_, 1 - net.score(X[1200:], y[1200:])))
    return {"results": tidy(rows, "network n_train parameters error")}


def judge_growth(tables: Tables) -> Finding:
    """Larger networks end lower, and gain more on the way."""
    rows = tables["results"]
    error = {
        (width, n): per_seed(rows, "error", network=f"{width} units", n_train=n)
        for width in GROWING_WIDTHS
        for n in GROWING_ROWS
    }
    small, middle, large = GROWING_WIDTHS
    few, some, most = GROWING_ROWS
    gain = {width: error[width, some] - error[width, most] for width in GROWING_WIDTHS}
    part = {width: gain[width] / error[width, some] for width in GROWING_WIDTHS}
    return Finding(
        (
            less(
                f"{most} rows: {large} units err less than {middle}",
                error[large, most],
                error[middle, most],
                share=True,
            ),
            less(
                f"{most} rows: {middle} units err less than {small}",
                error[middle, most],
                error[small, most],
                share=True,
            ),
            more(
                f"from {some} to {most} rows {large} units lose a larger part of their errors than {small} do",
                part[large],
                part[small],
                share=True,
            ),
            less(
                f"{few} rows: {small} units err less than {large}",
                error[small, few],
                error[large, few],
                share=True,
            ),
        ),
        depends_on="the number of rows",
        reason="A network of two units cannot tell ten digits apart, whatever the rows: its bias is what is left. The "
        "large one has variance instead, which rows take away. On this table even 50 rows want more than two units.",
    )


HIDDEN_LAYERS = Lesson(
    name="hidden-features",
    title="Hidden layers are features",
    claim="The hidden layers of a network make features, and its last layer is a logistic regression on them",
    source="Hung-yi Lee, Logistic regression, cascading; Deep learning, feature extractor",
    experiment=(
        "Train a network on half of the rows, throw its last layer away, and fit logistic regression on its last "
        "hidden layer with the other half (of three starts the one that ends lowest); beside it, logistic regression "
        "on the columns. Exclusive or (100 and 100 rows, two units before the end) and digits (350 and 350 rows, 40 "
        "units)."
    ),
    run=run_hidden,
    judge=judge_hidden,
    by={"data": "Table", "features": "Features"},
    measures=(Measure("error", "Test error", share=True),),
    pictures=(
        Regions(RAW, table="as regions", rows="as rows", names=("x1", "x2")),
        Regions(LEARNED, table="hidden regions", rows="hidden rows", names=("unit 1", "unit 2")),
    ),
    formula=mathml(r'p(y ∣ x) = "softmax"(W a(x) + b) , ~ a(x) = "the last hidden layer"'),
    try_this="Plot hidden_features(X, layer=0) of a network with two units there: the plane, folded.",
    n_seeds=10,
)

GROWTH = Lesson(
    name="larger-networks",
    title="Larger networks, more rows",
    claim="The larger a network, the more it gains from more rows; with few rows size matters little",
    source="Andrew Ng, Why is deep learning taking off?",
    experiment=(
        f"One hidden layer of {', '.join(map(str, GROWING_WIDTHS[:2]))} or {GROWING_WIDTHS[2]} ReLU units on "
        f"{', '.join(map(str, GROWING_ROWS[:2]))} or {GROWING_ROWS[2]} digits, batches of 25, λ = 0.001; tested on the "
        "597 that are left."
    ),
    run=run_growth,
    judge=judge_growth,
    by={"network": "Hidden layer", "n_train": "Rows"},
    measures=(Measure("parameters", "Parameters"), Measure("error", "Test error", share=True)),
    pictures=(Lines("n_train", "error", "network", "Test error", "training rows (log scale)", log_x=True, share=True),),
    formula=mathml(r'"error"(n) ≈ "what the network cannot do" + \frac{c}{n^α}'),
    try_this="Give the 64 units dropout=0.3: it takes the part of the rows that are not there.",
    n_seeds=20,
)
