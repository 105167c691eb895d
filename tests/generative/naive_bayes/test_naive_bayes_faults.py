"""Faults found by trying naive Bayes, with the right values and their neighbors."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from genvsdisc import GaussianClassifier, NaiveBayesClassifier
from genvsdisc.datasets import make_naive_bayes_toy

nan = np.nan


@pytest.mark.parametrize("alpha", [0.0, 1.0, 2.5])
def test_w04_a_class_with_nothing_observed_has_no_evidence(alpha):
    X, y = [[0.0], [0.0], [0.0], [0.0], [1.0], [nan], [nan]], [0, 0, 0, 0, 0, 1, 1]
    for name in ("categorical", "bernoulli"):
        model = NaiveBayesClassifier(name, alpha=alpha).fit(X, y)
        assert_allclose(model.predict_proba([[0.0], [1.0]])[:, 1], 2 / 7, rtol=1e-12)


@pytest.mark.parametrize(("fits", "told"), [(1, False), (2, True)])
@pytest.mark.parametrize("scale", [1e-170, 1e170])
def test_w10_only_one_of_several_fits_has_a_number(fits, told, scale):
    X = np.array([[1.0], [2.0], [3.0], [5.0]]) * scale
    with pytest.raises(ValueError, match="column 0") as caught:
        NaiveBayesClassifier().fit_replicates(X, [0, 0, 1, 1], np.ones((fits, 4)))
    assert ("replicate" in str(caught.value)) == told
    with pytest.raises(ValueError, match="column 0") as caught:
        NaiveBayesClassifier().fit(X, [0, 0, 1, 1])
    assert "replicate" not in str(caught.value)


@pytest.mark.parametrize("classifier", [NaiveBayesClassifier, GaussianClassifier])
def test_priors_that_leave_nothing_name_a_fit_only_where_there_are_several(classifier):
    X, y, weights = np.array([[1.0], [2.0], [4.0], [5.0], [7.0]]), [0, 0, 1, 1, 1], np.ones((2, 5))
    weights[1, :2] = 0
    with pytest.raises(ValueError, match=r"^replicate 1: priors give probability 0"):
        classifier(priors=[1.0, 0.0]).fit_replicates(X, y, weights)
    with pytest.raises(ValueError, match=r"^priors give probability 0"):
        classifier(priors=[1.0, 0.0]).fit(X, y, sample_weight=weights[1])


def test_w04_between_three_classes_it_takes_what_all_have():
    X = pd.DataFrame({"c": ["r", "r", "g", "b", None, None]})
    model = NaiveBayesClassifier(alpha=0.0).fit(X, [0, 0, 1, 1, 2, 2])
    assert_allclose(np.exp(model.category_log_prob_[2]), [1 / 4, 1 / 4, 1 / 2])


# C9 and its kind: batches without a value ---------------------------------------------------------------------------

KINDS = ["gaussian", "bernoulli", "poisson", "categorical"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("empty", ["first", "second", "both"])
def test_c9_batches_that_hold_no_value_of_a_column(kind, empty):
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    X = np.column_stack([rng.normal(size=40), rng.integers(0, 2 if kind == "bernoulli" else 4, 40)])
    batches = [np.arange(20), np.arange(20, 40)]
    for name, rows in zip(["first", "second"], batches, strict=True):
        if empty in (name, "both"):
            X[rows, 1] = nan
    whole = NaiveBayesClassifier(["gaussian", kind]).fit(X, y)
    model = NaiveBayesClassifier(["gaussian", kind])
    for rows in batches:
        model.partial_fit(X[rows], y[rows], classes=[0, 1])
    assert_allclose(model.predict_proba(X), whole.predict_proba(X), rtol=1e-10)
    assert model.n_parameters_ == whole.n_parameters_
    merged = NaiveBayesClassifier(["gaussian", kind]).fit(X[:20], y[:20])
    merged.merge(NaiveBayesClassifier(["gaussian", kind]).fit(X[20:], y[20:]))
    assert_allclose(merged.predict_proba(X), whole.predict_proba(X), rtol=1e-10)
    without = NaiveBayesClassifier("gaussian", var_smoothing=0).fit(X[:, :1], y).predict_proba(X[:, :1])
    if empty == "both" and kind != "gaussian":
        assert_allclose(whole.predict_proba(X), without, rtol=1e-6)


def test_c9_categories_met_later_after_a_batch_of_gaps():
    frame = pd.DataFrame({"c": [None, None, "red", "blue", "red", "green"], "x": [1.0, 2, 3, 4, 5, 6]})
    y = [0, 1, 0, 1, 1, 0]
    model = NaiveBayesClassifier().partial_fit(frame[:2], y[:2], classes=[0, 1])
    assert np.isfinite(model.predict_proba(frame)).all()
    assert len(model.sample(3, random_state=0)[0]) == 3
    for rows in (slice(2, 4), slice(4, 6)):
        model.partial_fit(frame[rows], y[rows])
    whole = NaiveBayesClassifier().fit(frame, y)
    assert list(model.categories_[0]) == ["blue", "green", "red"]
    assert_allclose(model.predict_proba(frame), whole.predict_proba(frame), rtol=1e-10)


def test_c9_words_after_numbers_are_refused_by_name():
    model = NaiveBayesClassifier(["categorical"]).partial_fit(
        pd.DataFrame({"color": [1.0, 2.0]}), [0, 1], classes=[0, 1]
    )
    with pytest.raises(TypeError, match="column 'color': the categories must be uniformly strings or numbers"):
        model.partial_fit(pd.DataFrame({"color": ["red", "blue"]}), [0, 1])


def test_message_6_a_column_of_lists_is_named():
    frame = pd.DataFrame({"tags": [["a"], ["b"], ["a", "b"], []]})
    with pytest.raises(TypeError, match=r"column 'tags' holds \['a'\], a list; categories must be strings or numbers"):
        NaiveBayesClassifier().fit(frame, [0, 0, 1, 1])


# 11.6: distributions by default -------------------------------------------------------------------------------------


def as_given(toy):
    return [toy.X, toy.X.to_numpy(), toy.X.astype(bool), toy.X.astype("Int64"), toy.X.to_numpy().tolist()]


@pytest.mark.parametrize("form", range(5))
@pytest.mark.parametrize(("alpha", "expected"), [(0.0, 3 / 7), (1.0, (4 / 117) / (4 / 117 + 300 / 2548))])
def test_the_thirteen_rows_by_default(form, alpha, expected):
    """Maximum likelihood gives 3/7; the default alpha = 1 is Laplace's rule, (1/13)(2/3)^2 : (12/13)(5/14)^2."""
    toy = make_naive_bayes_toy()
    X = as_given(toy)[form]
    both = X[:1]
    model = NaiveBayesClassifier(alpha=alpha).fit(X, toy.y)
    assert model.distributions_ == ("bernoulli", "bernoulli")
    assert_allclose(model.predict_proba(both)[0, 0], expected, rtol=1e-12)


def test_the_default_alpha_is_laplace():
    toy = make_naive_bayes_toy()
    smoothed = NaiveBayesClassifier().fit(toy.X, toy.y).predict_proba(toy.X)
    assert_allclose(smoothed, NaiveBayesClassifier("bernoulli", alpha=1.0).fit(toy.X, toy.y).predict_proba(toy.X))


def test_counts_are_poisson_where_the_likelihood_says_so():
    rng = np.random.default_rng(0)
    y = np.arange(600) % 2
    frame = pd.DataFrame(
        {
            "rare": rng.poisson(0.7 + y),
            "often": rng.poisson(9.0 + 3 * y),
            "gaps": pd.Series(rng.poisson(2.0 + y)).astype(float).where(np.arange(600) % 9 > 0),
            "grades": np.clip(np.round(rng.normal(50 + y, 3)), 0, 100).astype(int),
            "years": rng.integers(1950, 2020, 600),
            "score": rng.normal(size=600),
            "flag": rng.integers(0, 2, 600),
            "balance": rng.integers(-5, 6, 600),
        }
    )
    model = NaiveBayesClassifier().fit(frame, y)
    counts, others = ("poisson",) * 3, ("gaussian",) * 3
    assert model.distributions_ == (*counts, *others, "bernoulli", "gaussian")
    assert NaiveBayesClassifier("gaussian").fit(frame, y).distributions_ == ("gaussian",) * 8
    assert NaiveBayesClassifier({"gaussian": "rare"}).fit(frame, y).distributions_[:2] == ("gaussian", "poisson")
    assert NaiveBayesClassifier().fit(frame[["rare"]].to_numpy(dtype=float), y).distributions_ == ("gaussian",)


# F27 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e3, 1e7, 1e9, 1e17, 1e30])
def test_f27_shared_variances_far_away_are_the_diagonal_gaussian(dtype, size):
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    X = (rng.normal(size=(80, 3)) + y[:, None]).astype(dtype)
    rows = (rng.normal(size=(10, 3)) * size).astype(dtype)
    model = NaiveBayesClassifier("gaussian", shared_variance=True, var_smoothing=0.0).fit(X, y)
    reference = GaussianClassifier(structure="diagonal").fit(X.astype(float), y).decision_function(rows.astype(float))
    assert_allclose(model.decision_function(rows), reference, rtol=1e-4 if dtype == np.float32 else 1e-9)


def test_f27_densities_still_hold_the_squares():
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    X = rng.normal(size=(80, 3)) + y[:, None]
    naive = NaiveBayesClassifier("gaussian", shared_variance=True, var_smoothing=0.0).fit(X, y)
    gaussian = GaussianClassifier(structure="diagonal").fit(X, y)
    assert_allclose(naive.score_samples(X), gaussian.score_samples(X), rtol=1e-9)
