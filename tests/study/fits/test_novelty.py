"""Rows of a class that no model saw in training."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer

from genvsdisc import GaussianClassifier, LogisticClassifier
from genvsdisc.study.fits.novelty import DENSITY, UNSURE, left_out_scores


def drawn(n_classes, n=600, apart=4.0):
    rng = np.random.default_rng(0)
    codes = np.arange(n) % n_classes
    angle = 2 * np.pi * codes / n_classes
    return apart * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.standard_normal((n, 2)), codes


def scores(model, n_classes, **where):
    X, codes = drawn(n_classes, **where)
    weights = np.zeros((3, len(X)), dtype=np.uint8)
    weights[:, :300] = 1
    found = left_out_scores(model, X, codes, weights, [np.arange(300, len(X))] * 3, n_classes=n_classes)
    return found.groupby(["score", "left_out"])["auroc"].mean()


def test_the_density_tells_them_and_the_posterior_does_not():
    found = scores(GaussianClassifier("separate"), 3)
    assert found[DENSITY].min() > 0.98
    assert set(found[UNSURE].index) == {0, 1, 2}


@pytest.mark.parametrize("model", [GaussianNB(), LogisticRegression(), LogisticClassifier(optimizer="newton")])
def test_classifiers_without_a_density_are_asked_for_their_doubt(model):
    assert set(scores(model, 3).index.get_level_values("score")) == {UNSURE}


def test_of_two_classes_one_is_left_whose_density_still_tells():
    found = scores(GaussianClassifier("separate"), 2, apart=1.0)
    assert found[UNSURE].tolist() == pytest.approx([0.5, 0.5])
    # Distances squared of the other class are noncentral chi square (2 degrees), those of its own are central.
    rng = np.random.default_rng(1)
    own, other = rng.standard_normal((2, 200_000, 2))
    other[:, 0] += 2.0
    truth = np.mean((other**2).sum(axis=1) > (own**2).sum(axis=1))
    assert found[DENSITY].to_numpy() == pytest.approx([truth] * 2, abs=0.05)
    assert truth > norm.cdf(0.5)


@pytest.mark.parametrize(
    "model",
    [
        GridSearchCV(GaussianClassifier(), {"shrinkage": [0.0, 0.1]}, cv=2),
        make_pipeline(
            KBinsDiscretizer(4, encode="ordinal", quantile_method="linear"), GaussianClassifier(shrinkage=0.1)
        ),
    ],
    ids=["search", "steps that learn"],
)
def test_a_density_of_a_classifier_that_needs_two_classes_is_not_asked_for(model):
    found = scores(model, 2)
    assert set(found.index.get_level_values("score")) == {UNSURE}
    assert (found == 0.5).all()
