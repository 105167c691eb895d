"""compare(groups=, time=): every stage, with a classifier that refuses to judge a group or a past it was taught."""

import numpy as np
import pandas as pd
import pytest
from grouped_laws import grouped_table
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

import genvsdisc as gd

SMALL = gd.Design(n_splits=4, n_repeats=2, n_draws=10)


class Witness(ClassifierMixin, BaseEstimator):
    """Class shares; column 0 is the group or the time of a row, and a row that it should not judge is an error."""

    def __init__(self, kind="groups", reg_lambda=1.0):
        self.kind, self.reg_lambda = kind, reg_lambda

    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.shares_, self.seen_ = counts / len(y), np.asarray(X)[:, 0]
        return self

    def predict_proba(self, X):
        rows = np.asarray(X)[:, 0]
        own = rows[rows % 1 == 0]  # times are whole; a deleted one that was filled in is no moment
        wrong = np.isin(rows, self.seen_).any() if self.kind == "groups" else own.size and own.min() <= self.seen_.max()
        if wrong:
            raise ValueError("judges what it was taught")
        return np.tile(self.shares_, (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def table(seed=0, n_groups=12):
    rng = np.random.default_rng(seed)
    groups = rng.permutation(np.repeat(np.arange(n_groups), rng.integers(8, 30, n_groups)))
    X = pd.DataFrame({"where": groups / 7, "x": rng.normal(size=len(groups))})
    return X, pd.Series(rng.integers(0, 2, len(groups)), name="y"), groups


@pytest.mark.parametrize("tune", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_no_stage_judges_a_group_that_it_was_taught(tune):
    X, y, groups = table()
    result = gd.compare(X, y, {"witness": Witness()}, design=SMALL, groups=groups, tune=tune)
    assert result.models.error.tolist() == [""]
    assert result.models.warnings.tolist() == [""]
    assert set(result.timings.stage) >= {"cross-validation", "learning curve", "bias and variance", "label noise"}
    assert result.meta["sampling"]["n_groups"] == 12
    # The witness does object where groups are not given.
    plain = gd.compare(X, y, {"witness": Witness(), "logistic": gd.LogisticClassifier()}, design=SMALL)
    assert "judges what it was taught" in plain.models.error[0]


@pytest.mark.parametrize("tune", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_no_stage_judges_the_past(tune):
    X, y, _ = table()
    times = np.random.default_rng(3).integers(0, 200, len(y))  # six successive rows are not of one moment
    X["where"] = times
    result = gd.compare(X, y, {"witness": Witness("time")}, design=SMALL, time=times, tune=tune)
    assert result.models.error.tolist() == [""]
    assert result.models.warnings.tolist() == [""]
    assert result.meta["design"]["n_repeats"] == 1
    assert "cannot be repeated" in result.meta["sampling"]["note"]
    n_train = result.scores.query("loss == 'zero_one'")["n_train"]
    assert (np.diff(n_train) > 0).all()
    assert np.isfinite(result.calibration["brier"]).all()


@pytest.mark.slow
def test_array_series_and_name_give_the_same_comparison():
    X, y, groups = table()
    models = {"logistic": gd.LogisticClassifier()}
    named = gd.compare(X.assign(who=groups), y, models, design=SMALL, groups="who")
    for given in (groups, pd.Series(groups), list(groups), [f"s{g}" for g in groups]):
        other = gd.compare(X, y, models, design=SMALL, groups=given, n_jobs=2)
        pd.testing.assert_frame_equal(named.scores, other.scores)
        pd.testing.assert_frame_equal(named.learning_curves, other.learning_curves)
    assert "who" not in set(named.columns.column)


def test_rows_without_a_label_and_classes_in_too_few_groups_are_left_out_with_their_groups():
    X, y, groups = table()
    y = y.astype(object)
    y[groups == 3] = 2
    y[5] = None
    result = gd.compare(X, y, {"witness": Witness()}, design=SMALL, groups=groups)
    assert result.models.error.tolist() == [""]
    left = " ".join(result.meta["left_out"])
    assert "is left out: in 1 groups, fewer than 4, one for each fold." in left
    assert result.meta["sampling"]["n_groups"] == 11
    with pytest.raises(ValueError, match="fewer than two classes can be both learned and tested"):
        gd.compare(X, np.where(groups == 0, "a", "b"), {"witness": Witness()}, design=SMALL, groups=groups)


def test_fewer_folds_where_groups_are_few():
    X, y, groups = table(n_groups=5)
    result = gd.compare(X, y, {"witness": Witness()}, groups=groups)
    assert result.meta["design"]["n_splits"] == 5
    assert result.meta["design"]["n_repeats"] == 1
    with pytest.raises(ValueError, match=r"4 folds need as many groups|fewer than two classes"):
        gd.compare(X, y, {"witness": Witness()}, groups=groups % 3, design=SMALL)


@pytest.mark.slow
def test_a_search_of_the_user_splits_by_group_too():
    X, y, groups = table()
    searches = {
        "five": GridSearchCV(Witness(), {"reg_lambda": [1.0, 2.0]}, cv=5, error_score="raise"),
        "theirs": GridSearchCV(Witness(), {"reg_lambda": [1.0, 2.0]}, cv=GroupKFold(3), error_score="raise"),
    }
    result = gd.compare(X, y, searches, design=SMALL, groups=groups)
    assert result.models.error.tolist() == ["", ""]


def speakers(seed=0, *, n_speakers=15, n_classes=6, n_takes=8, n_features=8):
    """Words said by speakers: each speaker has a place of its own, each word of a speaker too, takes hardly differ."""
    rng = np.random.default_rng(seed)
    who, word = (a.ravel() for a in np.mgrid[:n_speakers, :n_classes])
    word_means = rng.normal(size=(n_classes, n_features))
    voice = rng.normal(size=(n_speakers, n_features))
    manner = 0.7 * rng.normal(size=(n_speakers, n_classes, n_features))
    centers = word_means[word] + voice[who] + manner[who, word]
    X = np.repeat(centers, n_takes, axis=0) + 0.2 * rng.normal(size=(len(who) * n_takes, n_features))
    frame = pd.DataFrame(X, columns=[f"f{j}" for j in range(n_features)])
    return frame, pd.Series(np.repeat(word, n_takes), name="word"), np.repeat(who, n_takes)


@pytest.mark.slow
def test_folds_of_whole_speakers_turn_the_answer_as_on_vowel():
    """On vowel the additive pair changes sign, and the separate Gaussian is no longer nearly free of errors."""
    X, y, who = speakers()
    roster = [m for m in gd.default_models() if m.form in ("additive", "quadratic")]
    design = gd.Design(n_splits=5, n_repeats=1, n_draws=2)
    differences, errors = {}, {}
    for kind, groups in (("rows", None), ("groups", who)):
        result = gd.compare(X, y, roster, design=design, groups=groups)
        of_loss = result.differences.query("loss == 'zero_one' and discriminative == 'logistic, additive features'")
        differences[kind] = of_loss["difference"].item()
        errors[kind] = result.summary.query("loss == 'zero_one'").set_index("model")["mean"]
    assert differences["rows"] > 0.05
    assert differences["groups"] < -0.02
    assert errors["rows"]["separate Gaussian"] < 0.2
    assert errors["groups"]["separate Gaussian"] > errors["rows"]["separate Gaussian"] + 0.3


def test_errors_of_curves_are_over_groups():
    """Rows of a subject err together: with 20 rows each the error of the curve is far above that over single rows."""
    X, y, subject = grouped_table(0, n_subjects=30, n_rows=20, effect=2.0, label="subject")
    models = {"logistic": gd.LogisticClassifier()}
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=40, losses=("brier",), train_sizes=[200])
    grouped = gd.compare(X, y, models, design=design, groups=subject).learning_curves["se"].item()
    single = gd.compare(X, y, models, design=design).learning_curves["se"].item()
    assert grouped > 2 * single


@pytest.mark.slow
def test_a_logistic_of_sklearn_goes_through_groups_and_time():
    X, y, groups = table()
    for arguments in ({"groups": groups}, {"time": groups}):
        result = gd.compare(X, y, {"theirs": LogisticRegression()}, design=SMALL, **arguments)
        assert result.models.status.tolist() == ["ok"]
