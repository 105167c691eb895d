"""scikit-learn's own checks, for every combination of options."""

from itertools import product

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc.generative.naive_bayes import NaiveBayesClassifier

KINDS = (
    "auto",
    "gaussian",
    "bernoulli",
    "categorical",
    "poisson",
    {"bernoulli": [0]},
    {"categorical": [0]},
    {"poisson": [0]},
)
COMBINATIONS = [
    NaiveBayesClassifier(kind, shared_variance=shared, alpha=alpha, var_smoothing=smoothing)
    for kind, shared, alpha, smoothing in product(KINDS, (False, True), (1.0, 0.0), (1e-9, 0.1))
]


@pytest.mark.filterwarnings("ignore:column . is poisson but holds negative values")
@parametrize_with_checks(COMBINATIONS)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
