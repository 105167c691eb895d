"""Small synthetic tables: their geometry, and their posteriors against densities from scipy."""

import pickle

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm
from sklearn.naive_bayes import BernoulliNB

from genvsdisc.datasets import make_gaussian_pair, make_naive_bayes_toy, make_xor

TILT = {True: 0.0, False: 0.6}


def pair_law(n_features, distance, shared):
    first = np.zeros(n_features)
    first[0] = distance / 2
    flip = TILT[shared] * np.eye(n_features)[::-1]
    return (-first, first), (np.eye(n_features) + flip, np.eye(n_features) - flip)


@pytest.mark.parametrize("n_features", [1, 2, 3, 5])
@pytest.mark.parametrize("shared", [True, False])
def test_pair_posterior_is_bayes_rule(n_features, shared):
    data = make_gaussian_pair(40, n_features, distance=1.5, shared=shared, random_state=0)
    densities = [multivariate_normal(m, c).pdf(data.X) for m, c in zip(*pair_law(n_features, 1.5, shared), strict=True)]
    np.testing.assert_allclose(data.posterior(data.X), np.transpose(densities / np.sum(densities, axis=0)), rtol=1e-10)


@pytest.mark.parametrize("shared", [True, False])
def test_pair_draws_have_the_law_s_moments(shared):
    data = make_gaussian_pair(20_000, 3, distance=3.0, shared=shared, random_state=0)
    for label, mean, covariance in zip((0, 1), *pair_law(3, 3.0, shared), strict=True):
        rows = data.X[data.y == label]
        np.testing.assert_allclose(rows.mean(), mean, atol=0.06)
        np.testing.assert_allclose(rows.cov(), covariance, atol=0.09)


@pytest.mark.parametrize("distance", [0.0, 1.0, 2.0])
def test_pair_bayes_error_is_the_closed_form(distance):
    data = make_gaussian_pair(20_000, 2, distance=distance, random_state=0)
    risk = data.posterior(data.X).min(axis=1)
    assert abs(risk.mean() - norm.cdf(-distance / 2)) < 4 * risk.std() / np.sqrt(len(risk)) + 1e-12


def test_classes_and_corners_are_evenly_split():
    assert make_gaussian_pair(11, random_state=0).y.value_counts().to_dict() == {0: 6, 1: 5}
    corners = make_xor(10, random_state=0).X.value_counts()
    assert sorted(corners) == [2, 2, 3, 3]


def test_xor_labels_are_exclusive_or():
    data = make_xor(40, random_state=0)
    np.testing.assert_array_equal(data.y, (data.X["x1"] != data.X["x2"]).astype(int))


@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_xor_posterior_is_bayes_rule(noise):
    data = make_xor(40, noise=noise, random_state=0)
    density = {c: multivariate_normal(c, noise**2).pdf(data.X) for c in [(0, 0), (1, 1), (0, 1), (1, 0)]}
    zero, one = density[0, 0] + density[1, 1], density[0, 1] + density[1, 0]
    np.testing.assert_allclose(data.posterior(data.X)[:, 1], one / (zero + one), rtol=1e-9, atol=1e-300)


def test_xor_without_noise_is_the_limit_of_little_noise():
    rows = np.array([[0.1, 0.2], [0.9, 0.3], [0.5, 0.5], [0.5, 0.1]])
    limit = make_xor(4, random_state=0).posterior(rows)
    np.testing.assert_allclose(limit, make_xor(4, noise=1e-3, random_state=0).posterior(rows), atol=1e-12)
    np.testing.assert_allclose(limit[:, 1], [0, 1, 0.5, 0.5])


def test_naive_bayes_toy_gives_three_sevenths():
    toy = make_naive_bayes_toy()
    naive = BernoulliNB(alpha=1e-12, force_alpha=True).fit(toy.X.to_numpy(), toy.y)
    assert naive.predict_proba([[1, 1]])[0, 0] == pytest.approx(3 / 7, abs=1e-9)
    np.testing.assert_array_equal(toy.posterior([[1, 1], [1, 0], [2, 0]]), [[1, 0], [0, 1], [np.nan, np.nan]])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_gaussian_pair(1), "n_samples must be at least 2"),
        (lambda: make_gaussian_pair(10, 0), "n_features at least 1"),
        (lambda: make_gaussian_pair(10, distance=-1.0), "distance must be"),
        (lambda: make_xor(3), "n_samples must be at least 4"),
        (lambda: make_xor(noise=np.inf), "noise must be"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("data", [make_gaussian_pair(4), make_xor(4, noise=0.1), make_naive_bayes_toy()])
def test_posteriors_pickle(data):
    again = pickle.loads(pickle.dumps(data))
    np.testing.assert_array_equal(again.posterior(again.X), data.posterior(data.X))
