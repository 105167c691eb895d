"""A fitted search is judged on its own splits, with the sign and the share of its splits."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    PredefinedSplit,
    RandomizedSearchCV,
    RepeatedKFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
)
from sklearn.naive_bayes import GaussianNB

from genvsdisc import bayesian_comparison, corrected_ttest, search_verdict

X, Y = make_classification(150, 6, n_informative=3, flip_y=0.2, random_state=0)
GRID = {"var_smoothing": [1e-9, 1e-8, 10.0, 1e6]}


def grid_search(**options):
    return GridSearchCV(GaussianNB(), GRID, **({"cv": 5} | options)).fit(X, Y)


@pytest.fixture(scope="module")
def search():
    return grid_search(cv=RepeatedKFold(n_splits=5, n_repeats=3, random_state=0))


def test_every_candidate_once_and_the_best_first(search):
    table = search_verdict(search)
    assert sorted(table["candidate"]) == [0, 1, 2, 3]
    assert table.loc[0, "candidate"] == search.best_index_
    assert list(table["params"]) == [search.cv_results_["params"][i] for i in table["candidate"]]
    assert list(table["rank"]) == [search.cv_results_["rank_test_score"][i] for i in table["candidate"]]
    assert list(table["verdict"][:2]) == ["best", "as good"]
    assert table["verdict"].iloc[-1] == "worse"
    as_good = (table["p_equal"] + table["p_better"])[1:]
    assert (np.diff(as_good) <= 0).all()


def test_numbers_are_those_of_the_two_tests_on_the_differences_of_the_splits(search):
    row = search_verdict(search, rope=0.02, level=0.9).iloc[-1]
    scores = [
        np.array([search.cv_results_[f"split{i}_test_score"][c] for i in range(15)])
        for c in (row["candidate"], search.best_index_)
    ]
    test = corrected_ttest(scores[0] - scores[1], test_fraction=1 / 5, level=0.9)
    belief = bayesian_comparison(scores[0] - scores[1], test_fraction=1 / 5, rope=0.02)
    found = row[["difference", "lower", "upper", "pvalue", "p_worse", "p_equal", "p_better"]].to_numpy(dtype=float)
    expected = [test.mean, test.lower, test.upper, test.pvalue, belief.p_left, belief.p_rope, belief.p_right]
    assert found == pytest.approx(expected, rel=1e-10)
    assert row["difference"] < 0


def test_negated_losses_keep_the_sign():
    table = search_verdict(grid_search(scoring="neg_log_loss"))
    assert (table["score"] < 0).all()
    assert (table["difference"] <= 0).all()


@pytest.mark.parametrize("refit", [False, "accuracy", "neg_log_loss"])
@pytest.mark.parametrize("metric", ["accuracy", "neg_log_loss"])
def test_any_of_several_scores(refit, metric):
    search = grid_search(scoring=["accuracy", "neg_log_loss"], refit=refit)
    table = search_verdict(search, metric=metric)
    assert table.loc[0, "rank"] == 1
    assert table.loc[0, "score"] == search.cv_results_[f"mean_test_{metric}"].max()


def test_several_scores_default_to_the_one_refitted_by():
    search = grid_search(scoring=["accuracy", "neg_log_loss"], refit="neg_log_loss")
    assert search_verdict(search).equals(search_verdict(search, metric="neg_log_loss"))


def test_the_search_s_own_choice_is_the_best():
    search = grid_search(refit=lambda results: int(np.argmin(results["mean_test_score"])))
    table = search_verdict(search)
    assert table.loc[0, "verdict"] == "best"
    assert table.loc[0, "candidate"] == search.best_index_
    assert (table["difference"] >= 0).all()


def test_a_score_must_be_named_where_there_is_a_choice():
    search = grid_search(scoring=["accuracy", "neg_log_loss"], refit=False)
    with pytest.raises(ValueError, match="the search has several scores: give metric, one of accuracy, neg_log_loss"):
        search_verdict(search)


@pytest.mark.parametrize(
    ("cv", "fraction"),
    [
        (None, 1 / 5),
        (4, 1 / 4),
        (StratifiedKFold(6), 1 / 6),
        (RepeatedKFold(n_splits=3, n_repeats=4), 1 / 3),
        (ShuffleSplit(8, test_size=0.3, random_state=0), 0.3),
        (ShuffleSplit(8, train_size=0.3, test_size=0.3, random_state=0), 0.5),
        (ShuffleSplit(8, train_size=0.3, test_size=0.2, random_state=0), 0.4),
        (StratifiedShuffleSplit(8, train_size=30, test_size=90, random_state=0), 0.75),
        (ShuffleSplit(8, train_size=0.7, random_state=0), 0.3),
        (ShuffleSplit(8, random_state=0), 0.1),
        ([(np.arange(50, 150), np.arange(50)), (np.arange(100), np.arange(100, 150))], 1 / 3),
    ],
    ids=str,
)
def test_f04_w03_held_out_share_is_read_off_the_splits(cv, fraction):
    search = grid_search(cv=cv)
    assert search_verdict(search).equals(search_verdict(search, test_fraction=fraction))


@pytest.mark.parametrize("cv", [TimeSeriesSplit(4), PredefinedSplit(np.arange(150) % 3 - 1)], ids=str)
def test_held_out_share_must_be_given_where_it_cannot_be_read(cv):
    with pytest.raises(ValueError, match="give test_fraction"):
        search_verdict(grid_search(cv=cv))


def test_groups():
    search = GridSearchCV(GaussianNB(), GRID, cv=GroupKFold(3)).fit(X, Y, groups=np.arange(150) // 10)
    assert search_verdict(search).equals(search_verdict(search, test_fraction=1 / 3))


@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.FitFailedWarning", "ignore:One or more of the test scores are non-finite"
)
def test_candidates_that_failed_are_last_and_said():
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [-1.0, 1e-9]}, cv=5).fit(X, Y)
    table = search_verdict(search)
    assert list(table["verdict"]) == ["best", "failed"]
    assert table.iloc[-1][["score", "pvalue", "p_equal"]].isna().all()


def test_randomized_search():
    X, y = load_iris(return_X_y=True)
    search = RandomizedSearchCV(LogisticRegression(max_iter=2000), {"C": [1e-6, 1.0]}, n_iter=2, random_state=0)
    assert list(search_verdict(search.fit(X, y))["verdict"]) == ["best", "worse"]
