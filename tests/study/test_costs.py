"""What a fit costs: powers of its sizes, with the coefficients of a literal table."""

import time
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

import genvsdisc as gd
from genvsdisc.study.cost_table import COST_COEFFICIENTS
from genvsdisc.study.costs import COST_TERMS, BatchSizes, batch_seconds, cost_kind, last_step, search_fits
from genvsdisc.study.fits.candidates import gaps_of
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.tuning import tuned


@pytest.mark.parametrize("model", gd.default_models(), ids=lambda m: m.name)
@pytest.mark.parametrize("size", ["fits", "rows", "columns", "classes"])
def test_a_cost_grows_with_every_size_and_is_never_negative(model, size):
    kind = cost_kind(model.estimator)
    small = BatchSizes(5, 500, 300, 100, 6, 3)
    larger = BatchSizes(
        **{**vars(small), size: 4 * getattr(small, size), **({"train": 1200} if size == "rows" else {})}
    )
    assert 0 < batch_seconds(kind, small, model.estimator) <= batch_seconds(kind, larger, model.estimator)


def test_costs_are_sums_of_the_terms_of_a_literal_table():
    sizes = BatchSizes(7, 900, 500, 90, 5, 4)
    known = COST_COEFFICIENTS["prior"]
    by_hand = 1.25 * sum(c * COST_TERMS[term](sizes) for term, c in known.items())
    assert batch_seconds("prior", sizes) == pytest.approx(by_hand)


def test_a_search_costs_its_candidates_times_its_folds_and_one_more():
    linear = [model for model in gd.default_models() if model.form == "linear"]
    assert search_fits(tuned(linear[0]).estimator) == 5 * 5 + 1
    assert search_fits(linear[0].estimator) == 1
    assert cost_kind(tuned(linear[0]).estimator) == cost_kind(linear[0].estimator) == "Gaussian, shared"
    assert cost_kind(LogisticRegression()) == ""


GRID = [
    (kind, rows, columns, classes, gappy)
    for kind in ("Gaussian, shared", "Gaussian, separate", "Gaussian, automatic")
    for rows, columns, classes in ((150, 8, 3), (600, 12, 2), (400, 40, 4), (2000, 20, 3))
    for gappy in (0.1, 0.6)
]


def gappy_batch(rows, columns, classes, gappy, seed):
    """Two ten-folds of a table whose classes differ in covariance, with gaps in a third of the columns."""
    half = gd.datasets.make_gaussian_pair(rows, columns, distance=2.0, shared=False, random_state=seed)
    rng = np.random.default_rng(seed)
    X, codes = np.asarray(half.X).copy(), np.arange(rows) % classes
    holed = rng.permutation(columns)[: max(2, columns // 3)]
    holes = (rng.random((rows, len(holed))) < 1.5 / len(holed)) & (rng.random(rows) < gappy)[:, None]
    X[:, holed] = np.where(holes, np.nan, X[:, holed])
    tests = [rng.permutation(rows)[: rows // 10] for _ in range(20)]
    weights = np.ones((20, rows), dtype=np.uint8)
    for weight, test in zip(weights, tests, strict=True):
        weight[test] = 0
    sizes = BatchSizes(20, rows, rows - rows // 10, rows // 10, columns, classes)
    return X, codes, weights, tests, replace(sizes, **gaps_of(X)._asdict())


def price_over_time(kind, X, codes, weights, tests, sizes):
    """Predicted over measured processor seconds of one batch."""
    model = next(m for m in gd.default_models() if cost_kind(m.estimator) == kind)
    start = time.process_time()
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refit_probabilities(last_step(model.estimator), X, codes, weights, tests, classes=np.unique(codes))
    seconds = time.process_time() - start
    return batch_seconds(kind, sizes) / seconds, seconds


@pytest.mark.slow
def test_prices_of_fits_with_gaps_are_right_within_two():
    """Complete tables tell how fast the machine is; a batch of one table has luck with the steps that EM takes."""
    X, codes, weights, tests, sizes = gappy_batch(2000, 20, 3, 0.5, seed=0)
    complete = replace(sizes, gappy=0.0)
    kinds = dict.fromkeys(kind for kind, *_ in GRID)
    whole = np.nan_to_num(X)
    machine = np.median([price_over_time(kind, whole, codes, weights, tests, complete)[0] for kind in kinds])
    found = [price_over_time(kind, *gappy_batch(*rest, seed=sum(rest[:2]))) for kind, *rest in GRID]
    ratio, seconds = np.array(found).T
    ratio /= machine
    assert 0.5 < np.median(ratio) < 2
    assert 0.5 < (ratio * seconds).sum() / seconds.sum() < 2
    assert np.mean((ratio > 0.5) & (ratio < 2)) >= 0.7
    assert ((ratio > 0.2) & (ratio < 5)).all()
