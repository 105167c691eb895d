"""Rows to test on with gaps where the training rows have none: every model judges them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import genvsdisc as gd
from genvsdisc.study.fits.unforeseen_gaps import with_means
from genvsdisc.study.fits.weighted_fits import copies

RNG = np.random.default_rng(0)
X = pd.DataFrame({"size": RNG.normal(size=60), "fuel": RNG.choice(["gas", "diesel"], 60)})
Y = np.where(X["size"] + RNG.normal(size=60) > 0, "yes", "no")
NEW = pd.DataFrame({"size": [np.nan, 0.5, 1.0], "fuel": ["gas", "LPG", "diesel"]})
WEIGHTS = RNG.integers(1, 4, 60).astype(float)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("model", [gd.LogisticClassifier(optimizer="newton"), LogisticRegression()])
def test_the_mean_of_the_training_rows_stands_in(model, weights):
    """By hand: the encoded entries that are lost are the means of those of training, as often as the rows count."""
    encoder = gd.TableEncoder().fit(X)
    numbers = encoder.transform(X)
    fitted = make_pipeline(encoder, model.fit(numbers, Y, sample_weight=weights))
    with pytest.warns(UserWarning, match="2 of 3 rows to test on have a gap, or a word that was not met in training"):
        filled = with_means(fitted, X, weights, NEW)
    rows = np.arange(60) if weights is None else copies(weights)
    lost = encoder.transform(NEW)
    lost = np.where(np.isnan(lost), numbers[rows].mean(axis=0), lost)
    np.testing.assert_array_equal(filled.predict_proba(NEW), model.predict_proba(lost))
    np.testing.assert_array_equal(filled.predict_proba(X), model.predict_proba(numbers))


def test_who_takes_gaps_or_meets_none_stays_as_it_is():
    bayes = gd.GaussianClassifier().fit(X[["size"]].to_numpy(), Y)
    assert with_means(bayes, X[["size"]].to_numpy(), None, NEW[["size"]].to_numpy()) is bayes
    logistic = gd.LogisticClassifier().fit(X[["size"]].to_numpy(), Y)
    assert with_means(logistic, X[["size"]].to_numpy(), None, np.ones((2, 1))) is logistic


@pytest.mark.slow
def test_a_comparison_scores_all_models_on_such_rows():
    """Logistic regression was absent from the table of the test set, for one cell that nobody had met."""
    roster = [model for model in gd.default_models(X) if model.name in ("shared Gaussian", "logistic")]
    design = gd.Design(n_splits=2, n_repeats=1, n_draws=2)
    test, labels = pd.concat([NEW, X[:20]]), np.append(["yes", "no", "yes"], Y[:20])
    result = gd.compare(X, Y, roster, design=design, X_test=test, y_test=labels)
    assert set(result.holdout.model) == {"shared Gaussian", "logistic"}
    assert "rows to test on have a gap" in result.models.set_index("model").warnings["logistic"]
    assert (result.models.error == "").all()
    error = np.mean(result.fitted["logistic"].predict(test) != labels)
    found = result.holdout.query("model == 'logistic' and loss == 'zero_one'")
    assert found.iloc[0][[name for name in found if name in ("value", "mean", "estimate")]].iloc[0] == pytest.approx(
        error
    )
