"""Tuning: the search that is put around each model of the roster, and its score."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV

from genvsdisc import LogisticClassifier
from genvsdisc.models import Model, default_models
from genvsdisc.study.fits.tuning import REGULARIZATION, negative_log_loss, tuned
from genvsdisc.study.sampling import Sampling
from genvsdisc.study.statistics.failures import reason

SEARCHED = {
    "shared Gaussian": "shrinkage",
    "separate Gaussian": "shrinkage",
    "naive Bayes": "var_smoothing",
    "logistic": "reg_lambda",
    "logistic, quadratic features": "reg_lambda",
    "cascade": "reg_lambda",
    "multilayer perceptron": "reg_lambda",
}


@pytest.mark.parametrize("name", SEARCHED)
def test_every_family_gets_a_grid_of_five(name):
    model = next(model for model in default_models() if model.name == name)
    search = tuned(model).estimator
    ((parameter, values),) = search.param_grid.items()
    assert parameter.rpartition("__")[2] == SEARCHED[name]
    assert len(values) == 5
    assert search.estimator is model.estimator
    assert tuned(model).form == model.form


@pytest.mark.parametrize("name", ["regularized Gaussian", "majority class"])
def test_what_chooses_by_itself_or_has_nothing_to_choose_stays(name):
    model = next(model for model in default_models() if model.name == name)
    assert tuned(model) is model


def test_the_choice_is_the_best_mean_log_loss_of_the_inner_folds(pair):
    model = next(model for model in default_models(pair.X) if model.name == "logistic")
    search = tuned(model).estimator.fit(pair.X, pair.y)
    theirs = GridSearchCV(model.estimator, search.param_grid, scoring="neg_log_loss", cv=search.cv).fit(pair.X, pair.y)
    np.testing.assert_allclose(search.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], rtol=1e-9)
    assert search.best_params_ == theirs.best_params_


def test_the_score_is_scikit_learns_and_defined_where_theirs_is_not():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), rng.integers(0, 3, 40)
    fitted = DummyClassifier(strategy="prior").fit(X, y)
    assert negative_log_loss(fitted, X, y) == pytest.approx(-log_loss(y, fitted.predict_proba(X)), rel=1e-12)
    assert negative_log_loss(fitted, X[:5], np.zeros(5, int)) == pytest.approx(np.log(np.mean(y == 0)))
    never_seen = negative_log_loss(fitted, X[:2], np.array([0, 7]))
    assert never_seen < 0.5 * np.log(1e-10)


def test_models_of_others_without_a_known_dial_stay():
    model = Model("theirs", DummyClassifier())
    assert tuned(model) is model


@pytest.mark.parametrize("counts", [(4, 1), (2, 2), (3, 1, 1), (9, 2)])
def test_training_sets_of_few_rows_are_tuned_on_fewer_folds(counts):
    """Stages of a tuned model died of "n_splits=5 cannot be greater than the number of members in each class"."""
    y = np.repeat(np.arange(len(counts)), counts)
    X = np.random.default_rng(0).normal(size=(len(y), 2)) + y[:, None]
    model = tuned(Model("logistic", LogisticClassifier(optimizer="newton")))
    fitted = model.estimator.fit(X, y)
    assert np.isfinite(fitted.cv_results_["mean_test_score"]).all()
    assert fitted.best_params_["reg_lambda"] in REGULARIZATION["reg_lambda"]


@pytest.mark.parametrize("counts", [(1, 1), (1, 1, 1)])
def test_what_no_fold_can_choose_stays_as_it_was_given(counts):
    """Rows that judge themselves chose the weakest penalty."""
    y = np.arange(len(counts))
    X = np.random.default_rng(0).normal(size=(len(y), 2)) + y[:, None]
    given = LogisticClassifier(optimizer="newton", reg_lambda=0.7)
    fitted = tuned(Model("logistic", given)).estimator.fit(X, y)
    np.testing.assert_array_equal(fitted.predict_proba(X), clone(given).fit(X, y).predict_proba(X))
    assert fitted.best_params_ == {}
    assert fitted.best_estimator_.get_params() == given.get_params()


def test_classes_that_follow_one_another_in_time_leave_what_was_given():
    X, y = np.arange(20.0)[:, None], np.repeat([0, 1], 10)
    time = Sampling("time", np.repeat([0, 1], 10))
    given = LogisticClassifier(optimizer="newton", reg_lambda=0.7)
    fitted = tuned(Model("logistic", given), sampling=time).estimator.fit(pd.DataFrame(X), y)
    assert fitted.best_estimator_.get_params() == given.get_params()


def test_folds_that_train_on_one_class_alone_have_no_say():
    """One fold without a score left all candidates without one, and the first, the weakest, was taken."""
    y = np.repeat([0, 1], 30)
    X = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 8)))  # noise: the strongest penalty is best
    sampling = Sampling("time", np.arange(60))
    model = tuned(Model("logistic", LogisticClassifier(optimizer="newton")), sampling=sampling)
    assert model.estimator.fit(X, y).best_params_ == {"reg_lambda": 1.0}


def test_of_fits_of_a_search_that_failed_the_reason_is_told_and_no_traceback():
    told = "\n1 fits failed out of a total of 5.\nThe score\n\nTraceback (most recent call last):\nValueError: why\n"
    assert reason(UserWarning(told)) == "UserWarning: 1 fits failed out of a total of 5. ValueError: why"
