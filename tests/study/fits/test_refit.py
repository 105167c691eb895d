import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier, QuadraticFeatures
from genvsdisc.baseline import PriorClassifier
from genvsdisc.datasets import make_gaussian_pair
from genvsdisc.discriminative.classifier import DiscriminativeClassifier
from genvsdisc.study.fits.refit import refit_probabilities
from genvsdisc.study.fits.splits import cross_validation_draws


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    return X, np.array(["a", "b", "c"])[np.argsort(np.argsort(X[:, 0] + 0.3 * rng.normal(size=60))) // 20]


def folds(y):
    return cross_validation_draws(np.unique(y, return_inverse=True)[1], 4, 1, random_state=0)


def test_one_draw_is_one_fit_on_its_rows(table):
    X, y = table
    weights, tests = folds(y)
    found = refit_probabilities(LogisticRegression(), X, y, weights, tests, classes=np.unique(y))
    for p, w, rows in zip(found, weights, tests, strict=True):
        assert_allclose(p, LogisticRegression().fit(X[w > 0], y[w > 0]).predict_proba(X[rows]))


def test_weights_are_repeated_rows(table):
    X, y = table
    weights = np.random.default_rng(1).integers(1, 4, size=(3, len(y)))
    found = refit_probabilities(LogisticRegression(), X, y, weights, X[:7], classes=np.unique(y))
    for p, w in zip(found, weights, strict=True):
        again = LogisticRegression().fit(np.repeat(X, w, axis=0), np.repeat(y, w))
        assert_allclose(p, again.predict_proba(X[:7]))


@pytest.mark.parametrize("before", [[], [Normalizer()], [StandardScaler()]], ids=["bare", "stateless", "stateful"])
def test_replicates_say_what_single_fits_say(table, before):
    X, y = table
    weights, tests = folds(y)
    ours = make_pipeline(*before, PriorClassifier()) if before else PriorClassifier()
    for p, w in zip(refit_probabilities(ours, X, y, weights, tests, classes=np.unique(y)), weights, strict=True):
        shares = np.array([(y[w > 0] == c).mean() for c in np.unique(y)])
        assert_allclose(p, np.broadcast_to(shares, p.shape))


@pytest.mark.parametrize(
    "nest",
    [
        lambda last: make_pipeline(make_pipeline(QuadraticFeatures(), last)),
        lambda last: make_pipeline("passthrough", make_pipeline(make_pipeline(QuadraticFeatures()), last)),
    ],
)
def test_pipelines_in_pipelines_are_fitted_at_once(table, nest, monkeypatch):
    """As the comparison makes of a user's model that is a pipeline."""
    X, y = table
    weights, tests = folds(y)
    single = make_pipeline(QuadraticFeatures(), LogisticClassifier())
    flat = refit_probabilities(single, X, y, weights, tests, classes=np.unique(y))

    def alone(*_: object) -> None:
        raise AssertionError("a draw was fitted alone")

    monkeypatch.setattr(DiscriminativeClassifier, "fit", alone)
    nested = refit_probabilities(nest(LogisticClassifier()), X, y, weights, tests, classes=np.unique(y))
    for one, other in zip(nested, flat, strict=True):
        assert_array_equal(one, other)


class Said(ClassifierMixin, BaseEstimator):
    """Predicts what it is told, a number of the list for each row."""

    def __init__(self, p=None):
        self.p = p

    def fit(self, X, y):
        self.classes_ = np.unique(y[: len(X)])
        return self

    def predict_proba(self, X):
        return np.array(self.p)[: len(X)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([[0.5 - 1e-15, 0.5 + 1e-15], [0.4, 0.6]], [[0.5, 0.5], [0.4, 0.6]]),
        (
            [[0.2, 0.4 - 1e-14, 0.4 + 1e-14], [0.3, 0.3 + 1e-9, 0.4 - 1e-9]],
            [[0.2, 0.4, 0.4], [0.3, 0.3 + 1e-9, 0.4 - 1e-9]],
        ),
        ([[1 / 3, 1 / 3 + 1e-16, 1 / 3 - 1e-16]] * 2, [[1 / 3 + 1e-16] * 3] * 2),
    ],
)
def test_classes_as_likely_up_to_rounding_are_a_tie(said, expected):
    classes = np.arange(len(said[0]))
    X, y = np.zeros((len(classes), 1)), classes
    (found,) = refit_probabilities(Said(said), X, y, np.ones((1, len(y)), int), [np.array([0, 1])], classes=classes)
    assert_allclose(found, expected, rtol=1e-13)
    assert_array_equal(found.argmax(axis=1), np.array(expected).argmax(axis=1))


def test_a_class_that_a_draw_lacks_gets_probability_zero(table):
    X, y = table
    weights = (y != "b").astype(int)[None, :]
    (found,) = refit_probabilities(LogisticRegression(), X, y, weights, X, classes=np.unique(y))
    assert_array_equal(found[:, 1], 0)
    assert_allclose(found.sum(axis=1), 1)


def test_nothing_of_the_held_out_rows_reaches_a_training_fold(table):
    X, y = table
    weights, tests = folds(y)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    for r, rows in enumerate(tests):
        planted = X.copy()
        planted[rows] = 1e9  # a leak would move the scaler, and with it every prediction
        stays = [np.flatnonzero(w)[:1] for w in weights]
        before = refit_probabilities(model, X, y, weights[r : r + 1], [stays[r]], classes=np.unique(y))
        after = refit_probabilities(model, planted, y, weights[r : r + 1], [stays[r]], classes=np.unique(y))
        assert_array_equal(before[0], after[0])


def test_the_seed_decides_and_the_number_of_processes_does_not(table):
    X, y = table
    weights, tests = folds(y)
    forest = RandomForestClassifier(5)
    one, two, other = (
        refit_probabilities(forest, X, y, weights, tests, classes=np.unique(y), random_state=seed, n_jobs=jobs)
        for seed, jobs in ((0, None), (0, 2), (1, None))
    )
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


def test_a_frame_keeps_its_columns(table):
    X, y = table
    frame = pd.DataFrame(X, columns=["p", "q", "r"])
    weights, tests = folds(y)
    whole = refit_probabilities(LogisticRegression(), frame, y, weights, tests, classes=np.unique(y))
    plain = refit_probabilities(LogisticRegression(), X, y, weights, tests, classes=np.unique(y))
    assert_allclose(np.concatenate(whole), np.concatenate(plain))


@pytest.mark.parametrize("n", [40, 2000], ids=["all in one call", "a call for each"])
@pytest.mark.parametrize("model", [GaussianClassifier("separate"), NaiveBayesClassifier(), LogisticClassifier()])
def test_each_replicate_judges_its_own_rows(model, n):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, 3)) + y[:, None]
    replicates = model.fit_replicates(X, y, rng.integers(1, 4, size=(3, n)))
    rows = [np.array([0, 5]), np.array([7, 3, 3]), np.arange(11)]
    for one, own, p in zip(replicates, rows, replicates.predict_proba_of(X, rows), strict=True):
        assert_allclose(p, one.predict_proba(X[own]), rtol=1e-10)


@pytest.mark.parametrize("model", [GaussianClassifier(), LogisticRegression()], ids=["ours", "of others"])
def test_many_rows_are_judged_in_parts(model, monkeypatch):
    data = make_gaussian_pair(300, n_features=3, random_state=0)
    weights = (np.arange(300) < 100)[None].astype(int)
    pipeline = make_pipeline(QuadraticFeatures(), model)
    arguments = (pipeline, data.X, data.y, weights, [np.arange(100, 300)])
    (whole,) = refit_probabilities(*arguments, classes=np.array([0, 1]), random_state=0)
    for name in ("PART_ROWS", "JUDGED_AT_ONCE"):
        monkeypatch.setattr(f"genvsdisc.study.fits.refit.{name}", 64)
    (parts,) = refit_probabilities(*arguments, classes=np.array([0, 1]), random_state=0)
    assert_allclose(parts, whole, rtol=1e-9)


class Flipped(GaussianClassifier):
    """A subclass of a user that fits otherwise, and inherits the fits to many weightings."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, 1 - np.asarray(y), sample_weight)


def test_w15_a_fit_that_a_subclass_overrides_is_the_one_that_is_compared(table):
    """It was passed over, and the numbers were those of the class above."""
    X, y = table[0], (table[1] == "a").astype(int)
    weights, tests = folds(y)
    given = refit_probabilities(Flipped(), X, y, weights, tests, classes=np.unique(y))
    plain = refit_probabilities(GaussianClassifier(), X, y, weights, tests, classes=np.unique(y))
    for mine, theirs in zip(given, plain, strict=True):
        assert_allclose(mine, theirs[:, ::-1], rtol=1e-9)


class Centers(ClassifierMixin, BaseEstimator):
    """Fits to many weightings, and none by itself: a nearest mean."""

    def fit_replicates(self, X, y, weights):
        return GaussianClassifier(structure="spherical").fit_replicates(X, y, weights)


@pytest.mark.parametrize("model", [GaussianClassifier("separate", shrinkage=0.1), GaussianClassifier(shrinkage=0.1)])
def test_covariances_of_many_draws_are_held_a_few_at_a_time(table, model, monkeypatch):
    X, y = table
    X = np.hstack([X, X**2])
    weights, tests = folds(y)
    given = (model, X, y, weights, tests)
    whole = refit_probabilities(*given, classes=np.unique(y))
    monkeypatch.setattr("genvsdisc.study.fits.refit.CHUNK_CELLS", 2 * 3 * 6**2)
    fitted = []
    fit = GaussianClassifier.fit_replicates
    monkeypatch.setattr(GaussianClassifier, "fit_replicates", lambda *a: fitted.append(len(a[3])) or fit(*a))
    for p, expected in zip(refit_probabilities(*given, classes=np.unique(y)), whole, strict=True):
        assert_allclose(p, expected, rtol=1e-12)
    assert fitted == [2, 2]


def test_fits_to_many_weightings_need_no_single_fit_beside(table):
    X, y = table[0], (table[1] == "a").astype(int)
    weights, tests = folds(y)
    given = refit_probabilities(Centers(), X, y, weights, tests, classes=np.unique(y))
    plain = refit_probabilities(GaussianClassifier(structure="spherical"), X, y, weights, tests, classes=np.unique(y))
    for mine, theirs in zip(given, plain, strict=True):
        assert_allclose(mine, theirs, rtol=1e-12)
