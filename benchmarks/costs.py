"""Fit the coefficients of genvsdisc/study/costs.py on synthetic tables, and write genvsdisc/study/cost_table.py.

Usage: OMP_NUM_THREADS=1 python benchmarks/costs.py [--points 40] [--kinds "Gaussian, shared;network"] [--check]

Processor time, not the clock: other programs may run beside it. With --check the file is left as it is, and the errors
of its coefficients on fresh tables are printed.
"""

from __future__ import annotations

import argparse
import re
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import nnls
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from genvsdisc.baseline import PriorClassifier
from genvsdisc.datasets import make_gaussian_pair
from genvsdisc.discriminative.logistic.classifier import LogisticClassifier
from genvsdisc.discriminative.networks.mlp import MLPClassifier
from genvsdisc.generative.gaussian.classifier import GaussianClassifier
from genvsdisc.generative.gaussian.wide import fits_in_span
from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier
from genvsdisc.hybrid.weighted_naive_bayes import WeightedNaiveBayesClassifier
from genvsdisc.study import costs
from genvsdisc.study.costs import COST_TERMS, BatchSizes
from genvsdisc.study.fits.refit import refit_probabilities

GAUSSIAN = {"standardize": True, "tol": 1e-4}
PERCEPTRON = MLPClassifier(
    (16,), standardize=True, reg_lambda=1e-2, learning_rate=0.01, tol=1e-3, n_iter_no_change=5, random_state=0
)
KINDS = {
    "prior": PriorClassifier(),
    "naive Bayes": NaiveBayesClassifier("gaussian"),
    "weighted naive Bayes": WeightedNaiveBayesClassifier(distributions="gaussian"),
    "Gaussian, shared": GaussianClassifier("shared", shrinkage=1e-3, **GAUSSIAN),
    "Gaussian, separate": GaussianClassifier("separate", pooling=1e-3, shrinkage=1e-3, **GAUSSIAN),
    "Gaussian, automatic": GaussianClassifier("separate", shrinkage="auto", **GAUSSIAN),
    "logistic, Newton": LogisticClassifier(optimizer="newton", standardize=True),
    "logistic, descent": LogisticClassifier(),
    "network": PERCEPTRON,
}
LINEAR = ("prior", "naive Bayes", "network")
"""Kinds whose work is in proportion to the columns."""
WITH_GAPS = ("Gaussian, shared", "Gaussian, separate", "Gaussian, automatic", "naive Bayes")
MOST_COLUMNS = {"logistic, Newton": 800}
"""Columns at most, where not 80: logistic regression meets quadratic features too."""
MOST_WORK = 1e8
"""Fits times rows times columns squared of a table with gaps, or a wide one, at most."""
WIDE = ("Gaussian, shared", "Gaussian, separate", "Gaussian, automatic", "naive Bayes")
"""Kinds with prices of their own for fewer rows than columns."""
NARROW_TOO = ("call", "fits", "fits classes", "fits rows columns")
BY_COLUMN = (*NARROW_TOO, "fits train columns classes", "fits test columns classes")
"""What naive Bayes costs there: work on each number of matrices that no cache holds."""
IN_SPAN = (
    *NARROW_TOO,
    "fits train columns",
    "fits train^2 columns",
    "fits train^2 classes",
    "fits train^3",
    "fits train^3 classes",
    "fits test train columns",
    "fits test train^2 classes",
)
"""What Gaussians cost that are fitted in the span of fewer rows than columns."""
STEPS = 40
"""Steps of a fit of coefficients."""
LONGEST = 6.0
"""Seconds after which a batch that is larger in every size is not tried."""


def random_sizes(rng: np.random.Generator, most_columns: int, *, gaps: bool) -> BatchSizes:
    """Sizes, evenly in the logarithm."""
    rows = int(np.exp(rng.uniform(np.log(60), np.log(5000 if gaps else 20_000))))
    columns = int(np.exp(rng.uniform(np.log(3 if gaps else 2), np.log(100 if gaps else most_columns))))
    classes = int(np.exp(rng.uniform(np.log(2), np.log(12.99 if gaps else 20.99))))
    train = int(rows * rng.uniform(0.1, 0.9))
    fits = int(np.exp(rng.uniform(0, np.log(40))))
    gappy = float(np.exp(rng.uniform(np.log(0.02), np.log(0.95)))) if gaps else 0.0
    holed = max(1, int(columns * np.exp(rng.uniform(np.log(0.05), 0)))) if gaps else 0
    return BatchSizes(fits, rows, max(train, 4 * classes), max(8, rows // 8), columns, classes, gappy, 1, holed)


def wide_sizes(rng: np.random.Generator) -> BatchSizes:
    """Sizes of tables of fewer rows than columns."""
    rows, columns = (int(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in ((24, 400), (128, 8000)))
    classes, fits = (int(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in ((2, 8.99), (1, 40)))
    rows = max(rows, 6 * classes)
    train = max(int(rows * rng.uniform(0.2, 0.9)), 4 * classes)
    return BatchSizes(fits, rows, train, max(6, rows // 8), columns, classes)


def table(rng: np.random.Generator, sizes: BatchSizes) -> tuple[np.ndarray, np.ndarray]:
    """Correlated numbers, and, where there are gaps, indicators of the levels of some columns behind them."""
    codes = np.arange(sizes.rows) % sizes.classes
    X = rng.normal(size=(sizes.rows, sizes.columns)) + rng.normal(size=(sizes.classes, sizes.columns))[codes]
    if not sizes.gappy:
        return X, codes
    if rng.random() < 0.5:
        X += make_gaussian_pair(
            sizes.rows, sizes.columns, shared=False, random_state=rng.integers(1 << 31)
        ).X.to_numpy()
    else:
        X += rng.normal(size=(sizes.rows, 2)) @ rng.normal(size=(2, sizes.columns))
    indicators = rng.integers(0, sizes.columns // 2 + 1)
    X[:, :indicators] = X[:, :indicators] > rng.uniform(0, 2, indicators)
    gappy = rng.random(sizes.rows) < sizes.gappy
    some = rng.permutation(sizes.columns)[: sizes.holed]
    holes = rng.random((sizes.rows, len(some))) < min(1.0, rng.uniform(0, 3) / len(some))
    holes[np.arange(sizes.rows), rng.integers(0, len(some), sizes.rows)] = True
    holes &= gappy[:, None]
    shown = X[:, some]
    shown[holes] = np.nan
    X[:, some] = shown
    X[: 4 * sizes.classes] = np.nan_to_num(X[: 4 * sizes.classes])  # each class shows each column
    return X, codes


def measure(kind: str, sizes: BatchSizes, seed: int) -> tuple[BatchSizes, float]:
    """Processor seconds of one batch; the sizes come back with what the table has of gaps."""
    rng = np.random.default_rng(seed)
    X, codes = table(rng, sizes)
    holes = np.isnan(X)
    weights = np.zeros((sizes.fits, sizes.rows), dtype=np.uint8)
    tests = []
    for w in weights:
        order = rng.permutation(sizes.rows)
        w[order[: min(sizes.train, sizes.rows - sizes.test)]] = 1
        w[: 4 * sizes.classes] = 1
        tests.append(order[-sizes.test :])
    estimator = KINDS[kind]
    if sizes.gappy and kind not in WITH_GAPS:
        estimator = make_pipeline(SimpleImputer(), estimator)
    start = time.process_time()
    with threadpool_limits(1):
        refit_probabilities(estimator, X, codes, weights, tests, classes=np.arange(sizes.classes), random_state=0)
    seconds = time.process_time() - start
    if holes.any():
        rows, patterns = holes.any(axis=1), len(np.unique(holes, axis=0))
        sizes = replace(
            sizes,
            gappy=float(rows.mean()),
            patterns=min(patterns, sizes.train),
            holed=int(holes.any(axis=0).sum()),
            depth=float(holes.sum() / rows.sum()),
        )
    return sizes, seconds


def observations(
    kind: str, n_points: int, seed: int, *, gaps: bool, wide: bool = False
) -> list[tuple[BatchSizes, float]]:
    """Time batches of random sizes; those that must be longer than one that was too long are left out."""
    rng = np.random.default_rng(seed)
    found: list[tuple[BatchSizes, float]] = []
    too_long: list[BatchSizes] = []
    while len(found) < n_points:
        sizes = wide_sizes(rng) if wide else random_sizes(rng, MOST_COLUMNS.get(kind, 80), gaps=gaps)
        if wide and (not fits_in_span(sizes.train, sizes.columns) or sizes.fits * sizes.train**3 > MOST_WORK):
            continue
        if not wide and (gaps or sizes.columns > 80) and sizes.fits * sizes.rows * sizes.columns**2 > MOST_WORK:
            continue
        axes = ("fits", "rows", "columns", "classes")
        if any(all(getattr(sizes, a) >= 0.7 * getattr(long, a) for a in axes) for long in too_long):
            continue
        sizes, seconds = measure(kind, sizes, seed + len(found))
        if gaps and not sizes.gappy:
            continue
        found.append((sizes, seconds))
        if seconds > LONGEST:
            too_long.append(sizes)
    return found


def outputs(kind: str, sizes: BatchSizes) -> BatchSizes:
    """Sizes with the outputs that the classifier learns in the place of the classes."""
    two = kind.startswith(costs.ONE_OUTPUT) and sizes.classes == 2
    return replace(sizes, classes=costs.BINARY_OUTPUTS) if two else sizes


def coefficients(kind: str, found: list[tuple[BatchSizes, float]]) -> dict[str, float]:
    """Non-negative least squares on the logarithms of predicted over measured, in which long batches count for more.

    Each step takes the logarithms as linear in the coefficients, with the slope of the chord from 1 to the last ratio.
    """
    powers = np.array([[term(outputs(kind, s)) for term in COST_TERMS.values()] for s, _ in found], dtype=float)
    if kind.startswith(LINEAR):  # least squares gave them powers that are seconds, or hours, at thousands of columns
        powers[:, [bool(re.search(r"columns.*\^|columns.*holed|cells columns", name)) for name in COST_TERMS]] = 0.0
    if not any(s.gappy for s, _ in found):  # one pattern there, and many where a table with gaps is priced
        powers[:, ["patterns" in name for name in COST_TERMS]] = 0.0
    wide = fits_in_span(found[0][0].train, found[0][0].columns)
    own = BY_COLUMN if kind == "naive Bayes" else IN_SPAN
    barred = [name not in own if wide else name in IN_SPAN and name not in NARROW_TOO for name in COST_TERMS]
    powers[:, barred] = 0.0
    seconds = np.array([max(t, 1e-4) for _, t in found])
    scale = powers.max(axis=0)
    scale[scale == 0] = 1.0
    relative, count = powers / scale / seconds[:, None], (seconds / seconds.max()) ** 0.25
    chord = np.ones(len(seconds))
    for _ in range(STEPS):
        solved, _ = nnls(relative * (chord * count)[:, None], chord * count)
        ratio = relative @ solved
        far = np.abs(ratio - 1) > 1e-9
        chord = np.where(
            far, np.log(ratio, where=ratio > 0, out=np.full(len(ratio), -5.0)) / np.where(far, ratio - 1, 1), 1
        )
    return {name: float(f"{c:.3g}") for name, c in zip(COST_TERMS, solved / scale, strict=True) if c > 0}


def ratios(kind: str, known: dict[str, float], found: list[tuple[BatchSizes, float]]) -> np.ndarray:
    """Predicted over measured."""
    predicted = [sum(c * COST_TERMS[t](outputs(kind, s)) for t, c in known.items()) for s, _ in found]
    return np.array(predicted) / np.array([max(t, 1e-4) for _, t in found])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--complete", action="store_true", help="tables without gaps only")
    parser.add_argument("--gaps", action="store_true", help="tables with gaps only")
    parser.add_argument("--wide", action="store_true", help="tables of fewer rows than columns")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    table = dict(costs.COST_COEFFICIENTS)
    chosen = [kind.strip() for kind in options.kinds.split(";") if kind.strip()] or list(KINDS)
    for kind in chosen:
        if options.wide and kind not in WIDE:
            continue
        both = (False, True) if kind in WITH_GAPS and not options.wide else (False,)
        for gaps in (False,) if options.complete else both[1:] if options.gaps else both:
            name = f"{kind}, gaps" if gaps else f"{kind}, wide" if options.wide else kind
            found = observations(kind, options.points, 1000 if options.check else 0, gaps=gaps, wide=options.wide)
            if not options.check:
                table[name] = coefficients(kind, found)
            low, middle, high = np.quantile(ratios(kind, table[name], found), [0.05, 0.5, 0.95])
            print(f"{name:28s} predicted / measured: {low:.2f} {middle:.2f} {high:.2f}", flush=True)
            if not options.check:
                write(table)


def write(table: dict[str, dict[str, float]]) -> None:
    """Write the coefficients as a module."""
    lines = ['"""Processor seconds per power of the sizes; written by benchmarks/costs.py."""\n']
    lines.append("COST_COEFFICIENTS: dict[str, dict[str, float]] = {")
    for kind, known in table.items():
        lines.append(f'    "{kind}": {{')
        lines += [f'        "{term}": {value!r},' for term, value in known.items()]
        lines.append("    },")
    lines.append("}")
    Path(costs.__file__).with_name("cost_table.py").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
