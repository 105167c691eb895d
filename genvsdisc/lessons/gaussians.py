"""One Gaussian for each class: how many covariances, and what the boundary then is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genvsdisc.datasets import make_gaussian_pair, make_pokemon_style
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.drawings import Regions
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Tables, above, below, less, per_seed, tidy
from genvsdisc.lessons.pictures import Points

_FEATURES = {2: ["defense", "sp_defense"], 6: ["hp", "attack", "defense", "sp_attack", "sp_defense", "speed"]}
_MODELS = {"separate Σ": "separate", "shared Σ": "shared"}


def run_pokemon(seed: int) -> Tables:
    """Test error of both covariances with 2 and with 6 features."""
    train = make_pokemon_style(140, random_state=seed)
    test = make_pokemon_style(5000, random_state=1000 + seed)
    models = {
        **{name: GaussianClassifier(covariance) for name, covariance in _MODELS.items()},
        "naive Bayes": GaussianClassifier("separate", structure="diagonal"),
        "logistic": LogisticClassifier(standardize=True),
    }
    rows = [
        (name, n_features, 1 - model.fit(train.X[columns], train.y).score(test.X[columns], test.y))
        for name, model in models.items()
        for n_features, columns in _FEATURES.items()
    ]
    return {"results": tidy(rows, "model n_features error")}


def judge_pokemon(tables: Tables) -> Finding:
    """Shared below separate, and six features below two."""
    error = {
        (model, n): per_seed(tables["results"], "error", model=model, n_features=n)
        for model in (*_MODELS, "naive Bayes", "logistic")
        for n in (2, 6)
    }
    shared, separate = "shared Σ", "separate Σ"
    return Finding(
        (
            less("with 2 features, the shared covariance errs less", error[shared, 2], error[separate, 2], share=True),
            less("with 6 features, the shared covariance errs less", error[shared, 6], error[separate, 6], share=True),
            less("6 features err less than 2, covariance shared", error[shared, 6], error[shared, 2], share=True),
            less(
                "6 features err less than 2, covariances separate", error[separate, 6], error[separate, 2], share=True
            ),
            less(
                "naive Bayes, which takes the six stats for independent, errs more than the shared covariance",
                error[shared, 6],
                error["naive Bayes", 6],
                share=True,
            ),
        ),
        reason="A covariance of six stats has 21 numbers, twice that for two classes, and 140 rows to learn them from; "
        "the classes hardly differ in it, so sharing costs nothing. The stats of a Pokemon go together, which naive "
        "Bayes may not know.",
    )


def run_line(seed: int) -> Tables:
    """Log-odds on a grid, and how far they are from their best linear approximation."""
    data = make_gaussian_pair(200, 2, distance=2.0, shared=False, random_state=seed)
    axis = np.linspace(-4, 4, 25)
    grid = pd.DataFrame(np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2), columns=data.X.columns)
    design = np.column_stack([np.ones(len(grid)), grid])
    results, regions = [], []
    for name, covariance in _MODELS.items():
        model = GaussianClassifier(covariance).fit(data.X, data.y)
        logits = model.decision_function(grid)
        residual = logits - design @ np.linalg.lstsq(design, logits, rcond=None)[0]
        results.append((name, float(np.sqrt((residual**2).mean() / logits.var())), 1 - model.score(data.X, data.y)))
        labels, surest = model.predict(grid).astype(str), model.predict_proba(grid).max(axis=1)
        regions.append(
            pd.DataFrame({"model": name, "x": grid["x1"], "y": grid["x2"], "label": labels, "probability": surest})
        )
    rows = pd.DataFrame({"label": data.y.astype(str), "x": data.X["x1"], "y": data.X["x2"]})
    return {"results": tidy(results, "model bend error"), "regions": pd.concat(regions), "rows": rows}


def judge_line(tables: Tables) -> Finding:
    """No bend when shared, some when not."""
    shared, separate = (per_seed(tables["results"], "bend", model=name) for name in ("shared Σ", "separate Σ"))
    return Finding(
        (
            below("shared: share of the log-odds that is not linear in x is rounding", shared, 1e-9),
            above("separate: the log-odds bend", separate, 0.1),
        )
    )


POKEMON = Lesson(
    name="pokemon",
    title="Water or normal",
    claim="On Pokemon, one shared covariance beats one for each class, and six features beat two",
    source="Hung-yi Lee, Classification: errors of 53 to 46% with two features, of 36 to 27% with six",
    experiment=(
        "Draw 140 Pokemon-style rows of water and normal types, as many as the lecture trained on, fit Gaussians by "
        "maximum likelihood and logistic regression beside them, and test on 5,000 more rows, where the lecture had 70."
    ),
    run=run_pokemon,
    judge=judge_pokemon,
    by={"model": "Model", "n_features": "Features"},
    measures=(Measure("error", "Test error", share=True),),
    pictures=(
        Points("error", "model", "Test error", by="n_features", called="{} features", share=True, zero=False, left=82),
    ),
    n_seeds=20,
)

LINE = Lesson(
    name="shared-covariance-line",
    title="Shared covariance, straight boundary",
    claim="With a shared covariance the boundary is a line; with separate ones it is a curve",
    source="Hung-yi Lee, Classification, three steps",
    experiment=(
        "Draw two Gaussian classes with different covariances, fit both models, and approximate their log-odds on a "
        "grid by a plane; the bend is the root mean square of what is left over, relative to the log-odds."
    ),
    run=run_line,
    judge=judge_line,
    by={"model": "Model"},
    measures=(Measure("bend", "Bend"), Measure("error", "Training error", share=True)),
    pictures=(Regions("shared Σ"), Regions("separate Σ")),
)
