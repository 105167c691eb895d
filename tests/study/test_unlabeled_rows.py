"""Rows without a label: which are used, which are not and why, and where they make a difference."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import genvsdisc as gd
from genvsdisc.features.reader import TableReader
from genvsdisc.study.sampling import read_sampling
from genvsdisc.study.unlabeled_rows import read_unlabeled
from genvsdisc.study.weights import read_weights

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(120, 3)), columns=["a", "b", "c"]).assign(color=["red", "blue"] * 60)
Y = pd.Series(np.where(np.arange(120) % 3 == 0, None, np.arange(120) % 2), dtype=object, name="y")
LABELED = X[Y.notna()]
READER = TableReader.for_table(LABELED, names=X.columns)
DESIGN = gd.Design(n_splits=3, n_repeats=1, n_draws=4)


def read(X=X, y=Y, given=None, **options):
    return read_unlabeled(X, y, given, reader=READER, labeled=LABELED, **options)


def test_rows_of_the_table_and_of_a_table_of_their_own_are_one():
    rows, notes = read(given=X.iloc[:7, ::-1].assign(more=1, y="?"))
    assert len(rows) == 40 + 7
    assert list(rows.X) == list(X)
    pd.testing.assert_frame_equal(rows.X.iloc[40:].reset_index(drop=True), X.iloc[:7])
    assert notes == (
        "47 rows without a label for the generative models to learn from too, along the dial 'unlabeled rows, added' "
        "and nowhere else.",
    )


def test_blank_lines_gaps_that_training_rows_lack_and_footers_are_left_out():
    table = X.copy().astype(object)
    table.loc[0] = [np.nan] * 4
    table.loc[3, "b"] = np.nan
    rows, notes = read(table)
    assert len(rows) == 38
    assert notes[1].startswith("1 row without a label left out: gaps in columns that have none")
    table.loc[6, "b"] = "the sum"
    rows, notes = read(table)
    assert rows is None
    assert notes[0].startswith("Rows without a label are left out: ")
    assert "the sum" in notes[0]


def test_too_few_tell_nothing():
    few = Y.where(Y.notna() | (np.arange(120) > 20), 1)
    few = few.where(few.notna() | (np.arange(120) < 24), 0)
    rows, notes = read_unlabeled(X, few, reader=READER, labeled=X[few.notna()])
    assert rows is None
    assert notes == ()
    assert read(y=Y.fillna(0)) == (None, ())


def test_no_group_and_no_time_is_on_both_sides():
    groups = np.arange(120) // 2  # of rows 3 k, one of two groups has a label too
    _, sampling = read_sampling(X, groups=groups)
    missing = Y.isna().to_numpy()
    alone = missing & ~np.isin(groups, groups[~missing])
    rows, notes = read(sampling=sampling)
    assert (rows is None, alone.sum()) == (True, 0)
    assert notes[0].startswith("40 rows without a label left out: their groups also have labels")
    _, sampling = read_sampling(X, groups=np.where(missing, 1000 + np.arange(120), groups))
    assert len(read(sampling=sampling)[0]) == 40
    named = X.assign(site=np.where(missing, "new", "old"))
    given = X.assign(site=["old"] * 20 + ["other"] * 100)
    rows, notes = read(y=Y.fillna(0), given=given, groups=("site", named["site"]))
    assert len(rows) == 100
    assert notes[1].startswith("20 rows of unlabeled left out: their groups are in the table")
    _, sampling = read_sampling(X, time=np.arange(120))
    rows, notes = read(sampling=sampling, given=X)
    assert rows is None
    assert len(notes) == 2
    assert all("no row may be learned from that is not older" in note for note in notes)


def test_weights_go_with_the_rows():
    weights = np.where(np.arange(120) % 6 == 0, 0.0, 1 + np.arange(120) % 3)
    rest, read_in = read_weights(X.assign(w=weights), "w")
    rows, _ = read(rest, given=X.assign(w=2.5)[:9], weights=read_in)
    assert len(rows) == 20 + 9
    assert rows.weights.tolist() == [1.0] * 20 + [2.5] * 9


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (X[:0], "unlabeled has no rows"),
        (X[["a", "color"]], "unlabeled lacks the columns 'b', 'c'"),
        (X.assign(b="many"), "unlabeled is not like X: "),
    ],
)
def test_what_is_no_such_table_is_refused_before_anything_is_fitted(given, words):
    with pytest.raises(ValueError, match=words):
        gd.compare(X, Y, unlabeled=given, design=DESIGN)


def test_where_no_model_can_learn_from_them_that_is_said():
    models = {"nb": make_pipeline(PCA(2), GaussianNB()), "logistic": LogisticRegression()}
    found = gd.compare(X[["a", "b"]], Y, models, design=gd.Design(n_splits=2, n_repeats=1, n_draws=2))
    assert found.unlabeled.empty
    assert any("none learns from the rows without a label" in note for note in found.meta["notes"])


def test_a_comparison_is_the_same_but_for_the_dial_of_rows_without_a_label():
    roster = {"one": gd.NaiveBayesClassifier(), "two": gd.LogisticClassifier(optimizer="newton")}
    numbers = X[["a", "b", "c"]]
    plain = gd.compare(LABELED[["a", "b", "c"]], Y.dropna(), roster, design=DESIGN)
    found = gd.compare(numbers, Y, roster, design=DESIGN, unlabeled=numbers.to_numpy()[:30])
    assert found.meta["unlabeled_rows"] == 70
    assert plain.unlabeled["dial"].unique().tolist() == ["unlabeled rows"]
    assert found.unlabeled["dial"].unique().tolist() == ["unlabeled rows, added"]
    for name in ("scores", "differences", "learning_curves", "decomposition"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(plain, name))
    others = [comparison.conditions[~comparison.conditions.dial.str.startswith("unl")] for comparison in (found, plain)]
    pd.testing.assert_frame_equal(*(part.reset_index(drop=True) for part in others))


@pytest.mark.parametrize(
    ("estimator", "step"),
    [
        (make_pipeline(StandardScaler(), GaussianNB()), None),
        (make_pipeline(PCA(2), GaussianNB()), "PCA"),
        (LinearDiscriminantAnalysis(), "LinearDiscriminantAnalysis"),
    ],
)
@pytest.mark.parametrize("labels", [Y, pytest.param(pd.Series(np.arange(120) % 2, name="y"), marks=pytest.mark.slow)])
def test_a_pipeline_of_weighted_steps_learns_from_them_and_what_does_not_is_named(estimator, step, labels):
    models = {"first": estimator, "nb": gd.NaiveBayesClassifier(), "logistic": LogisticRegression()}
    found = gd.compare(X[["a", "b", "c"]], labels, models, design=DESIGN)
    told = [note for note in found.meta["notes"] if "takes no sample_weight" in note]
    why = "takes no sample_weight, which rows without a label need: first learns from rows with a label only."
    assert told == ([] if step is None else [f"{step} {why}"])
    assert ("first" in set(found.unlabeled["model"])) == (step is None)
    assert "nb" in set(found.unlabeled["model"])
