"""The stage of the dial: its ends are the two classifiers, fitted to the same folds."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import Design, GaussianClassifier, compare, default_models
from genvsdisc.study.fits.dial import DIAL_FORMS, PAGE_DIAL


def cross_validated(pair, model_of):
    losses = []
    folds = RepeatedStratifiedKFold(n_splits=3, n_repeats=1, random_state=np.random.RandomState(0))
    for train, test in folds.split(pair.X, pair.y):
        model = model_of(len(train)).fit(pair.X.iloc[train], pair.y.iloc[train])
        losses.append(log_loss(pair.y.iloc[test], model.predict_proba(pair.X.iloc[test])))
    return np.mean(losses)


def test_the_ends_are_both_fits_on_the_same_folds(pair, compared):
    hybrid = compared.hybrid[compared.hybrid.loss == "log_loss"].set_index(["dial", "generative_weight"])["mean"]
    assert sorted(hybrid.index.unique("generative_weight")) == sorted(PAGE_DIAL)
    linear, additive = DIAL_FORMS
    theirs = cross_validated(pair, lambda n: make_pipeline(StandardScaler(), LogisticRegression(C=1e3 / n, tol=1e-9)))
    assert hybrid[linear, 0.0] == pytest.approx(theirs, rel=1e-5)
    ours = cross_validated(pair, lambda _: GaussianClassifier(shrinkage=1e-3, standardize=True))
    assert hybrid[linear, 1.0] == pytest.approx(ours, rel=1e-9)
    assert hybrid[additive, 1.0] == pytest.approx(cross_validated(pair, lambda _: GaussianNB()), rel=1e-2)


def test_binary_columns_have_the_dial_of_their_own_naive_bayes():
    rng = np.random.default_rng(0)
    y = np.arange(240) % 2
    X = pd.DataFrame((rng.random((240, 4)) < 0.3 + 0.3 * y[:, None]).astype(float), columns=list("abcd"))
    pair = SimpleNamespace(X=X, y=pd.Series(y))
    roster = [model for model in default_models(X) if model.form == "linear"]
    design = Design(n_splits=3, n_repeats=1, n_draws=4, train_sizes=(20, 60))
    result = compare(X, pair.y, roster, design=design, random_state=0)
    hybrid = result.hybrid[result.hybrid.loss == "log_loss"].set_index(["dial", "generative_weight"])["mean"]
    assert list(hybrid.index.unique("dial")) == ["shared Gaussian to logistic", "Bernoulli naive Bayes to logistic"]
    ours = cross_validated(pair, lambda _: BernoulliNB())
    assert hybrid["Bernoulli naive Bayes to logistic", 1.0] == pytest.approx(ours, rel=1e-9)
    theirs = cross_validated(pair, lambda n: make_pipeline(StandardScaler(), LogisticRegression(C=1e3 / n, tol=1e-9)))
    assert hybrid["Bernoulli naive Bayes to logistic", 0.0] == pytest.approx(theirs, rel=1e-5)
