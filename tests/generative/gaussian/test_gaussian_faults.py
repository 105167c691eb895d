"""Faults found by trying the Gaussian classifier, with the right values and their neighbors."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from sklearn.covariance import ledoit_wolf, oas
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier
from genvsdisc.generative.gaussian.leave_one_out import POOLINGS, best_candidate, leave_one_out_losses


def draw(n=60, d=3, n_classes=2, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % n_classes
    return rng.normal(size=(n, d)) @ np.diag(np.arange(1, d + 1)) + rng.normal(size=(n_classes, d))[y], y


# W9, C10, C12: learning in parts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "other", "message"),
    [
        ({}, {"structure": "diagonal"}, "structure='full' and structure='diagonal'"),
        ({"shrinkage": "ledoit_wolf"}, {}, "shrinkage='ledoit_wolf' and shrinkage=0.0"),
        ({"pooling": 0.1}, {"pooling": 0.2}, "pooling=0.1 and pooling=0.2"),
        ({}, {"covariance": "separate"}, "covariance='shared' and covariance='separate'"),
    ],
)
def test_w09_unlike_fits_are_not_merged(mine, other, message):
    X, y = draw(d=2)
    model = GaussianClassifier(**mine).fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match=message):
        model.merge(GaussianClassifier(**other).fit(X, y))
    assert_array_equal(model.predict_proba(X), before)


def test_w09_c12_merge_refuses_other_types_and_features():
    X, y = draw()
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model = GaussianClassifier().fit(frame, y)
    with pytest.raises(ValueError, match="merge needs another GaussianClassifier, got NaiveBayesClassifier"):
        model.merge(NaiveBayesClassifier().fit(X, y))
    with pytest.raises(ValueError, match="merge needs another NaiveBayesClassifier, got GaussianClassifier"):
        NaiveBayesClassifier().fit(X, y).merge(model)
    with pytest.raises(ValueError, match="same number of features, got 3 and 2"):
        model.merge(GaussianClassifier().fit(X[:, :2], y))
    with pytest.raises(ValueError, match="same features in the same order"):
        model.merge(GaussianClassifier().fit(frame[["b", "a", "c"]], y))


@pytest.mark.parametrize("classifier", [GaussianClassifier, NaiveBayesClassifier])
@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda _, X, y: LogisticClassifier(optimizer="lbfgs").fit(X, y), "got LogisticClassifier"),
        (lambda _, X, y: GaussianNB().fit(X, y), "got GaussianNB"),
        (lambda *_: None, "got NoneType"),
        (lambda kind, *_: kind, "got ABCMeta"),
        (lambda kind, X, y: type("Mine", (kind,), {})().fit(X, y), "got Mine"),
        (lambda kind, X, y: make_pipeline(kind()).fit(X, y), "got Pipeline"),
        (lambda kind, X, y: kind().fit(X, y + 1), r"same classes, got \[0, 1\] and \[1, 2\]"),
        (lambda kind, X, y: kind().fit(X, y.astype(str)), r"same classes, got \[0, 1\] and \['0', '1'\]"),
        (lambda kind, X, y: kind().fit(X, np.arange(len(y)) % 3), r"same classes, got \[0, 1\] and \[0, 1, 2\]"),
        (lambda kind, X, y: kind().fit(np.hstack([X, X**2]), y), "same number of features, got 3 and 6"),
        (lambda kind, *_: kind(), "is not fitted yet"),
    ],
    ids=[
        "logistic",
        "other package",
        "none",
        "class",
        "subclass",
        "pipeline",
        "labels",
        "words",
        "more",
        "wider",
        "new",
    ],
)
def test_c12_what_cannot_be_merged_is_said_and_changes_nothing(classifier, other, message):
    X, y = draw()
    model = classifier().fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match=message):
        model.merge(other(classifier, X + np.random.default_rng(1).normal(size=X.shape), y))
    assert_array_equal(model.predict_proba(X), before)


@pytest.mark.parametrize("classifier", [GaussianClassifier, NaiveBayesClassifier])
@pytest.mark.parametrize(("mine", "theirs"), [(float, np.float32), (np.float32, float)])
def test_c12_merge_of_single_and_double_precision_is_one_fit(classifier, mine, theirs):
    X, y = draw()
    model = classifier().fit(X[:30].astype(mine), y[:30])
    found = model.merge(classifier().fit(X[30:].astype(theirs), y[30:].astype(float)))
    assert_allclose(found.predict_proba(X), classifier().fit(X, y).predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("classifier", [GaussianClassifier, NaiveBayesClassifier])
def test_c10_a_first_call_that_failed_leaves_no_trace(classifier):
    X, y = draw()
    bad_rows = X.copy()
    bad_rows[0, 0] = np.inf
    model = classifier()
    for rows, labels, weight in ((X, y + 5, None), (bad_rows, y, None), (X, y, -np.ones(60))):
        with pytest.raises(ValueError):  # noqa: PT011  (three different rules)
            model.partial_fit(rows, labels, classes=[0, 1], sample_weight=weight)
        assert not hasattr(model, "classes_")
    model.partial_fit(X[:30], y[:30], classes=[0, 1])
    with pytest.raises(ValueError, match="labels outside"):
        model.partial_fit(X, y + 5)
    model.partial_fit(X[30:], y[30:])
    assert_allclose(model.predict_proba(X), classifier().fit(X, y).predict_proba(X), rtol=1e-10)


@pytest.mark.parametrize(
    "model",
    [
        GaussianClassifier(),
        GaussianClassifier("separate", pooling=0.1, shrinkage=0.1, standardize=True),
        GaussianClassifier("separate", shrinkage="ledoit_wolf"),
        GaussianClassifier("separate", structure="diagonal"),
        NaiveBayesClassifier(),
    ],
    ids=repr,
)
def test_batches_and_partitions_are_the_fit_in_memory(model):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 20_000)
    X = 1e3 + rng.normal(size=(20_000, 6)) @ rng.normal(size=(6, 6)) + y[:, None]
    whole = type(model)(**model.get_params()).fit(X, y)
    parts = np.array_split(np.arange(20_000), 7)
    batches = type(model)(**model.get_params())
    for part in parts:
        batches.partial_fit(X[part], y[part], classes=np.arange(4))
    merged = type(model)(**model.get_params()).fit(X[parts[0]], y[parts[0]])
    for part in parts[1:]:
        merged.merge(type(model)(**model.get_params()).fit(X[part], y[part]))
    for other in (batches, merged):
        assert_allclose(other.means_, whole.means_, rtol=1e-10)
        assert_allclose(other.predict_proba(X), whole.predict_proba(X), rtol=1e-8, atol=1e-10)


# W10, F26: squares that leave the range of floating-point numbers ----------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "scales"),
    [(np.float64, (1e-140, 1e-82, 1.0, 1e78, 1e140)), (np.float32, (1e-30, 1e-12, 1.0, 1e10, 1e30))],
)
@pytest.mark.parametrize(("method", "theirs"), [("oas", oas), ("ledoit_wolf", ledoit_wolf)])
def test_w10_the_intensity_does_not_depend_on_the_unit(dtype, scales, method, theirs):
    X, y = draw(30)
    X = X - np.array([X[y == k].mean(axis=0) for k in range(2)])[y]
    expected = theirs(X, assume_centered=True)[1]
    for scale in scales:
        model = GaussianClassifier(shrinkage=method).fit((X * scale).astype(dtype), y)
        assert_allclose(model.shrinkage_, expected, rtol=1e-5 if dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("scale", [1e-30, 1e-22, 1e-15, 1e15, 1e20])
@pytest.mark.parametrize(
    "model",
    [
        GaussianClassifier(),
        GaussianClassifier("separate"),
        GaussianClassifier("separate", structure="diagonal"),
        GaussianClassifier("separate", structure="spherical"),
        GaussianClassifier("separate", shrinkage="auto"),
        NaiveBayesClassifier(),
        NaiveBayesClassifier(shared_variance=True),
    ],
    ids=repr,
)
def test_w10_single_precision_far_from_one(model, scale):
    X, y = draw()
    single = (X * scale).astype(np.float32)
    expected = type(model)(**model.get_params()).fit(single.astype(float), y).predict_proba(single.astype(float))
    assert_allclose(model.fit(single, y).predict_proba(single), expected, atol=1e-5)


@pytest.mark.parametrize("structure", ["full", "diagonal", "spherical"])
@pytest.mark.parametrize("size", [1e10, 1e100, 1e155, 1e200, 1e300])
def test_w10_f27_rows_however_far_have_the_class_of_the_least_distance(structure, size):
    X, y = draw()
    model = GaussianClassifier("separate", structure=structure).fit(X, y)
    rows = np.random.default_rng(1).normal(size=(20, 3)) * size
    rows[::5, 1] = np.nan
    moderate = rows * (1e10 / size)
    assert_allclose(model.predict_proba(rows), model.predict_proba(moderate), atol=1e-12)
    single = GaussianClassifier("separate", structure=structure).fit(X.astype(np.float32), y)
    assert_allclose(
        single.predict_proba((moderate * 1e10).astype(np.float32)), model.predict_proba(moderate), atol=1e-6
    )


@pytest.mark.parametrize("scale", [1e155, 1e200, 1e-160, 1e-200])
@pytest.mark.parametrize(
    "model",
    [
        GaussianClassifier(),
        GaussianClassifier("separate"),
        GaussianClassifier(shrinkage="auto"),
        GaussianClassifier("separate", structure="diagonal"),
        NaiveBayesClassifier(),
    ],
    ids=repr,
)
def test_f26_what_cannot_be_squared_is_refused_with_a_remedy(model, scale):
    X, y = draw()
    with pytest.raises(ValueError, match="rescale"):
        model.fit(X * scale, y)


# W11: linear coefficients -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e7, 1e8])
def test_w11_coefficients_keep_their_digits_far_from_the_origin(offset):
    X, y = load_iris(return_X_y=True)
    model = GaussianClassifier().fit(X + offset, y)
    expected = model.predict_proba(X + offset)
    assert_allclose(model.as_discriminative().predict_proba(X + offset), expected, atol=1e-6)
    assert_allclose(softmax((X + offset) @ model.coef_.T + model.intercept_, axis=1), expected, atol=1e-6)
    assert_allclose(model.coef_.sum(axis=0), 0, atol=1e-12 * (1 + offset))


@pytest.mark.parametrize("structure", ["full", "diagonal", "spherical"])
@pytest.mark.parametrize("offset", [0.0, 1e6, -1e8])
def test_w11_quadratic_coefficients_keep_their_digits_far_from_the_origin(structure, offset):
    """Squares from the origin made every posterior of iris + 1e8 wrong."""
    X, y = load_iris(return_X_y=True)
    model = GaussianClassifier("separate", structure=structure).fit(X + offset, y)
    assert_allclose(model.as_discriminative().predict_proba(X + offset), model.predict_proba(X + offset), atol=1e-6)


def test_w11_coefficients_of_a_replicate_are_those_of_the_fit():
    X, y = load_iris(return_X_y=True)
    weights = np.random.default_rng(0).multinomial(150, np.full(150, 1 / 150), size=5).astype(float)
    replicates = GaussianClassifier().fit_replicates(X + 1e3, y, weights)
    alone = GaussianClassifier().fit(X + 1e3, y, sample_weight=weights[3])
    assert_allclose(replicates[3].coef_, alone.coef_, rtol=1e-7)
    assert_allclose(replicates[3].intercept_, alone.intercept_, rtol=1e-7)


# Constant features, messages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize(
    "options",
    [
        {"shrinkage": 1e-3},
        {"shrinkage": 1e-3, "standardize": True},
        {"pooling": 1e-3, "shrinkage": 1e-3, "standardize": True},
        {"shrinkage": 1e-3, "structure": "diagonal"},
        {"shrinkage": "oas"},
        {"shrinkage": "ledoit_wolf"},
        {"shrinkage": "auto"},
    ],
)
@pytest.mark.parametrize("kind", ["constant in a class", "constant", "a class of one row", "a class without spread"])
def test_regularized_fits_take_constant_features(covariance, options, kind):
    X, y = draw(n_classes=3)
    if kind == "constant in a class":
        X[y == 1, 0] = 7.0
    elif kind == "constant":
        X[:, 0] = 7.0
    elif kind == "a class of one row":
        X, y = np.vstack([X, X.mean(axis=0)]), np.append(y, 3)
    else:
        X[y == 1] = 7.0
    model = GaussianClassifier(covariance, **options).fit(X, y)
    assert np.isfinite(model.predict_proba(X)).all()


def test_the_remedy_is_not_what_has_been_done():
    X, y = draw()
    X = np.column_stack([X, X[:, 0]])
    frame = pd.DataFrame(X, columns=["a", "b", "c", "copy"])
    with pytest.raises(ValueError, match=r"feature 'copy' is a linear combination.*set shrinkage > 0"):
        GaussianClassifier().fit(frame, y)
    with pytest.raises(ValueError, match=r"feature 'copy' is a linear combination.*raise shrinkage, now 1e-13"):
        GaussianClassifier(shrinkage=1e-13).fit(frame, y)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "options",
    [{}, {"shrinkage": 0.1}, {"shrinkage": "auto", "standardize": True}, {"shrinkage": 0.1, "standardize": True}],
)
@pytest.mark.parametrize("covariance", ["shared", "separate"])
def test_gaps_in_single_precision_are_those_in_double(covariance, options):
    """EM in single precision ended in "Singular matrix", stood still after 2,000 steps, or warned of log(0)."""
    for seed in range(4):
        X, y = draw(150, 7, 3, seed)
        X = (X @ np.linalg.qr(np.random.default_rng(seed).normal(size=(7, 7)))[0] + 5).astype(np.float32)
        X[np.random.default_rng(seed).random(X.shape) < 0.1] = np.nan
        model = GaussianClassifier(covariance, **options).fit(X, y)
        double = GaussianClassifier(covariance, **options).fit(X.astype(float), y)
        assert {values.dtype for values in (model.means_, model.covariances_)} == {np.dtype(np.float32)}
        assert_allclose(model.predict_proba(X), double.predict_proba(X.astype(float)), atol=2e-4)


def test_message_7_rows_without_weight_may_hold_gaps():
    X, y = draw()
    holes, weight = X.copy(), np.ones(60)
    holes[:5, 0], weight[:5] = np.nan, 0
    model = GaussianClassifier().fit(holes, y, sample_weight=weight).partial_fit(X[:5], y[:5])
    assert_allclose(model.covariances_, GaussianClassifier().fit(X, y).covariances_, rtol=1e-10)


@pytest.mark.parametrize("model", [GaussianClassifier(), NaiveBayesClassifier()], ids=repr)
def test_arguments_of_sample(model):
    X, y = draw()
    model.fit(X, np.array(["a", "b"])[y])
    for n in (0, -1, 2.5, True, "3"):
        with pytest.raises(ValueError, match="n_samples must be a whole number of at least 1"):
            model.sample(n)
    with pytest.raises(ValueError, match="y must be one of the classes"):
        model.sample(3, y="c")
    with pytest.raises(ValueError, match="y must be a single class"):
        model.sample(2, y=["a", "b"])
    drawn, labels = model.sample(np.int64(4), y="b", random_state=0)
    assert drawn.shape == (4, 3)
    assert_array_equal(labels, "b")


# The race for pooling and shrinkage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("tails", [3.0, 30.0])
def test_the_winner_of_the_race_is_the_best_of_all(shared, tails):
    rng = np.random.default_rng(0)
    n, d, K = 6000, 5, 4
    y = rng.integers(0, K, n)
    X = rng.standard_t(tails, size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=(K, d))[y]
    weights = rng.integers(0, 3, n).astype(float)
    model = GaussianClassifier("shared" if shared else "separate")
    moments = model.fit(X, y, sample_weight=weights)._moments
    poolings = (1.0,) if shared else POOLINGS
    options = {"shared": shared, "structure": "full", "priors": None, "poolings": poolings}
    losses = leave_one_out_losses(X, y, weights, moments, **options)
    pooling, shrinkage = best_candidate(X, y, weights, moments, **options)
    a, g = np.unravel_index(np.argmin(losses), losses.shape)
    fitted = GaussianClassifier("shared" if shared else "separate", shrinkage="auto").fit(X, y, sample_weight=weights)
    assert pooling == poolings[a]
    assert_allclose(np.ravel(fitted.shrinkage_)[0], shrinkage)
    assert_allclose(losses[a, g], losses.min())


def test_rare_rows_that_decide_call_the_race_off():
    """One row in 2,000 is so far out that a thin density pays dearly for it; the first share may hold none of them."""
    rng = np.random.default_rng(5)
    n = 8000
    y, X = rng.integers(0, 2, n), rng.normal(size=(n, 3)) * [1, 1, 1e-3]
    X[::2000] += [0, 0, 5.0]
    weights = np.ones(n)
    moments = GaussianClassifier("separate").fit(X, y)._moments
    options = {"shared": False, "structure": "full", "priors": None, "poolings": POOLINGS}
    losses = leave_one_out_losses(X, y, weights, moments, **options)
    pooling, _ = best_candidate(X, y, weights, moments, **options)
    assert pooling == POOLINGS[np.unravel_index(np.argmin(losses), losses.shape)[0]]


def tiny_tables(n_tables):
    """Three to nine rows, some of them several times, of two or three classes and one to six columns."""
    for seed in range(n_tables):
        rng = np.random.default_rng(seed)
        n, d = rng.integers(3, 10), rng.integers(1, 7)
        y = rng.permutation(np.arange(n) % rng.integers(2, 4))
        X, weights = rng.normal(size=(n, d)), rng.integers(0, 4, n)
        if len(np.unique(y[weights > 0])) == len(np.unique(y)):
            yield X, y, weights, rng.normal(size=(5, d))


@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize(("structure", "standardize"), [("full", False), ("full", True), ("diagonal", True)])
def test_auto_fits_to_any_few_rows_and_a_weight_of_two_is_two_rows(covariance, structure, standardize):
    """Where nothing could be judged it took no regularization ("auto, which chose too little") in 6 of 100 fits.

    What rounding leaves of a class without its only other row was taken for a spread of its own.
    """
    model = GaussianClassifier(covariance, structure=structure, shrinkage="auto", standardize=standardize)
    for X, y, weights, others in tiny_tables(150):
        rows = np.repeat(np.arange(len(y)), weights)
        repeated = model.fit(X[rows], y[rows]).predict_proba(others)
        assert_allclose(model.fit(X, y, sample_weight=weights).predict_proba(others), repeated, atol=1e-8)


def test_auto_without_anything_to_judge_by_is_the_nearest_mean():
    X, y = np.array([[0.0, 1.0], [3.0, 1.5]]), np.array([0, 1])
    fitted = GaussianClassifier("separate", shrinkage="auto").fit(X, y)
    assert (fitted.pooling_, *fitted.shrinkage_) == (1.0, 1.0, 1.0)
    assert fitted.predict([[1.4, 9.0], [1.6, -9.0]]).tolist() == [1, 0]


@pytest.mark.filterwarnings("ignore:.*is missing in all rows of class")
@pytest.mark.parametrize("shrinkage", [0.1, "auto", "oas"])
@pytest.mark.parametrize("covariance", ["shared", "separate"])
@pytest.mark.parametrize("X", [[[np.nan, 0.17], [np.nan, 0.17], [1.15, np.nan]], [[-0.5], [-0.5], [np.nan], [-0.98]]])
def test_rows_of_which_nothing_that_is_seen_varies_are_refused_in_words(covariance, shrinkage, X):
    """EM went on to variances of 1e-27, or was told "covariance (0, 0) is singular: feature 0", or divided by zero."""
    model = GaussianClassifier(covariance, shrinkage=shrinkage)
    with pytest.raises(ValueError, match=r"no feature varies within a class in the rows that show it; give more rows"):
        model.fit(X, ["p", "p", "q", "r"][: len(X)])


@pytest.mark.parametrize("shrinkage", [0.0, 0.1, "auto"])
@pytest.mark.parametrize("weights", [None, [0, 1, 1, 1, 1]])
def test_a_feature_that_no_row_shows_is_named(shrinkage, weights):
    X = pd.DataFrame({"a": [np.nan if weights is None else 3.0, *[np.nan] * 4], "b": [1.0, 2.0, 4.0, 3.0, 5.0]})
    with pytest.raises(ValueError, match="feature 'a' is missing in all rows; drop the feature"):
        GaussianClassifier("separate", shrinkage=shrinkage).fit(X, [*"ppqqq"], sample_weight=weights)


def test_no_warning_of_numpy_leaves_a_fit():
    X, y = draw()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = GaussianClassifier("separate").fit(X, y)
        model.predict_proba(np.vstack([X, X * 1e200]))


@pytest.mark.parametrize("seed", range(3))
def test_c5_replicates_with_gaps_that_are_too_small_are_named(seed):
    """Where some had come to rest before, the one that became singular was not found: an IndexError."""
    rng = np.random.default_rng(seed)
    X, y, weights = rng.normal(size=(40, 4)), np.arange(40) % 2, np.zeros((8, 40))
    X[::9, 2] = np.nan
    for row in weights:
        row[rng.permutation(20)[:3] * 2] = row[rng.permutation(20)[:3] * 2 + 1] = 1
    words = "the covariance shared by the classes is singular"
    with pytest.warns(UserWarning, match=rf"replicate \d: {words}") as caught:
        probabilities = GaussianClassifier().fit_replicates(X, y, weights).predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=2), 1)
    named = int(str(caught[0].message)[len("replicate ")])
    with pytest.warns(UserWarning, match=rf"{words}|still moves"):
        GaussianClassifier().fit(X, y, sample_weight=weights[named])
