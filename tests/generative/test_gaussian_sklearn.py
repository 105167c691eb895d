"""GaussianClassifier is a scikit-learn classifier, and agrees with scikit-learn's where both have the model."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc import GaussianClassifier

OPTIONS = [
    {"covariance": covariance, "structure": structure, "pooling": pooling, "shrinkage": shrinkage}
    for covariance in ("shared", "separate")
    for structure in ("full", "diagonal", "spherical")
    for pooling in ((0.0,) if covariance == "shared" else (0.0, 0.5, 1.0))
    for shrinkage in (0.0, 0.3)
]


@parametrize_with_checks([GaussianClassifier(**options) for options in OPTIONS])
def test_is_a_scikit_learn_classifier(estimator, check):
    check(estimator)
