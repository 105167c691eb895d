"""scikit-learn's own checks: every combination of options among the slow tests."""

from itertools import product

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc.generative.naive_bayes.classifier import NaiveBayesClassifier

KINDS = ("auto", "bernoulli", "categorical", "poisson", {"bernoulli": [0]}, {"categorical": [0]}, {"poisson": [0]})
DEFAULTS = [NaiveBayesClassifier(), NaiveBayesClassifier({"categorical": [0]}, var_smoothing=0.1)]
ALL = [
    NaiveBayesClassifier(kind, shared_variance=shared, alpha=alpha, var_smoothing=smoothing)
    for kind, shared, alpha, smoothing in product(KINDS, (False, True), (1.0, 0.0), (1e-9, 0.1))
]
# scikit-learn's rows are measurements, not counts.
counts = pytest.mark.filterwarnings("ignore:column . is poisson but holds negative values")


@counts
@parametrize_with_checks(DEFAULTS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
@counts
@parametrize_with_checks(ALL)
def test_scikit_learn_checks_for_every_combination(estimator, check):
    check(estimator)
