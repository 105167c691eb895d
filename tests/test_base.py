"""What every classifier here asks of the rows it judges."""

import numpy as np
import pytest

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier

MODELS = [GaussianClassifier(), GaussianClassifier("separate"), LogisticClassifier(), NaiveBayesClassifier()]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_rows", [1, 2, 300])
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_what_is_not_finite_is_seen_also_where_it_does_not_count(model, bad, n_rows, n_classes):
    """Linear scores are looked at in place of X: a constant column has no weight in them, and is seen all the same."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % n_classes
    X[:, 1] = 1.0
    model.fit(X, y)
    rows = rng.normal(size=(n_rows, 3))
    rows[n_rows // 2, 1] = bad
    replicates = model.fit_replicates(X, y, np.ones((2, 60)))
    for judge in (
        model.predict,
        model.predict_proba,
        model.predict_log_proba,
        model.decision_function,
        replicates.predict,
    ):
        if np.isnan(bad) and not isinstance(model, LogisticClassifier):
            judge(rows)  # a missing value
            continue
        with pytest.raises(ValueError, match="NaN" if np.isnan(bad) else "infinity"):
            judge(rows)
