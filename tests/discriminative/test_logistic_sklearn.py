"""LogisticClassifier keeps scikit-learn's promises, whatever its options."""

from collections.abc import Callable

from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import LogisticClassifier

ESTIMATORS = [
    LogisticClassifier(),
    LogisticClassifier(1e-2, optimizer="newton"),
    LogisticClassifier(1e-2, standardize=True, class_weight="balanced"),
]


@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_checks(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]) -> None:
    check(estimator)
