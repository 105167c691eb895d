"""A discriminative posterior for a population with other class shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from sklearn.base import clone

from genvsdisc import CascadeClassifier, GaussianClassifier, LogisticClassifier, MLPClassifier
from genvsdisc.class_priors import mixture_weights

SHORT: dict[str, Any] = {"max_iter": 20, "random_state": 0}
CLASSIFIERS = [LogisticClassifier(optimizer="newton"), MLPClassifier((3,), **SHORT), CascadeClassifier((2,), **SHORT)]
TRAINED = pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda c: type(c).__name__)
pytestmark = pytest.mark.filterwarnings("ignore:.*reached max_iter")


def table(n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(n_classes), 20 * (1 + np.arange(n_classes)))
    return rng.normal(size=(len(y), 2)) + y[:, None], y


@TRAINED
@pytest.mark.parametrize("n_classes", [2, 3])
def test_new_priors_reweight_the_posterior(classifier: Any, n_classes: int) -> None:
    X, y = table(n_classes)
    fitted = clone(classifier).fit(X, y)
    before, old = fitted.predict_proba(X), np.bincount(y) / len(y)
    assert fitted.class_prior_ == pytest.approx(old)
    new = np.array([0.7, 0.2, 0.1])[:n_classes] / np.array([0.7, 0.2, 0.1])[:n_classes].sum()
    expected = before * new / old
    expected /= expected.sum(axis=1, keepdims=True)
    assert fitted.set_priors(new).predict_proba(X) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert fitted.set_priors(old).predict_proba(X) == pytest.approx(before, rel=1e-6, abs=1e-9)


@TRAINED
def test_estimated_priors_are_the_mean_of_the_posterior_they_give(classifier: Any) -> None:
    X, y = table(3)
    fitted = clone(classifier).fit(X, y)
    fitted.adapt_priors(X[y != 1])
    assert fitted.predict_proba(X[y != 1]).mean(axis=0) == pytest.approx(fitted.class_prior_, abs=1e-6)


@TRAINED
def test_replicates_and_class_weights_have_their_shares(classifier: Any) -> None:
    X, y = table(2)
    weights = np.ones((2, len(y)))
    weights[1, y == 1] = 0.5
    replicates = clone(classifier).fit_replicates(X, y, weights)
    assert [replicates[r].class_prior_[1] for r in range(2)] == pytest.approx([40 / 60, 0.5])
    balanced = clone(classifier).set_params(class_weight="balanced").fit(X, y)
    assert balanced.class_prior_ == pytest.approx([0.5, 0.5])


def test_both_families_estimate_the_same_priors_where_their_posterior_is_the_same() -> None:
    X, y = table(3)
    generative = GaussianClassifier().fit(X, y)
    twin = generative.as_discriminative()
    assert twin.adapt_priors(X[::3]).class_prior_ == pytest.approx(
        generative.adapt_priors(X[::3]).class_prior_, abs=1e-8
    )


@TRAINED
def test_priors_that_are_none(classifier: Any) -> None:
    fitted = clone(classifier).fit(*table(2))
    with pytest.raises(ValueError, match="priors must sum to 1"):
        fitted.set_priors([0.5, 0.6])


def test_rounding_does_not_choose_where_the_estimate_ends():
    """Newton's and EM's steps gain the same where most rows are certain: shares of weighted rows moved by 1e-8."""
    rng = np.random.default_rng(0)
    odds = np.sign(rng.normal(size=(1000, 32))) * (30 + rng.normal(size=(1000, 32)))
    odds[:, 0], odds[:, 1] = -6, 6 * rng.normal(size=1000)
    logs = np.stack([-np.logaddexp(0, odds), -np.logaddexp(0, -odds)], axis=2)
    weights = rng.integers(1, 4, size=(1000, 32)).astype(float)
    found = mixture_weights(logs, 50, 1e-7, weights)
    moved = mixture_weights(logs + 1e-13 * rng.normal(size=logs.shape), 50, 1e-7, weights)
    assert np.abs(found - moved).max() < 1e-12


def test_a_class_that_has_no_density_costs_the_others_no_digits():
    """Its part of Newton's step is nearly singular; the others' share has a score that a root finder solves."""
    rng = np.random.default_rng(4)
    logs = np.column_stack([rng.normal(-1, 6, 60), np.full(60, -500.0), rng.normal(1, 6, 60)])
    gain = np.exp(logs[:, 0] - logs[:, 2]) - 1
    share = brentq(lambda p: np.mean(gain / (1 + p * gain)), 1e-6, 1 - 1e-6, xtol=1e-15, rtol=1e-14)
    assert 0.1 < share < 0.9
    np.testing.assert_allclose(mixture_weights(logs, 50, 1e-7), [share, 0, 1 - share], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_rows_that_say_nothing_of_the_shares_leave_them_where_they_were(n_classes):
    """All classes have one density: any shares are as likely, and rounding must not draw some of them."""
    rng = np.random.default_rng(0)
    logs = np.repeat(rng.normal(size=(40, 1)), n_classes, axis=1) + 1e-16 * rng.normal(size=(40, n_classes))
    weights = rng.integers(1, 4, size=(1, 40)).astype(float)
    for found in (mixture_weights(logs, 50, 1e-7), mixture_weights(logs[None], 50, 1e-7, weights)[0]):
        np.testing.assert_array_equal(found, np.full(n_classes, 1 / n_classes))
