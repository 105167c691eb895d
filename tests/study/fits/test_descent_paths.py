"""Both dials of logistic regression: gradient descent written out, and scikit-learn at every penalty."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from genvsdisc.models import Model, default_models
from genvsdisc.study.fits.descent_paths import descends


def descent(Z, y, rate, reg_lambda, n_epochs):
    """Objective before each step of plain gradient descent from zero."""
    columns, theta, values = np.column_stack([Z, np.ones(len(Z))]), np.zeros(Z.shape[1] + 1), []
    penalties = np.append(np.full(Z.shape[1], reg_lambda), 0)
    for _ in range(n_epochs):
        logits = columns @ theta
        values.append(np.mean(np.logaddexp(0, logits) - y * logits) + theta @ (penalties * theta) / 2)
        theta = theta - rate * (columns.T @ (1 / (1 + np.exp(-logits)) - y) / len(y) + penalties * theta)
    return values


@pytest.mark.parametrize("rate", [0.01, 0.1, 1.0])
def test_traces_are_plain_gradient_descent(pair, compared, rate):
    trace = compared.traces[compared.traces["learning_rate"] == rate].sort_values("epoch")
    theirs = descent(StandardScaler().fit_transform(pair.X), pair.y.to_numpy(), rate, 1e-3, len(trace))
    np.testing.assert_allclose(trace["loss"], theirs, rtol=1e-9)


def test_the_search_is_scikit_learns_at_every_penalty(pair, compared):
    folds = list(
        RepeatedStratifiedKFold(n_splits=3, n_repeats=1, random_state=np.random.RandomState(0)).split(pair.X, pair.y)
    )
    search = compared.search[compared.search["loss"] == "log_loss"].set_index(["reg_lambda", "split"])
    for reg_lambda in search.index.unique("reg_lambda"):
        losses = {"train": [], "validation": []}
        for train, test in folds:
            model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / (reg_lambda * len(train)), tol=1e-8))
            model.fit(pair.X.iloc[train], pair.y.iloc[train])
            for split, rows in (("train", train), ("validation", test)):
                losses[split].append(log_loss(pair.y.iloc[rows], model.predict_proba(pair.X.iloc[rows])))
        for split, values in losses.items():
            row = search.loc[(reg_lambda, split)]
            assert row["mean"] == pytest.approx(np.mean(values), rel=1e-5)
            assert row["se"] == pytest.approx(np.std(values, ddof=1) / np.sqrt(3), rel=1e-3)


def test_the_first_model_of_the_roster_that_descends_is_logistic_regression():
    assert next(model.name for model in default_models() if descends(model)) == "logistic"
    assert not descends(Model("theirs", LogisticRegression()))
