import numpy as np
from numpy.testing import assert_allclose
from sklearn.dummy import DummyClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from genvsdisc.baseline import PriorClassifier


@parametrize_with_checks([PriorClassifier()])
def test_sklearn_checks(estimator, check):
    check(estimator)


def test_equals_the_dummy_classifier_and_its_replicates():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), rng.integers(0, 3, 30)
    W = rng.integers(0, 3, size=(4, 30))
    replicates = PriorClassifier().fit_replicates(X, y, W)
    for r, w in enumerate(W):
        theirs = DummyClassifier(strategy="prior").fit(X, y, sample_weight=w)
        assert_allclose(replicates[r].predict_proba(X), theirs.predict_proba(X), rtol=1e-14)
    assert_allclose(replicates.predict_proba(X)[2], replicates[2].predict_proba(X), rtol=1e-14)
