"""Frames of numbers and words as numbers and back, and the gaps of classifiers that take the words themselves."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import genvsdisc as gd
from genvsdisc.study.fits.frame_codes import FrameCodes

FRAME = pd.DataFrame(
    {
        "x": [1.5, np.nan, 3.0, 2.0],
        "word": ["b", "a", None, "b"],
        "kind": pd.Categorical(["u", "v", "v", None], categories=["w", "v", "u"]),
    }
)


def test_numbers_and_words_come_back_in_their_dtypes():
    codes = FrameCodes(FRAME)
    assert codes.words.tolist() == [False, True, True]
    assert_frame_equal(codes.decoded(codes.values), FRAME)
    assert codes.decoded(np.full((2, 3), np.nan)).isna().all(axis=None)
    matrix = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(FrameCodes(matrix).decoded(matrix), matrix)


def test_a_mean_or_the_most_frequent_word_stands_in():
    codes = FrameCodes(FRAME)
    filled = codes.decoded(codes.centers(np.array([1.0, 5.0, 2.0, 1.0]))[None, :])
    assert filled.to_numpy().tolist() == [[(1.5 + 6 + 2) / 4, "a", "v"]]


@pytest.mark.parametrize("dtype", [object, pytest.param("category", marks=pytest.mark.slow)])
def test_a_classifier_that_takes_words_is_judged_with_gaps_and_drawn_from(dtype):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    word = np.where(rng.random(200) < 0.2 + 0.6 * y, "a", "b")
    X = pd.DataFrame({"x": rng.normal(size=200) + y, "word": pd.Series(word, dtype=dtype)})
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["word"]), remainder="passthrough")
    models = {"bayes": gd.NaiveBayesClassifier(), "encoded": make_pipeline(encoder, LogisticRegression())}
    result = gd.compare(X, y, models, design=gd.Design(n_splits=3, n_repeats=1, n_draws=3))
    assert result.failures.empty
    loss = result.conditions.query("loss == 'log_loss'").set_index(["dial", "model", "value"])["mean"]
    for name in models:  # every column tells the classes apart: without it the loss is higher, never that of a guess
        for dial in ("without x", "without word"):
            assert loss[dial, name, 0.0] < loss[dial, name, 1.0] < np.log(2) + 0.05
    assert set(loss["gaps, conditional mean"].index.get_level_values("model")) == {"bayes"}
    assert set(result.predictive["column"]) == {"x"}
