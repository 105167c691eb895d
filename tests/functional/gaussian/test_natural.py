"""The two coordinates of normal classes against SciPy's densities, and their derivative against finite differences."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from genvsdisc.functional.gaussian.natural import Features

CASES = [Features(3, shared, full) for shared in (True, False) for full in (True, False)]


def drawn(features, seed=0, n_classes=3):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(n_classes, 5.0))[None]
    means = rng.normal(size=(1, n_classes, features.d))
    roots = rng.normal(size=(1, 1 if features.shared else n_classes, features.d, features.d))
    covariances = roots @ roots.swapaxes(2, 3) + np.eye(features.d)
    if not features.full:
        covariances = np.einsum("rkii->rki", covariances)
    spread = np.broadcast_to(covariances, (1, n_classes, *covariances.shape[2:]))
    moments = features.moments(shares, means, spread)
    total = np.einsum("rk,rk...->r...", shares, spread + features.outer(means, means))
    return shares, means, spread, moments, total


@pytest.mark.parametrize("features", CASES, ids=str)
def test_scores_are_joint_log_densities_up_to_what_all_classes_have(features):
    shares, means, covariances, moments, total = drawn(features)
    X = np.random.default_rng(1).normal(size=(20, features.d))
    theta = features.scores(features.densities(moments, total))[0]
    scores = theta[:, :-1] @ features.of(X).T + theta[:, -1:]
    exact = np.array(
        [
            np.log(share) + multivariate_normal(m, c if features.full else np.diag(c)).logpdf(X)
            for share, m, c in zip(shares[0], means[0], covariances[0], strict=True)
        ]
    )
    np.testing.assert_allclose(scores - scores[0], exact - exact[0], atol=1e-10)


@pytest.mark.parametrize("features", CASES, ids=str)
def test_derivative_of_the_log_odds_against_finite_differences(features):
    *_, moments, total = drawn(features)
    found = features.derivative(features.densities(moments, total))[0]

    def log_odds(m):
        scores = features.scores(features.densities(m, total))[0]
        return scores - scores[0]

    step = 1e-6
    for k in range(3):
        for f in range(features.count):
            move = np.zeros_like(moments)
            move[0, k, f] = step
            slope = (log_odds(moments + move) - log_odds(moments - move)) / (2 * step)
            np.testing.assert_allclose((found - found[:1])[:, :, k, f], slope, rtol=1e-5, atol=1e-6)


def test_indefinite_moments_are_not_regular():
    features = Features(2, shared=False, full=True)
    _, means, covariances, moments, total = drawn(features)
    assert features.densities(moments, total).regular.all()
    flat = covariances.copy()
    flat[0, 1] = [[1.0, 2.0], [2.0, 1.0]]
    assert not features.densities(features.moments(np.full((1, 3), 1 / 3), means, flat), total).regular.any()
    moments[0, 0, -1] = -0.1
    assert not features.densities(moments, total).regular.any()
