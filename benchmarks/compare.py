"""Time the default `compare` against the same study written as a loop over scikit-learn's own estimators.

Run ``python benchmarks/compare.py [--quick]``. The loop makes the same fits of four stages (folds, nested subsamples,
disjoint parts, flipped labels), one after the other, on the same columns, predicts the same rows, and scores them by
the three losses with scikit-learn's metrics. Ours is charged for these stages. The line of the whole comparison charges
ours for all else too: models and dials that the loop has no peer for (class shares, gaps, rows without labels, classes
left out, the hybrid), posterior-predictive checks, tests and tables.

Every stage of every model is timed on an even sample of its fits, and the time multiplied up: the times of the loop are
extrapolated, and move by a tenth from run to run. A fit that scikit-learn refuses (a covariance of too few rows) costs
it the time until it does. The networks run for about as many epochs as ours take; the regularized Gaussian of the loop
has its shrinkage from a formula, ours tries 56 candidates. Of ours the lesser of two comparisons counts, for the first
one also loads modules. Times are processor seconds with one BLAS thread, those of our stages seconds of that one
process; the wall clock of ``compare(n_jobs=2)`` comes last. Goals: 10 times as fast, and 15 s on two quiet cores.
"""

import argparse
import time
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, zero_one_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from genvsdisc import Comparison, Design, Model, compare, default_models
from genvsdisc.datasets import make_pokemon_style
from genvsdisc.study.evidence import Draws
from genvsdisc.study.fits.condition_stages import noise_sizes
from genvsdisc.study.fits.label_noise import FLIP_RATES, _flipped
from genvsdisc.study.fits.parts import training_weights
from genvsdisc.study.fits.splits import make_draws
from genvsdisc.study.table import prepare

QUICK = Design(n_splits=3, n_repeats=1, n_draws=3)
QUICK_ROWS = 200


# The nearest of scikit-learn's to each model of the default roster, at its defaults but for what the roster sets.
THEIRS = {
    "shared Gaussian": LinearDiscriminantAnalysis(),
    "naive Bayes, shared variance": GaussianNB(),
    "separate Gaussian": QuadraticDiscriminantAnalysis(reg_param=1e-3),
    "naive Bayes": GaussianNB(),
    "regularized Gaussian": QuadraticDiscriminantAnalysis(solver="eigen", shrinkage="auto"),
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "logistic, quadratic features": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "logistic, additive features": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "cascade": make_pipeline(StandardScaler(), MLPClassifier((4,), alpha=1e-2, learning_rate_init=0.05, max_iter=100)),
    "multilayer perceptron": make_pipeline(
        StandardScaler(), MLPClassifier((16,), alpha=1e-2, learning_rate_init=0.01, max_iter=40)
    ),
    "majority class": DummyClassifier(),
}
WITHOUT_PEER = {"weighted naive Bayes"}
STAGES = ["cross-validation", "learning curve", "bias and variance", "label noise"]
"""What the loop does as well."""


def score(codes: NDArray, p: NDArray) -> None:
    for value in (zero_one_loss(codes, p.argmax(axis=1)), brier_score_loss(codes, p[:, 1]), log_loss(codes, p)):
        assert np.isfinite(value)


Fit = tuple[NDArray, NDArray, NDArray]
"""Training rows, their labels, and the rows that are judged."""


def stages(codes: NDArray, draws: Draws, planned: dict[str, int]) -> Iterator[list[Fit]]:
    """Give the fits of a model by stage, as many as the plan of the comparison has."""

    def weighted(weights: NDArray, judged: Sequence[NDArray]) -> list[Fit]:
        rows = [np.flatnonzero(row) for row in weights]
        return [(own, codes[own], others) for own, others in zip(rows, judged, strict=False)]

    yield weighted(draws.cv_weights, draws.cv_tests)
    for of_size in draws.curve_weights:
        yield weighted(of_size[: planned["learning curve"]], draws.curve_tests)
    parts = draws.parts[: planned["bias and variance"]]
    for n_joined in (1, 2):
        weights = training_weights(parts, n_joined)
        n_sets = len(weights) // len(parts)
        yield weighted(weights, [judges for judges in draws.judges[: len(parts)] for _ in range(n_sets)])
    n_draws = planned["label noise"]
    for size in noise_sizes(draws, codes.max() + 1):
        rows = [np.flatnonzero(row) for row in draws.curve_weights[size, :n_draws]]
        flipped = [np.flatnonzero(row) for rate in FLIP_RATES for row in _flipped(codes, rows, rate, 0)]
        judges = draws.curve_tests[:n_draws] * len(FLIP_RATES)
        yield [(own % len(codes), own // len(codes), judged) for own, judged in zip(flipped, judges, strict=True)]


def loop_seconds(
    estimator: Any, X: NDArray, codes: NDArray, draws: Draws, planned: dict[str, int], sample: int
) -> NDArray:
    """Extrapolated processor time of the loop for one model: fits and predictions, and scores."""
    total = np.zeros(2)
    for fits in stages(codes, draws, planned):
        timed = np.unique(np.linspace(0, len(fits) - 1, min(sample, len(fits))).astype(int))
        spent = np.zeros(2)
        for rows, labels, judged in (fits[r] for r in timed):
            start = time.process_time()
            try:
                p = clone(estimator).fit(X[rows], labels).predict_proba(X[judged])
            except (ValueError, np.linalg.LinAlgError):
                p = None
            fitted = time.process_time()
            if p is not None and np.isfinite(p).all():
                score(codes[judged], p)
            spent += fitted - start, time.process_time() - fitted
        total += spent * len(fits) / len(timed)
    return total


def columns_of(model: Model, X: pd.DataFrame) -> NDArray:
    """Columns that the loop fits to, made once: indicators, and for feature cascades what ours are fitted to."""
    if model.form in ("quadratic", "additive") and isinstance(model.estimator, Pipeline):
        for step in model.estimator[:-1]:
            X = clone(step).fit(X).transform(X)
        return np.asarray(X, dtype=float)
    return pd.get_dummies(X, drop_first=True).to_numpy(dtype=float)


def timed_comparison(data: Any, roster: list[Model], design: Design) -> tuple[float, Comparison]:
    start = time.process_time()
    result = compare(data.X, data.y, roster, design=design)
    return time.process_time() - start, result


def of_stages(result: Comparison) -> pd.Series:
    """Seconds of each model in the stages that the loop has."""
    timings = result.timings
    return timings[timings["stage"].isin(STAGES)].groupby("model")["seconds"].sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tiny design and table: does it run?")
    parser.add_argument("--sample", type=int, default=None, help="fits timed in each stage (default: 5, quick 1)")
    options = parser.parse_args()
    sample = options.sample or (1 if options.quick else 5)
    data = make_pokemon_style(*([QUICK_ROWS] if options.quick else []), random_state=0)
    design = QUICK if options.quick else Design()
    table = prepare(data.X, data.y, n_splits=design.n_splits)
    draws = make_draws(table.codes, design, 0)
    models = default_models(table.X)
    unknown = {model.name for model in models} ^ (THEIRS.keys() | WITHOUT_PEER)
    if unknown:  # in --quick too, which times a few
        raise SystemExit(f"the roster and the peers differ in {', '.join(sorted(unknown))}")
    roster = [model for model in models if model.name in THEIRS and (model.form == "linear" or not options.quick)]
    runs = [timed_comparison(data, roster, design) for _ in range(1 if options.quick else 2)]
    whole = min(seconds for seconds, _ in runs)
    spent = pd.concat([of_stages(result) for _, result in runs], axis=1).min(axis=1)
    result = runs[-1][1]
    columns = {model.name: columns_of(model, table.X) for model in roster}
    totals, ours = np.zeros(2), 0.0
    print(f"{'seconds':<32}{'fits':>9}{'scores':>9}{'ours':>9}{'ratio':>8}")
    for model in roster:
        planned = result.meta["plan"]["models"][model.name]["draws"]
        theirs = loop_seconds(THEIRS[model.name], columns[model.name], table.codes, draws, planned, sample)
        totals += theirs
        ours += (own := spent[model.name])
        print(f"{model.name:<32}{theirs[0]:9.2f}{theirs[1]:9.2f}{own:9.2f}{theirs.sum() / own:8.1f}", flush=True)
    fits, scores = totals
    print(f"{'all':<32}{fits:9.2f}{scores:9.2f}{ours:9.2f}{(fits + scores) / ours:8.1f}")
    print(f"{'the whole comparison':<32}{'':18}{whole:9.2f}{(fits + scores) / whole:8.1f}")
    print(f"-> compare, loop over scikit-learn: {(fits + scores) / ours:.1f}")
    print(f"-> compare, loop over scikit-learn without its scores: {fits / ours:.1f}")
    print(f"-> compare, with all that the loop lacks: {(fits + scores) / whole:.1f}", flush=True)
    start = time.perf_counter()
    compare(data.X, data.y, roster, design=design, n_jobs=2)
    print(f"compare(n_jobs=2), wall clock: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with threadpool_limits(1, user_api="blas"):
        main()
