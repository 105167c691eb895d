"""LogisticClassifier keeps scikit-learn's promises, whatever its options."""

from collections.abc import Callable

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import LogisticClassifier

ESTIMATORS = [
    LogisticClassifier(),
    LogisticClassifier(1e-2, optimizer="newton", warm_start=True),
    LogisticClassifier(1e-2, optimizer="lbfgs", class_weight="balanced"),
    LogisticClassifier(1e-2, standardize=True),
    LogisticClassifier(1e-2, optimizer="lbfgs", loss="squared_error"),
    LogisticClassifier(1e-1, optimizer="gd", standardize=True),
    LogisticClassifier(1e-1, optimizer="momentum", standardize=True),
    LogisticClassifier(1e-1, learning_rate=0.1, schedule="inverse_sqrt", standardize=True),
    LogisticClassifier(1e-1, optimizer="adagrad", standardize=True),
    LogisticClassifier(1e-1, optimizer="rmsprop", learning_rate=0.1, schedule="inverse_sqrt", standardize=True),
    LogisticClassifier(1e-1, optimizer="adam", standardize=True, loss="squared_error"),
]


# Some checks fit on purpose to what descent with a given number of updates cannot finish.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_checks(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]) -> None:
    check(estimator)
