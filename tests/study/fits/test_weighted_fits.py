"""Fits to weighted rows: copies where weights are whole, arguments where they are not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import genvsdisc as gd
from genvsdisc.functional.columns.counts import prefers_poisson
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.weighted_fits import MOST_COPIES, copies, fit_rows, stand_for_copies, weight_notes

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 2)), np.arange(40) % 2
WHOLE, HALVES = RNG.integers(1, 4, 40).astype(float), RNG.integers(1, 4, 40) / 2


@pytest.mark.parametrize(
    "estimator",
    [
        gd.GaussianClassifier("separate", pooling=0.1),
        gd.GaussianClassifier(shrinkage="auto"),
        gd.NaiveBayesClassifier(),
        gd.LogisticClassifier(optimizer="newton"),
        gd.MLPClassifier((3,), max_iter=5, batch_size=8, tol=0.0),
        make_pipeline(StandardScaler(), KNeighborsClassifier(3)),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_replicates_of_weighted_rows_are_those_of_rows_repeated(estimator):
    draws = np.stack([np.arange(40) % 3 != k for k in range(3)]).astype(np.uint8)
    tests = [np.flatnonzero(row == 0) for row in draws]
    rows = copies(WHOLE)
    first = np.searchsorted(rows, np.arange(40))
    found = refit_probabilities(
        estimator, X, Y, draws, tests, classes=np.arange(2), random_state=0, sample_weight=WHOLE
    )
    told = refit_probabilities(
        estimator, X[rows], Y[rows], draws[:, rows], [first[test] for test in tests], classes=np.arange(2),
        random_state=0,
    )  # fmt: skip
    for one, other in zip(found, told, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_weights_reach_every_step_that_takes_them():
    pipeline = make_pipeline(StandardScaler(), GaussianNB())
    fitted = fit_rows(pipeline, X, Y, HALVES)
    np.testing.assert_allclose(fitted[0].mean_, np.average(X, axis=0, weights=HALVES))
    np.testing.assert_allclose(fitted[1].class_count_, np.bincount(Y, HALVES))
    search = fit_rows(GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}, cv=2), X, Y, HALVES)
    np.testing.assert_allclose(search.best_estimator_[0].mean_, np.average(X, axis=0, weights=HALVES))


def test_a_classifier_without_weights_is_refused_unless_they_are_whole():
    assert fit_rows(KNeighborsClassifier(), X, Y, WHOLE).n_samples_fit_ == WHOLE.sum()
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no sample_weight"):
        fit_rows(make_pipeline(StandardScaler(), KNeighborsClassifier()), X, Y, HALVES)


def test_steps_without_weights_are_named():
    roster = [
        gd.Model("a", make_pipeline(MinMaxScaler(), GaussianNB())),
        gd.Model("b", make_pipeline(StandardScaler(), GaussianNB())),
        gd.Model("c", GridSearchCV(make_pipeline(MinMaxScaler(), GaussianNB()), {})),
    ]
    assert weight_notes(roster) == [
        "MinMaxScaler takes no sample_weight: in front of a, c it learns from the rows as if all counted alike."
    ]


def test_rows_are_not_repeated_without_end():
    assert stand_for_copies(np.array([1.0, 5.0]))
    assert not stand_for_copies(np.array([1.0, 5.5]))
    assert not stand_for_copies(np.array([1.0, MOST_COPIES]))


@pytest.mark.parametrize("kind", [gd.NaiveBayesClassifier, gd.WeightedNaiveBayesClassifier])
@pytest.mark.parametrize("distributions", ["auto", ["gaussian or poisson", "gaussian"], {"gaussian": [1]}])
def test_what_tells_counts_from_measurements_by_rows_is_given_the_rows(kind, distributions):
    """Of 60 rows the first column is of counts; of the rows that their weights stand for it is not."""
    rng = np.random.default_rng(6)
    counts = rng.poisson(6, 60)
    weights = rng.integers(1, 4, 60)
    X, y, rows = pd.DataFrame({"n": counts, "x": rng.normal(size=60)}), np.arange(60) % 2, copies(weights)
    assert prefers_poisson(counts.astype(float), y) != prefers_poisson(counts[rows].astype(float), y[rows])
    drawn, judges = np.ones((2, 60), int), [np.arange(60)] * 2
    facts = {"classes": np.arange(2), "random_state": 0}
    weighted = refit_probabilities(
        kind(distributions=distributions), X, y, drawn, judges, sample_weight=weights.astype(float), **facts
    )
    repeated = refit_probabilities(kind(distributions=distributions), X.iloc[rows], y[rows], drawn[:, rows], X, **facts)
    np.testing.assert_allclose(np.stack(weighted), repeated, rtol=0, atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 6])
def test_newton_by_conjugate_gradients_is_given_the_rows_and_is_as_exact_as_the_rest(n_classes):
    """It stops by a tolerance: probabilities of weighted and of repeated rows were 3e-7 apart (glass, quadratic)."""
    rng = np.random.default_rng(0)
    X, y, sizes = rng.normal(size=(90, 9)), np.arange(90) % n_classes, rng.integers(1, 4, 90)
    X[:, 0] += 0.5 * y
    model = make_pipeline(gd.QuadraticFeatures(), gd.LogisticClassifier(optimizer="newton"))
    rows, draws, classes = copies(sizes), (rng.random((3, 90)) < 0.7).astype(int), np.arange(n_classes)
    weighted = refit_probabilities(
        model, X, y, draws, X, classes=classes, random_state=0, sample_weight=sizes.astype(float)
    )
    repeated = refit_probabilities(model, X[rows], y[rows], draws[:, rows], X, classes=classes, random_state=0)
    np.testing.assert_allclose(weighted, repeated, rtol=0, atol=1e-11)
