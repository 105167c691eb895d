"""Small counts are Poisson in the naive Bayes of the default roster, and the page says so."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import genvsdisc as gd
from genvsdisc.models import default_models
from genvsdisc.study.statistics.count_columns import COUNT

FEW = gd.Design(n_splits=4, n_repeats=2, n_draws=4, train_sizes=(20,))


def visits(n=400, seed=0):
    """Counts, numbers that are whole but no counts, measurements, and a flag."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    X = pd.DataFrame(
        {
            "visits": rng.poisson(1.0 + 2.0 * y),
            "grade": np.clip(np.rint(rng.normal(50 + 2 * y, 4)), 0, 100).astype(int),
            "height": rng.normal(size=n) + 0.3 * y,
            "flag": rng.integers(0, 2, n),
        }
    )
    return X, y


@pytest.mark.parametrize("name", ["naive Bayes", "naive Bayes, shared variance"])
@pytest.mark.parametrize("gaps", [False, True])
def test_the_roster_takes_counts_for_poisson(name, gaps):
    X, y = visits()
    if gaps:
        X["visits"] = X["visits"].astype(float).mask(np.arange(len(X)) % 7 == 0)
    model = next(model for model in default_models(X) if model.name == name)
    fitted = model.estimator.fit(X, y)[-1]
    assert fitted.distributions_ == ("poisson", "gaussian", "gaussian", "bernoulli")
    seen = X["visits"].notna()
    rates = [X.loc[seen & (y == k), "visits"].mean() for k in (0, 1)]
    np.testing.assert_allclose(fitted.means_[:, 0], rates, rtol=0.01)  # but for alpha rows with the mean of all


def test_log_odds_of_a_count_are_those_of_its_law():
    X, y = visits()
    alone = X[["visits"]]
    model = next(model for model in default_models(alone) if model.name == "naive Bayes").estimator.fit(alone, y)
    log_p = model.predict_log_proba(alone)
    rates = model[-1].means_[:, 0]
    expected = stats.poisson(rates[1]).logpmf(X["visits"]) - stats.poisson(rates[0]).logpmf(X["visits"])
    prior = np.log((y == 1).sum() / (y == 0).sum())
    np.testing.assert_allclose(log_p[:, 1] - log_p[:, 0], expected + prior, atol=1e-10)


@pytest.mark.slow
def test_the_columns_say_so_and_independence_alone_has_no_price():
    X, y = visits()
    result = gd.compare(X.drop(columns="flag"), y, design=FEW)
    notes = result.columns.set_index("column")["note"]
    assert notes["visits"] == COUNT
    assert not notes[["grade", "height"]].str.contains("Poisson").any()
    priced = result.assumptions.set_index("assumption")["cost"].notna()
    assert priced.to_dict() == {
        "equal covariances": True,
        "normality given the class": True,
        "independence given the class": False,
    }


def test_anyones_roster_has_no_such_note():
    X, y = visits()
    result = gd.compare(X, y, [gd.NaiveBayesClassifier(), gd.LogisticClassifier()], design=FEW)
    assert not result.columns["note"].str.contains("Poisson").any()
