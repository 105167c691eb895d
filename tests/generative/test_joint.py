"""What every generative classifier can do: densities, draws and priors that can be swapped."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import logsumexp
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from genvsdisc import GaussianClassifier, NaiveBayesClassifier

MODELS = [
    GaussianClassifier(),
    GaussianClassifier("separate"),
    GaussianClassifier("separate", structure="diagonal"),
    NaiveBayesClassifier(),
    NaiveBayesClassifier(shared_variance=True),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=repr)


def draw(n=200, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n)
    return rng.normal(size=(n, 2)) + 1.5 * rng.normal(size=(n_classes, 2))[y], y


@each_model
def test_the_joint_density_factors(model):
    X, y = draw()
    model.fit(X, y)
    joint = model.predict_joint_log_proba(X)
    assert_allclose(joint, model.predict_log_proba(X) + model.score_samples(X)[:, None], rtol=1e-9)
    assert_allclose(model.score_samples(X), logsumexp(joint, axis=1))


@each_model
def test_the_density_integrates_to_one(model):
    X, y = draw(60)
    axis = np.linspace(-12, 12, 601)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    total = np.exp(model.fit(X, y).score_samples(grid)).sum() * (axis[1] - axis[0]) ** 2
    assert total == pytest.approx(1, abs=1e-6)


@each_model
def test_priors_given_and_set_are_the_same(model):
    X, y = draw()
    priors = [0.7, 0.2, 0.1]
    given = type(model)(**{**model.get_params(), "priors": priors}).fit(X, y)
    assert_allclose(model.fit(X, y).set_priors(priors).predict_proba(X), given.predict_proba(X), rtol=1e-12)
    assert_allclose(given.class_prior_, priors)
    ratio = given.predict_log_proba(X) - type(model)(**model.get_params()).fit(X, y).predict_log_proba(X)
    shift = np.log(priors) - np.log(np.bincount(y) / len(y))
    assert_allclose(ratio - ratio[:, :1], np.broadcast_to(shift - shift[0], ratio.shape), atol=1e-9)


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ([0.5, 0.5], "priors must have one entry for each of the 3 classes"),
        ([0.5, 0.6, -0.1], "priors must not be negative or NaN"),
        ([0.5, np.nan, 0.5], "priors must not be negative or NaN"),
        ([0.5, 0.5, 0.5], "priors must sum to 1, got the sum 1.5"),
    ],
)
def test_priors_that_are_none(priors, message):
    X, y = draw()
    with pytest.raises(ValueError, match=message):
        GaussianClassifier().fit(X, y).set_priors(priors)
    with pytest.raises(ValueError, match=message):
        GaussianClassifier(priors=priors).fit(X, y)


def test_priors_of_zero_for_all_classes_with_rows():
    X, y = draw(n_classes=2)
    with pytest.raises(ValueError, match="probability 0 to every class that has rows"):
        GaussianClassifier(priors=[0.0, 1.0]).fit(X, y, (y == 0).astype(float))


@pytest.mark.parametrize("n_classes", [2, 3, 6])
@each_model
def test_adapted_priors_are_the_fixed_point_of_em(model, n_classes):
    X, y = draw(n_classes=n_classes)
    unlabeled = X[(y == 0) | (np.arange(len(y)) % 3 == 0)]
    model.fit(X, y).adapt_priors(unlabeled)
    posterior = model.predict_proba(unlabeled)
    assert_allclose(posterior.mean(axis=0), model.class_prior_, atol=1e-10)
    density = model.predict_joint_log_proba(unlabeled) - np.log(np.maximum(model.class_prior_, 1e-300))
    score = np.exp(density - model.score_samples(unlabeled)[:, None]).mean(axis=0) - 1
    assert (score[model.class_prior_ > 0] > -1e-9).all()
    assert (score < 1e-9).all()


def test_adapted_priors_are_those_of_the_population():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 5000)
    model = GaussianClassifier().fit(2.0 * y[:, None] + rng.normal(size=(10_000, 1)), y)
    shifted = (rng.random(4000) < 0.8).astype(int)
    rows = 2.0 * shifted[:, None] + rng.normal(size=(4000, 1))
    naive = model.predict_proba(rows).mean(axis=0)[1]
    model.adapt_priors(rows)
    information = np.mean(np.square(np.diff(model.predict_proba(rows) / model.class_prior_, axis=1)))
    assert abs(model.class_prior_[1] - 0.8) < 4 / np.sqrt(4000 * information)
    assert naive < 0.75


def test_adapting_priors_that_do_not_settle_says_so():
    X, y = draw()
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        GaussianClassifier().fit(X, y).adapt_priors(X[:30], max_iter=1)


@each_model
def test_samples_by_class_and_reproducible(model):
    X, y = draw()
    model.fit(X, np.array(["a", "b", "c"])[y])
    drawn, labels = model.sample(50, y="b", random_state=1)
    assert drawn.shape == (50, 2)
    assert set(labels) == {"b"}
    assert_allclose(drawn, model.sample(50, y="b", random_state=1)[0])
    with pytest.raises(ValueError, match="y must be one of the classes"):
        model.sample(1, y="d")


def test_rows_of_one_class_leave_the_others_no_prior():
    X, y = load_iris(return_X_y=True)
    model = GaussianClassifier().fit(X, y).adapt_priors(X[y == 2])  # the density of class 0 is 0 there, to rounding
    assert_allclose(model.class_prior_[0], 0, atol=1e-12)
    assert model.class_prior_[2] > 0.9
    assert_allclose(model.class_prior_.sum(), 1, rtol=1e-12)


def mixed_columns(n=300, seed=0):
    """Numbers, counts, truth values and categories in turn, classes apart in each."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    shifts = np.array([0.0, 0.7, -0.4])
    mixing = np.eye(3) + 0.5
    numbers = rng.normal(size=(n, 3)) @ mixing + np.outer(y, shifts)
    counts, truth = rng.poisson(2 + 3 * y), rng.random(n) < 0.3 + 0.4 * y
    levels = (rng.integers(0, 3, n) + y) % 4
    return np.column_stack([numbers[:, 0], levels, counts, numbers[:, 1], truth, levels % 2, numbers[:, 2]]), y


FAMILIES_OF_COLUMNS = ["gaussian", "categorical", "poisson", "gaussian", "bernoulli", "categorical", "gaussian"]


@pytest.mark.parametrize("columns", [[0, 3, 6], [6, 1], [5, 2, 4, 1], [3]])
@pytest.mark.parametrize(
    "model",
    [
        GaussianClassifier(shrinkage=0.1),
        GaussianClassifier("separate", shrinkage=0.1, standardize=True),
        GaussianClassifier("separate", structure="diagonal", shrinkage=0.1),
        GaussianClassifier(structure="spherical"),
        NaiveBayesClassifier(FAMILIES_OF_COLUMNS),
    ],
    ids=repr,
)
def test_some_columns_are_drawn_by_the_law_that_they_have_among_all(model, columns):
    X, y = mixed_columns()
    model.fit(X, y)
    n = 20_000
    for label in (0, 1):
        some, labels = model.sample(n, y=label, random_state=1, columns=columns)
        every, _ = model.sample(n, y=label, random_state=2)
        assert some.shape == (n, len(columns))
        assert (labels == label).all()
        first, second = np.asarray(some, dtype=float), np.asarray(every, dtype=float)[:, columns]
        spread = np.sqrt((first.var(axis=0) + second.var(axis=0)) / n)
        assert (np.abs(first.mean(axis=0) - second.mean(axis=0)) <= 4 * spread).all()
        products = [
            np.einsum("ni,nj->nij", z, z) for z in (first - X[:, columns].mean(0), second - X[:, columns].mean(0))
        ]
        error = np.sqrt((products[0].var(axis=0) + products[1].var(axis=0)) / n)
        assert (np.abs(products[0].mean(axis=0) - products[1].mean(axis=0)) <= 4.5 * error).all()


@pytest.mark.parametrize("columns", [[], [0, 0], [-1], [2], 0, [0.5], ["a"], [[0]], [True]])
def test_columns_to_draw_that_are_none_of_the_features(columns):
    X, y = draw(30)
    with pytest.raises(ValueError, match="columns must be different indices of the 2 features, from 0 to 1; got"):
        GaussianClassifier().fit(X, y).sample(3, columns=columns)


def test_words_are_drawn_by_their_columns():
    table = pd.DataFrame(
        {"town": ["Ulm", "Rom"] * 20, "size": np.arange(40.0), "sex": list("fm") * 10 + list("mf") * 10}
    )
    model = NaiveBayesClassifier().fit(table, np.arange(40) % 2)
    drawn, _ = model.sample(30, y=1, random_state=0, columns=[2, 1])
    assert drawn.columns.tolist() == ["sex", "size"]
    assert set(drawn["sex"]) == {"f", "m"}
