"""scikit-learn's own checks, without expected failures."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@parametrize_with_checks(
    [
        MLPClassifier((8,), learning_rate=0.02, max_iter=100),
        MLPClassifier((8, 4), "tanh", batch_norm=True, standardize=True, learning_rate=0.02, max_iter=60),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
