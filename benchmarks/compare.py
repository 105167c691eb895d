"""Time the default `compare` against the same study written as a loop over scikit-learn's own estimators.

Run ``OMP_NUM_THREADS=1 python benchmarks/compare.py [--quick]``. The loop fits the same folds, nested subsamples,
bootstrap samples and flipped labels, one after the other, predicts the same rows, and scores them by the three losses
with scikit-learn's metrics; it is not charged for the decompositions, tests and tables made of them, nor for encoding
the table, which ours is. Every stage of every model is timed on an even sample of its
fits, and the time multiplied up: the times of the loop are extrapolated. A fit that scikit-learn refuses (a covariance
of too few rows) costs it the time until it does. Times are processor seconds, which other work on the machine disturbs
little; the wall clock of ``compare(n_jobs=2)`` comes last. Goals: 10 times as fast, and 15 s on two quiet cores.
"""

import argparse
import time
import warnings
from collections.abc import Iterator
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
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures, StandardScaler

from genvsdisc import Design, compare, default_models
from genvsdisc.datasets import make_pokemon_style
from genvsdisc.study.derived import derive
from genvsdisc.study.evidence import FLEXIBLE_SHARE, NOISE_SHARE, Draws, gather
from genvsdisc.study.prepared import prepare
from genvsdisc.study.robustness import RATES

QUICK = Design(n_splits=5, n_repeats=2, n_draws=40)


def with_squares(X: NDArray) -> NDArray:
    return np.hstack([X, X**2])


# The nearest of scikit-learn's to each model of the default roster, at its defaults but for what the roster sets.
THEIRS = {
    "shared Gaussian": LinearDiscriminantAnalysis(),
    "naive Bayes, shared variance": GaussianNB(),
    "separate Gaussian": QuadraticDiscriminantAnalysis(reg_param=1e-3),
    "naive Bayes": GaussianNB(),
    "regularized Gaussian": QuadraticDiscriminantAnalysis(solver="eigen", shrinkage="auto"),
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "logistic, quadratic features": make_pipeline(
        StandardScaler(), PolynomialFeatures(include_bias=False), LogisticRegression(max_iter=1000)
    ),
    "logistic, additive features": make_pipeline(
        StandardScaler(), FunctionTransformer(with_squares), LogisticRegression(max_iter=1000)
    ),
    "cascade": make_pipeline(StandardScaler(), MLPClassifier((4,), alpha=1e-2, learning_rate_init=0.05, max_iter=100)),
    "multilayer perceptron": make_pipeline(
        StandardScaler(), MLPClassifier((16,), alpha=1e-2, learning_rate_init=0.01, max_iter=40)
    ),
    "majority class": DummyClassifier(),
}


def score(codes: NDArray, p: NDArray) -> None:
    for value in (zero_one_loss(codes, p.argmax(axis=1)), brier_score_loss(codes, p[:, 1]), log_loss(codes, p)):
        assert np.isfinite(value)


def stages(draws: Draws, n_draws: int) -> Iterator[tuple[int, NDArray, list[NDArray]]]:
    """Give the fits of a model by stage: how many, training weights of each, and rows that each judges."""
    yield len(draws.cv_weights), draws.cv_weights, draws.cv_tests
    for of_size in draws.curve_weights:
        yield n_draws, of_size, draws.curve_tests
    judged = [draws.held_out] * len(draws.bootstraps[0])
    for weights in draws.bootstraps:
        yield n_draws, weights, judged
        # Flipped labels: as many rows as one of the bootstrap sizes, or nearly.
        yield max(2, n_draws // NOISE_SHARE) * len(RATES), weights, judged


def loop_seconds(estimator: Any, X: NDArray, codes: NDArray, draws: Draws, n_draws: int, sample: int) -> NDArray:
    """Extrapolated processor time of the loop for one model: fits and predictions, and scores."""
    total = np.zeros(2)
    for n_fits, weights, judged in stages(draws, n_draws):
        timed = np.unique(np.linspace(0, len(weights) - 1, min(sample, n_fits)).astype(int))
        spent = np.zeros(2)
        for r in timed:
            rows = np.repeat(np.arange(len(X)), weights[r])
            start = time.process_time()
            try:
                p = clone(estimator).fit(X[rows], codes[rows]).predict_proba(X[judged[r]])
            except (ValueError, np.linalg.LinAlgError):
                p = None
            fitted = time.process_time()
            if p is not None and np.isfinite(p).all():
                score(codes[judged[r]], p)
            spent += fitted - start, time.process_time() - fitted
        total += spent * n_fits / len(timed)
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a smaller design, and fewer fits timed")
    parser.add_argument("--sample", type=int, default=None, help="fits timed in each stage (default: 5, quick 2)")
    options = parser.parse_args()
    sample = options.sample or (2 if options.quick else 5)
    data = make_pokemon_style(random_state=0)
    design = QUICK if options.quick else Design()
    table = prepare(data.X, data.y, n_splits=design.n_splits)
    draws = Draws.make(table.codes, design, 0)
    X = pd.get_dummies(table.X).to_numpy(dtype=float)
    evidence, totals = [], np.zeros(3)
    print(f"{'processor seconds':<32}{'fits':>9}{'scores':>9}{'ours':>9}{'ratio':>8}")
    for model in default_models(table.X):
        n_draws = design.n_draws if model.form else max(2, design.n_draws // FLEXIBLE_SHARE)
        start = time.process_time()
        evidence.append(gather(model, table, draws))
        ours = time.process_time() - start
        theirs = loop_seconds(THEIRS[model.name], X, table.codes, draws, n_draws, sample)
        totals += *theirs, ours
        print(f"{model.name:<32}{theirs[0]:9.2f}{theirs[1]:9.2f}{ours:9.2f}{theirs.sum() / ours:8.1f}", flush=True)
    start = time.process_time()
    derive(table, draws, evidence)
    tables = time.process_time() - start
    totals[2] += tables
    print(f"{'scores, tests and tables':<32}{'':>18}{tables:9.2f}")
    fits, scores, ours = totals
    print(f"{'all':<32}{fits:9.2f}{scores:9.2f}{ours:9.2f}{(fits + scores) / ours:8.1f}")
    print(f"-> compare, loop over scikit-learn: {(fits + scores) / ours:.1f}")
    print(f"-> compare, loop over scikit-learn without its scores: {fits / ours:.1f}", flush=True)
    start = time.perf_counter()
    compare(data.X, data.y, design=design, n_jobs=2)
    print(f"compare(n_jobs=2), wall clock: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
