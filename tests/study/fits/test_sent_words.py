import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import genvsdisc as gd
from genvsdisc.study.fits import sent_words
from genvsdisc.study.fits.sent_words import MOST_DIFFERENT_WORDS, words_again, words_as_codes


@pytest.fixture
def every_frame_is_large(monkeypatch):
    monkeypatch.setattr(sent_words, "LARGE_CELLS", 0)


def table(n=500):
    rng = np.random.default_rng(0)
    words = pd.array(rng.choice(["a", "b", "é", ""], n), dtype="str")
    return pd.DataFrame(
        {
            "words": words,
            0: pd.array(np.where(rng.random(n) < 0.3, None, "x"), dtype="string"),
            "numbers": rng.normal(size=n),
            "objects": np.array(["u", 1], dtype=object)[rng.integers(0, 2, n)],
            "kinds": pd.Categorical(rng.choice(list("pq"), n)),
        },
        index=np.arange(n) * 3,
    )


@pytest.mark.usefixtures("every_frame_is_large")
def test_words_come_back_as_they_were():
    frame = table()
    before = frame.copy()
    sent, words = words_as_codes(frame)
    assert set(words) == {"words", 0}
    assert all(isinstance(sent[name].dtype, pd.CategoricalDtype) for name in words)
    pd.testing.assert_frame_equal(words_again(pickle.loads(pickle.dumps(sent)), words), before)
    pd.testing.assert_frame_equal(frame, before)


def test_what_is_small_or_no_frame_is_sent_as_it_is():
    for rows in (table(), np.zeros((3, 2))):
        sent, words = words_as_codes(rows)
        assert sent is rows
        assert words == {}
        assert words_again(sent, words) is rows


@pytest.mark.usefixtures("every_frame_is_large")
def test_words_that_hardly_repeat_stay_words():
    frame = pd.DataFrame({"names": pd.array([f"n{i}" for i in range(MOST_DIFFERENT_WORDS + 1)], dtype="str")})
    assert words_as_codes(frame)[0] is frame


def test_a_comparison_is_the_same_with_words_sent_as_codes(monkeypatch):
    data = gd.datasets.make_pokemon_style(120, types=("water", "normal"), random_state=0)
    high = data.X.iloc[:, 0] > data.X.iloc[:, 0].median()
    X = data.X.assign(town=pd.array(np.where(high, "Ulm", "Rom"), dtype="str"))
    seen = []

    class OfWords(LogisticRegression):
        """Takes words as they are given, and tells their dtype."""

        def fit(self, X, y):
            seen.append(str(X["town"].dtype))
            return super().fit(self._numbers(X), y)

        def predict_proba(self, X):
            return super().predict_proba(self._numbers(X))

        @staticmethod
        def _numbers(X):
            return np.column_stack([X.iloc[:, 0], X["town"] == "Ulm"])

    own = gd.Model("own", OfWords(), family="discriminative")
    roster = [*gd.default_models(X)[:3], own]
    few = gd.Design(n_splits=3, n_repeats=1, n_draws=3)
    plain = gd.compare(X, data.y, roster, design=few, random_state=0)
    monkeypatch.setattr(sent_words, "LARGE_CELLS", 0)
    coded = gd.compare(X, data.y, roster, design=few, random_state=0)
    pd.testing.assert_frame_equal(coded.scores, plain.scores)
    pd.testing.assert_frame_equal(coded.learning_curves, plain.learning_curves)
    assert set(seen) == {"str"}
