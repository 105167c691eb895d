"""Automatic shrinkage on whole groups: what a search over the same grid chooses, and what single rows hide."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import genvsdisc as gd
from genvsdisc import GaussianClassifier
from genvsdisc.preparation import takes_gaps
from genvsdisc.study.fits.held_out_shrinkage import HeldOutShrinkage, with_held_out_shrinkage, without_search
from genvsdisc.study.sampling import Sampling


def subjects(seed=0, *, n_subjects=12, n_rows=8, d=4, effect=1.0):
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(n_subjects), n_rows)
    y = rng.integers(0, 2, len(subject))
    X = (rng.normal(size=(len(subject), d)) + 0.7 * y[:, None]) * np.logspace(0, 1, d)
    X += effect * (rng.normal(size=(n_subjects, d)) * np.logspace(0, 1, d))[subject]
    return pd.DataFrame(X).add_prefix("x"), np.array(["no", "yes"])[y], Sampling("groups", subject)


def log_score(estimator, X, y):
    return estimator.predict_log_proba(X)[np.arange(len(y)), np.searchsorted(estimator.classes_, y)].mean()


def by_search(search, X, y):
    """The same grid and folds, a fit for each candidate and fold."""
    return GridSearchCV(search.estimator, search.param_grid, scoring=log_score, cv=search.cv).fit(X, y)


SEPARATE = {"covariance": "separate"}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("groups", {"standardize": True}),
        ("time", {"structure": "diagonal", "priors": [0.3, 0.7]}),
        *(pytest.param(kind, SEPARATE | {"standardize": True}, marks=pytest.mark.slow) for kind in ("groups", "time")),
        pytest.param("groups", SEPARATE, marks=pytest.mark.slow),
        pytest.param("time", SEPARATE | {"structure": "spherical"}, marks=pytest.mark.slow),
    ],
)
def test_the_choice_is_that_of_a_search_over_the_grid(kind, options):
    X, y, sampling = subjects()
    sampling = Sampling(kind, sampling.codes)
    search = with_held_out_shrinkage(GaussianClassifier(shrinkage="auto", **options), sampling)
    theirs = by_search(search, X, y)
    ours = np.mean(search._losses(X, y, np.ones(len(y))), axis=0)
    np.testing.assert_allclose(-ours.ravel(), theirs.cv_results_["mean_test_score"], rtol=1e-9)
    assert search.fit(X, y).best_params_ == theirs.best_params_
    np.testing.assert_array_equal(search.predict_proba(X), theirs.predict_proba(X))
    assert without_search(search) is search.best_estimator_


def test_steps_that_learn_are_fitted_to_the_rows_that_train():
    X, y, sampling = subjects(1)
    search = with_held_out_shrinkage(make_pipeline(StandardScaler(), GaussianClassifier(shrinkage="auto")), sampling)
    theirs = by_search(search, X, y)
    ours = np.mean(search._losses(X, y, np.ones(len(y))), axis=0)
    np.testing.assert_allclose(-ours.ravel(), theirs.cv_results_["mean_test_score"], rtol=1e-9)


def test_a_weight_stands_for_copies():
    X, y, sampling = subjects(2)
    weights = np.random.default_rng(0).integers(1, 4, len(y)).astype(float)
    copies = np.repeat(np.arange(len(y)), weights.astype(int))
    search = with_held_out_shrinkage(GaussianClassifier("separate", shrinkage="auto"), sampling)
    search.cv = [(np.flatnonzero(sampling.codes % 3), np.flatnonzero(sampling.codes % 3 == 0))]
    (weighted,) = search._losses(X, y, weights)
    search.cv = [tuple(np.flatnonzero(np.isin(copies, rows)) for rows in search.cv[0])]
    (repeated,) = search._losses(X.iloc[copies], y[copies], np.ones(len(copies)))
    np.testing.assert_allclose(weighted, repeated, rtol=1e-9)
    chosen = with_held_out_shrinkage(make_pipeline(StandardScaler(), GaussianClassifier(shrinkage="auto")), sampling)
    chosen.fit(X, y, gaussianclassifier__sample_weight=weights)
    assert chosen.best_estimator_[-1].class_prior_[1] == pytest.approx(weights[y == "yes"].sum() / weights.sum())


def test_others_and_fixed_shrinkage_stay_as_they_are():
    sampling = subjects()[2]
    for estimator in (GaussianClassifier(shrinkage=0.1), make_pipeline(StandardScaler(), GaussianClassifier())):
        assert with_held_out_shrinkage(estimator, sampling) is estimator


def test_missing_entries_are_completed_for_the_choice():
    X, y, sampling = subjects(3)
    search = with_held_out_shrinkage(GaussianClassifier("separate", shrinkage="auto"), sampling)
    whole = np.mean(search._losses(X, y, np.ones(len(y))), axis=0)
    X.iloc[5, 1] = np.nan
    holed = np.mean(search._losses(X, y, np.ones(len(y))), axis=0)
    np.testing.assert_allclose(holed[3:, 3:], whole[3:, 3:], rtol=0.02)
    assert np.isfinite(search.fit(X, y).predict_proba(X)).all()


def test_where_no_fold_can_judge_single_rows_choose():
    X, y, _ = subjects(4)
    apart = Sampling("groups", (y == "yes").astype(int))  # each class is one group
    search = with_held_out_shrinkage(GaussianClassifier("separate", shrinkage="auto"), apart).fit(X, y)
    assert search.best_params_ == {}
    alone = GaussianClassifier("separate", shrinkage="auto").fit(X, y)
    np.testing.assert_array_equal(search.predict_proba(X), alone.predict_proba(X))
    one = np.array([np.flatnonzero(y == label)[0] for label in ("no", "yes")])  # a row of each class
    few = with_held_out_shrinkage(GaussianClassifier("separate", shrinkage="auto"), apart).fit(X.iloc[one], y[one])
    assert few.best_params_ == {}


def test_it_takes_gaps_as_the_classifier_inside_does():
    sampling = subjects()[2]
    assert takes_gaps(with_held_out_shrinkage(GaussianClassifier(shrinkage="auto"), sampling))
    assert takes_gaps(make_pipeline(HeldOutShrinkage(GaussianClassifier(), {})))
    assert not takes_gaps(make_pipeline(StandardScaler(), GridSearchCV(LogisticRegression(), {})))


@pytest.mark.slow
def test_groups_are_regularized_more_and_a_comparison_keeps_what_was_chosen():
    X, y, sampling = subjects(0, n_subjects=10, n_rows=20, d=8, effect=2.0)
    roster = [model for model in gd.default_models(X) if model.name in ("regularized Gaussian", "logistic")]
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=2, train_sizes=(80,), losses=("log_loss",))
    found = gd.compare(X, y, roster, design=design, groups=sampling.codes)
    kept = found.fitted["regularized Gaussian"][-1]
    alone = gd.compare(X, y, roster[:1], design=design).fitted["regularized Gaussian"][-1]
    assert not isinstance(kept, HeldOutShrinkage)
    assert kept.shrinkage != "auto"
    assert alone.shrinkage == "auto"
    assert np.max(kept.shrinkage_) > np.max(alone.shrinkage_) or kept.pooling_ > alone.pooling_
    assert "InnerFolds" not in found.pipeline("regularized Gaussian")
