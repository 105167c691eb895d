"""LogisticClassifier keeps scikit-learn's promises, whatever its options."""

from collections.abc import Callable

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import LogisticClassifier

DEFAULTS = [LogisticClassifier(), LogisticClassifier(1e-2, optimizer="newton", warm_start=True)]
OPTIONS = [
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
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@parametrize_with_checks(DEFAULTS)
def test_scikit_learn_checks(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]) -> None:
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(OPTIONS)
def test_scikit_learn_checks_with_other_options(
    estimator: BaseEstimator, check: Callable[[BaseEstimator], None]
) -> None:
    check(estimator)
