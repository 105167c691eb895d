"""Rows of the models in a comparison: what stands in its tables."""

import numpy as np
import pandas as pd
import pytest

import genvsdisc as gd
from genvsdisc.study.fits.drawn_rows import _drawn, _originals, predictive_tables
from genvsdisc.study.fits.weighted_fits import copies, fit_rows
from genvsdisc.study.statistics.assumptions import in_proportion
from genvsdisc.study.table import prepare

DESIGN = gd.Design(n_splits=3, n_repeats=1, n_draws=2, train_sizes=(40, 80))


@pytest.fixture(scope="module")
def compared():
    rng = np.random.default_rng(0)
    y = np.array(["no", "yes"])[np.arange(160) % 2]
    X = pd.DataFrame({"height": rng.normal(size=160) + (y == "yes"), "income": rng.lognormal(0, 0.8, size=160)})
    X.loc[:5, "income"] = np.nan
    X["color"] = np.array(["red", "blue", "green"])[rng.integers(3, size=160)]
    return gd.compare(X, y, gd.default_models(X)[:4] + gd.default_models(X)[5:6], design=DESIGN)


@pytest.mark.slow
def test_the_skewed_column_is_named_and_words_are_left_alone(compared):
    found = compared.predictive
    assert set(found.model) == set(compared.models.model[compared.models.family == "generative"])
    against = found[(found.pvalue < 0.01) & (found.other == "")]
    assert set(against.column) == {"income"}
    assert set(against.finding) == {"income is skewed"}
    assert set(found.column) <= {"height", "income"}
    assert compared.failures[compared.failures.stage.str.contains("rows of the model")].empty


def test_rows_to_look_at_are_real_ones_and_as_many_drawn(compared):
    rows = compared.predictive_rows
    for _, part in rows.groupby(["model", "column"]):
        assert (part.source == "data").sum() == (part.source == "model").sum() > 0
    assert rows[rows.source == "data"].groupby("column").value.min()["income"] > 0


def test_the_page_shows_the_dial_and_the_rows_in_words(compared, tmp_path):
    compared.to_html(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Between the families" in text
    assert "would not produce your data: income is skewed" in text


def test_copies_of_a_row_are_told_from_rows_that_happen_to_be_equal():
    rows = np.array([[3, 1.0, 5.0], [3, 1.0, 5.0], [0, 1.0, 5.0], [3, 1.0, 6.0], [0, 1.0, 5.0]])
    firsts, places = _originals(rows)
    assert firsts.tolist() == [0, 2, 3]
    assert places.tolist() == [0, 0, 1, 2, 1]


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False])
def test_pvalues_are_uniform_where_rows_count_as_often_as_their_weights_say(whole):
    """Copies of a row are no more rows of a law: what is drawn stands as often."""
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        y = np.arange(120) % 2
        X = pd.DataFrame(rng.normal(size=(120, 2)) @ [[1.0, 0.5], [0.0, 1.0]] + y[:, None], columns=["a", "b"])
        weights = rng.integers(1, 5, 120).astype(float) if whole else rng.uniform(0.3, 2, 120)
        table = prepare(X, y, n_splits=3, weights=weights)
        fitted = fit_rows(gd.GaussianClassifier(), np.asarray(table.X, dtype=float), table.y, table.weights)
        rows = copies(table.weights) if whole else in_proportion(np.arange(120), table.weights)
        told = predictive_tables(fitted, table.repeated(rows), ["a", "b"], seed)[0]
        found.append(told.sort_values(["other", "column"]).pvalue)  # not the smallest first
    for level in (0.01, 0.05, 0.25):
        error = np.sqrt(level * (1 - level) / 200)
        assert (np.mean(np.array(found) < level, axis=0) < level + 3 * error).all()
    assert np.mean(found) == pytest.approx(0.5, abs=0.05)


def test_sets_drawn_in_blocks_have_the_law_of_the_class(monkeypatch):
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = rng.normal(size=(60, 5)) + 10 * y[:, None]
    fitted = gd.NaiveBayesClassifier("gaussian").fit(X, y)
    monkeypatch.setattr("genvsdisc.study.fits.drawn_rows._AT_ONCE", 7 * 30 * 5)  # seven sets of a class
    sets = _drawn(fitted, y, [1, 3], 200, np.random.default_rng(1), 5)
    assert sets.shape == (200, 60, 2)
    assert len(np.unique(sets)) == sets.size  # no block twice
    for k in (0, 1):
        error = X[y == k][:, [1, 3]].std(axis=0) / np.sqrt(200 * 30)
        assert (np.abs(sets[:, y == k].mean(axis=(0, 1)) - X[y == k][:, [1, 3]].mean(axis=0)) < 5 * error).all()


def test_of_columns_with_the_least_pvalue_there_can_be_the_farthest_out_are_told_and_shown():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = pd.DataFrame({f"mild{j}": rng.gamma(4, size=200) + y for j in range(6)})
    X["wild"], X["wilder"] = rng.lognormal(0, 1, 200), rng.lognormal(0, 1.5, 200)
    table = prepare(X, y, n_splits=3)
    fitted = gd.NaiveBayesClassifier().fit(np.asarray(table.X, dtype=float), table.y)
    found, shown = predictive_tables(fitted, table, list(X.columns), 0)
    assert (found.pvalue == found.pvalue.min()).sum() > 5
    assert set(found.column[:2]) == {"wild", "wilder"}
    assert {"wild", "wilder"} < set(shown.column)
    assert found.pvalue[found.other == ""].is_monotonic_increasing
    assert "depth" not in found
