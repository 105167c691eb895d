"""Laws that hold for every table: what the model must not depend on."""

import numpy as np
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from genvsdisc import NaiveBayesClassifier

NAMES = ("gaussian", "bernoulli", "categorical", "poisson")


@st.composite
def tables(draw):
    """Rows with missing values, labels with two classes or more, kinds of columns, and a model without its columns."""
    n, d, n_classes = draw(st.integers(6, 30)), draw(st.integers(1, 4)), draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = draw(st.lists(st.sampled_from(NAMES), min_size=d, max_size=d))
    X = rng.integers(0, 4, size=(n, d)) + np.where(np.array(kinds) == "gaussian", rng.normal(size=(n, d)), 0)
    X[rng.random(X.shape) < draw(st.sampled_from([0.0, 0.2]))] = np.nan
    options = {"shared_variance": draw(st.booleans()), "alpha": draw(st.sampled_from([0.0, 0.5, 1.0]))}
    return X, rng.permutation(np.arange(n) % n_classes), kinds, options, rng


def posterior(X, y, kinds, options, **fit):
    return NaiveBayesClassifier(list(kinds), var_smoothing=1e-3, **options).fit(X, y, **fit).predict_proba(X)


@given(tables())
@examples(40)
def test_posteriors_are_distributions(table):
    X, y, kinds, options, _ = table
    p = posterior(X, y, kinds, options)
    assert (p >= 0).all()
    assert_allclose(p.sum(axis=1), 1, rtol=1e-12)


@given(tables())
@examples(40)
def test_order_of_rows_columns_and_labels_does_not_matter(table):
    X, y, kinds, options, rng = table
    p = posterior(X, y, kinds, options)
    rows, columns = rng.permutation(len(X)), rng.permutation(X.shape[1])
    assert_allclose(posterior(X[rows], y[rows], kinds, options), p[rows], atol=1e-9)
    assert_allclose(posterior(X[:, columns], y, np.array(kinds)[columns], options), p, atol=1e-9)
    names = rng.permutation(len(np.unique(y)))
    assert_allclose(posterior(X, names[y], kinds, options)[:, names], p, atol=1e-9)


@given(tables())
@examples(40)
def test_a_row_given_twice_is_a_weight_of_two(table):
    X, y, kinds, options, rng = table
    weights = rng.integers(1, 3, size=len(X))
    twice = posterior(np.repeat(X, weights, axis=0), np.repeat(y, weights), kinds, options)
    once = posterior(X, y, kinds, options, sample_weight=weights)
    assert_allclose(np.repeat(once, weights, axis=0), twice, atol=1e-9)


@given(tables(), st.integers(2, 5))
@examples(40)
def test_batches_are_one_fit(table, n_batches):
    X, y, kinds, options, rng = table
    model = NaiveBayesClassifier(kinds, var_smoothing=1e-3, **options)
    for rows in np.array_split(rng.permutation(len(X)), n_batches):
        model.partial_fit(X[rows], y[rows], classes=np.unique(y))
    assert_allclose(model.predict_proba(X), posterior(X, y, kinds, options), atol=1e-9)
