"""What would change the answer: gaps, other shares of the classes, rows without a label; on laws with known answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import multivariate_normal, norm

from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.lessons.lesson import Finding, Lesson, Measure, Part, Tables, below, less, per_seed, spread, tidy
from genvsdisc.lessons.mathml import mathml
from genvsdisc.lessons.pictures import Lines, Points
from genvsdisc.study.fits.unlabeled import semi_supervised_probabilities

_MEANS = np.array([[0.0, 0, 0, 0], [1.2, -0.8, 0.6, 0.9]])
_COVARIANCE = 0.5 * np.eye(4) + 0.5
_MISSING = (0.0, 0.25, 0.5, 0.75)
_EXACT, _MEAN, _EXPECTED, _NOBODY = "exact marginal", "mean fills in", "expectation fills in", "best possible"
_AS_IS, _TRUE, _ESTIMATED, _ORACLE = "as it is", "true shares given", "shares estimated", "best possible"
_DISTANCES = (2.0, 3.0, 4.0)
_ALONE, _ALL, _CHOSEN = "rows with a label", "all rows alike", "weight chosen inside"


def _drawn(n: int, rng: np.random.Generator, share: float = 0.5) -> tuple[NDArray, NDArray]:
    y = (rng.random(n) < share).astype(int)
    return _MEANS[y] + rng.multivariate_normal(np.zeros(4), _COVARIANCE, n), y


def _log_odds(X: NDArray) -> NDArray:
    """True log-odds of rows, by the columns that are there."""
    log_odds = np.zeros(len(X))
    patterns, of_row = np.unique(~np.isnan(X), axis=0, return_inverse=True)
    for k, seen in enumerate(patterns):
        rows = of_row == k
        if seen.any():
            part = _COVARIANCE[np.ix_(seen, seen)]
            logs = [multivariate_normal(mean[seen], part).logpdf(X[np.ix_(rows, seen)]) for mean in _MEANS]
            log_odds[rows] = logs[1] - logs[0]
    return log_odds


def run_gaps(seed: int) -> Tables:
    """Errors with more and more entries missing, beside the error of the law itself."""
    rng = np.random.default_rng(seed)
    X, y = _drawn(2000, rng)
    asked, truth = _drawn(6000, rng)
    gaussian, logistic = GaussianClassifier().fit(X, y), LogisticClassifier(optimizer="newton").fit(X, y)
    center, spread_of = X.mean(axis=0), np.cov(X.T)
    order = rng.random(asked.shape)
    rows = []
    for share in _MISSING:
        holed = np.where(order < share, np.nan, asked)
        predicted = {
            _EXACT: gaussian.predict(holed),
            _MEAN: logistic.predict(np.where(np.isnan(holed), center, holed)),
            _EXPECTED: logistic.predict(_expected(holed, center, spread_of)),
            _NOBODY: (_log_odds(holed) > 0).astype(int),
        }
        rows += [(way, share, float(np.mean(labels != truth))) for way, labels in predicted.items()]
    return {"results": tidy(rows, "way missing error")}


def _expected(holed: NDArray, center: NDArray, covariance: NDArray) -> NDArray:
    """What is missing by its expectation given the rest, under one Gaussian for all rows."""
    filled = holed.copy()
    for row in filled:
        gap = np.isnan(row)
        slopes = np.linalg.solve(covariance[np.ix_(~gap, ~gap)], covariance[np.ix_(~gap, gap)])
        row[gap] = center[gap] + (row[~gap] - center[~gap]) @ slopes
    return filled


def judge_gaps(tables: Tables) -> Finding:
    """Exact marginals reach the best possible; what fills in does not."""
    half = {way: per_seed(tables["results"], "error", way=way, missing=0.5) for way in (_EXACT, _MEAN, _NOBODY)}
    whole = {way: per_seed(tables["results"], "error", way=way, missing=0.0) for way in (_EXACT, _MEAN)}
    return Finding(
        (
            below(
                "half of the entries missing: the exact marginal errs by at most half a point more than the law itself",
                half[_EXACT] - half[_NOBODY],
                0.005,
                share=True,
            ),
            less(
                "it errs less than logistic regression with the mean in their place",
                half[_EXACT],
                half[_MEAN],
                share=True,
            ),
            below(
                "with all entries there the two families differ by less than half a point",
                np.abs(whole[_EXACT] - whole[_MEAN]),
                0.005,
                share=True,
            ),
        ),
        reason="A Gaussian without some of its columns is a Gaussian: rows and columns of Σ are left out. A weight "
        "vector needs something in every place. Their expectation given the rest will do if the log-odds are linear; "
        "but that is a model of how the columns go together, a generative one.",
    )


def run_shares(seed: int) -> Tables:
    """Errors where one class is nine times as frequent as the other, and in training both were alike."""
    rng = np.random.default_rng(seed)
    X, y = _drawn(2000, rng)
    asked, truth = _drawn(6000, rng, share=0.1)
    shares = [1 - truth.mean(), truth.mean()]
    rows = []
    for name, model in (
        ("generative", GaussianClassifier()),
        ("discriminative", LogisticClassifier(optimizer="newton")),
    ):
        error = {_AS_IS: 1 - model.fit(X, y).score(asked, truth)}
        error[_TRUE] = 1 - model.set_priors(shares).score(asked, truth)
        error[_ESTIMATED] = 1 - model.fit(X, y).adapt_priors(asked).score(asked, truth)
        error[_ORACLE] = float(np.mean((_log_odds(asked) + np.log(1 / 9) > 0) != truth))
        rows += [(name, way, value) for way, value in error.items()]
    return {"results": tidy(rows, "model way error")}


def judge_shares(tables: Tables) -> Finding:
    """Reweighted posteriors reach the best possible in both families."""
    error = {
        (name, way): per_seed(tables["results"], "error", model=name, way=way)
        for name in ("generative", "discriminative")
        for way in (_AS_IS, _TRUE, _ESTIMATED, _ORACLE)
    }
    parts: list[Part] = []
    for name in ("generative", "discriminative"):
        parts.append(
            less(f"{name}: new shares given, it errs less", error[name, _TRUE], error[name, _AS_IS], share=True)
        )
        parts += [
            below(f"{name}, {way}: within a point of the best possible", error[name, way] - error[name, _ORACLE], 0.01,
                  share=True)
            for way in (_TRUE, _ESTIMATED)
        ]  # fmt: skip
    return Finding(
        tuple(parts),
        reason="Where only the shares of the classes change, the log-odds move by a constant, and rows without labels "
        "tell which: EM raises their likelihood over the shares alone (Saerens, Latinne & Decaestecker 2002).",
    )


def information(distance: float) -> float:
    """Fisher information of a row without a label on a shift of both classes, N(±distance / 2, 1); with a label, 1."""
    x = np.linspace(-12, 12, 4001)
    density = (norm.pdf(x + distance / 2) + norm.pdf(x - distance / 2)) / 2
    return float(np.trapezoid(np.gradient(np.log(density), x) ** 2 * density, x))


def run_unlabeled(seed: int) -> Tables:
    """How much less the midpoint varies, beside O'Neill; and errors where clusters are not the classes."""
    rng = np.random.default_rng(seed)
    labeled, more, tables = 50, 450, 400
    rows = []
    for distance in _DISTANCES:
        y = rng.integers(2, size=(tables, labeled + more)) - 0.5
        x = rng.standard_normal(y.shape) + distance * y
        known = (x - distance * y)[:, :labeled]
        middle = known.mean(axis=1)
        for _ in range(200):  # EM: the side of each row, then the mean of the rows moved back by it
            side = 0.5 * np.tanh(distance * (x[:, labeled:] - middle[:, None]) / 2)
            middle = (known.sum(axis=1) + (x[:, labeled:] - distance * side).sum(axis=1)) / (labeled + more)
        gain = float(np.mean(known.mean(axis=1) ** 2) / np.mean(middle**2))
        rows.append((distance, gain, 1 + more * information(distance) / labeled))
    return {"results": tidy(rows, "distance gain expected"), "clusters": _clusters(rng)}


def _clusters(rng: np.random.Generator) -> pd.DataFrame:
    y = rng.integers(0, 2, 1000)
    cluster = np.where(rng.random(1000) < 0.4, 1 - y, y)
    X = np.column_stack([rng.standard_normal(1000) + 1.0 * y, 8 * cluster + rng.standard_normal(1000)])
    labeled = np.arange(1000)[None] < 30
    rest = (np.arange(1000)[None] >= 30) & (np.arange(1000)[None] < 600)
    rows = []
    for name, weights in ((_ALONE, (0.0,)), (_ALL, (1.0,)), (_CHOSEN, (0.0, 0.2, 1.0))):
        (p,), _ = semi_supervised_probabilities(
            GaussianClassifier(), X, y, labeled, rest, [np.arange(600, 1000)], n_classes=2, weights=weights,
            random_state=0,
        )  # fmt: skip
        rows.append((name, float(np.mean(p.argmax(axis=1) != y[600:]))))
    return tidy(rows, "learned error")


def judge_unlabeled(tables: Tables) -> Finding:
    """The gain is O'Neill's; under a wrong model it is a loss, unless the weight is chosen."""
    parts: list[Part] = []
    for distance in _DISTANCES:
        gain = per_seed(tables["results"], "gain", distance=distance)
        expected = per_seed(tables["results"], "expected", distance=distance)
        claim = f"classes {distance:g} apart: the gain of 450 more rows is O'Neill's, to a tenth"
        parts.append(Part(claim, 0.1 - abs(gain.mean() / expected - 1), f"{spread(gain)} against {expected[0]:.2f}"))
    error = {name: per_seed(tables["clusters"], "error", learned=name) for name in (_ALONE, _ALL, _CHOSEN)}
    parts.append(less("clusters that are not classes: all rows alike err more", error[_ALONE], error[_ALL], share=True))
    parts.append(
        below("with the weight chosen, by two points at most", error[_CHOSEN] - error[_ALONE], 0.02, share=True)
    )
    return Finding(
        tuple(parts),
        reason="A row without a label still says where the density is high. Where the density's two humps are the "
        "classes, that is where the boundary is not; where they are something else, it is misleading.",
    )


GAPS_AT_PREDICTION = Lesson(
    name="gaps-at-prediction",
    title="Entries that are missing",
    claim="Where entries are missing at prediction, a generative model answers as well as anyone could",
    source="what p(x | class) is for; the marginal of a Gaussian",
    experiment=(
        "Two Gaussian classes in four columns that go together (correlation 0.5), 2,000 training rows. Entries of "
        "6,000 more rows are deleted at random; the Gaussian integrates them out, logistic regression is given the "
        "mean, or the expectation given the rest. Beside them the error of the law itself on the columns there."
    ),
    run=run_gaps,
    judge=judge_gaps,
    by={"way": "Way", "missing": "Entries missing"},
    measures=(Measure("error", "Error", share=True),),
    pictures=(Lines("missing", "error", "way", "Error", "share of the entries missing", share=True),),
    formula=mathml(r"p(x_o ∣ k) = N (μ_{k o} , Σ_{o o})"),
    try_this="Make the columns independent given the class: what is missing is then unknown to everyone.",
    n_seeds=10,
)

OTHER_SHARES = Lesson(
    name="other-class-shares",
    title="Other shares of the classes",
    claim="Where the shares of the classes change, both families reach the best possible by reweighting alone",
    source="Saerens, Latinne & Decaestecker (2002)",
    experiment=(
        "The same law, trained on as many rows of each class; at prediction one class is nine times as frequent. Both "
        "models as they are, with the shares given, and with shares estimated from 6,000 rows without labels."
    ),
    run=run_shares,
    judge=judge_shares,
    by={"model": "Model", "way": "Way"},
    measures=(Measure("error", "Error", share=True),),
    pictures=(Points("error", "way", "Error", by="model", share=True, left=110),),
    formula=mathml(r"p'(k ∣ x) ∝ \frac{π'_k}{π_k} p(k ∣ x)"),
    try_this="Multiply the coefficients by 3, as overconfidence does: the estimated shares are then wrong.",
    n_seeds=10,
)

ROWS_WITHOUT_LABEL = Lesson(
    name="rows-without-a-label",
    title="Rows without a label",
    claim="Rows without a label are worth a known part of one with a label, if the model is right, and mislead if not",
    source="O'Neill (1978); Cozman, Cohen & Cirelo (2003)",
    experiment=(
        "Classes N(−δ/2, 1) and N(δ/2, 1); the midpoint is estimated from 50 rows with a label, with and without 450 "
        "that have none, by EM, 400 times; the gain is the ratio of the mean squared errors. And two clusters of which "
        "each holds 60% of one class: a Gaussian with 30 rows with a label and 570 without."
    ),
    run=run_unlabeled,
    judge=judge_unlabeled,
    by={"distance": "Distance δ"},
    measures=(Measure("gain", "Gain"), Measure("expected", "O'Neill's")),
    pictures=(
        Points("gain", "distance", "Gain of 450 rows without a label", left=40),
        Points("error", "learned", "Clusters that are not classes: error", table="clusters", share=True, left=120),
    ),
    formula=mathml(r"1 + \frac{n_u}{n_l} E [ {( \frac{d}{d m} \log f(x) )}^2 ]"),
    try_this="Move the classes 1 apart: the two humps are one, and rows without a label say nearly nothing.",
    n_seeds=10,
)
