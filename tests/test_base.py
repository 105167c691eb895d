"""What every classifier here asks of the rows it judges."""

import numpy as np
import pytest

from genvsdisc import GaussianClassifier, LogisticClassifier, NaiveBayesClassifier

MODELS = [GaussianClassifier(), GaussianClassifier("separate"), LogisticClassifier(), NaiveBayesClassifier()]


JUDGES = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def judged(model, n_classes, n_rows, bad):
    """A fitted model, its replicates and rows with one bad value, in a column that was constant in training.

    Linear scores are looked at in place of X: such a column has no weight in them, and is seen all the same.
    """
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % n_classes
    X[:, 1] = 1.0
    rows = rng.normal(size=(n_rows, 3))
    rows[n_rows // 2, 1] = bad
    return model.fit(X, y), model.fit_replicates(X, y, np.ones((2, 60))), rows


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_rows", [1, 2, 300])
@pytest.mark.parametrize(
    ("model", "bad", "word"),
    [
        *((model, bad, "infinity") for model in MODELS for bad in (np.inf, -np.inf)),
        (LogisticClassifier(), np.nan, "NaN"),
    ],
    ids=repr,
)
def test_what_is_not_finite_is_refused_also_where_it_does_not_count(model, bad, word, n_rows, n_classes):
    fitted, replicates, rows = judged(model, n_classes, n_rows, bad)
    for judge in (*(getattr(fitted, name) for name in JUDGES), replicates.predict):
        with pytest.raises(ValueError, match=word):
            judge(rows)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_rows", [1, 2, 300])
@pytest.mark.parametrize("model", [model for model in MODELS if not isinstance(model, LogisticClassifier)], ids=repr)
def test_a_missing_value_where_it_does_not_count_changes_nothing_for_generative_models(model, n_rows, n_classes):
    fitted, replicates, rows = judged(model, n_classes, n_rows, np.nan)
    # A column that is the same in every class says nothing about the class, whatever its value.
    whole = np.where(np.isnan(rows), 1.0, rows)
    for judge in (fitted.predict_proba, fitted.predict_log_proba, replicates.predict_proba):
        np.testing.assert_allclose(judge(rows), judge(whole), rtol=1e-6, atol=1e-8)
