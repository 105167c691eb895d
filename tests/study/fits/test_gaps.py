"""Entries missing at prediction: exact marginals reach the Bayes error of what is observed, and what stands in."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.linear_model import LogisticRegression

from genvsdisc import GaussianClassifier, LogisticClassifier
from genvsdisc.study.fits.gaps import GAP_SHARES, gap_losses, gap_rows
from genvsdisc.study.statistics.dials import CONDITIONAL, GAPS, ITERATIVE

MEANS = np.array([[0.0, 0, 0, 0], [1.2, -0.8, 0.6, 0.9]])
COVARIANCE = 0.5 * np.eye(4) + 0.5
BLOCKS = [range(j, j + 1) for j in range(4)]


def drawn(n, seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, n)
    return MEANS[codes] + rng.multivariate_normal(np.zeros(4), COVARIANCE, n), codes


def losses_of(model, X, codes, weights, tests, *, exact, impute=True):
    gaps = gap_rows(X, codes, list("abcd"), BLOCKS, weights, tests, size=0, impute=impute)
    dials = gap_losses(
        model, X, codes, codes, weights, gaps, classes=np.arange(2), losses=("zero_one",), exact=exact,
        takes_gaps=exact, random_state=0,
    )  # fmt: skip
    return gaps, {name: dial.curves["zero_one"] for name, dial in dials.items()}


@pytest.mark.slow
def test_exact_marginals_reach_the_bayes_error_of_the_observed_columns():
    # 50,000 rows: a fitted model is then within about .00003 of the Bayes error, p (4 + D^2) phi(D / 2) / (4 D n).
    X, codes = drawn(60_000, 0)
    weights = np.zeros((20, 60_000), dtype=np.uint8)
    weights[:, :50_000] = 1
    tests = [np.arange(50_000 + 500 * d, 50_500 + 500 * d) for d in range(20)]
    gaps, curves = losses_of(GaussianClassifier(), X, codes, weights, tests, exact=True, impute=False)
    for s in range(1, len(GAP_SHARES)):
        expected, observed = [], []
        for rows, masks in zip(gaps.judges, gaps.masks, strict=True):
            for hole in np.unique(masks[s - 1], axis=0):
                alike = rows[(masks[s - 1] == hole).all(axis=1)]
                seen = np.flatnonzero(~hole)
                p = np.full(len(alike), 0.5)
                if len(seen):
                    part = COVARIANCE[np.ix_(seen, seen)]
                    law = [multivariate_normal(mean[seen], part).logpdf(X[alike][:, seen]) for mean in MEANS]
                    p = 1 / (1 + np.exp(np.atleast_1d(law[1] - law[0])))
                expected += np.minimum(p, 1 - p).tolist()
                observed += (codes[alike] != (p < 0.5)).tolist()
        # The Bayes error of these rows, and of their labels: the same columns, the same rows.
        error = np.sqrt(np.var(np.subtract(observed, expected)) / len(expected))
        assert abs(curves[GAPS].mean[s] - np.mean(expected)) < 3 * error


def test_at_zero_the_rows_are_judged_as_they_are_and_without_a_column_by_the_others():
    X, codes = drawn(300, 1)
    weights = np.zeros((3, 300), dtype=np.uint8)
    weights[:, :200] = 1
    tests = [np.arange(200, 300)] * 3
    model = GaussianClassifier()
    _, curves = losses_of(model, X, codes, weights, tests, exact=True)
    fitted = model.fit(X[:200], codes[:200])
    assert curves[GAPS].by_draw[0] == pytest.approx([1 - fitted.score(X[200:], codes[200:])] * 3)
    holed = X[200:].copy()
    holed[:, 1] = np.nan
    assert curves["without b"].by_draw[1] == pytest.approx([1 - fitted.score(holed, codes[200:])] * 3)


@pytest.mark.parametrize("model", [LogisticClassifier(optimizer="newton"), LogisticRegression()])
def test_what_stands_in_is_learned_on_the_training_rows(model):
    X, codes = drawn(400, 2)
    X[300:] += 50  # far from the training rows, whose means stand in
    weights = np.zeros((2, 400), dtype=np.uint8)
    weights[:, :300] = 1
    tests = [np.arange(300, 400)] * 2
    gaps, curves = losses_of(model, X, codes, weights, tests, exact=False)
    fitted = model.fit(X[:300], codes[:300])
    for way in (GAPS, ITERATIVE, CONDITIONAL):
        assert curves[way].by_draw[0] == pytest.approx([1 - fitted.score(X[300:], codes[300:])] * 2)
    filled = np.where(gaps.masks[0][2], X[:300].mean(axis=0), X[300:])
    assert curves[GAPS].by_draw[3, 0] == pytest.approx(1 - fitted.score(filled, codes[300:]))
    assert curves[ITERATIVE].by_draw[3, 0] == pytest.approx(1 - fitted.score(gaps.imputed[0][2], codes[300:]))


def test_more_gaps_hold_the_fewer_and_all_models_see_the_same():
    X, codes = drawn(100, 4)
    weights = np.ones((2, 100), dtype=np.uint8)
    rows = [np.arange(30), np.arange(30, 60)]
    gaps = gap_rows(X, codes, list("abcd"), BLOCKS, weights, rows, impute=False)
    again = gap_rows(X, codes, list("abcd"), BLOCKS, weights, rows, impute=False)
    for masks, same in zip(gaps.masks, again.masks, strict=True):
        assert (masks == same).all()
        assert (masks[1:] | ~masks[:-1]).all()
