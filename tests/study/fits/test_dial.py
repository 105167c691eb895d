"""The stage of the dial: its ends are the two classifiers, fitted to the same folds."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc import GaussianClassifier
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
