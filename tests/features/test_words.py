"""Free text as indicators of its words."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer

import genvsdisc as gd
from genvsdisc.features.kinds import column_kinds
from genvsdisc.features.words import MOST_WORDS, frequent_words, held_words

NOUNS = ["pump", "belt", "gear", "valve", "motor"]


def complaints(n, seed=0):
    """Entries that are all different; 'leaks' tells of class 1."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    leaks = rng.random(n) < 0.1 + 0.7 * y
    words = rng.choice(NOUNS, n)
    says = np.where(leaks, "leaks", "squeals")
    entries = [f"The {word} of unit {k} {said} again." for k, (word, said) in enumerate(zip(words, says, strict=True))]
    return pd.DataFrame({"report": entries, "age": rng.normal(size=n)}), y


def test_words_are_chosen_by_the_entries_that_hold_them():
    X, _ = complaints(300)
    column = column_kinds(X)["report"]
    assert column.kind == "text"
    assert column.levels == tuple(sorted([*NOUNS, "leaks", "squeals"]))  # "the", "of", "unit", "again" stand in all
    assert "free text: 7 words" in column.note


def test_the_number_of_words_is_capped_by_frequency():
    rng = np.random.default_rng(0)
    words = [f"w{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(60)]
    entries = [" ".join(rng.choice(words, 8, replace=False, p=np.arange(1, 61) / 1830)) for _ in range(400)]
    chosen = frequent_words(pd.Series(entries))
    counts = CountVectorizer(binary=True).fit(entries)
    frequency = dict(zip(counts.get_feature_names_out(), counts.transform(entries).sum(axis=0).A1, strict=True))
    assert len(chosen) == MOST_WORDS == 30
    assert min(frequency[w] for w in chosen) >= max(f for w, f in frequency.items() if w not in chosen)


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([f"AB-{k}" for k in range(100)], "identifier"),
        ([f"Street {k}, Ulm" for k in range(100)], "identifier"),
        ([f"{k} no word of this comes again x{k}y"[: 4 + k % 3] for k in range(100)], "categorical"),
        (["red pale deep dark", "blue pale deep dark", "green and pale"] * 20, "categorical"),
    ],
)
def test_names_and_levels_are_no_text(entries, kind):
    assert column_kinds(pd.DataFrame({"t": entries}))["t"].kind in (kind, "identifier")


def test_indicators_against_a_plain_loop_and_gaps_hold_no_word():
    X, _ = complaints(60)
    X.loc[3, "report"] = None
    encoder = gd.TableEncoder.for_table(X)
    matrix = encoder.transform(X)
    names = list(encoder.get_feature_names_out())
    assert names[:2] == ["report~belt", "report~gear"]
    for row, entry in enumerate(X["report"]):
        held = [float(isinstance(entry, str) and name.split("~")[1] in entry.lower()) for name in names[:-1]]
        assert matrix[row, :-1].tolist() == held
    assert held_words([], ["a"]).shape == (0, 1)
    new = pd.DataFrame({"report": ["A PUMP, unseen!"], "age": [0.0]})
    assert dict(zip(names, encoder.transform(new)[0], strict=True))["report~pump"] == 1


def test_both_families_learn_from_text():
    X, y = complaints(240)
    design = gd.Design(n_splits=3, n_repeats=1, n_draws=2)
    roster = [model for model in gd.default_models(X) if model.name in ("naive Bayes", "shared Gaussian", "logistic")]
    result = gd.compare(X, y, roster, design=design)
    errors = result.summary[result.summary.loss == "zero_one"].set_index("model")["mean"]
    assert (result.models["error"] == "").all()
    assert (errors < 0.25).all()  # Bayes' error is 0.15; guessing errs on half
