"""Tables of a comparison, computed again from scikit-learn's cross-validation."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

import genvsdisc as gd
from genvsdisc.study.statistics.tables import n_parameters


@pytest.fixture
def out_of_fold(pair, compared):
    """Probabilities of each row from the fold that held it out, by model."""
    folds = RepeatedStratifiedKFold(n_splits=3, n_repeats=1, random_state=np.random.RandomState(0))
    splits = list(folds.split(pair.X, pair.y))
    roster = {model.name: model.estimator for model in gd.default_models(pair.X)}
    predict = {"method": "predict_proba", "cv": splits}
    return {
        name: cross_val_predict(roster[name], pair.X, pair.y, **predict) for name in compared.models["model"]
    }, splits


def test_confusion_is_that_of_the_out_of_fold_predictions(pair, compared, out_of_fold):
    for name, probabilities in out_of_fold[0].items():
        theirs = confusion_matrix(pair.y, probabilities.argmax(axis=1), normalize="true")
        ours = compared.confusion[compared.confusion["model"] == name].pivot(
            index="true", columns="predicted", values="share"
        )
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_areas_are_scikit_learns_on_each_fold(pair, compared, out_of_fold):
    probabilities, splits = out_of_fold
    for name, p in probabilities.items():
        theirs = [roc_auc_score(pair.y.iloc[test], p[test, 1]) for _, test in splits]
        scores = compared.scores[compared.scores["loss"] == "roc_auc"]
        ours = scores.loc[scores["model"] == name, "value"]
        np.testing.assert_allclose(np.sort(ours), np.sort(theirs), rtol=1e-12)


def test_every_fold_has_its_numbers_of_rows(pair, compared):
    scores = compared.scores.query("loss == 'brier'")
    assert (scores["n_train"] + scores["n_test"] == len(pair.X)).all()
    assert scores.groupby("model")["n_test"].sum().eq(len(pair.X)).all()


def test_free_parameters_are_counted():
    X, y = np.random.default_rng(0).normal(size=(90, 4)), np.arange(90) % 3
    # (K - 1) (d + 1); K - 1 priors, K d means, d (d + 1) / 2 covariances once, or for each class.
    assert n_parameters(LogisticRegression().fit(X, y)) == 2 * 5
    assert n_parameters(gd.LogisticClassifier().fit(X, y)) == 2 * 5
    assert n_parameters(gd.GaussianClassifier().fit(X, y)) == 2 + 12 + 10
    assert n_parameters(gd.GaussianClassifier("separate").fit(X, y)) == 2 + 12 + 30
    assert n_parameters(DecisionTreeClassifier().fit(X, y)) is not None
